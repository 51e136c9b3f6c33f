"""Venture rounds: funding rounds exported by Crunchbase, deals exported by PitchBook, and a plain CSV, added up.

Specification: column headings of Crunchbase's CSV export of a funding-round search (Transaction Name, Organization
Name, Organization Location, Organization Industries, Funding Type, Money Raised Currency (in USD), Announced Date), of
its data export (funding_rounds.csv: company_name, country_code, company_category_list, funding_round_type, ...), of
PitchBook's deal export (Deal ID, Companies, Deal Date, Deal Size in million USD, Deal Type, Verticals, Company Country;
a block of lines above the header, an XLSX file or CSV), and a CSV with id, firm, date, country, vertical, amount_usd.

Rounds become `investment` by country, industry and year: amount (million USD), number of rounds, number of firms. A
round counts in each of its industries, so industries do not add up; `all` holds each round once. A round without an
amount counts as a round: its amount is unknown, not zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from majung.evidence.countries import named_country
from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.delimited import Rows, read_header, read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.schema import absent, fit
from majung.evidence.importers.workbook import cell_text, open_workbook
from majung.evidence.problems import text

HEAD = 15
"""Lines among which PitchBook's header stands, below its notice."""
NOT_VENTURE = re.compile(
    r"(?i)grant|debt|product.?crowdfunding|ipo|m&a|merger|acquisition|buyout|secondary|repurchase|dividend|bankrupt|non.?equity|post.?ipo|pipe|"
    r"recapitali|spin.?off|joint venture|initial coin"
)


@dataclass
class _Cell:
    """What is added up for one country, industry and year."""

    amount: float = 0.0
    known: int = 0
    rounds: int = 0
    firms: set[str] = field(default_factory=set)
    first: int = 0
    file: str = ""


@dataclass(frozen=True)
class _Round:
    """A round as read. amount: million USD or None. industries: names."""

    id: str
    firm: str
    day: date
    country: str
    industries: tuple[str, ...]
    amount: float | None


class _Sums:
    """Rounds added up; a round that was there already (another export of it) is not counted twice."""

    def __init__(self, within: str, context: Context) -> None:
        self.within, self.context = within, context
        self.cells: dict[tuple[str, str, int], _Cell] = {}
        self.seen: dict[str, tuple[str, int]] = {}

    def add(self, one: _Round, line: int) -> None:
        context = self.context
        if one.id and one.id in self.seen:
            file, before = self.seen[one.id]
            reason = text(
                f"round {one.id} stands in {file}, line {before} already", f"{file} {before}행에 이미 있는 라운드입니다"
            )
            context.bad(
                "duplicate-key", line, reason, text("the first was counted", "첫 번째만 셌습니다"), value=one.id
            )
            return
        self.seen[one.id] = (context.file, line)
        codes = {code_of(name): name for name in one.industries}
        for code, name in codes.items():
            context.code(self.within, code, text(name, name))
        for code in ("all", *codes):
            cell = self.cells.setdefault((one.country, code, one.day.year), _Cell(first=line, file=context.file))
            cell.rounds += 1
            cell.firms.add(one.firm)
            if one.amount is not None:
                cell.amount += one.amount
                cell.known += 1

    def batch(self) -> Batch:
        rows = []
        for (country, code, year), cell in self.cells.items():
            origin = f"{cell.file}, {cell.rounds} rounds from line {cell.first}"
            figures = {"venture-rounds": float(cell.rounds), "venture-firms": float(len(cell.firms))}
            if cell.known:
                figures["venture-amount"] = round(cell.amount, 9)
            for measure, value in figures.items():
                rows.append((country, self.within, code, year, measure, value, cell.first, cell.file, origin))
        names = ["country", "classification", "code", "year", "measure", "value", "line", "file", "origin"]
        return Batch("investment", pd.DataFrame(rows, columns=names))


def _sums(within: str, label: str, context: Context) -> _Sums:
    context.classification(within, text(label, label), "industries overlap: a round counts in each of its own")
    context.code(within, "all", text("All rounds", "전체 라운드"))
    context.measure("venture-amount", text("Venture investment", "벤처투자액"), text("million USD", "백만 달러"))
    context.measure("venture-rounds", text("Venture rounds", "투자 라운드 수"), text("rounds", "건"))
    context.measure("venture-firms", text("Firms that raised", "투자받은 기업 수"), text("firms", "개사"))
    context.declare("investment", not_additive=["venture-amount", "venture-rounds", "venture-firms"])
    return _Sums(within, context)


