import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import (
    Table,
    ghosh_inverse,
    ghosh_multipliers,
    io_table,
    leontief_inverse,
    leontief_multipliers,
)
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few, leontief_inverse_oracle


def test_miller_and_blair_two_sectors(miller_blair: Table) -> None:
    """Miller & Blair (2009), §2.3 and ch. 6: L = [[1.254, .330], [.264, 1.122]], output multipliers 1.518 and 1.452."""
    found = leontief_multipliers(miller_blair, {"output of sector 1": [1000, 0]})
    assert found.production == pytest.approx([1.518, 1.452], abs=5e-4)
    assert found.satellites["output of sector 1"] == pytest.approx([1.254, 0.330], abs=5e-4)
    assert found.value_added == pytest.approx([1, 1])
    assert found.imports is None
    assert found.other is None


@few
@given(balanced_tables(), st.integers(0, 2**32 - 1))
def test_equals_the_explicit_inverse(table: Table, seed: int) -> None:
    jobs = np.random.default_rng(seed).random(len(table.sectors))
    inverse = leontief_inverse_oracle(table)
    found = leontief_multipliers(table, {"jobs": jobs, "none": 0 * jobs})
    assert table.imports is not None
    assert found.imports is not None
    assert found.production == pytest.approx(inverse.sum(axis=0))
    assert found.value_added == pytest.approx(table.value_added / table.output @ inverse)
    assert found.imports == pytest.approx(table.imports.sum(axis=0) / table.output @ inverse)
    assert found.satellites["jobs"] == pytest.approx(jobs / table.output @ inverse)
    assert not found.satellites["none"].any()


@few
@given(balanced_tables(zero_output=True))
def test_value_added_imports_and_other_exhaust_a_unit_of_demand(table: Table) -> None:
    """(v + m + t) L = 1, with NaN exactly where a sector has no output."""
    found = leontief_multipliers(table)
    assert found.imports is not None
    assert found.other is not None
    total = found.value_added + found.imports + found.other
    assert total[table.active] == pytest.approx(1)
    assert found.residual[table.active] == pytest.approx(0, abs=1e-9)
    assert np.isnan(total[~table.active]).all()
    assert np.isnan(found.production[~table.active]).all()


def test_residual_states_what_the_columns_leave_out() -> None:
    """Hand-computed: a single sector with A = 0.5, v = 0.3: L = 2, vL = 0.6, so 0.4 of a unit is unexplained."""
    found = leontief_multipliers(io_table(["a"], [[5]], [10], [3]))
    assert found.residual == pytest.approx([0.4])


def test_refuses_a_table_that_is_not_productive() -> None:
    with pytest.raises(InputError, match=r"not productive.*1\.2 of output, in sector 'b'"):
        leontief_multipliers(io_table(["a", "b"], [[9, 2], [0, 10]], [10, 10], [1, -2]))


def test_refuses_a_singular_table() -> None:
    with pytest.raises(InputError, match="not productive"):
        leontief_multipliers(io_table(["a", "b"], [[0, 10], [10, 0]], [10, 10], [0, 0]))


@few
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_refuses_a_closed_economy(n: int, seed: int) -> None:
    """Every column spends all its output on domestic inputs: (I - A) is singular but for rounding."""
    coefficients = np.random.default_rng(seed).dirichlet(np.ones(n), n).T
    with pytest.raises(InputError, match="not productive"):
        leontief_multipliers(io_table([f"s{i}" for i in range(n)], coefficients, np.ones(n), np.zeros(n)))


def test_refuses_a_table_without_output() -> None:
    with pytest.raises(InputError, match="no sector has output"):
        leontief_multipliers(io_table(["a"], [[0]], [0], [0]))


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([1, 2, 3], "satellite 'jobs' has shape"),
        ([1, np.nan], "satellite 'jobs' of sector 'idle' is nan"),
        ([1, 2], "satellite 'jobs' is 2 in sector 'idle', which has no output"),
    ],
)
def test_refuses_bad_satellites(jobs: list[float], message: str) -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    with pytest.raises(InputError, match=message):
        leontief_multipliers(table, {"jobs": jobs})


@few
@given(balanced_tables(), st.floats(1e-6, 1e6))
def test_multipliers_do_not_depend_on_the_currency(table: Table, rate: float) -> None:
    assert table.imports is not None
    assert table.other is not None
    other_currency = io_table(
        table.sectors,
        table.domestic * rate,
        table.output * rate,
        table.value_added * rate,
        imports=table.imports * rate,
        other=table.other * rate,
    )
    assert leontief_multipliers(other_currency).production == pytest.approx(leontief_multipliers(table).production)


@few
@given(balanced_tables(zero_output=True))
def test_inverses_undo_their_matrices(table: Table) -> None:
    active, n = table.active, len(table.sectors)
    keep = np.ix_(active, active)
    coefficients = (table.domestic / np.where(active, table.output, 1))[keep]
    allocation = (table.domestic / np.where(active, table.output, 1)[:, None])[keep]
    leontief, ghosh = leontief_inverse(table), ghosh_inverse(table)
    one = np.eye(active.sum())
    assert leontief[keep] @ (one - coefficients) == pytest.approx(one, abs=1e-9)
    # Entries of G scale with x_j/x_i: compare G(I − B) in the units of L.
    undone = ghosh[keep] @ (one - allocation)
    scale = table.output[active]
    assert undone * scale[:, None] / scale == pytest.approx(one, abs=1e-9)
    for inverse in (leontief, ghosh):
        assert np.isfinite(inverse).sum() == active.sum() ** 2
        assert inverse.shape == (n, n)


@few
@given(balanced_tables(zero_output=True), st.integers(0, 2**32 - 1))
def test_ghosh_multipliers_weigh_the_ghosh_inverse(table: Table, seed: int) -> None:
    active = table.active
    jobs = np.random.default_rng(seed).random(len(active)) * active
    found = ghosh_multipliers(table, {"jobs": jobs})
    keep = np.ix_(active, active)
    ghosh = ghosh_inverse(table)[keep]
    assert found["production"][active] == pytest.approx(ghosh.sum(axis=1))
    assert found["jobs"][active] == pytest.approx(ghosh @ (jobs[active] / table.output[active]))
    assert np.isnan(found["jobs"][~active]).all()
    # Supply-driven accounting: all primary inputs together make all output, x = (x − Zᵀ1)ᵀ G.
    primary = table.output[active] - table.domestic[keep].sum(axis=0)
    assert primary @ ghosh == pytest.approx(table.output[active])


def test_ghosh_of_the_two_sector_table(miller_blair: Table) -> None:
    """By hand from L of Miller & Blair's table: g_ij = l_ij x_j / x_i, so .330 doubles and .264 halves."""
    assert ghosh_inverse(miller_blair) == pytest.approx(np.array([[1.254, 0.660], [0.132, 1.122]]), abs=5e-4)


def test_a_satellite_may_not_take_the_name_of_an_account(miller_blair: Table) -> None:
    with pytest.raises(InputError, match="'imports' has a name"):
        leontief_multipliers(miller_blair, {"imports": [1, 2]})


def test_the_costly_step_is_done_once(miller_blair: Table) -> None:
    assert miller_blair.system is miller_blair.system
