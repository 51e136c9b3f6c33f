"""What is due for erasure, by the periods in rules/retention.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from django.db.models import Max

from majung.taskforce.models import Person, Programme, Submission
from majung.taskforce.rules.words import Text


@dataclass(frozen=True)
class Period:
    """A retention rule: its name, the days after its event, what it says."""

    rule: str
    days: int
    said: Text


@cache
def periods() -> dict[str, Period]:
    """Kind of row -> its rule."""
    file = resources.files("majung.taskforce.rules").joinpath("retention.toml")
    table = tomllib.loads(file.read_text("utf-8"))
    return {kind: Period(row["rule"], row["days"], {"en": row["en"], "ko": row["ko"]}) for kind, row in table.items()}


def persons_due(programme: Programme, day: date) -> list[Person]:
    """People whose last mandate ended longer ago than the period and whose fields still stand."""
    before = day - timedelta(days=periods()["person"].days)
    kept = Person.objects.filter(programme=programme, erased_on=None).exclude(name="", email="")
    ended = kept.annotate(last=Max("mandates__ends")).filter(last__lt=before).exclude(mandates__ends=None)
    return list(ended.order_by("key"))


def submissions_due(programme: Programme, day: date) -> list[Submission]:
    """Submissions answered last, or withdrawn, longer ago than the period, whose fields still stand."""
    before = day - timedelta(days=periods()["submission"].days)
    kept = Submission.objects.filter(programme=programme, erased_on=None)
    answered = kept.filter(state="answered").annotate(last=Max("responses__answered_on")).filter(last__lt=before)
    withdrawn = kept.filter(state="withdrawn").annotate(last=Max("moderation__on")).filter(last__lt=before)
    return sorted([*answered, *withdrawn], key=lambda submission: submission.key)
