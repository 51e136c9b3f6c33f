"""WIOD, national input-output tables (release of November 2016): one workbook a country, all years on one sheet.

Specification: Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), Review of International Economics 23, 575-605,
and the workbooks themselves: sheet `National IO-tables`, line 1 `Year, Code, Description, Origin` and the column codes,
line 2 their names; then for each year 56 rows `Domestic`, 56 rows `Imports`, and rows `TOT` (II_fob, TXSP, EXP_adj,
PURR, PURNR, VA, IntTTM, GO). Million USD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from majung.evidence.countries import named_country
from majung.evidence.importers.context import Context
from majung.evidence.importers.flows import (
    batch,
    cell_numbers,
    flow_rows,
    report_imbalance,
    sheet_origins,
    wanted_years,
    wiod_labels,
)
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.schema import fit
from majung.evidence.importers.workbook import Workbook, cell_text, letter, open_workbook
from majung.evidence.problems import text

SHEET = "National IO-tables"
USES = {"Domestic": "domestic", "Imports": "imports", "TOT": "primary"}
TOTAL_ROW = "II_fob"
TOTAL_COLUMN = "GO"
TOLERANCE = 1e-6
"""Share of the total by which a sum may miss it; the workbooks hold full precision."""
NAMES = ("Year", "Code", "Description", "Origin")


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    labels = wiod_labels()
    within = context.classification("wiod56", text("WIOD sectors", "WIOD 부문"), "ISIC Rev. 4")
    context.declare("input_output", classification=within, signed=["VA"])
    first, last = wanted_years(context)
    with open_workbook(input_, context) as book:
        country = _country(input_, book, context)
        rows = book.sheet(SHEET).rows()
        header = [cell_text(value) for value in next(rows, (1, ()))[1]]
        places = _columns(header, input_.name)
        names = next(rows, (2, ()))[1]
        for code, place in places.items():
            english = cell_text(names[place]) if place < len(names) else ""
            context.code(within, code, labels.get(code) or text(english or code, english or code))
        for code in PRIMARY:
            context.code(within, code, labels[code])
        frames: list[pd.DataFrame] = []
        misses: list[tuple[int, str, float, float]] = []
        year = 0
        for line, row in rows:
            if not any(value not in (None, "") for value in row):
                continue
            found = _place(row, line, context)
            if found is None:
                continue
            now, code, use = found
            if now != year and frames:
                yield batch(frames)
                frames = []
            year = now
            if not first <= year <= last:
                reason = text("another year than asked for", "요청하지 않은 연도")
                context.leave_out("other-year", reason, column="Year", value=year, line=line)
                continue
            if code == TOTAL_ROW:
                reason = text("the sum of the flows above it", "위 거래액의 합계")
                context.leave_out("total", reason, column="Code", value=code, line=line, count=len(places))
                continue
            own = {k: p for k, p in places.items() if k != TOTAL_COLUMN}
            cells = [row[p] if p < len(row) else None for p in own.values()]
            values = cell_numbers(cells, line, [f"{letter(p)} ({k})" for k, p in own.items()], context)
            context.count(len(values))
            if use == "domestic" and TOTAL_COLUMN in places:
                misses += _miss(line, f"{year} {code}", values, row[places[TOTAL_COLUMN]])
            origins = sheet_origins(input_.name, line, list(own.values()))
            frames.append(
                flow_rows(
                    values,
                    country=country,
                    year=year,
                    use=use,
                    row=code,
                    columns=list(own),
                    line=line,
                    origins=origins,
                )
            )
        if frames:
            yield batch(frames)
    context.leave_out(
        "total",
        text("row totals (column GO)", "행 합계(GO 열)"),
        column=TOTAL_COLUMN,
        count=int(TOTAL_COLUMN in places),
    )
    report_imbalance(context, "rows", misses)


def _columns(header: Sequence[str], file: str) -> dict[str, int]:
    fit(header[:4], COLUMNS, file)
    known = wiod_labels()
    sectors = [code for code in header[4:] if code]
    missing = [code for code in known if code not in sectors and code not in PRIMARY]
    unknown = [code for code in sectors if code not in known]
    if missing or unknown:
        columns = [Column(code, label) for code, label in known.items() if code not in PRIMARY or code == TOTAL_COLUMN]
        fit(header[4:], columns, file)
    return {code: place for place, code in enumerate(header) if place >= 4 and code}


PRIMARY = ("TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM", "GO")


def _place(row: Sequence[object], line: int, context: Context) -> tuple[int, str, str] | None:
    """(year, code, use) of a row, or None after its fault is reported."""
    year, code, origin = (cell_text(row[i]) if i < len(row) else "" for i in (0, 1, 3))
    for column, value, sound in (
        ("Year", year, re.fullmatch(r"[12]\d{3}", year) is not None),
        ("Origin", origin, origin in USES),
        ("Code", code, code in wiod_labels() or code == TOTAL_ROW),
    ):
        if not sound:
            reason = text(
                f"'{value}' is not known in column {column}", f"{column} 열에서 '{value}'은(는) 알 수 없습니다"
            )
            remedy = text("take the workbook as published", "공표된 원본 파일을 쓰십시오")
            context.bad("unknown-code", line, reason, remedy, column=column, value=value)
            return None
    return int(year), code, USES[origin]


def _country(input_: Input, book: Workbook, context: Context) -> str:
    """From the option, the sheet Notes (`Country, Korea`) and the file's name (`KOR_NIOT_...`): they must agree."""
    given = context.option("country", "")
    named = ""
    if "Notes" in book.names:
        for _, row in book.sheet("Notes").rows():
            if len(row) > 1 and cell_text(row[0]).casefold() == "country":
                named = named_country(cell_text(row[1])) or ""
                break
    by_file = named_country(input_.name[:3]) or ""
    country = given or named or by_file
    if not country or (named and by_file and named != by_file and not given):
        raise file_error(
            input_.name,
            "unknown-country",
            text(
                f"whose table it is does not become clear (sheet Notes: '{named}', file name: '{by_file}')",
                f"어느 나라의 표인지 알 수 없습니다(Notes 시트: '{named}', 파일 이름: '{by_file}')",
            ),
            text("give --option country=KOR", "--option country=KOR처럼 지정하십시오"),
        )
    return country


