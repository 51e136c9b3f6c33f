# mypy: disable-error-code="import-untyped"
"""Apache Spark by connection string: local, a standalone master, or Spark Connect. PySpark is loaded only here."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from majung.evidence.engine.base import Engine, fault, first_line, quiet, stopped
from majung.evidence.problems import text

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What differs from DuckDB unless it is set: see docs/engine.md.
PINNED = {
    "spark.sql.ansi.enabled": "true",  # overflow, bad casts and division by zero are errors, not NULL or wrong numbers
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
}


class Spark(Engine):
    """Spark through Ibis."""

    name = "spark"

    def __init__(self, url: str, backend: Any, session: Any, owned: bool) -> None:
        self.url = url
        self.backend = backend
        self._session = session
        self._owned = owned
        self._closed = False
        self._views: list[str] = []
        self._watch_cache()

    @classmethod
    def open(
        cls, url: str, *, memory: str | None, threads: int | None, temp: Path | None, settings: Mapping[str, str]
    ) -> Spark:
        """Start or join a session. One process has one Spark session: a second address is refused."""
        require_pyspark(url)
        if url.startswith("sc://"):
            require_connect(url)
        else:
            require_java(url)
        from pyspark.sql import SparkSession

        running = None if url.startswith("sc://") else SparkSession.getActiveSession()
        master = f"local[{threads or '*'}]" if url == "spark-local" else url
        place = (running.sparkContext.master or "") if running is not None else ""
        if running is not None and not _same(place, url):
            raise fault(
                "engine-session",
                url,
                text(
                    f"this process already has a Spark session with {place}",
                    f"이미 {place}의 Spark 세션이 열려 있습니다",
                ),
                text("close that engine first", "그 엔진을 먼저 닫으십시오"),
            )
        options: dict[str, str] = {"spark.ui.enabled": "false", "spark.log.level": "ERROR"}
        if url == "spark-local":
            cores = threads or os.cpu_count() or 1
            options |= {
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.driver.host": "127.0.0.1",
                "spark.sql.shuffle.partitions": str(cores),
            }
        elif threads is not None:
            options |= {"spark.cores.max": str(threads)}
        if memory is not None:
            amount = memory.lower().removesuffix("b")  # Spark writes 4g where DuckDB writes 4GB
            options |= {"spark.driver.memory": amount, "spark.executor.memory": amount}
        if temp is not None:
            temp.mkdir(parents=True, exist_ok=True)
            options |= {"spark.local.dir": str(temp)}
        builder = SparkSession.builder.appName("majung")
        builder = builder.remote(url) if url.startswith("sc://") else builder.master(master)
        if not url.startswith("sc://"):
            for name, value in (options | dict(settings)).items():
                builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
        except Exception as error:
            raise fault(
                "engine-session",
                url,
                text(f"no Spark session: {first_line(error)}", f"Spark 세션을 열 수 없습니다: {first_line(error)}"),
                text("check that the master runs and can be reached", "마스터가 실행 중이고 접속되는지 확인하십시오"),
            ) from error
        for name, value in PINNED.items():
            session.conf.set(name, value)
        return cls(url, _backend(session), session, owned=running is None)

    def close(self) -> None:
        """Stop the session if this engine started it; drop its views otherwise."""
        if self._closed:
            return
        self._closed = True
        self._release_cached()
        if self._owned:
            self._session.stop()
            return
        for view in self._views:
            self._session.catalog.dropTempView(view)

    def _parquet(self, files: list[str]) -> ir.Table:
        return self._view(self._session.read.parquet(*files))

    def _csv(self, files: list[str]) -> ir.Table:
        reader = self._session.read.options(
            header=True, inferSchema=False, quote='"', escape='"', multiLine=True, mode="FAILFAST", enforceSchema=False
        )
        return self._view(reader.csv(files))

    def _json(self, files: list[str], schema: ibis.Schema) -> ir.Table:
        from ibis.backends.pyspark.datatypes import PySparkSchema

        reader = self._session.read.schema(PySparkSchema.from_ibis(schema))
        return self._view(reader.options(mode="FAILFAST").json(files))

    def _put(self, data: pa.Table) -> ir.Table:
        # Not by ibis.memtable: that goes through pandas, where NaN and whole numbers with NULL change.
        with quiet():
            return self._view(self._session.createDataFrame(data))

    def _view(self, frame: Any) -> ir.Table:
        name = ibis.util.gen_name("majung")
        frame.createOrReplaceTempView(name)
        self._views.append(name)
        return self.backend.table(name)

    def _frame(self, expression: ir.Table) -> Any:
        return self._session.sql(self.backend.compile(expression))

    def _arrow(self, expression: ir.Table, key: Sequence[str] = ()) -> pa.Table:
        # Not by Ibis: it goes through pandas, which PySpark 4.0 calls with arguments that pandas 3 deprecates, and it
        # would compile an order over a distinct query wrongly (see arithmetic.unique).
        frame = self._frame(expression)
        if key:
            frame = frame.orderBy(*(frame[name].asc_nulls_last() for name in key))
        with quiet():
            return frame.toArrow()

    def _write(self, expression: ir.Table, path: str) -> None:
        self._frame(expression).write.mode("overwrite").parquet(path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        try:
            yield
        except PySparkException as error:
            raise stopped(self.url, error) from error
        except Py4JJavaError as error:  # what a checkpoint meets comes unwrapped; the reason is its innermost cause
            cause = error.java_exception
            while cause.getCause() is not None:
                cause = cause.getCause()
            raise stopped(self.url, RuntimeError(cause.getMessage() or cause.toString())) from error


def _backend(session: Any) -> Any:
    """Ibis over the session, with a `.cache()` that computes at once and forgets how.

    Ibis marks the query for caching, so that its plan stays and grows: after a few rounds of a loop over cached tables
    Spark runs out of memory on the plan alone.
    """
    from ibis.backends.pyspark import Backend

    _ = ibis.pyspark  # registers its options

    class Checkpointing(Backend):  # type: ignore[misc]
        def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
            with quiet():
                self._session.sql(self.compile(expr)).localCheckpoint(eager=True).createOrReplaceTempView(name)
            return self.table(name)

        def _drop_cached_table(self, name: str) -> None:
            self._session.catalog.dropTempView(name)

    return Checkpointing().connect(session)


def require_pyspark(url: str) -> None:
    """Raise EvidenceError unless PySpark is installed."""
    if importlib.util.find_spec("pyspark") is None:
        raise fault(
            "engine-missing",
            url,
            text("PySpark is not installed", "PySpark가 설치되어 있지 않습니다"),
            text(
                "pip install 'majung[spark]', or use duckdb",
                "pip install 'majung[spark]'로 설치하거나 duckdb를 쓰십시오",
            ),
        )


def require_java(url: str) -> None:
    """Raise EvidenceError unless there is a Java machine to start."""
    home = os.environ.get("JAVA_HOME")
    if home:
        found = shutil.which("java", path=str(Path(home) / "bin"))
        where = f"JAVA_HOME={home}"
    else:
        found = shutil.which("java")
        where = "PATH"
    if found is None:
        raise fault(
            "engine-missing",
            url,
            text(
                f"Spark needs Java 17 or 21; there is none in {where}",
                f"Spark에는 Java 17이나 21이 필요한데 {where}에 없습니다",
            ),
            text(
                "install one (Debian: apt-get install openjdk-17-jre-headless), or use duckdb",
                "Java를 설치하거나(데비안: apt-get install openjdk-17-jre-headless) duckdb를 쓰십시오",
            ),
        )


def require_connect(url: str) -> None:
    """Raise EvidenceError unless the packages of Spark Connect's client are installed."""
    missing = [name for name in ("grpc", "grpc_status", "google.rpc") if not _installed(name)]
    if missing:
        raise fault(
            "engine-missing",
            url,
            text(
                f"Spark Connect needs packages that are not installed ({', '.join(missing)})",
                f"Spark Connect에 필요한 패키지가 없습니다 ({', '.join(missing)})",
            ),
            text("pip install 'majung[spark-connect]'", "pip install 'majung[spark-connect]'로 설치하십시오"),
        )


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _same(master: str, url: str) -> bool:
    return master.startswith("local") if url == "spark-local" else master == url
