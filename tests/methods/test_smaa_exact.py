import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.smaa import smaa
from majung.methods.smaa_exact import smaa_exact
from majung.methods.weights import sample_bounded_simplex, sample_ordinal, sample_polytope, sample_simplex


def test_two_criteria_by_hand():
    found = smaa_exact([[1, 0], [0, 1], [0.4, 0.4]])
    assert found.rank_acceptability == pytest.approx(np.array([[0.5, 0.1, 0.4], [0.5, 0.1, 0.4], [0, 0.8, 0.2]]))
    assert found.pairwise_winning == pytest.approx(np.array([[0, 0.5, 0.6], [0.5, 0, 0.6], [0.4, 0.4, 0]]))
    assert found.central_weights[:2] == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]))
    assert np.isnan(found.central_weights[2]).all()
    assert found.feasible == 1


def test_three_champions_share_the_triangle():
    found = smaa_exact(np.eye(3))
    assert found.rank_acceptability == pytest.approx(np.full((3, 3), 1 / 3))
    # Centroid of {w0 >= w1, w2}, a quadrilateral with corners e0, the two edge midpoints and the middle.
    assert found.central_weights[0] == pytest.approx([11 / 18, 7 / 36, 7 / 36])


def test_ordinal_weights_have_the_rank_order_centroid():
    # One alternative is always first, so its central weight is the centroid of the feasible weights; ordered weights
    # are 1/k! of the simplex and their centroid is known (Barron & Barrett 1996).
    found = smaa_exact([[1, 1, 1, 1]], a=[[-1, 1, 0, 0], [0, -1, 1, 0], [0, 0, -1, 1]], b=[0, 0, 0])
    assert found.feasible == pytest.approx(1 / 24)
    assert found.central_weights[0] == pytest.approx([25 / 48, 13 / 48, 7 / 48, 3 / 48])


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_sampling_converges_to_it(a, c, seed):
    rng = np.random.default_rng(seed)
    scores = rng.random((a, c))
    exact = smaa_exact(scores)
    n = 20_000
    sampled = smaa(scores, sample_simplex(c, n, rng))
    error = 5 * np.sqrt(np.maximum(exact.rank_acceptability * (1 - exact.rank_acceptability), 1e-4) / n)
    assert (np.abs(sampled.rank_acceptability - exact.rank_acceptability) <= error).all()
    assert np.allclose(sampled.pairwise_winning, exact.pairwise_winning, atol=0.02)
    often = exact.rank_acceptability[:, 0] > 0.05
    assert np.allclose(sampled.central_weights[often], exact.central_weights[often], atol=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_identities_with_clones_and_ties(a, c, seed):
    rng = np.random.default_rng(seed)
    found = smaa_exact(rng.integers(0, 3, (a, c)))
    assert np.allclose(found.rank_acceptability.sum(axis=0), 1)
    assert np.allclose(found.rank_acceptability.sum(axis=1), 1)
    off = ~np.eye(a, dtype=bool)
    assert np.allclose((found.pairwise_winning + found.pairwise_winning.T)[off], 1)
    # The central weights, weighted by how often each is first, average to the middle of the simplex.
    first = found.rank_acceptability[:, 0]
    assert np.allclose(first[first > 0] @ found.central_weights[first > 0], 1 / c)


def test_hit_and_run_and_the_bounded_sampler_have_the_exact_centre():
    scores = np.array([[0.9, 0.2, 0.4, 0.1], [0.1, 0.8, 0.3, 0.6], [0.4, 0.5, 0.5, 0.4]])
    rng = np.random.default_rng(0)
    a, b = np.array([[-1.0, 1.0, 0, 0], [0, -1.0, 2.0, 0]]), np.zeros(2)
    low, high = np.array([0.1, 0.0, 0.05, 0.2]), np.array([0.5, 0.3, 0.4, 0.6])
    for exact, weights in (
        (smaa_exact(scores, a=a, b=b), sample_polytope(a, b, 20_000, rng)),
        (
            smaa_exact(scores, a=np.vstack([np.eye(4), -np.eye(4)]), b=np.concatenate([high, -low])),
            sample_bounded_simplex(low, high, 20_000, rng),
        ),
        (
            smaa_exact(scores, a=[[1, -1, 0, 0], [0, 1, -1, 0], [0, 0, 1, -1]], b=[0, 0, 0]),
            sample_ordinal([3, 2, 1, 0], 20_000, rng),
        ),
    ):
        sampled = smaa(scores, weights)
        assert np.allclose(sampled.rank_acceptability, exact.rank_acceptability, atol=0.02)
        first = exact.rank_acceptability[:, 0]
        centre = first[first > 0] @ exact.central_weights[first > 0]
        assert weights.mean(axis=0) == pytest.approx(centre, abs=0.005)


def test_blocks_do_not_change_the_result(monkeypatch):
    scores = np.random.default_rng(1).random((4, 3))
    whole = smaa_exact(scores)
    monkeypatch.setattr("majung.methods.smaa_exact._BLOCK", 32)
    parts = smaa_exact(scores)
    assert np.allclose(whole.rank_acceptability, parts.rank_acceptability)
    assert np.allclose(whole.central_weights, parts.central_weights, equal_nan=True)


def test_impossible_and_unfit_input_is_refused(monkeypatch):
    with pytest.raises(InputError, match="no weights"):
        smaa_exact([[1, 0]], a=[[1, 1]], b=[0.5])
    with pytest.raises(InputError, match="both"):
        smaa_exact([[1, 0]], a=[[1, 1]])
    with pytest.raises(InputError, match="constraints"):
        smaa_exact([[1, 0]], a=[[1, 1, 1]], b=[0.5])
    with pytest.raises(InputError, match="finite"):
        smaa_exact([[1, np.nan]])
    monkeypatch.setattr("majung.methods.smaa_exact._PIECES", 50)
    with pytest.raises(InputError, match="pieces"):
        smaa_exact(np.random.default_rng(0).random((8, 4)))
