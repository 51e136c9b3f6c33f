"""What is due for erasure, by the periods in rules/retention.toml, and what was erased."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.db.models import Case, Max, Q, QuerySet, When

from majung.taskforce.models import Person, Programme, Submission, Tombstone
from majung.taskforce.rules.words import ErasureRule, Text


@dataclass(frozen=True)
class Period:
    """A retention rule: its name, the days after its event, what it says."""

    rule: ErasureRule
    days: int
    said: Text


@dataclass(frozen=True)
class Expired:
    """A row whose personal fields have been kept long enough. event: the day that the period counts from."""

    row: Person | Submission
    period: Period
    event: date

    @property
    def since(self) -> date:
        """The first day on which it was due."""
        return self.event + timedelta(days=self.period.days + 1)


@cache
def periods() -> dict[str, Period]:
    """Kind of row -> its rule."""
    file = resources.files("majung.taskforce.rules").joinpath("retention.toml")
    table = tomllib.loads(file.read_text("utf-8"))
    return {
        kind: Period(ErasureRule(row["rule"]), row["days"], {"en": row["en"], "ko": row["ko"]})
        for kind, row in table.items()
    }


def due(programme: Programme, day: date) -> list[Expired]:
    """Everything that is due on a day, what has waited longest first."""
    found = [*persons_due(programme, day), *submissions_due(programme, day)]
    return sorted(found, key=lambda one: (one.since, one.row._meta.model_name, one.row.key))


def persons_due(programme: Programme, day: date, one: Person | None = None) -> list[Expired]:
    """People whose last mandate ended longer ago than the period and whose fields, or account, stood on the day.

    one: only that row.
    """
    period = periods()["person"]
    kept = Person.objects.filter(_standing(day), programme=programme)
    kept = kept.exclude(name="", email="", user=None, erased_on=None)
    if one is not None:
        kept = kept.filter(pk=one.pk)
    ended = kept.annotate(last=Max("mandates__ends")).filter(last__lt=_before(period, day))
    return [Expired(person, period, person.last) for person in ended.exclude(mandates__ends=None).order_by("key")]


def submissions_due(programme: Programme, day: date, one: Submission | None = None) -> list[Expired]:
    """Submissions answered last, or withdrawn, longer ago than the period, whose fields stood on the day; one that was
    merged goes by the one that it was merged into.

    one: only that row.
    """
    period = periods()["submission"]
    kept = Submission.objects.filter(_standing(day), programme=programme)
    if one is not None:
        kept = kept.filter(pk=one.pk)
    over = _over(kept).filter(last__lt=_before(period, day))
    found = [Expired(submission, period, submission.last) for submission in over]
    found += _merged(programme, kept, period, day)
    return sorted(found, key=lambda expired: expired.row.key)


def erasures(programme: Programme) -> QuerySet[Tombstone]:
    """Erasures that were done in a programme, the latest first."""
    persons, submissions = (kind.objects.filter(programme=programme).values("pk") for kind in (Person, Submission))
    mine = Q(table="person", row__in=persons) | Q(table="submission", row__in=submissions)
    return Tombstone.objects.filter(mine).order_by("-erased", "-pk")


def _over(submissions: QuerySet[Submission]) -> QuerySet[Any]:
    """Those that were answered or withdrawn; last: on which day."""
    answered = When(state="answered", then=Max("responses__answered_on"))
    withdrawn = When(state="withdrawn", then=Max("moderation__on"))
    return submissions.filter(state__in=("answered", "withdrawn")).annotate(last=Case(answered, withdrawn))


def _merged(programme: Programme, kept: QuerySet[Submission], period: Period, day: date) -> list[Expired]:
    into = dict(Submission.objects.filter(programme=programme, state="merged").values_list("pk", "merged_into"))
    if not into:
        return []
    over = dict(_over(Submission.objects.filter(pk__in=set(into.values()))).values_list("pk", "last"))
    found = []
    for submission in kept.filter(state="merged"):
        end = submission.pk
        while (further := into.get(end)) is not None:
            end = further
        if end in over and over[end] < _before(period, day):
            found.append(Expired(submission, period, over[end]))
    return found


def _before(period: Period, day: date) -> date:
    return day - timedelta(days=period.days)


def _standing(day: date) -> Q:
    """Rows whose personal fields were not yet erased on a day."""
    return Q(erased_on=None) | Q(erased_on__gt=day)
