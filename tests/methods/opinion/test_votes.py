import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.labelled import InputError
from majung.methods.opinion import straight_lines, votes, votes_from_table

NAN = np.nan


def table_of(ballots):
    table = np.full(ballots.matrix.shape, NAN)
    row = np.repeat(np.arange(len(table)), ballots.cast)
    table[row, ballots.matrix.indices] = ballots.matrix.data
    return table


@given(arrays(np.float64, (7, 5), elements=st.sampled_from([1.0, 0.0, -1.0, NAN])))
def test_records_and_table_give_the_same_votes(table):
    row, column = np.nonzero(~np.isnan(table))
    from_table = votes_from_table(table, range(7), range(5))
    np.testing.assert_array_equal(table_of(from_table), table)
    if len(row):
        from_records = votes(row, column, table[row, column], repeated="refuse")
        kept = table[np.ix_(np.unique(row), np.unique(column))]
        np.testing.assert_array_equal(table_of(from_records), kept)


def test_a_pass_is_a_vote_and_an_unseen_statement_is_not():
    ballots = votes_from_table([[0, NAN, 1], [NAN, NAN, NAN]], ["a", "b"], [1, 2, 3])
    assert ballots.cast.tolist() == [2, 0]


def test_the_later_vote_counts_and_is_counted():
    ballots = votes(["b", "a", "b"], [7, 7, 7], [1, 0, -1], repeated="last")
    assert table_of(ballots).tolist() == [[0], [-1]]
    assert ballots.repeated == 1
    assert ballots.participants.tolist() == ["a", "b"]
    with pytest.raises(InputError, match="'b' votes twice on 7"):
        votes(["b", "a", "b"], [7, 7, 7], [1, 0, -1], repeated="refuse")


def test_moderated_statements_are_left_out_by_label():
    ballots = votes_from_table([[1, NAN, -1], [0, 1, NAN]], ["a", "b"], [10, 20, 30])
    left = ballots.without([20])
    assert left.statements.tolist() == [10, 30]
    np.testing.assert_array_equal(table_of(left), [[1, -1], [0, NAN]])
    with pytest.raises(InputError, match="statement 99"):
        ballots.without([99])
    with pytest.raises(InputError, match="no statement"):
        ballots.without([10, 20, 30])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1, 1], [1, 2]), "vote 2 in place 1"),
        (([1, 2], [1], [1, 1]), "give one a record"),
        (([], [], []), "no votes"),
        (([1, 2], [1, 1], [1, NAN]), "record 1 is NaN"),
    ],
)
def test_unusable_records_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        votes(*arguments, repeated="last")


def test_unusable_tables_are_refused():
    with pytest.raises(InputError, match="shape"):
        votes_from_table([[1, 0]], ["a"], ["x"])
    with pytest.raises(InputError, match="participant label"):
        votes_from_table([[1], [0]], ["a", "a"], ["x"])
    with pytest.raises(InputError, match="unknown rule"):
        votes([1], [1], [1], repeated="first")


def test_straight_lines_by_hand():
    # Nine agree with everything; the tenth disagrees with everything. Agreeing four times: 0.9 ** 4; against: 0.1 ** 4.
    table = np.ones((10, 4))
    table[9] = -1
    found = straight_lines(votes_from_table(table, range(10), range(4)), minimum_votes=4, chance=0.01)
    assert found.flagged.tolist() == [False] * 9 + [True]
    assert found.answer.tolist() == [1] * 9 + [-1]
    assert found.chance == pytest.approx([0.9**4] * 9 + [0.1**4])


def test_straight_lines_need_enough_votes_and_one_answer():
    table = [[0, NAN, NAN], [0, 0, 0], [0, 0, 1], [NAN] * 3, [1, 1, -1]]
    found = straight_lines(votes_from_table(table, range(5), range(3)), minimum_votes=3, chance=1.0)
    assert found.flagged.tolist() == [False, True, False, False, False]
    assert np.isnan(found.answer).tolist() == [False, False, True, True, True]
