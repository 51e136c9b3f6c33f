"""The same queries on DuckDB and on a standalone Spark cluster: identical tables, and what each costs.

PYTHONPATH=src python benchmarks/evidence_spark.py            # needs Java 17 and PySpark; some ten minutes
PYTHONPATH=src python benchmarks/evidence_spark.py connect    # Spark Connect on the small data (pyspark[connect])

Starts a master and two workers of one core each from the wheel's own jars, on loopback; they are separate processes
that talk over sockets, as on several machines. Queries: complexity inputs and proximity counts of made-up trade,
fractional counts, top shares and author sets of made-up works, growth ratios. Digests must be equal; whether every
digit is, is told. Small data is measured too: what Spark costs where it is not needed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from evidence_trade import YEARS, make
from evidence_works import write_works
from harness import RESULTS

TRADE_ROWS, WORKS = 100_000, 3_000


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """A standalone master and workers; gives the master's address."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port, ui = free_port(), free_port()
    env = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "512m"}
    env |= {"PYSPARK_PYTHON": shutil.which("python3") or "python3"}
    spark_class = str(home / "bin" / "spark-class")
    started = []

    def start(name: str, *arguments: str) -> None:
        log = (folder / f"{name}.log").open("wb")
        command = [spark_class, *arguments]
        started.append(subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True))

    url = f"spark://127.0.0.1:{port}"
    try:
        listening = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(ui)]
        start("master", "org.apache.spark.deploy.master.Master", *listening)
        for number in range(workers):
            arguments = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", str(free_port())]
            arguments += ["--work-dir", str(folder / f"worker{number}"), url]
            start(f"worker{number}", "org.apache.spark.deploy.worker.Worker", *arguments)
        deadline = time.monotonic() + 180
        while (folder / "master.log").read_text(errors="replace").count("Registering worker") < workers:
            if time.monotonic() > deadline:
                raise TimeoutError((folder / "master.log").read_text(errors="replace")[-2000:])
            time.sleep(0.5)
        yield url
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(20)


@contextlib.contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """A Spark Connect server over two local cores, from the wheel's jars; gives its address once it listens."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    command = [str(home / "bin" / "spark-submit"), "--master", "local[2]", "--driver-memory", "1g"]
    command += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    log = folder / "connect.log"
    env = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=env, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 180
            while "Spark Connect server started" not in log.read_text(errors="replace"):
                if time.monotonic() > deadline or server.poll() is not None:
                    raise TimeoutError(log.read_text(errors="replace")[-2000:])
                time.sleep(0.5)
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def connect_beside_duckdb() -> None:
    """The queries on small data by Spark Connect, cold and again warm, beside DuckDB; results must agree."""
    from majung.evidence.engine import connect, digest

    folder = Path(tempfile.mkdtemp(prefix="majung-connect-", dir=os.environ.get("MAJUNG_BENCH_TEMP")))
    try:
        make(folder, 18_000)
        write_works(folder, 400, per_file=100)
        trade, works = str(folder / "trade_*.parquet"), sorted(map(str, folder.glob("part_*.gz")))
        stored: dict[str, object] = {"trade_rows": 18_000, "works": 400, "load": os.getloadavg()[0]}
        answers = {}
        begun = time.perf_counter()
        with connect_server(folder) as url:
            stored["server"] = round(time.perf_counter() - begun, 3)
            for name, address in (("duckdb", "duckdb"), ("spark connect", url)):
                begun = time.perf_counter()
                with connect(address) as engine:
                    costs = {"connect": round(time.perf_counter() - begun, 3)}
                    for turn in ("cold", "warm"):
                        answers[name] = queries(engine, trade, works)
                        costs[turn] = {query: round(seconds, 3) for query, (_, _, seconds) in answers[name].items()}
                        costs[f"{turn}, all"] = round(sum(costs[turn].values()), 3)
                    stored[name] = costs
        for query, (frame, key, _) in answers["duckdb"].items():
            assert digest(frame, key) == digest(answers["spark connect"][query][0], key), query
        stored["identical by digest"] = sorted(answers["duckdb"])
        print(json.dumps(stored, indent=2))
        (RESULTS / "evidence_spark_connect.json").write_text(json.dumps(stored, indent=2) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def queries(engine, trade: str, works: list[str]) -> dict[str, tuple]:
    """Every query's result as a frame, with its key and the seconds it took."""
    from majung.evidence.engine import (
        author_sets,
        complexity_inputs,
        fractional_counts,
        growth_ratios,
        openalex_works,
        top_shares,
        work_records,
    )

    found = {}

    def ask(name: str, key: list[str], build) -> None:
        start = time.perf_counter()
        frame = engine.collect(build(), key)
        found[name] = (frame, key, time.perf_counter() - start)
        print(f"{engine.name}: {name}, {len(frame)} rows, {found[name][2]:.1f} s", flush=True)

    inputs = {}

    def cells():
        inputs["all"] = complexity_inputs(engine.read(trade))
        return inputs["all"].cells

    ask("cells", ["year", "country", "code"], cells)
    ask("rows", ["year", "country"], lambda: inputs["all"].rows)
    ask("columns", ["year", "code"], lambda: inputs["all"].columns)
    one_year = inputs["all"].cells
    one_year = one_year.filter(one_year["year"] == YEARS[-1], one_year["code"] < "000600")

    def pairs():
        from majung.evidence.engine import proximity_counts

        return proximity_counts(one_year)

    ask("pairs", ["year", "code", "other"], pairs)

    windows = {"base": (2015, 2017), "recent": (2018, 2020)}
    keys = ["country", "code"]
    ask("growth", keys, lambda: growth_ratios(inputs["all"].cells, **windows, prior=100.0, keys=keys, world=[]))
    table = openalex_works(engine, works)
    ask("counts", ["country", "code", "year", "measure"], lambda: fractional_counts(table, level="subfield"))
    ask("shares", ["country", "code"], lambda: top_shares(fractional_counts(table, level="field"), window=(2015, 2024)))
    ask("author sets", ["topic"], lambda: author_sets(work_records(table, level="field", years=(2020, 2024))))
    return found


