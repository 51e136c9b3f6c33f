"""Which rows the record can hold, what names each among its kind, and the operation by which it begins.

The names are those of the tables' columns; a reference is written as the other row's name. A row with a key is named by
it; any other by its identity, joined by slashes: `2021-04-29-strategy-meeting/1` is that meeting's first item. Two rows
of the same identity are told apart by `~2`, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from majung.taskforce import models as m

LEFT_OUT = frozenset({"id", "revision", "programme", "salt", "erased_on", "user", "job"})
"""Columns that are the machine's, not the record's."""


@dataclass(frozen=True)
class Kind:
    """A table of the record. identity: columns that name a row. operation: the deed by which a row begins, with the
    column that holds its subject ("" : the programme); without one it is `record.enter`. follows: the reference whose
    moment a row takes over when it states none. file: where it is written."""

    name: str
    model: type[m.Journaled]
    identity: tuple[str, ...] = ("key",)
    operation: str = "record.enter"
    subject: str = ""
    follows: str = ""
    file: str = "institution"

    @property
    def fields(self) -> dict[str, models.Field[Any, Any]]:
        """Columns of the record by name, those that name the row first."""
        found = {f.name: f for f in self.model._meta.concrete_fields if f.name not in LEFT_OUT}
        return {name: found[name] for name in (*self.identity, *(n for n in found if n not in self.identity))}

    def rows(self, programme: m.Programme) -> models.QuerySet[Any]:
        """All rows of the kind in a programme, in the order in which they came."""
        return self.model._default_manager.filter(_within(self.model, programme)).order_by("pk")


def _within(model: type[m.Journaled], programme: m.Programme) -> Q:
    if model is m.ModerationAct:
        return Q(submission__programme=programme) | Q(statement__consultation__programme=programme)
    path, at = "", model
    while "programme" not in {f.name for f in at._meta.concrete_fields}:
        kind = BY_MODEL[at]
        path += f"{kind.identity[0]}__"
        at = target(kind.fields[kind.identity[0]])
    return Q(**{f"{path}programme": programme})


def target(field: models.Field[Any, Any]) -> type[m.Journaled]:
    """The model that a reference points to."""
    found: type[m.Journaled] = field.related_model  # type: ignore[assignment]
    return found


KINDS: tuple[Kind, ...] = (
    Kind("organisation", m.Organisation, operation="organisation.add"),
    Kind("person", m.Person, operation="person.add"),
    Kind("body", m.Body, operation="body.found"),
    Kind(
        "mandate",
        m.Mandate,
        ("body", "person", "role", "starts"),
        operation="mandate.give",
        subject="body",
        follows="body",
    ),
    Kind("charter", m.Charter, ("body", "number"), follows="body"),
    Kind("milestone", m.Milestone, operation="milestone.set", subject="body", follows="body"),
    Kind("area", m.Area, follows="body"),
    Kind("lead", m.Lead, ("area", "organisation", "starts"), follows="area"),
    Kind("room", m.Room, operation="room.add", file="meetings"),
    Kind("series", m.MeetingSeries, operation="series.set", subject="body", follows="body", file="meetings"),
    Kind("meeting", m.Meeting, operation="meeting.plan", subject="body", follows="body", file="meetings"),
    Kind("item", m.AgendaItem, ("meeting", "position"), follows="meeting", file="meetings"),
    Kind("paper", m.Paper, ("item", "number"), follows="item", file="meetings"),
    Kind("attendance", m.Attendance, ("meeting", "person", "mandate"), follows="meeting", file="meetings"),
    Kind("minutes", m.MinutesRevision, ("meeting", "number"), follows="meeting", file="meetings"),
    Kind("outcome", m.Outcome, ("item", "kind"), follows="item", file="meetings"),
    Kind("procedure", m.WrittenProcedure, follows="body", file="meetings"),
    Kind("ballot", m.WrittenVote, ("procedure", "mandate"), follows="procedure", file="meetings"),
    Kind("decision", m.Decision, follows="body", file="meetings"),
    Kind("action", m.Action, follows="outcome", file="meetings"),
    Kind("strategy", m.Strategy, operation="strategy.draft", follows="area", file="strategies"),
    Kind("strategy_text", m.StrategyRevision, ("strategy", "number"), follows="strategy", file="strategies"),
    Kind("task", m.CoreTask, operation="task.add", subject="strategy", follows="strategy", file="strategies"),
    Kind("project", m.CoreProject, operation="project.choose", subject="area", follows="area", file="strategies"),
    Kind("measure", m.Measure, operation="measure.propose", subject="task", follows="task", file="measures"),
    Kind(
        "budget",
        m.BudgetYear,
        ("measure", "year", "stage"),
        operation="budget.set",
        subject="measure",
        follows="measure",
        file="measures",
    ),
    Kind("measure_milestone", m.MeasureMilestone, ("measure", "due"), follows="measure", file="measures"),
    Kind("dependency", m.Dependency, ("measure", "on"), follows="measure", file="measures"),
    Kind(
        "metric",
        m.Metric,
        ("measure", "key"),
        operation="metric.set",
        subject="measure",
        follows="measure",
        file="measures",
    ),
    Kind(
        "target",
        m.Target,
        ("metric", "by"),
        operation="target.set",
        subject="metric",
        follows="metric",
        file="measures",
    ),
    Kind("reading", m.Reading, ("metric", "on", "number"), follows="metric", file="measures"),
    Kind("lock", m.PeriodLock, ("through",), file="measures"),
    Kind("light", m.Light, ("measure", "judge", "on"), follows="measure", file="measures"),
    Kind("consultation", m.Consultation, follows="body", file="opinions"),
    Kind("theme", m.Theme, operation="theme.add", file="opinions"),
    Kind("submission", m.Submission, file="opinions"),
    Kind("statement", m.Statement, ("consultation", "number"), follows="consultation", file="opinions"),
    Kind("vote", m.Vote, ("statement", "voter", "cast"), follows="statement", file="opinions"),
    Kind(
        "moderation", m.ModerationAct, ("submission", "statement", "act", "on"), follows="submission", file="opinions"
    ),
    Kind("response", m.Response, ("submission", "number"), follows="submission", file="opinions"),
    Kind(
        "announcement",
        m.Announcement,
        operation="announcement.draft",
        subject="strategy",
        follows="strategy",
        file="strategies",
    ),
    Kind("correction", m.Correction, ("announcement", "number"), follows="announcement", file="strategies"),
    Kind("edition", m.PublishedEdition, ("number",), file="strategies"),
    Kind("review", m.Review, operation="review.open", subject="body", follows="body", file="reviews"),
    Kind("panel", m.Panel, follows="body", file="runs"),
    Kind("comparison", m.Comparison, ("panel", "judge", "number"), follows="panel", file="runs"),
    Kind("criteria", m.CriteriaSet, ("number",), file="runs"),
    Kind("run", m.RunRecord, file="runs"),
    Kind(
        "ground",
        m.Ground,
        ("measure", "decision", "submission", "milestone", "run", "figure"),
        operation="measure.ground",
        subject="measure",
        follows="measure",
        file="measures",
    ),
    Kind("conclusion", m.ReviewConclusion, ("review", "area"), follows="review", file="reviews"),
)
"""Every kind; what names a row refers to kinds that stand before it only."""

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
BY_MODEL: Mapping[type[models.Model], Kind] = {kind.model: kind for kind in KINDS}
FILES: tuple[str, ...] = tuple(dict.fromkeys(kind.file for kind in KINDS))


def named(parts: list[object]) -> str:
    """A row's name from the values of its identity; "-" for what is not given."""
    return "/".join("-" if part in (None, "") else str(part) for part in parts)


