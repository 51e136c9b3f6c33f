import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import Table, io_table, linkages, proportional_splits
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few, leontief_inverse_oracle


def test_miller_and_blair_two_sectors(miller_blair: Table) -> None:
    """Miller & Blair (2009): A of §2.3; L = [[1.254, .330], [.264, 1.122]].

    The Ghosh inverse by hand: g_ij = l_ij x_j / x_i = [[1.254, .660], [.132, 1.122]].
    """
    found = linkages(miller_blair)
    assert found.direct_backward == pytest.approx([0.35, 0.30])
    assert found.total_backward == pytest.approx([1.518, 1.452], abs=5e-4)
    assert found.direct_forward == pytest.approx([0.40, 0.25])
    assert found.total_forward == pytest.approx([1.584, 1.386], abs=5e-4)
    assert found.direct_forward_ghosh == pytest.approx([0.65, 0.15])
    assert found.total_forward_ghosh == pytest.approx([1.914, 1.254], abs=5e-4)
    assert found.power_of_dispersion == pytest.approx(np.array([1.518, 1.452]) / 1.485, abs=5e-4)


@few
@given(balanced_tables())
def test_equals_the_explicit_inverses(table: Table) -> None:
    n, x = len(table.sectors), table.output
    inverse = leontief_inverse_oracle(table)
    ghosh = np.linalg.inv(np.eye(n) - table.domestic / x[:, None])
    found = linkages(table)
    assert found.total_backward == pytest.approx(inverse.sum(axis=0))
    assert found.total_forward == pytest.approx(inverse.sum(axis=1))
    assert found.total_forward_ghosh == pytest.approx(ghosh.sum(axis=1))
    assert found.power_of_dispersion == pytest.approx(n * inverse.sum(axis=0) / inverse.sum())
    assert found.sensitivity_of_dispersion == pytest.approx(n * inverse.sum(axis=1) / inverse.sum())
    assert found.sensitivity_ghosh == pytest.approx(n * ghosh.sum(axis=1) / ghosh.sum())


@few
@given(balanced_tables(zero_output=True))
def test_a_sector_without_output_changes_nothing_for_the_others(table: Table) -> None:
    keep = table.active
    smaller = io_table(
        [s for s, k in zip(table.sectors, keep, strict=True) if k],
        table.domestic[np.ix_(keep, keep)],
        table.output[keep],
        table.value_added[keep],
    )
    with_idle, without = linkages(table), linkages(smaller)
    for name in vars(without):
        if name != "sectors":
            assert getattr(with_idle, name)[keep] == pytest.approx(getattr(without, name)), name
            assert np.isnan(getattr(with_idle, name)[~keep]).all(), name


@few
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 4))
def test_a_planted_split_is_found_and_nothing_else(seed: int, n: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    Z, x = rng.random((n, n)), rng.uniform(n, 2 * n, n)
    shares = rng.dirichlet(np.ones(parts))
    columns = np.hstack([Z[:, 1:], np.outer(Z[:, 0], shares)])
    output = np.concatenate([x[1:], x[0] * shares])
    assert proportional_splits(Z, x) == ()
    assert proportional_splits(columns, output) == (tuple(range(n - 1, n - 1 + parts)),)


def test_splits_may_show_in_the_value_added_ratio_only() -> None:
    value_added, output = np.array([[30.0, 15.0, 8.0, 0.0, 4.0]]), np.array([100.0, 50.0, 20.0, 5.0, 10.0])
    assert proportional_splits(value_added, output) == ((0, 1), (2, 4))


def test_tolerance_is_relative_to_the_larger_column() -> None:
    Z, x = np.array([[1.0, 1.02, 5.0]]), np.ones(3)
    assert proportional_splits(Z, x, tolerance=0.019) == ()
    assert proportional_splits(Z, x, tolerance=0.02) == ((0, 1),)


def test_groups_chain_and_clones_all_meet() -> None:
    Z, x = np.array([[100.0, 101.0, 102.0]]), np.ones(3)
    assert proportional_splits(Z, x, tolerance=0.01) == ((0, 1, 2),)
    assert proportional_splits(np.ones((2, 4)), np.ones(4), tolerance=0) == ((0, 1, 2, 3),)


@pytest.mark.parametrize(
    ("Z", "x", "tolerance", "message"),
    [
        (np.ones((2, 2)), np.ones(3), 0.1, "shape"),
        (np.ones((2, 2)), np.array([1, np.nan]), 0.1, "not finite"),
        (np.ones((2, 2)), np.ones(2), -0.1, "tolerance"),
        (np.ones((2, 2)), np.ones(2), 1.0, "tolerance"),
    ],
)
def test_refuses_bad_input(Z: np.ndarray, x: np.ndarray, tolerance: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        proportional_splits(Z, x, tolerance=tolerance)


def test_no_evidence_no_groups() -> None:
    assert proportional_splits(np.zeros((2, 2)), np.ones(2)) == ()
    assert proportional_splits(np.ones((2, 2)), np.zeros(2)) == ()
