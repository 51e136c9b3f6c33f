"""Who may read what: disclosure levels of meetings, papers, minutes; embargoes; personal fields. Mandates as of a day.

`sight(actor)` looks once at the actor's mandates; each function below narrows a query set with it, in the same query.
A person without a mandate sees what is public. What is closed to a body is read by its chair, secretariat, rapporteur
and members, by the chairs of the bodies that it answers to, and programme-wide by secretariat and auditor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from majung.taskforce import models as m
from majung.taskforce.permission import Actor, mandates
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Disclosure

Row = TypeVar("Row", bound=Model)

READS_CLOSED = frozenset({Role.CHAIR, Role.SECRETARIAT, Role.RAPPORTEUR, Role.MEMBER})
"""Roles that read their own body's closed material."""
READS_ALL = frozenset({Role.SECRETARIAT, Role.AUDITOR})
"""Roles that read the closed material of every body."""
READS_DEMANDS = frozenset({Role.SECRETARIAT, Role.AUDITOR, Role.MODERATOR})
READS_PERSONS = frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR})
ANNOUNCED = ("announced", "corrected")


@dataclass(frozen=True)
class Sight:
    """What a person may see in a programme on a day.

    member: holds any mandate. everything: reads all closed material. closed: bodies (ids) whose closed material is open
    to the person. own: bodies in which a mandate is held. then: what the person might see on a past day that is looked
    at; of it counts what hangs on meetings and mandates up to that day, never what came later.
    """

    programme: int
    day: date
    person: int | None
    roles: frozenset[str]
    own: frozenset[int]
    closed: frozenset[int]
    system: bool = False
    then: Sight | None = None

    @property
    def member(self) -> bool:
        return self.system or bool(self.roles)

    @property
    def everything(self) -> bool:
        return self.system or bool(self.roles & READS_ALL)

    @property
    def demands(self) -> bool:
        """Reads every submission."""
        return self.system or bool(self.roles & READS_DEMANDS)

    @property
    def persons(self) -> bool:
        """Reads names and addresses of people and submitters."""
        return self.system or bool(self.roles & READS_PERSONS)

    @property
    def journal(self) -> bool:
        return self.system or Role.AUDITOR in self.roles

    @property
    def retention(self) -> bool:
        """Reads what is due for erasure and what was erased: who reads personal fields, and who audits."""
        return self.persons or self.journal


def sight(actor: Actor, programme: m.Programme) -> Sight:
    """What the actor may see, by the mandates of the actor's day; nothing but public things in another programme."""
    if actor.system:
        return Sight(programme.pk, actor.day, None, frozenset(), frozenset(), frozenset(), system=True)
    person = actor.person
    if person is None or person.programme_id != programme.pk:
        return Sight(programme.pk, actor.day, None, frozenset(), frozenset(), frozenset())
    held = mandates(actor, actor.day)
    chaired = {mandate.body_id for mandate in held if mandate.role == Role.CHAIR}
    closed = {mandate.body_id for mandate in held if mandate.role in READS_CLOSED} | _below(chaired, programme)
    return Sight(
        programme.pk,
        actor.day,
        person.pk,
        frozenset(mandate.role for mandate in held),
        frozenset(mandate.body_id for mandate in held),
        frozenset(closed),
    )


def looking_back(actor: Actor, programme: m.Programme, day: date) -> Sight:
    """What the actor may see today, and of a past day's meetings and mandates what was open to the actor then."""
    noon = datetime.combine(day, time(12), SEOUL)
    return replace(sight(actor, programme), then=sight(replace(actor, at=noon), programme))


def _below(bodies: set[int], programme: m.Programme) -> set[int]:
    """The bodies that answer to any of these, at any depth."""
    if not bodies:
        return set()
    parents = dict(m.Body.objects.filter(programme=programme).values_list("pk", "parent_id"))
    found: set[int] = set()
    for pk in parents:
        line: list[int] = []
        at: int | None = parents[pk]
        while at is not None and at not in line:
            line.append(at)
            at = parents.get(at)
        if bodies & set(line):
            found.add(pk)
    return found


def _disclosed(seen: Sight, at: str, body: str) -> Q:
    """Rows whose disclosure level (column `at`) is open to the person, given their body (column `body`)."""
    if seen.everything:
        return Q()
    allowed = Q(**{at: Disclosure.PUBLIC})
    if seen.member:
        allowed |= Q(**{at: Disclosure.MEMBERS})
        allowed |= Q(**{f"{body}__in": seen.closed})
    return allowed


def meetings(seen: Sight, prefix: str = "") -> Q:
    """Meetings, or rows that hang on one at `prefix` ("meeting__", "item__meeting__")."""
    return Q(**{f"{prefix}programme": seen.programme}) & _disclosed(seen, f"{prefix}disclosure", f"{prefix}body")


