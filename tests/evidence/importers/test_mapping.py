"""Explicit mappings, on small tables and on the real statistics; Polis votes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import SourceFacts, import_files
from majung.methods.labelled import InputError

from .conftest import lines_of, workbook

MAPPING = """
table = "patents"
[file]
sheet = "Data"
[columns]
country = "Land"
code = "Field"
year = "When"
value = "Number"
[constants]
classification = "fields"
measure = "families"
[[filter]]
column = "Kind"
equals = "count"
[value]
factor = 1000
missing = ["n/a"]
[translate.code]
"Computer technology" = "computer-technology"
"Optics" = "optics"
[classifications.fields]
en = "Technology fields"
ko = "기술 분야"
[codes.fields.computer-technology]
en = "Computer technology"
ko = "컴퓨터 기술"
[measures.families]
en = "Patent families"
ko = "특허 패밀리"
unit_en = "families"
unit_ko = "건"
[source]
title = "A table"
publisher = "An office"
license = "CC BY 4.0"
"""
HEADER = ["Land", "Field", "When", "Kind", "Number", "Remark"]
ROWS: list[list[object]] = [
    ["KOR", "Computer technology", 2019, "count", 1.5, "x"],
    ["Japan", "Optics", 2019, "count", 2, None],
    ["KOR", "Optics", 2019, "share", 0.5, None],
    ["KOR", "Optix", 2019, "count", 4, None],
    ["KOR", "Optics", 2020, "count", "n/a", None],
]


def test_a_mapping_reads_csv_excel_and_parquet_alike(tmp_path: Path) -> None:
    mapping = tomllib.loads(MAPPING)
    lines = [",".join("" if c is None else str(c) for c in row) for row in [HEADER, *ROWS]]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    workbook(tmp_path / "t.xlsx", {"Data": [HEADER, *ROWS]})
    frame = pd.DataFrame(ROWS, columns=HEADER).astype({"When": "int64", "Number": "str"})
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "t.parquet")
    seen = []
    for suffix in ("csv", "xlsx", "parquet"):
        done = import_files("mapping", [tmp_path / f"t.{suffix}"], tmp_path / suffix, mapping=mapping)
        rows = open_package(tmp_path / suffix).tables["patents"]
        seen.append(rows[["country", "code", "year", "value"]].to_numpy().tolist())
        assert [(p.rule, p.line, p.value) for p in done.bad] == [("no-translation", 5, "Optix")]
        assert "is it 'Optics'?" in lines_of(done.report)[0]["remedy"]
        assert {one.rule: one.count for one in done.left_out} == {"filter": 1, "empty-value": 1}
    assert seen == [[["KOR", "computer-technology", 2019, 1500.0], ["JPN", "optics", 2019, 2000.0]]] * 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('table = "patent"', "table = 'patent': write one of patents"),
        ("[colums]\na = 1", "'colums' is not known; write 'columns'?"),
        ('[constants]\nmeasure = "x"\nyaer = "1"', "has no column 'yaer'; write 'year'?"),
        ('[[filter]]\ncolumn = "Kind"', "the filter on 'Kind' says nothing"),
        ("[value]\nfactor = 0", "value.factor = 0 is no factor"),
        ('[[filter]]\ncolumn = "Kind"\nmatches = "("', "is no regular expression"),
    ],
)
def test_faults_of_the_mapping_file_are_named(tmp_path: Path, change: str, said: str) -> None:
    (tmp_path / "t.csv").write_text("Land\nKOR\n")
    mapping = tomllib.loads(MAPPING) | tomllib.loads(change)
    with pytest.raises(InputError) as caught:
        import_files("mapping", [tmp_path / "t.csv"], tmp_path / "p", mapping=mapping)
    assert said in str(caught.value)


def test_a_column_that_the_mapping_names_and_the_file_lacks(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Land,Field,When,Kind,Numbers\nKOR,Optics,2019,count,1\n")
    with pytest.raises(EvidenceError, match="column 'Number' is missing; has it become 'Numbers'"):
        import_files("mapping", [tmp_path / "t.csv"], tmp_path / "p", mapping=tomllib.loads(MAPPING))


def test_a_mapping_is_needed_and_only_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="needs a mapping file"):
        import_files("mapping", [tmp_path / "t.csv"], tmp_path / "p")
    with pytest.raises(InputError, match="takes no mapping file"):
        import_files("baci", [tmp_path / "t.csv"], tmp_path / "p", mapping=tomllib.loads(MAPPING))


# ------------------------------------------------------------------------------------- the real statistics

LABELS = """
[classifications.wipo35]
en = "WIPO technology fields"
ko = "WIPO 기술 분야"
[measures.families]
en = "Patent families"
ko = "특허 패밀리"
unit_en = "families"
unit_ko = "건"
[source]
license = "CC BY-SA 4.0"
"""
IPF = (
    """
