"""PATSTAT tables, the concordance of IPC with WIPO's fields, and CORDIS: written to their specifications."""

from __future__ import annotations

import csv
import random
import zipfile
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import Context, Input, SourceFacts, import_files
from majung.evidence.importers.formats.patstat import last_whole_year
from majung.evidence.importers.wipo import FIELDS, Concordance, read_concordance, shipped_concordance, split_symbol
from majung.methods.labelled import InputError

LICENSED = SourceFacts(license="EPO, PATSTAT terms")

# Family 10: two applications (EP, US), inventors in KR and JP and one unknown; fields 6 (both) and 4 (one of them).
# Family 20: one application, inventor in KR, field 8. Family 30: no inventor country. Family 40: a utility model.
# Family 50: unknown year. Family 60: no field.
TLS201 = """appln_id,appln_auth,appln_nr,ipr_type,earliest_filing_year,earliest_publn_date,docdb_family_id,granted
1,EP,a,PI,2018,2019-12-01,10,N
2,US,b,PI,2017,2020-02-01,10,Y
3,KR,c,PI,2020,2022-01-05,20,Y
4,JP,d,PI,2020,2022-01-05,30,N
5,CN,e,UM,2020,2021-01-05,40,Y
6,CN,f,PI,9999,9999-12-31,50,N
7,KR,g,PI,2021,2022-09-30,60,N
"""
TLS206 = """person_id,person_name,person_ctry_code
100,"A, B",KR
101,C,JP
102,D,
103,E,CN
"""
TLS207 = """person_id,appln_id,applt_seq_nr,invt_seq_nr
100,1,0,1
101,1,0,2
102,1,0,3
103,1,1,0
100,2,0,1
100,3,1,1
102,4,0,1
103,5,1,1
103,6,1,1
100,7,0,1
"""
TLS230 = """appln_id,techn_field_nr,weight
1,6,1
2,6,0.5
2,4,0.5
3,8,1
4,8,1
5,8,1
6,8,1
"""
TABLES = {"tls201": TLS201, "tls206": TLS206, "tls207": TLS207, "tls230": TLS230}


@pytest.fixture
def patstat(tmp_path: Path):
    """Import the tables, some of them changed; a table of "" is left out."""

    def run(options: dict[str, str] | None = None, **changed: str):
        folder = tmp_path / f"files{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, content in (TABLES | changed).items():
            if content:
                (folder / f"{name}_part01.csv").write_text(content)
        into = tmp_path / "package"
        done = import_files("patstat", [folder], into, source=LICENSED, options=options, replace=True)
        return open_package(into), done

    return run


def families(package) -> dict[tuple[str, str, int], float]:
    rows = package.tables["patents"]
    key = rows[["country", "code", "year"]].itertuples(index=False, name=None)
    return dict(zip(key, rows["value"].tolist(), strict=True))


def test_families_are_counted_in_fractions(patstat):
    package, done = patstat()
    computer, digital = "computer-technology", "digital-communication"
    assert families(package) == {
        ("KOR", computer, 2017): 0.375,  # half of the inventors with a country; field 6 has 1.5 of the weight of 2
        ("KOR", digital, 2017): 0.125,
        ("JPN", computer, 2017): 0.375,
        ("JPN", digital, 2017): 0.125,
        ("KOR", "semiconductors", 2020): 1.0,
    }
    said = next(note.reason["en"] for note in done.notes if note.rule == "counted-families")
    assert said.startswith(
        "4 families; not counted: 1 without a known country of inventors, 1 without a field; 1 without"
    )
    assert package.unit("families-inventors")["ko"] == "건"
    assert package.label("wipo35", computer)["ko"] == "컴퓨터 기술"


def test_years_that_were_not_public_yet_are_declared_incomplete(patstat):
    package, done = patstat()
    assert package.complete_through("patents", "families-inventors", "wipo35") == 2020  # published up to 2022-09-30
    assert any("years after 2020 are declared incomplete" in note.reason["en"] for note in done.notes)
    package, _ = patstat({"complete-through": "2019"})
    assert package.complete_through("patents", "families-inventors", "wipo35") == 2019
    _, done = patstat(tls201=TLS201.replace("earliest_publn_date", "other_date"))
    assert any("give --option complete-through=YEAR" in note.reason["en"] for note in done.notes)


