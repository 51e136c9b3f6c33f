import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from majung.methods.input_output import share_multiplier
from majung.methods.labelled import InputError


@st.composite
def share_problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = rng.dirichlet(np.ones(n))
    low = shares * rng.random(n) * rng.integers(0, 2, n)
    high = shares + rng.random(n) * rng.integers(0, 2, n)
    return rng.choice([0.0, 1.0, 2.0, 2.5], n), shares, low, high  # ties happen


@given(share_problems())
def test_range_is_the_linear_programmes(problem: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> None:
    m, shares, low, high = problem
    value, lowest, highest = share_multiplier(m, shares, low, high)
    best = {}
    for sign in (1, -1):
        result = linprog(sign * m, A_eq=np.ones((1, len(m))), b_eq=[1], bounds=list(zip(low, high, strict=True)))
        best[sign] = sign * result.fun
    assert value == pytest.approx(shares @ m)
    assert lowest == pytest.approx(best[1], abs=1e-7)
    assert highest == pytest.approx(best[-1], abs=1e-7)
    assert lowest <= value <= highest


def test_hand_computed() -> None:
    """m = (1, 2, 4), s = (.5, .3, .2) ± .1: moving .1 from the dearest to the cheapest gives ±.3 around 1.9."""
    found = share_multiplier([1, 2, 4], [0.5, 0.3, 0.2], [0.4, 0.2, 0.1], [0.6, 0.4, 0.3])
    assert found == pytest.approx((1.9, 1.6, 2.2))


def test_points_have_no_range() -> None:
    shares = [0.7, 0.2, 0.1]
    value, lowest, highest = share_multiplier([1.1, 2.3, 4.7], shares, shares, shares)
    assert lowest == pytest.approx(value)
    assert highest == pytest.approx(value)


def test_sector_without_output_may_be_excluded_but_not_used() -> None:
    assert share_multiplier([2, np.nan], [1, 0], [1, 0], [1, 0]) == pytest.approx((2, 2, 2))
    with pytest.raises(InputError, match="multiplier at position 1 is nan"):
        share_multiplier([2, np.nan], [1, 0], [0.9, 0], [1, 0.1])


@pytest.mark.parametrize(
    ("shares", "low", "high", "message"),
    [
        ([0.5, 0.5], [0.6, 0.6], [0.7, 0.7], "no shares within the bounds sum to 1: low sums to 1.2"),
        ([0.5, 0.5], [0.1, 0.1], [0.4, 0.4], "no shares within the bounds sum to 1.*high to 0.8"),
        ([0.5, 0.4], [0, 0], [1, 1], "shares sum to 0.9"),
        ([0.5, 0.5], [0, 0.6], [1, 1], "at position 1: low 0.6, share 0.5"),
        ([1.5, -0.5], [0, -1], [2, 1], "at position 1"),
        ([0.5, np.nan], [0, 0], [1, 1], "shares at position 1 is not finite"),
        ([1.0], [0], [1], "shapes"),
    ],
)
def test_refuses_bad_shares(shares: list[float], low: list[float], high: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        share_multiplier([1, 2], shares, low, high)
