import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.labelled import InputError
from majung.methods.opinion import (
    AGREE,
    DISAGREE,
    consensus,
    representative,
    statement_statistics,
    votes_from_table,
)
from majung.methods.opinion.statements import one_proportion, two_proportions, wilson

NAN = np.nan
TABLES = arrays(np.float64, (9, 4), elements=st.sampled_from([1.0, 0.0, -1.0, NAN]))


def ballots_of(table):
    return votes_from_table(table, range(len(table)), range(len(table[0])))


def test_two_proportions_of_the_example_that_polis_tests_itself_by():
    # compdemocracy/polis, stats_test.clj: 16 of 25 against 57 of 72 gives z = -1.518 to within 0.01, as it
    # asks (the textbook rounds its shares; Polis passes each count less one).
    assert two_proportions(16, 25, 57, 72) == pytest.approx(-1.518, abs=0.01)


def test_proportions_by_hand():
    assert one_proportion(16, 25) == pytest.approx(2 * 5 * (0.64 - 0.5))
    assert one_proportion(0, 0) == 0
    assert two_proportions([0, 5, 3], [4, 5, 0], [0, 5, 1], [4, 5, 2]).tolist() == [0, 0, 0]


def test_two_proportions_near_one_when_the_other_side_is_large():
    # With 1/2 of a very large other side, the two tests meet.
    assert two_proportions(30, 50, 10**6, 2 * 10**6) == pytest.approx(float(one_proportion(30, 50)), abs=1e-4)


@given(TABLES)
def test_counts_and_shares_are_those_of_loops(table):
    of = np.array([0, 0, 0, 1, 1, 1, 2, 2, -1])
    found = statement_statistics(ballots_of(table), of, test="polis")
    for g in range(3):
        for s in range(4):
            mine, others = table[of == g, s], table[(of != g) & (of >= 0), s]
            for a, value in ((AGREE, 1), (DISAGREE, -1)):
                k, n = (mine == value).sum(), (~np.isnan(mine)).sum()
                j, m = (others == value).sum(), (~np.isnan(others)).sum()
                assert (found.count[a, g, s], found.seen[g, s]) == (k, n)
                assert found.share[a, g, s] == (k + 1) / (n + 2)
                assert found.ratio[a, g, s] == pytest.approx((k + 1) / (n + 2) / ((j + 1) / (m + 2)))
                assert found.share_z[a, g, s] == pytest.approx(2 * np.sqrt(n + 1) * ((k + 1) / (n + 1) - 0.5))
                assert found.ratio_z[a, g, s] == pytest.approx(two_proportions(k + 1, n + 1, j + 1, m + 1))
    np.testing.assert_allclose(found.consensus, found.share.prod(axis=1))


@given(TABLES)
def test_turning_every_vote_round_swaps_agree_and_disagree(table):
    of = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    there = statement_statistics(ballots_of(table), of, test="plain")
    back = statement_statistics(ballots_of(-table), of, test="plain")
    for name in ("count", "share", "share_z", "ratio", "ratio_z"):
        np.testing.assert_array_equal(getattr(there, name), getattr(back, name)[::-1])


@given(TABLES)
def test_with_two_groups_what_speaks_for_one_speaks_against_the_other(table):
    of = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    found = statement_statistics(ballots_of(table), of, test="plain")
    np.testing.assert_allclose(found.ratio_z[:, 0], -found.ratio_z[:, 1], atol=1e-12)
    np.testing.assert_allclose(found.ratio[:, 0] * found.ratio[:, 1], 1)


def test_the_pseudo_count_of_polis_gives_a_group_that_saw_nothing_a_majority():
    table = [[1, NAN], [1, NAN], [1, 1], [1, -1]]
    of = [0, 0, 1, 1]
    assert statement_statistics(ballots_of(table), of, test="polis").share_z[AGREE, 0, 1] == 1
    assert statement_statistics(ballots_of(table), of, test="plain").share_z[AGREE, 0, 1] == 0