table = "patents"
[columns]
country = "entity"
code = "field"
year = "year"
value = "value"
[constants]
classification = "wipo35"
measure = "families"
[[filter]]
column = "table"
not = "5817"
[[filter]]
column = "path"
matches = "World|World -> .* -> .*"
reason = {en = "a region", ko = "지역"}
[translate]
code = "slug"
"""
    + LABELS
)


def test_the_real_patent_families_of_ncses(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "ncses" / "ipf_35fields_1998_2020.parquet"
    done = import_files("mapping", [file], tmp_path / "p", mapping=tomllib.loads(IPF))
    got = open_package(tmp_path / "p").tables["patents"]
    raw = pd.read_parquet(file)
    korea = raw[(raw["entity"] == "South Korea") & (raw["field"] == "computer technology")]
    mine = got[(got["country"] == "KOR") & (got["code"] == "computer-technology")].set_index("year")["value"]
    assert mine.to_dict() == korea.set_index("year")["value"].astype(float).to_dict()
    assert len(got) + len(done.bad) + sum(one.count for one in done.left_out) == len(raw) == done.read
    assert got["code"].nunique() == raw["field"].nunique()
    assert {p.value for p in done.bad} <= {"EU-27 + UK"}


PATSTAT = (
    """
table = "patents"
[columns]
country = "country_iso_code"
code = "tech"
year = "year"
value = "count"
[constants]
classification = "wipo35"
measure = "families"
[[filter]]
column = "year"
matches = "20[0-9]{2}"
[translate]
code = "slug"
"""
    + LABELS
)


def test_the_real_patstat_table_and_its_incomplete_last_year(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "patstat" / "patstat_year_country_tech_inventor.parquet"
    done = import_files("mapping", [file], tmp_path / "p", mapping=tomllib.loads(PATSTAT))
    package = open_package(tmp_path / "p")
    raw = pd.read_parquet(file)
    raw = raw[raw["year"] >= 2000].assign(country_iso_code=lambda rows: rows["country_iso_code"].str.strip())
    got = package.tables["patents"]
    assert (
        got["value"].sum()
        + sum(raw.loc[raw["country_iso_code"] == code, "count"].sum() for code in {p.value for p in done.bad})
        == raw["count"].sum()
    )
    assert package.complete_through("patents", "families") in (2018, 2019)  # 2020 stands at some 10 %
    assert [note.rule for note in done.notes if "declared on import" in note.reason["en"]] == ["incomplete-last-year"]


VENTURE = """
table = "investment"
[columns]
country = "entity"
year = "year"
value = "usd_m"
[constants]
classification = "venture"
code = "all"
measure = "venture-amount"
[[filter]]
column = "series"
equals = "all_1999_2018"
[classifications.venture]
en = "Venture capital"
ko = "벤처투자"
[measures.venture-amount]
en = "Venture capital"
ko = "벤처투자액"
unit_en = "million USD"
unit_ko = "백만 달러"
[source]
license = "CC BY-SA 4.0"
"""


def test_the_real_venture_series(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "venture" / "vc_by_country.csv"
    done = import_files("mapping", [file], tmp_path / "p", mapping=tomllib.loads(VENTURE))
    got = open_package(tmp_path / "p").tables["investment"]
    raw = pd.read_csv(file)
    raw = raw[raw["series"] == "all_1999_2018"]
    for name, code in (("South Korea", "KOR"), ("Global total", "WLD"), ("United States", "USA")):
        want = raw[raw["entity"] == name].set_index("year")["usd_m"].dropna().to_dict()
        assert want
        assert got[got["country"] == code].set_index("year")["value"].to_dict() == want
    assert "Europe" in {one.value for one in done.left_out if one.rule == "region"}


GGDC = """
table = "value_added"
[columns]
country = "Country"
year = "Year"
[constants]
classification = "ggdc10"
measure = "value-added-national"
[[filter]]
column = "Variable"
equals = "VA"
[[filter]]
column = "Country"
in = ["KOR", "JPN"]
[value]
missing = ["NA"]
[melt]
columns = "AGR|MIN|MAN|PU|CON|WRT|TRA|FIRE|GOV|OTH"
into = "code"
[measures.value-added-national]
en = "Value added at current prices, million national currency"
ko = "경상가격 부가가치"
unit_en = "million units of national currency"
unit_ko = "자국 통화 백만"
[source]
license = "CC BY 4.0"
"""


def test_a_real_wide_table_is_melted(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "wiod" / "GGDC10S.csv"
    import_files("mapping", [file], tmp_path / "p", mapping=tomllib.loads(GGDC))
    got = open_package(tmp_path / "p").tables["value_added"]
    raw = pd.read_csv(file)
    raw = raw[(raw["Variable"] == "VA") & (raw["Country"] == "KOR")].set_index("Year")
    for sector in ("AGR", "MAN", "FIRE"):
        mine = got[(got["country"] == "KOR") & (got["code"] == sector)].set_index("year")["value"]
        assert mine.to_dict() == raw[sector].dropna().to_dict()


def test_a_package_of_votes_is_described(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("timestamp,datetime,comment-id,voter-id,vote\n1472552518501,x,1,7,-1\n")
    (tmp_path / "comments.csv").write_text("comment-id,comment-body\n1,의견\n")
    import_files("polis", [tmp_path], tmp_path / "p", options={"country": "KOR", "conversation": "talk"})
    package = open_package(tmp_path / "p")
    (described,) = package.describe()["tables"]
    assert (described["table"], described["rows"], described["series"]) == ("votes", 1, [])
    assert package.unit("votes")["en"] == "-1, 0 or 1"
    assert package.label("talk", "1")["ko"] == "의견"
    assert package.select("votes", conversation="talk", year=2016)["value"].tolist() == [-1.0]


def test_the_real_votes_of_two_conversations(shared_data: Path, tmp_path: Path) -> None:
    for folder, country in (("vtaiwan.uberx", "TWN"), ("15-per-hour-seattle", "USA")):
        import_files(
            "polis",
            [shared_data / "polis" / folder],
            tmp_path / "p",
            source=SourceFacts(id=f"polis-{country.lower()}"),
            options={"country": country},
        )
        raw = pd.read_csv(shared_data / "polis" / folder / "votes.csv").sort_values("timestamp", kind="stable")
        last = raw.drop_duplicates(["comment-id", "voter-id"], keep="last")
        got = open_package(tmp_path / "p").tables["votes"]
        mine = got[got["country"] == country]
        assert mine.groupby("statement")["value"].sum().to_dict() == {
            str(statement): total for statement, total in last.groupby("comment-id")["vote"].sum().items()
        }
        assert len(mine) == len(last)
        summary = pd.read_csv(shared_data / "polis" / folder / "participants-votes.csv").set_index("participant")
        agreed = mine[mine["value"] == 1].groupby("voter").size()
        agree = summary["n-agree"][summary["n-agree"] > 0]
        same = sum(agreed.get(str(voter), 0) == count for voter, count in agree.items())
        assert same > 0.9 * len(agree)  # the export counts some revised votes both times
