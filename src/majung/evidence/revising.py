"""Revised values: the row takes the new figure, what it was stays in revisions.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from majung.evidence.canonical import TABLES
from majung.evidence.descriptor import Descriptor
from majung.evidence.problems import Problem, text
from majung.evidence.reading import RawTable

HISTORY = "revisions.csv"
FACT = ("value", "source", "origin", "released")
HISTORY_COLUMNS = (
    "revised",
    "file",
    "table",
    "key",
    *(f"{column}_before" for column in FACT),
    *(f"{column}_after" for column in FACT),
    "snapshot_before",
    "snapshot_after",
)


@dataclass(frozen=True, eq=False)
class Revision:
    """Given rows sorted by what they do to a table.

    rows: row of the table -> line of the given file, for rows whose value or source changes. unchanged: lines that say
    what the table says already. new: lines with a key that the table does not have.
    """

    rows: Mapping[int, int]
    unchanged: tuple[int, ...]
    new: tuple[int, ...]


def match(table: str, old: pd.DataFrame | None, given: pd.DataFrame) -> Revision:
    """Sort checked rows into revised, unchanged and new ones; the second of two given rows with one key counts as new
    (and is refused as a duplicate)."""
    if old is None or old.empty or given.empty:
        return Revision({}, (), tuple(int(line) for line in given.index))
    key = list(TABLES[table].key)
    known = old[[*key, "value", "source", "released"]].assign(_row=old.index)
    asked = given[[*key, "value", "source", "released"]].assign(_line=given.index)
    both = asked.merge(known, on=key, how="left", suffixes=("", "_old"), sort=False)
    again = both.duplicated(key).to_numpy(dtype=bool)
    found = both["_row"].notna().to_numpy(dtype=bool) & ~again
    same = found & (both["value"] == both["value_old"]).to_numpy(dtype=bool)
    same &= (both["source"] == both["source_old"]).to_numpy(dtype=bool)
    same &= (both["released"] == both["released_old"]).to_numpy(dtype=bool)
    changed = both[found & ~same]
    return Revision(
        {int(row): int(line) for row, line in zip(changed["_row"], changed["_line"], strict=True)},
        tuple(int(line) for line in both.loc[same, "_line"]),
        tuple(int(line) for line in both.loc[~found, "_line"]),
    )


def revised_frame(old: pd.DataFrame, given: pd.DataFrame, revision: Revision) -> pd.DataFrame:
    """The table with its revised rows in the place of the old ones."""
    frame = old.copy()
    for column in FACT:
        frame.loc[list(revision.rows), column] = given.loc[list(revision.rows.values()), column].to_numpy()
    return frame


def widen(descriptor: Descriptor, paths: Sequence[str]) -> Descriptor:
    """The descriptor with the column `released` in these files, where they lack it."""
    raw = dict(descriptor.raw)
    raw["resources"] = [
        _with_released(entry) if entry.get("path") in paths else entry for entry in descriptor.raw["resources"]
    ]
    resources = tuple(
        replace(one, fields=(*one.fields, "released")) if one.path in paths else one for one in descriptor.resources
    )
    return replace(descriptor, raw=raw, resources=resources)


def _with_released(entry: Mapping[str, Any]) -> dict[str, Any]:
    schema = dict(entry["schema"])
    schema["fields"] = [*schema["fields"], {"name": "released", "type": "date"}]
    return {**entry, "schema": schema}


def revised_content(path: Path, lines: Mapping[int, int], raw: RawTable, fields: Sequence[str], *, wide: bool) -> bytes:
    """The content of a table file with some of its lines replaced.

    lines: line of the file -> line of the given file. fields: the file's columns in order. wide: whether the column
    `released` (last of `fields`) is new to the file.
    """
    cells = raw.cells
    values = {
        here: [cells.at[there, name] if name in cells.columns else "" for name in fields]
        for here, there in lines.items()
    }
    if path.suffix == ".parquet":
        return _revised_parquet(path, values, fields, wide=wide)
    content = path.read_bytes()
    written = content.split(b"\n")
    for number, line in enumerate(written, 1):
        end = b"\r" if line.endswith(b"\r") else b""
        if number in values:
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(values[number])
            written[number - 1] = out.getvalue().encode() + end
        elif wide and line.strip():
            written[number - 1] = line.removesuffix(b"\r") + (b",released" if number == 1 else b",") + end
    return b"\n".join(written)


def _revised_parquet(path: Path, values: Mapping[int, list[Any]], fields: Sequence[str], *, wide: bool) -> bytes:
    table = pa_parquet.read_table(path)
    if wide:
        table = table.append_column("released", pa.array([""] * table.num_rows, pa.string()))
    for number, name in enumerate(fields):
        column = table.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        cells = column.cast(kind).to_pylist()
        for here, row in values.items():
            cells[here - 2] = pa.scalar(row[number], pa.string()).cast(kind).as_py()
        table = table.set_column(table.column_names.index(name), name, pa.array(cells, kind))
    sink = io.BytesIO()
    pa_parquet.write_table(table, sink)
    return sink.getvalue()


def history_content(
    folder: Path,
    table: str,
    old: pd.DataFrame,
    given: pd.DataFrame,
    revision: Revision,
    *,
    file: str,
    day: date,
    hashes: tuple[str, str],
) -> bytes:
    """revisions.csv with one more row for each revised one: when, by which file, what it was and what it is."""
    path = folder / HISTORY
    before = path.read_bytes() if path.exists() else b""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if not before:
        writer.writerow(HISTORY_COLUMNS)
    elif not before.endswith(b"\n"):
        out.write("\n")
    spec = TABLES[table]
    for row, line in revision.rows.items():
        was, now = old.loc[row], given.loc[line]
        key = "/".join(str(was[column]) for column in spec.key)
        facts = [_cell(one[column]) for one in (was, now) for column in FACT]
        writer.writerow([day.isoformat(), file, table, key, *facts, *hashes])
    return before + out.getvalue().encode()


def _cell(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def read_history(folder: Path) -> pd.DataFrame:
    """revisions.csv as text cells, oldest first; empty if nothing was ever revised."""
    path = folder / HISTORY
    if not path.exists():
        return pd.DataFrame(columns=list(HISTORY_COLUMNS), dtype=str)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def history_notes(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Notes on rows that are not what their last recorded revision made of them: changed by hand since."""
    history = read_history(folder)
    if history.empty:
        return []
    if list(history.columns) != list(HISTORY_COLUMNS):
        reason = text("is not a list of revisions", "개정 기록이 아닙니다")
        remedy = text(f"its columns are {','.join(HISTORY_COLUMNS)}", f"필요한 열: {','.join(HISTORY_COLUMNS)}")
        return [Problem("history", HISTORY, reason, remedy, 1, level="note")]
    out: list[Problem] = []
    last = history.drop_duplicates(["table", "key"], keep="last")
    for table, entries in last.groupby("table", sort=True):
        frame = tables.get(str(table))
        spec = TABLES.get(str(table))
        current: dict[str, str] = {}
        if frame is not None and spec is not None:
            keys = frame[list(spec.key)].astype(str).agg("/".join, axis=1)
            hit = keys.isin(entries["key"])
            current = dict(zip(keys[hit], frame.loc[hit, "value"].map(_cell), strict=True))
        for number, key, value in zip(entries.index, entries["key"], entries["value_after"], strict=True):
            found = current.get(key)
            if found is not None and found == value:
                continue
            shown = found if found is not None else "-"
            reason = text(
                f"{table} {key} was revised to {value}, the table now says {shown}",
                f"{table} {key} 값은 {value}(으)로 개정되었는데 지금 표에는 {shown}입니다",
            )
            remedy = text(
                "revise it with `majung evidence add --revise`", "`majung evidence add --revise`로 고치십시오"
            )
            out.append(Problem("history", HISTORY, reason, remedy, int(number) + 2, "value_after", value, "note"))
    return out