def main() -> None:
    from majung.evidence.engine import connect, digest

    RESULTS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="majung-spark-", dir=os.environ.get("MAJUNG_BENCH_TEMP")))
    try:
        small, large = folder / "small", folder / "large"
        for place, rows, works in ((small, 18_000, 400), (large, TRADE_ROWS, WORKS)):
            place.mkdir()
            make(place, rows)
            write_works(place, works, per_file=max(works // 4, 1))
        stored: dict[str, object] = {"trade_rows": TRADE_ROWS, "works": WORKS, "load_before": os.getloadavg()[0]}
        answers: dict[str, dict[str, dict[str, tuple]]] = {}
        with cluster(folder) as url:
            for name, address in (("duckdb", "duckdb"), ("spark cluster", url)):
                start = time.perf_counter()
                bounds = {"memory": "1GB", "threads": 2}
                if name != "duckdb":
                    bounds = {"memory": "768MB", "settings": {"spark.sql.shuffle.partitions": "4"}}
                with connect(address, **bounds) as engine:
                    connected = time.perf_counter() - start
                    answers[name] = {
                        size: queries(engine, str(place / "trade_*.parquet"), sorted(map(str, place.glob("part_*.gz"))))
                        for size, place in (("small", small), ("large", large))
                    }
                    if name != "duckdb":  # after the queries: executors arrive one by one; the driver is listed too
                        status = engine.backend._session.sparkContext._jsc.sc().getExecutorMemoryStatus()
                        stored["executors"] = status.size() - 1
                stored[name] = {"connect": connected} | {
                    size: {query: round(seconds, 3) for query, (_, _, seconds) in found.items()}
                    for size, found in answers[name].items()
                }
        equal = {}
        for size in ("small", "large"):
            for query, (frame, key, _) in answers["duckdb"][size].items():
                other = answers["spark cluster"][size][query][0]
                assert digest(frame, key) == digest(other, key), (size, query)
                equal[f"{size} {query}"] = {"rows": len(frame), "every digit": bool(frame.equals(other))}
        stored["identical by digest"] = equal
        print(json.dumps(stored, indent=2))
        (RESULTS / "evidence_spark.json").write_text(json.dumps(stored, indent=2) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    connect_beside_duckdb() if sys.argv[1:] == ["connect"] else main()
