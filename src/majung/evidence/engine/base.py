# mypy: disable-error-code="import-untyped"
"""What every engine can do: take tables in, give tables out. Queries are Ibis expressions and know nothing of it."""

from __future__ import annotations

import glob
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import ibis
import pandas as pd
import pyarrow as pa

from majung.evidence.engine.arithmetic import whole
from majung.evidence.engine.drift import check_csv, check_parquet
from majung.evidence.problems import EvidenceError, Problem, Text, text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from majung.evidence.package import Package

Paths = str | Path | Iterable[str | Path]

TYPES = {"year": "int64", "value": "float64"}
"""Types of a canonical table's columns; what is not named here is text."""


class Engine(ABC):
    """A connection. Build it with :func:`majung.evidence.engine.connect`.

    name: "duckdb" or "spark". url: what it was asked for. backend: the Ibis backend, for queries of your own.
    """

    name: str
    url: str
    backend: Any

    def read(self, paths: Paths, *, types: Mapping[str, str] | None = None) -> ir.Table:
        """A table over Parquet or CSV files; nothing is loaded yet.

        paths: one or many, `*` and `**` allowed; a remote address (`s3://`, `hdfs://`) goes to the engine as it is. All
        files must have the same columns: one that differs is named (the engines would fill it with NULL in silence).
        types: Ibis type by column of a CSV file; else `year` is int64, `value` float64 and the rest text. Cells are
        cast strictly (1.5 is no int64, 2018.0 is; whole numbers below 2**53); an empty cell is NULL.
        """
        files = resolve(paths)
        if all(_ends(file, ".parquet", ".pq") for file in files):
            check_parquet([Path(file) for file in files if "://" not in file])
            with self._told():
                return self._parquet(files)
        if all(_ends(file, ".csv", ".csv.gz") for file in files):
            check_csv([Path(file) for file in files if "://" not in file])
            with self._told():
                raw = self._csv(files)
            wanted = TYPES if types is None else types
            return raw.mutate(**{name: _cell(raw[name], kind) for name, kind in wanted.items() if name in raw.columns})
        raise fault(
            "engine-file",
            files[0],
            text("only Parquet or only CSV files make one table", "한 표는 Parquet만 또는 CSV만으로 이루어집니다"),
            text("name files that end in .parquet or .csv", ".parquet이나 .csv로 끝나는 파일을 지정하십시오"),
        )

    def json_lines(self, paths: Paths, schema: ibis.Schema) -> ir.Table:
        """A table over JSON lines (plain or gzip) with the given columns; what a line has beyond them is not read.

        A line that is no JSON, or holds another type than the schema wants, is an error on both engines.
        """
        with self._told():
            return self._json(resolve(paths), schema)

    def table(self, data: pd.DataFrame | pa.Table) -> ir.Table:
        """A small table from memory. NaN in a frame's float column is NULL, as pandas means it."""
        if isinstance(data, pd.DataFrame):
            data = pa.Table.from_pandas(data, preserve_index=False).replace_schema_metadata(None)
        return self._put(data)

    def package(self, package: Package, table: str, **select: Any) -> ir.Table:
        """A table of an open evidence package, cut as `Package.select` does (its arguments are taken)."""
        return self.table(package.select(table, **select))

    def arrow(self, expression: ir.Table) -> pa.Table:
        """Run a query; the result in Arrow, in the order and the types that the query asks for."""
        with self._told():
            return self._arrow(expression).cast(expression.schema().to_pyarrow())

    def collect(self, expression: ir.Table, key: Sequence[str] = ()) -> pd.DataFrame:
        """Run a query; the result as a frame, sorted by `key` (NULL last) so that both engines give the same rows."""
        with self._told():
            found = self._arrow(expression, key).cast(expression.schema().to_pyarrow())
        frame: pd.DataFrame = found.to_pandas()
        return frame

    def write(self, expression: ir.Table, path: str | Path) -> None:
        """Run a query and write the result as Parquet, streaming: a file (DuckDB), a folder of files (Spark)."""
        with self._told():
            self._write(expression, str(path))

    @abstractmethod
    def close(self) -> None:
        """Release the engine and remove what it wrote to disk; its tables can no longer be asked."""

    def _watch_cache(self) -> None:
        """Let `.cache()`, which computes at once, speak of the data as :meth:`arrow` does."""
        create = self.backend._create_cached_table

        def told(name: str, expression: ir.Table) -> ir.Table:
            with self._told():
                return create(name, expression)

        self.backend._create_cached_table = told

    def _release_cached(self) -> None:
        """Drop the tables of `.cache()` while there is still a connection: Ibis would do it when they are collected."""
        for name in list(self.backend._cache_name_to_entry):
            self.backend._finalize_cached_table(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def _parquet(self, files: list[str]) -> ir.Table: ...

    @abstractmethod
    def _csv(self, files: list[str]) -> ir.Table: ...

    @abstractmethod
    def _json(self, files: list[str], schema: ibis.Schema) -> ir.Table: ...

    @abstractmethod
    def _put(self, data: pa.Table) -> ir.Table: ...

    @abstractmethod
    def _arrow(self, expression: ir.Table, key: Sequence[str] = ()) -> pa.Table: ...

    @abstractmethod
    def _write(self, expression: ir.Table, path: str) -> None: ...

    @abstractmethod
    def _told(self) -> Any:
        """A context in which the engine's own errors about data become EvidenceError."""


def small(expression: ir.Table) -> list[dict[str, Any]]:
    """Run a query at once whose few rows decide how another is written."""
    backend = expression.get_backend()
    if backend.name == "pyspark":  # Ibis would go through pandas, as in Spark._arrow
        with quiet():
            return [row.asDict() for row in backend.raw_sql(backend.compile(expression)).collect()]
    rows: list[dict[str, Any]] = backend.to_pyarrow(expression).to_pylist()
    return rows


@contextmanager
def quiet() -> Iterator[None]:
    """PySpark leaves its sockets to the collector, which says so where warnings are shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def ordered(table: ir.Table, key: Sequence[str]) -> ir.Table:
    """Sorted by key, NULL last: DuckDB's default, not Spark's."""
    return table.order_by([ibis.asc(name, nulls_first=False) for name in key])


def resolve(paths: Paths) -> list[str]:
    """Files behind paths and patterns, sorted. Raises EvidenceError where there are none."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files: list[str] = []
    for one in map(str, given):
        if "://" in one or Path(one).is_file():
            found = [one]
        else:
            found = sorted(name for name in glob.glob(one, recursive=True) if Path(name).is_file())  # noqa: PTH207
        if not found:
            raise fault(
                "file-missing",
                one,
                text("no file there", "파일이 없습니다"),
                text("correct the path or the pattern", "경로나 패턴을 고치십시오"),
            )
        files += found
    if not files:
        raise fault(
            "file-missing", "", text("no path was given", "경로가 없습니다"), text("name a file", "파일을 지정하십시오")
        )
    return [file if "://" in file else str(Path(file).resolve()) for file in files]


def fault(rule: str, place: str, reason: Text, remedy: Text) -> EvidenceError:
    """An EvidenceError of one problem."""
    return EvidenceError.of(place or "engine", [Problem(rule, place or "engine", reason, remedy)])


def stopped(url: str, error: Exception) -> EvidenceError:
    """The engine's own error about data, as ours."""
    said = first_line(error)
    reason = text(f"the data stop the query: {said}", f"자료 때문에 질의가 멈췄습니다: {said}")
    return fault("engine-data", url, reason, text("correct the file or its type", "파일이나 자료형을 고치십시오"))


def first_line(error: Exception) -> str:
    """The first line of an error's message, or its kind where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _cell(text: ir.StringValue, kind: str) -> ir.Value:
    """A CSV cell in its type; whole numbers by way of a float, which both engines read alike."""
    return whole(text.cast("float64")).cast(kind) if kind.startswith(("int", "uint")) else text.cast(kind)


def _ends(file: str, *endings: str) -> bool:
    return file.lower().endswith(endings)
