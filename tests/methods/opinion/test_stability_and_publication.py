import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.opinion import (
    adjusted_rand,
    chance_silhouette,
    opinion_groups,
    opinion_map,
    opinion_space,
    shown,
    stability,
    statement_statistics,
    votes,
    votes_from_table,
)
from majung.methods.opinion.publication import _covered

from .strategies import planted

HOW = {"minimum_votes": 7, "fit_on": "everyone", "numbers": range(2, 5)}
WHOLE = HOW | {
    "test": "plain",
    "confidence": 0.9,
    "most": 5,
    "minimum_group": 10,
    "minimum_cell": 5,
    "straight_chance": 1e-3,
    "resample": "participants",
    "replicates": 5,
}


def grouped(ballots, **how):
    how = HOW | how
    return opinion_groups(
        opinion_space(ballots, minimum_votes=how["minimum_votes"], fit_on=how["fit_on"]), numbers=how["numbers"]
    )


@pytest.mark.parametrize("resample", ["participants", "statements"])
def test_planted_groups_are_stable_and_beyond_chance(resample, rng):
    ballots, _, _ = planted(240, 40, 3, rng)
    found = stability(ballots, grouped(ballots), **HOW, resample=resample, replicates=12, rng=rng)
    assert found.ari.shape == (12,)
    assert found.jaccard.shape == (12, 3)
    assert np.median(found.ari) > 0.85
    assert sum(found.numbers.values()) == pytest.approx(1)
    low, high = found.interval(0.9)
    assert low <= np.median(found.ari) <= high
    assert chance_silhouette(ballots, **HOW, replicates=19, rng=rng).p_value == 1 / 20


def test_without_groups_none_is_claimed(rng):
    refuted = 0
    for _ in range(12):
        table = rng.choice([1.0, 0.0, -1.0], p=[0.5, 0.2, 0.3], size=(80, 15))
        ballots = votes_from_table(table, range(80), range(15))
        refuted += chance_silhouette(ballots, **HOW, replicates=9, rng=rng).p_value <= 0.1
    assert refuted <= 5  # each 1 in 10 by construction: more than five of twelve has probability below 0.001


def test_stability_is_a_function_of_the_seed(rng):
    ballots, _, _ = planted(100, 20, 2, rng)
    groups = grouped(ballots)
    one, two = (
        stability(ballots, groups, **HOW, resample="participants", replicates=4, rng=np.random.default_rng(7)).ari
        for _ in range(2)
    )
    assert (one == two).all()


def test_groups_and_stability_must_be_made_alike(rng):
    ballots, _, _ = planted(100, 20, 2, rng, seen=0.4)
    with pytest.raises(InputError, match="another minimum"):
        stability(
            ballots,
            grouped(ballots, minimum_votes=9),
            **HOW,
            resample="participants",
            replicates=2,
            rng=rng,
        )
    with pytest.raises(InputError, match="unknown resample"):
        stability(ballots, grouped(ballots), **HOW, resample="votes", replicates=2, rng=rng)
    with pytest.raises(InputError, match="replicates is 0"):
        stability(ballots, grouped(ballots), **HOW, resample="statements", replicates=0, rng=rng)
    with pytest.raises(InputError, match="replicates is 0"):
        chance_silhouette(ballots, **HOW, replicates=0, rng=rng)


def test_draws_in_which_nothing_varies_are_refused_and_counted(rng):
    # Only statements 0 and 1 divide: a draw without them has no axis.
    table = np.ones((6, 4))
    table[:3, 0] = -1
    table[::2, 1] = -1
    ballots = votes_from_table(table, range(6), range(4))
    how = {"minimum_votes": 1, "fit_on": "everyone", "numbers": [2]}
    groups = opinion_groups(opinion_space(ballots, minimum_votes=1, fit_on="everyone"), numbers=[2])
    found = stability(ballots, groups, **how, resample="statements", replicates=60, rng=rng)
    assert found.refused > 0
    assert len(found.ari) == 60 - found.refused


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(1, 12))
def test_nothing_hidden_follows_from_a_total(sizes, minimum):
    sizes = np.array(sizes)
    left = _covered(sizes, sizes >= minimum, minimum)
    assert (sizes[left] >= minimum).all()
    hidden = sizes[~left & (sizes > 0)]
    assert not len(hidden) or not left.any() or (len(hidden) > 1 and hidden.sum() >= minimum)