# ------------------------------------------------------------------------------------------------ Crunchbase

CRUNCHBASE = (
    Column("Transaction Name", text("name of the round", "라운드 이름")),
    Column("Organization Name", text("firm", "기업")),
    Column("Announced Date", text("day", "발표일")),
    Column("Organization Location", text("city, region, country, continent", "도시, 지역, 국가, 대륙")),
    Column("Organization Industries", text("industries, comma-separated", "산업(쉼표로 구분)")),
    Column("Money Raised Currency (in USD)", text("USD", "달러"), aliases=("Money Raised (in USD)",)),
    Column("Funding Type", text("stage", "단계"), required=False),
    Column("Transaction Name URL", text("address, unlike the name unique", "고유 주소"), required=False),
    Column("Organization Name URL", text("address of the firm", "기업 주소"), required=False),
)
CRUNCHBASE_BULK = (
    Column("funding_round_uuid", text("identifies the round", "라운드 식별자"), aliases=("funding_round_permalink",)),
    Column("company_uuid", text("identifies the firm", "기업 식별자"), aliases=("company_permalink",)),
    Column("country_code", text("alpha-3 country", "국가 코드"), aliases=("company_country_code",)),
    Column("company_category_list", text("industries, separated by |", "산업(| 로 구분)")),
    Column("funding_round_type", text("stage", "단계")),
    Column("announced_on", text("day", "발표일"), aliases=("funded_at",)),
    Column("raised_amount_usd", text("USD", "달러")),
)
"""Of the data export, one file for all rounds; the aliases are its names of 2014 and 2015 (rounds.csv)."""


