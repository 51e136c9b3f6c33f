"""Adding rows to a package: all of them or none, and a list of the bad ones for whoever sent the file."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from majung.evidence.canonical import TABLES, table_resource
from majung.evidence.cells import Rules, check_cells
from majung.evidence.codebook import nearest, read_codebook
from majung.evidence.content_hash import content_hash
from majung.evidence.descriptor import DESCRIPTOR, Descriptor, Resource, read_descriptor
from majung.evidence.package import Assembled, Part, declared_content, load, merge_declarations
from majung.evidence.problems import EvidenceError, Language, Problem, Report, Text, text
from majung.evidence.reading import RawTable, read_table

if sys.platform != "win32":
    import fcntl


@dataclass(frozen=True)
class Added:
    """What `add` did. file and lines: where the new rows stand in the package, first and last line."""

    table: str
    source: str
    rows: int
    file: str
    lines: tuple[int, int]
    hash_before: str
    hash_after: str
    notes: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "source": self.source,
            "rows": self.rows,
            "file": self.file,
            "lines": list(self.lines),
            "hash_before": self.hash_before,
            "hash_after": self.hash_after,
            "notes": [note.as_dict() for note in self.notes],
        }


def add(
    package: str | Path,
    file: str | Path,
    *,
    table: str,
    source: str,
    report: str | Path | None = None,
    lang: Language = "en",
) -> Added:
    """Add the rows of a CSV or Parquet file to a table of a package.

    The file has the table's columns; `source` may be left out (it is the one named here), `origin` too (it becomes the
    file's name and line). New rows are checked alone and together with those that are there, then written at once:
    after an error the package is as it was. Raises EvidenceError, after writing every bad row to `report` (default:
    `<file>.bad-rows.csv` beside the file).
    """
    folder, given = Path(package), Path(file)
    with _locked(folder):
        before, faults = load(folder)
        if before is None:
            raise EvidenceError(Report(str(package), tuple(faults)), lang)
        descriptor, _ = read_descriptor(folder)
        if descriptor is None:
            raise EvidenceError(Report(str(package), tuple(faults)), lang)
        codebook, _ = read_codebook(folder, descriptor.codes_path)
        refused = _unknown_target(descriptor, table, source)
        raw, problems = (None, refused) if refused else read_table(given, given.name)
        if raw is not None:
            raw, filled = _fill(raw, source)
            problems += filled
            addition = _Addition(folder, descriptor, raw, table)
            declared, merge_problems = merge_declarations(addition.descriptor.resources)
            known = declared[table]
            rules = Rules(
                TABLES[table], codebook, {source}, (), known.signed, known.classification, descriptor.codes_path
            )
            frame, found = check_cells(raw, rules)
            problems += merge_problems + found
            together = Assembled(folder, addition.descriptor, codebook, declared)
            for name, old in before.tables.items():
                if name != table:
                    together.put(name, old, before.parts[name])
            joined, parts = _join(before.tables.get(table), before.parts.get(table, ()), frame, raw)
            problems += together.put(table, joined, parts)
            problems += together.check()
        if raw is None or any(problem.level == "error" for problem in problems):
            failed = Report(str(file), tuple(problems))
            place = Path(report) if report else given.with_name(given.name + ".bad-rows.csv")
            raise EvidenceError(failed, lang, _write_bad_rows(place, failed, lang))
        content = declared_content(folder, addition.descriptor, codebook, declared)
        lines = addition.write()
        notes = tuple(problem for problem in problems if problem.level == "note" and problem.file == given.name)
        return Added(
            table,
            source,
            len(raw.cells),
            addition.target.path,
            lines,
            before.hash,
            content_hash(content, together.tables),
            notes,
        )


def _unknown_target(descriptor: Descriptor, table: str, source: str) -> list[Problem]:
    out: list[Problem] = []
    if table not in TABLES:
        near = nearest(table, list(TABLES))
        remedy = (
            text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?")
            if near
            else text(f"write one of {', '.join(TABLES)}", f"다음 가운데 하나: {', '.join(TABLES)}")
        )
        reason = text(f"no canonical table is called '{table}'", f"'{table}'(이)라는 표는 없습니다")
        out.append(Problem("unknown-table", DESCRIPTOR, reason, remedy, None, "", table))
    if source not in descriptor.sources:
        near = nearest(source, list(descriptor.sources))
        remedy = (
            text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?")
            if near
            else text(
                'describe it first under "sources" in datapackage.json, with its licence',
                '먼저 datapackage.json의 "sources"에 라이선스와 함께 적으십시오',
            )
        )
        reason = text(f"source '{source}' is not declared", f"출처 '{source}'이(가) 선언되지 않았습니다")
        out.append(Problem("unknown-source", DESCRIPTOR, reason, remedy, None, "", source))
    return out


def _fill(raw: RawTable, source: str) -> tuple[RawTable, list[Problem]]:
    """Fill in `source` and `origin` where the file has no such column; a row of another source is an error."""
    cells = raw.cells.copy()
    problems: list[Problem] = []
    if "source" not in cells.columns:
        cells["source"] = source
    if "origin" not in cells.columns:
        cells["origin"] = [f"{raw.file}, line {line}" for line in cells.index]
    other = cells["source"] != source
    for line, value in cells.loc[other, "source"].items():
        problems.append(
            Problem(
                "unknown-source",
                raw.file,
                text(
                    f"the row says source '{value}', not '{source}'",
                    f"행의 출처가 '{source}'이(가) 아니라 '{value}'입니다",
                ),
                text("add one source at a time", "출처별로 나누어 추가하십시오"),
                int(str(line)),
                "source",
                str(value),
            )
        )
    cells.loc[other, "source"] = source
    return RawTable(raw.file, cells), problems


def _join(
    old: pd.DataFrame | None, parts: tuple[Part, ...], new: pd.DataFrame | None, raw: RawTable
) -> tuple[pd.DataFrame | None, tuple[Part, ...]]:
    """Old and new rows as one table, the new ones as a part of their own that keeps the given file's line numbers."""
    offset = parts[-1].last if parts else 0
    both = (*parts, Part(raw.file, offset, offset + int(raw.cells.index.max())))
    if new is None:
        return old, both
    shifted = new.copy()
    shifted.index = shifted.index + offset
    joined = shifted if old is None else pd.concat([old, shifted])
    joined.index.name = new.index.name
    return joined, both


