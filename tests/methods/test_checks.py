import numpy as np
import pytest

from majung.methods.checks import Reversal, clones, cycles, invariance, transitivity
from majung.methods.labelled import InputError
from majung.methods.ranking.additive import additive
from majung.methods.ranking.promethee import promethee_ii

TABLE = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.6], [0.4, 0.5, 0.7], [0.1, 0.2, 0.3]])
WEIGHTS = [0.5, 0.3, 0.2]


def fixed_scales(x):
    return additive(x, WEIGHTS)


def sum_of_shares(x):
    """The AHP's distributive mode: each column divided by its sum."""
    return (x / x.sum(axis=0)).mean(axis=1)


def net_flow(x):
    return promethee_ii(x, [1 / 3] * 3, preference="usual", maximise=True).net


def test_the_additive_model_on_fixed_scales_passes_every_check():
    assert invariance(fixed_scales, TABLE) == ()
    assert clones(fixed_scales, TABLE).reversals == ()
    assert clones(fixed_scales, TABLE).parted == ()
    assert transitivity(fixed_scales, TABLE).cycles == ()
    assert transitivity(fixed_scales, TABLE).reversals == ()


def test_belton_and_gear_1983_a_copy_reverses_the_distributive_ahp():
    # Belton & Gear (1983): three criteria of equal weight. B leads A by 0.47 to 0.45; a copy of B puts A first.
    three = np.array([[1, 9, 8], [9, 1, 9], [1, 1, 1]], dtype=float)
    assert sum_of_shares(three).round(2).tolist() == [0.45, 0.47, 0.08]
    four = np.vstack([three, three[1]])
    assert sum_of_shares(four).round(2).tolist() == [0.37, 0.29, 0.06, 0.29]
    assert clones(sum_of_shares, three).reversals == (Reversal(1, 1, 0),)
    assert invariance(sum_of_shares, four) == (Reversal(1, 0, 3), Reversal(3, 0, 1))


def test_cyclic_majority_shows_in_the_pairs():
    # Condorcet's table: by majority of criteria 0 beats 1, 1 beats 2, 2 beats 0.
    table = np.array([[3, 1, 2], [2, 3, 1], [1, 2, 3]], dtype=float)
    found = transitivity(net_flow, table)
    assert found.cycles == ((0, 1, 2),)
    assert found.reversals == ()


def test_net_flows_reverse_a_pair_when_a_third_goes():
    def weighted(x):
        return promethee_ii(x, [0.4, 0.35, 0.25], preference="usual", maximise=True).net

    table = np.array([[2, 3, 1], [0, 2, 3], [1, 1, 0], [3, 0, 2]], dtype=float)
    assert weighted(table) == pytest.approx([0.4, -0.1 / 3, -0.5, 0.4 / 3])
    assert weighted(table[1:]) == pytest.approx([0.2, -0.25, 0.05])  # with 0 gone, 1 is above 3
    assert invariance(weighted, table) == (Reversal(0, 3, 1),)


def test_a_clone_that_does_not_tie_is_named():
    def by_position(x):
        return np.arange(len(x), 0, -1.0)

    assert clones(by_position, TABLE[:2]).parted == (0, 1)


def test_cycles_are_listed_once():
    beats = np.zeros((4, 4), dtype=bool)
    beats[[0, 1, 2, 0, 1, 2], [1, 2, 0, 3, 3, 3]] = True
    assert cycles(beats) == ((0, 1, 2),)
    assert cycles(np.triu(np.ones((5, 5)), 1)) == ()


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="at least 3"):
        invariance(fixed_scales, TABLE[:2])
    with pytest.raises(InputError, match="square"):
        cycles(np.ones((2, 3)))
    with pytest.raises(InputError, match="NaN"):
        invariance(lambda x: np.full(len(x), np.nan), TABLE)
