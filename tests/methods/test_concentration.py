import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.concentration import (
    concentration_ratio,
    concentration_ratio_bounds,
    counted_concentration,
    hhi,
    hhi_bounds,
    leadership,
    share_interval,
)
from majung.methods.labelled import InputError

splits = st.lists(st.floats(0.01, 1), min_size=1, max_size=12).map(lambda x: np.array(x) / np.sum(x))


def test_merger_guidelines_worked_example() -> None:
    """US Horizontal Merger Guidelines (2010), note 9: shares 30, 30, 20, 20 % give an HHI of 2600."""
    assert 10_000 * hhi([0.3, 0.3, 0.2, 0.2]) == pytest.approx(2600)


@given(splits)
def test_hhi_lies_between_even_split_and_monopoly(shares: np.ndarray) -> None:
    assert 1 / len(shares) - 1e-12 <= hhi(shares) <= 1 + 1e-12


@given(splits, st.integers(1, 15))
def test_concentration_ratio_is_the_best_subset(shares: np.ndarray, k: int) -> None:
    assert concentration_ratio(shares, k) == pytest.approx(sum(sorted(shares)[::-1][:k]))


def test_rows_are_independent() -> None:
    table = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    assert hhi(table).tolist() == [hhi(row) for row in table]
    assert concentration_ratio(table, 2).tolist() == [1.0, 0.8]


def test_complete_shares_have_no_width() -> None:
    assert hhi_bounds([0.4, 0.6]).low == hhi_bounds([0.4, 0.6]).high == pytest.approx(0.52)


def test_unknown_rest_by_hand() -> None:
    free = hhi_bounds([0.4, 0.3])
    assert (free.low, free.high) == pytest.approx((0.25, 0.25 + 0.09))
    capped = hhi_bounds([0.4, 0.3], largest_other=0.2)
    assert capped.high == pytest.approx(0.25 + 0.04 + 0.01)
    counted = hhi_bounds([0.4, 0.3], others=3)
    assert counted.low == pytest.approx(0.25 + 3 * 0.01)
    top = concentration_ratio_bounds([0.4, 0.3], 3, others=3, largest_other=0.2)
    assert (top.low, top.high) == pytest.approx((0.8, 0.9))


@given(splits, splits, st.floats(0.05, 0.95), st.integers(1, 6))
def test_no_split_of_the_rest_escapes_the_bounds(listed: np.ndarray, rest: np.ndarray, known: float, k: int) -> None:
    listed, rest = listed * known, rest * (1 - known)
    whole = np.append(listed, rest)
    for others in (None, len(rest)):
        for largest in (None, rest.max()):
            bounds = hhi_bounds(listed, others=others, largest_other=largest)
            assert bounds.low - 1e-9 <= hhi(whole) <= bounds.high + 1e-9
            bounds = concentration_ratio_bounds(listed, k, others=others, largest_other=largest)
            assert bounds.low - 1e-9 <= concentration_ratio(whole, k) <= bounds.high + 1e-9


def test_contradictions_are_named() -> None:
    with pytest.raises(InputError, match="not 1"):
        hhi([0.4, 0.3])
    with pytest.raises(InputError, match="negative or not finite"):
        hhi([1.2, -0.2])
    with pytest.raises(InputError, match="negative or not finite"):
        hhi([np.nan, 1.0])
    with pytest.raises(InputError, match="no shares"):
        hhi([])
    with pytest.raises(InputError, match="more than 1"):
        hhi_bounds([0.8, 0.3])
    with pytest.raises(InputError, match="cannot hold"):
        hhi_bounds([0.5], others=2, largest_other=0.2)
    with pytest.raises(InputError, match="cannot be held"):
        hhi_bounds([0.5], others=0)
    with pytest.raises(InputError, match="at least one"):
        concentration_ratio([1.0], 0)


def test_wilson_by_hand() -> None:
    """0 of n: the score equation gives the upper end z² / (n + z²); for 10 at 95 % that is 0.2775."""
    found = share_interval(0, 10, level=0.95)
    assert (found.value, found.low) == (0, pytest.approx(0, abs=1e-12))
    assert found.high == pytest.approx(1.959964**2 / (10 + 1.959964**2), rel=1e-6)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_ends_solve_the_score_equation(part: int, more: int) -> None:
    n = part + more
    found = share_interval(part, n, level=0.9)
    for end in (found.low, found.high):
        assert abs(part / n - end) == pytest.approx(1.6448536 * (end * (1 - end) / n) ** 0.5, abs=1e-7)


def test_counted_concentration_covers_the_truth() -> None:
    rng = np.random.default_rng(6)
    shares = np.array([0.35, 0.25, 0.15, 0.1, 0.1, 0.05])
    hits = 0
    for _ in range(200):
        found = counted_concentration(rng.multinomial(300, shares), 4, prior=0.5, rng=rng, draws=400)
        hits += found.hhi.low <= (shares**2).sum() <= found.hhi.high
    assert hits >= 170
    once = counted_concentration([50, 30, 20], 2, prior=0.5, rng=np.random.default_rng(0))
    assert once.ratio.value == 0.8
    assert once.hhi.value == pytest.approx(0.38)
    rough = counted_concentration([50, 30, 20], 2, prior=0.5, rng=np.random.default_rng(0), dispersion=5)
    assert rough.hhi.high - rough.hhi.low > once.hhi.high - once.hhi.low
    with pytest.raises(InputError, match="not all zero"):
        counted_concentration([0, 0], 1, prior=0.5, rng=rng)


def test_leadership() -> None:
    found = leadership([20, 60, 30], [1, 8, 1])
    assert (found.leader, found.second, found.lead) == (1, 2, 2.0)
    assert found.institutions is not None
    assert found.institutions.value == 0.8
    assert found.institutions.low < 0.8 < found.institutions.high
    assert leadership([5, 5]).leader == 0
    assert leadership([5, 0]).lead == np.inf
    with pytest.raises(InputError, match="two values"):
        leadership([5])
    with pytest.raises(InputError, match="top_institutions have shape"):
        leadership([5, 4], [1])
