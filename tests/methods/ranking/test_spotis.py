import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.checks import invariance
from majung.methods.labelled import InputError
from majung.methods.ranking.additive import additive
from majung.methods.ranking.spotis import spotis
from majung.methods.value import Scale, score


def test_dezert_et_al_2020_example_1():
    # The SPOTIS rank reversal free method for multi-criteria decision-making support, FUSION 2020.
    found = spotis(
        [[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]],
        [0.2, 0.3, 0.5],
        bounds=[[-5, 12], [-6, 10], [-8, 5]],
        maximise=np.array([True, False, True]),
    )
    assert found == pytest.approx([0.1989, 0.3707, 0.3063, 0.7491], abs=1e-3)
    assert np.argsort(found).tolist() == [0, 2, 1, 3]


def test_dezert_et_al_2020_example_2_cars():
    found = spotis(
        [
            [15000, 4.3, 99, 42, 737],
            [15290, 5.0, 116, 42, 892],
            [15350, 5.0, 114, 45, 952],
            [15490, 5.3, 123, 45, 1120],
        ],
        [0.2941, 0.2353, 0.2353, 0.0588, 0.1765],
        bounds=[[14000, 16000], [3, 8], [80, 140], [35, 60], [650, 1300]],
        maximise=np.array([False, False, False, True, True]),
    )
    assert found == pytest.approx([0.4779, 0.5781, 0.5558, 0.5801], abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 6), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_it_is_one_minus_the_additive_value_and_never_reverses(a, c, seed):
    rng = np.random.default_rng(seed)
    x, w, up = rng.random((a, c)), rng.dirichlet(np.ones(c)), rng.random(c) > 0.5
    bounds = np.column_stack([np.full(c, -0.5), np.full(c, 1.5)])
    v = np.column_stack([score(x[:, k], Scale(-0.5, 1.5) if up[k] else Scale(1.5, -0.5)) for k in range(c)])
    assert spotis(x, w, bounds=bounds, maximise=up) == pytest.approx(1 - additive(v, w))
    assert invariance(lambda t: -spotis(t, w, bounds=bounds, maximise=up), x) == ()


def test_many_samples_at_once_are_the_single_runs():
    rng = np.random.default_rng(1)
    tables, weights = rng.random((4, 5, 2)), rng.dirichlet(np.ones(2), 4)
    bounds = [[0, 1], [-1, 2]]
    each = [spotis(t, w, bounds=bounds, maximise=True) for t, w in zip(tables, weights, strict=True)]
    assert np.allclose(spotis(tables, weights, bounds=bounds, maximise=True), each)


@pytest.mark.parametrize(
    ("bounds", "named"),
    [
        ([[0, 1]], "each of 2 criteria"),
        ([[0, 1], [2, 2]], "criterion 1"),
        ([[0, 1], [2, 5]], "alternative 0 on criterion 1 is outside"),
        ([[0, 1], [0, np.inf]], "finite"),
    ],
)
def test_bad_bounds_are_refused(bounds, named):
    with pytest.raises(InputError, match=named):
        spotis([[0.5, 1.0]], [0.5, 0.5], bounds=bounds, maximise=True)