class Names:
    """Both ways between rows of the database and their names in the record."""

    def __init__(self) -> None:
        self._key: dict[tuple[str, int], str] = {}
        self._pk: dict[tuple[str, str], int] = {}

    @classmethod
    def of(cls, programme: m.Programme) -> Names:
        """One query a kind."""
        names = cls()
        for kind in KINDS:
            columns = [kind.fields[name].attname for name in kind.identity]
            for pk, *values in kind.rows(programme).values_list("pk", *columns):
                names.add(kind, pk, dict(zip(kind.identity, values, strict=True)))
        return names

    def add(self, kind: Kind, pk: int, identity: Mapping[str, Any]) -> str:
        """Name a row. identity: column -> value, the number of the row for a reference."""
        parts: list[object] = []
        for name, value in identity.items():
            field = kind.fields[name]
            if isinstance(field, models.ForeignKey) and value is not None:
                value = self.key(BY_MODEL[target(field)].name, value)
            elif isinstance(field, models.DateTimeField):
                value = value.timestamp()
            parts.append(value)
        return self._put(kind.name, named(parts), pk)

    def _put(self, kind: str, key: str, pk: int) -> str:
        free, number = key, 1
        while (kind, free) in self._pk:
            number += 1
            free = f"{key}~{number}"
        self._pk[kind, free] = pk
        self._key[kind, pk] = free
        return free

    def key(self, kind: str, pk: int) -> str:
        return self._key[kind, pk]

    def pk(self, kind: str, key: str) -> int | None:
        return self._pk.get((kind, key))

    def keys(self, kind: str) -> list[str]:
        return [key for known, key in self._pk if known == kind]
