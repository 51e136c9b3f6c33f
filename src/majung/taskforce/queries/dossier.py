"""What a review looks at, as data: per area its measures, lights, readings, demands and the latest run.

`dossier` is what is frozen, read in batches; `counts` and `lines` are what a page shows of it: from the frozen dossier,
or counted by the database while the review is open, so that no page reads the readings of all measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from majung.taskforce.models import (
    Area,
    Light,
    Measure,
    Metric,
    Programme,
    Reading,
    Review,
    RunRecord,
    Standing,
    Submission,
    Target,
)
from majung.taskforce.models.measures import days_late
from majung.taskforce.queries.lights import by_rule, is_late, way_reached
from majung.taskforce.rules.words import Colour, Judge

AT_A_TIME = 2000
"""Measures whose readings are in memory at a time."""
KEPT = 4
"""Frozen dossiers that a process keeps as lines; they never change."""


class AreaCounts(NamedTuple):
    """An area (its key) in numbers. silent: measures on which the rule could say nothing."""

    area: str
    measures: int
    verified: int
    late: int
    silent: int
    received: int
    answered: int


class Line(NamedTuple):
    """A measure of a dossier. readings: per metric with a reading of the period its last value and its last target."""

    area: str
    measure: str
    state: str
    rule: str
    owner: str
    reviewer: str
    readings: tuple[tuple[float, float | None], ...]


def dossier(review: Review, day: date) -> dict[str, Any]:
    """Performance and trends of a review's period as known on a day; what is not reported is counted as such."""
    programme = review.programme
    run = RunRecord.objects.filter(programme=programme).order_by("pk").last()
    measures: dict[str, list[dict[str, Any]]] = {}
    columns = of_areas(programme).values_list("pk", "area", "key", "state", "due")
    rows = columns.iterator(AT_A_TIME)
    while part := list(islice(rows, AT_A_TIME)):
        pks = [pk for pk, *_ in part]
        metrics, said = _metrics_of(pks), _said(pks, day)
        for pk, area, key, state, due in part:
            own = metrics.get(pk, ())
            late = days_late(state, due, day)
            known = [reached for metric in own if not late and (reached := metric.reached(day)) is not None]
            told = {
                "measure": key,
                "state": state,
                "late_days": late,
                "lights": {
                    "rule": by_rule(state, late, min(known, default=None)).value,
                    "owner": said.get((pk, Judge.OWNER), Colour.GREY.value),
                    "reviewer": said.get((pk, Judge.REVIEWER), Colour.GREY.value),
                },
                "metrics": [metric.told(review) for metric in own],
            }
            measures.setdefault(area, []).append(told)
    demands = _demands(programme)
    return {
        "review": review.key,
        "period": [review.period_from.isoformat(), review.period_to.isoformat()],
        "as_of": day.isoformat(),
        "run": {"id": run.key, "digest": run.digest} if run else None,
        "areas": [
            {
                "area": key,
                "measures": measures.get(key, []),
                "demands": dict(zip(("received", "answered"), demands.get(key, (0, 0)), strict=True)),
            }
            for key in _areas(programme)
        ],
    }


def of_areas(programme: Programme) -> QuerySet[Any]:
    """The measures of a programme's areas in the order of a dossier, each with its area's key as `area`."""
    measures = Measure.objects.filter(programme=programme, task__strategy__area__isnull=False)
    return measures.annotate(area=F("task__strategy__area__key")).order_by("area", "key")


def counts(programme: Programme, day: date) -> list[AreaCounts]:
    """Each area in numbers as a dossier frozen now would count it, from the standings of its measures."""
    found = Standing.objects.filter(programme=programme, area__isnull=False).order_by().values_list("area__key")
    told = found.annotate(
        n=Count("pk"),
        verified=Count("pk", filter=Q(state="verified")),
        late=Count("pk", filter=is_late(day)),
        silent=Count("pk", filter=Q(way=Colour.GREY) & (Q(late_from=None) | Q(late_from__gt=day))),
    )
    own: dict[str, tuple[int, int, int, int]] = {area: (n, done, late, grey) for area, n, done, late, grey in told}
    demands = _demands(programme)
    return [AreaCounts(key, *own.get(key, (0, 0, 0, 0)), *demands.get(key, (0, 0))) for key in _areas(programme)]


def without_reading(review: Review) -> tuple[int, int]:
    """(measures of the areas without a reading in the review's period, all of them)."""
    read = Reading.objects.filter(metric__measure=OuterRef("pk"), on__range=(review.period_from, review.period_to))
    told = Measure.objects.filter(programme=review.programme, task__strategy__area__isnull=False).order_by()
    found = told.aggregate(silent=Count("pk", filter=~Exists(read)), n=Count("pk"))
    return found["silent"], found["n"]


def line(measure: Any, review: Review) -> Line:
    """A measure of `of_areas` with its lights, targets and readings as a line of the open dossier."""
    metrics = _metrics(measure, review)
    colours = measure.rule_colour, measure.owner_colour, measure.reviewer_colour
    return Line(measure.area, measure.key, measure.state, *colours, _last(metrics))


