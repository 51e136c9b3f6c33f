"""Tables and results as published, beyond Miller & Blair's two sectors."""

from __future__ import annotations

import numpy as np
import pytest

from majung.methods.input_output import (
    Table,
    diagnose_balance,
    ghosh_inverse,
    io_table,
    leontief_inverse,
    leontief_multipliers,
    linkages,
    type_two_multipliers,
)


@pytest.fixture
def germany() -> Table:
    """Germany 1995, million euros: Eurostat (2008), Manual of Supply, Use and Input-Output Tables, table 15.4.

    The table shows imports as one row: they are booked on the diagonal here, which no multiplier depends on.
    """
    return io_table(
        ["agriculture", "industry", "construction", "trade", "business services", "other services"],
        [
            [1131, 25480, 1, 607, 710, 762],
            [7930, 304584, 64167, 41082, 11981, 30360],
            [426, 7334, 3875, 5296, 23457, 9155],
            [3559, 72717, 14190, 74399, 10835, 21008],
            [3637, 96115, 31027, 65755, 193176, 34223],
            [1552, 14986, 1747, 11225, 15058, 22070],
        ],
        [43910, 1079446, 245606, 540063, 692487, 508918],
        [21664, 395022, 115624, 311407, 415426, 365017],
        imports=np.diag([2927, 156703, 13427, 21943, 13371, 13772]),
        other=[1084, 6505, 1548, 8349, 8473, 12551],
    )


GERMAN_FINAL_USES = [
    [8500, 16, 2975, -6, 3734],
    [197792, 8588, 91692, 7559, 313711],
    [3457, 742, 191715, 0, 149],
    [269663, 13492, 14155, 0, 46045],
    [214757, 10061, 30124, 0, 13612],
    [119504, 317251, 3483, 0, 2042],
]
GERMAN_JOBS = [1096, 8381, 3236, 9251, 4258, 10206]  # thousand


def test_eurostat_manual_multipliers(germany: Table) -> None:
    """Eurostat (2008), ch. 15: output, gross value added and employment multipliers of Germany 1995."""
    found = leontief_multipliers(germany, {"jobs": GERMAN_JOBS})
    assert found.production == pytest.approx([1.7048, 1.8413, 1.8136, 1.6035, 1.5951, 1.3782], abs=5e-5)
    assert found.value_added == pytest.approx([0.8450, 0.7647, 0.8615, 0.9019, 0.9393, 0.9199], abs=5e-5)
    assert found.satellites["jobs"] == pytest.approx([0.0326, 0.0162, 0.0207, 0.0237, 0.0112, 0.0242], abs=5e-5)
    assert found.residual == pytest.approx(0, abs=1e-12)


def test_eurostat_manual_linkages(germany: Table) -> None:
    """Eurostat (2008), ch. 15. Forward linkages are row sums of the Ghosh inverse; industry's is left out, since the
    only transcription at hand (1.6691) contradicts the table (1.6910)."""
    found = linkages(germany)
    assert found.total_backward == pytest.approx([1.7048, 1.8413, 1.8136, 1.6035, 1.5951, 1.3782], abs=5e-5)
    assert np.delete(found.total_forward_ghosh, 1) == pytest.approx([2.1126, 1.3558, 1.5848, 2.1037, 1.2106], abs=5e-5)
    assert np.diagonal(leontief_inverse(germany))[:3] == pytest.approx([1.0339, 1.4292, 1.0289], abs=5e-5)
    assert ghosh_inverse(germany)[:, 0] == pytest.approx([1.0339, 0.0118, 0.0037, 0.0103, 0.0117, 0.0043], abs=5e-5)


def test_eurostat_manual_table_balances_to_the_unit(germany: Table) -> None:
    report = diagnose_balance(germany, GERMAN_FINAL_USES, tolerance=0)
    assert report.failed == ()
    assert {check.status for check in report.checks.values()} == {"passed"}


def test_spicosa_netherlands_type_one_and_two() -> None:
    """D'Hernoncourt, Cordier & Hadley (2011), Input-output multipliers: specification sheet, the Netherlands 2000.

    Published are income multipliers per unit of direct income. Household coefficients have two digits in the source.
    """
    output = np.array([21863, 12292, 210900, 18249, 60244, 435953], dtype=float)
    income = np.array([2336, 520, 35083, 1629, 14339, 151784], dtype=float)
    table = io_table(
        ["agriculture", "mining", "manufacturing", "utilities", "construction", "services"],
        [
            [2731, 3, 8260, 36, 59, 615],
            [4, 282, 2013, 3979, 188, 60],
            [3322, 291, 40218, 480, 8004, 16999],
            [983, 53, 2400, 4395, 85, 3458],
            [121, 70, 565, 135, 14103, 9509],
            [2884, 1078, 28400, 1404, 9339, 106994],
        ],
        output,
        [9910, 9419, 57430, 5236, 20645, 255703],
    )
    found = type_two_multipliers(
        table, household_income=income, household_demand=[0, 0, 0.08, 0.03, 0, 0.59], household_total=1
    )
    direct = income / output
    assert found.household_income_one / direct == pytest.approx([2.466, 2.333, 1.840, 2.372, 1.953, 1.417], abs=5e-4)
    published = [3.6377, 3.4423, 2.7144, 3.4996, 2.8813, 2.0907]
    assert found.household_income / direct == pytest.approx(published, rel=1e-3)
