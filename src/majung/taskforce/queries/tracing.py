"""What stands behind a measure, and what does not."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from majung.taskforce.models import Ground, Measure, Programme, Strategy


def unbacked(strategy: Strategy) -> list[Measure]:
    """Measures of a strategy that break invariant 4: no decision, or no opinion, assessment, milestone behind them."""
    measures = Measure.objects.filter(task__strategy=strategy).exclude(state="dropped")
    return list(lacking(measures).order_by("key"))


def orphans(programme: Programme) -> list[Measure]:
    """Announced measures of a programme that break invariant 4."""
    measures = Measure.objects.filter(programme=programme, task__strategy__state="announced").exclude(state="dropped")
    return list(lacking(measures).order_by("key"))


def lacking(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Those that no decision, or no opinion, assessment or milestone stands behind; the database looks."""
    grounds = Ground.objects.filter(measure=OuterRef("pk"))
    opinion = Q(submission__isnull=False) | Q(milestone__isnull=False) | Q(run__isnull=False)
    return measures.filter(~Exists(grounds.filter(decision__isnull=False)) | ~Exists(grounds.filter(opinion)))


def bare(measures: list[Measure]) -> list[Measure]:
    """The same of measures that are at hand. Prefetch `grounds`."""
    return [
        measure
        for measure in measures
        if not any(g.decision_id for g in measure.grounds.all())
        or not any(g.submission_id or g.milestone_id or g.run_id for g in measure.grounds.all())
    ]
