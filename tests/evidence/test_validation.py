"""Every fault of a file or a cell is refused with its file, line, reason and remedy."""

from __future__ import annotations

import json
import pickle

import pytest

from majung.evidence import EvidenceError, check
from majung.evidence.problems import text

FILE = "tables/patents.csv"


def only(report):
    """The one error of a report."""
    assert len(report.errors) == 1, report.lines()
    return report.errors[0]


def with_cell(sound, column, value, line=9):
    """The package with one cell changed."""
    lines = sound.tables[FILE][1].splitlines()
    header = lines[0].split(",")
    cells = lines[line - 1].split(",")
    cells[header.index(column)] = value
    lines[line - 1] = ",".join(cells)
    return check(sound.content(FILE, "\n".join(lines) + "\n").write())


@pytest.mark.parametrize(
    ("column", "value", "rule", "reason", "remedy"),
    [
        ("country", "Korea", "unknown-country", "'Korea' is not an ISO 3166-1 alpha-3 code", "write KOR (Korea)?"),
        ("country", "KR", "unknown-country", "alpha-3", "write KOR"),
        ("country", "kor", "unknown-country", "alpha-3", "write KOR"),
        ("country", "대한민국", "unknown-country", "alpha-3", "write KOR"),
        ("country", "Chinese Taipei", "unknown-country", "alpha-3", "write TWN"),
        ("country", "Untied States", "unknown-country", "alpha-3", "write USA"),
        ("country", "Atlantis", "unknown-country", "alpha-3", "docs/evidence.md"),
        ("country", "EU", "unknown-country", "region or group", "leave the row out"),
        ("country", "EU-27", "unknown-country", "region or group", "leave the row out"),
        ("country", "Asia", "unknown-country", "region or group", "leave the row out"),
        ("country", "Other Africa", "unknown-country", "region or group", "leave the row out"),
        ("country", "유럽연합", "unknown-country", "region or group", "leave the row out"),
        ("country", "World", "unknown-country", "not a country code", "write WLD"),
        ("country", "", "empty-value", "'country' is empty", "fill it in"),
        ("year", "2014.0", "wrong-year", "'2014.0' is not a calendar year", "write 2014?"),
        ("year", "2014-12-31", "wrong-year", "not a calendar year", "write 2014?"),
        ("year", "FY2014", "wrong-year", "not a calendar year", "write 2014?"),
        ("year", "2014년", "wrong-year", "not a calendar year", "write 2014?"),
        ("year", "14", "wrong-year", "not a calendar year", "such as 2018"),
        ("year", "2914", "wrong-year", "'2914' is not a calendar year", "such as 2018"),
        ("code", "Computer technology", "unknown-code", "is not declared", "write 'computer-technology'?"),
        ("code", "biotechnology", "unknown-code", "is not declared", "code,wipo35,biotechnology"),
        ("classification", "wipo-35", "unknown-code", "is not declared", "write 'wipo35'?"),
        ("measure", "Families", "unknown-measure", "is not declared", "write 'families'?"),
        ("measure", "grants", "unknown-measure", "is not declared", "codes.csv"),
        ("source", "ipf_2022", "unknown-source", "is not declared", "write 'ipf-2022'?"),
        ("source", "patstat", "unknown-source", "is not declared", "with its licence"),
        ("origin", "", "empty-value", "'origin' is empty", "fill it in"),
        ("value", "", "empty-value", "'value' is empty", "delete the row"),
        ("value", "NaN", "not-a-number", "'NaN' is no value", "leave rows without a value out"),
        ("value", "n/a", "not-a-number", "'n/a' is no value", "leave rows without a value out"),
        ("value", "-", "not-a-number", "'-' is no value", "leave rows without a value out"),
        ("value", "-5", "negative-value", "value -5 is negative", '"signed"'),
        ("value", "inf", "not-a-number", "value inf is infinite", "delete the row"),
        ("value", "-Infinity", "not-a-number", "is infinite", "delete the row"),
        ("value", "1e999", "infinite-value", "too large", "delete the row"),
        ("value", "many", "not-a-number", "'many' is text", "decimal point"),
        ("value", "12%", "not-a-number", "percent sign", "unit belongs to the measure"),
        ("value", "1 234", "not-a-number", "thousands separators", "write 1234"),
        ("value", '"1,234"', "not-a-number", "thousands separators", "write 1234"),
        ("value", '"1,234,567.5"', "not-a-number", "thousands separators", "write 1234567.5"),
        ("value", '"3,14"', "not-a-number", "decimal comma", "write 3.14"),
        ("value", '"1.234,5"', "not-a-number", "decimal comma", "write 1234.5"),
        ("value", "0x1F", "not-a-number", "is text", "decimal point"),
        ("value", "1_000", "not-a-number", "is text", "decimal point"),
        ("value", "１２", "not-a-number", "is text", "decimal point"),
        ("value", "#REF!", "spreadsheet-error", "spreadsheet error (#REF!)", "repair the formula"),
        ("value", "#N/A", "spreadsheet-error", "spreadsheet error", "repair the formula"),
        ("value", "#DIV/0!", "spreadsheet-error", "spreadsheet error", "repair the formula"),
        ("value", "#####", "spreadsheet-error", "spreadsheet error", "repair the formula"),
        ("value", "=A1+B1", "formula", "holds a formula", "paste the value"),
        ("origin", "=HYPERLINK(A1)", "formula", "holds a formula", "paste the value"),
        ("code", " computer-technology", "stray-space", "space around", "take the space away"),
        ("origin", "a\x0bb", "control-character", "control character", "take it out"),
    ],
)
def test_a_bad_cell_is_named_with_reason_and_remedy(sound, column, value, rule, reason, remedy):
    problem = only(with_cell(sound, column, value))
    assert (problem.file, problem.line, problem.column, problem.rule) == (FILE, 9, column, rule)
    assert reason in problem.reason["en"]
    assert remedy in problem.remedy["en"]
    assert problem.reason["ko"] != problem.reason["en"]
    assert problem.remedy["ko"]