def test_small_groups_and_cells_are_hidden():
    # Groups of 12, 10 and 3. Statement 1: two of the second group voted; statement 2: everybody.
    of = np.repeat([0, 1, 2], [12, 10, 3])
    table = np.stack([np.where(of == 0, 1.0, -1.0), np.where(of == 1, np.nan, 1.0), np.where(of == 2, -1.0, 1.0)], 1)
    table[12:14, 1] = 1
    ballots = votes_from_table(table, range(25), range(3))
    drawn = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    groups = opinion_groups(drawn, numbers=[3])
    assert adjusted_rand(groups.of, of) == 1
    found = statement_statistics(ballots, groups.of, test="plain")
    everything = shown(groups, found, minimum_group=1, minimum_cell=1)
    assert everything.cells.all()
    np.testing.assert_array_equal(everything.count, found.count)
    # The group of 3 alone would follow from the total: the next smallest goes with it.
    without = shown(groups, found, minimum_group=5, minimum_cell=1)
    assert without.groups.tolist() == [True, False, False]
    assert set(without.of.tolist()) == {0, -1}
    assert np.isnan(without.share[:, 1:]).all()
    # In statement 1 the cells of 2 and 3 votes are hidden, together 5.
    cells = shown(groups, found, minimum_group=1, minimum_cell=5).cells
    assert cells[:, 1].tolist() == [True, False, False]
    assert cells[:, 2].tolist() == [True, False, False]
    with pytest.raises(InputError, match="minimum_cell 0"):
        shown(groups, found, minimum_group=1, minimum_cell=0)
    with pytest.raises(InputError, match="do not belong together"):
        shown(groups, statement_statistics(ballots, None, test="plain"), minimum_group=1, minimum_cell=1)


def test_the_map_shows_only_what_may_be_shown(rng):
    ballots, _, _ = planted(120, 20, 3, rng)
    found = opinion_map(ballots, **WHOLE, rng=rng)
    for g, chosen in enumerate(found.representative):
        assert 0 < len(chosen) <= 5
        assert all(found.shown.cells[g, f.statement] for f in chosen)
    hidden = opinion_map(ballots, **WHOLE | {"minimum_group": 10**6}, rng=rng)
    assert not hidden.shown.groups.any()
    assert set(hidden.representative) == {()}
    assert set(hidden.shown.of.tolist()) == {-1}


@pytest.mark.parametrize(
    ("name", "repeats", "agreement", "fits"),
    [("vtaiwan.uberx", 554, 0.831, (2, 376)), ("15-per-hour-seattle", 123, 0.776, (2, 47))],
)
def test_an_open_conversation_agrees_with_its_published_groups_in_part(conversation, name, repeats, agreement, fits):
    # The published groups come from a k-means over time, smoothed and on 100 base clusters: they are not the truth.
    records, moderated, published = conversation(name)
    ballots = votes(*records.T, repeated="last")
    assert ballots.repeated == repeats
    ballots = ballots.without(moderated & set(ballots.statements.tolist()))
    found = grouped(ballots, fit_on="counted", numbers=range(2, 6))
    assert (len(found.sizes), found.sizes[-1]) == fits
    both = [(g, published[p]) for p, g in zip(ballots.participants.tolist(), found.of, strict=True) if g >= 0]
    assert adjusted_rand(*zip(*both, strict=True)) == pytest.approx(agreement, abs=0.02)


def cube(sizes, people):
    """Everyone agrees or disagrees with each of three blocks of statements, all eight ways alike often: the map has two
    axes, so that opinions which only the third parts stand at one point but for rounding error."""
    return np.array([np.repeat(way, sizes) for way in itertools.product([1.0, -1.0], repeat=3) for _ in range(people)])


@pytest.mark.parametrize("sizes", [(3, 2, 1), (4, 3, 2), (3, 3, 3), (5, 2, 1)])
@pytest.mark.parametrize("resample", ["participants", "statements"])
def test_no_group_is_made_of_rounding_error(sizes, resample, rng):
    table = cube(sizes, 6)
    ballots = votes_from_table(table, range(len(table)), range(table.shape[1]))
    how = {"minimum_votes": 5, "fit_on": "everyone", "numbers": range(2, 8)}
    groups = grouped(ballots, **how)
    assert len(groups.sizes) <= 4
    assert (groups.sizes > 0).all()
    found = stability(ballots, groups, **how, resample=resample, replicates=20, rng=rng)
    assert np.isfinite(found.ari).all()
    assert len(found.ari) + found.refused == 20
    assert np.isfinite(chance_silhouette(ballots, **how, replicates=5, rng=rng).observed)


def test_where_votes_differ_too_little_stability_is_not_known(rng):
    """Two camps and no other opinion: as many different points as groups at most, so no draw has more to try."""
    table = np.vstack([np.ones((6, 4)), -np.ones((6, 4))])
    ballots = votes_from_table(table, range(12), range(4))
    how = {"minimum_votes": 1, "fit_on": "everyone", "numbers": range(2, 5)}
    groups = grouped(ballots, **how)
    assert groups.sizes.tolist() == [6, 6]
    found = stability(ballots, groups, **how, resample="participants", replicates=7, rng=rng)
    assert not found.known
    assert (found.ari.shape, found.jaccard.shape, dict(found.numbers), found.refused) == ((0,), (0, 2), {}, 7)
    with pytest.raises(InputError, match="stability is not known"):
        found.interval(0.9)


@pytest.mark.parametrize("table", [np.ones((5, 4)), np.ones((1, 4)), np.zeros((5, 4))])
def test_one_voter_or_one_opinion_is_no_map(table):
    ballots = votes_from_table(table, range(len(table)), range(4))
    with pytest.raises(InputError, match=r"vote alike|at least two"):
        grouped(ballots, minimum_votes=1)