def read_crunchbase(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    sums = _sums("crunchbase", "Crunchbase industries", context)
    for input_ in inputs:
        bulk = {"funding_round_type", "funding_round_code"} & set(read_header(input_, context))
        columns, read_one = (CRUNCHBASE_BULK, _bulk_round) if bulk else (CRUNCHBASE, _crunchbase_round)
        for rows in read_rows(input_, columns, context, others=True):
            _take(rows, sums, read_one, context)
    yield sums.batch()


def _bulk_round(row: dict[str, str], line: int, context: Context) -> _Round | None:
    if _not_venture(row["funding_round_type"], "funding_round_type", line, context):
        return None
    day = _day(row["announced_on"], "announced_on", line, context)
    country = _country(row["country_code"], line, context)
    if day is None or not country:
        return None
    sound, amount = _amount(row["raised_amount_usd"], "raised_amount_usd", 1e-6, line, context)
    industries = tuple(name.strip() for name in row["company_category_list"].split("|") if name.strip())
    return (
        None if not sound else _Round(row["funding_round_uuid"], row["company_uuid"], day, country, industries, amount)
    )


def _crunchbase_round(row: dict[str, str], line: int, context: Context) -> _Round | None:
    kind = row.get("Funding Type", "")
    if _not_venture(kind, "Funding Type", line, context):
        return None
    day = _day(row["Announced Date"], "Announced Date", line, context)
    places = [part.strip() for part in row["Organization Location"].split(",")]
    country = _country(
        next((p for p in reversed(places[-2:]) if named_country(p)), row["Organization Location"]), line, context
    )
    if day is None or not country:
        return None
    sound, amount = _amount(
        row["Money Raised Currency (in USD)"], "Money Raised Currency (in USD)", 1e-6, line, context
    )
    industries = tuple(n.strip() for n in row["Organization Industries"].split(",") if n.strip() not in ("", "—"))
    name = row.get("Transaction Name URL") or f"{row['Transaction Name']} {row['Announced Date']}"
    firm = row.get("Organization Name URL") or row["Organization Name"]
    return None if not sound else _Round(name, firm, day, country, industries, amount)


# ------------------------------------------------------------------------------------------------- PitchBook

PITCHBOOK = (
    Column("Deal ID", text("number of the deal", "거래 번호")),
    Column("Companies", text("firm", "기업")),
    Column("Deal Date", text("day", "거래일")),
    Column("Deal Size", text("million USD (the export's currency setting)", "백만 달러")),
    Column(
        "Company Country/Territory/Region",
        text("country", "국가"),
        aliases=("HQ Country/Territory/Region", "Company Country", "HQ Country", "HQ Country/Territory"),
    ),
    Column("Verticals", text("verticals, comma-separated", "수직 산업(쉼표로 구분)")),
    Column("Deal Type", text("kind of deal", "거래 유형")),
    Column("Company ID", text("number of the firm", "기업 번호"), required=False),
    Column("Deal Status", text("Completed, Announced, Failed", "완료, 발표, 무산"), required=False),
)


def read_pitchbook(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    sums = _sums("pitchbook", "PitchBook verticals", context)
    for input_ in inputs:
        for rows in _pitchbook_sheet(input_, context) if input_.suffix == ".xlsx" else _pitchbook_csv(input_, context):
            _take(rows, sums, _pitchbook_round, context)
    yield sums.batch()


def _pitchbook_csv(input_: Input, context: Context) -> Iterator[Rows]:
    with_header = _header_line(input_, context)
    return read_rows(input_, PITCHBOOK, context, others=True, skip=with_header)


def _header_line(input_: Input, context: Context) -> int:
    """How many lines stand above the header, the first line that holds `Deal ID` (0 when none does)."""
    from majung.evidence.importers.encoding import text_lines

    with text_lines(input_, context) as lines:
        for number, line in zip(range(HEAD), lines, strict=False):
            if "Deal ID" in line:
                return number
    return 0


def _pitchbook_sheet(input_: Input, context: Context) -> Iterator[Rows]:
    with open_workbook(input_, context) as book:
        for name in book.names:
            header: list[str] = []
            numbers: list[int] = []
            records: list[list[str]] = []
            for line, row in book.sheet(name).rows():
                cells = [cell_text(value) for value in row]
                if not header:
                    if "Deal ID" in cells:
                        header = cells
                        found = fit(header, PITCHBOOK, input_.name, line=line, others=True)
                        context.note_absent(absent(PITCHBOOK, found))
                    elif line >= HEAD:
                        break
                    continue
                if not any(cells) or cells[0].startswith("©") or len([c for c in cells if c]) < 2:
                    continue  # the notice below the table
                numbers.append(line)
                records.append(cells + [""] * (len(header) - len(cells)))
            if header and records:
                places = {column: header.index(there) for column, there in found.items()}
                frame = pd.DataFrame({c: pd.Series([r[p] for r in records], dtype="str") for c, p in places.items()})
                frame.index = pd.Index(numbers)
                context.count(len(frame))
                unread = {one.line for one in context.bad_rows if one.file == input_.name}
                yield Rows(frame[~frame.index.isin(list(unread))], tuple(header))
                return
    raise file_error(
        input_.name,
        "missing-column",
        text(
            "no sheet has a header with 'Deal ID', or rows below it",
            "'Deal ID' 머리글이나 그 아래 행이 있는 시트가 없습니다",
        ),
        text("export deals with all columns", "모든 열을 포함해 거래를 내보내십시오"),
    )


def _pitchbook_round(row: dict[str, str], line: int, context: Context) -> _Round | None:
    status = row.get("Deal Status", "Completed")
    if status not in ("Completed", ""):
        reason = text(f"deal status {status}", f"거래 상태 {status}")
        context.leave_out("not-completed", reason, column="Deal Status", value=status, line=line)
        return None
    if _not_venture(row["Deal Type"], "Deal Type", line, context):
        return None
    day = _day(row["Deal Date"], "Deal Date", line, context)
    country = _country(row["Company Country/Territory/Region"], line, context)
    if day is None or not country:
        return None
    sound, amount = _amount(row["Deal Size"], "Deal Size", 1.0, line, context)
    verticals = tuple(name.strip() for name in row["Verticals"].split(",") if name.strip())
    firm = row.get("Company ID") or row["Companies"]
    return None if not sound else _Round(row["Deal ID"], firm, day, country, verticals, amount)


# ------------------------------------------------------------------------------------------------- plain CSV

PLAIN = (
    Column("id", text("identifies the round", "라운드 식별자")),
    Column("firm", text("firm", "기업")),
    Column("date", text("day (YYYY-MM-DD) or year", "날짜(YYYY-MM-DD) 또는 연도")),
    Column("country", text("country", "국가")),
    Column("vertical", text("industries, separated by ;", "산업(; 로 구분)")),
    Column("amount_usd", text("USD, empty where unknown", "달러, 모르면 빈칸")),
)


def read_plain(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    sums = _sums("venture", "Venture verticals", context)
    for input_ in inputs:
        for rows in read_rows(input_, PLAIN, context):
            _take(rows, sums, _plain_round, context)
    yield sums.batch()


def _plain_round(row: dict[str, str], line: int, context: Context) -> _Round | None:
    day = _day(row["date"], "date", line, context)
    country = _country(row["country"], line, context)
    if day is None or not country:
        return None
    sound, amount = _amount(row["amount_usd"], "amount_usd", 1e-6, line, context)
    verticals = tuple(name.strip() for name in row["vertical"].split(";") if name.strip())
    return None if not sound else _Round(row["id"], row["firm"], day, country, verticals, amount)


# ---------------------------------------------------------------------------------------------------- common


def _take(
    rows: Rows, sums: _Sums, read_one: Callable[[dict[str, str], int, Context], _Round | None], context: Context
) -> None:
    names = list(rows.cells.columns)
    for line, *cells in rows.cells.itertuples(name=None):
        one = read_one({name: cell.strip() for name, cell in zip(names, cells, strict=True)}, int(line), context)
        if one is not None:
            sums.add(one, int(line))


def _not_venture(kind: str, column: str, line: int, context: Context) -> bool:
    if not NOT_VENTURE.search(kind):
        return False
    reason = text(f"{kind}: no venture capital", f"{kind}: 벤처투자가 아닙니다")
    context.leave_out("not-venture", reason, column=column, value=kind, line=line)
    return True


def _day(value: str, column: str, line: int, context: Context) -> date | None:
    for pattern in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d-%b-%Y", "%Y"):
        try:
            found = datetime.strptime(value, pattern).date()
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return found
    reason = text(f"'{value}' is not a date", f"'{value}'은(는) 날짜가 아닙니다")
    context.bad(
        "wrong-date", line, reason, text("write YYYY-MM-DD", "YYYY-MM-DD로 적으십시오"), column=column, value=value
    )
    return None


def _country(value: str, line: int, context: Context) -> str:
    return context.country(value, line, "country")


def _amount(value: str, column: str, factor: float, line: int, context: Context) -> tuple[bool, float | None]:
    """(whether the cell is sound, million USD); None where the amount is not disclosed."""
    if value in ("", "—", "-", "undisclosed", "Undisclosed"):
        return True, None
    found = context.number(value.removeprefix("$"), line, column)
    if found != found:
        return False, None
    if found < 0:
        reason = text(f"an amount of {value}", f"금액이 {value}입니다")
        context.bad("negative-value", line, reason, text("correct it", "고치십시오"), column=column, value=value)
        return False, None
    return True, found * factor


FORMATS = (
    Format(
        id="crunchbase",
        version="2",
        title=text("Crunchbase funding rounds", "Crunchbase 투자 라운드"),
        tables=("investment",),
        specification="Crunchbase, CSV export of a funding-round search (headings as of 2021 to 2024), and data export",
        files=text(
            "funding-rounds-....csv of a search, or funding_rounds.csv of the data export",
            "검색 결과에서 내보낸 funding-rounds-....csv, 또는 전체 자료의 funding_rounds.csv",
        ),
        seen="real",
        licence="Crunchbase terms: proprietary, no redistribution",
        publisher="Crunchbase",
        url="https://www.crunchbase.com",
        read=read_crunchbase,
        columns=(*CRUNCHBASE, *CRUNCHBASE_BULK),
        together=True,
    ),
    Format(
        id="pitchbook",
        version="1",
        title=text("PitchBook deals", "PitchBook 거래"),
        tables=("investment",),
        specification="PitchBook, deal export with all columns (XLSX or CSV)",
        files=text("PitchBook_All_Columns_....xlsx or .csv", "PitchBook_All_Columns_....xlsx 또는 .csv"),
        seen="specification",
        licence="PitchBook terms: proprietary, no redistribution",
        publisher="PitchBook Data",
        url="https://pitchbook.com",
        read=read_pitchbook,
        columns=PITCHBOOK,
        together=True,
    ),
    Format(
        id="venture-csv",
        version="1",
        title=text("Venture rounds in a plain CSV", "벤처투자 라운드(간단한 CSV)"),
        tables=("investment",),
        specification="Majung, docs/importers.md: id, firm, date, country, vertical, amount_usd",
        files=text("a CSV with these columns", "이 열이 있는 CSV"),
        seen="specification",
        licence="",
        read=read_plain,
        columns=PLAIN,
        together=True,
    ),
)
