import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import Table, diagnose_balance, io_table
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


def changed(table: Table, **changes: np.ndarray) -> Table:
    parts = {name: getattr(table, name) for name in ("domestic", "output", "value_added", "imports", "other")} | changes
    return io_table(table.sectors, allow_negative_flows=True, **parts)


@few
@given(balanced_tables())
def test_a_balanced_table_passes_and_is_not_touched(table: Table) -> None:
    before = table.domestic.copy()
    demand = table.output - table.domestic.sum(axis=1)
    report = diagnose_balance(table, demand, tolerance=1e-9 * table.output.sum())
    for name in ("columns", "rows", "accounts", "productive", "flows not negative", "output", "sold without output"):
        assert report.checks[name].status == "passed", name
    assert (table.domestic == before).all()


@few
@given(balanced_tables(), st.data())
def test_a_planted_gap_is_found_where_it_is(table: Table, data: st.DataObject) -> None:
    j = data.draw(st.integers(0, len(table.sectors) - 1))
    demand = table.output - table.domestic.sum(axis=1)
    gap = 0.01 * table.output.sum()
    wrong = table.value_added.copy()
    wrong[j] += gap
    tolerance = 1e-9 * table.output.sum()
    report = diagnose_balance(changed(table, value_added=wrong), demand, tolerance=tolerance)
    assert report.checks["columns"].sectors == (table.sectors[j],)
    assert report.checks["columns"].size == pytest.approx(gap)
    assert report.column_gap[j] == pytest.approx(-gap)
    assert report.checks["rows"].status == "passed"
    demand[j] -= gap
    report = diagnose_balance(table, demand, tolerance=tolerance)
    assert report.checks["rows"].sectors == (table.sectors[j],)
    assert report.row_gap is not None
    assert report.row_gap[j] == pytest.approx(gap)
    assert report.checks["columns"].status == "passed"
    assert report.checks["accounts"].status == "failed"


def test_what_cannot_be_checked_is_skipped_not_passed(miller_blair: Table) -> None:
    report = diagnose_balance(miller_blair, tolerance=0)
    skipped = {name for name, check in report.checks.items() if check.status == "skipped"}
    assert skipped == {"columns", "rows", "accounts", "final demand not negative"}
    assert report.row_gap is None
    assert report.failed == ()


def test_a_table_of_the_whole_world_needs_no_imports(miller_blair: Table) -> None:
    """x = (1000, 2000), f = (350, 1700), v = (650, 1400): a closed table, until 10 of v are missing."""
    demand = [350, 1700]
    report = diagnose_balance(miller_blair, demand, tolerance=0, closed=True)
    assert {check.status for check in report.checks.values()} == {"passed"}
    wrong = io_table(miller_blair.sectors, miller_blair.domestic, miller_blair.output, [640, 1400])
    report = diagnose_balance(wrong, demand, tolerance=0, closed=True)
    assert {check.name: check.size for check in report.failed} == {"columns": 10, "accounts": 10}


def test_every_other_offence_is_named() -> None:
    """One table with everything wrong that the checks look for."""
    table = io_table(
        ["a", "b", "c", "idle"],
        [[10, 20, 90, 0], [-1, -2, 30, 0], [0, 0, 0, 0], [5, 0, 0, 0]],
        [50, 100, 100, 0],
        [36, 82, -20, 0],
        imports=np.zeros((4, 4)),
        allow_negative_flows=True,
    )
    report = diagnose_balance(table, [[-70, 0], [73, 0], [50, 50], [0, -5]], tolerance=0.5)
    failed = {check.name: check.sectors for check in report.failed}
    assert failed == {
        "inputs below output": ("c",),
        "value added not negative": ("c",),
        "flows not negative": ("b", "a"),
        "final demand not negative": ("a", "idle"),
        "output": ("idle",),
        "sold without output": ("idle",),
    }


def test_proportional_splits_are_named() -> None:
    table = io_table(["a", "b", "c"], [[1, 2, 0], [3, 6, 1], [0, 0, 1]], [10, 20, 12], [6, 12, 10])
    report = diagnose_balance(table, tolerance=0)
    assert report.checks["distinct columns"].sectors == ("a", "b")
    assert report.checks["distinct value added"].sectors == ("a", "b")
    assert "a, b" in report.checks["distinct columns"].detail


def test_an_unproductive_table_is_reported_not_raised() -> None:
    report = diagnose_balance(io_table(["a"], [[12]], [10], [-2]), tolerance=0)
    assert report.checks["productive"].status == "failed"
    assert "'a'" in report.checks["productive"].detail


@pytest.mark.parametrize(
    ("demand", "tolerance", "message"),
    [
        ([1.0], 0, "final_demand has shape"),
        ([1.0, np.nan], 0, "sector '2' is not finite"),
        (None, -1, "tolerance is -1"),
        (None, np.nan, "tolerance is nan"),
    ],
)
def test_refuses(miller_blair: Table, demand: list[float] | None, tolerance: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        diagnose_balance(miller_blair, demand, tolerance=tolerance)
