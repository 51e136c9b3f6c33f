"""BACI of CEPII: trade by exporter, importer and HS product, harmonised from both sides' reports.

Specification: Gaulier and Zignago (2010), CEPII working paper 2010-23, and the notes on the download page: CSV files
`BACI_HS17_Y2021_V202301.csv` with the columns t (year), i (exporter), j (importer), k (product, HS at 6 digits), v
(value, thousand current USD), q (quantity, metric tons, NA where unknown); `country_codes_V202301.csv` and
`product_codes_HS17_V202301.csv` translate i, j and k. The lists before V202301 are in Western Windows (Côte d'Ivoire),
and the lists of products have no leading zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from majung.evidence.countries import countries
from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.problems import text

_YEARS = {"92": 1992, "96": 1996, "02": 2002, "07": 2007, "12": 2012, "17": 2017, "22": 2022}
OTHER_ASIA = "490"  # "Other Asia, not elsewhere specified": Taiwan in practice, says the UN's own note

COLUMNS = (
    Column("t", text("year", "연도")),
    Column("i", text("exporter, numeric code", "수출국 숫자 코드")),
    Column("j", text("importer, numeric code", "수입국 숫자 코드")),
    Column("k", text("product, HS at 6 digits", "HS 6자리 품목")),
    Column("v", text("value, thousand current USD", "금액, 경상 천 달러")),
    Column("q", text("quantity, metric tons", "수량, 톤"), required=False),
)
_COUNTRY = (
    Column("country_code", text("numeric code", "숫자 코드"), aliases=("i",)),
    Column("country_iso3", text("alpha-3 code", "alpha-3 코드"), aliases=("iso_3digit_alpha", "iso3")),
    Column(
        "country_name", text("name", "이름"), aliases=("country_name_full", "country_name_abbreviation"), required=False
    ),
)
_PRODUCT = (
    Column("code", text("HS code", "HS 코드"), aliases=("hs6", "k")),
    Column("description", text("product", "품목"), aliases=("product_description",)),
)


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    edition = re.search(r"_V(\d{6}[a-z]?)", input_.name)
    if edition:
        context.edition = f"V{edition[1]}"
    classification = _classification(input_, context)
    where, names = _country_codes(context, input_.name)
    labels = _labels(context)
    value = context.measure("trade-value", text("Trade value", "무역액"), text("thousand USD", "천 달러"))
    quantity = context.measure("trade-quantity", text("Trade quantity", "무역량"), text("tonnes", "톤"))
    for rows in read_rows(input_, COLUMNS, context):
        cells, lines = rows.cells, rows.lines
        frame = pd.DataFrame(
            {
                "line": lines,
                "country": _country(cells["i"], lines, "i", where, names, context),
                "partner": _country(cells["j"], lines, "j", where, names, context),
                "flow": "exports",
                "classification": classification,
                "code": _product(cells["k"], lines, context),
                "year": context.numbers(cells["t"], lines, "t"),
            },
            index=cells.index,
        )
        for code in frame["code"].unique():
            if code in labels:
                context.code(classification, code, text(labels[code], labels[code]))
        for column, measure in (("v", value), ("q", quantity)):
            if column in cells:
                figures = context.numbers(cells[column], lines, column, missing=("NA",))
                yield Batch("trade", frame.assign(measure=measure, value=figures))


def _classification(input_: Input, context: Context) -> str:
    found = re.search(r"HS(\d{2})", input_.name)
    edition = context.options.get("hs") or (found[1] if found else "")
    if edition[-2:] not in _YEARS:
        raise file_error(
            input_.name,
            "unknown-classification",
            text("its name does not say which HS edition it uses", "파일 이름에 HS 판이 없습니다"),
            text("keep the published name (BACI_HS17_...) or give --option hs=17", "--option hs=17처럼 지정하십시오"),
        )
    year = _YEARS[edition[-2:]]
    label = text(f"Harmonized System {year}, 6 digits", f"HS {year}년판 6자리")
    return context.classification(f"hs{year}", label, "World Customs Organization")


def _country_codes(context: Context, file: str) -> tuple[dict[str, str], dict[str, str]]:
    """(numeric code to alpha-3 of those that are countries, numeric code to name of all)."""
    lists = [one for one in context.companions if "country_codes" in one.name]
    if not lists:
        raise file_error(
            file,
            "missing-code-list",
            text("its country codes are BACI's own and need their list", "국가 코드 목록이 필요합니다"),
            text("give country_codes_V....csv of the same release too", "같은 판의 country_codes_V....csv도 주십시오"),
        )
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for rows in read_rows(lists[0], _COUNTRY, context, others=True, legacy="cp1252"):
        named = rows.cells.get("country_name", rows.cells["country_iso3"])
        for number, alpha3, name in zip(rows.cells["country_code"], rows.cells["country_iso3"], named, strict=True):
            key = number.strip().lstrip("0")
            names[key] = name.strip()
            if alpha3.strip() in countries():
                codes[key] = alpha3.strip()
    context.rows_read.pop(lists[0].name, None)
    if context.options.get("other-asia", "TWN") == "TWN":
        codes[OTHER_ASIA] = "TWN"
        said = text(
            "code 490 (Other Asia, nes) is read as Taiwan; --option other-asia=none leaves it out",
            "490번(기타 아시아)은 대만으로 읽었습니다. 빼려면 --option other-asia=none",
        )
        context.note("other-asia", said, file=file)
    context.file = file
    return codes, names


def _labels(context: Context) -> dict[str, str]:
    """What the products are called, by code of 6 digits."""
    labels: dict[str, str] = {}
    before = context.file
    for one in (one for one in context.companions if "product_codes" in one.name):
        for rows in read_rows(one, _PRODUCT, context, others=True, legacy="cp1252"):
            codes = rows.cells["code"].str.strip().str.zfill(6)
            labels |= dict(zip(codes, rows.cells["description"], strict=True))
        context.rows_read.pop(one.name, None)
        context.file = before
    return labels


def _country(
    cells: pd.Series[str],
    lines: pd.Index[int],
    column: str,
    where: dict[str, str],
    names: dict[str, str],
    context: Context,
) -> pd.Series[str]:
    keys = cells.str.strip().str.lstrip("0")
    found = keys.map(where).fillna("")
    for key in keys[found == ""].unique():
        here = keys == key
        first = int(lines[here.to_numpy()][0])
        if key in names:
            reason = text(
                f"'{names[key]}' is no country of ISO 3166-1", f"'{names[key]}'은(는) ISO 3166-1의 국가가 아닙니다"
            )
            context.leave_out("region", reason, column=column, value=key, line=first, count=int(here.sum()))
            continue
        for line in lines[here.to_numpy()]:
            reason = text(f"country code '{key}' is not in the list", f"국가 코드 '{key}'이(가) 목록에 없습니다")
            remedy = text("take the list of the same release", "같은 판의 목록을 쓰십시오")
            context.bad("unknown-country", int(line), reason, remedy, column=column, value=key)
    return found.astype(str)


def _product(cells: pd.Series[str], lines: pd.Index[int], context: Context) -> pd.Series[str]:
    keys = cells.str.strip()
    codes = keys.str.zfill(6)
    sound = codes.str.fullmatch("[0-9]{6}")
    for line, value in zip(lines[~sound.to_numpy()], keys[~sound], strict=True):
        reason = text(f"'{value}' is no HS code of 6 digits", f"'{value}'은(는) HS 6자리 코드가 아닙니다")
        remedy = text("take the file of the CEPII as it is", "CEPII의 원본 파일을 쓰십시오")
        context.bad("unknown-code", int(line), reason, remedy, column="k", value=value)
    return codes.where(sound, "")


FORMAT = Format(
    id="baci",
    version="2",
    title=text("BACI: international trade at the product level", "BACI: 품목별 국제 무역"),
    tables=("trade",),
    specification="CEPII, BACI; columns t, i, j, k, v, q (releases V202001 to V202501)",
    files=text(
        "BACI_HS.._Y...._V......csv with country_codes and product_codes, or the ZIP of a release",
        "BACI_HS.._Y...._V......csv와 country_codes, product_codes 파일, 또는 배포 ZIP",
    ),
    seen="records",
    licence="Etalab Open Licence 2.0",
    licence_note="As stated by CEPII.",
    publisher="CEPII",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    citation="Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level. CEPII "
    "working paper 2010-23.",
    read=read,
    columns=COLUMNS,
    members=r"(?i)^baci.*\.csv(\.gz)?$",
    companions=r"(?i)(country|product)_codes.*\.csv$",
    options={
        "hs": text("HS edition, where the file name does not say it (17)", "파일 이름에 없을 때의 HS 판(17)"),
        "other-asia": text("TWN or none: what becomes of code 490", "490번 코드의 처리: TWN 또는 none"),
    },
)
