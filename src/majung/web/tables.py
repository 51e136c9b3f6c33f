"""Tables of the workspace: sort and filter by query parameters on the server, export as CSV and XLSX.

A view builds a `Table`, asks `exported(request, table, ...)` first and hands `arranged(table, request)` to its
template, where `{% table t %}` shows it. Parameters carry the table's name: `?measures.sort=-due&measures.find=robots`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from openpyxl import Workbook  # type: ignore[import-untyped]

from majung.publishing import blocks

Value = str | int | float | Decimal | dt.date | dt.datetime | None

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""
FEW = 12
"""Rows up to which a table needs no filter."""
ROWS = 100
"""Rows on one page of a table."""


@dataclass(frozen=True)
class Column:
    """A column. key: its name in query parameters. right: numbers."""

    key: str
    head: str
    right: bool = False
    sorts: bool = True


@dataclass(frozen=True)
class Cell:
    """One cell. value: what sorts and is exported (text itself without it). href: where its text leads. sub: a quiet
    second line. figure: a figure id of its own. html: ready markup instead of text (already safe), e.g. lights."""

    text: str
    value: Value = None
    sub: str = ""
    href: str = ""
    figure: str = ""
    strong: bool = False
    quiet: bool = False
    html: str = ""

    @property
    def raw(self) -> Value:
        return self.text if self.value is None else self.value


@dataclass(frozen=True)
class Row:
    """A row; `figure` is shown at its end and leads to the trace. anchor: its id in the page."""

    cells: Sequence[Cell]
    figure: str = ""
    marked: bool = False
    rule: bool = False
    group: str = ""
    anchor: str = ""


class Stored(Sequence[Row]):
    """Rows that are kept elsewhere and come a page at a time (see `majung.web.backed`)."""

    @abstractmethod
    def arranged(self, wanted: str, sort: str) -> Stored:
        """Those with every one of the wanted words, in the order of a column (`due`, `-due`)."""


@dataclass(frozen=True)
class Head:
    """A column head as shown: where a click on it leads, and how the table is sorted by it now."""

    column: Column
    href: str
    sorted: str


@dataclass(frozen=True)
class Table:
    """A table. empty: what will appear here and who makes it appear, shown when there is no row at all."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    unit: str = ""
    source: str = ""
    caption: str = ""
    empty: str = ""
    figures: bool = False
    controls: bool = True
    # Filled by `arranged`:
    heads: Sequence[Head] = ()
    shown: Sequence[Row] = ()
    found: int = 0
    first: int = 0
    wanted: str = ""
    links: dict[str, str] = field(default_factory=dict)
    hidden: Sequence[tuple[str, str]] = ()

    @property
    def long(self) -> bool:
        """Long enough that somebody looks for a row, or filtered already."""
        return len(self.rows) > FEW or bool(self.wanted)

    @property
    def last(self) -> int:
        """The place of the last row shown; `first` is that of the first, both from 1."""
        return self.first + len(self.shown) - 1

    @property
    def partial(self) -> bool:
        """Whether not every row is shown: paper says so."""
        return len(self.shown) < self.found

    @property
    def span(self) -> int:
        return len(self.columns) + (1 if self.figures else 0)


def from_block(name: str, table: blocks.Table) -> Table:
    """A table of the strategy paper as one of the workspace: printed numbers sort as numbers."""
    columns = [Column(f"c{k}", c.head, c.right) for k, c in enumerate(table.columns)]
    rows = [
        Row(
            [Cell(c.text, number_in(c.text), c.sub, "", c.figure, c.strong, c.quiet) for c in row.cells],
            row.figure,
            row.marked,
            row.rule,
            row.group,
            f"f-{row.figure}" if row.figure else "",
        )
        for row in table.rows
    ]
    return Table(name, columns, rows, table.title, table.unit, table.source, figures=table.figures)


_PRINTED = re.compile(r"^[<>]?[\u00a0 ]?(?:KRW[\u00a0 ])?([+\u2212-]?[\d,]+(?:\.\d+)?)[\u00a0 ]?\D{0,6}$")


def number_in(text: str) -> Value:
    """The number a printed cell states (`7.9 %` is 7.9, `−4.0` is -4.0), None where it is words."""
    match = _PRINTED.match(text)
    return float(match[1].replace(",", "").replace("\u2212", "-")) if match else None


