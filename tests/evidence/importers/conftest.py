"""Fixtures written to each format's specification: small, by hand or by code, never copied from licensed data."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from majung.evidence import EvidenceError


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    """Write an xlsx file; cells that begin with = are formulas."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def lines_of(report: str) -> list[dict[str, str]]:
    """The bad-row report as dictionaries."""
    return list(csv.DictReader(io.StringIO(Path(report).read_text(encoding="utf-8-sig"))))


def refused(caught: pytest.ExceptionInfo[EvidenceError]) -> str:
    """What the error says, once it is sure that it says it in Korean too."""
    assert any("가" <= letter <= "힣" for letter in caught.value.message("ko"))
    return str(caught.value)
