"""Whether what was imported from a corrupted file is right: against the sound import, and against the file itself.

The reckoning (here and in `recount_*`) is plain and slow on purpose, and shares no code with the importers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from majung.evidence import TABLES
from trials import recount_files, recount_registers, recount_series
from trials.plain import Fact, Key, Outcome, Recount, cells_of, decoded, is_written
from trials.sound_files import Case

MUST_NOT_CHANGE = ("bomb", "garbage", "other format", "badly compressed", "NUL bytes", "line ends", "sheet renamed")
MUST_NOT_CHANGE += ("formula with a stored value", "broken ZIP of the delivery", "header away", "empty")
RECOUNTS: Mapping[str, Recount] = recount_files.TABLES | recount_series.SERIES | recount_registers.REGISTERS


def facts_of(package: Path) -> dict[Key, Fact]:
    """All rows of a package's tables, read without the package's own reader."""
    out: dict[Key, Fact] = {}
    for path in sorted((package / "tables").iterdir()):
        table = path.name.split("-trial-")[0]
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        else:
            rows = [{k: str(v) for k, v in row.items()} for row in pq.read_table(path).to_pylist()]
        for row in rows:
            key = (table, *(row[column] for column in TABLES[table].key))
            if key in out:
                raise AssertionError(f"{path.name}: the key {key} stands twice")
            out[key] = (float(row["value"]), row["origin"])
    return out


def judge(case: Case, corruption: str, files: Mapping[str, bytes], before: Outcome, out: Outcome) -> tuple[str, str]:
    """(verdict, what was said or found)."""
    if out.done is None:
        return "refused", out.refused
    strange = {k: v for k, v in out.facts.items() if k not in before.facts or before.facts[k][0] != v[0]}
    missing = [key for key in before.facts if key not in out.facts]
    told = _told(before, out)
    if not strange and not missing:
        return ("reported" if told else "unchanged"), told
    if (
        strange and corruption in MUST_NOT_CHANGE and (case.lines or not out.done.bad)
    ):  # a sum without bad rows is another
        return "silent", f"{corruption} changed {_example(strange)}"
    unexplained = _unexplained(case, files, strange, out)
    if unexplained:
        return "silent", unexplained
    if missing and not told and out.done.read >= (before.done.read if before.done else 0) and not strange:
        return "silent", f"{len(missing)} facts are gone without a word, e.g. {missing[0]}"
    return ("reported" if told else "as written"), told or f"{len(strange)} facts other, {len(missing)} gone"


def _told(before: Outcome, out: Outcome) -> str:
    """What the report says more than it says of the sound file."""
    assert out.done is not None
    assert before.done is not None
    known = {(one.rule, one.column, one.value, one.count) for one in before.done.left_out}
    said = [one.reason["en"] for one in out.done.bad]
    said += [one.reason["en"] for one in out.done.left_out if (one.rule, one.column, one.value, one.count) not in known]
    quiet = {note.reason["en"] for note in before.done.notes}
    said += [note.reason["en"] for note in out.done.notes if note.reason["en"] not in quiet]
    if (out.done.bad or out.done.left_out) and not Path(out.done.report).name:
        raise AssertionError("bad rows without a report")
    return "; ".join(said[:3])


def _example(facts: Mapping[Key, Fact]) -> str:
    key, (value, origin) = next(iter(facts.items()))
    return f"{' '.join(key)} = {value} ({origin})"


# ----------------------------------------------------------------------- does the corrupted file say so itself?


def _unexplained(case: Case, files: Mapping[str, bytes], strange: Mapping[Key, Fact], out: Outcome) -> str:
    """ "" when every strange fact stands so in the file; else one that does not."""
    if not strange:
        return ""
    if case.lines:
        return _not_on_its_line(case, files, strange)
    recount = RECOUNTS.get(case.name)
    if recount is None:
        return f"a fact that the sound file does not have: {_example(strange)}"
    return recount(files, strange, out)


def _not_on_its_line(case: Case, files: Mapping[str, bytes], strange: Mapping[Key, Fact]) -> str:
    """For facts of one line or cell: its figure must stand there, and so must its year."""
    books: dict[str, dict[str, list[tuple[object, ...]]]] = {}
    for key, (value, origin) in strange.items():
        name = next((n for n in files if n.rsplit("/", 1)[-1] == origin.split(",")[0]), None)
        if name is None:
            return f"no such file: {origin}"
        number = int(re.findall(r"(?:line|row) (\d+)", origin)[0])
        if name.endswith(".xlsx"):
            if name not in books:
                books[name] = cells_of(files[name])
            sheets = books[name]
            wanted = origin.rsplit(" of ", 1)[-1]
            rows = [
                rows[number - 1] for sheet, rows in sheets.items() if number <= len(rows) and wanted in (sheet, origin)
            ]
            tokens = [str(cell) for row in rows for cell in row if cell is not None]
        else:
            lines = io.StringIO(decoded(files[name]), newline="").readlines()
            tokens = [part.strip().strip('"') for part in re.split(r"[,;\t]", lines[number - 1])]
        if not any(is_written(token, value / case.factor) for token in tokens):
            return f"{' '.join(key)} = {value} does not stand at {origin}: {tokens[:12]}"
    return ""
