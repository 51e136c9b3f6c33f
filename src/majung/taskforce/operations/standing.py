"""Keeping `Standing` in step: at the end of each act, for the measures that it touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F, Q

from majung.taskforce.models import (
    CoreTask,
    Ground,
    Journaled,
    Light,
    Measure,
    Metric,
    Reading,
    Standing,
    Strategy,
    Target,
)
from majung.taskforce.queries.lights import CAN_BE_LATE, last_said, on_the_way, progress
from majung.taskforce.queries.tracing import bare
from majung.taskforce.rules.words import Judge

ORIGIN = ("lights", "metrics__targets", "metrics__readings", "grounds")
"""What a standing is derived from, besides the measure and its strategy."""


def touched(rows: Iterable[Journaled]) -> set[int]:
    """The measures (ids) whose standing may follow from what was written."""
    found: set[int] = set()
    plans: list[Q] = []
    for row in rows:
        if isinstance(row, Measure):
            found.add(row.pk)
        elif isinstance(row, Ground | Light | Metric):
            found.add(row.measure_id)
        elif isinstance(row, Reading | Target):
            found.add(row.metric.measure_id)
        elif isinstance(row, CoreTask):
            plans.append(Q(task=row))
        elif isinstance(row, Strategy):
            plans.append(Q(task__strategy=row))
    for plan in plans:
        moved = Measure.objects.filter(plan).exclude(standing__area=F("task__strategy__area"))
        found.update(moved.values_list("pk", flat=True))
    return found


def restate(measures: Iterable[int]) -> None:
    """Derive the standings of some measures (ids) anew, within the act that changed what they rest on."""
    keys = list(measures)
    if not keys:
        return
    fresh = Measure.objects.filter(pk__in=keys).select_related("task__strategy")
    rows = [standing(measure) for measure in fresh.prefetch_related(*ORIGIN)]
    derived = [field.name for field in Standing._meta.concrete_fields if not field.primary_key]
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["measure"], update_fields=derived)


def standing(measure: Measure) -> Standing:
    """Where a measure stands by what is on record. Prefetch `ORIGIN`."""
    way = progress(measure, date.max)
    late = measure.state in CAN_BE_LATE and measure.due is not None and measure.due < date.max
    return Standing(
        measure=measure,
        programme_id=measure.programme_id,
        area_id=measure.task.strategy.area_id,
        state=measure.state,
        late_from=measure.due + timedelta(days=1) if late and measure.due else None,
        progress=way,
        way=on_the_way(measure.state, way).value,
        owner=last_said(measure, Judge.OWNER, date.max).value,
        reviewer=last_said(measure, Judge.REVIEWER, date.max).value,
        backed=not bare([measure]),
    )
