"""What the judgement of the trial reads with: plain and slow on purpose, without a line of the importers' code."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import openpyxl

from majung.evidence.importers import Imported

Key = tuple[str, ...]
Fact = tuple[float, str]  # value, origin


@dataclass(frozen=True)
class Outcome:
    """An import: either refused (what was said), or done, with its facts by (table, key)."""

    refused: str = ""
    done: Imported | None = None
    facts: Mapping[Key, Fact] = field(default_factory=dict)


Recount = Callable[[Mapping[str, bytes], Mapping[Key, Fact], Outcome], str]
"""(corrupted files, strange facts, outcome) to "" when each fact stands so in the files, else to one that does not."""


def decoded(content: bytes) -> str:
    """A text file's content by the same rules of recognition that docs/importers.md states."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp949")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # the publishers that write Western Windows: figures are the same bytes


def is_written(token: str, value: float) -> bool:
    try:
        return abs(float(token) - value) <= 1e-9 * max(1.0, abs(value))
    except ValueError:
        return False


def cells_of(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def records(content: bytes, mark: str = ",", *, spare: bool = False) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, record) of a delimited file; records with another number of cells are passed over.

    spare: one empty cell behind the last column may be there, as DuckDB allows.
    """
    reader = csv.reader(io.StringIO(decoded(content), newline=""), delimiter=mark)
    header = [name.strip() for name in next(reader, [])]
    begun = reader.line_num + 1
    for record in reader:
        if spare and len(record) == len(header) + 1 and not record[-1]:
            del record[-1]
        if len(record) == len(header):
            yield begun, {name: cell.strip() for name, cell in zip(header, record, strict=True)}
        begun = reader.line_num + 1


def bad_lines(out: Outcome, file: str = "") -> set[int]:
    assert out.done is not None
    return {one.line for one in out.done.bad if one.line is not None and file in ("", one.file)}


def number(cell: str) -> float:
    return float(cell) if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", cell) else float("nan")
