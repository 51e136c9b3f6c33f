from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.ranking.promethee import promethee_ii
from majung.methods.ranking.spotis import spotis
from majung.methods.ranking.topsis import topsis
from majung.methods.ranking.vikor import vikor
from majung.methods.smaa import smaa, smaa_by_group, smaa_from_values
from majung.methods.weights import sample_simplex


def naive(values, weights, ties):
    """Oracle: one sample, one pair, one rank at a time."""
    n, a = values.shape
    b, wins, first, central = np.zeros((a, a)), np.zeros((a, a)), np.zeros(a), np.zeros((a, weights.shape[1]))
    for v, w in zip(values, weights, strict=True):
        for i in range(a):
            above = int((v > v[i]).sum())
            level = int((v == v[i]).sum())
            if ties == "share":
                b[i, above : above + level] += 1 / level
            else:
                b[i, above] += 1
            share = (1 / level if ties == "share" else 1) * (above == 0)
            first[i] += share
            central[i] += share * w
        for i, j in combinations(range(a), 2):
            half = 0.5 * (ties == "share") * (v[i] == v[j])
            wins[i, j] += (v[i] > v[j]) + half
            wins[j, i] += (v[j] > v[i]) + half
    with np.errstate(invalid="ignore"):
        return b / n, wins / n, central / first[:, None]


@pytest.mark.parametrize("ties", ["share", "best"])
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_indices_agree_with_the_naive_count_with_many_ties(ties, a, c, n, seed):
    rng = np.random.default_rng(seed)
    weights = sample_simplex(c, n, rng)
    values = rng.integers(-1, 2, (n, a)).astype(float)
    found = smaa_from_values(values, weights, ties=ties)
    b, wins, central = naive(values, weights, ties)
    assert np.allclose(found.rank_acceptability, b)
    assert np.allclose(found.pairwise_winning, wins)
    assert np.allclose(found.central_weights, central, equal_nan=True)
    assert np.allclose(found.value_mean, values.mean(axis=0))
    assert np.allclose(found.value_interval, np.quantile(values, [0.05, 0.95], axis=0).T)
    assert np.allclose(found.standard_error, np.sqrt(b * (1 - b) / n))


def test_blocks_do_not_change_the_result(monkeypatch):
    rng = np.random.default_rng(0)
    scores, weights = rng.random((60, 7, 3)), sample_simplex(3, 60, rng)
    whole = smaa(scores, weights)
    monkeypatch.setattr("majung.methods.smaa._BLOCK", 20)
    parts = smaa(scores, weights)
    for name in ("rank_acceptability", "pairwise_winning", "central_weights", "confidence", "value_interval"):
        assert np.allclose(getattr(whole, name), getattr(parts, name), equal_nan=True), name


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9])
def test_units_do_not_matter(scale):
    rng = np.random.default_rng(9)
    values, weights = rng.normal(size=(30, 8)), sample_simplex(2, 30, rng)
    ours = smaa_from_values(values * scale, weights)
    b, wins, _ = naive(values, weights, "share")
    assert np.allclose(ours.rank_acceptability, b)
    assert np.allclose(ours.pairwise_winning, wins)


def test_more_alternatives_than_a_byte_counts():
    rng = np.random.default_rng(10)
    values = rng.normal(size=(40, 300))
    found = smaa_from_values(values, np.ones((40, 1)))
    ranks = (-values).argsort(axis=1).argsort(axis=1)
    assert np.allclose(found.expected_rank, ranks.mean(axis=0) + 1)
    assert np.allclose(found.pairwise_winning, (values[:, :, None] > values[:, None, :]).mean(axis=0))


def test_more_alternatives_than_labels_fit_beside_a_value():
    rng = np.random.default_rng(11)
    values = rng.normal(size=(3, 1100))
    values[1, 5] = values[1, 900]
    found = smaa_from_values(values, np.ones((3, 1)))
    b, wins, _ = naive(values, np.ones((3, 1)), "share")
    assert np.allclose(found.rank_acceptability, b)
    assert np.allclose(found.pairwise_winning, wins)


