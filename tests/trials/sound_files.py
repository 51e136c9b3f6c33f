"""Sound files of every format, made by code to its specification: what the trial corrupts.

Figures come from a fixed generator and are distinct, so that a value that strays shows.
"""

from __future__ import annotations

import gzip
import io
import json
import tomllib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from majung.evidence.importers.flows import wiod_labels
from majung.evidence.importers.formats.wiod_wiot import FINAL, SECTORS

LANDS = ("KOR", "JPN", "USA", "DEU", "FRA", "GBR", "CHN", "ITA")
NUMBERS = {"KOR": 410, "JPN": 392, "USA": 842, "DEU": 276, "FRA": 251, "GBR": 826, "CHN": 156, "ITA": 380}
ALPHA2 = {"KOR": "KR", "JPN": "JP", "USA": "US", "DEU": "DE", "FRA": "FR", "GBR": "GB", "CHN": "CN", "ITA": "IT"}


@dataclass(frozen=True)
class Case:
    """A sound delivery. files: name to content. archive: given as one ZIP of that name. weight: share of trials.

    lines: facts come from single lines or cells whose figures stand in the file (times factor). minimum: seconds
    that are normal for it.
    """

    name: str
    format: str
    files: Mapping[str, bytes]
    options: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, Any] = field(default_factory=dict)
    archive: str = ""
    lines: bool = False
    factor: float = 1.0
    weight: int = 10


def figures(seed: int, count: int) -> list[float]:
    """Distinct numbers with two decimals."""
    order = np.random.default_rng(seed).permutation(count * 7)[:count]
    return [round(1000.25 + float(n) * 3.5, 2) for n in order]


def table(rows: Sequence[Sequence[object]], mark: str = ",", quote: bool = True) -> bytes:
    def cell(value: object) -> str:
        said = "" if value is None else str(value)
        return f'"{said}"' if quote and (mark in said or '"' in said) else said

    return ("\n".join(mark.join(cell(value) for value in row) for row in rows) + "\n").encode()


