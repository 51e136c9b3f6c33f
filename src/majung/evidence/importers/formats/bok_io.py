"""Bank of Korea (한국은행), input-output tables at producer prices: one workbook a year and level of sectors.

Specification: Bank of Korea, 산업연관표 (benchmark tables 2010, 2015, 2020 and updates) as offered by ECOS: workbook
`2019_투입산출표_생산자가격_통합대분류.xlsx` with the sheets `A표_총거래표(생산자)`, `A표_국산거래표(생산자)`,
`A표_수입거래표(생산자)`. On each: a title, the unit (백만원), a line of column codes and one of column names above the
flows; columns A and B hold a row's code and name. Rows: sectors, 중간투입계 (9590), 피용자보수, 영업잉여, 고정자본소모,
생산세, 부가가치계 (9690), 총투입계 (9790); columns: sectors, 중간수요계 (9090), consumption, capital formation,
재고증감, 수출, 최종수요계 (9190), 총수요계 (9290), 총산출 (9310) and items of supply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from majung.evidence.codebook import nearest
from majung.evidence.importers.context import Context
from majung.evidence.importers.flows import COMMON, batch, cell_numbers, flow_rows, sheet_origins
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.workbook import Workbook, cell_text, letter, open_workbook
from majung.evidence.problems import EvidenceError, Problem, Text, text

COLUMNS = {
    "민간소비지출": "CONS_h",
    "정부소비지출": "CONS_g",
    "민간고정자본형성": "GFCF_private",
    "정부고정자본형성": "GFCF_government",
    "총고정자본형성": "GFCF",
    "재고증감": "INVEN",
    "귀중품순취득": "VALU",
    "수출": "EXP",
}
ROWS = {
    "피용자보수": "COMP",
    "영업잉여": "OS",
    "고정자본소모": "CFC",
    "생산세(보조금공제)": "TXPR",
    "기타생산세(보조금공제)": "TXPR",
    "순생산물세": "TXSP",
    "부가가치계": "VA",
    "총투입계": "GO",
}
TOTAL_COLUMNS = ("중간수요계", "최종수요계", "총수요계", "총산출", "총산출액", "총공급계", "총공급", "수입계")
SUPPLY = (
    "수입",
    "관세",
    "수입상품세",
    "수입생산물세",
    "잔폐물발생",
    "도소매마진",
    "화물운임",
    "생산물세",
    "순생산물세",
    "잔폐물",
)
TOTAL_ROWS = ("중간투입계", "국산중간투입계", "수입중간투입계", "중간투입계(국산)", "중간투입계(수입)")
OTHER_ROWS = ("조정항", "잔폐물투입")
LABELS: dict[str, Text] = {
    "GFCF_private": text("Gross fixed capital formation, private", "민간고정자본형성"),
    "GFCF_government": text("Gross fixed capital formation, government", "정부고정자본형성"),
    "VALU": text("Acquisitions less disposals of valuables", "귀중품순취득"),
    "COMP": text("Compensation of employees", "피용자보수"),
    "OS": text("Operating surplus", "영업잉여"),
    "CFC": text("Consumption of fixed capital", "고정자본소모"),
    "TXPR": text("Taxes less subsidies on production", "생산세(보조금 공제)"),
}
SIGNED = ("GFCF_private", "GFCF_government", "VALU", "OS", "TXPR", "VA")
UNITS = {"백만원": text("million KRW", "백만 원"), "십억원": text("billion KRW", "십억 원")}
ENGLISH = {
    "농림수산품": "Agricultural, forestry and fishery goods",
    "광산품": "Mined and quarried goods",
    "음식료품": "Food, beverages and tobacco products",
    "섬유및가죽제품": "Textile and leather products",
    "목재및종이,인쇄": "Wood and paper products, printing",
    "석탄및석유제품": "Petroleum and coal products",
    "화학제품": "Chemical products",
    "비금속광물제품": "Non-metallic mineral products",
    "1차금속제품": "Basic metal products",
    "금속가공제품": "Fabricated metal products",
    "컴퓨터,전자및광학기기": "Computing machinery, electronic and optical equipment",
    "전기장비": "Electrical equipment",
    "기계및장비": "Machinery and equipment",
    "운송장비": "Transport equipment",
    "기타제조업제품": "Other manufactured products",
    "제조임가공및산업용장비수리": "Manufacturing services and repair of industrial equipment",
    "전력,가스및증기": "Electricity, gas and steam supply",
    "수도,폐기물처리및재활용서비스": "Water supply, sewage, waste treatment and recycling services",
    "건설": "Construction",
    "도소매및상품중개서비스": "Wholesale and retail trade and commodity brokerage services",
    "운송서비스": "Transport services",
    "음식점및숙박서비스": "Food services and accommodation",
    "정보통신및방송서비스": "Information, communication and broadcasting services",
    "금융및보험서비스": "Finance and insurance services",
    "부동산서비스": "Real estate services",
    "전문,과학및기술서비스": "Professional, scientific and technical services",
    "사업지원서비스": "Business support services",
    "공공행정,국방및사회보장": "Public administration, defence and social security",
    "교육서비스": "Education services",
    "보건및사회복지서비스": "Health and social care services",
    "예술,스포츠및여가관련서비스": "Art, sports and leisure services",
    "기타서비스": "Other services",
    "기타": "Others",
}
_USE = {"domestic": "국산거래표", "imports": "수입거래표", "total": "총거래표"}
HEAD = 12


@dataclass(frozen=True)
class _Sheet:
    """A sheet's flows. sectors: code to name. columns: code to position. first: line after the headings."""

    name: str
    sectors: Mapping[str, str]
    columns: Mapping[str, int]
    first: int


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    with open_workbook(input_, context) as book:
        names = {use: _sheet_name(book, words) for use, words in _USE.items()}
        if not names["domestic"] or not names["imports"]:
            missing = _USE["domestic"] if not names["domestic"] else _USE["imports"]
            listed = ", ".join(book.names)
            raise file_error(
                input_.name,
                "missing-sheet",
                text(
                    f"has no sheet '{missing}' (it has {listed})", f"'{missing}' 시트가 없습니다 (있는 시트: {listed})"
                ),
                text("take the workbook that holds all three tables", "세 표가 모두 든 파일을 받으십시오"),
            )
        year = _year(input_, book, str(names["domestic"]), context)
        plan = [("domestic", str(names["domestic"])), ("imports", str(names["imports"]))]
        plan.append(("primary", str(names["total"] or names["domestic"])))
        shape: tuple[str, ...] = ()
        for use, name in plan:
            frames, sheet = _read_sheet(book, name, use, year, input_.name, context)
            if shape and tuple(sheet.sectors) != shape:
                raise file_error(
                    input_.name,
                    "sheets-differ",
                    text(f"sheet '{name}' has other sectors", f"'{name}' 시트의 부문이 다른 시트와 다릅니다"),
                    text("take the workbook as published", "공표된 원본 파일을 쓰십시오"),
                )
            shape = tuple(sheet.sectors)
            if frames:
                yield batch(frames)


