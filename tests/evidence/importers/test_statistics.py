"""World Bank and KOSIS downloads, written to their specifications."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import SourceFacts, import_files
from majung.methods.labelled import InputError

WORLD_BANK = (
    '"Data Source","World Development Indicators",\n\n"Last Updated Date","2026-07-13",\n\n'
    '"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020","2021",\n'
    '"Korea, Rep.","KOR","Manufacturing, value added (current US$)","NV.IND.MANF.CD","417","405.5","",\n'
    '"Euro area","EMU","Manufacturing, value added (current US$)","NV.IND.MANF.CD","1","2","3",\n'
    '"World","WLD","Manufacturing, value added (current US$)","NV.IND.MANF.CD","13000","13100","",\n'
)


def observation(code: str, name: str, year: str, value: object) -> dict[str, object]:
    return {
        "indicator": {"id": "NV.IND.MANF.CD", "value": "Manufacturing, value added (current US$)"},
        "country": {"id": code[:2], "value": name},
        "countryiso3code": code,
        "date": year,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


ROWS = [
    observation("KOR", "Korea, Rep.", "2019", 417),
    observation("KOR", "Korea, Rep.", "2020", 405.5),
    observation("KOR", "Korea, Rep.", "2021", None),
    observation("EMU", "Euro area", "2019", 1),
    observation("", "High income", "2019", 1),
    observation("WLD", "World", "2019", 13000),
]
HEAD = {"page": 1, "pages": 1, "per_page": 6, "total": 6, "sourceid": "2", "lastupdated": "2026-07-13"}


@pytest.fixture
def take(tmp_path: Path):
    def run(format_: str, name: str, content: str | bytes | Path, **options: str):
        path = content if isinstance(content, Path) else tmp_path / name
        if not isinstance(content, Path):
            path.write_bytes(content if isinstance(content, bytes) else content.encode("cp949"))
        chosen = {"table": "market"} | options
        done = import_files(format_, [path], tmp_path / "package", source=SourceFacts(), options=chosen, replace=True)
        return open_package(tmp_path / "package"), done

    return run


def rows(package, *columns: str) -> list[list[object]]:
    return package.tables["market"][list(columns)].to_numpy().tolist()


def left_out(done) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in done.left_out:
        found[one.rule] = found.get(one.rule, 0) + one.count
    return found


def test_the_world_banks_zip_as_downloaded(take, tmp_path):
    path = tmp_path / "API_NV.IND.MANF.CD_DS2_en_csv_v2_1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("API_NV.IND.MANF.CD_DS2_en_csv_v2_1.csv", "\ufeff" + WORLD_BANK)
        archive.writestr(
            "Metadata_Country_API_NV.IND.MANF.CD_DS2_en_csv_v2_1.csv", '"Country Code","Region"\n"KOR","EAP"\n'
        )
        archive.writestr("Metadata_Indicator_API_NV.IND.MANF.CD_DS2_en_csv_v2_1.csv", '"INDICATOR_CODE"\n"NV"\n')
    package, done = take("world-bank", "", path)
    assert rows(package, "country", "classification", "code", "year", "measure", "value") == [
        ["KOR", "world-bank", "all", 2019, "NV.IND.MANF.CD", 417.0],
        ["KOR", "world-bank", "all", 2020, "NV.IND.MANF.CD", 405.5],
        ["WLD", "world-bank", "all", 2019, "NV.IND.MANF.CD", 13000.0],
        ["WLD", "world-bank", "all", 2020, "NV.IND.MANF.CD", 13100.0],
    ]
    assert rows(package, "origin")[0] == ["API_NV.IND.MANF.CD_DS2_en_csv_v2_1.csv, line 6"]
    assert package.unit("NV.IND.MANF.CD")["en"] == "current US$"
    assert done.source.edition == "last updated 2026-07-13"
    assert left_out(done) == {"region": 3, "empty-value": 2}


def test_values_per_head_are_not_added_up_against_the_world(take):
    """Countries' GDP per capita adds up to hundreds of times the world's: no sign that a region stands among them."""
    name = "GDP per capita (current US$)"
    countries = [("Korea, Rep.", "KOR"), ("Germany", "DEU"), ("Japan", "JPN"), ("World", "WLD")]
    lines = [f'"{country}","{code}","{name}","NY.GDP.PCAP.CD","30","31","32",' for country, code in countries]
    content = WORLD_BANK.split('"Korea')[0] + "\n".join(lines) + "\n"
    package, done = take("world-bank", "API_1.csv", content)
    assert len(rows(package, "value")) == 12
    assert not done.bad
    with pytest.raises(EvidenceError, match="times the world total"):
        take("world-bank", "API_2.csv", content.replace(name, "GDP (current US$)"))


def test_the_json_of_the_api_gives_the_same_rows(take):
    package, done = take("world-bank", "world-bank.json", json.dumps([HEAD, ROWS]))
    assert rows(package, "country", "year", "measure", "value") == [
        ["KOR", 2019, "NV.IND.MANF.CD", 417.0],
        ["KOR", 2020, "NV.IND.MANF.CD", 405.5],
        ["WLD", 2019, "NV.IND.MANF.CD", 13000.0],
    ]
    assert left_out(done) == {"region": 2, "empty-value": 1}
    assert done.source.edition == "last updated 2026-07-13"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Indicator Code", "Indicator"), "column 'Indicator Code' is missing; has it become 'Indicator'?"),
        (('"Country Code","Indicator Name"', '"Code","Indicator Name"'), "column 'Country Code' is missing"),
        (('"2019","2020"', '"2019","2019"'), "column '2019' stands twice"),
        (('"2021",\n', '"2021","Trend",\n'), "column 'Trend' is not known"),
    ],
)
def test_drift_of_the_world_banks_csv_is_named(take, change, said):
    with pytest.raises(EvidenceError) as caught:
        take("world-bank", "API_X.csv", WORLD_BANK.replace(*change))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "content", ["[", "{}", "[{}, []", '[{"message": []}]', '[{}, "rows"]', "[1, 2]", "[{}, [1]]", "[" * 5000]
)
def test_json_of_another_form_is_refused(take, content):
    with pytest.raises(EvidenceError, match="is not the JSON of the Indicators API"):
        take("world-bank", "a.json", content)


def test_bad_rows_of_the_json_are_reported(take):
    broken = [
        *ROWS,
        {"indicator": 1},
        observation("KOR", "Korea", "2020Q1", 1),
        observation("KOR", "Korea", "2018", "x"),
    ]
    package, done = take("world-bank", "a.json", json.dumps([HEAD, broken]))
    assert sorted((one.rule, one.line) for one in done.bad) == [("missing-column", 7), ("not-a-number", 9)]
    assert left_out(done)["not-annual"] == 1
    assert len(rows(package, "value")) == 3


def test_the_table_must_be_named(take):
    with pytest.raises(InputError, match="write one of value_added"):
        take("world-bank", "a.json", json.dumps([HEAD, ROWS]), table="gdp")


LONG = """"산업별","시점","사업체수[개]","종사자수[명]"
"전산업","2019","4,176,549","22,723,272"
"C.제조업","2019","437,024","4,123,817"
"C26.전자 부품","2019","10000","-"
"C26.전자 부품","2020 p)","11000","X"
"C26.전자 부품","2020.01","1","1"
"""
WIDE = """"산업별","항목","단위","2019 년","2020 년","2021 p)"
"전산업","사업체수","개","4176549","4200000",""
"C26.전자 부품","사업체수","개","10000","11000","12000"
"C26.전자 부품","종사자수","명","5","6","X"
"주석: p)는 잠정치"
"""
TWO = """"산업별","시도별","2019","2019","2020","2020"
"산업별","시도별","사업체수 (개)","종사자수 (명)","사업체수 (개)","종사자수 (명)"
"전산업","전국","4176549","1","4200000","2"
"C26.전자 부품","전국","10000","5","11000","6"
"""
BULK = """"국내 통계표 : 국가별 산업별 인원"
"출처 : 통계청"
"C국가별","국가별","C산업별","산업별","시점","인원[명]"
"'KOR","대한민국","'C26","전자","2019","5"
"'USA","미국","'C26","전자","2019","6"
"'EU","유럽연합","'C26","전자","2019","7"
"""


def facts(package) -> list[tuple[object, ...]]:
    """(country, code, year, label of the measure, unit, value) of every row."""
    found = package.tables["market"]
    labels = {name: (entry.label["ko"], entry.unit["ko"]) for name, entry in package.codebook.measures.items()}
    return [
        (country, code, year, *labels[measure], value)
        for country, code, year, measure, value in found[["country", "code", "year", "measure", "value"]].itertuples(
            index=False, name=None
        )
    ]


def test_kosis_one_row_a_period(take):
    package, done = take("kosis", "101_DT_1_20261125120000.csv", LONG)
    assert facts(package) == [
        ("KOR", "all", 2019, "사업체수", "개", 4176549.0),
        ("KOR", "all", 2019, "종사자수", "명", 22723272.0),
        ("KOR", "C", 2019, "사업체수", "개", 437024.0),
        ("KOR", "C", 2019, "종사자수", "명", 4123817.0),
        ("KOR", "C26", 2019, "사업체수", "개", 10000.0),
        ("KOR", "C26", 2020, "사업체수", "개", 11000.0),
    ]
    assert left_out(done) == {"empty-value": 2, "not-annual": 2}
    assert any("cp949" in note.reason["en"] for note in done.notes)
    (classification,) = {name for (name,) in rows(package, "classification")}
    assert package.label(classification, "C26")["ko"] == "전자 부품"
    assert "C" not in package.codes(classification)  # holds C26: an aggregate


def test_kosis_one_column_a_period(take):
    package, done = take("kosis", "a.csv", WIDE)
    assert facts(package) == [
        ("KOR", "all", 2019, "사업체수", "개", 4176549.0),
        ("KOR", "all", 2020, "사업체수", "개", 4200000.0),
        ("KOR", "C26", 2019, "사업체수", "개", 10000.0),
        ("KOR", "C26", 2020, "사업체수", "개", 11000.0),
        ("KOR", "C26", 2021, "사업체수", "개", 12000.0),
        ("KOR", "C26", 2019, "종사자수", "명", 5.0),
        ("KOR", "C26", 2020, "종사자수", "명", 6.0),
    ]
    assert left_out(done) == {"empty-value": 2, "footnote": 1}
    assert rows(package, "origin")[0] == ["a.csv, line 2"]


def test_kosis_two_rows_of_headings(take):
    package, _ = take("kosis", "a.csv", TWO)
    assert facts(package) == [
        ("KOR", "all", 2019, "사업체수", "개", 4176549.0),
        ("KOR", "all", 2019, "종사자수", "명", 1.0),
        ("KOR", "all", 2020, "사업체수", "개", 4200000.0),
        ("KOR", "all", 2020, "종사자수", "명", 2.0),
        ("KOR", "C26", 2019, "사업체수", "개", 10000.0),
        ("KOR", "C26", 2019, "종사자수", "명", 5.0),
        ("KOR", "C26", 2020, "사업체수", "개", 11000.0),
        ("KOR", "C26", 2020, "종사자수", "명", 6.0),
    ]
    assert rows(package, "origin")[0] == ["a.csv, line 3"]


def test_kosis_bulk_download_with_titles_and_codes(take):
    package, done = take("kosis", "a.csv", BULK)
    assert facts(package) == [
        ("KOR", "C26", 2019, "인원", "명", 5.0),
        ("USA", "C26", 2019, "인원", "명", 6.0),
    ]
    assert left_out(done) == {"region": 1}
    assert rows(package, "origin")[0] == ["a.csv, line 4"]


def test_kosis_in_english_with_a_comma_at_the_end_of_every_line(take):
    """The unit stands in the item and in a column of its own; an age range is no code in front of a name."""
    content = (
        "By province,By age of mother,Item,UNIT,2021 Year,2022 Year,2022.06 Month,\n"
        "Total,Total,Total[Person],Person,31,33,9,\n"
        "Total,15 - 19 years old,Total[Person],Person,1,2,9,\n"
        "Total,50 years old or more,Total[Person],Person,30,31,9,\n"
        "Seoul,Total,Total[Person],Person,7,8,9,\n"
    )
    chosen = {"code": "By age of mother", "where": "By province=Total"}
    package, done = take("kosis", "101_DT_1_20261125120000.csv", content, **chosen)
    assert facts(package) == [
        ("KOR", "all", 2021, "Total", "Person", 31.0),
        ("KOR", "all", 2022, "Total", "Person", 33.0),
        ("KOR", "15-19-years-old", 2021, "Total", "Person", 1.0),
        ("KOR", "15-19-years-old", 2022, "Total", "Person", 2.0),
        ("KOR", "50-years-old-or-more", 2021, "Total", "Person", 30.0),
        ("KOR", "50-years-old-or-more", 2022, "Total", "Person", 31.0),
    ]
    assert left_out(done) == {"not-chosen": 3, "not-annual": 3}


def test_kosis_headings_over_a_column_of_items_are_a_dimension(take):
    content = (
        '"By district","Item",2021,2021,2022,2022\n'
        '"By district","Item","Total","0-4 세","Total","0-4 세"\n'
        '"Whole","Male (Person)",10,1,20,2\n'
    )
    package, _ = take("kosis", "a.csv", content, code="구분", where="By district=Whole")
    assert [(*fact[2:4], fact[-1]) for fact in facts(package)] == [
        (2021, "Male", 10.0),
        (2021, "Male", 1.0),
        (2022, "Male", 20.0),
        (2022, "Male", 2.0),
    ]
    codes = [code for (code,) in rows(package, "code")]
    assert codes[0] == codes[2] == "all"
    assert codes[1] == codes[3] != "all"


def test_kosis_three_rows_of_headings(take):
    """Periods, values of a dimension, items with units and a formula; line breaks of the page are no part of a name."""
    content = (
        '"행정구역별(1)",2021,2021,2021,2022,2022,2022\n'
        '"행정구역별(1)",주지표,주지표,보조지표,주지표,주지표,보조지표\n'
        '"행정구역별(1)",비율 (%),청년<br>수 (명),대학 수<br>(A+B),비율 (%),청년<br>수 (명),대학 수<br>(A+B)\n'
        '"전국",1.5,10,-,2.5,20,7\n'
    )
    package, _ = take("kosis", "a.csv", content, where="구분=주지표")
    assert [(*fact[2:5], fact[-1]) for fact in facts(package)] == [
        (2021, "비율", "%", 1.5),
        (2021, "청년 수", "명", 10.0),
        (2022, "비율", "%", 2.5),
        (2022, "청년 수", "명", 20.0),
    ]
    package, _ = take("kosis", "a.csv", content, where="구분=보조지표")
    assert [(*fact[2:5], fact[-1]) for fact in facts(package)] == [
        (2022, "대학 수 (A+B)", "as stated in the flow", 7.0)
    ]


def test_kosis_with_codes_in_front_of_all_names(take):
    headings = '"A 시군구별",Y2023 2023,Y2023 2023\n"A 시군구별",T1 출생아수,T2 합계출산율\n'
    content = headings + '"11 서울",5,0.5\n"39010 제주시",6,0.75\n'
    package, _ = take("kosis", "a.csv", content)
    assert [(fact[1], *fact[2:4], fact[-1]) for fact in facts(package)] == [
        ("11", 2023, "출생아수", 5.0),
        ("11", 2023, "합계출산율", 0.5),
        ("39010", 2023, "출생아수", 6.0),
        ("39010", 2023, "합계출산율", 0.75),
    ]
    (classification,) = {name for (name,) in rows(package, "classification")}
    assert package.label(classification, "39010")["ko"] == "제주시"


def test_kosis_code_columns_of_the_viewer_and_totals_with_a_code(take):
    content = (
        '"[A]산업별","산업별","시점","종사자수[명]",\n'
        '"\'000","계","2021 년","7",\n'
        '"\'0401","농업","2021 년","3",\n'
        '"\'0402","어업","2021 년","4",\n'
    )
    package, _ = take("kosis", "a.csv", content)
    assert [(fact[1], fact[-1]) for fact in facts(package)] == [("all", 7.0), ("0401", 3.0), ("0402", 4.0)]
    (classification,) = {name for (name,) in rows(package, "classification")}
    assert package.label(classification, "0401")["ko"] == "농업"


def test_kosis_as_a_workbook(take, tmp_path):
    """Periods merged over items, dimensions merged downwards, repeated names left empty, the source on a sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "데이터"
    for row in (
        ["시도별", "산업별", "2021", None, "2022", None],
        [None, None, "업체 (개)", "종사자 (명)", "업체 (개)", "종사자 (명)"],
        ["전국", "C26. 전자", 5, 50, 6, 60],
        ["", "C27. 의료", 7, "X", 8, 80],
        ["서울", "C26. 전자", 1, 10, 2, 20],
    ):
        sheet.append(row)
    sheet.merge_cells("C1:D1")
    sheet.merge_cells("E1:F1")
    about = book.create_sheet("메타정보")
    about.append(["○ 통계표ID", "DT_1"])
    about.append(["○ 출처", "어느 부처, 어느 조사"])
    about.append(["○ 자료다운일자", "2026.11.25 10:00"])
    book.save(tmp_path / "a.xlsx")
    package, done = take("kosis", "", tmp_path / "a.xlsx", where="시도별=전국")
    assert [(fact[1], *fact[2:4], fact[-1]) for fact in facts(package)] == [
        ("C26", 2021, "업체", 5.0),
        ("C26", 2021, "종사자", 50.0),
        ("C26", 2022, "업체", 6.0),
        ("C26", 2022, "종사자", 60.0),
        ("C27", 2021, "업체", 7.0),
        ("C27", 2022, "업체", 8.0),
        ("C27", 2022, "종사자", 80.0),
    ]
    assert done.source.edition == "DT_1, 2026.11.25 10:00"
    assert any("어느 부처" in note.reason["en"] for note in done.notes)
    assert left_out(done) == {"not-chosen": 4, "empty-value": 1}