def book(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    made = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def baci() -> Case:
    values = iter(figures(1, 400))
    rows: list[list[object]] = [["t", "i", "j", "k", "v", "q"]]
    for i, one in enumerate(LANDS[:4]):
        for j, other in enumerate(LANDS):
            if one != other:
                rows += [
                    [2021, NUMBERS[one], NUMBERS[other], f"8{i}{j}23{k}", next(values), next(values)] for k in "12"
                ]
    codes: list[list[object]] = [["country_code", "country_name", "country_iso2", "country_iso3"]]
    codes += [[NUMBERS[land], land, ALPHA2[land], land] for land in LANDS]
    products: list[list[object]] = [["code", "description"]]
    products += [[f"8{i}{j}23{k}", f"Product {i}{j}{k}, new"] for i in range(4) for j in range(8) for k in "12"]
    files = {
        "BACI_HS17_Y2021_V202301.csv": table(rows),
        "country_codes_V202301.csv": table(codes),
        "product_codes_HS17_V202301.csv": table(products),
    }
    return Case("baci", "baci", files, lines=True)


COMTRADE = [
    *("typeCode", "freqCode", "refYear", "reporterISO", "flowCode", "partnerISO", "partner2Code"),
    *("classificationCode", "cmdCode", "cmdDesc", "customsCode", "motCode", "netWgt", "primaryValue"),
]


def _comtrade_rows() -> list[list[object]]:
    values = iter(figures(2, 400))
    return [
        ["C", "A", 2022, one, flow, other, 0, "H6", f"85{k}23{k}", f"Goods {k}", "C00", 0, next(values), next(values)]
        for one in LANDS[:3]
        for other in (*LANDS[3:6], "W00")
        for flow in ("X", "M")
        for k in range(2)
    ]


def comtrade_csv() -> Case:
    """As the site writes it: every row but the header ends in a comma, and Türkiye is written in cp1252."""
    rows = [[*row[:9], f"Türkiye {row[9]}", *row[10:], ""] for row in _comtrade_rows()]
    content = table([COMTRADE, *rows]).decode().encode("cp1252")
    return Case("comtrade-csv", "comtrade", {"TradeData_1.csv": content}, lines=True)


def comtrade_json() -> Case:
    data = [dict(zip(COMTRADE, row, strict=True)) for row in _comtrade_rows()]
    content = json.dumps({"elapsedTime": "0.1", "count": len(data), "data": data, "error": ""}, indent=0)
    return Case("comtrade-json", "comtrade", {"comtrade.json": content.encode()})


def crunchbase() -> Case:
    values = iter(figures(3, 200))
    rows: list[list[object]] = [
        [
            "Transaction Name",
            "Transaction Name URL",
            "Organization Name",
            "Organization Name URL",
            "Funding Type",
            "Money Raised Currency (in USD)",
            "Announced Date",
            "Organization Industries",
            "Organization Location",
        ]
    ]
    for n in range(60):
        place = ("Seoul, Seoul, South Korea, Asia", "Tokyo, Tokyo, Japan, Asia")[n % 2]
        amount = round(next(values) * 1000) if n % 5 else ""
        industries = ("AI, Robotics", "AI", "Battery, 인공지능")[n % 3]
        row = [f"Seed - Firm {n}", f"u/{n}", f"Firm {n // 2}", f"o/{n // 2}", "Seed", amount]
        rows.append([*row, f"20{18 + n % 4}-0{1 + n % 9}-11", industries, place])
    return Case("crunchbase", "crunchbase", {"funding-rounds.csv": table(rows)})


def crunchbase_bulk() -> Case:
    values = iter(figures(6, 200))
    header = "company_name,country_code,company_category_list,funding_round_type,announced_on,raised_amount_usd,"
    rows: list[list[object]] = [[*f"{header}company_uuid,funding_round_uuid".split(",")]]
    for n in range(60):
        amount = round(next(values) * 1000) if n % 5 else ""
        kind, industries = ("seed", "venture")[n % 2], ("AI|Robotics", "AI", "Battery")[n % 3]
        row = [f"Firm {n}", LANDS[n % 3], industries, kind, f"20{11 + n % 4}-0{1 + n % 9}-11", amount]
        rows.append([*row, f"o-{n // 2}", f"r-{n}"])
    return Case("crunchbase-bulk", "crunchbase", {"funding_rounds.csv": table(rows)})


def pitchbook() -> Case:
    values = iter(figures(4, 200))
    header = ["Deal ID", "Companies", "Company ID", "Deal Date", "Deal Size", "Deal Status", "Deal Type", "Verticals"]
    rows: list[list[object]] = [["PitchBook"], [], [*header, "Company Country/Territory/Region"]]
    for n in range(40):
        row = [f"{n}-1T", f"Firm {n}", f"1{n}-1", f"20{18 + n % 4}-02-11", next(values), "Completed", "Early Stage VC"]
        rows.append([*row, ("AI & ML", "Robotics, Drones")[n % 2], ("South Korea", "Japan")[n % 2]])
    return Case("pitchbook", "pitchbook", {"deals.xlsx": book({"Data": rows})})


def venture() -> Case:
    values = iter(figures(5, 200))
    rows: list[list[object]] = [["id", "firm", "date", "country", "vertical", "amount_usd"]]
    rows += [
        [
            n,
            f"기업 {n}",
            f"20{18 + n % 4}-01-0{1 + n % 9}",
            LANDS[n % 3],
            ("인공지능;로봇", "배터리")[n % 2],
            next(values),
        ]
        for n in range(60)
    ]
    return Case("venture-csv", "venture-csv", {"rounds.csv": table(rows)})


def niot() -> Case:
    columns = [*SECTORS, *FINAL, "EXP", "GO"]
    rows: list[list[object]] = [["Year", "Code", "Description", "Origin", *columns]]
    rows.append([None] * 4 + [wiod_labels()[code]["en"] for code in columns])
    values = iter(figures(6, 127 * 63))
    for use, codes in (("Domestic", SECTORS), ("Imports", SECTORS), ("TOT", ("II_fob", "TXSP", "VA", "GO"))):
        for code in codes:
            own = [next(values) for _ in columns[:-1]]
            rows.append([2014, code, code, use, *own, sum(own) if use == "Domestic" else 0])
    sheets = {"Notes": [["Country", "Korea"]], "National IO-tables": rows}
    return Case("wiod-niot", "wiod-niot", {"KOR_NIOT_nov16.xlsx": book(sheets)}, lines=True, weight=1)


def wiot() -> Case:
    lands = ("KOR", "ROW")
    at = [(land, code) for land in lands for code in SECTORS] + [(land, code) for land in lands for code in FINAL]
    rows: list[list[object]] = [["Intercountry Input-Output Table"], ["(million US$)"]]
    rows.append([None] * 4 + [code for _, code in at] + ["GO"])
    rows.append([None] * 4 + ["name" for _ in at] + ["Total"])
    rows.append([None] * 4 + [land for land, _ in at] + ["TOT"])
    rows.append([None] * 4 + [f"c{i}" for i in range(len(at))] + ["c62"])
    values = iter(figures(7, 120 * 125))
    names = [(land, code) for land in lands for code in SECTORS] + [("TOT", code) for code in ("II_fob", "VA", "GO")]
    rows += [[code, code, land, "r", *(next(values) for _ in at), 0] for land, code in names]
    return Case("wiod-wiot", "wiod-wiot", {"WIOT2014_Nov16_ROW.xlsx": book({"2014": rows})}, weight=1)


BOK_NAMES = ("농림수산품", "화학제품", "전기장비", "건설")


def bok() -> Case:
    columns = [("9090", "중간수요계"), ("9111", "민간소비지출"), ("9112", "정부소비지출"), ("9130", "재고증감")]
    columns += [("9140", "수출"), ("9190", "최종수요계"), ("9290", "총수요계")]
    sectors = [(f"A{n}", name) for n, name in enumerate(BOK_NAMES)]
    below = [
        ("9590", "중간투입계"),
        ("9610", "피용자보수"),
        ("9621", "영업잉여"),
        ("9690", "부가가치계"),
        ("9790", "총투입계"),
    ]
    values = iter(figures(8, 400))
    sheets: dict[str, list[list[object]]] = {}
    for name in ("총거래표", "국산거래표", "수입거래표"):
        rows: list[list[object]] = [["투입산출표"], ["(단위: 백만원)"]]
        rows.append([None, None, *(code for code, _ in [*sectors, *columns])])
        rows.append([None, None, *(label for _, label in [*sectors, *columns])])
        for code, label in [*sectors, *(below if name == "총거래표" else below[:1])]:
            rows.append([code, label, *(next(values) for _ in [*sectors, *columns])])
        sheets[f"A표_{name}(생산자)"] = rows
    return Case("bok-io", "bok-io", {"2019_투입산출표.xlsx": book(sheets)}, lines=True)


def icio() -> Case:
    lands, codes = ("KOR", "JPN", "CN1", "CN2", "ROW"), ("01T02", "26", "C29")
    final = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
    names = [f"{land}_{code}" for land in lands for code in codes]
    header = ["V1", *names, *(f"{land}_{code}" for land in lands for code in final), "TOTAL"]
    values = iter(figures(9, 1200))
    rows: list[list[object]] = [header]
    rows += [[name, *(next(values) for _ in header[1:])] for name in [*names, "TLS", "VA", "OUT"]]
    return Case("oecd-icio", "oecd-icio", {"ICIO2021_2018.csv": table(rows)})


def exiobase() -> Case:
    regions, sectors = ("KR", "JP", "WF"), ("Paddy rice", "Machinery (29)")
    categories = ("Final consumption expenditure by households", "Changes in inventories")
    columns = [(region, sector) for region in regions for sector in sectors]
    demand = [(region, category) for region in regions for category in categories]
    values = iter(figures(10, 400))

    def frame(rows: Sequence[tuple[str, ...]], head: Sequence[tuple[str, str]], index: Sequence[str]) -> bytes:
        pad = [""] * (len(index) - 1)
        out: list[list[object]] = [["region", *pad, *(r for r, _ in head)], ["sector", *pad, *(n for _, n in head)]]
        out.append([*index, *("" for _ in head)])
        out += [[*row, *(next(values) for _ in head)] for row in rows]
        return table(out, "\t", quote=False)

    factors = [("Compensation of employees; wages",), ("Operating surplus: Rents",), ("CO2",)]
    files = {
        "IOT_2019_pxp/Z.txt": frame(columns, columns, ("region", "sector")),
        "IOT_2019_pxp/Y.txt": frame(columns, demand, ("region", "sector")),
        "IOT_2019_pxp/x.txt": table([["region", "sector", "indout"], *([*c, next(values)] for c in columns)], "\t"),
        "IOT_2019_pxp/satellite/F.txt": frame(factors, columns, ("stressor",)),
    }
    return Case("exiobase3", "exiobase3", files, archive="IOT_2019_pxp.zip")


MAPPING = """
table = "patents"
[columns]
country = "Land"
code = "Field"
year = "Year"
value = "Number"
[constants]
classification = "fields"
measure = "families"
[[filter]]
column = "Kind"
equals = "count"
[value]
factor = 1000
[translate]
code = "slug"
[measures.families]
en = "Families"
ko = "패밀리"
unit_en = "families"
unit_ko = "건"
"""


def _mapped() -> list[list[object]]:
    values = iter(figures(11, 400))
    fields = ("Computer technology", "광학", "Optics")
    return [
        [land, name, year, "count", next(values)] for land in LANDS[:4] for name in fields for year in range(2015, 2021)
    ]


def mapping_csv() -> Case:
    content = table([["Land", "Field", "Year", "Kind", "Number"], *_mapped()])
    return Case("mapping-csv", "mapping", {"t.csv": content}, mapping=tomllib.loads(MAPPING), lines=True, factor=1000)


def mapping_gzip() -> Case:
    content = gzip.compress(table([["Land", "Field", "Year", "Kind", "Number"], *_mapped()]), mtime=0)
    return Case("mapping-gzip", "mapping", {"t.csv.gz": content}, mapping=tomllib.loads(MAPPING))


def mapping_xlsx() -> Case:
    content = book({"Data": [["Land", "Field", "Year", "Kind", "Number"], *_mapped()]})
    return Case("mapping-xlsx", "mapping", {"t.xlsx": content}, mapping=tomllib.loads(MAPPING), lines=True, factor=1000)


def mapping_parquet() -> Case:
    out = io.BytesIO()
    frame = pd.DataFrame(_mapped(), columns=["Land", "Field", "Year", "Kind", "Number"])
    frame.to_parquet(out, index=False)
    return Case("mapping-parquet", "mapping", {"t.parquet": out.getvalue()}, mapping=tomllib.loads(MAPPING))


def frictionless() -> Case:
    names = ["country", "classification", "code", "year", "measure", "value"]
    values = iter(figures(12, 200))
    rows: list[list[object]] = [names]
    rows += [[land, "nace", code, 2019, "turnover", next(values)] for land in LANDS for code in ("C26", "C27", "C28")]
    resource = {
        "name": "m",
        "path": "m.csv",
        "majung": {"table": "market"},
        "schema": {"fields": [{"name": n} for n in names]},
    }
    descriptor = {"name": "p", "licenses": [{"name": "CC0-1.0"}], "resources": [resource]}
    files = {"datapackage.json": json.dumps(descriptor, indent=1).encode(), "m.csv": table(rows)}
    return Case("frictionless", "frictionless", files, lines=True)


def openalex() -> Case:
    rows: list[list[object]] = [
        [
            "id",
            "title",
            "publication_year",
            "primary_topic.id",
            "primary_topic.display_name",
            "authorships.countries",
            "citation_normalized_percentile.is_in_top_10_percent",
            "is_retracted",
        ]
    ]
    for n in range(80):
        lands = ("KR", "KR|US", "US|JP|KR", "DE")[n % 4]
        row = [
            f"https://openalex.org/W{n + 1}",
            f"Title {n}, with comma",
            2018 + n % 4,
            f"https://openalex.org/T1000{n % 3}",
        ]
        rows.append([*row, f"Topic {n % 3}", lands, str(n % 9 == 0).lower(), "false"])
    return Case("openalex-csv", "openalex-csv", {"works.csv": table(rows)})


def openalex_by_name() -> Case:
    header = "id,authorships.countries,citation_normalized_percentile.value,is_retracted,primary_topic.display_name,"
    rows: list[list[object]] = [[*f"{header}publication_year,type".split(",")]]
    for n in range(80):
        lands = ("KR", "KR||US", "US|JP|KR", "DE")[n % 4]
        row = [f"https://openalex.org/W{n + 1}", lands, (n % 20) / 20, "False", f"Topic, {n % 3}"]
        rows.append([*row, 2018 + n % 4, "article"])
    return Case("openalex-by-name", "openalex-csv", {"works.csv": table(rows)})


def patentsview() -> Case:
    patents: list[list[object]] = [["patent_id", "patent_type", "patent_date"]]
    people: list[list[object]] = [["patent_id", "inventor_sequence", "inventor_id", "location_id"]]
    fields: list[list[object]] = [["patent_id", "wipo_field_id", "wipo_field_title"]]
    for n in range(40):
        patents.append([str(9000 + n), "utility", f"20{18 + n % 3}-03-07"])
        people += [[str(9000 + n), 0, f"i{n}", f"l{n % 4}"], [str(9000 + n), 1, f"j{n}", f"l{(n + 1) % 4}"]]
        fields.append([str(9000 + n), 1 + n % 3, f"Field {1 + n % 3}"])
    places: list[list[object]] = [
        ["location_id", "disambig_country"],
        ["l0", "KR"],
        ["l1", "US"],
        ["l2", "JP"],
        ["l3", "DE"],
    ]
    names = ("g_patent", "g_inventor_disambiguated", "g_location_disambiguated", "g_wipo_technology")
    tables = (patents, people, places, fields)
    return Case("patentsview", "patentsview", {f"{n}.tsv": table(t, "\t") for n, t in zip(names, tables, strict=True)})


def polis() -> Case:
    votes: list[list[object]] = [["timestamp", "datetime", "comment-id", "voter-id", "vote"]]
    votes += [[1472552518501 + n * 1000, "x", n % 6, n // 6, (n * 7) % 3 - 1] for n in range(90)]
    comments: list[list[object]] = [["comment-id", "moderated", "comment-body"]]
    comments += [[n, 1, f"Statement {n}: 의견, {n}"] for n in range(6)]
    files = {"talk/votes.csv": table(votes), "talk/comments.csv": table(comments)}
    return Case("polis", "polis", files, options={"country": "KOR", "conversation": "talk"})


MAKERS: tuple[Callable[[], Case], ...] = (
    *(baci, comtrade_csv, comtrade_json, crunchbase, crunchbase_bulk, pitchbook, venture),
    *(niot, wiot, bok, icio, exiobase, mapping_csv, mapping_gzip, mapping_xlsx, mapping_parquet, frictionless),
    *(openalex, openalex_by_name, patentsview, polis),
)


@cache
def cases() -> tuple[Case, ...]:
    from trials.sound_registers import REGISTERS
    from trials.sound_series import SERIES

    return tuple(make() for make in (*MAKERS, *SERIES, *REGISTERS))


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