def _read_sheet(
    book: Workbook, name: str, use: str, year: int, file: str, context: Context
) -> tuple[list[pd.DataFrame], _Sheet]:
    rows = book.sheet(name).rows()
    head: list[tuple[Any, ...]] = []
    sheet: _Sheet | None = None
    for line, row in rows:
        head.append(row)
        sheet = _headings(name, head, line, file)
        if sheet is not None or line >= HEAD:
            break
    if sheet is None:
        raise file_error(
            file,
            "missing-column",
            text(f"sheet '{name}' has no heading '중간수요계'", f"'{name}' 시트에 '중간수요계' 열이 없습니다"),
            text("take the workbook as published", "공표된 원본 파일을 쓰십시오"),
            1,
        )
    within = f"bok{len(sheet.sectors)}"
    _declare(within, sheet, head, context)
    frames: list[pd.DataFrame] = []
    codes = list(sheet.columns)
    places = list(sheet.columns.values())
    for line, row in rows:
        code, label = (cell_text(row[i]) if i < len(row) else "" for i in (0, 1))
        plain = _plain(label)
        known = code if code in sheet.sectors else ROWS.get(plain)
        if not code and not plain:
            continue
        is_sector = known is not None and code in sheet.sectors
        if plain in TOTAL_ROWS or plain in OTHER_ROWS or (is_sector != (use != "primary") and known):
            if plain in TOTAL_ROWS or plain in OTHER_ROWS:
                reason = text("a sum or an adjustment", "합계 또는 조정 항목")
                context.leave_out("total", reason, column="B", value=f"{name}: {label}", line=line, count=len(codes))
            continue
        if known is None:
            near = nearest(plain, [*ROWS, *TOTAL_ROWS, *map(_plain, sheet.sectors.values())])
            reason = text(f"row '{code} {label}' is not known", f"'{code} {label}' 행은 알 수 없습니다")
            remedy = text(f"is it '{near}'?" if near else "see docs/importers.md", f"'{near or '-'}'입니까?")
            context.bad("unknown-code", line, reason, remedy, column="B", value=label)
            continue
        wanted = [i for i, c in enumerate(codes) if use != "primary" or c in sheet.sectors]
        cells = [row[places[i]] if places[i] < len(row) else None for i in wanted]
        values = cell_numbers(cells, line, [f"{letter(places[i])} ({codes[i]})" for i in wanted], context)
        context.count(len(values))
        origins = [f"{one} of {name}" for one in sheet_origins(file, line, [places[i] for i in wanted])]
        columns = [codes[i] for i in wanted]
        frames.append(
            flow_rows(values, country="KOR", year=year, use=use, row=known, columns=columns, line=line, origins=origins)
        )
    _declare_negative(frames, sheet, context)
    return frames, sheet


