from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.opinion import adjusted_rand, opinion_groups, opinion_space, silhouettes, votes_from_table
from majung.methods.opinion.groups import k_means
from majung.methods.opinion.projection import space

from .strategies import dense_map, naive_adjusted_rand, naive_silhouette, planted


@pytest.mark.parametrize("statements", [12, 90], ids=["covariance", "Lanczos"])
def test_the_sparse_map_is_the_map_of_the_imputed_table(statements, rng):
    ballots, table, _ = planted(150, statements, 3, rng)
    found = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    points, explained = dense_map(table)
    np.testing.assert_allclose(found.points, points, atol=1e-8)
    np.testing.assert_allclose(found.explained, explained[:2])
    assert found.gap == pytest.approx(explained[1] - explained[2])
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(2), atol=1e-10)
    np.testing.assert_allclose(found.mean, np.nanmean(table, axis=0))


def test_fitting_on_the_counted_is_the_map_of_the_counted(rng):
    ballots, table, _ = planted(120, 20, 2, rng, seen=0.4)
    counted = (~np.isnan(table)).sum(axis=1) >= 9
    assert 0 < counted.sum() < 120
    found = opinion_space(ballots, minimum_votes=9, fit_on="counted")
    np.testing.assert_allclose(found.points[counted], dense_map(table[counted])[0], atol=1e-8)
    assert (found.counted == counted).all()


def test_whole_weights_are_copies(rng):
    ballots, table, _ = planted(40, 12, 2, rng)
    people, statements = rng.integers(0, 3, 40), rng.integers(0, 3, 12)
    weighted = space(ballots, np.ones(40, dtype=bool), people.astype(float), statements.astype(float))
    copied, _ = dense_map(np.repeat(np.repeat(table, people, axis=0), statements, axis=1))
    of_one = np.repeat(weighted.points, people, axis=0)
    signs = np.sign((of_one * copied).sum(axis=0))  # copies may move the largest loading
    np.testing.assert_allclose(of_one * signs, copied, atol=1e-8)


def test_a_statement_stands_where_its_only_supporter_would(rng):
    ballots, _, _ = planted(60, 10, 2, rng)
    found = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    lone = (1 - found.mean)[:, None] * found.components.T * np.sqrt(10)
    np.testing.assert_allclose(found.statements, lone)


@pytest.mark.parametrize("copies", [1, 30], ids=["covariance", "Lanczos"])
def test_without_a_second_axis_points_stand_on_a_line(copies):
    table = np.tile([[1, 1, -1], [-1, -1, 1], [1, 1, -1], [-1, -1, 1]], copies).astype(float)
    ballots = votes_from_table(table, range(4), range(3 * copies))
    found = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    assert found.explained.tolist() == pytest.approx([1, 0])
    assert (found.points[:, 1] == 0).all()


def test_who_saw_nothing_stands_at_the_origin_and_is_not_counted():
    table = [[1, -1], [-1, 1], [np.nan, np.nan]]
    found = opinion_space(votes_from_table(table, range(3), range(2)), minimum_votes=1, fit_on="everyone")
    assert found.points[2].tolist() == [0, 0]
    assert found.counted.tolist() == [True, True, False]


def test_a_statement_nobody_saw_moves_nobody_but_the_factor(rng):
    ballots, table, _ = planted(30, 6, 2, rng)
    wider = votes_from_table(np.column_stack([table, np.full(30, np.nan)]), range(30), range(7))
    narrow = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    found = opinion_space(wider, minimum_votes=1, fit_on="everyone")
    np.testing.assert_allclose(found.points, narrow.points * np.sqrt(7 / 6), atol=1e-9)
    assert np.isnan(found.mean[6])


@pytest.mark.parametrize("statements", [3, 90], ids=["covariance", "Lanczos"])
def test_maps_that_cannot_be_drawn_are_refused(statements):
    alike = votes_from_table(np.ones((5, statements)), range(5), range(statements))
    with pytest.raises(InputError, match="vote alike"):
        opinion_space(alike, minimum_votes=1, fit_on="everyone")
    with pytest.raises(InputError, match="0 participants have 91"):
        opinion_space(alike, minimum_votes=91, fit_on="everyone")
    with pytest.raises(InputError, match="two"):
        opinion_space(votes_from_table([[1], [-1]], range(2), range(1)), minimum_votes=1, fit_on="everyone")
    with pytest.raises(InputError, match="fit_on"):
        opinion_space(alike, minimum_votes=1, fit_on="all")
    with pytest.raises(InputError, match="minimum_votes is 0"):
        opinion_space(alike, minimum_votes=0, fit_on="everyone")