class _Addition:
    """Where new rows go: the end of the table's last file if that is CSV with the right columns, else a new file."""

    def __init__(self, folder: Path, descriptor: Descriptor, raw: RawTable, table: str) -> None:
        self.folder = folder
        self.raw = raw
        spec = TABLES[table]
        files = [resource for resource in descriptor.resources if resource.table == table]
        dated = "released" in raw.cells.columns and bool((raw.cells["released"] != "").any())
        last = files[-1] if files else None
        self.created = last is None or not last.path.endswith(".csv") or (dated and "released" not in last.fields)
        if last is not None and not self.created:
            self.target = last
            self.descriptor = descriptor
            self.descriptor_text = ""
            return
        path = f"tables/{table}.csv"
        number = 2
        while any(resource.path == path for resource in descriptor.resources) or (folder / path).exists():
            path = f"tables/{table}-{number}.csv"
            number += 1
        entry = table_resource(table, path=path, released=dated)
        columns = (*spec.columns, *(spec.optional if dated else ()))
        self.target = Resource(entry["name"], table, path, columns)
        if last is not None and last.classification != self.target.classification:
            entry["majung"]["classification"] = last.classification
            self.target = replace(self.target, classification=last.classification)
        raw_descriptor = dict(descriptor.raw)
        raw_descriptor["resources"] = [*raw_descriptor["resources"], entry]
        self.descriptor = replace(descriptor, raw=raw_descriptor, resources=(*descriptor.resources, self.target))
        self.descriptor_text = json.dumps(raw_descriptor, ensure_ascii=False, indent=2) + "\n"

    def write(self) -> tuple[int, int]:
        """Write the table file, then (for a new file) the descriptor that names it; first and last line written."""
        path = self.folder / self.target.path
        before = b"" if self.created else path.read_bytes()
        ending = "\r\n" if b"\r\n" in before else "\n"
        out = io.StringIO()
        writer = csv.writer(out, lineterminator=ending)
        if self.created:
            writer.writerow(self.target.fields)
        elif not before.endswith(b"\n"):
            out.write(ending)
        cells = self.raw.cells
        columns = [cells[name].tolist() if name in cells.columns else [""] * len(cells) for name in self.target.fields]
        writer.writerows(zip(*columns, strict=True))
        content = before + out.getvalue().encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        if self.descriptor_text:
            write_atomically(self.folder / DESCRIPTOR, self.descriptor_text.encode())
        last = content.count(b"\n")
        return last - len(cells) + 1, last


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name beside the file, then rename: a reader sees the old content or the new, never half."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time: a second one waits (on systems with advisory locks)."""
    if sys.platform == "win32" or not folder.is_dir():
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


_BAD_ROW_HEADER: dict[Language, tuple[str, ...]] = {
    "en": ("file", "line", "column", "value", "reason", "remedy"),
    "ko": ("파일", "행", "열", "값", "이유", "고칠 방법"),
}


def _write_bad_rows(path: Path, report: Report, lang: Language) -> str:
    """Write the bad rows as CSV (with a byte-order mark, so that spreadsheets show Korean); "" if that fails."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_BAD_ROW_HEADER[lang])
    writer.writerows(_bad_rows(report.errors, lang))
    try:
        write_atomically(path, out.getvalue().encode("utf-8-sig"))
    except OSError:
        return ""  # the error itself still lists the rows
    return str(path)


def _bad_rows(errors: Iterable[Problem], lang: Language) -> Iterator[tuple[str, ...]]:
    def plain(words: Text) -> str:
        return words[lang]

    for problem in sorted(errors, key=lambda p: (p.file, p.line or 0, p.column)):
        # A spreadsheet would run a cell that begins like a formula.
        value = "'" + problem.value if problem.value.startswith(("=", "+", "@")) else problem.value
        yield (
            problem.file,
            str(problem.line or ""),
            problem.column,
            value,
            plain(problem.reason),
            plain(problem.remedy),
        )
