"""Spark Connect: the server in PySpark's own jars, on loopback, asked every question that the engines are asked.

In a process of its own, because one process cannot hold a Spark session beside a remote one.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.engine.conftest import SERVER, missing_for_spark, need

HERE = Path(__file__).parent
STARTUP = 180
"""Seconds that a server may take to listen, on a machine that others use too."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server."""
    absent = [name for name in ("grpc", "grpc_status") if importlib.util.find_spec(name) is None]
    need([*missing_for_spark(), *(["the client of Spark Connect"] if absent else [])])
    import pyspark

    home = Path(pyspark.__file__).parent
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # short-lived
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    command = [str(home / "bin" / "spark-submit"), "--master", "local[2]", "--driver-memory", "1g"]
    command += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    folder = tmp_path_factory.mktemp("connect")
    env = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + STARTUP
            while "Spark Connect server started" not in (said := (folder / "log").read_text(errors="replace")):
                assert process.poll() is None, said[-2000:]
                assert time.monotonic() < deadline, said[-2000:]
                time.sleep(0.5)
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.spark
@pytest.mark.slow
def test_every_query_gives_on_spark_connect_what_it_gives_on_duckdb(server: str, tmp_path: Path) -> None:
    questions = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        f"--basetemp={tmp_path / 't'}",
    ]
    done = subprocess.run(
        [*questions, str(HERE / "test_both_engines.py")],
        env=os.environ | {SERVER: server},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