@pytest.mark.parametrize("value", ["0", "1e3", "+5", "12.", ".5", "1E-7"])
def test_plain_numbers_of_every_spelling_are_read(sound, value):
    assert with_cell(sound, "value", value).ok


def test_a_measure_declared_as_signed_may_be_negative(folder, small_patents):
    folder.table("patents", small_patents(), signed=["families"])
    assert with_cell(folder, "value", "-5").ok


def test_every_problem_is_reported_not_only_the_first(sound):
    lines = sound.tables[FILE][1].splitlines()
    lines[3] = lines[3].replace("KOR", "Korea").replace("ipf-2022", "x")
    lines[4] = lines[4].replace("families", "family")
    report = check(sound.content(FILE, "\n".join(lines)).write())
    assert {(p.line, p.column) for p in report.errors} == {(4, "country"), (4, "source"), (5, "measure")}


def test_duplicate_key_names_both_lines(sound):
    lines = sound.tables[FILE][1].splitlines()
    lines.append(lines[6])
    problem = only(check(sound.content(FILE, "\n".join(lines)).write()))
    assert (problem.rule, problem.line) == ("duplicate-key", len(lines))
    assert "as line 7" in problem.reason["en"]


def test_duplicate_key_across_files_names_the_other_file(folder, small_patents):
    lines = small_patents()
    folder.table("patents", lines).table("patents", lines[:1], path="tables/more.csv")
    problem = only(check(folder.write()))
    assert (problem.file, problem.line) == ("tables/more.csv", 2)
    assert "tables/patents.csv:2" in problem.reason["en"]


def test_two_vintages_of_one_figure_are_named_as_such(folder, small_patents):
    folder.sources.append(folder.sources[0] | {"id": "ipf-2024", "edition": "2024"})
    lines = small_patents()
    folder.table("patents", [*lines, lines[0].replace("ipf-2022", "ipf-2024")])
    errors = check(folder.write()).errors
    assert any(p.rule == "duplicate-key" and "ipf-2022 / ipf-2024" in p.reason["en"] for p in errors)


