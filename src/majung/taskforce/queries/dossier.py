"""What a review looks at, as data: per area its measures, lights, readings, demands and the latest run.

`dossier` is what is frozen, read in batches; `counts` and `lines` are what a page shows of it: from the frozen dossier,
or counted by the database while the review is open, so that no page reads the readings of all measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from majung.taskforce.models import Area, Measure, Programme, Reading, Review, RunRecord, Standing, Submission
from majung.taskforce.queries.lights import is_late, lights
from majung.taskforce.rules.words import Colour

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
    for measure in (
        of_areas(programme).prefetch_related("lights", "metrics__targets", "metrics__readings").iterator(AT_A_TIME)
    ):
        measures.setdefault(measure.area, []).append(_measure(measure, review, day))
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


def _measure(measure: Measure, review: Review, day: date) -> dict[str, Any]:
    said = lights(measure, day)
    return {
        "measure": measure.key,
        "state": measure.state,
        "late_days": measure.late_by(day),
        "lights": {"rule": said.rule.value, "owner": said.owner.value, "reviewer": said.reviewer.value},
        "metrics": _metrics(measure, review),
    }


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
