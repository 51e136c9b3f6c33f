"""OpenAlex CSV, PatentsView, Frictionless packages."""

from __future__ import annotations

import json
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import SourceFacts, import_files

from .conftest import refused


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def facts(package: Path, table: str) -> dict[tuple[Any, ...], float]:
    rows = open_package(package).tables[table]
    return rows.set_index(["country", "code", "year", "measure"])["value"].to_dict()


# -------------------------------------------------------------------------------------------------- OpenAlex

HEADER = (
    "id,doi,title,publication_year,primary_topic.id,primary_topic.display_name,authorships.countries,"
    "citation_normalized_percentile.is_in_top_10_percent,is_retracted"
)


def test_openalex_works_become_fractional_counts(tmp_path: Path) -> None:
    topic = 'https://openalex.org/T10001,"Memory, devices"'
    file = write(
        tmp_path / "works-2024.csv",
        HEADER,
        f'https://openalex.org/W1,,"A, b",2021,{topic},KR|US,true,false',
        f"https://openalex.org/W2,,A,2021,{topic},KR|KR,false,false",
        f"https://openalex.org/W3,,A,2021,{topic},,false,false",
        f"https://openalex.org/W1,,A,2021,{topic},KR,false,false",
        f"https://openalex.org/W4,,A,2021,{topic},KR|XQ,false,false",
        f"https://openalex.org/W5,,A,2021,{topic},KR,false,true",
        "https://openalex.org/W6,,A,2021,,,KR,false,false",
        f"https://openalex.org/W7,,A,20x1,{topic},KR,false,false",
    )
    done = import_files("openalex-csv", [file], tmp_path / "p")
    assert facts(tmp_path / "p", "publications") == {
        ("KOR", "T10001", 2021, "publications-fractional"): 1.5,
        ("USA", "T10001", 2021, "publications-fractional"): 0.5,
        ("KOR", "T10001", 2021, "publications-full"): 2.0,
        ("USA", "T10001", 2021, "publications-full"): 1.0,
        ("KOR", "T10001", 2021, "publications-top10"): 0.5,
        ("USA", "T10001", 2021, "publications-top10"): 0.5,
    }
    assert [(p.rule, p.line) for p in done.bad] == [("not-a-number", 9), ("duplicate-key", 5), ("unknown-country", 6)]
    assert {one.rule: one.count for one in done.left_out} == {"no-country": 1, "retracted": 1, "no-topic": 1}
    assert open_package(tmp_path / "p").label("openalex-topic", "T10001")["en"] == "Memory, devices"


def test_openalex_export_without_ids_of_topics(tmp_path: Path) -> None:
    file = write(
        tmp_path / "works.csv",
        "id,abstract,authorships.author.display_name,authorships.countries,citation_normalized_percentile.value,"
        "display_name,is_retracted,primary_topic.display_name,publication_year,type",
        '"https://openalex.org/W1","One, two",A|B,KR||KR|US,0.90,T,False,"Memory, devices",2021,article',
        "https://openalex.org/W2,,A,KR,0.8999,T,False,Robots,2021,article",
        "https://openalex.org/W3,,A,nan|None|KR,,T,False,Robots,2021,article",
        "https://openalex.org/W4,,A,nan,0.99,T,False,Robots,2021,article",
        "https://openalex.org/W5,,A,KR,0.99,T,False,,2021,article",
        "https://openalex.org/W6,,A,KR,1.5,T,False,Robots,2021,article",
    )
    done = import_files("openalex-csv", [file], tmp_path / "p")
    assert facts(tmp_path / "p", "publications") == {
        ("KOR", "memory-devices", 2021, "publications-fractional"): 0.5,
        ("USA", "memory-devices", 2021, "publications-fractional"): 0.5,
        ("KOR", "memory-devices", 2021, "publications-full"): 1.0,
        ("USA", "memory-devices", 2021, "publications-full"): 1.0,
        ("KOR", "memory-devices", 2021, "publications-top10"): 0.5,
        ("USA", "memory-devices", 2021, "publications-top10"): 0.5,
        ("KOR", "robots", 2021, "publications-fractional"): 2.0,
        ("KOR", "robots", 2021, "publications-full"): 2.0,
        ("KOR", "robots", 2021, "publications-top10"): 0.0,
    }
    assert set(open_package(tmp_path / "p").tables["publications"]["classification"]) == {"openalex-topic-name"}
    assert [(p.rule, p.line) for p in done.bad] == [("unknown-code", 7)]
    assert {one.rule: one.count for one in done.left_out} == {"no-country": 1, "no-topic": 1}


