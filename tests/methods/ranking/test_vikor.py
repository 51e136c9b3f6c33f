import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.ranking.vikor import Vikor, compromise_set, vikor

# Opricovic & Tzeng (2007), Extended VIKOR method in comparison with outranking methods, European Journal of Operational
# Research 178, 514-529: six reservoir systems on the Drina by eight criteria.
SYSTEMS = np.array(
    [
        [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41],
        [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
        [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42],
        [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
        [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04],
        [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
    ]
)
UP = np.array([True, False, True, True, False, False, False, True])


def naive(x, w, up, v):
    """Oracle: the steps as Opricovic & Tzeng (2004) print them."""
    a, c = x.shape
    s, r = np.zeros(a), np.zeros(a)
    for i in range(a):
        terms = []
        for j in range(c):
            best, worst = (max(x[:, j]), min(x[:, j])) if up[j] else (min(x[:, j]), max(x[:, j]))
            terms.append(w[j] * (best - x[i, j]) / (best - worst) if best != worst else 0.0)
        s[i], r[i] = sum(terms), max(terms)
    q = np.zeros(a)
    for measure, share in ((s, v), (r, 1 - v)):
        if max(measure) > min(measure):
            q += share * (measure - min(measure)) / (max(measure) - min(measure))
    return s, r, q


def test_opricovic_and_tzeng_2004_mountain_climbing():
    found = vikor([[1, 3000], [2, 3750], [5, 4500]], [0.5, 0.5], maximise=np.array([False, True]), majority=0.5)
    assert found.utility.tolist() == [0.5, 0.375, 0.5]
    assert found.regret.tolist() == [0.5, 0.25, 0.5]
    assert found.compromise.tolist() == [1, 0, 1]
    assert compromise_set(found).alternatives == (1,)


@pytest.mark.parametrize(
    ("weights", "utility", "regret", "compromise", "chosen", "advantage"),
    [
        (
            [1, 1, 1, 1, 1, 1, 1, 1],
            [0.692, 0.7, 0.29, 0.423, 0.28, 0.346],
            [0.125, 0.125, 0.121, 0.125, 0.067, 0.125],
            [0.991, 1.0, 0.473, 0.670, 0.0, 0.578],
            (4,),
            True,
        ),
        (
            [2, 2, 2, 2, 1, 1, 1, 1],
            [0.701, 0.6, 0.386, 0.365, 0.317, 0.459],
            [0.167, 0.114, 0.161, 0.167, 0.089, 0.167],
            [1.0, 0.533, 0.552, 0.563, 0.0, 0.686],
            (4,),
            True,
        ),
        (
            [1, 1, 1, 1, 2, 2, 2, 2],
            [0.683, 0.8, 0.193, 0.48, 0.243, 0.232],
            [0.113, 0.167, 0.08, 0.122, 0.044, 0.083],
            [0.684, 1.0, 0.147, 0.554, 0.041, 0.191],
            (4, 2, 5),
            False,
        ),
        (
            [1, 1, 1, 1, 3.2, 3.2, 3.2, 3.2],
            [0.678, 0.857, 0.138, 0.513, 0.222, 0.167],
            [0.129, 0.190, 0.057, 0.139, 0.042, 0.060],
            [0.668, 1.0, 0.051, 0.588, 0.058, 0.078],
            (2, 4, 5),
            False,
        ),
    ],
)
def test_opricovic_and_tzeng_2007_reservoirs(weights, utility, regret, compromise, chosen, advantage):
    found = vikor(SYSTEMS, np.array(weights) / sum(weights), maximise=UP, majority=0.5)
    assert found.utility == pytest.approx(utility, abs=1e-3)
    assert found.regret == pytest.approx(regret, abs=1e-3)
    assert found.compromise == pytest.approx(compromise, abs=1e-3)
    proposal = compromise_set(found)
    assert proposal.alternatives == chosen
    assert proposal.acceptable_advantage is advantage
    assert proposal.acceptable_stability


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([0, 0.3, 1]), st.booleans())
def test_agrees_with_the_printed_steps(a, c, seed, majority, tied):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (a, c)).astype(float) if tied else rng.random((a, c))
    w, up = rng.dirichlet(np.ones(c)), rng.random(c) > 0.5
    found = vikor(x, w, maximise=up, majority=majority)
    for ours, theirs in zip((found.utility, found.regret, found.compromise), naive(x, w, up, majority), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_many_samples_at_once_are_the_single_runs():
    rng = np.random.default_rng(1)
    tables, weights, up = rng.random((4, 5, 3)), rng.dirichlet(np.ones(3), 4), np.array([True, False, True])
    whole = vikor(tables, weights, maximise=up, majority=0.5)
    fixed = vikor(tables[0], weights, maximise=up, majority=0.5)
    for k in range(4):
        one = vikor(tables[k], weights[k], maximise=up, majority=0.5)
        assert np.allclose(whole.compromise[k], one.compromise)
        assert np.allclose(whole.regret[k], one.regret)
        assert np.allclose(fixed.compromise[k], vikor(tables[0], weights[k], maximise=up, majority=0.5).compromise)


def test_advantage_without_stability_proposes_two():
    result = Vikor(np.array([0.3, 0.1, 0.9]), np.array([0.2, 0.1, 0.5]), np.array([0.0, 0.6, 1.0]))
    found = compromise_set(result)
    assert found.alternatives == (0, 1)
    assert found.acceptable_advantage
    assert not found.acceptable_stability


def test_an_advantage_of_exactly_the_margin_counts():
    q = np.array([0.1 + 0.2 - 0.3, 1 / 3, 2 / 3, 1.0])
    assert compromise_set(Vikor(q, q, q)).alternatives == (0,)


def test_one_alternative_is_its_own_compromise():
    assert compromise_set(vikor([[1.0]], [1.0], maximise=True, majority=0.5)).alternatives == (0,)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="majority"):
        vikor([[1.0]], [1.0], maximise=True, majority=1.5)
    with pytest.raises(InputError, match="one run"):
        compromise_set(vikor([[1.0], [2.0]], [[1.0], [1.0]], maximise=True, majority=0.5))
