"""KOSIS' download as a workbook (its default): the sheet 데이터 as rows of text, headings written out as in its CSV."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from majung.evidence.importers.context import Context
from majung.evidence.importers.inputs import Input
from majung.evidence.importers.workbook import Workbook, cell_text, open_workbook
from majung.evidence.problems import text

LOOK = 12
DATA, ABOUT = ("데이터", "Data"), ("메타정보", "Metadata")


def sheet_rows(input_: Input, context: Context) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of the sheet with the data, all rows as wide as the first; "" for an empty cell.

    Merged headings are written out: a period above several items to each of them, the name of a dimension down to the
    last row of headings. Raises EvidenceError for what is no workbook.
    """
    with open_workbook(input_, context) as book:
        _say_source(book, context)
        name = next((one for one in DATA if one in book.names), book.names[0])
        rows = book.sheet(name).rows()
        begun = list(islice(rows, LOOK))
        width = max((len(row) for _, row in begun), default=0)  # a row ends where its last merged cell is empty
        header: list[str] = []
        alone: list[bool] = []
        for number, row in chain(begun, rows):
            cells = [*row, *[None] * (width - len(row))]
            words = [cell_text(cell) for cell in cells]
            if not header:
                header = _across(words)
                alone = [bool(word) for word in words]
            elif alone and cells[0] is None and not any(map(_is_number, cells)):
                first = next((n for n, word in enumerate(words) if word), width)  # before it: merged downwards
                words = [header[n] if n < first and alone[n] else word for n, word in enumerate(words)]
            else:
                alone = []  # the headings are over
                yield number, words
                continue
            yield number, _across(words)


def _across(cells: list[str]) -> list[str]:
    out: list[str] = []
    for cell in cells:
        out.append(cell or (out[-1] if out else ""))
    return out


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _say_source(book: Workbook, context: Context) -> None:
    """The table's number, the day of the download and who made it: many tables of the portal are other offices'."""
    sheet = next((one for one in ABOUT if one in book.names), None)
    if sheet is None:
        return
    said = {cell_text(row[0]).lstrip("○ "): cell_text(row[1]) for _, row in book.sheet(sheet).rows() if len(row) > 1}
    known = [said[name] for name in ("통계표ID", "자료다운일자") if said.get(name)]
    context.edition = ", ".join(known)
    if said.get("출처"):
        words = text(f"the table's own source is: {said['출처']}", f"통계표의 출처: {said['출처']}")
        context.note("source-named", words)
