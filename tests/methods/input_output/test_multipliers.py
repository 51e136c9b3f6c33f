import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.input_output import Table, io_table, leontief_multipliers
from majung.methods.labelled import InputError

from .strategies import balanced_tables, leontief_inverse_oracle


def test_miller_and_blair_two_sectors(miller_blair: Table) -> None:
    """Miller & Blair (2009), §2.3 and §6.2: L = [[1.254, .330], [.264, 1.122]], output multipliers 1.518 and 1.452."""
    found = leontief_multipliers(miller_blair, {"output of sector 1": [1000, 0]})
    assert found.production == pytest.approx([1.518, 1.452], abs=5e-4)
    assert found.satellites["output of sector 1"] == pytest.approx([1.254, 0.330], abs=5e-4)
    assert found.value_added == pytest.approx([1, 1])
    assert found.imports is None
    assert found.other is None


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


@given(balanced_tables(zero_output=True))
def test_value_added_imports_and_other_exhaust_a_unit_of_demand(table: Table) -> None:
    """(v + m + t) L = 1 (METHODS.md, criterion 2), with NaN exactly where a sector has no output."""
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


@settings(max_examples=30)
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
