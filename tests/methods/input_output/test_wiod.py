"""A real table: Korea in the World Input-Output Database, release 2016 (Timmer et al. 2015), 56 industries, 2000."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from majung.methods.input_output import (
    Table,
    diagnose_balance,
    hypothetical_extraction,
    io_table,
    leontief_multipliers,
    linkages,
)

openpyxl = pytest.importorskip("openpyxl")

SHARED = Path(os.environ.get("MAJUNG_SHARED", Path(__file__).parents[4] / "shared"))
WORKBOOK = SHARED / "data" / "wiod" / "KOR_NIOT_nov16.xlsx"
FINAL_USES = 6


@pytest.fixture(scope="module")
def korea() -> tuple[Table, np.ndarray]:
    """The table of the first year and its final demand (n, 6)."""
    if not WORKBOOK.exists():
        pytest.skip(f"no {WORKBOOK.name}: set MAJUNG_SHARED to the folder that holds data/wiod")
    book = openpyxl.load_workbook(WORKBOOK, read_only=True)
    lines = itertools.islice(book["National IO-tables"].iter_rows(values_only=True), 2, None)
    year = list(itertools.takewhile(lambda line: line[0] in (None, 2000), lines))
    book.close()
    domestic = {line[1]: line[4:] for line in year if line[3] == "Domestic"}
    imports = {line[1]: line[4:] for line in year if line[3] == "Imports"}
    totals = {line[1]: line[4:] for line in year if line[3] == "TOT"}
    n = len(domestic)
    use = np.array(list(domestic.values()), dtype=float)
    table = io_table(
        list(domestic),
        use[:, :n],
        use[:, -1],
        np.array(totals["VA"][:n], dtype=float),
        imports=np.array(list(imports.values()), dtype=float)[:, :n],
        other=sum(np.array(totals[row][:n], dtype=float) for row in ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM")),
    )
    return table, use[:, n : n + FINAL_USES]


def test_it_balances_within_rounding(korea: tuple[Table, np.ndarray]) -> None:
    table, demand = korea
    report = diagnose_balance(table, demand, tolerance=0.05)
    for name in ("columns", "rows", "accounts", "productive", "flows not negative", "sold without output"):
        assert report.checks[name].status == "passed", report.checks[name]
    assert report.checks["output"].sectors == table.zero_output == ("C33", "T", "U")


def test_industries_split_from_one_source_row_are_named(korea: tuple[Table, np.ndarray]) -> None:
    """34 of 53 industries share their value added ratio, to the last bit, with a neighbour; no two share a column."""
    table, _ = korea
    report = diagnose_balance(table, tolerance=0.05)
    splits = report.checks["distinct value added"]
    for group in ("C26, C27", "C29, C30", "M69_M70, M71, M72, M73, M74_M75"):
        assert group in splits.detail
    assert len(splits.sectors) == 34
    assert report.checks["distinct columns"].status == "passed"


def test_a_unit_of_demand_is_exhausted(korea: tuple[Table, np.ndarray]) -> None:
    table, _ = korea
    found = leontief_multipliers(table)
    assert found.residual[table.active] == pytest.approx(0, abs=1e-6)
    assert found.imports is not None
    assert (found.imports[table.active] > 0).all()


def test_indices_have_mean_one_and_the_forward_ones_differ(korea: tuple[Table, np.ndarray]) -> None:
    table, _ = korea
    found = linkages(table)
    for index in (found.power_of_dispersion, found.sensitivity_of_dispersion, found.sensitivity_ghosh):
        assert np.nanmean(index) == pytest.approx(1)
    active = table.active
    by_demand, by_supply = (
        np.argsort(index[active]) for index in (found.sensitivity_of_dispersion, found.sensitivity_ghosh)
    )
    assert (by_demand != by_supply).any()


def test_no_sector_is_worth_more_than_the_economy(korea: tuple[Table, np.ndarray]) -> None:
    table, _ = korea
    losses = hypothetical_extraction(table).complete["production"][table.active]
    assert (losses >= table.output[table.active] * (1 - 1e-12)).all()
    assert (losses < table.output.sum()).all()
