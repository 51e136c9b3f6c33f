"""WIOD, world input-output tables (release of November 2016), folded into national tables.

Specification: Timmer et al. (2015), Review of International Economics 23, 575-605; workbooks `WIOT2014_Nov16_ROW.xlsb`
(or saved as xlsx), one sheet named after the year: columns A to D hold code, description, country and row number; above
the flows stand, from column E on, a line of codes, one of descriptions, one of countries and one of column numbers (six
lines in all). Each of 44 countries (ROW: the rest of the world) has 56 industries and 5 columns of final demand; below
the flows stand rows of country `TOT`. Million USD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from majung.evidence.countries import countries
from majung.evidence.importers.context import Context
from majung.evidence.importers.flows import Fold, cell_numbers, wanted_countries, wiod_labels
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.workbook import binary_rows, cell_text, letter, open_workbook
from majung.evidence.problems import text

FINAL = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
PRIMARY = ("TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM", "GO")
TOTAL_ROWS = ("II_fob",)
SECTORS = tuple(code for code in wiod_labels() if code not in (*FINAL, *PRIMARY, "EXP"))
HEAD = 6
"""Lines above the flows; the column headings stand in them."""


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    found = re.search(r"WIOT(\d{4})", input_.name)
    given = context.option("year", found[1] if found else "")
    if not re.fullmatch(r"[12]\d{3}", given):
        raise file_error(
            input_.name,
            "unknown-year",
            text("its name does not say which year it is", "파일 이름에 연도가 없습니다"),
            text(
                "keep the published name (WIOT2014_...) or give --option year=2014",
                "--option year=2014처럼 지정하십시오",
            ),
        )
    within = context.classification("wiod56", text("WIOD sectors", "WIOD 부문"), "ISIC Rev. 4")
    context.declare("input_output", classification=within, signed=["VA", "EXP"])
    for code, label in wiod_labels().items():
        context.code(within, code, label)
    if input_.suffix == ".xlsb":
        context.file = input_.name
        yield from _fold(binary_rows(input_, given), int(given), input_.name, context)
        return
    with open_workbook(input_, context) as book:
        sheet = given if given in book.names else (book.names or [given])[0]
        yield from _fold(book.sheet(sheet).rows(), int(given), input_.name, context)


def _fold(rows: Iterator[tuple[int, tuple[Any, ...]]], year: int, file: str, context: Context) -> Iterator[Batch]:
    head = [row for _, row in islice(rows, HEAD)]
    codes, lands = _headings(head, file)
    at = {place: (lands[place], codes[place]) for place in codes if lands.get(place) != "TOT" and place in lands}
    all_lands = list(dict.fromkeys(land for land, _ in at.values()))
    fold = Fold(all_lands, SECTORS, [*SECTORS, *FINAL], list(at.values()))
    names = [f"{letter(place)} ({land} {code})" for place, (land, code) in at.items()]
    for line, row in rows:
        code, land = (cell_text(row[i]) if i < len(row) else "" for i in (0, 2))
        if not code and not land:
            continue
        if code in TOTAL_ROWS:
            context.leave_out("total", text("the sum of the flows above", "위 거래액의 합계"), value=code, line=line)
            continue
        sound = (land in fold.countries and code in SECTORS) or (land == "TOT" and code in PRIMARY)
        if not sound:
            reason = text(f"row '{code}' of '{land}' is not known", f"'{land}'의 '{code}' 행은 알 수 없습니다")
            remedy = text("take the workbook as published", "공표된 원본 파일을 쓰십시오")
            context.bad("unknown-code", line, reason, remedy, column="A", value=code)
            continue
        values = cell_numbers([row[p] if p < len(row) else None for p in at], line, names, context)
        context.count(len(values))
        if land == "TOT":
            fold.add_primary(code, values, line)
        else:
            fold.add(land, code, values, line)
    _whole(fold, file)
    for land in wanted_countries(context, all_lands):
        if land not in countries():
            context.leave_out("region", text(f"'{land}' is no country", f"'{land}'은(는) 국가가 아닙니다"), value=land)
            continue
        yield fold.batches(land, year, file)


def _headings(head: Sequence[Sequence[Any]], file: str) -> tuple[dict[int, str], dict[int, str]]:
    """{column: code} and {column: country} from the lines above the flows."""
    known = {*SECTORS, *FINAL}
    codes: dict[int, str] = {}
    lands: dict[int, str] = {}
    for row in head:
        cells = {place: cell_text(value) for place, value in enumerate(row) if place >= 4 and value is not None}
        if sum(value in known for value in cells.values()) > len(cells) / 2:
            codes = {place: value for place, value in cells.items() if value in known}
        elif cells and sum(re.fullmatch("[A-Z]{3}", value) is not None for value in cells.values()) > len(cells) / 2:
            lands = {place: value for place, value in cells.items() if re.fullmatch("[A-Z]{3}", value)}
    if not codes or not lands:
        missing = "codes" if not codes else "countries"
        raise file_error(
            file,
            "missing-column",
            text(f"no line of {missing} stands above the flows", "거래표 위에 코드나 국가 행이 없습니다"),
            text("take the workbook as published", "공표된 원본 파일을 쓰십시오"),
            1,
        )
    for land in dict.fromkeys(lands.values()):
        own = [codes[p] for p in codes if lands.get(p) == land]
        absent = [code for code in (*SECTORS, *FINAL) if code not in own]
        if land != "TOT" and (absent or len(set(own)) != len(own)):
            what = absent[0] if absent else next(c for c in own if own.count(c) > 1)
            raise file_error(
                file,
                "missing-column",
                text(f"the columns of {land} lack or repeat '{what}'", f"{land}의 열에 '{what}'이(가) 없거나 겹칩니다"),
                text("take the workbook as published", "공표된 원본 파일을 쓰십시오"),
                1,
            )
    return codes, lands


def _whole(fold: Fold, file: str) -> None:
    """A row that is missing would make imports of every other country too small: refuse."""
    absent = [(c, s) for c in fold.countries for s in fold.sectors if (c, s) not in fold.lines]
    if absent:
        land, sector = absent[0]
        raise file_error(
            file,
            "missing-row",
            text(
                f"{len(absent):,} rows of flows are missing (first: {land} {sector}): imports would come out too small",
                f"거래표의 행 {len(absent):,}개가 없습니다(처음: {land} {sector}). 수입이 실제보다 작아집니다",
            ),
            text("take the workbook as published", "공표된 원본 파일을 쓰십시오"),
        )


FORMAT = Format(
    id="wiod-wiot",
    version="1",
    title=text("WIOD world input-output tables, 2016 release", "WIOD 세계 산업연관표(2016년 판)"),
    tables=("input_output",),
    specification="WIOD, release of November 2016; Timmer et al. (2015)",
    files=text("WIOT<year>_Nov16_ROW.xlsb, or saved as xlsx", "WIOT<연도>_Nov16_ROW.xlsb 또는 xlsx로 저장한 것"),
    seen="specification",
    licence="CC BY 4.0",
    licence_note="As stated for the 2016 release.",
    publisher="World Input-Output Database consortium (University of Groningen)",
    url="https://doi.org/10.34894/PJ2M1C",
    citation="Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R. and de Vries, G. J. (2015), An Illustrated User "
    "Guide to the World Input-Output Database, Review of International Economics 23, 575-605.",
    read=read,
    members=r"(?i)wiot.*\.xls[xb]$",
    options={
        "year": text("year, where the file name does not say it", "파일 이름에 없을 때의 연도"),
        "countries": text("KOR,JPN: tables of these only", "KOR,JPN: 이 국가의 표만"),
    },
)
