"""Which run the institution stands on."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from majung.taskforce.models import Area, CoreProject, Programme, RunRecord


def in_force(programme: Programme) -> RunRecord | None:
    """The newest run that was taken in of the definitions as they stood, or from which an area was adopted or a core
    project chosen. A run that was asked with other weights or budgets only to look at is not in force."""
    adopted = Exists(Area.objects.filter(adopted_run=OuterRef("pk")))
    chosen = Exists(CoreProject.objects.filter(chosen_run=OuterRef("pk")))
    return RunRecord.objects.filter(Q(changes={}) | adopted | chosen, programme=programme).order_by("-pk").first()
