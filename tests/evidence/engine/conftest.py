"""Engines to ask the same questions, and small data with everything in it that goes wrong."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from majung.evidence.engine import Engine, connect

SERVER = "MAJUNG_TEST_SPARK"
"""Environment variable with the address of a Spark that runs already."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: needs Java and PySpark; left out with a reason where they are missing")


@pytest.fixture
def duckdb_engine() -> Iterator[Engine]:
    with connect("duckdb", memory="1GB", threads=2) as engine:
        yield engine


def missing_for_spark() -> list[str]:
    """What Spark needs and this machine does not have."""
    there = {
        "Java": shutil.which("java") or os.environ.get("JAVA_HOME"),
        "PySpark": importlib.util.find_spec("pyspark"),
    }
    return [name for name, found in there.items() if not found]


def need(missing: list[str]) -> None:
    """Leave the test out with the reason where something is missing; in CI it fails."""
    if not missing:
        return
    reason = f"Spark needs {' and '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}: CI must provide it")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One Spark for all tests of a file: in this process, or the server that test_spark_connect.py has started."""
    if SERVER in os.environ:
        with connect(os.environ[SERVER]) as engine:
            yield engine
        return
    need(missing_for_spark())
    settings = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}  # short-lived
    temp = tmp_path_factory.mktemp("spark")
    with connect("spark-local", memory="1GB", threads=2, temp=temp, settings=settings) as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each test that asks for it runs on both engines."""
    yield request.getfixturevalue(f"{request.param}_engine")
    if request.param == "spark":
        # A query that failed leaves PySpark's socket in its traceback: collect it here, not in another test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture(scope="session")
def trade() -> pd.DataFrame:
    """Three years, 9 countries, 25 products, partners; a NULL of each kind, a country and a product of nought."""
    rng = np.random.default_rng(7)
    rows = 2400
    frame = pd.DataFrame(
        {
            "year": rng.choice([2018, 2019, 2020], rows),
            "country": rng.choice([f"C{i}" for i in range(9)], rows),
            "partner": rng.choice(["X", "Y", "Z"], rows),
            "code": rng.choice([f"{i:06d}" for i in range(25)], rows),
            "value": np.round(np.exp(rng.normal(3, 2.5, rows)), 3),
        }
    )
    empty = pd.DataFrame(
        {
            "year": [2018, 2018, 2019],
            "country": ["C0", "NIL", "C1"],
            "partner": ["X", "X", "X"],
            "code": ["999999", "000001", "000002"],
            "value": [0.0, 0.0, 0.0],
        }
    )
    unknown = frame.head(4).copy()
    unknown.loc[unknown.index[0], "value"] = np.nan
    unknown.loc[unknown.index[1], "country"] = None
    unknown.loc[unknown.index[2], "code"] = None
    # Whole numbers with a gap, which pandas would turn into floats.
    unknown["year"] = pd.array([2018, 2018, 2018, None], dtype="Int64")
    frame["year"] = frame["year"].astype("Int64")
    empty["year"] = empty["year"].astype("Int64")
    return pd.concat([frame, empty, unknown], ignore_index=True)


@pytest.fixture(scope="session")
def small_works(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    from evidence.engine.works import write_works

    folder = tmp_path_factory.mktemp("works")
    return write_works(folder, works=400, files=2, seed=11)
