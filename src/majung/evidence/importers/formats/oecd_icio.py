"""OECD inter-country input-output tables (ICIO), folded into national tables.

Specification: OECD, ICIO read-me of the editions 2018 to 2023 (CSV, one file a year: `ICIO2021_2018.csv`,
`2020_SML.csv`): first column the row's name, then one column a country and industry (`AUS_01T02`, `AUS_A01_02`), one a
country and item of final demand (`AUS_HFCE`, NPISH, GGFC, GFCF, INVNT, DPABR or P33), and a total (`TOTAL`, `OUT`).
Rows: the same industries, taxes less subsidies (`TLS`, `AUS_TAXSUB`), value added (`VA`, `VALU`), output (`OUT`,
`OUTPUT`). China and Mexico stand in two parts in the extended files (CN1, CN2, MX1, MX2): they are added. Million USD.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from majung.evidence.codebook import nearest
from majung.evidence.countries import countries
from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import check_delimiter, unreadable
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.flows import COMMON, Fold, cell_numbers, wanted_countries
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.problems import EvidenceError, Problem, text

FINAL = {
    "HFCE": "CONS_h",
    "HC": "CONS_h",
    "NPISH": "CONS_np",
    "GGFC": "CONS_g",
    "GFCF": "GFCF",
    "INVNT": "INVEN",
    "DPABR": "PURR",
    "P33": "PURR",
    "CONS_ABR": "PURR",
}
PRIMARY = {
    "TLS": "TXSP",
    "TAXSUB": "TXSP",
    "VA": "VA",
    "VALU": "VA",
    "OUT": "GO",
    "OUTPUT": "GO",
}
PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX", "ARG1": "ARG"}
TOTALS = ("TOTAL", "OUT", "OUTPUT", "TOT")
_NAME = re.compile(r"([A-Z][A-Z0-9]{2})_(.+)")
_INDUSTRY = re.compile(r"(?!P\d)[A-Z]?\d{1,2}[A-Z0-9_T]*|[A-U](_[A-U])*")


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    context.file = input_.name
    year = _year(input_, context)
    with text_lines(input_, context) as lines:
        reader = csv.reader(lines)
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise unreadable(input_.name, 1, error) from None
        check_delimiter(header, ",", input_.name, 1)
        at = _columns(header, input_.name)
        sectors = list(dict.fromkeys(code for _, code in at.values() if code not in COMMON))
        within = f"icio{len(sectors)}"
        label = text(f"OECD ICIO industries ({len(sectors)})", f"OECD ICIO 산업({len(sectors)}개)")
        context.classification(within, label, "ISIC Rev. 3 or 4, by edition")
        context.declare("input_output", classification=within, signed=["VA", "EXP", "PURR", "CONS_h", "CONS_np"])
        for code, words in COMMON.items():
            context.code(within, code, words)
        lands = list(dict.fromkeys(land for land, _ in at.values()))
        finals = list(dict.fromkeys(code for _, code in at.values() if code in COMMON))
        fold = Fold(lands, sectors, [*sectors, *finals], list(at.values()))
        seen: set[str] = set()
        while True:
            begun = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise unreadable(input_.name, begun, error) from None
            if row is None:
                break
            _take(row, begun, header, at, fold, seen, context)
    _whole(header, seen, input_.name)
    for land in wanted_countries(context, lands):
        if land not in countries():
            context.leave_out("region", text(f"'{land}' is no country", f"'{land}'은(는) 국가가 아닙니다"), value=land)
            continue
        yield fold.batches(land, year, input_.name)


def _take(
    row: Sequence[str],
    line: int,
    header: Sequence[str],
    at: dict[int, tuple[str, str]],
    fold: Fold,
    seen: set[str],
    context: Context,
) -> None:
    if not row:
        return
    name = row[0].strip()
    if len(row) != len(header) or name in seen:
        reason = (
            text(f"the row '{name}' stands twice", f"'{name}' 행이 두 번 있습니다")
            if name in seen
            else text(
                f"the row has {len(row)} cells, the header has {len(header)}",
                f"이 행은 {len(row)}칸인데 머리글은 {len(header)}칸입니다",
            )
        )
        raise file_error(
            context.file, "wrong-cell-count", reason, text("download it again", "다시 내려받으십시오"), line
        )
    land, code = _part(name)
    primary = PRIMARY.get(name) or PRIMARY.get(code)
    if primary is None and (land not in fold.countries or code not in fold.sectors):
        reason = text(f"row '{name}' is not known", f"'{name}' 행은 알 수 없습니다")
        near = nearest(name, [*header[1:], *PRIMARY])
        remedy = (
            text(f"is it '{near}'?", f"'{near}'입니까?") if near else text("see docs/importers.md", "docs/importers.md")
        )
        context.bad("unknown-code", line, reason, remedy, column=header[0], value=name)
        return
    seen.add(name)
    names = [header[place] for place in at]
    values = cell_numbers([row[place] for place in at], line, names, context)
    context.count(len(values))
    if primary is not None:
        fold.add_primary(primary, values, line)
    else:
        fold.add(land, code, values, line)


def _columns(header: Sequence[str], file: str) -> dict[int, tuple[str, str]]:
    """{column: (country, code)} of flows. Raises EvidenceError that names every column it does not know."""
    at: dict[int, tuple[str, str]] = {}
    problems: list[Problem] = []
    names: set[str] = set()
    for place, name in enumerate(header[1:], 1):
        land, code = _part(name)
        known = FINAL.get(code) or (code if _INDUSTRY.fullmatch(code) else None)
        if name in names:
            reason = text(f"column '{name}' stands twice", f"'{name}' 열이 두 번 있습니다")
            problems.append(
                Problem("duplicate-column", file, reason, text("download it again", "다시 내려받으십시오"), 1, name)
            )
        elif land and known:
            at[place] = (land, known)
        elif name not in TOTALS:
            near = nearest(code or name, [*FINAL, *TOTALS])
            reason = text(f"column '{name}' is not known in this format", f"'{name}'은(는) 이 형식에 없는 열입니다")
            remedy = text(f"is it '{near}', renamed?" if near else "is it this format?", f"'{near or '-'}'입니까?")
            problems.append(Problem("unknown-column", file, reason, remedy, 1, name))
        names.add(name)
    lands = dict.fromkeys(land for land, _ in at.values())
    codes = list(dict.fromkeys(code for _, code in at.values()))
    pairs = set(at.values())
    for land in lands:
        for code in codes:
            if (land, code) not in pairs:
                reason = text(f"column '{land}_{code}' is missing", f"'{land}_{code}' 열이 없습니다")
                remedy = text("download it again", "다시 내려받으십시오")
                problems.append(Problem("missing-column", file, reason, remedy, 1, f"{land}_{code}"))
    if problems or not at:
        nothing = Problem(
            "missing-column",
            file,
            text("no column is named country_industry", "국가_산업 형식의 열이 없습니다"),
            text("is it this format?", "이 형식의 파일이 맞습니까?"),
            1,
        )
        raise EvidenceError.of(file, problems[:200] or [nothing])
    return at


def _part(name: str) -> tuple[str, str]:
    found = _NAME.fullmatch(name)
    return (PARTS.get(found[1], found[1]), found[2]) if found else ("", name)


def _whole(header: Sequence[str], seen: set[str], file: str) -> None:
    absent = [name for name in header[1:] if _INDUSTRY.fullmatch(_part(name)[1]) and name not in seen]
    if absent:
        raise file_error(
            file,
            "missing-row",
            text(
                f"{len(absent):,} rows of flows are missing (first: {absent[0]}): imports would come out too small",
                f"거래표의 행 {len(absent):,}개가 없습니다(처음: {absent[0]}). 수입이 실제보다 작아집니다",
            ),
            text("download it again", "다시 내려받으십시오"),
        )


def _year(input_: Input, context: Context) -> int:
    found = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", input_.name)
    given = context.option("year", found[-1] if found else "")
    if not re.fullmatch(r"[12]\d{3}", given):
        raise file_error(
            input_.name,
            "unknown-year",
            text("its name does not say which year it is", "파일 이름에 연도가 없습니다"),
            text("give --option year=2018", "--option year=2018처럼 지정하십시오"),
        )
    return int(given)


FORMAT = Format(
    id="oecd-icio",
    version="1",
    title=text("OECD inter-country input-output tables", "OECD 국가 간 산업연관표"),
    tables=("input_output",),
    specification="OECD ICIO, CSV files of the editions 2018 to 2023",
    files=text(
        "ICIO2021_<year>.csv, <year>_SML.csv, or the ZIP of some years", "ICIO2021_<연도>.csv, <연도>_SML.csv 또는 ZIP"
    ),
    seen="specification",
    licence="OECD Terms and Conditions (CC BY 4.0 from July 2024)",
    licence_note="Editions before July 2024 are under the OECD's earlier terms: check them before redistribution.",
    publisher="OECD",
    url="https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    read=read,
    members=r"(?i)\d{4}.*\.csv$",
    options={
        "year": text("year, where the file name does not say it", "파일 이름에 없을 때의 연도"),
        "countries": text("KOR,JPN: tables of these only", "KOR,JPN: 이 국가의 표만"),
    },
)
