"""Delimited text (CSV, TSV) in batches: every cell as text, with its line, against the format's columns.

Rows with another number of cells than the header go to the bad-row report. Nothing is guessed from content.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.format import Column
from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.importers.schema import absent, fit
from majung.evidence.problems import text

BATCH = 50_000
MAX_CELL = 1 << 17
"""Characters in one cell: more is an open quotation mark, not a value."""
_COUNT = text(
    "write thousands without separators and put text with commas in quotation marks",
    "천 단위 구분 쉼표를 빼고, 쉼표가 든 글은 따옴표로 묶으십시오",
)


@dataclass(frozen=True)
class Rows:
    """A batch of rows. cells: (rows, columns named as in the format) str; its index holds the line numbers."""

    cells: pd.DataFrame
    header: tuple[str, ...]

    @property
    def lines(self) -> pd.Index[int]:
        return self.cells.index


def read_header(
    input_: Input, context: Context, *, delimiter: str = ",", skip: int = 0, legacy: str = "cp949"
) -> list[str]:
    """The column names of a delimited file, stripped. Raises EvidenceError when it has none."""
    with text_lines(input_, context, legacy) as lines:
        for _ in range(skip):
            next(lines, "")
        try:
            return [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        except csv.Error as error:
            raise unreadable(input_.name, 1, error) from None


def read_rows(
    input_: Input,
    columns: Sequence[Column],
    context: Context,
    *,
    delimiter: str = ",",
    others: bool = False,
    skip: int = 0,
    quoted: bool = True,
    size: int = BATCH,
    legacy: str = "cp949",
    trailing: bool = False,
) -> Iterator[Rows]:
    """Batches of rows with the format's columns (optional ones that the file lacks are left out).

    others: the file may have more columns; they are not read. skip: lines before the header. quoted: whether quotation
    marks quote (they do in CSV; in most TSV dumps they are letters). legacy: see `encoding.recognise`. trailing: the
    publisher may end every row, though not the header, in one more separator. Raises EvidenceError for a header that
    does not fit and for a file that is no table.
    """
    context.file = input_.name
    csv.field_size_limit(MAX_CELL)
    with text_lines(input_, context, legacy) as lines:
        for _ in range(skip):
            next(lines, "")
        reader = (
            csv.reader(lines, delimiter=delimiter)
            if quoted
            else csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        )
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise unreadable(input_.name, skip + 1, error) from None
        check_delimiter(header, delimiter, input_.name, skip + 1)
        names = fit(header, columns, input_.name, line=skip + 1, others=others)
        context.note_absent(absent(columns, names))
        places = {name: header.index(there) for name, there in names.items()}
        some = False
        for numbers, records in _records(reader, header, skip, context, size, trailing):
            some = True
            by_column = list(zip(*records, strict=True))
            cells = pd.DataFrame({name: pd.Series(by_column[place], dtype="str") for name, place in places.items()})
            cells.index = pd.Index(numbers)
            context.count(len(cells))
            yield Rows(cells, tuple(header))
        if not some and not context.bad_rows:
            raise file_error(
                input_.name, "empty-file", text("the table has no rows", "표에 행이 없습니다"), DOWNLOAD_AGAIN, skip + 1
            )


def _records(
    reader: csv._reader,  # type: ignore[name-defined]
    header: Sequence[str],
    skip: int,
    context: Context,
    size: int,
    trailing: bool,
) -> Iterator[tuple[list[int], list[list[str]]]]:
    numbers: list[int] = []
    records: list[list[str]] = []
    width = len(header)
    begun = reader.line_num + skip + 1
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise unreadable(context.file, begun, error) from None
        if record is None:
            break
        ended = reader.line_num + skip
        if trailing and record:  # the first row tells: a later one that is shorter lacks a cell, not the separator
            width += len(record) == width + 1 and not record[-1]
            trailing = False
        if len(record) == width and (width == len(header) or not record[-1]):
            numbers.append(begun)
            records.append(record if width == len(header) else record[:-1])
        elif record:
            _wrong_count(record, width, begun, ended, context)
        begun = ended + 1
        if len(records) >= size:
            yield numbers, records
            numbers, records = [], []
    if records:
        yield numbers, records


def _wrong_count(record: Sequence[str], width: int, begun: int, ended: int, context: Context) -> None:
    reason = text(
        f"the row has {len(record)} cells, the header has {width}",
        f"이 행은 {len(record)}칸인데 머리글은 {width}칸입니다",
    )
    remedy = _COUNT
    if ended > begun:
        reason = text(f"{reason['en']} (lines {begun} to {ended})", f"{reason['ko']} ({begun}~{ended}행)")
        remedy = text("look for an open quotation mark", "닫히지 않은 따옴표를 찾으십시오")
    context.count(1)
    context.bad("wrong-cell-count", begun, reason, remedy, value=",".join(record))


def unreadable(file: str, line: int, error: csv.Error) -> Exception:
    return file_error(
        file,
        "not-csv",
        text(f"cannot be read as a table ({error})", f"표로 읽을 수 없습니다 ({error})"),
        text("look for an open quotation mark", "닫히지 않은 따옴표를 찾으십시오"),
        line,
    )


def check_delimiter(header: Sequence[str], delimiter: str, file: str, line: int) -> None:
    if len(header) > 1 or not header:
        return
    other = next((mark for mark in (",", "\t", ";", "|") if mark != delimiter and mark in header[0]), None)
    if other is None:
        return
    names = {",": ("commas", "쉼표"), "\t": ("tabs", "탭"), ";": ("semicolons", "쌍반점"), "|": ("bars", "세로줄")}
    raise file_error(
        file,
        "wrong-separator",
        text(
            f"cells are separated by {names[other][0]}, this format uses {names.get(delimiter, (delimiter, ''))[0]}",
            f"{names[other][1]}(으)로 나뉘어 있습니다. 이 형식은 {names.get(delimiter, ('', delimiter))[1]}",
        ),
        text("export it again, or import it with a mapping file", "다시 내보내거나 대응 파일로 가져오십시오"),
        line,
    )
