"""Recompute a kept run from its own inputs and compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from majung.programme import kept as kept_definitions
from majung.programme import load_programme
from majung.runs.digest import Difference, differences, digest
from majung.runs.figures import Figures
from majung.runs.kept import DEFINITIONS, EVIDENCE, FIGURES, INPUTS, Kept, damaged, frames
from majung.runs.run import KEYS, Progress, Run, compute, silent


@dataclass(frozen=True)
class Reproduction:
    """What recomputing a run showed.

    tampered: kept files that are not the ones that the manifest states, tables by name; and copies of inputs, lineage
    or figure ids that are not what the inputs give. differences: cells in which the recomputed tables differ from the
    kept ones. versions: package -> (then, now) where they differ.
    """

    run: Run
    recomputed_digest: str
    tampered: tuple[str, ...]
    differences: tuple[Difference, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def identical(self) -> bool:
        """The recomputed digest is the published one, and what is kept is what was published."""
        return not self.tampered and self.recomputed_digest == self.run.manifest["digest"]


def reproduce(folder: Path, progress: Progress = silent) -> Reproduction:
    """Recompute the run in `folder` from the definitions and evidence kept with it, validated anew, and compare."""
    progress("evidence")
    kept = Kept.at(folder)
    programme = load_programme(folder / INPUTS)
    try:
        tables = {name: pd.read_parquet(folder / _table(name)) for name in kept.manifest["digests"]}
    except (OSError, ValueError) as error:
        raise damaged(folder, error) from error
    again = compute(programme, progress)
    found = [
        difference
        for name, frame in tables.items()
        for difference in differences(name, frame, again.tables[name], KEYS[name])
    ]
    then, now = kept.manifest["versions"], again.manifest["versions"]
    changed = {package: (then.get(package, ""), now[package]) for package in now if then.get(package) != now[package]}
    return Reproduction(
        Run(kept.manifest["id"], kept.manifest, programme, tables, {}, folder),
        again.manifest["digest"],
        _tampered(kept, tables, again),
        tuple(found),
        changed,
    )


def _tampered(kept: Kept, tables: dict[str, pd.DataFrame], again: Run) -> tuple[str, ...]:
    """Tables by their canonical digest, the other files by their own; then what was kept only to be read quickly."""
    stated = kept.manifest["digests"]
    found = [name for name, frame in tables.items() if digest(frame, KEYS[name]) != stated[name]]
    altered = [name for name in kept.altered() if name not in map(_table, tables)]
    # Figure ids follow from the kept tables, evidence from the inputs; lineage and definitions also from the code.
    same_code = again.manifest["hashes"]["code"] == kept.manifest["hashes"]["code"]
    copies = {name: frame for name, frame in frames(again).items() if name.startswith(f"{EVIDENCE}/") or same_code}
    copies = {name: frame for name, frame in copies.items() if name not in map(_table, tables)}
    copies[FIGURES] = Figures.of(kept.manifest["id"], tables, KEYS).frame
    wrong = [name for name, frame in copies.items() if name not in altered and not _alike(name, frame, kept)]
    if same_code and DEFINITIONS not in altered and kept.read(DEFINITIONS) != kept_definitions.as_json(again.programme):
        wrong.append(DEFINITIONS)
    return tuple(found + altered + sorted(wrong))


def _alike(name: str, frame: pd.DataFrame, kept: Kept) -> bool:
    there = kept.frame(name)
    if name == FIGURES:
        # Tables are in no order; a figure and its place in its table are.
        frame, there = (one.sort_values("name", ignore_index=True) for one in (frame, there))
    return frame.equals(there)


def _table(name: str) -> str:
    return f"tables/{name}.parquet"
