"""Adding rows: all or none."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import majung
from majung.evidence import EvidenceError, add, open_package
from majung.evidence.adding import write_atomically

FILE = "tables/patents.csv"
HEADER = "country,classification,code,year,measure,value"
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def snapshot(path):
    """Every file of a folder with its content."""
    return {p.relative_to(path): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


@pytest.fixture
def new_rows(tmp_path):
    def write(*lines, header=HEADER, name="new.csv"):
        file = tmp_path / name
        file.write_text("\n".join([header, *lines]) + "\n")
        return file

    return write


def test_rows_are_appended_and_everything_before_keeps_its_line(sound, new_rows):
    path = sound.write()
    before = open_package(path)
    file = new_rows(
        "FRA,wipo35,medical-technology,2019,families,12.50", "FRA,wipo35,medical-technology,2020,families,13"
    )
    added = add(path, file, table="patents", source="ipf-2022")
    after = open_package(path)
    assert (added.rows, added.file, added.lines) == (2, FILE, (68, 69))
    assert (added.hash_before, added.hash_after) == (before.hash, after.hash)
    assert after.tables["patents"].loc[:67].equals(before.tables["patents"])
    assert after.tables["patents"].loc[68, "value"] == 12.5
    assert after.tables["patents"].loc[69, "origin"] == "new.csv, line 3"
    assert (path / FILE).read_text().splitlines()[67].split(",")[5] == "12.50"


def test_origin_is_kept_where_given_and_columns_may_stand_in_any_order(sound, new_rows):
    path = sound.write()
    file = new_rows(
        '"table 9, row 3",7,2019,FRA,medical-technology,wipo35,families',
        header="origin,value,year,country,code,classification,measure",
    )
    add(path, file, table="patents", source="ipf-2022")
    row = open_package(path).tables["patents"].loc[68]
    assert (row.origin, row.value, row.year, row.country) == ("table 9, row 3", 7.0, 2019, "FRA")


@pytest.mark.parametrize(
    ("line", "rule", "line_number"),
    [
        ("France,wipo35,medical-technology,2019,families,1", "unknown-country", 3),
        ("KOR,wipo35,medical-technology,2019,families,1", "duplicate-key", 3),
        ("FRA,wipo35,medical-technology,2019,families,-", "not-a-number", 3),
        ("FRA,wipo35,optics,2019,families,1", "unknown-code", 3),
        ("FRA,wipo35,medical-technology,2018,families,1", "duplicate-key", 3),
        ("FRA,wipo35", "wrong-cell-count", 3),
    ],
)
def test_a_bad_row_changes_nothing_and_is_reported(sound, new_rows, line, rule, line_number):
    path = sound.write()
    before = snapshot(path)
    file = new_rows("FRA,wipo35,medical-technology,2018,families,1", line)
    with pytest.raises(EvidenceError) as caught:
        add(path, file, table="patents", source="ipf-2022")
    assert snapshot(path) == before
    errors = caught.value.report.errors
    assert [(e.rule, e.file, e.line) for e in errors] == [(rule, "new.csv", line_number)]
    report = file.with_name("new.csv.bad-rows.csv")
    assert caught.value.bad_rows == str(report)
    assert str(report) in str(caught.value)
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert [(r["file"], r["line"], r["reason"]) for r in rows] == [("new.csv", "3", errors[0].reason["en"])]


def test_a_trap_that_only_shows_beside_the_old_rows_is_found(sound, new_rows):
    path = sound.write()
    lines = [
        f"{country},wipo35,{code},2021,families,3"
        for country in ("KOR", "USA")
        for code in ("computer-technology", "digital-communication", "medical-technology")
    ]
    with pytest.raises(EvidenceError, match="2021 stands at") as caught:
        add(path, new_rows(*lines), table="patents", source="ipf-2022")
    assert caught.value.report.errors[0].file == "new.csv"


def test_another_edition_is_not_spliced_on(sound, new_rows):
    sound.sources.append(sound.sources[0] | {"id": "ipf-2024"})
    path = sound.write()
    with pytest.raises(EvidenceError, match="changes its source in 2021"):
        add(
            path,
            new_rows("KOR,wipo35,medical-technology,2021,families,500"),
            table="patents",
            source="ipf-2024",
        )


def test_a_new_table_is_described_and_opens(sound, new_rows):
    sound.codes += "measure,,usd_m,Value added,부가가치,million USD,백만 달러,\n"
    path = sound.write()
    added = add(
        path,
        new_rows("KOR,wipo35,medical-technology,2019,usd_m,1"),
        table="value_added",
        source="ipf-2022",
    )
    package = open_package(path)
    assert added.file == "tables/value_added.csv"
    assert package.hash == added.hash_after
    assert package.unit("usd_m")["ko"] == "백만 달러"
    resource = json.loads((path / "datapackage.json").read_text())["resources"][-1]
    assert resource["majung"] == {"table": "value_added"}
    assert resource["schema"]["primaryKey"] == ["country", "classification", "code", "year", "measure"]


def test_release_dates_go_to_a_file_that_has_the_column(sound, new_rows):
    path = sound.write()
    file = new_rows("FRA,wipo35,medical-technology,2019,families,1,2020-05-01", header=HEADER + ",released")
    added = add(path, file, table="patents", source="ipf-2022")
    assert added.file == "tables/patents-2.csv"
    package = open_package(path)
    assert package.hash == added.hash_after
    assert package.select("patents", country="FRA")["released"].tolist() == ["2020-05-01"]
    assert package.locate("patents", int(package.select("patents", country="FRA").index[0])) == (added.file, 2)


def test_parquet_rows_are_added_too(sound, tmp_path):
    path = sound.write()
    frame = open_package(path).select("patents", country="USA").assign(country="FRA", value=1.25)
    file = tmp_path / "new.parquet"
    pq.write_table(pa.Table.from_pandas(frame.drop(columns=["source", "released"]), preserve_index=False), file)
    assert add(path, file, table="patents", source="ipf-2022").rows == 33
    assert open_package(path).select("patents", country="FRA")["value"].eq(1.25).all()


def test_windows_line_ends_and_a_missing_last_one_are_kept(sound, new_rows):
    content = sound.tables[FILE][1].replace("\n", "\r\n").removesuffix("\r\n")
    path = sound.content(FILE, content.encode()).write()
    added = add(path, new_rows("FRA,wipo35,medical-technology,2019,families,1"), table="patents", source="ipf-2022")
    data = (path / FILE).read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == 68
    assert open_package(path).tables["patents"].loc[added.lines[0], "country"] == "FRA"


@pytest.mark.parametrize(
    ("table", "source", "said"),
    [
        ("patent", "ipf-2022", "write 'patents'?"),
        ("budget", "ipf-2022", "write one of"),
        ("patents", "ipf2022", "write 'ipf-2022'?"),
        ("patents", "unknown", "with its licence"),
    ],
)
def test_an_unknown_table_or_source(sound, new_rows, table, source, said):
    path = sound.write()
    before = snapshot(path)
    with pytest.raises(EvidenceError, match=said):
        add(path, new_rows("FRA,wipo35,medical-technology,2019,families,1"), table=table, source=source)
    assert snapshot(path) == before


def test_rows_of_another_source_are_refused(sound, new_rows):
    sound.sources.append(sound.sources[0] | {"id": "other"})
    path = sound.write()
    file = new_rows("FRA,wipo35,medical-technology,2019,families,1,other", header=HEADER + ",source")
    with pytest.raises(EvidenceError, match="one source at a time"):
        add(path, file, table="patents", source="ipf-2022")


def test_a_package_that_is_unsound_takes_nothing(sound, new_rows):
    sound.sources[0]["license"] = ""
    path = sound.write()
    with pytest.raises(EvidenceError, match="states no licence"):
        add(path, new_rows("FRA,wipo35,medical-technology,2019,families,1"), table="patents", source="ipf-2022")


def test_the_report_goes_where_it_is_asked_and_speaks_korean(sound, new_rows, tmp_path):
    file = new_rows("France,wipo35,medical-technology,2019,families,=1+1")
    place = tmp_path / "bad.csv"
    with pytest.raises(EvidenceError, match="모든 행의 목록"):
        add(sound.write(), file, table="patents", source="ipf-2022", report=place, lang="ko")
    rows = list(csv.DictReader(place.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["열"] for row in rows] == ["country", "value"]
    assert rows[1]["값"] == "'=1+1"  # no live formula in a report that people open in a spreadsheet
    assert "FRA(프랑스)" in rows[0]["고칠 방법"]


@given(values=st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1, max_size=8))
@few
def test_what_is_added_comes_back(new_folder, small_patents, values):
    folder = new_folder()
    path = folder.table("patents", small_patents()).write()
    years = [1990 + i for i in range(len(values))]
    file = path.parent / "new.csv"
    lines = [f"FRA,wipo35,medical-technology,{y},families,{v!r}" for y, v in zip(years, values, strict=True)]
    file.write_text("\n".join([HEADER, *lines]))
    added = add(path, file, table="patents", source="ipf-2022")
    package = open_package(path)
    back = package.select("patents", country="FRA")
    assert back["value"].tolist() == values
    assert back["year"].tolist() == years
    assert list(back.index) == list(range(added.lines[0], added.lines[1] + 1))
    assert package.hash == added.hash_after


def test_a_write_that_fails_leaves_the_old_content_and_no_rest(tmp_path):
    place = tmp_path / "file.csv"
    place.write_text("old")
    with pytest.raises(TypeError):
        write_atomically(place, "not bytes")  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["file.csv"]
    assert place.read_text() == "old"


ADD = """
import sys
from majung.evidence import add
add(sys.argv[1], sys.argv[2], table="patents", source="ipf-2022")
"""


def test_people_who_add_at_once_all_succeed(sound, new_rows):
    path = sound.write()
    environment = os.environ | {"PYTHONPATH": str(Path(majung.__file__).parents[1])}
    workers = []
    for country in ("FRA", "ITA", "ESP"):
        file = new_rows(f"{country},wipo35,medical-technology,2019,families,1", name=f"{country}.csv")
        command = [sys.executable, "-c", ADD, str(path), str(file)]
        workers.append(subprocess.Popen(command, env=environment))
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert {"FRA", "ITA", "ESP"} <= set(open_package(path).tables["patents"]["country"])
