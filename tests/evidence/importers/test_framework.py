"""What every importer rests on: inputs, encodings, columns, parts that stay finished, a report of bad rows."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import Batch, Column, Context, Format, Input, SourceFacts, formats, import_files
from majung.evidence.importers.context import code_of
from majung.evidence.importers.delimited import read_rows
from majung.evidence.importers.inputs import find_inputs
from majung.evidence.importers.schema import fit
from majung.evidence.problems import text
from majung.methods.labelled import InputError

COLUMNS = (
    Column("Country", text("country", "국가")),
    Column("Year", text("year", "연도"), aliases=("Period",)),
    Column("Amount", text("amount", "금액")),
    Column("Note", text("note", "비고"), required=False),
)
READ: list[str] = []
"""Names of the files that the format below was asked to read."""


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    READ.append(inputs[0].name)
    classification = context.classification("total", text("Total", "합계"))
    context.code(classification, "all", text("All", "전체"))
    measure = context.measure("amount", text("Amount", "금액"), text("million USD", "백만 달러"))
    for rows in read_rows(inputs[0], COLUMNS, context):
        frame = pd.DataFrame(
            {
                "line": rows.lines,
                "country": context.countries(rows.cells["Country"], rows.lines, "Country"),
                "classification": classification,
                "code": "all",
                "year": context.numbers(rows.cells["Year"], rows.lines, "Year"),
                "measure": measure,
                "value": context.numbers(rows.cells["Amount"], rows.lines, "Amount", missing=("..",)),
            },
            index=rows.cells.index,
        )
        yield Batch("funding", frame)


SIMPLE = Format(
    id="simple",
    version="1",
    title=text("A simple table", "간단한 표"),
    tables=("funding",),
    specification="this test",
    files=text("any CSV", "아무 CSV"),
    seen="specification",
    licence="CC BY 4.0",
    read=read,
    columns=COLUMNS,
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def report(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"))))


def test_rows_arrive_with_their_place_and_the_package_opens(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\nKorea,2019,1.5\nJPN,2019,2\n")
    done = import_files(SIMPLE, [file], tmp_path / "package")
    package = open_package(tmp_path / "package")
    rows = package.tables["funding"]
    assert rows[["country", "year", "value", "origin"]].to_numpy().tolist() == [
        ["KOR", 2019, 1.5, "a.csv, line 2"],
        ["JPN", 2019, 2.0, "a.csv, line 3"],
    ]
    assert done.rows == {"funding": 2}
    assert done.hash == package.hash
    assert package.source("simple").license == "CC BY 4.0"
    assert package.unit("amount") == {"en": "million USD", "ko": "백만 달러"}


def test_bad_rows_and_left_out_rows_are_all_in_the_report(tmp_path: Path) -> None:
    lines = (
        "Korea,2019,1.5\nKorae,2019,3\nEurope,2019,9\nJPN,2019,many\nJPN,2020,..\nJPN,20x0,4\nJPN,2021\nUSA,2019,-3\n"
    )
    file = write(tmp_path, "a.csv", "Country,Year,Amount\n" + lines)
    done = import_files(SIMPLE, [file], tmp_path / "package")
    listed = [(row["kind"], row["line"], row["column"], row["value"], row["rows"]) for row in report(done.report)]
    assert sorted(listed) == [
        ("bad", "3", "Country", "Korae", "1"),
        ("bad", "5", "Amount", "many", "1"),
        ("bad", "7", "Year", "20x0", "1"),
        ("bad", "8", "", "JPN,2021", "1"),
        ("bad", "9", "value", "-3.0", "1"),
        ("left out", "4", "Country", "Europe", "1"),
        ("left out", "6", "Amount", "", "1"),
    ]
    assert done.rows == {"funding": 1}
    assert "write KOR (Korea)?" in next(row["remedy"] for row in report(done.report) if row["value"] == "Korae")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Country,Year,Amuont", "column 'Amount' is missing; has it become 'Amuont'?"),
        ("Country,Year,Amount,Amount_usd", "column 'Amount_usd' is not known in this format; is it 'Note', renamed?"),
        ("Country,Year,Amount,Amount", "column 'Amount' stands twice"),
        ("Country;Year;Amount", "cells are separated by semicolons, this format uses commas"),
    ],
)
def test_schema_drift_is_named(tmp_path: Path, header: str, said: str) -> None:
    file = write(tmp_path, "a.csv", f"{header}\nKOR,2019,1\n")
    with pytest.raises(EvidenceError) as caught:
        import_files(SIMPLE, [file], tmp_path / "package")
    known = said.split("; is it")[0]
    assert known in str(caught.value)
    assert not (tmp_path / "package").exists()


def test_a_renamed_column_of_another_edition_is_taken_by_its_alias() -> None:
    assert fit(["country", "PERIOD", "Amount"], COLUMNS, "a.csv") == {
        "Country": "country",
        "Year": "PERIOD",
        "Amount": "Amount",
    }


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_encodings_are_recognised_and_said(tmp_path: Path, codec: str) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\n대한민국,2019,1.5\n일본,2019,2\n".encode(codec))
    done = import_files(SIMPLE, [file], tmp_path / "package")
    assert open_package(tmp_path / "package").tables["funding"]["country"].tolist() == ["KOR", "JPN"]
    said = [note.reason["en"] for note in done.notes if note.rule == "encoding"]
    assert said == {"cp949": ["read as cp949 / EUC-KR"], "utf-16": ["read as UTF-16"]}.get(codec, [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"Country,Year,Amount\n", "the table has no rows"),
        (b"Country,Year,Amount\nKOR,2019,\xff\xfe\xfd1\n", "neither UTF-8 nor cp949 (first at line 2)"),
        (b"Country,Year,Amount\nKOR,2019,1\n\x00\x00\n", "NUL bytes"),
        (b"PK\x03\x04" + b"x" * 50, "a spreadsheet or ZIP file"),
        (b'Country,Year,Amount\nKOR,2019,"1\n' + b"KOR,2019,1\n" * 20_000, "open quotation mark"),
        (gzip.compress(b"Country,Year,Amount\nKOR,2019,1\n" * 999)[:-20], "damaged or cut off"),
        (gzip.compress(b"0" * (80 << 20)), "times its size: refused"),
    ],
)
def test_hostile_files_are_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    file = write(tmp_path, "a.csv.gz" if content.startswith(b"\x1f\x8b") else "a.csv", content)
    with pytest.raises(EvidenceError) as caught:
        import_files(SIMPLE, [file], tmp_path / "package")
    assert said in str(caught.value)


def test_zip_members_are_read_and_bombs_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside/b.csv", "Country,Year,Amount\nKOR,2019,1\n")
        archive.writestr("__MACOSX/._b.csv", "junk")
    import_files(SIMPLE, [tmp_path / "a.zip"], tmp_path / "package")
    assert open_package(tmp_path / "package").tables["funding"]["origin"].tolist() == ["b.csv, line 2"]
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.csv", "Country,Year,Amount\n" + "0" * (80 << 20))
    with pytest.raises(EvidenceError, match="refused"):
        import_files(SIMPLE, [tmp_path / "bomb.zip"], tmp_path / "other")


def test_an_interrupted_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    good = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,1\n")
    broken = write(tmp_path, "b.csv", "Country,Year\nKOR,2020\n")
    READ.clear()
    with pytest.raises(EvidenceError):
        import_files(SIMPLE, [good, broken], tmp_path / "package")
    assert READ == ["a.csv", "b.csv"]
    write(tmp_path, "b.csv", "Country,Year,Amount\nKOR,2020,2\n")
    done = import_files(SIMPLE, [good, broken], tmp_path / "package")
    assert READ == ["a.csv", "b.csv", "b.csv"]
    assert (done.parts_read, done.parts_kept, done.rows) == (1, 1, {"funding": 2})
    assert open_package(tmp_path / "package").tables["funding"]["value"].tolist() == [1.0, 2.0]


def test_a_changed_file_is_read_again_and_the_same_facts_are_not_taken_twice(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,1\n")
    import_files(SIMPLE, [file], tmp_path / "package")
    revised = write(tmp_path, "a2.csv", "Country,Year,Amount\nKOR,2019,5\n")
    with pytest.raises(EvidenceError, match=r"holds 1 facts that a\.csv holds too"):
        import_files(SIMPLE, [revised], tmp_path / "package")
    done = import_files(SIMPLE, [revised], tmp_path / "package", replace=True)
    assert done.rows == {"funding": 1}
    assert open_package(tmp_path / "package").tables["funding"]["value"].tolist() == [5.0]


def test_a_key_that_stands_twice_is_reported_and_not_chosen_between(tmp_path: Path) -> None:
    lines = "KOR,2019,1\nKOR,2019,2\nJPN,2019,3\nJPN,2019,3\nUSA,2019,4\n"
    file = write(tmp_path, "a.csv", "Country,Year,Amount\n" + lines)
    done = import_files(SIMPLE, [file], tmp_path / "package")
    rows = open_package(tmp_path / "package").tables["funding"]
    assert rows[["country", "value"]].to_numpy().tolist() == [["JPN", 3.0], ["USA", 4.0]]
    assert [problem.line for problem in done.bad] == [2, 3, 5]


def test_two_sources_share_a_package_and_a_failed_import_leaves_it_as_it_was(tmp_path: Path) -> None:
    a = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,1\n")
    b = write(tmp_path, "b.csv", "Country,Year,Amount\nKOR,2019,2\n")
    import_files(SIMPLE, [a], tmp_path / "package", source=SourceFacts(id="one"))
    before = open_package(tmp_path / "package").hash
    with pytest.raises(EvidenceError, match="one / two"):
        import_files(SIMPLE, [b], tmp_path / "package", source=SourceFacts(id="two"))
    assert open_package(tmp_path / "package").hash == before
    c = write(tmp_path, "c.csv", "Country,Year,Amount\nJPN,2019,2\n")
    import_files(SIMPLE, [c], tmp_path / "package", source=SourceFacts(id="three", license="proprietary"))
    package = open_package(tmp_path / "package")
    assert sorted(package.tables["funding"]["source"]) == ["one", "three"]
    assert package.source("three").license == "proprietary"
    assert "`three`: proprietary" in (tmp_path / "package" / "LICENSE.md").read_text()


def test_parquet_and_csv_parts_are_one_content(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,0.1\nJPN,2019,1e20\nUSA,2019,123456789.125\n")
    one = import_files(SIMPLE, [file], tmp_path / "one", form="csv", source=SourceFacts(edition="1"))
    two = import_files(SIMPLE, [file], tmp_path / "two", form="parquet", source=SourceFacts(edition="1"))
    assert one.hash == two.hash
    assert next((tmp_path / "two" / "tables").iterdir()).suffix == ".parquet"


def test_strict_and_hopeless_imports_end_in_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,1\nJPN,2019,many\n")
    with pytest.raises(EvidenceError, match="'many' is text"):
        import_files(SIMPLE, [file], tmp_path / "strict", strict=True)
    file = write(tmp_path, "b.csv", "Country,Year,Amount\n" + "JPN,2019,x\n" * 30 + "KOR,2019,1\n")
    with pytest.raises(EvidenceError, match="30 of 31 rows cannot be used"):
        import_files(SIMPLE, [file], tmp_path / "hopeless")


def test_wrong_arguments_are_said(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Country,Year,Amount\nKOR,2019,1\n")
    with pytest.raises(InputError, match="no importer is called 'baki'; did you mean 'baci'"):
        import_files("baki", [file], tmp_path / "p")
    with pytest.raises(InputError, match="no option 'colour'"):
        import_files(SIMPLE, [file], tmp_path / "p", options={"colour": "red"})
    with pytest.raises(EvidenceError, match="file not found"):
        import_files(SIMPLE, [tmp_path / "none.csv"], tmp_path / "p")
    with pytest.raises(InputError, match="not a slug"):
        import_files(SIMPLE, [file], tmp_path / "p", source=SourceFacts(id="A B"))


def test_every_format_says_what_it_is_in_both_languages() -> None:
    for one in formats().values():
        said = json.dumps(one.as_dict(), ensure_ascii=False)
        assert one.read.__module__.startswith("majung.evidence.importers.formats")
        assert one.specification
        assert one.tables
        for words in (one.title, one.files, one.provenance, *one.options.values(), *(c.holds for c in one.columns)):
            assert words["en"].strip(), said
            assert any("가" <= letter <= "힣" for letter in words["ko"]), said


def test_codes_for_names_that_are_not_latin_are_stable_and_distinct() -> None:
    assert code_of("Oil & gas") == "oil-and-gas"
    assert code_of("인공지능") == code_of(" 인공지능 ")
    assert code_of("인공지능") != code_of("인공신경망")


def test_hidden_files_of_a_folder_are_not_inputs(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", ".hidden.csv", "x")
    write(tmp_path / "in", "b.csv", "x")
    write(tmp_path / "in", "a.csv", "x")
    assert [one.name for one in find_inputs([tmp_path / "in"])] == ["a.csv", "b.csv"]
