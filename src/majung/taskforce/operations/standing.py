"""Keeping `Standing` in step: after each deed that changes a reading, target, metric or light."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from majung.taskforce.models import Measure, Standing
from majung.taskforce.queries.lights import last_said, progress
from majung.taskforce.rules.words import Colour, Judge


def restate(measures: Iterable[Measure]) -> None:
    """Derive the standings of some measures anew, within the operation that changed what they rest on."""
    keys = [measure.pk for measure in measures]
    fresh = Measure.objects.filter(pk__in=keys).prefetch_related("lights", "metrics__targets", "metrics__readings")
    rows = [
        Standing(
            measure=measure,
            progress=progress(measure, date.max),
            owner=_said(measure, Judge.OWNER),
            reviewer=_said(measure, Judge.REVIEWER),
        )
        for measure in fresh
    ]
    Standing.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["measure"], update_fields=["progress", "owner", "reviewer"]
    )


def _said(measure: Measure, judge: Judge) -> str | None:
    colour = last_said(measure, judge, date.max)
    return None if colour == Colour.GREY else colour.value