def papers(seen: Sight) -> Q:
    """Papers by their own level, of meetings that are visible; looking back, those laid by that day."""
    visible = meetings(seen, "item__meeting__") & _disclosed(seen, "disclosure", "item__meeting__body")
    return visible if seen.then is None else visible & Q(laid_on__lte=seen.then.day)


def minutes(seen: Sight) -> Q:
    """Approved minutes by their own level; drafts within the body; to people without a mandate once published.

    Looking back, only versions that were drafted by that day, approved if they were approved by then.
    """
    visible = meetings(seen, "meeting__") & _disclosed(seen, "disclosure", "meeting__body")
    approved = Q(approved_on__isnull=False)
    if seen.then is not None:
        approved = Q(approved_on__lte=seen.then.day)
        # A version of which only the approval is on record was there by then.
        visible &= Q(drafted_on__lte=seen.then.day) | Q(drafted_on=None) & approved
    if seen.everything:
        return visible
    if not seen.member:
        return visible & approved & Q(meeting__state="published")
    return visible & (approved | Q(meeting__body__in=seen.own))


def decisions(seen: Sight, prefix: str = "") -> Q:
    """Decisions of visible meetings; those taken in writing are for members."""
    taken = meetings(seen, f"{prefix}outcome__item__meeting__")
    if seen.member:
        taken |= Q(**{f"{prefix}procedure__programme": seen.programme})
    return taken


def strategies(seen: Sight, prefix: str = "") -> Q:
    """All for members; for others what has been announced."""
    within = Q(**{f"{prefix}programme": seen.programme})
    return within if seen.member else within & Q(**{f"{prefix}state": "announced"})


def announcements(seen: Sight, prefix: str = "") -> Q:
    """Under embargo for members only."""
    within = Q(**{f"{prefix}programme": seen.programme})
    return within if seen.member else within & Q(**{f"{prefix}state__in": ANNOUNCED})


def submissions(seen: Sight, prefix: str = "") -> Q:
    """Secretariat, moderators and auditors see all; a body's people those of its area; everybody their own."""
    within = Q(**{f"{prefix}programme": seen.programme})
    if seen.demands:
        return within
    allowed = Q(pk__in=())
    if seen.person is not None:
        allowed |= Q(**{f"{prefix}person": seen.person})
    if seen.closed:
        allowed |= Q(**{f"{prefix}area__body__in": seen.closed})
    return within & allowed


def members_only(seen: Sight, path: str) -> Q:
    """Rows of the programme at `path`, for people with a mandate."""
    within = Q(**{path: seen.programme})
    return within if seen.member else within & Q(pk__in=())


def in_programme(seen: Sight, path: str) -> Q:
    """Rows of the programme at `path`, for everybody who is signed in."""
    return Q(**{path: seen.programme})


def reads_comparisons(seen: Sight) -> bool:
    """Whether the person reads what each judge compared."""
    return seen.everything or Role.ANALYST in seen.roles


def comparisons(seen: Sight) -> Q:
    """A judge's own comparisons; all of them for secretariat, analysts and auditors."""
    within = Q(panel__programme=seen.programme)
    if reads_comparisons(seen):
        return within
    return within & (Q(judge=seen.person) if seen.person is not None else Q(pk__in=()))


def journal(seen: Sight) -> Q:
    """The journal is read by auditors."""
    within = Q(programme=seen.programme)
    return within if seen.journal else within & Q(pk__in=())


