"""KOSIS, Statistics Korea's portal: CSV downloads with Korean headings, usually in cp949, and workbooks.

Specification: KOSIS, the table viewer's download dialogue (file form CSV) and the bulk download; no field guide is
published. Three layouts are read:

- one row a period: dimensions (`국가별`, `산업별`), `시점`, then a column an item with its unit (`종사자수[명]`);
- one column a period: dimensions, `항목`, `단위`, then `2019 년`, `2020 년`, ...;
- two or more rows of headings: periods above, items below (`2019, 2019` over `사업체수 (개), 종사자수 (명)`); rows
  between them, or all where the items have a column of their own, are further dimensions: `구분`, `구분2`, ...

Codes, if wanted, stand in front of everything (`A 시군구별`, `00 전국`, `T1 출생아수`, `Y2023 2023`). The bulk
download puts lines of title before the headings and a column of codes (`C산업별`, its values with an apostrophe in
front) before each dimension; the viewer writes `[A]산업별`. The viewer ends every line, the headings too, in a comma.
Its English side writes Item, UNIT, Period and `2019 Year`. Rows without a country are Korea's.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, takewhile

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.kosis_workbook import sheet_rows
from majung.evidence.importers.series import OPTIONS, TABLES, Flow
from majung.evidence.problems import text

PERIOD = re.compile(r"((?:18|19|20)[0-9]{2})(?:\s*(?:년|Year))?(?:\s*[pe]\))?")
OTHER_PERIOD = re.compile(
    r"(?:18|19|20)[0-9]{2}(?:[.\s]+(?:[0-9]{1,2}|[1-4]/4)|[.\s]*[QH][1-4])"
    r"(?:\s*(?:월|분기|반기|Month|Quarter|Half))?(?:\s*[pe]\))?"
)
UNIT = re.compile(r"\s*[\[(](?![A-Z](?:\s*[-+/*×]\s*[A-Z0-9]+)*[\])])([^\[\]()]+)[\])]\s*$")
"""A unit at the end of an item; not a formula: `대학교 수(A+B+C+D)`."""
WITH_CODE = re.compile(r"[A-Za-z0-9_]+ (.+)")
PERIOD_CODE = re.compile(r"[YHQMD][0-9]{4,8} (?=[12][0-9]{3})")
FIGURE = re.compile(r"[+-]?[0-9][0-9.,]*")
CODED = re.compile(
    r"([A-Z]?[0-9]{1,5}|[A-Z])[.\s]\s*"
    r"(?!(?:세|년|명|인|월|회|개|원|시간|years?|persons?)(?:이상|이하|미만|초과|\W|$))([^\W\d_].*)"
)
"""A code in front of a name: `C26. 전자부품`; not an age or a size (`15 - 19세`, `50 years old or more`)."""
MISSING = ("-", "X", "x", "...", "…", "*", "NaN", "NA", "ⓧ")
CODES = re.compile(r"C(.+)|\[[A-Za-z0-9_]+\]\s*(.+)|(.+?)\s*코드")
"""Headings of columns with the codes of a dimension: `C산업별`, `[A]산업별`, `산업별코드`."""
TOTALS = ("계", "전체", "합계", "총계", "전산업", "전 산업", "Total")
TIME, ITEM, UNITS, COUNTRY, HEADED = "시점", "항목", "단위", "국가", "구분"
ENGLISH = {"Period": TIME, "Item": ITEM, "ITEM": ITEM, "Unit": UNITS, "UNIT": UNITS}
NATION = "KOR"
BATCH = 20_000
LOOK = 12


@dataclass(frozen=True)
class Layout:
    """Where things stand. places: of the dimensions that are columns; codes: place of a dimension's code column;
    values: (place, period or "", item or "", values of the dimensions `headed` above it) of the columns that hold
    figures. first: number of header lines with all before them. coded: whether codes stand in front of all names."""

    places: dict[str, int]
    codes: dict[str, int]
    headed: tuple[str, ...]
    values: tuple[tuple[int, str, str, tuple[str, ...]], ...]
    time: int | None
    first: int
    width: int
    coded: bool


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    context.file = input_.name
    if input_.suffix == ".xlsx":
        yield from _table(sheet_rows(input_, context), input_, context, repeated=False)
        return
    with text_lines(input_, context) as lines:
        yield from _table(_numbered(lines, input_.name), input_, context, repeated=True)


def _table(
    numbered: Iterator[tuple[int, list[str]]], input_: Input, context: Context, *, repeated: bool
) -> Iterator[Batch]:
    """Batches of a table's rows. repeated: whether each row names its dimensions (the CSV), or only what changes."""
    begun = list(islice(numbered, LOOK))
    layout = _layout([row for _, row in begun], input_.name)
    flow = _flow(layout, input_, context)
    rows = chain(begun[layout.first :], numbered)
    waiting: list[dict[str, str]] = []
    numbers: list[int] = []
    for number, row in _sound(rows if repeated else _named(rows, layout), layout, context):
        for record in _records(row, layout, flow):
            waiting.append(record)
            numbers.append(number)
        if len(waiting) >= BATCH:
            yield from _batch(flow, waiting, numbers)
            waiting, numbers = [], []
    yield from _batch(flow, waiting, numbers)
    flow.finish()