def _declare_negative(frames: Sequence[pd.DataFrame], sheet: _Sheet, context: Context) -> None:
    """The bank books by-products (scrap, rubber from tyres) as negative inputs: rows that hold some are declared."""
    count = 0
    for frame in frames:
        here = (frame["value"] < 0) & frame["row"].isin(list(sheet.sectors)) & ~frame["column"].isin(["INVEN", "VALU"])
        count += int(here.sum())
        context.declare("input_output", signed=sorted(frame["row"][here].unique()))
    if count:
        said = text(
            f"{count} deliveries in {sheet.name} are negative (by-products are booked so); their rows are declared",
            f"{sheet.name}의 거래 {count}건이 음수입니다(부산물 처리 방식). 해당 행을 음수 가능으로 선언했습니다",
        )
        context.note("negative-flows", said)


def _headings(name: str, head: Sequence[Sequence[Any]], line: int, file: str) -> _Sheet | None:
    """The sheet's plan, once the line of names (it holds 중간수요계) is reached: the line of codes stands above it."""
    names = [_plain(cell_text(value)) for value in head[-1]]
    if "중간수요계" not in names:
        return None
    above = [cell_text(value) for value in head[-2]] if len(head) > 1 else []
    end = names.index("중간수요계")
    sectors: dict[str, str] = {}
    columns: dict[str, int] = {}
    problems: list[Problem] = []
    for place in range(2, len(names)):
        code, label = (above[place] if place < len(above) else ""), cell_text(head[-1][place])
        if not names[place] and not code:
            continue
        bare = re.sub(r"\(.*\)$", "", names[place])  # 민간소비지출(가계 및 가계봉사비영리단체), 생산물세(수입)
        known = code if place < end else COLUMNS.get(bare)
        if known and known not in columns:
            columns[known] = place
            if place < end:
                sectors[known] = " ".join(label.split())
        elif not {names[place], bare} & {*TOTAL_COLUMNS, *SUPPLY}:
            near = nearest(names[place], [*COLUMNS, *TOTAL_COLUMNS, *SUPPLY])
            reason = text(f"column '{label}' is not known in this format", f"'{label}'은(는) 이 형식에 없는 열입니다")
            remedy = text(f"is it '{near}', renamed?" if near else "see docs/importers.md", f"'{near or '-'}'입니까?")
            problems.append(Problem("unknown-column", file, reason, remedy, line, letter(place), label))
    if not sectors:
        reason = text(f"sheet '{name}' has no codes above its names", f"'{name}' 시트의 이름 위에 코드가 없습니다")
        problems.append(
            Problem("missing-column", file, reason, text("take it as published", "원본을 쓰십시오"), line - 1)
        )
    if "EXP" not in columns and not problems:
        reason = text(f"sheet '{name}' has no column '수출'", f"'{name}' 시트에 '수출' 열이 없습니다")
        problems.append(Problem("missing-column", file, reason, text("take it as published", "원본을 쓰십시오"), line))
    if problems:
        raise EvidenceError.of(file, problems)
    return _Sheet(name, sectors, columns, line + 1)


