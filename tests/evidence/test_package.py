"""Opening a sound package and asking it."""

from __future__ import annotations

import json
import re
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from majung.evidence import TABLES, EvidenceError, check, open_package, table_resource
from majung.methods.labelled import InputError


def test_row_is_the_line_in_the_file(sound):
    path = sound.write()
    frame = open_package(path).tables["patents"]
    lines = (path / "tables" / "patents.csv").read_text().splitlines()
    assert frame.index.name == "row"
    assert len(frame) == len(lines) - 1
    row = frame.loc[17]
    cells = [row.country, row.classification, row.code, str(row.year), row.measure, f"{row.value:.0f}"]
    assert [*cells, row.source, row.origin] == lines[17 - 1].split(",")
    assert (frame["year"].dtype, frame["value"].dtype) == ("int64", "float64")


def test_blank_lines_keep_the_line_numbers(sound):
    lines = sound.tables["tables/patents.csv"][1].splitlines()
    lines.insert(5, "")
    frame = open_package(sound.content("tables/patents.csv", "\n".join(lines)).write()).tables["patents"]
    assert list(frame.index[:6]) == [2, 3, 4, 5, 7, 8]
    assert f"{frame.loc[7].value:.0f}" == lines[7 - 1].split(",")[5]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing_but_are_noted(sound):
    expected = open_package(sound.write())
    content = sound.tables["tables/patents.csv"][1]
    sound.content("tables/patents.csv", b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    found = open_package(sound.write())
    assert found.hash == expected.hash
    assert [note.rule for note in found.notes] == ["byte-order-mark"]


def test_select_by_scalar_sequence_and_range(sound):
    package = open_package(sound.write())
    frame = package.select(
        "patents",
        classification="wipo35",
        measure="families",
        country="KOR",
        year=range(2016, 2021),
        code=["computer-technology", "medical-technology"],
    )
    assert len(frame) == 2 * 5
    assert set(frame["country"]) == {"KOR"}
    assert set(frame["year"]) == {2016, 2017, 2018, 2019, 2020}
    assert set(frame["code"]) == {"computer-technology", "medical-technology"}


def test_select_gives_a_copy(sound):
    package = open_package(sound.write())
    frame = package.select("patents", country="KOR")
    frame["value"] = 0.0
    assert package.tables["patents"]["value"].min() > 0


def test_select_stops_at_the_last_complete_year(folder, small_patents):
    package = open_package(folder.table("patents", small_patents(), complete_through={"families": 2018}).write())
    assert package.select("patents")["year"].max() == 2018
    assert package.select("patents", year=2020).empty
    assert package.select("patents", complete=False)["year"].max() == 2020
    assert package.complete_through("patents", "families", "wipo35") == 2018


def test_the_last_complete_year_of_one_classification_goes_before_that_of_the_measure(folder, small_patents):
    years = {"families": 2015, "wipo35/families": 2017}
    package = open_package(folder.table("patents", small_patents(), complete_through=years).write())
    assert package.select("patents")["year"].max() == 2017


@pytest.mark.parametrize(
    ("table", "filters", "said"),
    [
        ("patent", {}, "'patents'"),
        ("patents", {"country": "KR"}, "KOR"),
        ("patents", {"country": ["KOR", "EU"]}, "region"),
        ("patents", {"measure": "family"}, "'families'"),
        ("patents", {"classification": "wipo"}, "'wipo35'"),
        ("patents", {"classification": "wipo35", "code": "computer technology"}, "'computer-technology'"),
        ("patents", {"code": "computers-technology"}, "'computer-technology'"),
        ("patents", {"year": "2018"}, "2018"),
        ("patents", {"nation": "KOR"}, "country"),
        ("patents", {"source": "ipf"}, "no source"),
    ],
)
def test_a_filter_that_the_package_does_not_know_is_refused_with_the_nearest(sound, table, filters, said):
    package = open_package(sound.write())
    with pytest.raises(InputError, match=said):
        package.select(table, **filters)


def test_a_known_country_without_rows_gives_an_empty_frame(sound):
    assert open_package(sound.write()).select("patents", country="FRA").empty


def test_real_time_cut_by_the_rows_release_else_the_sources(folder):
    header = "country,classification,code,year,measure,value,source,origin,released"
    lines = [
        "KOR,wipo35,computer-technology,2018,families,1,ipf-2022,a,2019-05-01",
        "KOR,wipo35,computer-technology,2019,families,2,ipf-2022,b,",
    ]
    package = open_package(folder.table("patents", lines, header=header).write())
    assert list(package.select("patents", released_by=date(2020, 12, 31))["year"]) == [2018]
    assert list(package.select("patents", released_by=date(2022, 3, 1))["year"]) == [2018, 2019]
    assert list(package.select("patents")["year"]) == [2018, 2019]


def test_unknown_release_dates_stay_out_of_a_real_time_cut(sound):
    sound.sources[0]["released"] = None
    package = open_package(sound.write())
    assert package.select("patents", released_by=date(2030, 1, 1)).empty
    assert package.source("ipf-2022").released is None


def test_labels_units_sources(sound):
    package = open_package(sound.write())
    assert package.label("wipo35", "computer-technology") == {"en": "Computer technology", "ko": "컴퓨터 기술"}
    assert package.label("wipo35") == {"en": "Technology field", "ko": "기술 분야"}
    assert package.measure_label("families")["ko"] == "국제 특허 패밀리"
    assert package.unit("families") == {"en": "families", "ko": "건"}
    assert package.unit("input_output")["en"] == "million USD"
    source = package.source("ipf-2022")
    assert (source.license, source.retrieved, source.released) == ("CC BY-SA 4.0", date(2024, 3, 1), date(2022, 3, 1))
    assert package.codes("wipo35") == ["computer-technology", "digital-communication", "medical-technology"]
    with pytest.raises(InputError, match="'computer-technology'"):
        package.label("wipo35", "computer-technologies")


def test_input_output_keeps_its_row_column_beside_the_line_number(folder, small_input_output):
    package = open_package(folder.table("input_output", small_input_output(), one_observation=[["C26", "C27"]]).write())
    frame = package.select("input_output", use="domestic", row="C26", year=2014)
    assert frame.index.name == "line"
    assert set(frame["row"]) == {"C26"}
    assert package.observation_groups("input_output") == [("C26", "C27")]


def test_a_table_in_several_files_has_one_numbering_that_leads_back(folder, small_patents):
    lines = small_patents()
    folder.table("patents", lines[:20]).table("patents", lines[20:], path="tables/patents-2.csv")
    package = open_package(folder.write())
    frame = package.tables["patents"]
    assert frame.index.is_unique
    row = frame.index[25]
    assert package.locate("patents", int(row)) == ("tables/patents-2.csv", 7)
    assert frame.loc[row, "origin"] == lines[25].rsplit(",", 1)[1]
    last = int(frame.index[19])
    assert package.locate("patents", last) == ("tables/patents.csv", 21)
    with pytest.raises(InputError, match="no row 500"):
        package.locate("patents", 500)


def test_parquet_reads_like_csv(folder, small_patents):
    csv_hash = open_package(folder.table("patents", small_patents()).write()).hash
    package = open_package(folder.path)
    frame = package.tables["patents"].drop(columns="released")
    folder.tables.clear()
    folder.tables["tables/patents.parquet"] = (table_resource("patents", path="tables/patents.parquet"), b"")
    path = folder.write()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path / "tables/patents.parquet")
    again = open_package(path)
    assert again.hash == csv_hash
    assert list(again.tables["patents"].index) == list(package.tables["patents"].index)


