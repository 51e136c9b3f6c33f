"""What is due from a person: approvals, answers, verifications, readings, votes, papers; their bodies and meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from majung.taskforce.models import (
    Action,
    Announcement,
    Journaled,
    Mandate,
    Measure,
    Meeting,
    Metric,
    Panel,
    Person,
    Programme,
    Submission,
    WrittenProcedure,
)
from majung.taskforce.queries import retention
from majung.taskforce.queries.situation import WAITING
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.roles import VOTING, Role

AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Due:
    """Something that waits for the person. deed: the operation that does it; due: until when, None if open."""

    kind: str
    deed: str
    subject: Journaled
    name: dict[str, str]
    due: date | None

    def late(self, day: date) -> int:
        """Days past the due date; 0 when in time or without one."""
        return max(0, (day - self.due).days) if self.due else 0


@dataclass(frozen=True)
class Home:
    """A person's desk. due: soonest first, without a date last."""

    mandates: list[Mandate]
    due: list[Due]
    meetings: list[Meeting]


def home(programme: Programme, person: Person, day: date) -> Home:
    """What waits for a person on a day, by the mandates held that day; a constant number of queries."""
    held = list(
        Mandate.objects.on(day)
        .filter(person=person, body__programme=programme)
        .select_related("body", "represents")
        .order_by("body__kind", "pk")
    )
    roles: dict[str, set[int]] = {}
    speaks: dict[str, set[int]] = {}
    for mandate in held:
        roles.setdefault(mandate.role, set()).add(mandate.body_id)
        if mandate.represents_id:
            speaks.setdefault(mandate.role, set()).add(mandate.represents_id)
    waiting = [
        *_minutes(programme, roles),
        *_answers(programme, roles),
        *_verifications(programme, speaks),
        *_measures(programme, speaks, day),
        *_readings(programme, speaks, day),
        *_actions(programme, person),
        *_votes(programme, held, day),
        *_clearances(programme, person, roles),
        *_comparisons(programme, person, roles),
        *_erasures(programme, roles, day),
    ]
    waiting.sort(key=lambda due: (due.due is None, due.due or day, due.kind, due.subject.pk))
    since = datetime.combine(day, time(), SEOUL)
    meetings = (
        Meeting.objects.filter(programme=programme, body__in={m.body_id for m in held}, starts__gte=since)
        .exclude(state__in=("cancelled", "held", "drafted", "approved", "published"))
        .select_related("body")
        .order_by("starts")[:8]
    )
    return Home(held, waiting, list(meetings))


def _minutes(programme: Programme, roles: dict[str, set[int]]) -> list[Due]:
    chaired, kept = roles.get(Role.CHAIR, set()), roles.get(Role.RAPPORTEUR, set())
    meetings = Meeting.objects.filter(
        Q(state="drafted", body__in=chaired) | Q(state="held", body__in=kept), programme=programme
    ).order_by("starts")
    return [
        Due("approve-minutes", "meeting.approve_minutes", m, m.name, None)
        if m.state == "drafted"
        else Due("draft-minutes", "meeting.draft_minutes", m, m.name, None)
        for m in meetings
    ]


def _answers(programme: Programme, roles: dict[str, set[int]]) -> list[Due]:
    mine = Q(area__body__in=roles.get(Role.RAPPORTEUR, set()), state__in=("moderated", "appealed"))
    if roles.get(Role.MODERATOR) or roles.get(Role.SECRETARIAT):
        mine |= Q(state="received")
    found = Submission.objects.filter(mine, programme=programme, state__in=WAITING).order_by("answer_due")[:50]
    return [
        Due(
            "moderate" if s.state == "received" else "answer",
            "submission.moderate" if s.state == "received" else "submission.answer",
            s,
            {"ko": s.title, "en": s.title},
            s.answer_due,
        )
        for s in found
    ]


def _verifications(programme: Programme, speaks: dict[str, set[int]]) -> list[Due]:
    found = Measure.objects.filter(
        programme=programme, state="reported-done", verifier__in=speaks.get(Role.VERIFIER, set())
    )
    return [Due("verify", "measure.verify", m, m.name, None) for m in found.order_by("key")[:50]]


def _measures(programme: Programme, speaks: dict[str, set[int]], day: date) -> list[Due]:
    found = Measure.objects.filter(
        programme=programme,
        owner__in=speaks.get(Role.OWNER, set()),
        state__in=("agreed", "in-progress", "suspended"),
        due__lte=day + AHEAD,
    )
    # What has not begun, or stands still, is begun first.
    return [
        Due("report-done", "measure.report_done", m, m.name, m.due)
        if m.state == "in-progress"
        else Due("start", "measure.start", m, m.name, m.due)
        for m in found.order_by("due")[:50]
    ]


def _readings(programme: Programme, speaks: dict[str, set[int]], day: date) -> list[Due]:
    """Metrics whose target's day has passed without a reading for it."""
    found = (
        Metric.objects.filter(
            measure__programme=programme,
            measure__owner__in=speaks.get(Role.OWNER, set()),
            measure__state__in=("agreed", "in-progress", "reported-done"),
            targets__by__lte=day,
            readings=None,
        )
        .select_related("measure")
        .distinct()
        .order_by("pk")
    )
    return [Due("reading", "reading.report", metric, metric.name, None) for metric in found[:50]]


def _actions(programme: Programme, person: Person) -> list[Due]:
    found = Action.objects.filter(programme=programme, state="open", person=person).order_by("due")
    return [Due("action", "action.complete", action, action.text, action.due) for action in found]


def _votes(programme: Programme, held: list[Mandate], day: date) -> list[Due]:
    voting = {m.pk: m.body_id for m in held if m.role in VOTING}
    found = (
        WrittenProcedure.objects.filter(programme=programme, state="open", body__in=voting.values(), closes__gte=day)
        .exclude(votes__mandate__in=voting)
        .order_by("closes")
    )
    return [Due("vote", "procedure.vote", procedure, procedure.question, procedure.closes) for procedure in found]


def _clearances(programme: Programme, person: Person, roles: dict[str, set[int]]) -> list[Due]:
    if not (roles.get(Role.CHAIR) or roles.get(Role.SECRETARIAT)):
        return []
    found = Announcement.objects.filter(programme=programme, state="drafted").exclude(drafted_by=person)
    return [Due("clear", "announcement.clear", a, a.title, None) for a in found.order_by("position")]


def _comparisons(programme: Programme, person: Person, roles: dict[str, set[int]]) -> list[Due]:
    found = Panel.objects.filter(programme=programme, state="open", body__in=roles.get(Role.JUDGE, set()))
    return [
        Due("compare", "panel.compare", panel, panel.question, panel.closes)
        for panel in found.exclude(comparisons__judge=person)
    ]


def _erasures(programme: Programme, roles: dict[str, set[int]], day: date) -> list[Due]:
    """One line for everything that is due for erasure, as old as the oldest of it."""
    if not roles.get(Role.SECRETARIAT):
        return []
    found = retention.due(programme, day)
    if not found:
        return []
    name = {
        "ko": f"보존 기간이 지난 개인정보 {len(found):,}건",
        "en": f"Personal data kept long enough: {len(found):,}",
    }
    return [Due("erase", "retention.apply", programme, name, found[0].since)]
