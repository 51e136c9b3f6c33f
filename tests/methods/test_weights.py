import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from majung.methods.labelled import InputError
from majung.methods.weights import (
    critic,
    direct,
    entropy,
    sample_bounded_simplex,
    sample_ordinal,
    sample_polytope,
    sample_simplex,
    swing,
)


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


def test_small_batches_of_proposals_give_as_many_draws(monkeypatch):
    monkeypatch.setattr("majung.methods.weights._PROPOSALS", 64)
    w = sample_bounded_simplex([0.1, 0, 0], [0.5, 0.6, 0.6], 500, np.random.default_rng(7))
    assert w.shape == (500, 3)
    assert (w[:, 0] >= 0.1).all()


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


def test_ordinal_draws_agree_with_hit_and_run_and_keep_the_order():
    rng = np.random.default_rng(6)
    order = [2, 0, 3, 1]
    w = sample_ordinal(order, 4_000, rng)
    assert (np.diff(w[:, order], axis=1) <= 0).all()
    # The centre of {w1 >= ... >= wk} is the rank order centroid, w_r = (1/k) sum_{i >= r} 1/i (Barron & Barrett 1996).
    centroid = [sum(1 / i for i in range(r, 5)) / 4 for r in range(1, 5)]
    assert w[:, order].mean(axis=0) == pytest.approx(centroid, abs=0.01)
    a = np.zeros((3, 4))
    for row, (more, less) in enumerate(pairwise(order)):
        a[row, less], a[row, more] = 1, -1
    chain = sample_polytope(a, np.zeros(3), 4_000, rng)
    for j in range(4):
        assert kstest(chain[::2, j], w[:, j]).pvalue > 1e-3


def test_points_become_weights():
    assert direct([30, 50, 20]).tolist() == [0.3, 0.5, 0.2]
    assert swing([[100, 50, 50], [100, 100, 0]]).tolist() == [[0.5, 0.25, 0.25], [0.5, 0.5, 0]]


@pytest.mark.parametrize(
    ("how", "points", "named"),
    [
        (direct, [1, -1], "negative"),
        (direct, [1, math.nan], "finite"),
        (direct, [[1, 1], [0, 0]], "no points"),
        (direct, [], "shape"),
        (swing, [[100, 50], [80, 20]], "not 80"),
    ],
)
def test_bad_points_are_refused(how, points, named):
    with pytest.raises(InputError, match=named):
        how(points)


def test_entropy_by_hand():
    # Column 0 is constant and tells nothing; column 1 holds everything at one alternative: entropy 0.
    assert entropy([[1, 0], [1, 5], [1, 0]]) == pytest.approx([0, 1])
    p = np.array([0.25, 0.75])
    information = 1 + (p * np.log(p)).sum() / math.log(2)
    q = np.array([0.4, 0.6])
    other = 1 + (q * np.log(q)).sum() / math.log(2)
    assert entropy([[1, 2], [3, 3]]) == pytest.approx(np.array([information, other]) / (information + other))


# Diakoulaki, Mavrotas & Papayannakis (1995), Computers & Operations Research 22, 763-770: eight pharmaceutical firms.
FIRMS = [
    *([61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65], [5.4, 2.77, 2.33]),
    *([4, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98]),
]


def test_critic_of_diakoulaki_et_al_1995():
    assert critic(FIRMS, maximise=True) == pytest.approx([0.20222554, 0.48090173, 0.31687273])


def test_critic_turns_criteria_to_the_same_direction():
    x = np.array(FIRMS)
    x[:, 1] *= -1
    assert critic(x, maximise=np.array([True, False, True])) == pytest.approx(critic(FIRMS, maximise=True))


def test_a_constant_criterion_gets_no_critic_weight():
    x = np.column_stack([np.array(FIRMS), np.ones(8)])
    w = critic(x, maximise=True)
    assert w[3] == 0
    assert w[:3] == pytest.approx(critic(FIRMS, maximise=True))


@pytest.mark.parametrize(
    ("how", "table", "named"),
    [
        (entropy, [[1, 2], [1, 2]], "apart"),
        (entropy, [[1, -2], [1, 2]], "alternative 0 on criterion 1"),
        (entropy, [[1, 0], [1, 0]], "criterion 1 is zero"),
        (entropy, [[1, 2]], "two alternatives"),
        (lambda x: critic(x, maximise=True), [[1, 2], [1, 2]], "apart"),
        (lambda x: critic(x, maximise=True), [[1, 2], [2, 3], [4, 5]], "apart"),
        (lambda x: critic(x, maximise=[True]), [[1, 2], [2, 1]], "boolean"),
    ],
)
def test_tables_without_information_are_refused(how, table, named):
    with pytest.raises(InputError, match=named):
        how(table)


@pytest.mark.parametrize("order", [[0, 0, 1], [1, 2], []])
def test_bad_orders_are_refused(order):
    with pytest.raises(InputError, match="once"):
        sample_ordinal(order, 5, np.random.default_rng(0))


def test_no_draws_are_refused():
    with pytest.raises(InputError, match="at least 1"):
        sample_simplex(3, 0, np.random.default_rng(0))
