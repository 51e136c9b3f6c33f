"""Excel workbooks (xlsx) row by row, within bounds; formula cells are read as their stored values and reported."""

from __future__ import annotations

import importlib
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from majung.evidence.importers.context import Context
from majung.evidence.importers.inputs import FREE_EXPANSION, MAX_RATIO, Input, broken_archive, file_error
from majung.evidence.problems import EvidenceError, text
from majung.methods.labelled import InputError

MAX_WORKBOOK = 3 << 30
"""Bytes that the parts of a workbook may take unpacked."""
MAX_CELL = 32_767
"""Characters in a cell: Excel's own limit."""
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, NotImplementedError, RuntimeError, ArithmeticError, InvalidFileException,
)  # fmt: skip
"""What openpyxl and what it stands on raise on damaged workbooks (SyntaxError: every XML parser's)."""
_FORMULA = re.compile(rb"<(?:[a-z0-9]+:)?f[ >/]")


@dataclass(frozen=True)
class Sheet:
    """One sheet. name: as in the workbook. rows: (row number, cell values from column A on), None for empty cells."""

    name: str
    _workbook: Workbook

    def rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        return self._workbook.rows_of(self.name)


class Workbook:
    """An open workbook. Use :func:`open_workbook`."""

    def __init__(self, stream: IO[bytes], file: str, context: Context) -> None:
        self._stream, self._file, self._context = stream, file, context
        self._check_bounds()
        with self._broken():
            self._book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            self.names: list[str] = [sheet.title for sheet in self._book.worksheets]
        self._formulas = self._has_formulas()

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name. Raises EvidenceError that lists the sheets there are."""
        if name not in self.names:
            listed = ", ".join(f"'{one}'" for one in self.names[:20])
            raise file_error(
                self._file,
                "missing-sheet",
                text(f"has no sheet '{name}' (it has {listed})", f"'{name}' 시트가 없습니다 (있는 시트: {listed})"),
                text("is it this format?", "이 형식의 파일이 맞습니까?"),
            )
        return Sheet(name, self)

    def rows_of(self, name: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        formulas = self._formula_cells(name) if self._formulas else {}
        context = self._context
        context.file = self._file
        rows = self._values(self._book, name)
        for number, row in enumerate(rows, 1):
            for place, formula in formulas.get(number, ()):
                value = row[place] if place < len(row) else None
                self._report_formula(name, number, place, formula, value)
            for place, value in enumerate(row):
                if isinstance(value, str) and len(value) > MAX_CELL:
                    raise file_error(
                        self._file,
                        "huge-cell",
                        text(
                            f"a cell holds {len(value):,} characters (sheet '{name}', column {letter(place)})",
                            f"한 칸에 {len(value):,}자가 있습니다(시트 '{name}', {letter(place)}열)",
                        ),
                        text("take it out", "지우십시오"),
                        number,
                    )
            yield number, row

    def _values(self, book: Any, name: str) -> Iterator[tuple[Any, ...]]:
        with self._broken():
            sheet = book[name]
            sheet.reset_dimensions()  # what a file claims about its size is not believed
            iterator = sheet.iter_rows(values_only=True)
        while True:
            with self._broken():
                row = next(iterator, None)
            if row is None:
                return
            yield row

    def _report_formula(self, sheet: str, number: int, place: int, formula: str, value: object) -> None:
        column = f"{letter(place)}"
        if value is None:
            self._context.bad(
                "formula",
                number,
                text(
                    f"sheet '{sheet}' cell {column}{number} holds a formula without a stored value",
                    f"시트 '{sheet}'의 {column}{number} 칸에 값이 저장되지 않은 수식이 있습니다",
                ),
                text("open and save it in a spreadsheet program, or paste values", "값으로 붙여 넣어 저장하십시오"),
                column=column,
                value=formula,
            )
            return
        self._context.note(
            "formula",
            text(
                f"sheet '{sheet}' cell {column}{number} holds a formula ({formula[:60]}); its stored value was read",
                f"시트 '{sheet}'의 {column}{number} 칸은 수식({formula[:60]})이며, 저장된 값을 읽었습니다",
            ),
            line=number,
        )

    def _formula_cells(self, name: str) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        with self._broken():
            book = openpyxl.load_workbook(self._stream, read_only=True, data_only=False, keep_links=False)
        sheet = book[name]
        with self._broken():
            sheet.reset_dimensions()
            for row in sheet.iter_rows():
                for cell in row:
                    if getattr(cell, "data_type", "") == "f":
                        found.setdefault(cell.row, []).append((cell.column - 1, str(cell.value)))
        return found

    def _check_bounds(self) -> None:
        """Refuse bombs, then let the archive check its own check sums: a flipped bit is found here, not in a value."""
        try:
            with zipfile.ZipFile(self._stream) as archive:
                infos = archive.infolist()
                unpacked = sum(info.file_size for info in infos)
                packed = sum(info.compress_size for info in infos)
                if unpacked > min(MAX_WORKBOOK, max(FREE_EXPANSION, packed * MAX_RATIO)):
                    raise file_error(
                        self._file,
                        "zip-bomb",
                        text(
                            f"expands from {packed:,} to {unpacked:,} bytes: refused",
                            f"{packed:,}바이트가 {unpacked:,}바이트로 늘어납니다. 읽지 않습니다",
                        ),
                        text("save the sheet that is meant as CSV", "필요한 시트만 CSV로 저장하십시오"),
                    )
                damaged = archive.testzip()
        except EvidenceError:
            raise
        except _BROKEN as error:
            raise self._not_a_workbook(error) from None
        if damaged is not None:
            raise broken_archive(self._file, ValueError(f"check sum of {damaged}"))

    def _not_a_workbook(self, error: BaseException) -> EvidenceError:
        self._stream.seek(0)
        head = self._stream.read(8)
        if not head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            return file_error(
                self._file,
                "wrong-format",
                text("this is no Excel workbook (xlsx)", "Excel 통합 문서(xlsx)가 아닙니다"),
                text("give the workbook as published", "공표된 통합 문서를 지정하십시오"),
            )
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return file_error(
                self._file,
                "wrong-format",
                text("this is an old (xls) or encrypted Excel file", "예전 형식(xls)이거나 암호화된 Excel 파일입니다"),
                text("save it as xlsx, without password", "암호 없이 xlsx로 저장하십시오"),
            )
        return broken_archive(self._file, error)

    def _has_formulas(self) -> bool:
        with self._broken(), zipfile.ZipFile(self._stream) as archive:
            for info in archive.infolist():
                if not info.filename.startswith("xl/worksheets/"):
                    continue
                with archive.open(info) as stream:
                    tail = b""
                    while block := stream.read(1 << 20):
                        if _FORMULA.search(tail + block):
                            return True
                        tail = block[-32:]
        return False

    @contextmanager
    def _broken(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of oddities that it reads over; what it cannot read, it raises
                yield
        except EvidenceError:
            raise
        except _BROKEN as error:
            raise file_error(
                self._file,
                "broken-workbook",
                text(
                    f"cannot be read as an Excel workbook ({type(error).__name__}: {error})",
                    f"Excel 통합 문서로 읽을 수 없습니다 ({type(error).__name__}: {error})",
                ),
                text("download it again, or open and save it as xlsx", "다시 내려받거나 xlsx로 다시 저장하십시오"),
            ) from None


@contextmanager
def open_workbook(input_: Input, context: Context) -> Iterator[Workbook]:
    """Open an xlsx file. Raises EvidenceError for other files, bombs, damaged ones."""
    context.file = input_.name
    with input_.seekable() as stream:
        yield Workbook(stream, input_.name, context)


def binary_rows(input_: Input, sheet: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows of a sheet of an xlsb workbook: (row number, cell values), None for empty cells.

    Raises EvidenceError for what is no such workbook, InputError where the package that reads them is not installed.
    """
    try:
        calamine = importlib.import_module("python_calamine")
    except ImportError:
        raise InputError("xlsb workbooks need the package python-calamine; or save the workbook as xlsx") from None
    with input_.seekable() as stream:
        try:
            book = calamine.CalamineWorkbook.from_filelike(stream)
            if sheet not in book.sheet_names:
                sheet = book.sheet_names[0]
            rows = enumerate(book.get_sheet_by_name(sheet).iter_rows(), 1)
        except (calamine.CalamineError, IndexError, ValueError, OSError) as error:
            raise broken_archive(input_.name, error) from None
        for number, row in rows:
            yield number, tuple(None if value == "" else value for value in row)


def letter(place: int) -> str:
    """Column letter of a position from 0: 4 is E."""
    return str(get_column_letter(place + 1))


def cell_text(value: object) -> str:
    """A cell as text; whole numbers without a decimal point; "" for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