@pytest.mark.parametrize(
    ("old", "new", "rule", "column", "remedy"),
    [
        ("measure,", "", "missing-column", "measure", "the columns are"),
        ("value", "Value", "missing-column", "value", "rename 'Value'"),
        ("origin", "origin,remark", "unknown-column", "remark", "take it out"),
        ("country,classification", "classification,country", "missing-column", "", "country,classification"),
        ("source", "country", "duplicate-column", "", "keep one"),
    ],
)
def test_headers_that_do_not_fit(sound, old, new, rule, column, remedy):
    head, rest = sound.tables[FILE][1].split("\n", 1)
    report = check(sound.content(FILE, head.replace(old, new) + "\n" + rest).write())
    found = [p for p in report.errors if p.rule == rule and p.column == column]
    assert len(found) == 1, report.lines()
    assert found[0].line == 1
    assert remedy in found[0].remedy["en"]


def test_rows_with_too_many_or_too_few_cells_are_named_by_line(sound):
    lines = sound.tables[FILE][1].splitlines()
    lines[3] += ",more"
    lines[7] = "KOR,wipo35"
    lines.insert(5, "")
    report = check(sound.content(FILE, "\n".join(lines)).write())
    assert [(p.rule, p.line) for p in report.errors] == [("wrong-cell-count", 4), ("wrong-cell-count", 9)]


def test_a_line_break_inside_a_cell_is_refused(sound):
    content = sound.tables[FILE][1].replace("row 5\n", '"row\n5"\n')
    problem = only(check(sound.content(FILE, content).write()))
    assert (problem.rule, problem.line, problem.column) == ("line-break", 6, "origin")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(sound, content):
    problem = only(check(sound.content(FILE, content).write()))
    assert (problem.rule, problem.file) == ("empty-file", FILE)


def test_a_header_without_rows(sound):
    problem = only(check(sound.content(FILE, sound.tables[FILE][1].split("\n")[0]).write()))
    assert problem.rule == "empty-file"
    assert "no rows" in problem.reason["en"]


@pytest.mark.parametrize(
    ("encode", "looks_like"),
    [
        (lambda s: s.encode("cp949"), "cp949"),
        (lambda s: s.encode("utf-16"), "UTF-16"),
        (lambda s: s.encode("utf-16-le"), "UTF-16"),
        (lambda s: s.replace("원자료 5행", "é à").encode("cp1252"), "Windows-1252"),
        (lambda s: b"PK\x03\x04" + s.encode(), "spreadsheet"),
        (lambda s: s.replace("원자료", "\ufffd").encode(), "damaged"),
        (lambda s: s.replace("\n", "\r").encode(), "CR only"),
    ],
)
def test_a_wrong_encoding_says_what_it_looks_like(sound, encode, looks_like):
    content = sound.tables[FILE][1].replace("row 5\n", "원자료 5행\n")
    problem = only(check(sound.content(FILE, encode(content)).write()))
    assert (problem.rule, problem.file) == ("wrong-encoding", FILE)
    assert looks_like in problem.reason["en"]
    assert "UTF-8" in problem.remedy["en"]


def test_a_wrong_encoding_names_the_first_line(sound):
    content = sound.tables[FILE][1].replace("row 5\n", "원자료 5행\n").encode("cp949")
    assert only(check(sound.content(FILE, content).write())).line == 6


def test_semicolons_are_not_commas(sound):
    problem = only(check(sound.content(FILE, sound.tables[FILE][1].replace(",", ";")).write()))
    assert problem.rule == "not-comma-separated"


def test_a_missing_file_and_a_missing_folder(sound, tmp_path):
    path = sound.write()
    (path / FILE).unlink()
    assert only(check(path)).rule == "file-missing"
    assert only(check(tmp_path / "nowhere")).rule == "file-missing"


