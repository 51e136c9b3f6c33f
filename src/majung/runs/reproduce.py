"""Recompute a kept run from its own inputs and compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from majung.runs.digest import Difference, differences, digest
from majung.runs.run import KEYS, Progress, Run, compute, load_run, silent


@dataclass(frozen=True)
class Reproduction:
    """What recomputing a run showed.

    tampered: tables whose kept file no longer has the digest that the manifest states. differences: cells in which the
    recomputed tables differ from the kept ones. versions: package -> (then, now) where they differ.
    """

    run: Run
    recomputed_digest: str
    tampered: tuple[str, ...]
    differences: tuple[Difference, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def identical(self) -> bool:
        """The recomputed digest is the published one, and the kept tables are the published ones."""
        return not self.tampered and self.recomputed_digest == self.run.manifest["digest"]


def reproduce(folder: Path, progress: Progress = silent) -> Reproduction:
    """Recompute the run in `folder` from the definitions and evidence kept with it."""
    progress("evidence")
    kept = load_run(folder)
    again = compute(kept.programme, progress)
    stated = kept.manifest["digests"]
    tampered = tuple(name for name, frame in kept.tables.items() if digest(frame, KEYS[name]) != stated[name])
    found = [
        difference
        for name, frame in kept.tables.items()
        for difference in differences(name, frame, again.tables[name], KEYS[name])
    ]
    then, now = kept.manifest["versions"], again.manifest["versions"]
    changed = {package: (then.get(package, ""), now[package]) for package in now if then.get(package) != now[package]}
    return Reproduction(kept, again.manifest["digest"], tampered, tuple(found), changed)
