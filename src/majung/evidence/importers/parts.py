"""Part files: the rows of one input as they go to disk, without duplicates; a part is there whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from majung.evidence.canonical import TABLES
from majung.evidence.importers.context import Context
from majung.evidence.problems import text

CSV_ROWS = 100_000
"""A part with at most so many rows is written as CSV, which people can open; a larger one as Parquet."""
SHOWN_DUPLICATES = 10_000


@dataclass
class PartWriter:
    """Writes batches of one part to temporary Parquet files, one a table."""

    folder: Path
    stem: str
    writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    released: dict[str, bool] = field(default_factory=dict)

    def path(self, table: str) -> Path:
        return self.folder / f".{table}-{self.stem}.rows"

    def write(self, table: str, frame: pd.DataFrame) -> None:
        if frame.empty:
            return
        if "released" not in frame.columns:
            frame = frame.assign(released="")
        arrow = pa.Table.from_pandas(frame, _schema(table), preserve_index=False)
        if table not in self.writers:
            self.writers[table] = pq.ParquetWriter(self.path(table), _schema(table), compression="zstd")
        self.writers[table].write_table(arrow)
        self.rows[table] = self.rows.get(table, 0) + len(frame)
        self.released[table] = self.released.get(table, False) or bool((frame["released"] != "").any())

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()

    def discard(self) -> None:
        self.close()
        for table in self.writers:
            self.path(table).unlink(missing_ok=True)


def _schema(table: str) -> pa.Schema:
    types = {"year": pa.int64(), "value": pa.float64()}
    columns = (*TABLES[table].columns, "released")
    return pa.schema([pa.field(name, types.get(name, pa.string())) for name in columns])


@contextmanager
def engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An embedded database with bounded memory that spills into `folder`."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET memory_limit='2GB'")
        connection.execute("SET threads=2")
        connection.execute(f"SET temp_directory='{_quoted(folder / '.spill')}'")
        connection.execute("SET preserve_insertion_order=true")
        yield connection


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def drop_duplicates(database: duckdb.DuckDBPyConnection, table: str, file: Path, context: Context) -> None:
    """Report keys that stand twice in a part. Equal values: the first stays. Different values: none stays."""
    key = ", ".join(f'"{column}"' for column in TABLES[table].key)
    source = f"read_parquet('{_quoted(file)}', file_row_number=true)"
    twice = database.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {source} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608
    ).fetchone()
    if not twice or not twice[0]:
        return
    ranked = (
        f"(SELECT *, row_number() OVER same AS nth, min(value) OVER whole = max(value) OVER whole AS agree, "  # noqa: S608
        f"count(*) OVER whole AS times, first(origin) OVER same AS earliest FROM {source} "
        f"WINDOW same AS (PARTITION BY {key} ORDER BY file_row_number), whole AS (PARTITION BY {key}))"
    )
    dropped = "times > 1 AND (NOT agree OR nth > 1)"
    total = database.execute(f"SELECT count(*) FROM {ranked} WHERE {dropped}").fetchone()  # noqa: S608
    listed = database.execute(
        f"SELECT {key}, value, origin, agree, earliest FROM {ranked} WHERE {dropped} "  # noqa: S608
        f"ORDER BY file_row_number LIMIT {SHOWN_DUPLICATES}"
    ).fetchall()
    for row in listed:
        *names, value, origin, agree, earliest = row
        _report_duplicate(context, " ".join(map(str, names)), value, origin, bool(agree), earliest)
    context.uncounted += max(0, (total[0] if total else 0) - len(listed))
    columns = ", ".join(f'"{name}"' for name in (*TABLES[table].columns, "released"))
    kept = file.with_name(file.name + ".kept")
    database.execute(
        f"COPY (SELECT {columns} FROM {ranked} WHERE NOT ({dropped}) ORDER BY file_row_number) "  # noqa: S608
        f"TO '{_quoted(kept)}' (FORMAT parquet, COMPRESSION zstd)"
    )
    kept.replace(file)


def _report_duplicate(context: Context, key: str, value: object, origin: str, agree: bool, earliest: str) -> None:
    if agree:
        reason = text(f"the same fact as {earliest} again ({key})", f"{earliest}과 같은 사실이 되풀이됩니다 ({key})")
        remedy = text("the first one was kept", "첫 번째만 남겼습니다")
    else:
        reason = text(
            f"the same key as {earliest} with another value ({key})", f"{earliest}과 키는 같고 값이 다릅니다 ({key})"
        )
        remedy = text(
            "none of them was taken: decide which is right", "어느 것도 가져오지 않았습니다. 옳은 쪽을 정하십시오"
        )
    context.bad("duplicate-key", line_of(origin), reason, remedy, column="value", value=value)


def line_of(origin: str) -> int | None:
    """The line or row number at the end of an origin, if it names one."""
    digits = [word for word in origin.replace(",", " ").split() if word.isdigit()]
    return int(digits[-1]) if digits else None


def finish(writer: PartWriter, source: str, context: Context, form: str) -> dict[str, dict[str, Any]]:
    """Close a part, drop its duplicates and put its files in place.

    form: csv, parquet or auto. Returns {table: {"path", "rows", "released"}}; paths relative to the package.
    """
    writer.close()
    out: dict[str, dict[str, Any]] = {}
    with engine(writer.folder) as database:
        for table in writer.writers:
            file = writer.path(table)
            drop_duplicates(database, table, file, context)
            rows = pq.read_metadata(file).num_rows
            if rows == 0:
                file.unlink()
                continue
            released = writer.released[table]
            as_csv = form == "csv" or (form == "auto" and rows <= CSV_ROWS)
            target = writer.folder / f"{table}-{writer.stem}.{'csv' if as_csv else 'parquet'}"
            columns = (*TABLES[table].columns, *(("released",) if released else ()))
            (_write_csv if as_csv else _write_parquet)(file, target, columns, source)
            file.unlink()
            out[table] = {"path": f"tables/{target.name}", "rows": rows, "released": released}
    return out


def _write_csv(file: Path, target: Path, columns: Sequence[str], source: str) -> None:
    temporary = target.with_name("." + target.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for batch in pq.ParquetFile(file).iter_batches(columns=list(columns)):
            values = [
                [_number(v) for v in batch.column(i).to_pylist()] if name == "value" else batch.column(i).to_pylist()
                for i, name in enumerate(columns)
            ]
            values[list(columns).index("source")] = [source] * batch.num_rows
            writer.writerows(zip(*values, strict=True))
    temporary.replace(target)


def _number(value: float) -> str:
    """Shortest text that reads back as the same number; whole numbers without a decimal point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _write_parquet(file: Path, target: Path, columns: Sequence[str], source: str) -> None:
    temporary = target.with_name("." + target.name + ".part")
    reader = pq.ParquetFile(file)
    schema = pa.schema([reader.schema_arrow.field(name) for name in columns])
    with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in reader.iter_batches(columns=list(columns)):
            arrays = [
                pa.array([source] * batch.num_rows, pa.string()) if name == "source" else batch.column(name)
                for name in columns
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    temporary.replace(target)
