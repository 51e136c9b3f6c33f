"""Where the cycle stands and what is stuck: per area its stage, lights, next date, what is late and unanswered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

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
    Standing,
    Strategy,
    Submission,
)
from majung.taskforce.queries.lights import is_late, is_very_late
from majung.taskforce.queries.tracing import lacking
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.words import Colour

STAGES = ("discovery", "diagnosis", "project", "groups", "measures", "announced", "review")
COMING = ("planned", "convened", "postponed")
WAITING = ("received", "moderated", "appealed")
HELD = ("in-session", "held", "drafted", "approved", "published")
SEVERITY = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)
"""Worst first; grey is last because it says nothing."""
QUEUED = 12
"""Announcements to come that are brought; their page holds all."""
NAMED = 3
"""Measures without backing that are named with each."""


@dataclass
class AreaLine:
    """One area of the matrix. done: stages behind it; now: the stage it is in. lights: per judge how many measures show
    which colour. next: when its body meets next, if that is planned."""

    area: Area
    leads: list[Organisation] = field(default_factory=list)
    done: frozenset[str] = frozenset()
    now: str = STAGES[0]
    measures: int = 0
    agreed: int = 0
    lights: dict[str, Counter[str]] = field(default_factory=dict)
    next: datetime | None = None
    late: int = 0
    unanswered: int = 0

    def worst(self, judge: str) -> str:
        """The most severe colour that a judge gives to a measure of the area; grey if none was given."""
        given = self.lights.get(judge, Counter())
        return next((colour.value for colour in SEVERITY if given[colour.value]), Colour.GREY.value)


@dataclass
class Coming:
    """An announcement to come. unbacked: how many of its measures nothing backs yet; bare: the first of them."""

    announcement: Announcement
    unbacked: int
    bare: list[Measure]


@dataclass
class Situation:
    """The cycle on a day. queue: the first announcements to come, in order; queue_count: all."""

    day: date
    areas: list[AreaLine]
    late_measures: list[Measure]
    late_actions: list[Action]
    late_count: int
    waiting: list[Submission]
    waiting_count: int
    received_count: int
    queue: list[Coming]
    queue_count: int
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
    overdue = Standing.objects.filter(is_late(day), programme=programme)
    first = list(overdue.order_by("late_from", "measure").values_list("measure", flat=True)[:shown])
    actions = Action.objects.filter(programme=programme, state="open", due__lt=day)
    coming = Announcement.objects.filter(programme=programme, state__in=("drafted", "cleared", "scheduled"))
    return Situation(
        day,
        list(areas.values()),
        list(Measure.objects.filter(pk__in=first).select_related("owner").order_by("due", "pk")),
        list(actions.select_related("organisation", "person").order_by("due", "key")[:shown]),
        overdue.count() + actions.count(),
        list(waiting.select_related("area").order_by("answer_due", "key")[:shown]),
        waiting.count(),
        Submission.objects.filter(programme=programme, received_on__lte=day).count(),
        _queue(coming, QUEUED),
        coming.count(),
        meetings,
    )


def _leads(areas: dict[int, AreaLine], day: date) -> None:
    held = Lead.objects.filter(Q(ends=None) | Q(ends__gte=day), area__in=areas, starts__lte=day)
    for lead in held.select_related("organisation").order_by("pk"):
        areas[lead.area_id].leads.append(lead.organisation)


def _lights(areas: dict[int, AreaLine], programme: Programme, day: date) -> None:
    """What each area's measures show, counted by the database in one pass over their standings."""
    standings = Standing.objects.filter(programme=programme).exclude(state="dropped")
    given = (Colour.RED, Colour.YELLOW, Colour.GREEN)
    said = {
        f"{judge}_{c}": Count("pk", filter=Q(**{judge: c})) for judge in ("way", "owner", "reviewer") for c in given
    }
    behind = {f"late_{c}": Count("pk", filter=is_late(day) & Q(way=c)) for c in given}
    counted: Iterable[Mapping[str, Any]] = (
        standings.order_by()
        .values("area")
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=is_late(day)),
            very_late=Count("pk", filter=is_very_late(day)),
            agreed=Count("pk", filter=~Q(state="proposed")),
            **said,
            **behind,
        )
    )
    for row in counted:
        line = areas.get(row["area"])
        if line is None:
            continue
        line.measures, line.agreed, line.late = row["n"], row["agreed"], row["late"]
        for judge in ("owner", "reviewer"):
            line.lights[judge] = Counter({c.value: row[f"{judge}_{c}"] for c in given})
        line.lights["rule"] = Counter({c.value: row[f"way_{c}"] - row[f"late_{c}"] for c in given})
        line.lights["rule"][Colour.RED.value] += row["very_late"]
        line.lights["rule"][Colour.YELLOW.value] += row["late"] - row["very_late"]
        for counts in line.lights.values():
            counts[Colour.GREY.value] = row["n"] - counts.total()


def _meetings(areas: dict[int, AreaLine], programme: Programme, day: date) -> list[Meeting]:
    """The month's meetings, and each area's next one."""
    found = Meeting.objects.filter(programme=programme).exclude(state="cancelled")
    ahead = found.filter(state__in=COMING, starts__gte=datetime.combine(day, time(), SEOUL))
    following = dict(ahead.order_by().values_list("body").annotate(Min("starts")))
    for line in areas.values():
        line.next = following.get(line.area.body_id)
    first = datetime(day.year, day.month, 1, tzinfo=SEOUL)
    last = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=SEOUL)
    of_month = found.filter(starts__gte=first, starts__lt=last).select_related("body").order_by("starts")
    return list(of_month.only("starts", "time_known", "state", "body__name"))


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


def _queue(announcements: QuerySet[Announcement], shown: int) -> list[Coming]:
    """The first announcements, with how many of their measures nothing backs and the names of the first of those."""
    coming = list(announcements.select_related("item__meeting").defer("frozen").order_by("position", "key")[:shown])
    measures = Measure.objects.filter(task__strategy__in=[a.strategy_id for a in coming]).exclude(state="dropped")
    numbered = lacking(measures).annotate(
        strategy=F("task__strategy"),
        place=Window(RowNumber(), partition_by=F("task__strategy"), order_by=F("key").asc()),
        among=Window(Count("pk"), partition_by=F("task__strategy")),
    )
    unbacked: dict[int, int] = {}
    bare: dict[int, list[Measure]] = defaultdict(list)
    for measure in numbered.filter(place__lte=NAMED).order_by("key"):
        unbacked[measure.strategy] = measure.among
        bare[measure.strategy].append(measure)
    return [Coming(a, unbacked.get(a.strategy_id, 0), bare[a.strategy_id]) for a in coming]