@pytest.mark.parametrize("order", ["drawn", "rising", "falling", "misleading"])
def test_value_intervals_of_many_samples_in_any_order(order):
    rng = np.random.default_rng(12)
    values = rng.normal(size=(5000, 2))
    if order == "rising":
        values.sort(axis=0)
    if order == "falling":
        values = -np.sort(values, axis=0)
    if order == "misleading":  # every 64th value, which a bound is guessed from, is the largest or the smallest
        values[::64] = [9.0, -9.0]
    found = smaa_from_values(values, np.ones((5000, 1)))
    assert np.allclose(found.value_interval, np.quantile(values, [0.05, 0.95], axis=0).T, rtol=1e-15)


def test_ranks_alone_are_the_same_ranks():
    rng = np.random.default_rng(13)
    scores, weights = rng.random((6, 3)), sample_simplex(3, 500, rng)
    everything, ranks = smaa(scores, weights), smaa(scores, weights, indices="ranks")
    for name in (
        "rank_acceptability",
        "standard_error",
        "central_weights",
        "confidence",
        "expected_rank",
        "value_mean",
    ):
        assert np.array_equal(getattr(everything, name), getattr(ranks, name), equal_nan=True), name
    assert np.isnan(ranks.pairwise_winning).all()
    assert np.isnan(ranks.value_interval).all()
    with pytest.raises(InputError, match="unknown indices 'some'"):
        smaa(scores, weights, indices="some")


def test_all_equal_share_every_rank():
    found = smaa_from_values(np.full((7, 3), 0.4), np.ones((7, 1)))
    assert found.rank_acceptability == pytest.approx(np.full((3, 3), 1 / 3))
    assert found.value_interval == pytest.approx(np.full((3, 2), 0.4))


def test_two_criteria_by_hand():
    # w uniform on [0, 1]: a = w, b = 1 - w, c = 0.4. a first for w > 1/2, b for w < 1/2, c never.
    w = (np.arange(10_000) + 0.5) / 10_000
    found = smaa([[1, 0], [0, 1], [0.4, 0.4]], np.column_stack([w, 1 - w]))
    assert found.rank_acceptability == pytest.approx(np.array([[0.5, 0.1, 0.4], [0.5, 0.1, 0.4], [0, 0.8, 0.2]]))
    assert found.pairwise_winning == pytest.approx(np.array([[0, 0.5, 0.6], [0.5, 0, 0.6], [0.4, 0.4, 0]]))
    assert found.central_weights[:2] == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]))
    assert np.isnan(found.central_weights[2]).all()
    assert found.confidence[:2].tolist() == [1, 1]
    assert np.isnan(found.confidence[2])
    assert found.expected_rank == pytest.approx([1.9, 1.9, 2.2])
    assert found.value_interval == pytest.approx(np.array([[0.05, 0.95], [0.05, 0.95], [0.4, 0.4]]), abs=1e-3)
    assert found.samples == 10_000


def test_confidence_uses_each_samples_own_scores():
    rng = np.random.default_rng(2)
    scores, weights = rng.random((500, 4, 3)), sample_simplex(3, 500, rng)
    found = smaa(scores, weights)
    for a in range(4):
        values = scores @ found.central_weights[a]
        assert found.confidence[a] == pytest.approx((values.argmax(axis=1) == a).mean())
    model = smaa_from_values(
        np.einsum("sac,sc->sa", scores, weights), weights, model=lambda w: np.einsum("sac,kc->ksa", scores, w)
    )
    assert np.allclose(model.confidence, found.confidence)


def test_clones_tie_in_spite_of_rounding():
    rng = np.random.default_rng(3)
    scores = rng.random((9, 7))
    scores[8] = scores[0]
    shared = smaa(scores, sample_simplex(7, 2_000, rng))
    assert shared.pairwise_winning[0, 8] == shared.pairwise_winning[8, 0] == 0.5
    assert np.array_equal(shared.rank_acceptability[0], shared.rank_acceptability[8])
    best = smaa(scores, sample_simplex(7, 2_000, rng), ties="best")
    assert best.pairwise_winning[0, 8] == best.pairwise_winning[8, 0] == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(1, 5), st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_identities(a, c, n, seed):
    rng = np.random.default_rng(seed)
    found = smaa(rng.random((a, c)).round(1), sample_simplex(c, n, rng))
    assert np.allclose(found.rank_acceptability.sum(axis=0), 1)
    assert np.allclose(found.rank_acceptability.sum(axis=1), 1)
    off = ~np.eye(a, dtype=bool)
    assert np.allclose((found.pairwise_winning + found.pairwise_winning.T)[off], 1)
    # The expected rank is one more than the expected number of those above.
    assert np.allclose(found.expected_rank, 1 + found.pairwise_winning.sum(axis=0))
    ever = found.rank_acceptability[:, 0] > 0
    assert np.allclose(found.central_weights[ever].sum(axis=1), 1)


