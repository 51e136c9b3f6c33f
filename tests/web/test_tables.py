"""Tables of the workspace: order, filter, pages, and exports that no spreadsheet runs."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from openpyxl import load_workbook

from majung.web.tables import FORMULA, Cell, Column, Row, Table, arranged, exported, number_in, safe
from majung.web.words import words


def _table(n: int = 3) -> Table:
    rows = [("b", 10.0, dt.date(2021, 5, 1)), ("a", 9.0, dt.date(2021, 4, 1)), ("=1+1", None, None)][:n]
    columns = [Column("name", "Name"), Column("value", "Value", right=True), Column("due", "Due")]
    cells = [[Cell(a), Cell(str(v or ""), v), Cell(str(d or ""), d)] for a, v, d in rows]
    return Table("t", columns, [Row(c, figure=f"FIG{k}") for k, c in enumerate(cells)], figures=True)


def _names(query: str) -> list[str]:
    shown = arranged(_table(), RequestFactory().get(f"/?{query}")).shown
    return [row.cells[0].text for row in shown]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["b", "a", "=1+1"]),
        ("t.sort=name", ["=1+1", "a", "b"]),
        # Ten after nine: numbers sort as numbers; what is missing comes last both ways.
        ("t.sort=value", ["a", "b", "=1+1"]),
        ("t.sort=-value", ["b", "a", "=1+1"]),
        ("t.sort=due", ["a", "b", "=1+1"]),
        ("t.sort=nonsense", ["b", "a", "=1+1"]),
        ("t.find=2021-05", ["b"]),
        ("t.find=fig1", ["a"]),
        ("other.sort=name", ["b", "a", "=1+1"]),
        ("t.page=99", ["b", "a", "=1+1"]),
        ("t.page=x", ["b", "a", "=1+1"]),
    ],
)
def test_order_and_filter(query: str, names: list[str]) -> None:
    assert _names(query) == names


def test_a_second_click_turns_the_order() -> None:
    heads = arranged(_table(), RequestFactory().get("/?t.sort=value&keep=1")).heads
    assert heads[1].sorted == "ascending"
    assert heads[1].href == "?t.sort=-value&keep=1"
    assert heads[0].sorted == ""


def test_long_tables_come_in_pages() -> None:
    rows = [Row([Cell(str(k))]) for k in range(250)]
    table = Table("t", [Column("n", "N")], rows)
    shown = arranged(table, RequestFactory().get("/?t.page=2"))
    assert [row.cells[0].text for row in shown.shown] == [str(k) for k in range(200, 250)]
    assert shown.links["back"] == "?t.page=1"
    assert shown.links["on"] == ""
    assert shown.found == 250


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Rows 1 to 100 of 250. The others are on the screen and in the download."),
        ("t.page=2", "Rows 201 to 250 of 250. The others are on the screen and in the download."),
        ("t.find=24", "Only rows with “24”. "),
    ],
)
def test_paper_says_which_rows_of_a_longer_table_it_bears(query: str, said: str) -> None:
    assert _said_on_paper(250, query) == said


def test_paper_says_nothing_of_a_table_that_it_bears_whole() -> None:
    assert _said_on_paper(100, "") == ""


def _said_on_paper(rows: int, query: str) -> str:
    """The line under a table of so many rows that only paper shows."""
    request = RequestFactory().get(f"/?{query}")
    shown = arranged(Table("t", [Column("n", "N")], [Row([Cell(str(k))]) for k in range(rows)]), request)
    page = render_to_string("look/table.html", {"t": shown, "request": request, "w": words("frame", "en")})
    found = re.search('<p class="src paper">(.*?)</p>', page)
    return html.unescape(found[1]) if found else ""


def test_csv_holds_what_is_shown_and_nothing_that_runs() -> None:
    answer = exported(RequestFactory().get("/?t.as=csv&t.sort=name"), _table())
    assert answer is not None
    text = answer.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Name", "Value", "Due", "figure"],
        ["'=1+1", "", "", "FIG2"],
        ["a", "9.0", "2021-04-01", "FIG1"],
        ["b", "10.0", "2021-05-01", "FIG0"],
    ]


def test_xlsx_keeps_numbers_and_dates() -> None:
    answer = exported(RequestFactory().get("/?t.as=xlsx"), _table())
    assert answer is not None
    lines = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert lines[1] == ("b", 10, dt.datetime(2021, 5, 1), "FIG0")
    assert lines[3] == ("'=1+1", None, None, "FIG2")


def test_no_file_unless_asked() -> None:
    assert exported(RequestFactory().get("/?u.as=csv&t.as=pdf"), _table()) is None


@pytest.mark.parametrize("start", FORMULA)
def test_formulas_are_escaped(start: str) -> None:
    assert safe(f"{start}cmd") == f"'{start}cmd"


def test_numbers_are_not_formulas() -> None:
    assert safe(-4.0) == -4.0


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("7.9\u00a0%", 7.9),
        ("\u22124.0", -4.0),
        ("2,170억원", 2170.0),
        ("KRW\u00a0217.0\u00a0bn", 217.0),
        ("<\u00a01\u00a0%", 1.0),
        ("+1.3", 1.3),
        ("3D printing", None),
        ("0.67–0.95", None),
        ("–", None),
    ],
)
def test_printed_numbers_sort_as_numbers(printed: str, value: float | None) -> None:
    assert number_in(printed) == value
