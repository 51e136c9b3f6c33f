# mypy: disable-error-code="import-untyped"
"""DuckDB, embedded: bounded memory, a spill folder of its own, no network."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa

from majung.evidence.engine.base import Engine, fault, first_line, ordered, stopped
from majung.evidence.problems import text

if TYPE_CHECKING:
    import ibis.expr.types as ir


class DuckDB(Engine):
    """DuckDB through Ibis."""

    name = "duckdb"

    def __init__(self, url: str, backend: Any, spill: Path) -> None:
        self.url = url
        self.backend = backend
        self._spill: Path | None = spill
        self._watch_cache()

    @classmethod
    def open(
        cls, url: str, *, memory: str | None, threads: int | None, temp: Path | None, settings: Mapping[str, str]
    ) -> DuckDB:
        """In memory for `duckdb`, over a file for `duckdb:///path`."""
        database = url.removeprefix("duckdb").removeprefix("://") or ":memory:"
        if temp is not None:
            temp.mkdir(parents=True, exist_ok=True)
        spill = Path(tempfile.mkdtemp(prefix="majung-", dir=temp))
        options: dict[str, Any] = {
            "memory_limit": memory or f"{_half_of_memory()}MB",
            "temp_directory": str(spill),
            # Order is asked for where it matters; keeping the files' order costs memory.
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
        if threads is not None:
            options["threads"] = threads
        try:
            backend = ibis.duckdb.connect(database, **(options | dict(settings)))
            backend.raw_sql("SET TimeZone = 'UTC'")
            backend.raw_sql("SET enable_progress_bar = false")
        except duckdb.Error as error:
            shutil.rmtree(spill, ignore_errors=True)
            reason = text(
                f"DuckDB cannot be opened: {first_line(error)}", f"DuckDB를 열 수 없습니다: {first_line(error)}"
            )
            remedy = text("correct the address or the option", "주소나 옵션을 고치십시오")
            raise fault("engine-option", url, reason, remedy) from None
        return cls(url, backend, spill)

    def close(self) -> None:
        if self._spill is None:
            return
        self._release_cached()
        self.backend.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)
        self._spill = None

    def _parquet(self, files: list[str]) -> ir.Table:
        return self.backend.read_parquet(files)

    def _csv(self, files: list[str]) -> ir.Table:
        return self.backend.read_csv(
            files, all_varchar=True, header=True, delim=",", quote='"', escape='"', nullstr=[""], strict_mode=True
        )

    def _json(self, files: list[str], schema: ibis.Schema) -> ir.Table:
        columns = {name: self.backend.compiler.type_mapper.to_string(kind) for name, kind in schema.items()}
        return self.backend.read_json(files, columns=columns, format="newline_delimited", ignore_errors=False)

    def _put(self, data: pa.Table) -> ir.Table:
        return self.backend.create_table(ibis.util.gen_name("majung"), data, temp=True)

    def _arrow(self, expression: ir.Table, key: Sequence[str] = ()) -> pa.Table:
        return self.backend.to_pyarrow(ordered(expression, key) if key else expression)

    def _write(self, expression: ir.Table, path: str) -> None:
        self.backend.to_parquet(expression, path, compression="zstd")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            reason = text(f"does not fit: {first_line(error)}", f"메모리나 디스크가 모자랍니다: {first_line(error)}")
            remedy = text(
                "give more memory, or a temp folder with more room", "메모리를 늘리거나 더 큰 임시 폴더를 지정하십시오"
            )
            raise fault("engine-memory", self.url, reason, remedy) from error
        except (
            duckdb.DataError,
            duckdb.IOException,
            duckdb.InvalidInputException,
            duckdb.ConversionException,
        ) as error:
            raise stopped(self.url, error) from error


def _half_of_memory() -> int:
    """Half of the machine's memory in MB, the container's limit where there is one."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (value := limit.read_text().strip()).isdigit():
        total = min(total, int(value))
    return max(total // 2_000_000, 256)
