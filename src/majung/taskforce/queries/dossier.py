"""What a review looks at, as data: per area its measures, lights, readings, demands and the latest run."""

from __future__ import annotations

from datetime import date
from typing import Any

from majung.taskforce.models import Area, Measure, Review, Submission
from majung.taskforce.queries.lights import lights
from majung.taskforce.queries.runs import in_force


def dossier(review: Review, day: date) -> dict[str, Any]:
    """Performance and trends of a review's period as known on a day; what is not reported is counted as such."""
    programme = review.programme
    run = in_force(programme)
    areas = []
    for area in Area.objects.filter(programme=programme).order_by("key"):
        measures = (
            Measure.objects.filter(programme=programme, task__strategy__area=area)
            .select_related("owner")
            .prefetch_related("lights", "metrics__targets", "metrics__readings")
            .order_by("key")
        )
        submissions = Submission.objects.filter(programme=programme, area=area)
        areas.append(
            {
                "area": area.key,
                "measures": [_measure(measure, review, day) for measure in measures],
                "demands": {
                    "received": submissions.count(),
                    "answered": submissions.filter(state="answered").count(),
                },
            }
        )
    return {
        "review": review.key,
        "period": [review.period_from.isoformat(), review.period_to.isoformat()],
        "as_of": day.isoformat(),
        "run": {"id": run.key, "digest": run.digest} if run else None,
        "areas": areas,
    }


def _measure(measure: Measure, review: Review, day: date) -> dict[str, Any]:
    said = lights(measure, day)
    return {
        "measure": measure.key,
        "state": measure.state,
        "late_days": measure.late_by(day),
        "lights": {"rule": said.rule.value, "owner": said.owner.value, "reviewer": said.reviewer.value},
        "metrics": [
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
        ],
    }