def _declare(within: str, sheet: _Sheet, head: Sequence[Sequence[Any]], context: Context) -> None:
    size = len(sheet.sectors)
    context.classification(
        within, text(f"Bank of Korea, {size} sectors", f"한국은행 {size}부문"), "한국은행 산업연관표"
    )
    context.declare("input_output", classification=within, signed=[s for s in SIGNED if s in _used(sheet)])
    for code, label in sheet.sectors.items():
        context.code(within, code, text(ENGLISH.get(_plain(label), label), label))
    for code in _used(sheet):
        if code in LABELS or code in COMMON:
            context.code(within, code, LABELS.get(code) or COMMON[code])
    said = _plain(" ".join(cell_text(value) for row in head for value in row))
    unit = next((words for name, words in UNITS.items() if name in said), None)
    if unit is None:
        note = text("states no unit; million KRW is assumed", "단위가 적혀 있지 않아 백만 원으로 읽었습니다")
        context.note("unit", note)
        unit = UNITS["백만원"]
    context.measure("input_output", text("Flows", "거래액"), unit)


def _used(sheet: _Sheet) -> list[str]:
    return list(dict.fromkeys([*sheet.columns, "COMP", "OS", "CFC", "TXPR", "VA", "GO"]))


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name)


def _sheet_name(book: Workbook, words: str) -> str | None:
    return next((name for name in book.names if words in _plain(name)), None)


def _year(input_: Input, book: Workbook, sheet: str, context: Context) -> int:
    given = context.option("year", "")
    found = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", given or input_.name)
    if found is None:
        for line, row in book.sheet(sheet).rows():
            found = found or re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", " ".join(cell_text(value) for value in row))
            if line >= 4 or found:
                break
    if found is None:
        raise file_error(
            input_.name,
            "unknown-year",
            text("neither its name nor its title says which year it is", "파일 이름과 제목에 연도가 없습니다"),
            text("give --option year=2019", "--option year=2019처럼 지정하십시오"),
        )
    return int(found[0])


FORMAT = Format(
    id="bok-io",
    version="2",
    title=text("Bank of Korea input-output tables", "한국은행 산업연관표"),
    tables=("input_output",),
    specification="Bank of Korea, 투입산출표 (생산자가격), workbooks of ECOS",
    files=text(
        "<year>_투입산출표_생산자가격_<level>.xlsx with its three sheets of transactions",
        "<연도>_투입산출표_생산자가격_<수준>.xlsx (총거래표·국산거래표·수입거래표)",
    ),
    seen="real",
    licence="KOGL Type 1 (attribution)",
    licence_note="Public works of the Bank of Korea; check the mark on the page of the download.",
    publisher="Bank of Korea",
    url="https://ecos.bok.or.kr",
    read=read,
    members=r"(?i)^[^~].*\.xlsx$",
    options={"year": text("year, where the file does not say it", "파일에 없을 때의 연도")},
)
