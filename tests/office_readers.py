"""What readers of others find in an office paper: paragraphs outside of tables, and the cells of the tables."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
from hwpx import HwpxDocument

Read = Callable[[bytes], tuple[list[str], list[list[list[str]]]]]


def read_docx(content: bytes) -> tuple[list[str], list[list[list[str]]]]:
    found = docx.Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in found.tables]
    return [p.text.replace("\t", " ") for p in found.paragraphs if p.text], tables


def read_hwpx(content: bytes) -> tuple[list[str], list[list[list[str]]]]:
    with HwpxDocument.open(io.BytesIO(content)) as found:
        assert found.validate().ok
        tables = [
            [[cell.text for cell in row.cells] for row in table.rows] for p in found.paragraphs for table in p.tables
        ]
        return [p.text for p in found.paragraphs if p.text and not p.tables], tables


READERS: dict[str, Read] = {"docx": read_docx, "hwpx": read_hwpx}
