"""A programme's definitions and evidence outside its folder: texts in the database, evidence under MAJUNG_DATA by hash.

`workdir` lays both out as a folder again, for runs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from majung.methods.labelled import InputError
from majung.taskforce.models import Programme, ProgrammeFile

EVIDENCE = "evidence.sha256"
"""The definition file that names the evidence in force by the hash of its folder."""
CONTEXT = "record.toml"
"""The file of the record folder that holds what surrounds the rows: process, figures, what is not reported."""
SUFFIXES = {".toml", ".md", ".csv", ".txt", ""}
MOST_BYTES = 4 * 1024 * 1024


def texts(folder: Path) -> dict[str, str]:
    """The text files of a programme folder by path, rows of the record and evidence left out.

    Raises InputError for a file that is not text or too large to be a definition.
    """
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in path.parts)
        rows = path.parts[0] == "record" and path.name != CONTEXT
        if not file.is_file() or hidden or rows or path.parts[0] == "evidence" or file.suffix not in SUFFIXES:
            continue
        if file.stat().st_size > MOST_BYTES:
            raise InputError(
                f"{file}: larger than {MOST_BYTES // 2**20} MB; that is no definition, move it to evidence/"
            )
        try:
            found[path.as_posix()] = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8") from error
    return found


def evidence_hash(folder: Path) -> str:
    """sha256 over names and bytes of every file of an evidence folder."""
    digest = hashlib.sha256()
    for file in _evidence_files(folder):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def keep_evidence(folder: Path) -> str:
    """Copy an evidence folder under MAJUNG_DATA by its hash; nothing is done where it is kept already."""
    digest = evidence_hash(folder)
    kept = evidence_place(digest)
    if not kept.is_dir():
        with _beside(kept) as fresh:
            for file in _evidence_files(folder):
                copy = fresh / file.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            _put(fresh, kept)
    return digest


def evidence_place(digest: str) -> Path:
    return Path(settings.DATA) / "evidence" / digest


def workdir(programme: Programme) -> Path:
    """The programme's folder as it is defined now, for `majung.runs.run_programme`: laid out once a state of the
    definitions, under MAJUNG_DATA, never changed afterwards.

    Raises InputError where the programme has no definitions or its evidence is missing.
    """
    files = dict(ProgrammeFile.objects.filter(programme=programme).order_by("path").values_list("path", "text"))
    if "programme.toml" not in files or EVIDENCE not in files:
        raise InputError(f"programme {programme.key} has no definitions to run; load its folder first")
    state = hashlib.sha256("".join(f"{path}\0{text}\0" for path, text in files.items()).encode()).hexdigest()
    place = Path(settings.DATA) / "programmes" / programme.key / state[:16]
    if not place.is_dir():
        with _beside(place) as fresh:
            lay_out(files, fresh)
            _put(fresh, place)
    return place


def lay_out(files: dict[str, str], folder: Path) -> None:
    """Write definition texts and the evidence that they name into a folder."""
    for path, text in files.items():
        if path == EVIDENCE:
            continue
        file = folder / path
        if not file.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"definition file {path!r} would lie outside the folder; rename it")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    kept = evidence_place(files[EVIDENCE].strip())
    if not kept.is_dir():
        raise InputError(f"{kept}: the evidence is missing; restore MAJUNG_DATA or load the programme folder again")
    shutil.copytree(kept, folder / "evidence", copy_function=_link)


def _link(source: str, copy: str) -> str:
    """A second name of the same file where the file system can; nobody writes into either."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)
    return copy


def _evidence_files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not any(part.startswith((".", "__")) for part in file.relative_to(folder).parts):
            yield file


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A fresh folder on the same file system, gone afterwards unless it was given its name."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as fresh:
        made = Path(fresh) / "folder"
        made.mkdir()
        yield made


def _put(fresh: Path, place: Path) -> None:
    """Give a finished folder its name at once; whoever was first stays."""
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():
            raise
