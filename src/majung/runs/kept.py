"""Runs in a folder: kept, found, read back, checked.

A run is kept with a copy of what went into it and with what reading it takes: its tables and lineage, its figure ids,
and the definitions and evidence as they were validated. The manifest states the SHA-256 of every file. All are checked
when a process reads the run, and each again when it is read; nothing is parsed that nobody asks for.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from majung import diagnosis
from majung.evidence import kept as kept_evidence
from majung.evidence.lazily import Lazily
from majung.evidence.lineage import Lineage
from majung.programme import Programme, load_programme
from majung.programme import kept as kept_definitions
from majung.programme.folder import definition_files
from majung.runs.figures import Figures
from majung.runs.run import Progress, Run, RunError, compute, diagnosis_hash, run_identifier, silent

MANIFEST = "manifest.json"
DEFINITIONS = "definitions.json"
FIGURES = "figures.parquet"
EVIDENCE = "evidence"
INPUTS = "inputs"
ROOMS = ("discovery", "diagnosis", "selection")


@dataclass(frozen=True)
class Kept:
    """The folder of a run and its manifest. Build it with :meth:`at`."""

    folder: Path
    manifest: dict[str, Any]

    @classmethod
    def at(cls, folder: Path) -> Kept:
        """Raises RunError if the folder holds no run."""
        file = folder / MANIFEST
        if not file.is_file():
            raise RunError(f"{folder}: no run here (manifest.json is missing); `majung demo` makes one")
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(manifest["files"], dict):
                raise ValueError("its manifest names no files")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(folder, error) from error
        return cls(folder, manifest)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises RunError if it is missing or not the one that the manifest states."""
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise damaged(self.folder, error) from error
        if _sha256(content) != self.manifest["files"].get(name):
            raise damaged(self.folder, f"{name} is not the file that the manifest states")
        return content

    def altered(self) -> tuple[str, ...]:
        """The files that are missing or not those that the manifest states."""
        return tuple(name for name in sorted(self.manifest["files"]) if not self._sound(name))

    def _sound(self, name: str) -> bool:
        try:
            return bool(_sha256((self.folder / name).read_bytes()) == self.manifest["files"][name])
        except OSError:
            return False

    def frame(self, name: str) -> pd.DataFrame:
        """A Parquet file. Raises RunError as `read` does."""
        return pd.read_parquet(io.BytesIO(self.read(name)))

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The result tables."""
        return Lazily(self.manifest["digests"], lambda name: self.frame(f"tables/{name}.parquet"))

    @property
    def lineages(self) -> Mapping[str, pd.DataFrame]:
        """Room -> its lineage as `Lineage.to_frame` gives it."""
        return Lazily(ROOMS, lambda room: self.frame(f"lineage-{room}.parquet"))

    @property
    def programme(self) -> Programme:
        """The definitions and evidence as they were validated."""
        inputs, hashes = self.folder / INPUTS, self.manifest["hashes"]
        evidence = kept_evidence.open_kept(
            inputs / EVIDENCE, hashes["evidence"], lambda name: self.read(f"{EVIDENCE}/{name}")
        )
        return kept_definitions.from_json(self.read(DEFINITIONS), inputs, evidence, hashes["definitions"])


class _ReadBack(Run):
    """A run whose figure ids were kept with it."""

    @cached_property
    def figures(self) -> Figures:
        assert self.folder is not None  # noqa: S101  (it was read from there)
        return Figures(Kept(self.folder, self.manifest).frame(FIGURES))


def load_run(folder: str | Path, taken_in: Mapping[str, Any] | None = None) -> Run:
    """Read a run back. taken_in: its manifest as the institution registered it.

    Raises RunError if the folder holds none, or if a file of it is missing or is not the one that its manifest or the
    registered one states.
    """
    kept = Kept.at(Path(folder))
    manifest = kept.manifest
    if taken_in is not None and any(manifest[part] != taken_in.get(part) for part in ("digest", "files")):
        raise RunError(
            f"run {manifest['id']} is not the one that was taken in; see `majung reproduce {manifest['id']}`"
        )
    if altered := kept.altered():
        raise damaged(kept.folder, f"{', '.join(altered)}: missing, or not what the manifest states")
    try:
        return _ReadBack(manifest["id"], manifest, kept.programme, kept.tables, kept.lineages, kept.folder)
    except (ValueError, KeyError) as error:
        raise damaged(kept.folder, error) from error


def damaged(folder: Path, why: object) -> RunError:
    return RunError(f"{folder}: the run is damaged ({why}); make it again with `majung demo --fresh`")


def save(run: Run, runs: Path) -> Run:
    """Keep a run under `runs/<id>`, with a copy of what went into it; whole or not at all."""
    runs.mkdir(parents=True, exist_ok=True)
    target = runs / run.id
    with tempfile.TemporaryDirectory(dir=runs, prefix=".unfinished-") as work:
        folder = Path(work) / run.id
        for name, frame in frames(run).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            frame.to_parquet(folder / name)
        (folder / EVIDENCE / kept_evidence.PARTS).write_bytes(kept_evidence.parts(run.evidence))
        (folder / DEFINITIONS).write_bytes(kept_definitions.as_json(run.programme))
        copy_inputs(run.programme, folder / INPUTS)
        files = {
            file.relative_to(folder).as_posix(): _sha256(file.read_bytes())
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        manifest = {**run.manifest, "files": files}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
    return replace(run, manifest=manifest, folder=target)


def frames(run: Run) -> dict[str, pd.DataFrame]:
    """What is kept of a run as Parquet: file -> frame."""
    return {
        **{f"tables/{name}.parquet": frame.reset_index(drop=True) for name, frame in run.tables.items()},
        **{f"lineage-{room}.parquet": frame for room, frame in run.lineages.items()},
        **{f"{EVIDENCE}/{name}.parquet": frame for name, frame in run.evidence.tables.items()},
        FIGURES: run.figures.frame,
    }


def copy_inputs(programme: Programme, folder: Path) -> None:
    """Copy definitions and evidence: a run must be recomputable when its programme has moved on."""
    for file in definition_files(programme.path):
        target = folder / file.relative_to(programme.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for file in programme.evidence.path.rglob("*"):
        if file.suffix not in {".csv", ".json", ".md", ".parquet"}:
            continue
        target = folder / EVIDENCE / file.relative_to(programme.evidence.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def find_run(name: str | Path | None, runs: Path) -> Path:
    """The folder of a run: a path, an id under `runs`, or the latest when no name is given."""
    if name is None:
        kept = sorted(runs.glob(f"*/{MANIFEST}"), key=lambda file: file.stat().st_mtime)
        if not kept:
            raise RunError(f"{runs}: no runs yet; `majung demo` makes one")
        return kept[-1].parent
    for place in (runs / str(name), Path(name)):
        if (place / MANIFEST).is_file():
            return place
    kept_names = ", ".join(sorted(file.parent.name for file in runs.glob(f"*/{MANIFEST}"))) or "none"
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
    if not fresh and (kept / MANIFEST).is_file():
        return load_run(kept)
    run = compute(loaded, progress, None if fresh else _kept_diagnosis(Path(runs), diagnosis_hash(loaded)))
    progress("writing")
    return save(run, Path(runs))


def _kept_diagnosis(runs: Path, wanted: str) -> diagnosis.Diagnosis | None:
    """The diagnosis of a kept run that rests on the same inputs, if any: a change of weights needs no other."""
    for file in runs.glob(f"*/{MANIFEST}"):
        # A run that is damaged or of an earlier version is no source.
        with contextlib.suppress(RunError):
            kept = Kept.at(file.parent)
            if kept.manifest["hashes"].get("diagnosis") == wanted:
                tables = {name: kept.tables[name] for name in diagnosis.KEYS}
                return diagnosis.Diagnosis(tables, Lineage.from_frame(kept.lineages["diagnosis"]))
    return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