def test_describe_counts_what_is_there(sound):
    described = open_package(sound.write()).describe()
    table = described["tables"][0]
    assert (table["table"], table["rows"], table["years"], table["countries"]) == ("patents", 66, [2010, 2020], 2)
    assert table["country_codes"] == ["KOR", "USA"]
    assert table["series"][0]["codes"] == 3
    assert described["sources"][0]["license"] == "CC BY-SA 4.0"
    assert described["sources"][0]["tables"] == ["patents"]


def test_a_sound_package_has_nothing_to_report(sound):
    report = check(sound.write())
    assert report.ok
    assert report.problems == ()
    assert len(report.hash) == 64


def test_the_error_lists_every_problem_in_both_languages(sound):
    content = sound.tables["tables/patents.csv"][1].replace("KOR", "Korea", 1).replace(",2014,", ",FY2014,", 1)
    path = sound.content("tables/patents.csv", content).write()
    with pytest.raises(EvidenceError) as caught:
        open_package(path)
    assert "tables/patents.csv:2: 'Korea' is not an ISO 3166-1 alpha-3 code; write KOR (Korea)?" in str(caught.value)
    assert "tables/patents.csv:6: 'FY2014' is not a calendar year; write 2014?" in str(caught.value)
    korean = str(caught.value.in_language("ko"))
    assert "증거 자료에 문제가 2건" in korean
    assert "KOR(한국)" in korean


def test_long_lists_of_one_fault_are_cut_in_the_message_but_not_in_the_report(sound):
    path = sound.content("tables/patents.csv", sound.tables["tables/patents.csv"][1].replace("ipf-2022", "x")).write()
    report = check(path)
    assert sum(p.rule == "unknown-source" for p in report.problems) == 66
    assert "41 more of the same" in str(EvidenceError(report))


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_resource_keeps_to_the_tabular_data_resource_standard(table, suffix):
    resource = table_resource(table, path=f"tables/{table}.{suffix}", released=True)
    assert re.fullmatch("[a-z0-9._-]+", resource["name"])
    assert (resource["profile"], resource["format"]) == ("tabular-data-resource", suffix)
    names = [field["name"] for field in resource["schema"]["fields"]]
    assert names == [*TABLES[table].columns, "released"]
    assert resource["schema"]["primaryKey"] == list(TABLES[table].key)
    assert {field["type"] for field in resource["schema"]["fields"]} == {"string", "integer", "number", "date"}


def test_the_code_list_may_be_a_resource_too(sound):
    path = sound.write()
    descriptor = json.loads((path / "datapackage.json").read_text())
    (path / "codes.csv").rename(path / "tables/codes.csv")
    descriptor["resources"].append({"name": "codes", "path": "tables/codes.csv", "majung": {"table": "codes"}})
    (path / "datapackage.json").write_text(json.dumps(descriptor))
    assert open_package(path).unit("families")["ko"] == "건"
