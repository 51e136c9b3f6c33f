"""`connect`: from a connection string to an engine, or to an error that says what is missing.

| address | engine |
|---|---|
| `duckdb` (default) | DuckDB in this process, in memory, spilling to a folder of its own |
| `duckdb:///path/file.duckdb` | the same over a database file |
| `spark-local` | Apache Spark in a Java machine beside this process |
| `spark://host:port` | a standalone Spark master |
| `sc://host:port` | Spark Connect |

The environment variable MAJUNG_ENGINE gives the default. Options stand in the call or behind a question mark:
`duckdb?memory=4GB&threads=2&temp=/scratch`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from majung.evidence.engine.base import Engine, fault
from majung.evidence.problems import text

VARIABLE = "MAJUNG_ENGINE"
_OPTIONS = ("memory", "threads", "temp")


def connect(
    url: str | None = None,
    *,
    memory: str | None = None,
    threads: int | None = None,
    temp: str | Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Engine:
    """Open an engine; use it as a context manager or call `close()`.

    url: see the module's table; None = $MAJUNG_ENGINE, else "duckdb". memory: what the engine may hold before it writes
    to disk, such as "4GB" (DuckDB: half of the machine by default; Spark: driver and each executor). threads: cores to
    use. temp: folder for what does not fit in memory; one of its own is made and removed otherwise. settings: further
    settings of that engine, by its own names. Raises EvidenceError for an address or option that is not known, and
    where PySpark or Java is missing.
    """
    address = url if url is not None else os.environ.get(VARIABLE) or "duckdb"
    address, _, query = address.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(given) - set(_OPTIONS))
    if unknown:
        raise fault(
            "engine-option",
            address,
            text(f"the engine has no option '{unknown[0]}'", f"엔진에 '{unknown[0]}' 옵션이 없습니다"),
            text(f"use {', '.join(_OPTIONS)}", f"{', '.join(_OPTIONS)} 중에서 쓰십시오"),
        )
    memory = memory or given.get("memory")
    temp = temp or given.get("temp")
    if threads is None and "threads" in given:
        threads = _whole(address, given["threads"])
    if threads is not None and threads < 1:
        raise _bad_threads(address, threads)
    folder = Path(temp) if temp else None
    if address == "duckdb" or address.startswith("duckdb://"):
        from majung.evidence.engine.duck import DuckDB

        return DuckDB.open(address, memory=memory, threads=threads, temp=folder, settings=settings or {})
    if address == "spark-local" or address.startswith(("spark://", "sc://")):
        from majung.evidence.engine.spark import Spark

        return Spark.open(address, memory=memory, threads=threads, temp=folder, settings=settings or {})
    raise fault(
        "engine-address",
        address,
        text("this is no engine's address", "엔진 주소가 아닙니다"),
        text(
            "use duckdb, spark-local, spark://host:port or sc://host:port",
            "duckdb, spark-local, spark://호스트:포트, sc://호스트:포트 중에서 쓰십시오",
        ),
    )


def _whole(address: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise _bad_threads(address, value) from None


def _bad_threads(address: str, value: object) -> Exception:
    return fault(
        "engine-option",
        address,
        text(f"threads is '{value}'", f"threads가 '{value}'입니다"),
        text("give a whole number from 1 up", "1 이상의 정수를 쓰십시오"),
    )