def test_net_flows_of_promethee_can_be_sampled_because_they_are_linear_in_the_weights():
    rng = np.random.default_rng(6)
    table, weights = rng.random((5, 3)), sample_simplex(3, 40, rng)
    flows = promethee_ii(table, weights[0], preference="v-shape", maximise=True, threshold=0.3)
    values = weights @ flows.unicriterion_net.T
    each = [promethee_ii(table, w, preference="v-shape", maximise=True, threshold=0.3).net for w in weights]
    assert np.allclose(values, each)
    found = smaa_from_values(values, weights, model=lambda w: w @ flows.unicriterion_net.T)
    assert set(found.confidence[found.rank_acceptability[:, 0] > 0]) <= {0.0, 1.0}
    assert np.isnan(smaa_from_values(values, weights).confidence).all()


def test_one_alternative_is_always_first():
    found = smaa([[0.5, 0.2]], [[0.5, 0.5]])
    assert found.rank_acceptability.tolist() == [[1.0]]
    assert found.confidence.tolist() == [1.0]
    assert found.pairwise_winning.tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("scores", "weights", "named"),
    [
        (np.ones((2, 3)), np.ones((4, 2)) / 2, "scores"),
        (np.ones((5, 2, 2)), np.ones((4, 2)) / 2, "scores"),
        (np.array([[np.nan, 1.0]]), np.ones((4, 2)) / 2, r"\[0, 0\]"),
        (np.ones((2, 2)), np.ones((4, 2)), "sum to 2"),
        (np.ones((2, 2)), np.array([[1.5, -0.5]]), "negative"),
        (np.ones((2, 2)), np.ones(2) / 2, "shape"),
    ],
)
def test_bad_input_is_refused(scores, weights, named):
    with pytest.raises(InputError, match=named):
        smaa(scores, weights)


def test_unknown_tie_rule_is_refused():
    with pytest.raises(InputError, match="average"):
        smaa(np.ones((2, 2)), np.ones((4, 2)) / 2, ties="average")


def test_groups_stand_side_by_side():
    scores = np.eye(2)
    found = smaa_by_group(scores, {"industry": [[0.9, 0.1]], "ministry": [[0.6, 0.4], [0.3, 0.7]]})
    assert found.groups["industry"].rank_acceptability[0, 0] == 1
    assert found.lowest.tolist() == [[0.5, 0], [0, 0.5]]
    assert found.highest.tolist() == [[1, 0.5], [0.5, 1]]
    with pytest.raises(InputError, match="groups"):
        smaa_by_group(scores, {})


def test_every_ranking_method_can_be_sampled():
    rng = np.random.default_rng(8)
    table, weights = rng.random((5, 3)), sample_simplex(3, 300, rng)
    bounds = [[0.0, 1.0]] * 3
    models = {
        "topsis": lambda w: topsis(table, w, maximise=True, normalisation="vector"),
        "vikor": lambda w: -vikor(table, w, maximise=True, majority=0.5).compromise,
        "spotis": lambda w: -spotis(table, w, bounds=bounds, maximise=True),
    }
    for model in models.values():
        found = smaa_from_values(model(weights), weights, model=model)
        b, _, central = naive(model(weights), weights, "share")
        assert np.allclose(found.rank_acceptability, b)
        ever = b[:, 0] > 0
        winners = model(found.central_weights[ever]).argmax(axis=1)
        assert found.confidence[ever].tolist() == (winners == np.flatnonzero(ever)).tolist()
        assert np.allclose(found.central_weights, central, equal_nan=True)
    # SPOTIS is the additive model upside down.
    spotted = smaa_from_values(models["spotis"](weights), weights)
    assert np.allclose(spotted.rank_acceptability, smaa(table, weights).rank_acceptability)
