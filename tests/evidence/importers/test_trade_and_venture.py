"""Trade (BACI, Comtrade) and venture rounds (Crunchbase, PitchBook, plain CSV)."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import SourceFacts, import_files

from .conftest import lines_of, refused, workbook


def table(package: Path, name: str) -> pd.DataFrame:
    return open_package(package).tables[name]


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------------------ BACI


@pytest.fixture
def baci(tmp_path: Path) -> Path:
    folder = tmp_path / "BACI_HS17_V202301"
    folder.mkdir()
    write(
        folder / "BACI_HS17_Y2021_V202301.csv",
        "t,i,j,k,v,q",
        "2021,410,842,854232,   1234.567,    0.25",
        "2021,410,490,854232,99.5,           NA",
        "2021,842,410,10121,7,3",
        "2021,842,697,10121,7,3",
        "2021,842,999,10121,7,3",
        "2021,842,410,10129,x7,3",
        "2021,842,410,1012,7,3",
    )
    write(
        folder / "country_codes_V202301.csv",
        "country_code,country_name_abbreviation,country_name_full,iso_2digit_alpha,iso_3digit_alpha",
        "410,Rep. of Korea,Republic of Korea,KR,KOR",
        "842,USA,USA and Puerto Rico,US,USA",
        '490,"Asia, nes","Other Asia, not elsewhere specified",,S19',
        "697,EFTA nes,Europe EFTA nes,,R20",
    )
    write(folder / "product_codes_HS17_V202301.csv", "code,description", "010121,Horses", '854232,"Memories, all"')
    return folder


def test_baci(baci: Path, tmp_path: Path) -> None:
    done = import_files("baci", [baci], tmp_path / "p")
    rows = table(tmp_path / "p", "trade")
    values = rows[rows["measure"] == "trade-value"]
    assert values[["country", "partner", "flow", "classification", "code", "year", "value"]].to_numpy().tolist() == [
        ["KOR", "USA", "exports", "hs2017", "854232", 2021, 1234.567],
        ["KOR", "TWN", "exports", "hs2017", "854232", 2021, 99.5],
        ["USA", "KOR", "exports", "hs2017", "010121", 2021, 7.0],
        ["USA", "KOR", "exports", "hs2017", "001012", 2021, 7.0],
    ]
    assert (rows["measure"] == "trade-quantity").sum() == 4
    assert {(row["line"], row["column"]) for row in lines_of(done.report) if row["kind"] == "bad"} == {
        ("6", "j"),
        ("7", "v"),
    }
    assert done.source.edition == "V202301"
    package = open_package(tmp_path / "p")
    assert package.label("hs2017", "854232")["en"] == "Memories, all"
    assert package.select("trade", partner="USA")["country"].unique().tolist() == ["KOR"]


def test_bacis_zip_is_read_as_it_was_downloaded(baci: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "BACI_HS17_V202301.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in baci.iterdir():
            archive.write(file, file.name)
        archive.writestr("Readme.txt", "not a table")
    one = import_files("baci", [baci], tmp_path / "one", source=SourceFacts(retrieved=date(2024, 1, 2)))
    two = import_files(
        "baci",
        [tmp_path / "BACI_HS17_V202301.zip"],
        tmp_path / "two",
        source=SourceFacts(retrieved=date(2024, 1, 2)),
    )
    assert one.hash == two.hash


def test_bacis_lists_of_before_2023_are_in_western_windows(baci: Path, tmp_path: Path) -> None:
    """And its lists of products have no leading zeros; only products that are traded get into the code list."""
    codes = baci / "country_codes_V202301.csv"
    codes.write_bytes((codes.read_text() + '"384","Côte d\'Ivoire","Côte d\'Ivoire","CI","CIV"\n').encode("cp1252"))
    products = baci / "product_codes_HS17_V202301.csv"
    products.write_text('"code","description"\n"10121","Horses"\n"854232","Memories, all"\n"999999","Never traded"\n')
    done = import_files("baci", [baci], tmp_path / "p")
    package = open_package(tmp_path / "p")
    assert package.label("hs2017", "010121")["en"] == "Horses"
    assert not [note for note in done.notes if "999999" in note.reason["en"]]
    assert any("cp1252" in note.reason["en"] for note in done.notes)


def test_baci_needs_its_country_codes(baci: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="its country codes are BACI's own"):
        import_files("baci", [baci / "BACI_HS17_Y2021_V202301.csv"], tmp_path / "p")


# -------------------------------------------------------------------------------------------------- Comtrade

NAMES = re.findall(
    r"\w+",
    """
    typeCode freqCode refPeriodId refYear refMonth period reporterCode
    reporterISO reporterDesc flowCode flowDesc partnerCode partnerISO partnerDesc
    partner2Code partner2ISO partner2Desc classificationCode classificationSearchCode isOriginalClassification cmdCode
    cmdDesc aggrLevel isLeaf customsCode customsDesc mosCode motCode
    motDesc qtyUnitCode qtyUnitAbbr qty isQtyEstimated altQtyUnitCode altQtyUnitAbbr
    altQty isAltQtyEstimated netWgt isNetWgtEstimated grossWgt isGrossWgtEstimated cifvalue
    fobvalue primaryValue legacyEstimationFlag isReported isAggregate
    """,
)
ROW = dict.fromkeys(NAMES, "") | {
    "typeCode": "C",
    "freqCode": "A",
    "refYear": "2022",
    "reporterISO": "KOR",
    "flowCode": "X",
    "partnerISO": "W00",
    "partner2Code": "0",
    "classificationCode": "H6",
    "cmdCode": "854232",
    "cmdDesc": "Electronic integrated circuits; memories",
    "customsCode": "C00",
    "motCode": "0",
    "netWgt": "12.5",
    "primaryValue": "1000.25",
}


def comtrade_rows() -> list[dict[str, str]]:
    changes: list[dict[str, str]] = [
        {},
        {"partnerISO": "USA", "primaryValue": "600", "netWgt": "0"},
        {"partnerISO": "S19", "flowCode": "M", "primaryValue": "50"},
        {"cmdCode": "8542"},
        {"cmdCode": "TOTAL", "primaryValue": "9e9"},
        {"freqCode": "M"},
        {"motCode": "2100"},
        {"flowCode": "ZZ"},
        {"partnerISO": "_X "},
    ]
    return [ROW | change for change in changes]


def test_comtrade_csv_and_json_are_the_same_facts(tmp_path: Path) -> None:
    rows = comtrade_rows()
    quoted = [",".join(f'"{row[name]}"' for name in NAMES) for row in rows]
    a = write(tmp_path / "TradeData_1.csv", ",".join(NAMES), *quoted)
    numbers = {"primaryValue", "netWgt"}
    data = [{k: float(v) if k in numbers else v or None for k, v in row.items()} for row in rows]
    b = tmp_path / "comtrade.json"
    b.write_text(json.dumps({"elapsedTime": "1", "count": len(data), "data": data, "error": ""}))
    one = import_files("comtrade", [a], tmp_path / "a")
    two = import_files("comtrade", [b], tmp_path / "b")
    key = ["country", "partner", "flow", "classification", "code", "year", "measure", "value"]
    csv_rows, json_rows = (table(tmp_path / name, "trade")[key].to_numpy().tolist() for name in "ab")
    assert csv_rows == json_rows
    assert ["KOR", "WLD", "exports", "hs2022", "854232", 2022, "trade-value-usd", 1000.25] in csv_rows
    assert ["KOR", "TWN", "imports", "hs2022", "854232", 2022, "trade-value-usd", 50.0] in csv_rows
    assert ["KOR", "WLD", "exports", "hs-total", "all", 2022, "trade-value-usd", 9e9] in csv_rows
    assert not [row for row in csv_rows if row[6] == "trade-weight" and row[1] == "USA"]  # 0 stands for unknown
    assert {(p.column, p.value) for p in one.bad} == {(p.column, p.value) for p in two.bad}
    assert {(p.column, p.value) for p in one.bad} == {("flowCode", "ZZ")}
    assert {left.rule for left in one.left_out} == {"split", "aggregate", "empty-value", "region"}


def test_comtrade_csv_as_its_site_writes_it(tmp_path: Path) -> None:
    """Western Windows letters, a comma at the end of every row but not of the header, areas that are no countries,
    flows that are parts of others."""
    base = ROW | {"reporterDesc": "Rep. of Korea", "partnerDesc": "World", "isAggregate": "true"}
    changes: list[dict[str, str]] = [
        {"partnerISO": "TUR", "partnerDesc": "Türkiye", "primaryValue": "3"},
        {"partnerISO": "CIV", "partnerDesc": "Côte d'Ivoire", "primaryValue": "4", "netWgt": ""},
        {"partnerISO": "_X ", "partnerDesc": "Areas, nes"},
        {"partnerISO": "E19", "partnerDesc": "Other Europe, nes"},
        {"partnerISO": "SCG", "partnerDesc": "Serbia and Montenegro (...2005)"},
        {"flowCode": "DX"},
    ]
    rows = [",".join(f'"{(base | change)[name]}"' for name in NAMES) + "," for change in changes]
    short = rows[0].removesuffix(",")  # as many cells as the header, but one less than the rows: it lacks one
    file = tmp_path / "TradeData_1.csv"
    file.write_bytes("\r\n".join([",".join(NAMES), *rows, short, ""]).encode("cp1252"))
    done = import_files("comtrade", [file], tmp_path / "p")
    values = table(tmp_path / "p", "trade").set_index(["partner", "measure"])["value"].to_dict()
    assert {key: value for key, value in values.items() if key[1] == "trade-value-usd"} == {
        ("TUR", "trade-value-usd"): 3.0,
        ("CIV", "trade-value-usd"): 4.0,
    }
    assert [(p.rule, p.line) for p in done.bad] == [("wrong-cell-count", 8)]
    assert {(left.rule, left.value, left.count) for left in done.left_out if left.rule != "empty-value"} == {
        ("region", "Areas, nes", 1),
        ("region", "Other Europe, nes", 1),
        ("region", "Serbia and Montenegro (...2005)", 1),
        ("split", "DX", 1),
    }
    assert [note.reason["en"] for note in done.notes if note.rule == "encoding"] == ["read as cp1252 / Latin-1"]


def test_comtrade_csv_of_the_site_before_2023(tmp_path: Path) -> None:
    header = (
        "Classification,Year,Period,Period Desc.,Aggregate Level,Trade Flow Code,Trade Flow,Reporter Code,Reporter,"
        "Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,Customs Proc. Code,Mode of Transport Code,"
        "Commodity Code,Commodity,Netweight (kg),Trade Value (US$)"
    )
    sound = '6,2,Export,410,Rep. of Korea,KOR,0,World,WLD,,,,010121,"Horses; live, pure-bred",20,100'
    whole = sound.replace("WLD,,,", "W00,0,C00,0")
    rows = [
        f"H4,2014,2014,2014,{sound}",
        f"H4,2014,201401,January 2014,{sound}",
        "H4,2014,2014,2014," + sound.replace("410,Rep. of Korea,KOR", '490,"Other Asia, nes",'),
        "H4,2014,2014,2014," + sound.replace("0,World,WLD", '899,"Areas, nes",'),
        "H4,2014,2014,2014," + whole.replace("2,Export", "0,RX"),
        "H4,2014,2014,2014," + whole.replace("2,Export", "0,X").replace("C00", "C01"),
    ]
    file = write(tmp_path / "comtrade.csv", header, *rows)
    done = import_files("comtrade", [file], tmp_path / "p")
    found = table(tmp_path / "p", "trade")
    key = ["country", "partner", "flow", "classification", "code", "year", "value"]
    assert found.loc[found["measure"] == "trade-value-usd", key].to_numpy().tolist() == [
        ["KOR", "WLD", "exports", "hs2012", "010121", 2014, 100.0],
        ["TWN", "WLD", "exports", "hs2012", "010121", 2014, 100.0],
        ["KOR", "WLD", "re-exports", "hs2012", "010121", 2014, 100.0],
    ]
    assert not done.bad
    assert {(left.column, left.value) for left in done.left_out} == {
        ("freqCode", "M"),
        ("partnerISO", "Areas, nes"),
        ("customsCode", "C01"),
    }
    monthly = write(tmp_path / "monthly.csv", header, rows[1])
    with pytest.raises(EvidenceError, match=r"1 were left out by rule \(freqCode M"):
        import_files("comtrade", [monthly], tmp_path / "m")


def test_comtrade_without_data_or_with_drift_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"data": [], "error": ""}')
    with pytest.raises(EvidenceError, match='holds no rows under "data"'):
        import_files("comtrade", [tmp_path / "a.json"], tmp_path / "p")
    file = write(tmp_path / "a.csv", ",".join(NAMES).replace("primaryValue", "primaryVal"), ",".join(ROW.values()))
    with pytest.raises(EvidenceError) as caught:
        import_files("comtrade", [file], tmp_path / "p")
    assert "column 'primaryValue' is missing; has it become 'primaryVal'?" in refused(caught)


# --------------------------------------------------------------------------------------------------- venture


def sums(package: Path) -> dict[tuple[Any, ...], float]:
    rows = table(package, "investment")
    return rows.set_index(["country", "code", "year", "measure"])["value"].to_dict()


def test_crunchbase(tmp_path: Path) -> None:
    header = (
        "Transaction Name,Transaction Name URL,Organization Name,Organization Name URL,Funding Type,Money Raised,"
        "Money Raised Currency,Money Raised Currency (in USD),Announced Date,Organization Description,"
        "Organization Industries,Organization Location"
    )
    seoul = '"Seoul, Seoul-t\'ukpyolsi, South Korea, Asia"'
    file = write(
        tmp_path / "funding-rounds.csv",
        header,
        'Series A - Firm A,u/1,Firm A,o/a,Series A,1,USD,2500000,2021-03-01,"Makes, among\nothers, chips",'
        f'"AI, Robotics",{seoul}',
        f'Seed - Firm B,u/2,Firm B,o/b,Seed,,,,2021-05-01,x,"AI",{seoul}',
        f"Grant - Firm B,u/3,Firm B,o/b,Grant,1,USD,9,2021-05-02,x,AI,{seoul}",
        f"Series A - Firm A,u/1,Firm A,o/a,Series A,1,USD,2500000,2021-03-01,x,AI,{seoul}",
        f"Seed - Firm C,u/4,Firm C,o/c,Seed,1,USD,lots,2021-05-01,x,AI,{seoul}",
        "Seed - Firm D,u/5,Firm D,o/d,Seed,1,USD,1,2021-05-01,x,AI,Atlantis",
    )
    done = import_files("crunchbase", [file], tmp_path / "p")
    assert sums(tmp_path / "p") == {
        ("KOR", "all", 2021, "venture-amount"): 2.5,
        ("KOR", "all", 2021, "venture-rounds"): 2,
        ("KOR", "all", 2021, "venture-firms"): 2,
        ("KOR", "ai", 2021, "venture-amount"): 2.5,
        ("KOR", "ai", 2021, "venture-rounds"): 2,
        ("KOR", "ai", 2021, "venture-firms"): 2,
        ("KOR", "robotics", 2021, "venture-amount"): 2.5,
        ("KOR", "robotics", 2021, "venture-rounds"): 1,
        ("KOR", "robotics", 2021, "venture-firms"): 1,
    }
    assert [(p.rule, p.line) for p in done.bad] == [
        ("duplicate-key", 6),
        ("not-a-number", 7),
        ("unknown-country", 8),
    ]
    assert {one.rule: one.count for one in done.left_out} == {"not-venture": 1}


@pytest.mark.parametrize("old", [False, True])
def test_crunchbase_data_export(tmp_path: Path, old: bool) -> None:
    header = (
        "company_name,country_code,state_code,company_category_list,funding_round_type,announced_on,raised_amount_usd,"
        "raised_amount,raised_amount_currency_code,investor_names,company_uuid,funding_round_uuid"
    )
    for new, before in (
        ("company_uuid", "company_permalink"),
        ("funding_round_uuid", "funding_round_permalink"),
        (",country_code", ",company_country_code"),
        ("announced_on", "funded_at"),
    ):
        header = header.replace(new, before) if old else header
    file = write(
        tmp_path / "funding_rounds.csv",
        header,
        'Firm É,KOR,,AI|Robotics,venture,2013-11-01,2500000,,,"One Fund, Two Fund",o-1,r-1',
        "Firm B,KOR,,AI,seed,2013-05-01,,,,,o-2,r-2",
        "Firm B,KOR,,AI,post_ipo_equity,2013-06-01,9,,,,o-2,r-3",
        "Firm B,KOR,,AI,product_crowdfunding,2013-06-01,9,,,,o-2,r-4",
    )
    done = import_files("crunchbase", [file], tmp_path / "p")
    assert sums(tmp_path / "p") == {
        ("KOR", "all", 2013, "venture-amount"): 2.5,
        ("KOR", "all", 2013, "venture-rounds"): 2,
        ("KOR", "all", 2013, "venture-firms"): 2,
        ("KOR", "ai", 2013, "venture-amount"): 2.5,
        ("KOR", "ai", 2013, "venture-rounds"): 2,
        ("KOR", "ai", 2013, "venture-firms"): 2,
        ("KOR", "robotics", 2013, "venture-amount"): 2.5,
        ("KOR", "robotics", 2013, "venture-rounds"): 1,
        ("KOR", "robotics", 2013, "venture-firms"): 1,
    }
    assert {one.value for one in done.left_out} == {"post_ipo_equity", "product_crowdfunding"}


def pitchbook_rows() -> list[list[object]]:
    header = ["Deal ID", "Companies", "Company ID", "Deal Date", "Deal Size", "Deal Status", "Deal Type", "Verticals"]
    header += ["Company Country/Territory/Region"]
    return [
        ["PitchBook Data, Inc."],
        ["Search criteria: ..."],
        [],
        list(header),
        [
            "1-1T",
            "Firm A",
            "10-1",
            "2022-04-01",
            12.5,
            "Completed",
            "Early Stage VC",
            "AI & ML, Robotics",
            "South Korea",
        ],
        ["1-2T", "Firm A", "10-1", "2022-06-01", None, "Completed", "Later Stage VC", "", "South Korea"],
        ["1-3T", "Firm B", "10-2", "2022-06-01", 4, "Announced", "Early Stage VC", "Robotics", "Japan"],
        ["1-4T", "Firm C", "10-3", "2022-06-01", 900, "Completed", "Buyout/LBO", "Robotics", "Japan"],
        ["© PitchBook Data, Inc. All rights reserved."],
    ]


def test_pitchbook_workbook_and_csv_are_the_same_facts(tmp_path: Path) -> None:
    rows = pitchbook_rows()
    book = workbook(tmp_path / "deals.xlsx", {"Disclaimer": [["x"]], "Data": rows})
    lines = [",".join("" if c is None else f'"{c}"' for c in row) for row in rows[:-1]]
    file = write(tmp_path / "deals.csv", *lines)
    import_files("pitchbook", [book], tmp_path / "a")
    import_files("pitchbook", [file], tmp_path / "b")
    assert sums(tmp_path / "a") == sums(tmp_path / "b")
    assert sums(tmp_path / "a")["KOR", "all", 2022, "venture-amount"] == 12.5
    assert sums(tmp_path / "a")["KOR", "all", 2022, "venture-rounds"] == 2
    assert sums(tmp_path / "a")["KOR", "all", 2022, "venture-firms"] == 1
    assert ("JPN", "all", 2022, "venture-rounds") not in sums(tmp_path / "a")


def test_plain_rounds_need_a_licence_and_name_faults(tmp_path: Path) -> None:
    file = write(
        tmp_path / "rounds.csv",
        "id,firm,date,country,vertical,amount_usd",
        "1,A,2020-02-03,KOR,인공지능;로봇,1000000",
        '2,B,2020,한국,인공지능,"2,000,000"',
        "3,C,soon,KOR,로봇,1",
        "4,D,2020-01-01,KOR,로봇,-5",
    )
    with pytest.raises(ValueError, match="has no licence of its own"):
        import_files("venture-csv", [file], tmp_path / "p")
    done = import_files("venture-csv", [file], tmp_path / "p", source=SourceFacts(license="CC BY 4.0", id="kvca"))
    assert sums(tmp_path / "p")["KOR", "all", 2020, "venture-amount"] == 3.0
    assert [(p.line, p.column) for p in done.bad] == [(4, "date"), (5, "amount_usd")]
    labels = {e.label["ko"] for e in open_package(tmp_path / "p").codebook.codes.values()}
    assert labels == {"전체 라운드", "인공지능", "로봇"}
