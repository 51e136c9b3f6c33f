"""`majung evidence check|show|add`, behind the exit-code rule of the main command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from majung.cli.evidence import app as evidence
from majung.cli.snapshots import diff_command
from majung.evidence import EvidenceError, open_package, table_resource
from majung.methods.labelled import InputError

CODES = """kind,classification,code,label_en,label_ko,unit_en,unit_ko,note
classification,,se14,Field,학문 분야,,,
code,se14,physics,Physics,물리학,,,
measure,,articles,Articles,논문,articles,편,
"""
ROWS = ["KOR,se14,physics,2018,articles,10.5,sei,row 1", "KOR,se14,physics,2019,articles,11,sei,row 2"]
HEADER = "country,classification,code,year,measure,value,source,origin"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "tables").mkdir(parents=True)
    source = {
        "id": "sei",
        "title": "Science indicators",
        "publisher": "A statistical office",
        "edition": "2024",
        "license": "CC BY-SA 4.0",
        "retrieved": "2024-03-01",
        "released": None,
        "citation": "A statistical office (2024).",
    }
    descriptor = {
        "profile": "tabular-data-package",
        "name": "articles",
        "title": "Articles of Korea",
        "version": "1.0.0",
        "licenses": [{"name": "CC-BY-SA-4.0"}],
        "sources": [source],
        "resources": [table_resource("publications")],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    (folder / "LICENSE.md").write_text("CC BY-SA 4.0\n")
    (folder / "codes.csv").write_text(CODES)
    (folder / "tables/publications.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    return folder


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run():
    """Run `majung evidence ...` in an app of our own; an EvidenceError is left as the result's exception."""
    app = typer.Typer()
    app.add_typer(evidence, name="evidence")
    return lambda *words: CliRunner(env={"COLUMNS": "160"}).invoke(app, ["evidence", *map(str, words)])


def spoil(package):
    file = package / "tables/publications.csv"
    file.write_text(file.read_text().replace("KOR", "Korea", 1))


def test_check_of_a_sound_package(run, package):
    result = run("check", package)
    assert result.exit_code == 0
    assert f"{package}: sound (0 notes)" in result.output
    assert open_package(package).hash in result.output


def test_check_in_korean_by_option_and_by_environment(run, package, monkeypatch):
    assert "이상 없음" in run("check", package, "--lang", "ko").output
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "이상 없음" in run("check", package).output
    assert "sound" in run("check", package, "--lang", "en").output
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "sound" in run("check", package).output


def test_check_raises_what_is_wrong(run, package):
    spoil(package)
    result = run("check", package)
    assert isinstance(result.exception, EvidenceError)
    assert "tables/publications.csv:2: 'Korea' is not" in str(result.exception)
    korean = run("check", package, "--lang", "ko")
    assert "KOR(한국)" in str(korean.exception)


def test_check_as_json_says_the_same_with_exit_code_2(run, package):
    assert run("check", package, "--json").exit_code == 0
    spoil(package)
    result = run("check", package, "--json")
    assert result.exit_code == 2
    report = json.loads(result.output)
    assert report["ok"] is False
    assert [(e["file"], e["line"], e["rule"]) for e in report["errors"]] == [
        ("tables/publications.csv", 2, "unknown-country")
    ]


def test_notes_are_printed(run, package):
    (package / "codes.csv").write_text(CODES + "code,se14,chemistry,Chemistry,화학,,,\n")
    result = run("check", package)
    assert "note: codes.csv:5: no row uses code 'chemistry'" in result.output
    assert "(1 note)" in result.output


def test_show_names_what_is_there(run, package):
    result = run("show", package)
    assert result.exit_code == 0
    for word in ("Articles of Korea", "publications", "se14 / articles", "2018-2019", "sei", "CC BY-SA 4.0"):
        assert word in result.output
    korean = run("show", package, "--lang", "ko").output
    assert "라이선스" in korean
    assert "편" in korean


def test_show_as_json_is_the_description(run, package):
    described = json.loads(run("show", package, "--json").output)
    assert described == json.loads(json.dumps(open_package(package).describe()))


def test_show_of_an_unsound_package_raises_in_the_language_asked_for(run, package):
    spoil(package)
    assert "증거 자료에" in str(run("show", package, "--lang", "ko").exception)


