"""World Bank indicators: the CSV download of an indicator (wide), or the JSON of the Indicators API.

Specification: data help desk of the World Bank, articles 898581 (API) and 889392; the download's ZIP holds
`API_<indicator>_DS2_en_csv_v2_....csv` (two lines of title, a blank one after each, then Country Name, Country Code,
Indicator Name, Indicator Code and a column a year, every line ending in a comma), `Metadata_Country_...` and
`Metadata_Indicator_...`. The JSON is `[head, [{"indicator", "country", "countryiso3code", "date", "value", ...}]]`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from majung.evidence.countries import accepted_codes
from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_header, read_rows
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.importers.schema import fit
from majung.evidence.importers.series import TABLES, wrong_option
from majung.evidence.problems import text

CLASSIFICATION = "world-bank"
COLUMNS = (
    Column("Country Name", text("country or group", "국가 또는 집단")),
    Column("Country Code", text("alpha-3 code", "alpha-3 코드")),
    Column("Indicator Name", text("indicator", "지표")),
    Column("Indicator Code", text("code of the indicator", "지표 코드")),
)
_YEAR = re.compile(r"[12][0-9]{3}")
_UNIT = re.compile(r"\(([^()]*)\)\s*$")
_RATE = re.compile(r"%|\b(per|index|ratio|rate|share|expectancy|average|mean)\b", re.IGNORECASE)
"""In the name of an indicator: its values must not be added up over countries (GDP per capita, life expectancy)."""
_LOOK = 12
MAX_JSON = 1 << 30


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    table = context.option("table")
    input_ = inputs[0]
    context.file = input_.name
    if table not in TABLES:
        raise wrong_option(context, "table", table, TABLES)
    context.classification(CLASSIFICATION, text("World Bank indicators", "세계은행 지표"))
    context.code(CLASSIFICATION, "all", text("Whole economy", "경제 전체"))
    records = _json(input_, context) if input_.suffix == ".json" else _wide(input_, context)
    for cells in records:
        yield Batch(table, _frame(cells, context))


def _frame(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    """cells: line, name, code, indicator, label, year, value, all but the line str; one record a row."""
    known = cells["code"].isin(list(accepted_codes()))
    for code, name in cells.loc[~known, ["code", "name"]].drop_duplicates().itertuples(index=False, name=None):
        here = ~known & (cells["code"] == code) & (cells["name"] == name)
        reason = text(f"'{name}' is a group, no country", f"'{name}'은(는) 국가가 아닌 집단입니다")
        first = int(cells.loc[here, "line"].iloc[0])
        context.leave_out(
            "region", reason, column="Country Code", value=code or name, line=first, count=int(here.sum())
        )
    cells = cells[known].reset_index(drop=True)
    for indicator, label in cells[["indicator", "label"]].drop_duplicates().itertuples(index=False, name=None):
        unit = _UNIT.search(label)
        words = unit[1] if unit else "as named by the indicator"
        signed = context.options.get("signed") == "yes"
        additive = _RATE.search(label) is None
        context.measure(indicator, text(label, label), text(words, words), signed=signed, additive=additive)
    lines = pd.Index(cells["line"])
    return pd.DataFrame(
        {
            "line": cells["line"],
            "country": cells["code"],
            "classification": CLASSIFICATION,
            "code": "all",
            "year": cells["year"].astype("int64"),
            "measure": cells["indicator"],
            "value": context.numbers(cells["value"], lines, "value", missing=("..",)),
        }
    )


def _wide(input_: Input, context: Context) -> Iterator[pd.DataFrame]:
    skip = _title_lines(input_, context)
    header = read_header(input_, context, skip=skip)
    years = [name for name in header if _YEAR.fullmatch(name)]
    fit([name for name in header if name not in years], COLUMNS, input_.name, line=skip + 1)
    columns = (*COLUMNS, *(Column(year, text(year, year)) for year in years))
    for rows in read_rows(input_, columns, context, skip=skip, size=2_000):
        context.count(len(rows.cells) * (len(years) - 1))  # a cell is a fact
        long = rows.cells.reset_index(names="line").melt(
            id_vars=["line", *(c.name for c in COLUMNS)], value_vars=years, var_name="year", value_name="value"
        )
        names = {
            "Country Name": "name",
            "Country Code": "code",
            "Indicator Name": "label",
            "Indicator Code": "indicator",
        }
        long = long.rename(columns=names).sort_values("line", kind="stable")
        yield long.apply(lambda column: column if column.name == "line" else column.str.strip())


def _title_lines(input_: Input, context: Context) -> int:
    """How many lines stand before the header; the day of the last update becomes the edition."""
    with text_lines(input_, context) as lines:
        for number, line in zip(range(_LOOK), lines, strict=False):
            cells = next(csv.reader([line]), [])
            if cells and cells[0].strip() == "Last Updated Date" and len(cells) > 1:
                context.edition = f"last updated {cells[1].strip()}"
            if cells and cells[0].strip() in ("Country Name", "Country Code"):
                return number
    return 0


def _json(input_: Input, context: Context) -> Iterator[pd.DataFrame]:
    with input_.open() as stream:
        raw = stream.read(MAX_JSON + 1)
    wrong = file_error(
        input_.name,
        "wrong-format",
        text("is not the JSON of the Indicators API ([head, rows])", "지표 API의 JSON([머리, 행])이 아닙니다"),
        DOWNLOAD_AGAIN,
    )
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(whole, list) or len(whole) != 2 or not isinstance(whole[0], dict):
        raise wrong
    head, rows = whole
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise wrong
    if head.get("lastupdated"):
        context.edition = f"last updated {head['lastupdated']}"
    context.count(len(rows))
    records = [record for number, row in enumerate(rows, 1) if (record := _record(row, number, context))]
    if records:
        yield pd.DataFrame(records)


def _record(row: dict[str, Any], number: int, context: Context) -> dict[str, Any] | None:
    """One row of the JSON; its line is its place in the list. None, and reported, for what is no annual observation."""
    indicator, country = row.get("indicator"), row.get("country")
    for name, value in (("indicator", indicator), ("country", country), ("date", row.get("date"))):
        if not isinstance(value, str if name == "date" else dict):
            reason = text(f"'{name}' is missing", f"'{name}'이(가) 없습니다")
            context.bad("missing-column", number, reason, DOWNLOAD_AGAIN, column=name, value=str(value))
            return None
    date = str(row["date"])
    if not _YEAR.fullmatch(date):
        context.leave_out("not-annual", text("not annual", "연간 자료가 아닙니다"), column="date", line=number)
        return None
    value = row.get("value")
    return {
        "line": number,
        "name": str(country.get("value", "")) if isinstance(country, dict) else "",
        "code": str(row.get("countryiso3code") or ""),
        "indicator": str(indicator.get("id", "")) if isinstance(indicator, dict) else "",
        "label": str(indicator.get("value", "")) if isinstance(indicator, dict) else "",
        "year": date,
        "value": "" if value is None else repr(value) if isinstance(value, float) else str(value),
    }


FORMAT = Format(
    id="world-bank",
    version="2",
    title=text("World Bank indicators", "세계은행 지표"),
    tables=TABLES,
    specification="World Bank data help desk, articles 889392 and 898581",
    files=text(
        "API_....csv or its ZIP from data.worldbank.org; JSON of the API (`majung evidence download world-bank`)",
        "data.worldbank.org의 API_....csv나 그 ZIP, 또는 API의 JSON(`majung evidence download world-bank`)",
    ),
    seen="real",
    licence="CC BY 4.0",
    licence_note="World Bank terms of use for datasets; some indicators name terms of their own.",
    read=read,
    publisher="The World Bank",
    url="https://data.worldbank.org",
    columns=COLUMNS,
    members=r"(?i)\.(csv|json)(\.gz)?$",
    companions=r"^Metadata_",
    options={
        "table": text(f"canonical table of the rows: {', '.join(TABLES)}", f"행이 들어갈 표: {', '.join(TABLES)}"),
        "signed": text("yes: values may be negative", "yes: 음수일 수 있음"),
    },
)
