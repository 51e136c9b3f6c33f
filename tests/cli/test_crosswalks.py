"""`majung evidence crosswalks|crosswalk-read|convert`, from the publisher's file to rows in the package."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from majung.cli.crosswalks import convert_command, list_command, read_command
from majung.evidence import add, open_package, table_resource
from majung.evidence.crosswalks import read_concordance
from majung.methods.labelled import InputError

CODES = """kind,classification,code,label_en,label_ko,unit_en,unit_ko,note
classification,,old,Old,옛 분류,,,
code,old,all,All,전체,,,aggregate
code,old,a,Apples,사과,,,
code,old,b,Boats,배,,,
code,old,c,Cars,자동차,,,
classification,,new,New,새 분류,,,
code,new,x,Fruit,과일,,,
code,new,y,Vehicles,탈것,,,
measure,,usd,Value,금액,USD m,백만 달러,
measure,,index,Index,지수,index,지수,
"""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    (folder / "tables").mkdir(parents=True)
    rows = [
        f"KOR,old,{code},{year},{measure},{value},made,row"
        for year in (2019, 2020)
        for code, measure, value in (
            ("all", "usd", 27), ("a", "usd", 10), ("b", "usd", 8), ("c", "usd", 9), ("a", "index", 100),
        )
    ]  # fmt: skip
    header = "country,classification,code,year,measure,value,source,origin"
    (folder / "tables/market.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "codes.csv").write_text(CODES)
    (folder / "LICENSE.md").write_text("CC BY 4.0\n")
    source = {
        "id": "made", "title": "Made", "publisher": "Majung", "edition": "1", "license": "CC BY 4.0",
        "retrieved": "2026-01-01", "citation": "Made for tests.",
    }  # fmt: skip
    descriptor = {
        "name": "made", "title": "Made", "version": "1.0.0", "licenses": [{"name": "CC-BY-4.0"}], "sources": [source],
        "resources": [table_resource("market")],
    }  # fmt: skip
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    return folder


@pytest.fixture
def official(tmp_path):
    """A publisher's file: a goes to x, b to y and c to both; d is not in our table."""
    file = tmp_path / "official.txt"
    file.write_text('"OLDcode","OLDpart","NEWcode","NEWpart","Detail"\n' + "\n".join(
        f'"{a}","0","{b}","1","{n}"' for a, b, n in (("a", "x", ""), ("b", "y", ""), ("c", "x", "p"), ("c", "y", "q"))
    ))  # fmt: skip
    return file


def run(command, *words):
    app = typer.Typer()
    app.command()(command)
    return CliRunner(env={"COLUMNS": "200", "LANG": "en_US.UTF-8", "LC_ALL": ""}).invoke(app, [*map(str, words)])


def test_from_the_publishers_file_to_rows_in_the_package(package, official, tmp_path):
    read = run(
        read_command, official, "--layout", "unsd", "--id", "old-new", "--from", "old", "--to", "new",
        "--licence", "as its publisher states it", "--citation", "An office (2020)", "-o", tmp_path / "kept",
    )  # fmt: skip
    assert read.exit_code == 0, read.output
    assert "4 links; 1 codes go to several" in read.output
    concordance = tmp_path / "kept/old-new.toml"
    assert read_concordance(concordance).licence == "as its publisher states it"

    words = [package, "--table", "market", "--by", concordance, "--measure", "usd"]
    refused = run(convert_command, *words)
    assert isinstance(refused.exception, InputError)
    assert "no weights are stated (c)" in str(refused.exception)

    out = tmp_path / "new.csv"
    done = run(convert_command, *words, "--equal", "-o", out)
    assert done.exit_code == 0, done.output
    assert "usd: 100.0% of the value arrives, 33.3% divided among several codes by weights" in done.output
    assert "declared aggregates left out, their parts are converted: all" in done.output
    assert "as its publisher states it" in done.output
    added = add(package, out, table="market", source="made")
    assert added.rows == 4
    after = open_package(package).select("market", classification="new", year=2020)
    assert after.set_index("code")["value"].to_dict() == {"x": 14.5, "y": 12.5}
    assert after["origin"].tolist() == ["old-new: old a, c", "old-new: old b, c"]