@pytest.mark.parametrize(
    ("published", "year"),
    [("2022-06-29", 2019), ("2022-06-30", 2020), ("2022-12-31", 2020), ("2023-07-01", 2021), ("2024-02-29", 2021)],
)
def test_the_last_whole_year(published, year):
    assert last_whole_year(date.fromisoformat(published)) == year


def test_applicants_and_two_offices(patstat):
    package, _ = patstat({"persons": "applicants", "offices": "2"})
    assert families(package) == {
        ("CHN", "computer-technology", 2017): 0.75,
        ("CHN", "digital-communication", 2017): 0.25,
    }


IPC = """appln_id,ipc_class_symbol,ipc_class_level
1,G06F   9/44,A
1,G06N   3/02,A
2,G06F   9/44,A
2,H04L  12/28,A
3,H01L  21/00,A
3,H01L  27/00,A
3,A61K   8/02,A
4,X99Z   1/00,A
"""
TLS901 = """ipc_maingroup_symbol,techn_field_nr,techn_sector,techn_field
G06F   9,6,Electrical engineering,Computer technology
G06N,6,Electrical engineering,Computer technology
H04L,4,Electrical engineering,Digital communication
H01L  21,8,Electrical engineering,Semiconductors
H01L  27,8,Electrical engineering,Semiconductors
A61K,16,Chemistry,Pharmaceuticals
A61K   8,14,Chemistry,Organic fine chemistry
"""


def test_ipc_symbols_become_fields_by_the_concordance(patstat):
    package, done = patstat(tls230="", tls209=IPC, tls901=TLS901)
    found = families(package)
    assert found[("KOR", "semiconductors", 2020)] == pytest.approx(2 / 3)
    assert found[("KOR", "organic-fine-chemistry", 2020)] == pytest.approx(1 / 3)  # the main group goes first
    assert found[("JPN", "computer-technology", 2017)] == 0.375
    assert any("1 IPC symbols are in no field (first: X99Z" in note.reason["en"] for note in done.notes)
    package, done = patstat(tls230="", tls209=IPC)
    assert families(package) == found  # by the concordance that comes with Majung
    assert {note.rule for note in done.notes} >= {"shipped-concordance", "unmapped-symbols"}


def test_the_concordance_that_is_shipped_is_one():
    one = shipped_concordance()
    assert [one.field_of(s) for s in ("G06F   9/44", "H04N   1/00", "H04N  21/00", "H10B  12/00")] == [6, 3, 4, None]
    assert {*one.groups.values(), *one.subclasses.values()} == set(FIELDS)