def _named(rows: Iterable[tuple[int, list[str]]], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Rows whose empty cells of dimensions and time are those of the row above."""
    places = [*layout.places.values(), *layout.codes.values(), *([] if layout.time is None else [layout.time])]
    above: dict[int, str] = {}
    for number, row in rows:
        if any(row) and len(row) == layout.width:
            above |= {place: row[place] for place in places if row[place]}
            row = [above.get(place, "") if place in places else cell for place, cell in enumerate(row)]
        yield number, row


def _numbered(lines: Iterator[str], file: str) -> Iterator[tuple[int, list[str]]]:
    """Rows, their cells stripped, with the line that each begins at."""
    reader = csv.reader(lines)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise file_error(
                file,
                "not-csv",
                text(f"cannot be read as a table ({error})", f"표로 읽을 수 없습니다 ({error})"),
                text("look for an open quotation mark", "닫히지 않은 따옴표를 찾으십시오"),
                begins,
            ) from None
        if row is None:
            return
        yield begins, [cell.strip() for cell in row]


def _is_header(row: Sequence[str]) -> bool:
    named = {TIME, ITEM, UNITS} & set(row)
    if any(FIGURE.fullmatch(cell) and not _period(cell) for cell in row):
        return False
    return len(row) > 1 and bool(named or (not _period(row[0]) and any(_period(cell) for cell in row[1:])))


def _period(cell: str) -> str:
    """The year of a heading or cell, the heading itself where it is another period, else ""."""
    found = PERIOD.fullmatch(cell)
    if found:
        return found[1]
    return cell if OTHER_PERIOD.fullmatch(cell) else ""


def _layout(begun: Sequence[Sequence[str]], file: str) -> Layout:
    coded = any(PERIOD_CODE.match(cell) for row in begun for cell in row)
    begun = [[_plain(ENGLISH.get(cell, cell), coded) for cell in row] for row in begun]
    at = next((n for n, row in enumerate(begun) if _is_header(row)), None)
    if at is None:
        raise file_error(
            file,
            "missing-column",
            text(
                "no row of headings with 시점, 항목, 단위 or years was found",
                "시점, 항목, 단위나 연도가 든 머리글 행을 찾지 못했습니다",
            ),
            text("download it as CSV from the table viewer of KOSIS", "KOSIS 통계표 화면에서 CSV로 내려받으십시오"),
            1,
        )
    header = list(begun[at])
    periods = {place: _period(name) for place, name in enumerate(header) if _period(name)}
    below = list(takewhile(lambda row: bool(periods) and _continues(row, header, periods), begun[at + 1 :]))
    names = [name for place, name in enumerate(header) if place not in periods and name]
    _check_names(names, periods, file, at + 1)
    time = header.index(TIME) if TIME in header else None
    dimensions, codes = _dimensions(header, periods, time)
    item = None if ITEM in dimensions or not below else _row_of_items(below, periods)
    headed = [row for n, row in enumerate(below) if n != item]
    if periods:
        values = tuple(
            (place, period, "" if item is None else below[item][place], tuple(row[place] for row in headed))
            for place, period in periods.items()
        )
    else:
        taken = {*dimensions.values(), *codes.values(), time}
        values = tuple((n, "", header[n], ()) for n in range(len(header)) if n not in taken and header[n])
    above = tuple(HEADED + (str(n) if n > 1 else "") for n in range(1, len(headed) + 1))
    return Layout(dimensions, codes, above, values, time, at + 1 + len(below), len(header), coded)


def _plain(cell: str, coded: bool) -> str:
    """A heading without its code, and without the line breaks of the page."""
    found = WITH_CODE.fullmatch(cell) if coded else None
    return re.sub(r"\s*<br ?/?>\s*", " ", found[1] if found else cell)


def _continues(row: Sequence[str], header: Sequence[str], periods: Mapping[int, str]) -> bool:
    """Whether a row goes on with the headings: it repeats what is no period."""
    return len(row) == len(header) and all(row[n] == header[n] for n in range(len(header)) if n not in periods)


def _row_of_items(below: Sequence[Sequence[str]], periods: Mapping[int, str]) -> int:
    """Which row of headings has the items: the one with units, else the last."""
    units = [sum(UNIT.search(row[place]) is not None for place in periods) for row in below]
    return max(range(len(below)), key=lambda n: (units[n], n))


def _check_names(names: Sequence[str], periods: dict[int, str], file: str, line: int) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise file_error(
            file,
            "duplicate-column",
            text(f"column '{twice[0]}' stands twice", f"'{twice[0]}' 열이 두 번 있습니다"),
            text("download the table again", "표를 다시 내려받으십시오"),
            line,
        )
    if not periods and TIME not in names:
        raise file_error(
            file,
            "missing-column",
            text(f"column '{TIME}' (period) is missing", f"'{TIME}' 열이 없습니다"),
            text(f"the file has {', '.join(names)[:200]}", f"파일의 열: {', '.join(names)[:200]}"),
            line,
        )


def _dimensions(
    header: Sequence[str], periods: dict[int, str], time: int | None
) -> tuple[dict[str, int], dict[str, int]]:
    """Dimensions by name, and the places of their code columns. In the layout of one row a period a column with a unit
    in its heading is an item, not a dimension."""
    dimensions: dict[str, int] = {}
    codes: dict[str, int] = {}
    for place, name in enumerate(header):
        if place in periods or place == time or not name:
            continue
        coded = CODES.fullmatch(name)
        named = next((word for word in coded.groups() if word), "") if coded else ""
        if named and named in header:
            codes[named] = place
        elif periods or name in (ITEM, UNITS) or (place < (time or 0) or name.endswith("별")):
            dimensions[name] = place
    return dimensions, codes


def _flow(layout: Layout, input_: Input, context: Context) -> Flow:
    named = [name for name in (*layout.places, *layout.headed) if name not in (ITEM, UNITS)]
    country = next((name for name in named if _is_country(name)), "")
    dimensions = [*named, ITEM, UNITS] if country else [COUNTRY, *named, ITEM, UNITS]
    title = re.sub(r"(_[0-9]{8,14})?\.(csv|xlsx)(\.gz)?$", "", input_.name)
    options = dict(context.options)
    if "code" not in options:
        rest = [name for name in named if name != country and name not in layout.headed]
        usual = [
            n for n in rest if re.search("(?i)산업|업종|품목|분류|기술|코드|industr|sector|product|commodit|technol", n)
        ]
        options["code"] = (usual or rest or ["none"])[0]
    if country and "country" not in options:
        options["country"] = country
    context.options = options
    flow = Flow(context, title, dimensions, missing=MISSING, thousands=True)
    return flow


def _sound(rows: Iterable[tuple[int, list[str]]], layout: Layout, context: Context) -> Iterator[tuple[int, list[str]]]:
    """Rows with as many cells as the headings; footnotes are left out, others reported."""
    for number, row in rows:
        if not any(row):
            continue
        context.count(len(layout.values))
        if len(row) == layout.width:
            yield number, row
        elif len(row) == 1 or not any(row[1:]):
            context.leave_out("footnote", text("a note below the table", "표 아래의 주석"), line=number)
        else:
            reason = text(
                f"the row has {len(row)} cells, the header has {layout.width}",
                f"이 행은 {len(row)}칸인데 머리글은 {layout.width}칸입니다",
            )
            remedy = text("look for a comma in a name", "이름 안의 쉼표를 찾으십시오")
            context.bad("wrong-cell-count", number, reason, remedy, value=",".join(row))


def _records(row: Sequence[str], layout: Layout, flow: Flow) -> Iterator[dict[str, str]]:
    """One record a figure. A code column, or a code in front of the name (`C26. ...`), becomes the value, the name its
    label."""
    base: dict[str, str] = {} if any(map(_is_country, layout.places)) else {COUNTRY: NATION}
    for name, place in layout.places.items():
        value = _plain(row[place], layout.coded)
        base[name] = _total(name, value, flow)
        if base[name] != value:
            continue
        if layout.coded and name == flow.code and value != row[place]:
            base[name] = row[place].partition(" ")[0]
            flow.labels[(name, base[name])] = value
        elif name in layout.codes:
            base[name] = row[layout.codes[name]].lstrip("'").strip()
            flow.labels[(name, base[name])] = value
        elif name == flow.code and (found := CODED.fullmatch(value)):
            base[name] = found[1]
            flow.labels[(name, found[1])] = found[2].strip()
    if (unit := UNIT.search(base.get(ITEM, ""))) and base.get(UNITS, unit[1]) == unit[1]:  # said twice: 계[명], 명
        base |= {ITEM: UNIT.sub("", base[ITEM]), UNITS: unit[1]}
    when = _plain(row[layout.time], layout.coded) if layout.time is not None else ""
    time = _period(when) or when
    for place, period, item, above in layout.values:
        unit = UNIT.search(item)
        headed = {name: _total(name, value, flow) for name, value in zip(layout.headed, above, strict=True)}
        yield {
            ITEM: UNIT.sub("", item) if item else "",
            UNITS: unit[1] if unit else "",
            **base,
            **headed,
            "TIME_PERIOD": _iso(period or time),
            "OBS_VALUE": row[place],
        }


def _total(name: str, value: str, flow: Flow) -> str:
    """The value of a dimension; TOTAL where it is the code and says that it is the sum of the others."""
    if name != flow.code or value not in TOTALS:
        return value
    flow.labels[(name, "TOTAL")] = value
    return "TOTAL"


def _is_country(dimension: str) -> bool:
    return dimension.startswith((COUNTRY, "By country"))


def _iso(period: str) -> str:
    """`2020.01` and `2020 1/4` as 2020-01 and 2020-Q1, so that they are known as periods that are not years."""
    found = re.match(r"([12][0-9]{3})[.\s]*(?:([1-4])/4|([0-9]{1,2}|[QH][1-4]))", period)
    if not found or PERIOD.fullmatch(period):
        return period
    return f"{found[1]}-Q{found[2]}" if found[2] else f"{found[1]}-{found[3]}"


def _batch(flow: Flow, waiting: list[dict[str, str]], numbers: list[int]) -> Iterator[Batch]:
    if not waiting:
        return
    batch = flow.batch(pd.DataFrame(waiting, index=numbers, dtype=str))
    if batch is not None:
        yield batch


FORMAT = Format(
    id="kosis",
    version="2",
    title=text("KOSIS tables (Statistics Korea's portal)", "KOSIS 국가통계포털 통계표"),
    tables=TABLES,
    specification="KOSIS table viewer and bulk download, CSV (no field guide is published)",
    files=text(
        "CSV or XLSX from the table viewer of kosis.kr, CSV of its bulk download",
        "kosis.kr 통계표 화면의 CSV나 엑셀(xlsx), 대용량 다운로드의 CSV",
    ),
    seen="real",
    licence="KOGL Type 1",
    licence_note="KOSIS guide to use: free use with the source named, unless the table states otherwise.",
    read=read,
    publisher="Statistics Korea",
    url="https://kosis.kr",
    members=r"(?i)\.(csv(\.gz)?|xlsx)$",
    options=OPTIONS,
)
