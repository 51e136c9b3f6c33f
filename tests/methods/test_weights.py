import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from majung.methods.labelled import InputError
from majung.methods.weights import sample_bounded_simplex, sample_polytope, sample_simplex


def rejected(lower, upper, n, rng):
    """Oracle: the whole simplex, thrown away until inside the bounds."""
    kept = []
    while len(kept) < n:
        w = rng.dirichlet(np.ones(len(lower)), 20_000)
        kept.extend(w[((w >= lower) & (w <= upper)).all(axis=1)])
    return np.array(kept[:n])


def test_simplex_draws_have_the_marginal_of_a_flat_dirichlet():
    w = sample_simplex(5, 4_000, np.random.default_rng(1))
    assert np.allclose(w.sum(axis=1), 1)
    for j in range(5):
        assert kstest(w[:, j], "beta", args=(1, 4)).pvalue > 1e-3


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ([0.1, 0.2, 0.0, 0.05], [1, 1, 1, 1]),  # the simplex above the lower bounds
        ([0, 0, 0, 0], [0.3, 0.3, 0.4, 0.35]),  # the mirrored simplex
        ([0.1, 0.1, 0.1, 0.1], [0.4, 0.4, 0.5, 0.3]),  # the box
    ],
)
def test_bounded_draws_agree_with_rejection_from_the_whole_simplex(lower, upper):
    rng = np.random.default_rng(2)
    ours = sample_bounded_simplex(lower, upper, 4_000, rng)
    oracle = rejected(np.array(lower), np.array(upper), 4_000, rng)
    assert (ours >= lower).all()
    assert (ours <= upper).all()
    assert np.allclose(ours.sum(axis=1), 1)
    for j in range(4):
        assert kstest(ours[:, j], oracle[:, j]).pvalue > 1e-3


def test_hit_and_run_agrees_with_rejection():
    rng = np.random.default_rng(3)
    a = np.array([[-1.0, 1.0, 0.0, 0.0], [0.0, -1.0, 2.0, 0.0]])  # w0 >= w1 >= 2 w2
    ours = sample_polytope(a, np.zeros(2), 4_000, rng)
    whole = rng.dirichlet(np.ones(4), 60_000)
    oracle = whole[(whole @ a.T <= 0).all(axis=1)]
    assert (ours @ a.T <= 1e-12).all()
    for j in range(4):
        assert kstest(ours[::2, j], oracle[:, j]).pvalue > 1e-3


def test_narrow_bounds_on_many_weights_fall_back_to_hit_and_run():
    # Each coordinate's own interval is narrow against the sum of the others', in opposite corners: no proposal fits.
    lower = np.array([0.0] * 10 + [0.02] * 10)
    upper = np.array([0.03] * 10 + [1.0] * 10)
    w = sample_bounded_simplex(lower, upper, 300, np.random.default_rng(4))
    assert (w >= lower).all()
    assert (w <= upper).all()
    assert np.allclose(w.sum(axis=1), 1)
    assert w[:, :10].mean() == pytest.approx(0.0135, abs=0.0015)


def test_same_seed_same_draws():
    draw = [sample_bounded_simplex([0.1, 0, 0], [0.5, 0.6, 0.6], 50, np.random.default_rng(9)) for _ in range(2)]
    assert np.array_equal(*draw)


def test_a_single_point_and_fixed_weights_are_kept():
    rng = np.random.default_rng(5)
    assert np.allclose(sample_bounded_simplex([0.2, 0.8], [0.2, 0.8], 3, rng), [0.2, 0.8])
    w = sample_bounded_simplex([0.5, 0, 0], [0.5, 1, 1], 500, rng)
    assert np.allclose(w[:, 0], 0.5)
    assert kstest(w[:, 1] * 2, "uniform").pvalue > 1e-3
    assert sample_bounded_simplex([0.0], [1.0], 2, rng).tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize(
    ("lower", "upper", "named"),
    [
        ([0.6, 0.5], [1, 1], r"sum to 1\.1"),
        ([0, 0], [0.4, 0.5], r"to 0\.9"),
        ([0.5, 0], [0.4, 1], "weight 0"),
        ([0, math.nan], [1, 1], "finite"),
        ([0, 0], [1, 1, 1], "shape"),
    ],
)
def test_impossible_bounds_are_refused(lower, upper, named):
    with pytest.raises(InputError, match=named):
        sample_bounded_simplex(lower, upper, 5, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("a", "b", "named"),
    [
        ([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.4, 0.4], "no weights fit"),
        ([[1.0, 1.0, 1.0]], [0.9], "no weights fit"),
        ([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]], [0.0, 0.0], "interior"),
        ([[math.nan, 1.0]], [1.0], "finite"),
    ],
)
def test_impossible_constraints_are_refused(a, b, named):
    with pytest.raises(InputError, match=named):
        sample_polytope(a, b, 5, np.random.default_rng(0))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_bounded_draws_never_leave_the_bounds(k, seed):
    rng = np.random.default_rng(seed)
    centre = rng.dirichlet(np.ones(k))
    lower, upper = centre * rng.random(k), centre + (1 - centre) * rng.random(k) ** 3
    w = sample_bounded_simplex(lower, upper, 20, rng)
    assert w.shape == (20, k)
    assert (w >= lower - 1e-15).all()
    assert (w <= upper + 1e-15).all()
    assert np.allclose(w.sum(axis=1), 1)