def test_the_same_counts_as_a_plain_recomputation(patstat):
    chance = random.Random(7)
    applications = [
        (a, chance.choice(["KR", "US", "EP"]), chance.randint(2015, 2019), a // 2 + 1) for a in range(1, 120)
    ]
    people = {p: chance.choice(["KR", "US", "JP", ""]) for p in range(1, 40)}
    links = sorted({(chance.randint(1, 39), a, chance.randint(0, 2)) for a, *_ in applications for _ in range(3)})
    links = [(p, a, i) for n, (p, a, i) in enumerate(links) if n == 0 or links[n - 1][:2] != (p, a)]
    fields = sorted({(a, chance.randint(1, 35)) for a, *_ in applications for _ in range(2)})
    package, _ = patstat(
        tls201="appln_id,appln_auth,earliest_filing_year,docdb_family_id\n"
        + "".join(f"{a},{o},{y},{f}\n" for a, o, y, f in applications),
        tls206="person_id,person_ctry_code\n" + "".join(f"{p},{c}\n" for p, c in people.items()),
        tls207="person_id,appln_id,applt_seq_nr,invt_seq_nr\n" + "".join(f"{p},{a},0,{i}\n" for p, a, i in links),
        tls230="appln_id,techn_field_nr,weight\n" + "".join(f"{a},{t},1\n" for a, t in fields),
    )
    expected: dict[tuple[str, int, int], float] = defaultdict(float)
    for family in {f for *_, f in applications}:
        members = {a for a, _, _, f in applications if f == family}
        year = min(y for a, _, y, _ in applications if a in members)
        inventors = {p for p, a, i in links if a in members and i > 0}
        homes = [people[p] for p in inventors if people[p]]
        topics = [t for a, t in fields if a in members]
        for home in set(homes):
            for topic in set(topics):
                share = homes.count(home) / len(homes) * topics.count(topic) / len(topics)
                expected[(home, topic, year)] += share
    names = {"KR": "KOR", "US": "USA", "JP": "JPN"}
    wanted = {(names[c], FIELDS[t][0], y): v for (c, t, y), v in expected.items()}
    assert families(package) == pytest.approx(wanted, abs=1e-8)


def test_drift_and_bad_rows_of_patstat(patstat):
    with pytest.raises(EvidenceError, match="column 'docdb_family_id' is missing; has it become 'docdb_fam_id'"):
        patstat(tls201=TLS201.replace("docdb_family_id", "docdb_fam_id"))
    with pytest.raises(EvidenceError, match="the tables tls206 are missing"):
        patstat(tls206="")
    _, done = patstat(tls207=TLS207 + "abc,3,0,1\n100,3\n", tls230=TLS230.replace("3,8,1", "3,8,1\n3,8.5x,1"))
    assert sorted((one.file, one.line) for one in done.bad) == [
        ("tls207_part01.csv", 12),
        ("tls207_part01.csv", 13),
        ("tls230_part01.csv", 6),
    ]
    _, done = patstat(tls201=TLS201.replace("1,EP,a,PI,2018", "1,EP,a,PI,505"), tls206=TLS206.replace(",JP", ",J9"))
    assert [(one.rule, one.file, one.line, one.value) for one in done.bad] == [
        ("wrong-year", "tls201_part01.csv", None, "505"),
        ("unknown-country", "tls206_part01.csv", None, "J9"),
    ]
    with pytest.raises(EvidenceError, match=r"techn_field_nr is 0\.5, not a whole number"):
        patstat(tls230=TLS230.replace("3,8,1", "3,0.5,8"))
    with pytest.raises(InputError, match="write one of inventors, applicants"):
        patstat({"persons": "owners"})


def test_parts_and_archives(tmp_path):
    head, *lines = TLS201.splitlines(keepends=True)
    (tmp_path / "tls201_part01.csv").write_text(head + "".join(lines[:3]))
    with zipfile.ZipFile(tmp_path / "rest.zip", "w") as archive:
        archive.writestr("tls201_part02.csv", head + "".join(lines[3:]))
        for name in ("tls206", "tls207", "tls230"):
            archive.writestr(f"{name}_part01.csv", TABLES[name])
    files = [tmp_path / "tls201_part01.csv", tmp_path / "rest.zip"]
    import_files("patstat", files, tmp_path / "package", source=LICENSED)
    assert len(families(open_package(tmp_path / "package"))) == 5


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("A61K   8/00", ("A61K", 8)),
        ("A61K8/02", ("A61K", 8)),
        ("a61k0008", ("A61K", 8)),
        ("A61K", ("A61K", None)),
        ("A61K%", ("A61K", None)),
        ("H04N 21", ("H04N", 21)),
        ("Y02E 10/50", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_spellings_of_ipc_symbols(symbol, parts):
    assert split_symbol(symbol) == parts


def test_the_concordance_in_wipos_own_columns(tmp_path):
    path = tmp_path / "ipc_concordance.csv"
    path.write_text(
        "Field_number,Field,IPC_code\n16,Pharmaceuticals,A61K%\n14,Organic fine chemistry,A61K0008\n40,X,B01J\n"
    )
    context = Context()
    found = read_concordance(Input(path), context)
    assert found == Concordance({("A61K", 8): 14}, {"A61K": 16})
    assert [found.field_of(one) for one in ("A61K 8/02", "A61K 31/00", "A61K", "B01J 1/00")] == [14, 16, 16, None]
    assert [(one.rule, one.line) for one in context.bad_rows] == [("unknown-code", 4)]
    path.write_text("Field_number,IPC_code\n16,A61K\n14,A61K\n")
    with pytest.raises(EvidenceError, match="stands in the fields 16 and 14"):
        read_concordance(Input(path), Context())


def test_the_fields_are_those_of_the_founding_case():
    codes = Path(__file__).parents[3] / "programmes/korea-2021/evidence/codes.csv"
    lines = codes.read_text(encoding="utf-8").splitlines()
    named = {line.split(",")[2] for line in lines if line.startswith("code,wipo35,")} - {"all"}
    assert named == {code for code, _, _ in FIELDS.values()}
    assert list(FIELDS) == list(range(1, 36))


PROJECT = """"id";"acronym";"status";"title";"startDate";"endDate";"totalCost";"ecMaxContribution";"legalBasis";\
"topics";"ecSignatureDate";"frameworkProgramme"
"1";"AAA";"SIGNED";"Cells; solid";"2022-01-01";"2025-12-31";"1000000";"900000";"HORIZON.2.5";"T1";"2021-12-15";"HORIZON"
"2";"BBB";"SIGNED";"Chips";"2023-05-01";"2026-04-30";"500000,5";"500000";"HORIZON.2.4";"T2";"";"HORIZON"
"3";"CCC";"SIGNED";"No date";"";"";"1";"1";"HORIZON.2.4";"T2";"";"HORIZON"
"""
ORGANIZATION = """"projectID";"projectAcronym";"organisationID";"name";"SME";"country";"role";"ecContribution";\
"netEcContribution";"totalCost";"endOfParticipation"
"1";"AAA";"11";"One";"false";"EL";"coordinator";"600000";"500000.5";"960619,95";"false"
"1";"AAA";"12";"Two";"true";"UK";"participant";"300000";"";"300000";"false"
"1";"AAA";"13";"Three";"true";"KR";"partner";"";"0";"1";"false"
"2";"BBB";"11";"One";"false";"DE";"coordinator";"500000";"500000";"500000,5";"false"
"9";"ZZZ";"11";"One";"false";"DE";"coordinator";"5";"5";"5";"false"
"""
EUROSCIVOC = """"projectID";"euroSciVocCode";"euroSciVocPath";"euroSciVocTitle";"euroSciVocDescription"
"1";"/25/1";"/engineering and technology/environmental engineering/energy and fuels/batteries";"batteries";""
"1";"/25/2";"/engineering and technology/environmental engineering/energy and fuels";"energy";""
"1";"/23/1";"/natural sciences/chemical sciences/electrochemistry/electric batteries";"electric batteries";""
"""


@pytest.fixture
def cordis(tmp_path: Path):
    def run(options: dict[str, str] | None = None, **changed: str):
        files = {"project": PROJECT, "organization": ORGANIZATION, "euroSciVoc": EUROSCIVOC, "topics": "x\n"} | changed
        path = tmp_path / "cordis-HORIZONprojects-csv.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                if content:
                    archive.writestr(f"csv/{name}.csv", content)
        done = import_files("cordis", [path], tmp_path / "package", options=options, replace=True)
        return open_package(tmp_path / "package"), done

    return run


def funding(package, measure: str) -> dict[tuple[str, str, int], float]:
    rows = package.tables["funding"]
    rows = rows[rows["measure"] == measure]
    key = rows[["country", "code", "year"]].itertuples(index=False, name=None)
    return dict(zip(key, rows["value"].tolist(), strict=True))


ENVIRONMENT = "engineering-and-technology-environmental-engineering"
CHEMISTRY = "natural-sciences-chemical-sciences"


def test_contributions_by_country_field_and_year_of_signature(cordis):
    package, done = cordis()
    assert funding(package, "eu-contribution") == {
        ("GRC", ENVIRONMENT, 2021): 250000.25,  # two of the paths are one field at this level
        ("GRC", CHEMISTRY, 2021): 250000.25,
        ("GBR", ENVIRONMENT, 2021): 150000.0,  # no net contribution stated: the contribution
        ("GBR", CHEMISTRY, 2021): 150000.0,
        ("KOR", ENVIRONMENT, 2021): 0.0,
        ("KOR", CHEMISTRY, 2021): 0.0,
        ("DEU", "unclassified", 2023): 500000.0,  # no signature stated: the start
    }
    assert funding(package, "eu-projects")[("KOR", CHEMISTRY, 2021)] == pytest.approx(1 / 6, abs=1e-6)
    assert [(one.rule, one.line) for one in done.bad] == [("wrong-date", 4)]
    assert {one.rule: one.count for one in done.left_out if one.rule == "unknown-project"} == {"unknown-project": 1}
    assert package.label("euroscivoc-2", CHEMISTRY)["en"] == "chemical sciences, natural sciences"


def test_the_workbooks_say_what_the_csv_files_say(cordis, tmp_path):
    package, _ = cordis()
    plain = package.tables["funding"].drop(columns=["origin", "source"], errors="ignore")
    folder = tmp_path / "xlsx"
    folder.mkdir()
    for name, content in (("project", PROJECT), ("organization", ORGANIZATION), ("euroSciVoc", EUROSCIVOC)):
        book = openpyxl.Workbook()
        for row in csv.reader(content.splitlines(), delimiter=";"):
            book.active.append([_typed(cell) for cell in row])
        book.save(folder / f"{name}.xlsx")
    done = import_files("cordis", [folder], tmp_path / "workbooks")
    again = open_package(tmp_path / "workbooks").tables["funding"].drop(columns=["origin", "source"], errors="ignore")
    shared = ["country", "classification", "code", "year", "measure", "value"]
    pd.testing.assert_frame_equal(again[shared], plain[shared])
    assert [(one.rule, one.line) for one in done.bad] == [("wrong-date", 4)]
    (folder / "project.csv").write_text(PROJECT)
    with pytest.raises(EvidenceError, match="a table is there twice"):
        import_files("cordis", [folder], tmp_path / "twice")


def _typed(cell: str) -> object:
    """As CORDIS stores it: numbers as numbers, days as days."""
    for kind in (int, float, datetime.fromisoformat):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def test_a_net_contribution_that_cannot_be_read_is_not_the_gross_one(cordis):
    package, done = cordis(organization=ORGANIZATION.replace('"500000.5"', '"500 000"'))
    found = funding(package, "eu-contribution")
    assert {key: value for key, value in found.items() if key[0] == "GRC"} == {}
    assert [(one.rule, one.file, one.line) for one in done.bad if one.file == "organization.csv"] == [
        ("not-a-number", "organization.csv", 2)
    ]
    assert funding(package, "eu-projects")[("GRC", CHEMISTRY, 2021)] == pytest.approx(1 / 6, abs=1e-6)


def test_a_field_that_is_no_path_is_reported_and_not_counted(cordis):
    package, done = cordis(euroSciVoc=EUROSCIVOC + '"2";"/25/1";"2020-01-01";"";""\n')
    assert ("wrong-path", 5) in [(one.rule, one.line) for one in done.bad]
    assert ("DEU", "unclassified", 2023) in funding(package, "eu-contribution")


def test_other_levels_and_the_legal_basis(cordis):
    package, _ = cordis({"level": "1"})
    assert funding(package, "eu-contribution")[("GRC", "engineering-and-technology", 2021)] == 250000.25
    package, _ = cordis({"by": "legal-basis"}, euroSciVoc="")
    assert funding(package, "eu-contribution")[("GRC", "horizon-2-5", 2021)] == 500000.5
    with pytest.raises(InputError, match="write one of euroscivoc, legal-basis"):
        cordis({"by": "topic"})


def test_totals_do_not_depend_on_the_breakdown(cordis):
    totals = []
    for options in ({"level": "1"}, {"level": "3"}, {"by": "legal-basis"}):
        package, _ = cordis(options)
        totals.append([round(sum(funding(package, m).values()), 5) for m in ("eu-contribution", "eu-projects")])
    assert totals == [[1300000.5, 2.0]] * 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"organization": ""}, "organization.csv is missing"),
        ({"euroSciVoc": ""}, "euroSciVoc.csv is missing"),
        (
            {"organization": ORGANIZATION.replace("ecContribution", "euContribution", 1)},
            "has it become 'euContribution'",
        ),
        ({"project": PROJECT.replace('"startDate"', '"start"')}, "column 'startDate' is missing"),
        (
            {"organization": ORGANIZATION.replace(";", ",")},
            "cells are separated by commas, this format uses semicolons",
        ),
    ],
)
def test_drift_of_cordis_is_named(cordis, changed, said):
    with pytest.raises(EvidenceError) as caught:
        cordis(**changed)
    assert said in str(caught.value)
