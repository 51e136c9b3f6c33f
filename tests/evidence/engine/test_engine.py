"""Connecting, bounds and clear errors; what both engines answer is in test_both_engines.py."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import majung
from majung.evidence import EvidenceError, open_package
from majung.evidence.engine import Engine, complexity_inputs, connect, digest, fractional_counts, matrix, openalex_works
from majung.methods.labelled import InputError

SRC = Path(majung.__file__).parent


def rule(caught: pytest.ExceptionInfo[EvidenceError]) -> str:
    (problem,) = caught.value.report.problems
    assert problem.reason["ko"]
    assert problem.remedy["ko"]
    return problem.rule


def test_ibis_and_pyspark_are_called_in_one_place() -> None:
    callers = set()
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("ibis", "pyspark", "py4j") for name in names):
                callers.add(file.parent.relative_to(SRC).as_posix())
    assert callers == {"evidence/engine"}


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import majung.evidence", ("ibis", "duckdb", "pyspark", "sqlglot")),
        ("import majung.evidence.engine", ("duckdb", "pyspark")),
        ("from majung.evidence.engine import connect; connect().close()", ("pyspark",)),
    ],
)
def test_heavy_imports_wait_until_they_are_needed(statement: str, absent: tuple[str, ...]) -> None:
    code = f"{statement}\nimport sys\nprint([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SRC.parent)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgres://localhost/db", "engine-address"),
        ("duckdb?speed=11", "engine-option"),
        ("duckdb?threads=many", "engine-option"),
        ("duckdb?threads=0", "engine-option"),
        ("duckdb?memory=lots", "engine-option"),
    ],
)
def test_a_wrong_address_is_refused(url: str, wanted: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        connect(url)
    assert rule(caught) == wanted


def test_the_environment_gives_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAJUNG_ENGINE", f"duckdb?memory=300MB&threads=1&temp={tmp_path}/spill")
    with connect() as engine:
        settings = engine.backend.raw_sql(
            "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('TimeZone')"
        ).fetchone()
        assert settings == ("286.1 MiB", 1, "UTC")
        assert len(list((tmp_path / "spill").iterdir())) == 1
    assert list((tmp_path / "spill").iterdir()) == []
    engine.close()  # twice is no error


def test_a_database_file_keeps_its_tables(tmp_path: Path) -> None:
    url = f"duckdb://{tmp_path}/evidence.duckdb"
    with connect(url) as engine:
        engine.backend.create_table("kept", pa.table({"a": [1, 2]}))
    with connect(url) as engine:
        assert engine.collect(engine.backend.table("kept"), ["a"])["a"].tolist() == [1, 2]


def test_spark_without_java_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EvidenceError, match="needs Java") as caught:
        connect("spark://127.0.0.1:1")
    assert rule(caught) == "engine-missing"
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EvidenceError, match="openjdk-17-jre-headless"):
        connect("spark-local")


def test_spark_without_pyspark_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    for url in ("spark-local", "spark://127.0.0.1:1", "sc://127.0.0.1:1"):
        with pytest.raises(EvidenceError, match=r"majung\[spark\]") as caught:
            connect(url)
        assert rule(caught) == "engine-missing"


def test_spark_connect_without_its_client_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(EvidenceError, match=r"majung\[spark-connect\]") as caught:
        connect("sc://127.0.0.1:1")
    assert rule(caught) == "engine-missing"


WIDE = "SELECT CAST(i % 2000003 AS VARCHAR) || '-product' AS code, 'C' || (i % 7) AS country, i % 13 + 0.5 AS value"


def test_data_larger_than_memory_spill(tmp_path: Path) -> None:
    """The cells need some 180 MB more than the 100 MB: right with a place to spill, an error without one."""
    source = tmp_path / "flows.parquet"
    with connect(threads=2) as engine:
        engine.backend.raw_sql(f"COPY ({WIDE} FROM range(2500000) t(i)) TO '{source}'")
    with connect(memory="100MB", threads=2, temp=tmp_path) as engine:
        inputs = complexity_inputs(engine.read(source), by=())
        spilled = engine.backend.raw_sql("SELECT sum(size) FROM duckdb_temporary_files()").fetchone()[0]
        assert spilled > 100_000_000
        assert engine.collect(inputs.totals)["total"].tolist() == [sum(i % 13 for i in range(2500000)) + 1250000]
        assert engine.collect(inputs.cells.agg(cells=inputs.cells.count()))["cells"].tolist() == [2500000]
    with (
        connect(memory="100MB", threads=2, settings={"temp_directory": ""}) as engine,
        pytest.raises(EvidenceError) as caught,
    ):
        complexity_inputs(engine.read(source), by=())
    assert rule(caught) == "engine-memory"


def test_files_of_one_table_have_one_header(duckdb_engine: Engine, tmp_path: Path) -> None:
    """Spark would fill the missing column with NULL, and join CSV columns by place."""
    pd.DataFrame({"country": ["KOR"], "value": [1.0]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"country": ["KOR"], "values": [1.0]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(EvidenceError, match=r"b\.parquet.* has no column 'value', which a\.parquet has") as caught:
        duckdb_engine.read(tmp_path / "*.parquet")
    assert rule(caught) == "schema-drift"
    pd.DataFrame({"country": ["KOR"], "value": ["1"]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(EvidenceError, match="column 'value' is"):
        duckdb_engine.read(tmp_path / "*.parquet")
    pd.DataFrame({"country": ["KOR"], "value": [2.0], "unit": ["t"]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(EvidenceError, match="has a column 'unit'"):
        duckdb_engine.read([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    (tmp_path / "a.csv").write_text("country,value\nKOR,1\n")
    (tmp_path / "b.csv").write_text("value,country\n1,KOR\n")
    with pytest.raises(EvidenceError, match="another order"):
        duckdb_engine.read(tmp_path / "*.csv")
    (tmp_path / "b.csv").write_bytes("country,값\n".encode("cp949"))
    with pytest.raises(EvidenceError) as caught:
        duckdb_engine.read(tmp_path / "*.csv")
    assert rule(caught) == "wrong-encoding"


@pytest.mark.parametrize("name", ["a.xlsx", "nothing-*.parquet"])
def test_what_is_no_table_is_refused(duckdb_engine: Engine, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(EvidenceError):
        duckdb_engine.read(tmp_path / name)
    with pytest.raises(EvidenceError) as caught:
        duckdb_engine.read(tmp_path / "broken.parquet")
    assert rule(caught) == "wrong-format"
    with pytest.raises(EvidenceError):
        duckdb_engine.read([])


def test_a_package_table_is_cut_as_the_package_cuts_it(duckdb_engine: Engine) -> None:
    founding = SRC.parents[1] / "programmes" / "korea-2021" / "evidence"
    package = open_package(founding)
    table = duckdb_engine.package(package, "patents", measure="families")
    inputs = complexity_inputs(table, column="code")
    cells = duckdb_engine.collect(inputs.cells, ["year", "country", "code"])
    frame = package.select("patents", measure="families")
    plain = frame.groupby(["year", "country", "code"])["value"].sum()
    assert cells["value"].tolist() == pytest.approx(plain.tolist(), rel=1e-12)
    assert set(cells["year"]) == set(frame["year"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "W1", "year": 2020}', "no 'publication_year'; its keys are id, year"),
        ("id,publication_year", "not a JSON object"),
        ("[1, 2]", "no 'id'"),
        ("", "not a JSON object"),
    ],
)
def test_a_file_of_something_else_is_named(duckdb_engine: Engine, tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "works.json"
    path.write_text(line + "\n")
    with pytest.raises(EvidenceError, match=said):
        openalex_works(duckdb_engine, path)


def test_a_truncated_snapshot_file_is_an_error(duckdb_engine: Engine, small_works: list[Path], tmp_path: Path) -> None:
    content = small_works[0].read_bytes()
    (tmp_path / "part.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(EvidenceError) as caught:
        duckdb_engine.collect(fractional_counts(openalex_works(duckdb_engine, tmp_path / "part.gz")))
    assert rule(caught) == "engine-data"
    (tmp_path / "part.gz").write_bytes(b"\x1f\x8b" + content[40:90])
    with pytest.raises(EvidenceError):
        openalex_works(duckdb_engine, tmp_path / "part.gz")


def test_digest_sees_values_not_order() -> None:
    frame = pd.DataFrame({"k": ["b", "a", None], "v": [0.1 + 0.2, -0.0, None], "n": [1, 2, 3]})
    again = frame.iloc[::-1][["n", "v", "k"]].assign(v=[None, 0.0, 0.3])
    assert digest(frame, ["k"]) == digest(again, ["k"])
    assert digest(frame, ["k"]) != digest(again.assign(n=[3, 2, 2]), ["k"])
    assert digest(frame, ["k"]) != digest(again.assign(v=[None, 0.0, 0.30000001]), ["k"])
    with pytest.raises(InputError, match="repeat the key"):
        digest(pd.concat([frame, frame]), ["k"])


def test_matrix_of_one_year_only() -> None:
    cells = pd.DataFrame({"country": ["b", "a", "a"], "code": ["y", "y", "x"], "value": [1.0, 2.0, 3.0]})
    found = matrix(cells)
    assert found.rows == ("a", "b")
    assert found.columns == ("x", "y")
    assert found.values.tolist() == [[3.0, 2.0], [0.0, 1.0]]
    with pytest.raises(InputError, match="stands twice"):
        matrix(pd.concat([cells, cells]))