def test_add_rows(run, package, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("country,classification,code,year,measure,value\nJPN,se14,physics,2019,articles,20\n")
    result = run("add", package, file, "--table", "publications", "--source", "sei")
    assert result.exit_code == 0, result.exception
    assert "added 1 row to" in result.output
    assert "lines 4 to 4" in result.output
    assert open_package(package).hash in result.output
    assert open_package(package).select("publications", country="JPN")["value"].tolist() == [20.0]


def test_add_as_json(run, package, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("country,classification,code,year,measure,value\nJPN,se14,physics,2019,articles,20\n")
    done = json.loads(run("add", package, file, "--table", "publications", "--source", "sei", "--json").output)
    assert (done["rows"], done["lines"], done["hash_after"]) == (1, [4, 4], open_package(package).hash)


def test_add_of_a_bad_file_raises_and_reports(run, package, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("country,classification,code,year,measure,value\nJapan,se14,physics,2019,articles,20\n")
    place = tmp_path / "bad.csv"
    words = ["add", package, file, "--table", "publications", "--source", "sei", "--report", place]
    result = run(*words)
    assert isinstance(result.exception, EvidenceError)
    assert str(place) in str(result.exception)
    assert "new.csv,2,country,Japan" in place.read_text(encoding="utf-8-sig")


def test_another_language_is_refused(run, package):
    result = run("check", package, "--lang", "jp")
    assert result.exit_code == 2
    assert "write en or ko" in result.output


@pytest.mark.parametrize("command", ["check", "show", "add"])
def test_help_says_what_the_command_does(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--json" in result.output
    assert "--lang" in result.output


def test_show_sums_up_the_licences_and_counts_recorded_revisions(run, package, tmp_path):
    new = tmp_path / "new.csv"
    new.write_text("country,classification,code,year,measure,value\nKOR,se14,physics,2019,articles,12\n")
    refused = run("add", package, new, "--table", "publications", "--source", "sei")
    assert isinstance(refused.exception, EvidenceError)
    assert "add the file with --revise" in str(refused.exception)
    done = run("add", package, new, "--table", "publications", "--source", "sei", "--revise")
    assert "revised 1 row (what was stays in revisions.csv); 0 rows said nothing new" in done.output
    shown = run("show", package).output
    assert "1 revision recorded in revisions.csv" in shown
    licence = shown.splitlines()[-2]
    assert licence.split()[-2:] == ["sei", "2"]
    data = json.loads(run("show", package, "--json").output)
    assert data["source_licenses"] == [
        {"license": "CC BY-SA 4.0", "sources": ["sei"], "rows": 2, "tables": {"publications": 2}}
    ]


@pytest.fixture
def diff():
    app = typer.Typer()
    app.command()(diff_command)
    return lambda *words: CliRunner(env={"COLUMNS": "160"}).invoke(app, [*map(str, words)])


def test_diff_in_words_as_table_as_csv_and_as_json(diff, package, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(package, other / "evidence")
    file = other / "evidence/tables/publications.csv"
    file.write_text(file.read_text().replace(",11,", ",22,") + "KOR,se14,physics,2020,articles,23,sei,row 3\n")
    said = diff(package, other, "--rows", 1, "--csv", tmp_path / "rows.csv")
    assert said.exit_code == 0, said.output
    assert "publications se14/articles: 1 value revised, largest Korea, Physics, 2019: 11 → 22 (+100 %)" in said.output
    assert "publications se14/articles: 1 row of 2020 new, from sei" in said.output
    assert "and 1 more rows" in said.output
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 3
    assert (
        "값 1건 개정, 가장 큰 것은 한국, 물리학, 2019년: 11 → 22 (+100 %)"
        in diff(package, other, "--lang", "ko").output
    )
    data = json.loads(diff(package, other, "--json").output)
    assert data["counts"] == {"revised": 1, "new": 1}
    assert "the two snapshots are the same" in diff(other, other).output


def test_diff_of_a_folder_without_evidence(diff, package, tmp_path):
    failed = diff(package, tmp_path / "nowhere")
    assert isinstance(failed.exception, InputError)
    assert "no evidence package here" in str(failed.exception)