@pytest.mark.parametrize("licence", [None, "", "unknown", "N/A", "none", "미상"])
def test_a_source_without_licence(sound, licence):
    sound.sources[0]["license"] = licence
    path = sound.write()
    problem = only(check(path))
    assert (problem.rule, problem.file) == ("source-without-licence", "datapackage.json")
    lines = (path / "datapackage.json").read_text().splitlines()
    assert '"ipf-2022"' in lines[problem.line - 1]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("title", "", "no 'title'"),
        ("publisher", None, "no 'publisher'"),
        ("citation", "", "no 'citation'"),
        ("edition", "", "no 'edition'"),
        ("retrieved", "March 2024", "not a date"),
        ("retrieved", None, "not a date"),
        ("released", "2022", "not a date"),
        ("released", "2025-01-01", "before its release"),
        ("url", "www.example.org", "no web address"),
        ("id", "IPF 2022", "not a slug"),
    ],
)
def test_a_source_that_is_not_fully_described(sound, column, value, reason):
    sound.sources[0][column] = value
    if column == "id":
        sound.content(FILE, sound.tables[FILE][1].replace("ipf-2022", value))
    assert reason in only(check(sound.write())).reason["en"]


def test_a_source_declared_twice(sound):
    sound.sources.append(dict(sound.sources[0]))
    assert only(check(sound.write())).rule == "duplicate-source"


def test_a_package_without_licence_or_licence_file(sound):
    sound.extra["licenses"] = []
    path = sound.write()
    (path / "LICENSE.md").unlink()
    found = {(p.rule, p.file) for p in check(path).errors}
    assert found == {("source-without-licence", "datapackage.json"), ("file-missing", "LICENSE.md")}


def test_broken_json_names_the_line(sound):
    path = sound.write()
    content = (path / "datapackage.json").read_text().replace('"version": "1.0.0",', '"version": "1.0.0"')
    (path / "datapackage.json").write_text(content)
    problem = only(check(path))
    assert problem.rule == "not-json"
    assert problem.line == content.split("\n").index(' "licenses": [') + 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: r["majung"].update(table="patent"), "no canonical table"),
        (lambda r: r.pop("majung"), "no canonical table"),
        (lambda r: r.update(path="/etc/passwd"), "no path inside the package"),
        (lambda r: r.update(path="../patents.csv"), "no path inside the package"),
        (lambda r: r.update(name="The Patents"), "no usable 'name'"),
        (lambda r: r.pop("schema"), "primary key"),
        (lambda r: r["schema"].update(primaryKey=["country"]), "primary key"),
        (lambda r: r["majung"].update(complete_through={"families": "2018"}), "'majung.complete_through'"),
        (lambda r: r["majung"].update(one_observation=["a"]), "'majung.one_observation'"),
        (lambda r: r["majung"].update(complete_through={"famlies": 2018}), "names 'famlies'"),
        (lambda r: r["majung"].update(not_additive=["famlies"]), "names 'famlies'"),
    ],
)
def test_a_resource_that_is_not_described_as_it_must_be(sound, change, reason):
    change(sound.tables[FILE][0])
    assert reason in "\n".join(p.reason["en"] for p in check(sound.write()).errors)


@pytest.mark.parametrize(
    ("line", "rule", "reason"),
    [
        ("code,wipo35,computer-technology,Again,다시,,,", "duplicate-key", "declared already in line 3"),
        ("code,wipo35,Computer_Technology,Other,다른,,,", "double-spelling", "two spellings of one code"),
        ("code,wipo35,computing,Computer-Technology,컴퓨팅,,,", "double-spelling", "two spellings of one label"),
        ("code,wipo36,computing,Computing,컴퓨팅,,,", "unknown-code", "classification 'wipo36' is not declared"),
        ("code,wipo35,Oil and gas,Oil,석유,,,", "unknown-code", "is not a code"),
        ("code,wipo35,oil,Oil,,,,", "empty-value", "'label_ko'"),
        ("measure,,grants,Grants,등록,,건,", "empty-value", "'unit_en'"),
        ("measure,wipo35,grants,Grants,등록,grants,건,", "unknown-code", "names a classification"),
        ("unit,,grants,Grants,등록,grants,건,", "unknown-code", "kind 'unit'"),
    ],
)
def test_faults_of_the_code_list(sound, line, rule, reason):
    number = sound.codes.count("\n") + 1
    sound.codes += line + "\n"
    problem = only(check(sound.write()))
    assert (problem.file, problem.line, problem.rule) == ("codes.csv", number, rule)
    assert reason in problem.reason["en"]