def _miss(line: int, name: str, values: np.ndarray[tuple[int], np.dtype[np.float64]], total: object) -> list[
    tuple[int, str, float, float]
]:  # fmt: skip
    if not isinstance(total, int | float) or not np.isfinite(values).all():
        return []
    added = float(values.sum())
    return [(line, name, added, float(total))] if abs(added - total) > max(TOLERANCE * abs(total), 0.01) else []


COLUMNS = (
    Column("Year", text("year", "연도")),
    Column("Code", text("row code", "행 코드")),
    Column("Description", text("name", "이름")),
    Column("Origin", text("Domestic, Imports or TOT", "Domestic, Imports 또는 TOT")),
)

FORMAT = Format(
    id="wiod-niot",
    version="1",
    title=text("WIOD national input-output tables, 2016 release", "WIOD 국가 산업연관표(2016년 판)"),
    tables=("input_output",),
    specification="WIOD, release of November 2016; Timmer et al. (2015)",
    files=text("<country>_NIOT_nov16.xlsx", "<국가>_NIOT_nov16.xlsx"),
    seen="real",
    licence="CC BY 4.0",
    licence_note="As stated by the University of Groningen for the WIOD data.",
    publisher="University of Groningen, Groningen Growth and Development Centre",
    url="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2016-release",
    citation="Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R. and de Vries, G. J. (2015), An Illustrated User "
    "Guide to the World Input-Output Database, Review of International Economics 23, 575-605.",
    read=read,
    columns=COLUMNS,
    members=r"(?i)niot.*\.xlsx$",
    options={
        "country": text("ISO code, where the file does not say it", "파일에 없을 때의 국가 코드"),
        "years": text("2014 or 2010-2014: these years only", "2014 또는 2010-2014: 이 연도만"),
    },
)
