"""Adding rows to a package: all of them or none, and a list of the bad ones for whoever sent the file."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from majung.evidence.canonical import TABLES, table_resource
from majung.evidence.cells import Rules, check_cells
from majung.evidence.codebook import Codebook, nearest, read_codebook
from majung.evidence.content_hash import content_hash
from majung.evidence.descriptor import DESCRIPTOR, Descriptor, Resource, read_descriptor
from majung.evidence.package import Assembled, Part, declared_content, load, merge_declarations
from majung.evidence.problems import EvidenceError, Language, Problem, Report, Text, text
from majung.evidence.reading import RawTable, read_table
from majung.evidence.revising import (
    HISTORY,
    Revision,
    history_content,
    match,
    revised_content,
    revised_frame,
    widen,
)
from majung.evidence.traps import Declared, check_traps

if sys.platform != "win32":
    import fcntl


@dataclass(frozen=True)
class Added:
    """What `add` did. rows: new ones; file and lines: where they stand in the package, first and last line ("" and 0, 0
    without new rows). revised: rows that took another value or source; unchanged: given rows that were there already.
    """

    table: str
    source: str
    rows: int
    file: str
    lines: tuple[int, int]
    hash_before: str
    hash_after: str
    notes: tuple[Problem, ...] = ()
    revised: int = 0
    unchanged: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "source": self.source,
            "rows": self.rows,
            "revised": self.revised,
            "unchanged": self.unchanged,
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
    revise: bool = False,
    complete: int | None = None,
    today: date | None = None,
    report: str | Path | None = None,
    lang: Language = "en",
) -> Added:
    """Add the rows of a CSV or Parquet file to a table of a package.

    The file has the table's columns; `source` may be left out (it is the one named here), `origin` too (it becomes the
    file's name and line). New rows are checked alone and together with those that are there, then written at once:
    after an error the package is as it was. A row whose key is there already is an error, unless `revise`: then it
    takes the place of the old one, and revisions.csv keeps what was, under the date `today`. complete: declare this
    year as the last complete one of the measures in the file. Raises EvidenceError, after writing every bad row to
    `report` (default: `<file>.bad-rows.csv` beside the file).
    """
    folder, given = Path(package), Path(file)
    with locked(folder):
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
            wider = _declare_complete(descriptor, table, raw, complete)
            known = merge_declarations(wider.resources)[0].get(table, Declared())
            rules = Rules(
                TABLES[table],
                codebook,
                {source},
                (),
                known.signed,
                known.classification,
                descriptor.codes_path,
            )
            frame, found = check_cells(raw, rules)
            problems += found
            old = before.tables.get(table)
            plan = match(table, old, frame) if revise and frame is not None else None
            change = _Change(folder, wider, table, raw, plan, before.parts.get(table, ()), complete)
            declared, merge_problems = merge_declarations(change.descriptor.resources)
            problems += merge_problems
            together = Assembled(folder, change.descriptor, codebook, declared)
            for name, one in before.tables.items():
                if name != table:
                    together.put(name, one, before.parts[name])
            settled, fresh = old, frame
            if plan is not None and frame is not None:
                settled = old if old is None or not plan.rows else revised_frame(old, frame, plan)
                fresh = frame.loc[list(plan.new)]
            joined, parts = _join(settled, before.parts.get(table, ()), fresh, raw)
            found = together.put(table, joined, parts)
            problems += found if revise else _say_how_to_revise(found, given.name, table, old, frame)
            problems += change.as_given(together.check(), given.name)
            if complete is not None and table in together.tables:
                problems += _doubtful(together.tables[table], declared[table], codebook, table, given.name)
            problems += _beyond_complete(raw, given.name, declared[table].complete_through)
        if raw is None or any(problem.level == "error" for problem in problems):
            failed = Report(str(file), tuple(problems))
            place = Path(report) if report else given.with_name(given.name + ".bad-rows.csv")
            raise EvidenceError(failed, lang, _write_bad_rows(place, failed, lang))
        content = declared_content(folder, change.descriptor, codebook, declared)
        after = content_hash(content, together.tables)
        if plan is not None and plan.rows and old is not None and frame is not None:
            day = today or date.today()
            hashes = (before.hash, after)
            history = history_content(folder, table, old, frame, plan, file=given.name, day=day, hashes=hashes)
            write_atomically(folder / HISTORY, history)
        lines = change.write()
        return Added(
            table,
            source,
            change.new_rows,
            change.file,
            lines,
            before.hash,
            after,
            tuple(problem for problem in problems if problem.level == "note" and problem.file == given.name),
            len(plan.rows) if plan else 0,
            len(plan.unchanged) if plan else 0,
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
    if new.empty:
        return old, parts
    shifted = new.copy()
    shifted.index = shifted.index + offset
    joined = shifted if old is None else pd.concat([old, shifted])
    joined.index.name = new.index.name
    return joined, both


def _declare_complete(descriptor: Descriptor, table: str, raw: RawTable, year: int | None) -> Descriptor:
    """The descriptor with `year` as the last complete one of the measures in the given rows."""
    if year is None or "measure" not in raw.cells.columns:
        return descriptor
    pairs = set(zip(raw.cells.get("classification", raw.cells["measure"]), raw.cells["measure"], strict=True))
    resources: list[Resource] = []
    entries = list(descriptor.raw["resources"])
    open_measures = {measure for _, measure in pairs}
    for resource in descriptor.resources:
        years = dict(resource.complete_through)
        for name in years:
            classification, _, measure = name.rpartition("/")
            if resource.table == table and (
                (classification, measure) in pairs or (not classification and measure in open_measures)
            ):
                years[name] = year
        resources.append(replace(resource, complete_through=years))
    said = {n.rpartition("/")[2] for r in resources if r.table == table for n in r.complete_through}
    first = next((i for i, r in enumerate(resources) if r.table == table), None)
    if first is not None and open_measures - said:
        more = dict.fromkeys(sorted(open_measures - said), year)
        resources[first] = replace(resources[first], complete_through={**resources[first].complete_through, **more})
    changed = {r.path: r.complete_through for r in resources if r.table == table and r.complete_through}
    for i, entry in enumerate(entries):
        if entry.get("path") in changed:
            years = dict(changed[entry["path"]])
            entries[i] = {**entry, "majung": {**entry["majung"], "complete_through": years}}
    return replace(descriptor, raw={**descriptor.raw, "resources": entries}, resources=tuple(resources))


def _beyond_complete(raw: RawTable, file: str, declared: Mapping[str, int]) -> list[Problem]:
    """A note for each measure whose new rows lie after the last complete year: analyses will not see them."""
    cells = raw.cells
    if not declared or not {"measure", "year", "classification"} <= set(cells.columns):
        return []
    out: list[Problem] = []
    for (classification, measure), rows in cells.groupby(["classification", "measure"], sort=True):
        last = declared.get(f"{classification}/{measure}", declared.get(str(measure)))
        years = pd.to_numeric(rows["year"], errors="coerce")
        if last is None or not (years > last).any():
            continue
        newest = int(years.max())
        count = int((years > last).sum())
        reason = text(
            f"{count:,} rows of {classification}/{measure} lie after {last}, its last complete year: analyses leave "
            "them out",
            f"{classification}/{measure}의 {count:,}행은 마지막 완결 연도 {last} 뒤라 분석에 쓰이지 않습니다",
        )
        remedy = text(
            f"say --complete {newest} when {newest} is counted in full",
            f"{newest}년 집계가 끝났으면 --complete {newest}을(를) 붙이십시오",
        )
        line = int(str(rows.index[years.to_numpy() > last][0]))
        out.append(Problem("after-complete-year", file, reason, remedy, line, "year", str(newest), "note"))
    return out


def _doubtful(frame: pd.DataFrame, declared: Declared, codebook: Codebook, table: str, file: str) -> list[Problem]:
    """Notes where a year said to be complete looks incomplete: the declaration stands, the doubt is said."""
    asked = {table: replace(declared, complete_through={})}
    found = check_traps({table: frame}, asked, codebook, lambda _table, _row: (file, 1))
    remedy = text("look at it again; the declaration stands", "다시 확인하십시오. 선언은 그대로 둡니다")
    return [replace(p, remedy=remedy, level="note") for p in found if p.rule == "incomplete-last-year"]


def _say_how_to_revise(
    found: list[Problem], file: str, table: str, old: pd.DataFrame | None, given: pd.DataFrame | None
) -> list[Problem]:
    """Duplicates of rows that were there before: the way to revise them is named."""
    if not found or old is None or given is None:
        return found
    key = list(TABLES[table].key)
    known = pd.MultiIndex.from_frame(old[key])
    lines = set(given.index[pd.MultiIndex.from_frame(given[key]).isin(known)])
    remedy = text(
        "take the row out, or add the file with --revise if it is a revised figure",
        "행을 빼거나, 개정된 값이면 --revise로 추가하십시오",
    )
    return [
        replace(p, remedy=remedy) if p.rule == "duplicate-key" and p.file == file and p.line in lines else p
        for p in found
    ]


class _Change:
    """What an addition writes: new rows at the end of the table's last file if that is CSV with the right columns, else
    in a new file; revised rows in their places; the descriptor, where it changes."""

    def __init__(
        self,
        folder: Path,
        descriptor: Descriptor,
        table: str,
        raw: RawTable,
        plan: Revision | None,
        parts: tuple[Part, ...],
        complete: int | None,
    ) -> None:
        self.folder = folder
        self.complete = complete
        self.raw = raw
        self.cells = raw.cells if plan is None else raw.cells.loc[list(plan.new)]
        self.new_rows = len(self.cells)
        self.places: dict[str, dict[int, int]] = {}
        for row, line in (plan.rows if plan else {}).items():
            part = next(p for p in parts if p.offset < row <= p.last)
            self.places.setdefault(part.file, {})[row - part.offset] = line
        fields = {resource.path: resource.fields for resource in descriptor.resources}
        self.wide = [
            path
            for path, lines in self.places.items()
            if "released" not in fields[path] and _dated(raw.cells.loc[list(lines.values())])
        ]
        self.descriptor = widen(descriptor, self.wide) if self.wide else descriptor
        self.fields = {resource.path: resource.fields for resource in self.descriptor.resources}
        self.target, self.created = self._target(table)
        self.file = self.target.path if self.new_rows else ""

    def _target(self, table: str) -> tuple[Resource, bool]:
        spec = TABLES[table]
        descriptor = self.descriptor
        files = [resource for resource in descriptor.resources if resource.table == table]
        dated = _dated(self.cells)
        last = files[-1] if files else None
        if last is not None and (
            not self.new_rows or (last.path.endswith(".csv") and not (dated and "released" not in last.fields))
        ):
            return last, False
        path = f"tables/{table}.csv"
        number = 2
        while any(resource.path == path for resource in descriptor.resources) or (self.folder / path).exists():
            path = f"tables/{table}-{number}.csv"
            number += 1
        # A table that is there already has had its complete years declared with its first file.
        measures = sorted(set(self.cells["measure"])) if last is None and "measure" in self.cells.columns else []
        years = dict.fromkeys(measures, self.complete) if self.complete is not None else {}
        entry = table_resource(table, path=path, released=dated, complete_through=years)
        columns = (*spec.columns, *(spec.optional if dated else ()))
        target = Resource(entry["name"], table, path, columns, complete_through=years)
        if last is not None and last.classification != target.classification:
            entry["majung"]["classification"] = last.classification
            target = replace(target, classification=last.classification)
        raw = {**descriptor.raw, "resources": [*descriptor.raw["resources"], entry]}
        self.descriptor = replace(descriptor, raw=raw, resources=(*descriptor.resources, target))
        return target, True

    def as_given(self, problems: list[Problem], file: str) -> list[Problem]:
        """Problems of revised rows, at their place in the given file instead of the one they would take."""
        return [
            replace(p, file=file, line=self.places[p.file][p.line])
            if p.file in self.places and p.line in self.places[p.file]
            else p
            for p in problems
        ]

    def write(self) -> tuple[int, int]:
        """Write the table files, then the descriptor if it changes; first and last line of the new rows."""
        for path, lines in self.places.items():
            content = revised_content(self.folder / path, lines, self.raw, self.fields[path], wide=path in self.wide)
            write_atomically(self.folder / path, content)
        written = self._append() if self.new_rows else (0, 0)
        if self.descriptor.raw != _raw_on_disk(self.folder):
            described = json.dumps(self.descriptor.raw, ensure_ascii=False, indent=2) + "\n"
            write_atomically(self.folder / DESCRIPTOR, described.encode())
        return written

    def _append(self) -> tuple[int, int]:
        path = self.folder / self.target.path
        before = b"" if self.created else path.read_bytes()
        ending = "\r\n" if b"\r\n" in before else "\n"
        out = io.StringIO()
        writer = csv.writer(out, lineterminator=ending)
        if self.created:
            writer.writerow(self.target.fields)
        elif not before.endswith(b"\n"):
            out.write(ending)
        cells = self.cells
        columns = [cells[name].tolist() if name in cells.columns else [""] * len(cells) for name in self.target.fields]
        writer.writerows(zip(*columns, strict=True))
        content = before + out.getvalue().encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        last = content.count(b"\n")
        return last - len(cells) + 1, last


def _dated(cells: pd.DataFrame) -> bool:
    return "released" in cells.columns and bool((cells["released"] != "").any())


def _raw_on_disk(folder: Path) -> object:
    return json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8-sig"))


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
def locked(folder: Path) -> Iterator[None]:
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
