"""Where the cycle stands and what is stuck: per area its stage, lights, next date, what is late and unanswered."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from majung.taskforce.models import (
    Action,
    Announcement,
    Area,
    CoreProject,
    Lead,
    Measure,
    Meeting,
    Organisation,
    Programme,
    ReviewConclusion,
    RunRecord,
    Strategy,
    Submission,
)
from majung.taskforce.queries.lights import CAN_BE_LATE, with_lights
from majung.taskforce.queries.tracing import lacking
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.words import Colour

STAGES = ("discovery", "diagnosis", "project", "groups", "measures", "announced", "review")
WAITING = ("received", "moderated", "appealed")
HELD = ("in-session", "held", "drafted", "approved", "published")
SEVERITY = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)
"""Worst first; grey is last because it says nothing."""


@dataclass
class AreaLine:
    """One area of the matrix. done: stages behind it; now: the stage it is in. lights: per judge how many measures show
    which colour. next: its next meeting, if any is planned."""

    area: Area
    leads: list[Organisation] = field(default_factory=list)
    done: frozenset[str] = frozenset()
    now: str = STAGES[0]
    measures: int = 0
    agreed: int = 0
    lights: dict[str, Counter[str]] = field(default_factory=dict)
    next: Meeting | None = None
    late: int = 0
    unanswered: int = 0

    def worst(self, judge: str) -> str:
        """The most severe colour that a judge gives to a measure of the area; grey if none was given."""
        given = self.lights.get(judge, Counter())
        return next((colour.value for colour in SEVERITY if given[colour.value]), Colour.GREY.value)


@dataclass
class Situation:
    """The cycle on a day. queue: announcements to come with the measures in them that nothing backs yet."""

    day: date
    areas: list[AreaLine]
    late_measures: list[Measure]
    late_actions: list[Action]
    late_count: int
    waiting: list[Submission]
    waiting_count: int
    received_count: int
    queue: list[tuple[Announcement, list[Measure]]]
    meetings: list[Meeting]

    @property
    def measures(self) -> int:
        """Measures of all areas, dropped ones left out."""
        return sum(line.measures for line in self.areas)

    @property
    def silent(self) -> int:
        """Measures on which the rule can say nothing: no reading is reported."""
        return sum(line.lights.get("rule", Counter())[Colour.GREY.value] for line in self.areas)

    @property
    def differing(self) -> list[AreaLine]:
        """Areas with a measure whose judgements differ most visibly: their worst lights are not the same."""
        found = []
        for line in self.areas:
            said = {line.worst(judge) for judge in ("rule", "owner", "reviewer")} - {Colour.GREY.value}
            if len(said) > 1:
                found.append(line)
        return found


def situation(programme: Programme, day: date, shown: int = 6) -> Situation:
    """The state of a programme on a day, in a constant number of queries. shown: how many of each list to bring."""
    areas = {
        area.pk: AreaLine(area)
        for area in Area.objects.filter(programme=programme, closed_on=None, taken_up__lte=day)
        .select_related("body")
        .order_by("pk")
    }
    _leads(areas, day)
    _lights(areas, programme, day)
    meetings = _meetings(areas, programme, day)
    _stages(areas, programme, day)
    waiting = Submission.objects.filter(programme=programme, state__in=WAITING, received_on__lte=day)
    for area, count in waiting.exclude(area=None).values_list("area_id").annotate(n=Count("pk")):
        if area in areas:
            areas[area].unanswered = count
    late = Measure.objects.filter(programme=programme, state__in=CAN_BE_LATE, due__lt=day)
    actions = Action.objects.filter(programme=programme, state="open", due__lt=day)
    listed = late.select_related("owner", "task__strategy__area").order_by("due", "key")
    return Situation(
        day,
        list(areas.values()),
        list(listed[:shown]),
        list(actions.select_related("organisation", "person").order_by("due", "key")[:shown]),
        late.count() + actions.count(),
        list(waiting.select_related("area").order_by("answer_due", "key")[:shown]),
        waiting.count(),
        Submission.objects.filter(programme=programme, received_on__lte=day).count(),
        _queue(programme),
        meetings,
    )


def _leads(areas: dict[int, AreaLine], day: date) -> None:
    held = Lead.objects.filter(Q(ends=None) | Q(ends__gte=day), area__in=areas, starts__lte=day)
    for lead in held.select_related("organisation").order_by("pk"):
        areas[lead.area_id].leads.append(lead.organisation)


def _lights(areas: dict[int, AreaLine], programme: Programme, day: date) -> None:
    counted = (
        with_lights(Measure.objects.filter(programme=programme, task__strategy__area__in=areas), day)
        .exclude(state="dropped")
        .order_by()
        .values_list("task__strategy__area", "rule_colour", "owner_colour", "reviewer_colour")  # type: ignore[misc]
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=Q(state__in=CAN_BE_LATE, due__lt=day)),
            agreed=Count("pk", filter=~Q(state="proposed")),
        )
    )
    for area, rule, owner, reviewer, n, late, agreed in counted:
        line = areas[area]
        line.measures += n
        line.agreed += agreed
        line.late += late
        for judge, colour in (("rule", rule), ("owner", owner), ("reviewer", reviewer)):
            line.lights.setdefault(judge, Counter())[colour] += n


def _meetings(areas: dict[int, AreaLine], programme: Programme, day: date) -> list[Meeting]:
    """The month's meetings, and each area's next one."""
    first = datetime(day.year, day.month, 1, tzinfo=SEOUL)
    last = first + timedelta(days=70)
    found = list(
        Meeting.objects.filter(programme=programme, starts__gte=first, starts__lt=last)
        .exclude(state="cancelled")
        .select_related("body")
        .order_by("starts")
    )
    by_body = {line.area.body_id: line for line in areas.values() if line.area.body_id}
    for meeting in found:
        line = by_body.get(meeting.body_id)
        coming = (
            meeting.state in ("planned", "convened", "postponed") and meeting.starts.astimezone(SEOUL).date() >= day
        )
        if line is not None and line.next is None and coming:
            line.next = meeting
    return [m for m in found if m.starts.astimezone(SEOUL).month == day.month]


def _stages(areas: dict[int, AreaLine], programme: Programme, day: date) -> None:
    """What each area has behind it. A stage counts once something of it is on record, whatever came before it."""
    has: dict[str, set[int]] = defaultdict(set)
    has["discovery"] = {line.area.pk for line in areas.values() if line.area.taken_up <= day}
    if RunRecord.objects.filter(programme=programme).exists():
        has["diagnosis"] = set(areas)
    has["project"] = set(CoreProject.objects.filter(area__in=areas).values_list("area", flat=True))
    bodies = set(Meeting.objects.filter(programme=programme, state__in=HELD).values_list("body", flat=True).distinct())
    has["groups"] = {line.area.pk for line in areas.values() if line.area.body_id in bodies}
    has["measures"] = {line.area.pk for line in areas.values() if line.agreed}
    announced = Strategy.objects.filter(area__in=areas, announced_on__lte=day)
    has["announced"] = set(announced.values_list("area", flat=True))
    has["review"] = set(ReviewConclusion.objects.filter(area__in=areas).values_list("area", flat=True))
    for pk, line in areas.items():
        line.done = frozenset(stage for stage in STAGES if pk in has[stage])
        furthest = max((STAGES.index(stage) for stage in line.done), default=-1)
        line.now = STAGES[min(furthest + 1, len(STAGES) - 1)]


def _queue(programme: Programme) -> list[tuple[Announcement, list[Measure]]]:
    coming = list(
        Announcement.objects.filter(programme=programme, state__in=("drafted", "cleared", "scheduled"))
        .select_related("strategy__area", "item__meeting")
        .order_by("position", "key")
    )
    unbacked: dict[int, list[Measure]] = defaultdict(list)
    measures = Measure.objects.filter(task__strategy__in=[a.strategy_id for a in coming]).exclude(state="dropped")
    for measure in lacking(measures).select_related("task").order_by("key"):
        unbacked[measure.task.strategy_id].append(measure)
    return [(announcement, unbacked[announcement.strategy_id]) for announcement in coming]