def arranged(table: Table, request: HttpRequest) -> Table:
    """The table as the address asks for it: filtered by `find`, sorted by `sort`, one page of it."""
    query = request.GET
    wanted = query.get(f"{table.name}.find", "").strip()
    sort = query.get(f"{table.name}.sort", "")
    rows = _chosen(table, wanted, sort)
    try:
        page = max(0, int(query.get(f"{table.name}.page", 0)))
    except ValueError:
        page = 0
    page = min(page, max(0, (len(rows) - 1) // ROWS))
    heads = [Head(c, _sort_link(query, table.name, c, sort), _sorted_now(c, sort)) for c in table.columns]
    links = {
        "csv": _link(query, table.name, as_="csv"),
        "xlsx": _link(query, table.name, as_="xlsx"),
        "all": _link(query, table.name, find=None, page=None) if wanted else "",
        "back": _link(query, table.name, page=str(page - 1)) if page else "",
        "on": _link(query, table.name, page=str(page + 1)) if (page + 1) * ROWS < len(rows) else "",
    }
    mine = (f"{table.name}.find", f"{table.name}.page", f"{table.name}.as")
    hidden = [(key, value) for key in query if key not in mine for value in query.getlist(key)]
    return replace(
        table,
        heads=heads,
        shown=rows[page * ROWS : (page + 1) * ROWS],
        found=len(rows),
        first=page * ROWS + 1,
        wanted=wanted,
        links=links,
        hidden=hidden,
    )


def exported(request: HttpRequest, *tables: Table) -> HttpResponse | None:
    """The file the address asks for (`?<name>.as=csv` or `xlsx`), filtered and sorted as shown; None without."""
    for table in tables:
        kind = request.GET.get(f"{table.name}.as")
        if kind not in ("csv", "xlsx"):
            continue
        wanted, sort = request.GET.get(f"{table.name}.find", "").strip(), request.GET.get(f"{table.name}.sort", "")
        rows = _chosen(table, wanted, sort)
        heads = [c.head for c in table.columns] + (["figure"] if table.figures else [])
        lines = ([c.raw for c in row.cells] + ([row.figure] if table.figures else []) for row in rows if not row.group)
        return _csv(table.name, heads, lines) if kind == "csv" else _xlsx(table.name, heads, lines)
    return None


def safe(value: Value) -> Value:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _csv(name: str, heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> HttpResponse:
    # The mark at the beginning tells spreadsheet programs that Korean text follows.
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(head) for head in heads])
    writer.writerows([["" if v is None else safe(v) for v in line] for line in lines])
    return _download(("\ufeff" + text.getvalue()).encode(), "text/csv; charset=utf-8", f"{name}.csv")


def _xlsx(name: str, heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> HttpResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.append([safe(head) for head in heads])
    for line in lines:
        sheet.append([_plain(safe(value)) for value in line])
    file = io.BytesIO()
    book.save(file)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(file.getvalue(), kind, f"{name}.xlsx")


def _plain(value: Value) -> Value:
    """Spreadsheets know no time zones and no control characters."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, str):
        return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value)
    return value


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chosen(table: Table, wanted: str, sort: str) -> Sequence[Row]:
    """The rows that are wanted, in order."""
    if isinstance(table.rows, Stored):
        column = next((c for c in table.columns if c.key == sort.removeprefix("-") and c.sorts), None)
        return table.rows.arranged(wanted, sort if column else "")
    return _sorted(_filtered(table.rows, wanted), table.columns, sort)


def _filtered(rows: Sequence[Row], wanted: str) -> list[Row]:
    if not wanted:
        return list(rows)
    words = wanted.casefold().split()
    found = []
    for row in rows:
        text = " ".join(f"{c.text} {c.sub} {c.figure}" for c in row.cells).casefold() + f" {row.figure.casefold()}"
        if not row.group and all(word in text for word in words):
            found.append(row)
    return found


def _sorted(rows: list[Row], columns: Sequence[Column], sort: str) -> list[Row]:
    """Rows in order of a column, missing values last whichever way; unsorted tables keep their groups."""
    key = sort.removeprefix("-")
    at = next((k for k, c in enumerate(columns) if c.key == key and c.sorts), None)
    if at is None:
        return rows
    plain = [row for row in rows if not row.group]
    empty = [row for row in plain if _missing(row.cells[at].raw)]
    full = [row for row in plain if not _missing(row.cells[at].raw)]
    return sorted(full, key=lambda row: _order(row.cells[at].raw), reverse=sort.startswith("-")) + empty


def _missing(value: Value) -> bool:
    return value is None or value in ("", "–") or (isinstance(value, float) and value != value)


def _order(value: Value) -> tuple[int, Any]:
    if isinstance(value, int | float | Decimal):
        return 0, float(value)
    if isinstance(value, dt.datetime):
        return 1, value.timestamp()
    if isinstance(value, dt.date):
        return 1, dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC).timestamp()
    return 2, str(value).casefold()


def _sorted_now(column: Column, sort: str) -> str:
    if sort.removeprefix("-") != column.key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


def _sort_link(query: QueryDict, name: str, column: Column, sort: str) -> str:
    if not column.sorts:
        return ""
    return _link(query, name, sort=f"-{column.key}" if sort == column.key else column.key, page=None)


def _link(query: QueryDict, name: str, **changes: str | None) -> str:
    """The present address with some of the table's parameters changed (None takes one away)."""
    copy = query.copy()
    copy.pop(f"{name}.as", None)
    copy.pop("lang", None)
    for key, value in changes.items():
        if value is None:
            copy.pop(f"{name}.{key.rstrip('_')}", None)
        else:
            copy[f"{name}.{key.rstrip('_')}"] = value
    return f"?{copy.urlencode()}"
