"""What stands behind a measure, and what does not."""

from __future__ import annotations

from django.db.models import QuerySet

from majung.taskforce.models import Measure, Programme, Strategy


def unbacked(strategy: Strategy) -> list[Measure]:
    """Measures of a strategy that break invariant 4: no decision, or no opinion, assessment, milestone behind them."""
    measures = Measure.objects.filter(task__strategy=strategy).exclude(state="dropped")
    return bare(list(measures.prefetch_related("grounds").order_by("key")))


def orphans(programme: Programme) -> QuerySet[Measure]:
    """Announced measures of a programme that break invariant 4."""
    measures = Measure.objects.filter(standing__programme=programme, task__strategy__state="announced")
    return lacking(measures.exclude(state="dropped")).order_by("key")


def lacking(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Those that no decision, or no opinion, assessment or milestone stands behind, by their standing."""
    return measures.filter(standing__backed=False)


def bare(measures: list[Measure]) -> list[Measure]:
    """The same of measures that are at hand, from their grounds. Prefetch `grounds`."""
    return [
        measure
        for measure in measures
        if not any(g.decision_id for g in measure.grounds.all())
        or not any(g.submission_id or g.milestone_id or g.run_id for g in measure.grounds.all())
    ]