Kept = tuple[str, str, str, str, str, str, tuple[tuple[float, float | None], ...]]
"""A `Line` as a plain tuple: the collector forgets those, and would walk through 50,000 named ones again and again."""


def frozen(review: Review) -> tuple[list[AreaCounts], list[Kept]]:
    """The areas and measures of a frozen dossier. The review may have been read without its dossier."""
    return _frozen(review.pk, review.dossier_hash)


@lru_cache(maxsize=KEPT)
def _frozen(review: int, digest: str) -> tuple[list[AreaCounts], list[Kept]]:  # noqa: ARG001  (of the content)
    material = Review.objects.values_list("dossier", flat=True).get(pk=review)
    areas: list[AreaCounts] = []
    lines: list[Kept] = []
    for area in material["areas"]:
        own = [
            (
                area["area"],
                m["measure"],
                m["state"],
                m["lights"]["rule"],
                m["lights"]["owner"],
                m["lights"]["reviewer"],
                _last(m["metrics"]),
            )
            for m in area["measures"]
        ]
        numbers = (
            len(own),
            sum(m["state"] == "verified" for m in area["measures"]),
            sum(m["late_days"] > 0 for m in area["measures"]),
            sum(m["lights"]["rule"] == Colour.GREY for m in area["measures"]),
        )
        areas.append(AreaCounts(area["area"], *numbers, area["demands"]["received"], area["demands"]["answered"]))
        lines += own
    return areas, lines


def _areas(programme: Programme) -> list[str]:
    return list(Area.objects.filter(programme=programme).order_by("key").values_list("key", flat=True))


def _demands(programme: Programme) -> Mapping[str, tuple[int, int]]:
    """Area key -> (received, answered)."""
    found = Submission.objects.filter(programme=programme, area__isnull=False).order_by().values_list("area__key")
    counted = found.annotate(n=Count("pk"), answered=Count("pk", filter=Q(state="answered")))
    return {area: (n, answered) for area, n, answered in counted}


@dataclass
class _Metric:
    """A metric as plain columns: half a million readings are too many to be rows with methods. baseline: (day, value);
    targets: (day, value); readings: (day, number, value) by day and number."""

    key: str
    direction: str
    baseline: tuple[date | None, float | None]
    targets: list[tuple[date, float]] = field(default_factory=list)
    readings: list[tuple[date, int, float]] = field(default_factory=list)

    def reached(self, day: date) -> float | None:
        return way_reached(self.direction, self.baseline, self.targets, self.readings, day)

    def told(self, review: Review) -> dict[str, Any]:
        return {
            "metric": self.key,
            "baseline": self.baseline[1],
            "targets": [[by.isoformat(), value] for by, value in self.targets],
            "readings": [
                [on.isoformat(), value]
                for on, _, value in self.readings
                if review.period_from <= on <= review.period_to
            ],
        }


def _metrics_of(measures: list[int]) -> dict[int, list[_Metric]]:
    """Measure (id) -> its metrics with targets and readings, in three queries."""
    of: dict[int, list[_Metric]] = {}
    by_pk: dict[int, _Metric] = {}
    columns = ("pk", "measure_id", "key", "direction", "baseline_on", "baseline")
    metrics = Metric.objects.filter(measure__in=measures).order_by("pk").values_list(*columns)
    for pk, measure, key, direction, since, start in metrics:
        by_pk[pk] = _Metric(key, direction, (since, start))
        of.setdefault(measure, []).append(by_pk[pk])
    targets = Target.objects.filter(metric__measure__in=measures).order_by("pk")
    for metric, by, value in targets.values_list("metric_id", "by", "value"):
        by_pk[metric].targets.append((by, value))
    readings = Reading.objects.filter(metric__measure__in=measures).order_by("metric", "on", "number")
    for metric, on, number, value in readings.values_list("metric_id", "on", "number", "value"):
        by_pk[metric].readings.append((on, number, value))
    return of


def _said(measures: list[int], day: date) -> dict[tuple[int, str], str]:
    """(measure, judge) -> the last light that the judge said by the day."""
    found = Light.objects.filter(measure__in=measures, on__lte=day).order_by("on", "pk")
    return {(measure, judge): colour for measure, judge, colour in found.values_list("measure_id", "judge", "colour")}


def _metrics(measure: Measure, review: Review) -> list[dict[str, Any]]:
    return [
        {
            "metric": metric.key,
            "baseline": metric.baseline,
            "targets": [[t.by.isoformat(), t.value] for t in metric.targets.all()],
            "readings": [
                [r.on.isoformat(), r.value]
                for r in sorted(metric.readings.all(), key=lambda r: (r.on, r.number))
                if review.period_from <= r.on <= review.period_to
            ],
        }
        for metric in measure.metrics.all()
    ]


def _last(metrics: Iterable[Mapping[str, Any]]) -> tuple[tuple[float, float | None], ...]:
    return tuple(
        (metric["readings"][-1][1], metric["targets"][-1][1] if metric["targets"] else None)
        for metric in metrics
        if metric["readings"]
    )