def test_reference_values_divide_in_proportion_and_the_report_is_json(package, official, tmp_path):
    run(
        read_command, official, "--from-column", "OLDcode", "--to-column", "NEWcode", "--id", "old-new",
        "--from", "old", "--to", "new", "--licence", "CC0", "--citation", "An office", "-o", tmp_path,
    )  # fmt: skip
    values = tmp_path / "values.csv"
    values.write_text("code,value\nx,1\ny,2\n")
    words = [package, "--table", "market", "--by", tmp_path / "old-new.toml", "--measure", "usd", "--values", values]
    data = json.loads(run(convert_command, *words, "--json").output)
    assert data["measures"][0]["divided"] == 18.0
    assert data["aggregates_left_out"] == ["all"]
    said = run(convert_command, *words, "--lang", "ko").output
    assert "usd: 값의 100.0%가 옮겨집니다(33.3%는 가중치로 여러 코드에 나뉨)" in said
    values.write_text("code,value\nx,much\n")
    assert "values.csv:2: value 'much' is not a number" in str(run(convert_command, *words).exception)
    values.write_text("a,b\n1,2\n")
    assert "the columns are code, value" in str(run(convert_command, *words).exception)


def test_backwards_the_links_are_read_the_other_way(package, tmp_path):
    """x and y of the evidence's `old` are what `new` calls a, b and c: three links, of which a has two."""
    file = tmp_path / "new-old.csv"
    file.write_text("NEWcode,OLDcode\nx,a\ny,a\ny,b\nz,c\n")
    run(
        read_command, file, "--layout", "unsd", "--id", "new-old", "--from", "new", "--to", "old",
        "--licence", "CC0", "--citation", "An office", "-o", tmp_path,
    )  # fmt: skip
    words = [package, "--table", "market", "--by", tmp_path / "new-old.toml", "--measure", "usd"]
    assert "rows are in old, new-old converts from new" in str(run(convert_command, *words).exception)
    data = json.loads(run(convert_command, *words, "--backwards", "--equal", "--json").output)
    assert data["concordance"] == "new-old-backwards"
    assert (data["measures"][0]["arrived"], data["measures"][0]["divided"]) == (54.0, 20.0)


def test_an_index_is_not_converted_and_another_classification_is_named(package, official, tmp_path):
    run(
        read_command, official, "--layout", "unsd", "--id", "old-new", "--from", "old", "--to", "new",
        "--licence", "CC0", "--citation", "An office", "-o", tmp_path,
    )  # fmt: skip
    words = [package, "--table", "market", "--by", tmp_path / "old-new.toml"]
    assert "index must not be added up" in str(run(convert_command, *words, "--equal").exception)
    other = run(convert_command, package, "--table", "market", "--by", "wipo-field-sector")
    assert "the evidence has no classification 'wipo35'" in str(other.exception)
    assert "no concordance 'nothing' comes with Majung" in str(run(convert_command, *words[:-1], "nothing").exception)
    layout = run(read_command, official, "--id", "x", "--from", "a", "--to", "b", "--licence", "l", "--citation", "c")
    assert "give --layout" in str(layout.exception)


def test_what_comes_with_majung_is_listed_with_its_licence():
    listed = run(list_command)
    assert listed.exit_code == 0
    assert "isic4-wiod56" in listed.output
    data = json.loads(run(list_command, "--json").output)
    here = [one for one in data if one["where"] == "shipped"]
    assert {one["id"] for one in here} >= {"isic4-nace2-divisions", "isic4-wiod56", "wipo-field-sector"}
    assert all(one["split_codes"] == 0 for one in here)
    assert all(one["licence"] and one["citation"] for one in data)
    assert {one["where"] for one in data} == {"shipped", "fetch", "by hand"}