def split(first, second):
    """Two groups of 100 by counts of (agree, disagree) on each statement; the others pass."""
    columns = []
    for (a, b), (c, d) in zip(first, second, strict=True):
        columns.append([1] * a + [-1] * b + [0] * (100 - a - b) + [1] * c + [-1] * d + [0] * (100 - c - d))
    return ballots_of(np.array(columns, dtype=float).T), np.repeat([0, 1], 100)


def test_what_each_group_says_by_hand():
    # 0: everyone agrees; 1: the first agrees, the second disagrees; 2: the second rather disagrees; 3: nobody cares.
    ballots, of = split([(90, 5), (80, 10), (30, 40), (5, 5)], [(92, 3), (10, 85), (20, 70), (5, 5)])
    found = statement_statistics(ballots, of, test="plain")
    first, second = representative(found, confidence=0.9, most=5)
    assert [(f.statement, f.answer) for f in first] == [(1, "agree")]
    assert [(f.statement, f.answer) for f in second] == [(1, "disagree"), (2, "disagree")]
    assert first[0].share == 0.8
    assert [first[0].low, first[0].high] == pytest.approx([float(b) for b in wilson(80, 100, level=0.9)])
    assert representative(found, confidence=0.9, most=1)[1] == second[:1]
    both = consensus(ballots, test="plain", confidence=0.9, most=5)
    assert [f.statement for f in both.agree] == [0]
    assert [f.statement for f in both.disagree] == [2]
    assert found.consensus[AGREE].argmax() == 0


def test_polis_would_list_a_majority_that_agrees_as_disagreeing():
    # 60 of 100 agree, 20 disagree; elsewhere 40 agree, 2 disagree, 58 pass. Both answers are commoner here,
    # disagreement more so; Polis reports the answer with the larger ratio_z although only "agree" passes its own tests.
    ballots, of = split([(60, 20)], [(40, 2)])
    found = statement_statistics(ballots, of, test="polis")
    assert found.ratio_z[DISAGREE, 0, 0] > found.ratio_z[AGREE, 0, 0] > 1.2816
    assert found.share_z[AGREE, 0, 0] > 1.2816 > found.share_z[DISAGREE, 0, 0]
    assert representative(found, confidence=0.9, most=5)[0][0].answer == "agree"


def test_a_group_without_a_significant_statement_still_has_a_voice():
    ballots, of = split([(50, 40), (40, 41)], [(48, 42), (42, 40)])
    first, second = representative(statement_statistics(ballots, of, test="plain"), confidence=0.95, most=3)
    assert [f.significant for f in first + second] == [False, False]


def test_a_group_that_gave_no_answer_has_no_statement():
    found = statement_statistics(ballots_of([[0, NAN], [0, 0], [1, 1], [1, 1]]), [0, 0, 1, 1], test="polis")
    assert representative(found, confidence=0.9, most=3)[0] == ()


def test_wilsons_interval_in_newcombe_1998():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3 (score): 81/263, 15/148, 0/20, 1/29.
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29], level=0.95)
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0000, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]
    assert [float(b) for b in wilson(0, 0, level=0.9)] == pytest.approx([0, 1])


def test_unusable_questions_are_refused():
    ballots, of = split([(60, 20)], [(40, 2)])
    with pytest.raises(InputError, match="without a gap"):
        statement_statistics(ballots, of * 2, test="plain")
    with pytest.raises(InputError, match="3 groups for 200"):
        statement_statistics(ballots, [0, 1, 0], test="plain")
    with pytest.raises(InputError, match="unknown test"):
        statement_statistics(ballots, of, test="chi2")
    alone = statement_statistics(ballots, None, test="plain")
    assert np.isnan(alone.ratio).all()
    with pytest.raises(InputError, match="one group only"):
        representative(alone, confidence=0.9, most=5)
    found = statement_statistics(ballots, of, test="plain")
    with pytest.raises(InputError, match=r"confidence is 0\.2"):
        representative(found, confidence=0.2, most=5)
    with pytest.raises(InputError, match="most is 0"):
        consensus(ballots, test="plain", confidence=0.9, most=0)