VISIBLE: dict[type[Model], Callable[[Sight], Q]] = {
    m.Programme: lambda seen: Q(pk=seen.programme),
    m.ProgrammeFile: lambda seen: members_only(seen, "programme"),
    m.Organisation: lambda seen: in_programme(seen, "programme"),
    m.Person: lambda seen: members_only(seen, "programme"),
    m.CalendarFeed: lambda seen: in_programme(seen, "person__programme") & Q(person=seen.person),
    m.Body: lambda seen: in_programme(seen, "programme"),
    m.Mandate: lambda seen: members_only(seen, "body__programme"),
    m.Charter: lambda seen: in_programme(seen, "body__programme"),
    m.Milestone: lambda seen: in_programme(seen, "programme"),
    m.Area: lambda seen: in_programme(seen, "programme"),
    m.Lead: lambda seen: in_programme(seen, "area__programme"),
    m.Room: lambda seen: members_only(seen, "programme"),
    m.MeetingSeries: lambda seen: members_only(seen, "programme"),
    m.Meeting: meetings,
    m.AgendaItem: lambda seen: meetings(seen, "meeting__"),
    m.Paper: papers,
    m.Attendance: lambda seen: meetings(seen, "meeting__") & members_only(seen, "meeting__programme"),
    m.MinutesRevision: minutes,
    m.Outcome: lambda seen: meetings(seen, "item__meeting__"),
    m.Decision: decisions,
    m.Action: lambda seen: meetings(seen, "outcome__item__meeting__") & members_only(seen, "programme"),
    m.WrittenProcedure: lambda seen: members_only(seen, "programme"),
    m.WrittenVote: lambda seen: members_only(seen, "procedure__programme"),
    m.Strategy: strategies,
    m.StrategyRevision: lambda seen: strategies(seen, "strategy__"),
    m.CoreTask: lambda seen: strategies(seen, "strategy__"),
    m.CoreProject: lambda seen: in_programme(seen, "programme"),
    m.Measure: lambda seen: in_programme(seen, "programme") if seen.member else strategies(seen, "task__strategy__"),
    m.BudgetYear: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.MeasureMilestone: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.Dependency: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.Ground: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.Metric: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.Target: lambda seen: strategies(seen, "metric__measure__task__strategy__"),
    m.Reading: lambda seen: strategies(seen, "metric__measure__task__strategy__"),
    m.Light: lambda seen: strategies(seen, "measure__task__strategy__"),
    m.PeriodLock: lambda seen: members_only(seen, "programme"),
    m.Consultation: lambda seen: in_programme(seen, "programme"),
    m.Theme: lambda seen: in_programme(seen, "programme"),
    m.Submission: submissions,
    m.ModerationAct: lambda seen: members_only(seen, "submission__programme") & submissions(seen, "submission__"),
    m.Response: lambda seen: submissions(seen, "submission__"),
    m.Statement: lambda seen: (
        (in_programme(seen, "consultation__programme") if seen.member else Q(state="shown"))
        & in_programme(seen, "consultation__programme")
    ),
    m.Vote: lambda _: Q(pk__in=()),  # ballots are counted, never shown
    m.Announcement: announcements,
    m.Correction: lambda seen: announcements(seen, "announcement__"),
    m.PublishedEdition: lambda seen: in_programme(seen, "programme"),
    m.Review: lambda seen: members_only(seen, "programme"),
    m.ReviewConclusion: lambda seen: members_only(seen, "review__programme"),
    m.CriteriaSet: lambda seen: in_programme(seen, "programme"),
    m.RunRecord: lambda seen: members_only(seen, "programme"),
    m.Panel: lambda seen: members_only(seen, "programme"),
    m.Comparison: comparisons,
    m.Job: lambda seen: members_only(seen, "programme"),
    m.JournalEntry: journal,
}
"""Every kind of row that can be asked for, with the condition under which a person sees it."""


MEETINGS: dict[type[Model], str] = {
    m.Meeting: "",
    m.AgendaItem: "meeting__",
    m.Paper: "item__meeting__",
    m.Attendance: "meeting__",
    m.MinutesRevision: "meeting__",
    m.Outcome: "item__meeting__",
    m.Decision: "outcome__item__meeting__",
    m.Action: "outcome__item__meeting__",
}
"""What hangs on a meeting, and where: who left may still look at it as of a day on which the mandate held."""


def visible(seen: Sight, kind: type[Row]) -> QuerySet[Row]:
    """The rows of a kind that the person sees: one query, whatever is added to it. Raises KeyError for a kind that is
    not shown to anybody."""
    rows: QuerySet[Any] = kind._default_manager.filter(VISIBLE[kind](seen) | _back_then(seen, kind))
    return rows


def _back_then(seen: Sight, kind: type[Model]) -> Q:
    then = seen.then
    if then is None or not (kind in MEETINGS or kind is m.Mandate):
        return Q(pk__in=())
    if kind is m.Mandate:
        return VISIBLE[kind](then) & Q(starts__lte=then.day)
    after = datetime.combine(then.day + timedelta(days=1), time(0), SEOUL)
    # What dates its rows by the day that is looked at is asked as of that day.
    return VISIBLE[kind](replace(then, then=then)) & Q(**{f"{MEETINGS[kind]}starts__lt": after})


def hidden_fields(seen: Sight, row: Model) -> frozenset[str]:
    """Personal fields of a row that the person does not read."""
    fields: frozenset[str] = frozenset(getattr(row, "PERSONAL", ()))
    own = seen.person is not None and getattr(row, "of_person", None) == seen.person
    if not fields or own or seen.system:
        return frozenset()
    if isinstance(row, m.Submission):
        return fields - {"title", "text", "private_lead"} - ({"submitter", "contact"} if seen.persons else set())
    return frozenset() if seen.persons else fields
