"""Draws are reproducible, and each name has a stream of its own."""

from __future__ import annotations

import numpy as np

from majung.programme import load_programme
from majung.programme.draws import Draws
from miniature import Miniature


def test_a_stream_depends_on_seed_and_name_only() -> None:
    first = Draws(7, 50).rng("a", "b").random(50)
    assert (Draws(7, 50).rng("a", "b").random(50) == first).all()
    assert not np.isin(Draws(7, 50).rng("ab").random(50), first).any()
    assert not np.isin(Draws(8, 50).rng("a", "b").random(50), first).any()


def test_counts_have_the_mean_and_spread_of_their_posterior() -> None:
    drawn = Draws(1, 40_000).counts(np.array([0.0, 4.0, 100.0, np.nan]), "x")
    assert np.allclose(drawn[:, :3].mean(axis=0), [0.5, 4.5, 100.5], rtol=0.03)
    assert np.allclose(drawn[:, :3].var(axis=0), [0.5, 4.5, 100.5], rtol=0.05)
    assert np.isnan(drawn[:, 3]).all()


def test_definition_draws_keep_intervals_and_sum(miniature: Miniature) -> None:
    programme = load_programme(miniature.write())
    drawn = Draws(7, 500).definition(programme.industries["one"], "wipo35")
    assert np.allclose(drawn.sum(axis=1), 1)
    assert drawn[:, 0].min() >= 0.65 - 1e-12
    assert drawn[:, 0].max() <= 0.85 + 1e-12
    assert drawn[:, 0].std() > 0.03


def test_global_weights_are_products_that_sum_to_one(miniature: Miniature) -> None:
    charter = load_programme(miniature.write()).charter
    weights = Draws(7, 500).criteria_weights(charter.criteria)
    assert weights.shape == (500, 15)
    assert np.allclose(weights.sum(axis=1), 1)
    investment = weights[:, :4].sum(axis=1)
    assert investment.min() >= 0.1 - 1e-12
    assert investment.max() <= 0.7 + 1e-12
