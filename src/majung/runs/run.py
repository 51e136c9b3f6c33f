"""Runs: compute, keep, read back."""

from __future__ import annotations

import hashlib
import html
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
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
from majung.evidence.lineage import Lineage
from majung.methods.labelled import InputError
from majung.programme import Programme, load_programme
from majung.programme.draws import Draws
from majung.programme.folder import definition_files
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

    tables: name -> frame, keyed as KEYS says. lineages: room -> what each of its rows rests on. manifest: hashes,
    parameters, versions, digests. programme: the definitions and evidence as they were. folder: where it is kept, None
    if only in memory.
    """

    id: str
    manifest: dict[str, Any]
    programme: Programme
    tables: dict[str, pd.DataFrame] = field(repr=False)
    lineages: dict[str, Lineage] = field(repr=False)
    folder: Path | None = None

    @cached_property
    def lineage(self) -> Lineage:
        """What each result row rests on, over all rooms."""
        whole = Lineage()
        for part in self.lineages.values():
            whole.update(part)
        return whole

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
        return Figures(self.id, self.tables, KEYS)

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
    lineages = {"discovery": found.lineage, "diagnosis": diagnosed.lineage, "selection": selected.lineage}
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


def _kept_diagnosis(runs: Path, wanted: str) -> diagnosis.Diagnosis | None:
    """The diagnosis of a kept run that rests on the same inputs, if any: a change of weights needs no other."""
    for file in runs.glob("*/manifest.json"):
        if json.loads(file.read_text(encoding="utf-8"))["hashes"].get("diagnosis") == wanted:
            place = file.parent
            tables = {name: pd.read_parquet(place / "tables" / f"{name}.parquet") for name in diagnosis.KEYS}
            return diagnosis.Diagnosis(tables, _read_lineage(place, "diagnosis"))
    return None


def _read_lineage(place: Path, room: str) -> Lineage:
    return Lineage.from_frame(pd.read_parquet(place / f"lineage-{room}.parquet"))


def save(run: Run, runs: Path) -> Run:
    """Keep a run under `runs/<id>`, with a copy of what went into it; whole or not at all."""
    runs.mkdir(parents=True, exist_ok=True)
    target = runs / run.id
    with tempfile.TemporaryDirectory(dir=runs, prefix=".unfinished-") as work:
        folder = Path(work) / run.id
        (folder / "tables").mkdir(parents=True)
        for name, frame in run.tables.items():
            frame.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
        for room, part in run.lineages.items():
            part.to_frame().to_parquet(folder / f"lineage-{room}.parquet", index=False)
        copy_inputs(run.programme, folder / "inputs")
        manifest = json.dumps(run.manifest, indent=2, ensure_ascii=False)
        (folder / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
    return Run(run.id, run.manifest, run.programme, run.tables, run.lineages, target)


def copy_inputs(programme: Programme, folder: Path) -> None:
    """Copy definitions and evidence: a run must be recomputable when its programme has moved on."""
    for file in definition_files(programme.path):
        target = folder / file.relative_to(programme.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for file in programme.evidence.path.rglob("*"):
        if file.suffix not in {".csv", ".json", ".md", ".parquet"}:
            continue
        target = folder / "evidence" / file.relative_to(programme.evidence.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def load_run(folder: str | Path) -> Run:
    """Read a run back. Raises RunError if the folder holds none or a part of it is missing or altered."""
    place = Path(folder)
    file = place / "manifest.json"
    if not file.is_file():
        raise RunError(f"{place}: no run here (manifest.json is missing); `majung demo` makes one")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        tables = {name: pd.read_parquet(place / "tables" / f"{name}.parquet") for name in manifest["digests"]}
        lineages = {room: _read_lineage(place, room) for room in ("discovery", "diagnosis", "selection")}
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{place}: the run is damaged ({error}); make it again with `majung demo --fresh`") from error
    return Run(manifest["id"], manifest, load_programme(place / "inputs"), tables, lineages, place)


def find_run(name: str | Path | None, runs: Path) -> Path:
    """The folder of a run: a path, an id under `runs`, or the latest when no name is given."""
    if name is None:
        kept = sorted(runs.glob("*/manifest.json"), key=lambda file: file.stat().st_mtime)
        if not kept:
            raise RunError(f"{runs}: no runs yet; `majung demo` makes one")
        return kept[-1].parent
    for place in (runs / str(name), Path(name)):
        if (place / "manifest.json").is_file():
            return place
    kept_names = ", ".join(sorted(file.parent.name for file in runs.glob("*/manifest.json"))) or "none"
    raise RunError(f"no run {str(name)!r} in {runs}; runs there: {kept_names}")


def run_programme(
    programme: str | Path,
    runs: str | Path | None = None,
    *,
    fresh: bool = False,
    progress: Progress = silent,
) -> Run:
    """Run a programme folder, or read the run back if these very inputs have been run before.

    runs: folder to keep the run in; None computes in memory only. fresh: compute again in any case.
    """
    progress("evidence")
    loaded = load_programme(programme)
    if runs is None:
        return compute(loaded, progress)
    kept = Path(runs) / run_identifier(loaded)
    if not fresh and (kept / "manifest.json").is_file():
        return load_run(kept)
    run = compute(loaded, progress, None if fresh else _kept_diagnosis(Path(runs), diagnosis_hash(loaded)))
    progress("writing")
    return save(run, Path(runs))