def test_kosis_in_utf_8_is_read_too(take):
    package, _ = take("kosis", "a.csv", TWO.encode("utf-8-sig"))
    assert len(facts(package)) == 8


def test_kosis_regions_are_not_mixed(take):
    with pytest.raises(EvidenceError, match=r"시도별 takes several values \(전국, 서울\)"):
        take("kosis", "a.csv", TWO + '"전산업","서울","1","1","2","2"\n')
    package, _ = take("kosis", "a.csv", TWO + '"전산업","서울","1","1","2","2"\n', where="시도별=서울")
    assert [fact[-1] for fact in facts(package)] == [1.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LONG.replace('"시점"', '"시기"'), "no row of headings with 시점"),
        (LONG.replace('"시점",', '"항목",'), "column '시점' (period) is missing"),
        (
            LONG.replace('"사업체수[개]","종사자수[명]"', '"사업체수[개]","사업체수[개]"'),
            "column '사업체수[개]' stands twice",
        ),
        ("가나다\n라마바\n", "no row of headings"),
    ],
)
def test_drift_of_kosis_is_named(take, content, said):
    with pytest.raises(EvidenceError) as caught:
        take("kosis", "a.csv", content)
    assert said in str(caught.value)


def test_bad_rows_of_kosis_are_reported(take):
    _, done = take("kosis", "a.csv", TWO + '"C27.전기","전국","1","2","삼"\n"C28.기계","전국","1,2","2","3","4"\n')
    assert sorted((one.rule, one.line) for one in done.bad) == [("not-a-number", 6), ("wrong-cell-count", 5)]