def test_a_code_list_without_a_column(sound):
    sound.codes = sound.codes.replace(",unit_ko", "", 1)
    found = check(sound.write()).errors
    assert any(p.file == "codes.csv" and p.rule in ("missing-column", "wrong-cell-count") for p in found)


def test_two_spellings_of_an_undeclared_code_are_named_beside_the_missing_declaration(sound):
    lines = sound.tables[FILE][1].splitlines()
    lines[1] = lines[1].replace("computer-technology", "Oil and gas")
    lines[2] = lines[2].replace("computer-technology", "Oil and Gas")
    report = check(sound.content(FILE, "\n".join(lines)).write())
    twice = [p for p in report.errors if p.rule == "double-spelling"]
    assert len(twice) == 1
    assert "write 'oil-and-gas' for both" in twice[0].remedy["en"]


def test_negative_flows_only_where_they_are_normal(folder, small_input_output):
    folder.table("input_output", small_input_output())
    assert check(folder.write()).ok
    content = folder.tables["tables/input_output.csv"][1].replace("INVEN,-12.5", "J62,-12.5", 1)
    content = content.replace("C26,J62,50.0", "C27,J62,-1", 1)
    found = check(folder.content("tables/input_output.csv", content).write()).errors
    assert "negative-value" in {p.rule for p in found}


def test_unused_sources_and_codes_are_notes(sound):
    sound.sources.append(sound.sources[0] | {"id": "spare"})
    sound.codes += "code,wipo35,optics,Optics,광학,,,\n"
    report = check(sound.write())
    assert report.ok
    assert {(p.rule, p.file) for p in report.notes} == {("unused", "datapackage.json"), ("unused", "codes.csv")}


def test_the_report_as_data_holds_every_part(sound):
    sound.sources[0]["license"] = ""
    data = json.loads(json.dumps(check(sound.write()).as_dict()))
    assert (data["ok"], data["hash"], len(data["errors"])) == (False, "", 1)
    assert set(data["errors"][0]) == {"level", "rule", "file", "line", "column", "value", "reason", "remedy"}


def test_a_table_file_that_no_resource_names_is_noted(sound):
    path = sound.write()
    (path / "tables/forgotten.csv").write_text("country\nKOR\n")
    report = check(path)
    assert report.ok
    assert [(p.rule, p.file) for p in report.notes] == [("unlisted-file", "tables/forgotten.csv")]


def test_a_descriptor_in_a_wrong_encoding(sound):
    path = sound.write()
    (path / "datapackage.json").write_bytes('{"title": "증거 자료"}'.encode("cp949"))
    problem = only(check(path))
    assert (problem.rule, problem.file) == ("wrong-encoding", "datapackage.json")
    assert "plain text" in problem.remedy["en"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("'한국'은(는)", "'한국'은"),
        ("'서비스'은(는)", "'서비스'는"),
        ("값 -5이(가)", "값 -5가"),
        ("값 13이(가)", "값 13이"),
        ("1234(으)로", "1234로"),
        ("1237(으)로", "1237로"),
        ("1236(으)로", "1236으로"),
        ("KOR(한국)(으)로", "KOR(한국)으로"),
        ("'전체'와(과)", "'전체'와"),
        ("'patents'은(는)", "'patents'은(는)"),
    ],
)
def test_korean_particles_follow_the_word_before(template, said):
    assert text("", template)["ko"] == said


def test_the_error_survives_a_process_border(sound):
    sound.sources[0]["license"] = ""
    error = EvidenceError(check(sound.write()), "ko")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 our own bytes
    assert (str(again), again.report) == (str(error), error.report)