@pytest.mark.parametrize("groups", [2, 3, 7])
def test_planted_groups_are_found_more_than_five_too(groups):
    # On a plane seven groups only part if their centres do, so they are planted on the map itself.
    rng = np.random.default_rng(groups)
    ballots, _, _ = planted(70 * groups, 40, 2, rng)
    drawn = opinion_space(ballots, minimum_votes=1, fit_on="everyone")
    of = np.arange(70 * groups) % groups
    angle = 2 * np.pi * of / groups
    points = 9 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(size=(70 * groups, 2)) * 0.6
    found = opinion_groups(type(drawn)(**{**vars(drawn), "points": points}), numbers=range(2, 10))
    assert len(found.sizes) == groups
    assert adjusted_rand(found.of, of) == 1


def test_groups_of_a_planted_conversation(rng):
    ballots, _, of = planted(300, 40, 3, rng)
    found = opinion_groups(opinion_space(ballots, minimum_votes=7, fit_on="everyone"), numbers=range(2, 8))
    assert len(found.sizes) == 3
    assert adjusted_rand(found.of[found.of >= 0], of[found.of >= 0]) > 0.97
    assert (np.diff(found.sizes) <= 0).all()
    assert found.sizes.tolist() == np.bincount(found.of[found.of >= 0]).tolist()


def test_the_order_of_participants_does_not_matter(rng):
    _, table, _ = planted(200, 30, 4, rng)
    shuffle = rng.permutation(200)
    one, two = (
        opinion_groups(
            opinion_space(votes_from_table(t, range(200), range(30)), minimum_votes=1, fit_on="everyone"),
            numbers=range(2, 7),
        ).of
        for t in (table, table[shuffle])
    )
    assert adjusted_rand(one[shuffle], two) == 1


def test_k_means_is_as_good_as_the_best_of_all_partitions_of_few_points(rng):
    points = rng.normal(size=(8, 2))

    def squares(labels):
        return sum(((points[labels == g] - points[labels == g].mean(axis=0)) ** 2).sum() for g in np.unique(labels))

    for k in (2, 3):
        best = min(squares(np.array(p)) for p in product(range(k), repeat=8))
        assert squares(k_means(points, [k])[k]) <= 1.02 * best


def test_equal_points_end_with_as_many_groups_as_points_differ():
    table = np.array([[1, -1], [1, -1], [-1, 1], [-1, 1]], dtype=float)
    drawn = opinion_space(votes_from_table(table, range(4), range(2)), minimum_votes=1, fit_on="everyone")
    found = opinion_groups(drawn, numbers=range(2, 6))
    assert list(found.silhouette) == [2]
    assert found.silhouette[2] == 1
    with pytest.raises(InputError, match="2 different points"):
        opinion_groups(drawn, numbers=[3])
    with pytest.raises(InputError, match="2 or more"):
        opinion_groups(drawn, numbers=[1, 2])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 60))
def test_silhouettes_are_those_of_the_definition(seed, n):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 2)).round(1)
    partitions = [np.unique(rng.integers(0, k, len(points)), return_inverse=True)[1] for k in (2, 3, 5)]
    partitions = [p for p in partitions if p.max() > 0]
    if not partitions:
        return
    expected = [naive_silhouette(points, p) for p in partitions]
    np.testing.assert_allclose(silhouettes(points, partitions), expected, atol=1e-9)


def test_silhouettes_across_blocks(rng):
    points = rng.normal(size=(1100, 2))
    labels = np.arange(1100) % 3
    assert silhouettes(points, [labels])[0] == pytest.approx(naive_silhouette(points, labels), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=25))
def test_adjusted_rand_is_the_count_of_pairs(pairs):
    a, b = zip(*pairs, strict=True)
    assert adjusted_rand(a, b) == pytest.approx(naive_adjusted_rand(a, b), abs=1e-12)
    assert adjusted_rand(a, a) == 1


def test_adjusted_rand_refuses_partitions_of_different_sets():
    with pytest.raises(InputError, match="shapes"):
        adjusted_rand([1, 2], [1, 2, 3])