def test_openalex_export_that_does_not_say_what_is_in_the_top_has_no_count_of_it(tmp_path: Path) -> None:
    file = write(
        tmp_path / "works.csv",
        "id,publication_year,primary_topic.id,authorships.countries",
        "https://openalex.org/W1,2021,https://openalex.org/T1,KR",
    )
    done = import_files("openalex-csv", [file], tmp_path / "p")
    assert facts(tmp_path / "p", "publications") == {
        ("KOR", "T1", 2021, "publications-fractional"): 1.0,
        ("KOR", "T1", 2021, "publications-full"): 1.0,
    }
    assert "not-ranked" in {note.rule for note in done.notes}


def test_openalex_drift_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "w.csv", HEADER.replace("authorships.countries", "author_countries"), "1,2,3,4,5,6,7,8,9")
    with pytest.raises(EvidenceError) as caught:
        import_files("openalex-csv", [file], tmp_path / "p")
    assert "column 'authorships.countries' is missing; has it become 'author_countries'?" in refused(caught)


# ----------------------------------------------------------------------------------------------- PatentsView


def patentsview(folder: Path) -> list[Path]:
    tables = {
        "g_patent": [
            '"patent_id"\t"patent_type"\t"patent_date"\t"patent_title"',
            '"1"\t"utility"\t"2020-01-07"\t"A ""quoted"" title"',
            '"2"\t"utility"\t"2020-05-05"\t"B"',
            '"3"\t"design"\t"2020-05-05"\t"C"',
            '"4"\t"utility"\t"2020-13"\t"D"',
            '"5"\t"utility"\t"2020-06-02"\t"no field"',
        ],
        "g_inventor_disambiguated": [
            "patent_id\tinventor_sequence\tinventor_id\tlocation_id",
            "1\t0\ti1\tl1",
            "1\t1\ti2\tl2",
            "1\t2\ti3\t",
            "2\t0\ti1\tl1",
            "5\t0\ti1\tl1",
        ],
        "g_location_disambiguated": [
            "location_id\tdisambig_city\tdisambig_country",
            "l1\tSeoul\tKR",
            "l2\tBoston\tUS",
            "l3\tNowhere\tXX",
        ],
        "g_wipo_technology": [
            "patent_id\twipo_field_sequence\twipo_field_id\twipo_sector_title\twipo_field_title",
            "1\t0\t8\tElectrical engineering\tSemiconductors",
            "1\t1\t6\tElectrical engineering\tComputer technology",
            "2\t0\t8.0\tElectrical engineering\tSemiconductors",
            "3\t0\tD13\tDesign\tD",
            "2\t1\t99\tx\ty",
        ],
    }
    out = []
    for name, lines in tables.items():
        with zipfile.ZipFile(folder / f"{name}.tsv.zip", "w") as archive:
            archive.writestr(f"{name}.tsv", "\n".join(lines) + "\n")
        out.append(folder / f"{name}.tsv.zip")
    return out


def test_patentsview_tables_are_joined(tmp_path: Path) -> None:
    done = import_files("patentsview", patentsview(tmp_path), tmp_path / "p")
    assert facts(tmp_path / "p", "patents") == {
        ("KOR", "8", 2020, "patents-granted"): 0.25 + 1.0,
        ("KOR", "6", 2020, "patents-granted"): 0.25,
        ("USA", "8", 2020, "patents-granted"): 0.25,
        ("USA", "6", 2020, "patents-granted"): 0.25,
    }
    assert [(p.rule, p.value) for p in done.bad] == [("wrong-date", "2020-13"), ("unknown-code", "99")]
    assert {one.rule: one.count for one in done.left_out} == {
        "not-utility": 1,
        "no-place": 1,
        "region": 1,
        "not-a-field": 1,
        "not-placed": 1,
    }


def test_patentsview_needs_all_its_tables(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"the table g_wipo_technology\.tsv is not among the files"):
        import_files("patentsview", patentsview(tmp_path)[:3], tmp_path / "p")


# ---------------------------------------------------------------------------------------------- Frictionless


def package(folder: Path, fields: list[dict[str, Any]], *lines: str, **more: Any) -> Path:
    resource = {"name": "figures", "path": "data/figures.csv", "schema": {"fields": fields, "missingValues": ["", "-"]}}
    descriptor = {
        "name": "p",
        "title": "Turnover by industry",
        "version": "2.1",
        "licenses": [{"name": "ODC-BY-1.0"}],
        "resources": [resource | more, {"name": "readme", "path": "readme.csv"}],
    }
    write(folder / "datapackage.json", json.dumps(descriptor))
    write(folder / "readme.csv", "a", "b")
    write(folder / "data" / "figures.csv", *lines)
    return folder


