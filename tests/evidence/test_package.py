"""Opening a sound package and asking it."""

from __future__ import annotations

from datetime import date

import pytest

from majung.evidence import EvidenceError, open_package
from majung.methods.labelled import InputError


def test_row_is_the_line_in_the_file(sound):
    path = sound.write()
    frame = open_package(path).tables["patents"]
    lines = (path / "tables" / "patents.csv").read_text().splitlines()
    assert frame.index.name == "row"
    row = frame.loc[17]
    assert lines[17 - 1].split(",") == [
        row.country, row.classification, row.code, str(row.year), row.measure, f"{row.value:.0f}", row.source, row.origin,
    ]  # fmt: skip
    assert len(frame) == len(lines) - 1
    assert frame["year"].dtype == "int64"
    assert frame["value"].dtype == "float64"
