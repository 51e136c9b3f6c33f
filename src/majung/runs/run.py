"""Runs: what one is, and computing it."""

from __future__ import annotations

import hashlib
import html
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

import majung
from majung import diagnosis, discovery, selection
from majung.evidence import Package
from majung.evidence.lineage import Chains
from majung.methods.labelled import InputError
from majung.programme import Programme
from majung.programme.draws import Draws
from majung.runs.digest import digest
from majung.runs.figures import Figures

KEYS: dict[str, tuple[str, ...]] = {**discovery.KEYS, **diagnosis.KEYS, **selection.KEYS}
"""The key columns of every result table."""

Progress = Callable[[str], None]


def silent(_stage: str) -> None:
    """Progress that nobody watches."""


STAGES = ("evidence", "discovery", "diagnosis", "selection", "writing")


class RunError(InputError):
    """A run cannot be made, found or read; the message says what to do."""


@dataclass(frozen=True)
class Run:
    """The results of one pass from evidence to portfolio.

    tables: name -> frame, keyed as KEYS says. lineages: room -> what each of its rows rests on, as
    `Lineage.to_frame` gives it. manifest: hashes, parameters, versions, digests. programme: the definitions and
    evidence as they were. folder: where it is kept, None if only in memory. Of a kept run, tables and lineages are read
    when they are asked for.
    """

    id: str
    manifest: dict[str, Any]
    programme: Programme
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    lineages: Mapping[str, pd.DataFrame] = field(repr=False)
    folder: Path | None = None

    @cached_property
    def lineage(self) -> Chains:
        """What each result row rests on, and what rests on it, over all rooms."""
        return Chains(self.lineages.values())

    @property
    def evidence(self) -> Package:
        return self.programme.evidence

    @property
    def ranking(self) -> pd.DataFrame:
        """The ranking with names: what a notebook wants to see first."""
        names = {i.id: i.name for i in self.programme.candidates}
        ranking = self.tables["ranking"]
        labels = pd.DataFrame({c: [names[k][c] for k in ranking["candidate"]] for c in ("ko", "en")})
        return pd.concat([labels.rename(columns={"ko": "name_ko", "en": "name_en"}), ranking], axis=1).set_index("rank")

    def _repr_html_(self) -> str:
        shown = self.ranking[["name_ko", "name_en", "score", "score_low", "score_high", "p_selected", "measured"]]
        said = f"{self.id}: {self.manifest['mode']}, evidence to the end of {self.manifest['cut_year']}"
        return f"<p>{html.escape(said)}</p>{shown.to_html(float_format='{:.2f}'.format)}"

    @cached_property
    def figures(self) -> Figures:
        return Figures.of(self.id, self.tables, KEYS)

    def figure(self, table: str, *key: object) -> str:
        """The short id of a row, as printed beside its numbers."""
        return self.figures.id(table, *key)


def compute(programme: Programme, progress: Progress = silent, diagnosed: diagnosis.Diagnosis | None = None) -> Run:
    """Run a programme in memory. progress is called with the name of each stage as it begins.

    diagnosed: a diagnosis that rests on the same inputs (:func:`diagnosis_hash`), to be used as it is.
    """
    started = time.perf_counter()
    draws = Draws(programme.charter.seed, programme.charter.samples)
    progress("discovery")
    found = discovery.discover(programme, draws)
    progress("diagnosis")
    diagnosed = diagnosed or diagnosis.diagnose(programme, draws)
    progress("selection")
    selected = selection.select(programme, draws, diagnosed.tables["gaps"])
    tables = {**found.tables, **diagnosed.tables, **selected.tables}
    parts = {"discovery": found.lineage, "diagnosis": diagnosed.lineage, "selection": selected.lineage}
    lineages = {room: part.to_frame() for room, part in parts.items()}
    digests = {table: digest(frame, KEYS[table]) for table, frame in sorted(tables.items())}
    run_id = run_identifier(programme)
    charter = programme.charter
    manifest = {
        "id": run_id,
        "programme": charter.id,
        "mode": charter.mode,
        "cut_year": charter.cut_year,
        "country": charter.country,
        "seed": charter.seed,
        "samples": charter.samples,
        "hashes": {
            "definitions": programme.hash,
            "evidence": programme.evidence.hash,
            "code": code_hash(),
            "diagnosis": diagnosis_hash(programme),
        },
        "digest": hashlib.sha256("".join(digests.values()).encode()).hexdigest(),
        "digests": digests,
        "versions": {
            "majung": majung.__version__,
            "python": platform.python_version(),
            **{package: version(package) for package in ("numpy", "scipy", "pandas", "pyarrow")},
        },
        "threads": {name: os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
        "processor": platform.machine(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - started, 2),
    }
    return Run(run_id, manifest, programme, tables, lineages)


def run_identifier(programme: Programme) -> str:
    """The run's name, from what goes into it: the same definitions, evidence and analytical code are the same run."""
    inputs = "\0".join((programme.hash, programme.evidence.hash, code_hash()))
    return f"{programme.charter.id}-{hashlib.sha256(inputs.encode()).hexdigest()[:8]}"


ANALYTICAL_ROOMS = ("methods", "evidence", "programme", "discovery", "diagnosis", "selection")


@cache
def code_hash() -> str:
    """sha256 over the source of the analytical rooms: other code is another run, even within a version."""
    digest = hashlib.sha256()
    root = Path(majung.__file__).parent
    for room in ANALYTICAL_ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            digest.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def diagnosis_hash(programme: Programme) -> str:
    """sha256 over what a diagnosis rests on: evidence, code, definitions, cut and sample; no weight, no budget."""
    charter = programme.charter
    parts = [
        programme.evidence.hash,
        code_hash(),
        *(industry.model_dump_json() for industry in programme.industries.values()),
        *(gap.id for gap in charter.gaps),
        *(e.industry for e in charter.exclusions),
        *map(str, (charter.country, charter.cut_year, charter.mode, charter.seed, charter.samples)),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