def test_a_package_with_canonical_columns_needs_no_mapping(tmp_path: Path) -> None:
    names = ["country", "classification", "code", "year", "measure", "value"]
    folder = package(
        tmp_path / "in",
        [{"name": name} for name in names],
        ";".join(names),
        "KOR;nace;C26;2019;turnover;1,5",
        "JPN;nace;C26;2019;turnover;-",
        dialect={"delimiter": ";"},
        majung={"table": "market"},
    )
    raw = json.loads((folder / "datapackage.json").read_text())
    raw["resources"][0]["schema"]["fields"][5]["decimalChar"] = ","
    (folder / "datapackage.json").write_text(json.dumps(raw))
    done = import_files("frictionless", [folder], tmp_path / "p", source=SourceFacts(license="ODC-BY 1.0"))
    assert facts(tmp_path / "p", "market") == {("KOR", "C26", 2019, "turnover"): 1.5}
    assert (done.source.title, done.source.edition) == ("Turnover by industry", "2.1")
    assert "the package states its licence as: ODC-BY-1.0" in {note.reason["en"] for note in done.notes}
    assert {(one.rule, one.count) for one in done.left_out} == {("empty-value", 1), ("not-read", 1)}


MAPPING = """
table = "market"
[columns]
country = "land"
year = "jahr"
value = "umsatz"
[constants]
classification = "nace"
code = "C26"
measure = "turnover"
"""


def test_any_other_package_by_a_mapping(tmp_path: Path) -> None:
    fields = [{"name": name} for name in ("land", "jahr", "umsatz")]
    folder = package(tmp_path / "in", fields, "land,jahr,umsatz", "Germany,2019,4", "Germany,2020,-")
    mapping = tomllib.loads(MAPPING)
    one = SourceFacts(license="x")
    with pytest.raises(ValueError, match="which of its resources"):
        import_files("frictionless", [folder], tmp_path / "p", source=one, mapping=mapping)
    options = {"resource": "figures"}
    import_files("frictionless", [folder], tmp_path / "p", source=one, mapping=mapping, options=options)
    assert facts(tmp_path / "p", "market") == {("DEU", "C26", 2019, "turnover"): 4.0}
    with pytest.raises(EvidenceError, match="none of its 2 resources has the columns of a canonical table"):
        import_files("frictionless", [folder], tmp_path / "q", source=one)


def test_groups_of_the_world_bank_are_left_out_and_a_package_without_version_has_its_day(tmp_path: Path) -> None:
    fields = [{"name": name} for name in ("land", "jahr", "umsatz")]
    folder = package(
        tmp_path / "in", fields, "land,jahr,umsatz", "KOR,2019,4", "SSF,2019,5", "UMC,2019,6", "CHI,2019,7"
    )
    raw = json.loads((folder / "datapackage.json").read_text())
    del raw["version"], raw["title"]
    (folder / "datapackage.json").write_text(json.dumps(raw | {"last_updated": "2026-02-24"}))
    options = {"resource": "figures"}
    mapping = tomllib.loads(MAPPING)
    done = import_files(
        "frictionless", [folder], tmp_path / "p", source=SourceFacts(license="x"), mapping=mapping, options=options
    )
    assert facts(tmp_path / "p", "market") == {("KOR", "C26", 2019, "turnover"): 4.0}
    assert {one.value for one in done.left_out if one.rule == "region"} == {"SSF", "UMC"}
    assert [(one.rule, one.value) for one in done.bad] == [("unknown-country", "CHI")], (
        "Chile for some, no country here"
    )
    assert (done.source.title, done.source.edition) == ("p", "2026-02-24")


def test_a_package_whose_file_is_not_as_declared_is_refused(tmp_path: Path) -> None:
    fields = [{"name": name} for name in ("land", "jahr", "umsatz")]
    folder = package(tmp_path / "in", fields, "land,jahr,umsatz_eur", "Germany,2019,4")
    options = {"resource": "figures"}
    with pytest.raises(EvidenceError, match="declares a column 'umsatz' that the file lacks"):
        import_files(
            "frictionless",
            [folder],
            tmp_path / "p",
            source=SourceFacts(license="x"),
            mapping=tomllib.loads(MAPPING),
            options=options,
        )
