"""Which run the institution stands on, and its results as kept in the runs folder."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from django.db.models import Exists, OuterRef, Q

from majung.runs import Run, RunError, load_run
from majung.taskforce.models import Area, CoreProject, Programme, RunRecord

KEPT = 4
"""Runs held in memory at a time."""

_reading = threading.RLock()


def kept(key: str, digest: str, runs: Path) -> Run:
    """The results of a run that was taken in with this digest, from the folder of runs.

    Their files are checked against the manifest that was taken in, once a process before anything is shown, and each
    when it is read. Raises RunError if a part is missing or is not what was taken in.
    """
    # One reading at a time: the first visitors after a start must not each read the same run.
    with _reading:
        return _kept(key, digest, runs)


def taken_in(key: str, runs: Path) -> Run:
    """The same for the run that was taken in under a key. Raises RunError also if none was."""
    digest = RunRecord.objects.filter(key=key).values_list("digest", flat=True).first()
    return kept(key, digest or "", runs)


@lru_cache(maxsize=KEPT)
def _kept(key: str, digest: str, runs: Path) -> Run:
    taken_in = RunRecord.objects.filter(key=key, digest=digest).values_list("manifest", flat=True).first()
    if taken_in is None:
        raise RunError(f"run {key} with digest {digest[:16]} was not taken in")
    return load_run(runs / key, taken_in)


def in_force(programme: Programme) -> RunRecord | None:
    """The newest run that was taken in of the definitions as they stood, or from which an area was adopted or a core
    project chosen. A run that was asked with other weights or budgets only to look at is not in force."""
    adopted = Exists(Area.objects.filter(adopted_run=OuterRef("pk")))
    chosen = Exists(CoreProject.objects.filter(chosen_run=OuterRef("pk")))
    return RunRecord.objects.filter(Q(changes={}) | adopted | chosen, programme=programme).order_by("-pk").first()
