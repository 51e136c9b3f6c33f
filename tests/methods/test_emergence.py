import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.emergence import emergence_score, exceptional_growth
from majung.methods.labelled import InputError

# Ten years of a made-up data set: 100 records a year, then 400, so that the roots are 10 and 20.
TOTALS = [100, 100, 100, 100, 100, 100, 100, 400, 400, 400]


def score_by_the_letter(counts: list[float], totals: list[float]) -> float:
    """The three formulas of Porter et al. (2018), written out year by year."""
    c, t = counts[3:], [x**0.5 for x in totals[3:]]
    active = (c[4] + c[5] + c[6]) / (t[4] + t[5] + t[6]) - (c[0] + c[1] + c[2]) / (t[0] + t[1] + t[2])
    recent = 10 * ((c[5] + c[6]) / (t[5] + t[6]) - (c[3] + c[4]) / (t[3] + t[4]))
    slope = 10 * (c[6] / t[6] - c[3] / t[3]) / 3
    return 2 * active + recent + slope


def test_by_hand() -> None:
    """Active counts 1 2 3 4 | 5 6 7 with roots 10 10 10 10 20 20 20."""
    found = emergence_score([[0, 0, 0, 1, 2, 3, 4, 5, 6, 7]], TOTALS)
    assert found.active_trend[0] == pytest.approx(18 / 60 - 6 / 30)
    assert found.recent_trend[0] == pytest.approx(10 * (13 / 40 - 9 / 30))
    assert found.slope[0] == pytest.approx(10 * (7 / 20 - 4 / 10) / 3)
    assert found.score[0] == pytest.approx(0.2 + 0.25 - 1 / 6)
    assert found.eligible[0]


counts = st.lists(st.integers(0, 50), min_size=10, max_size=10)


@given(st.lists(counts, min_size=1, max_size=5), st.lists(st.integers(60, 500), min_size=10, max_size=10))
def test_score_equals_the_letter(topics: list[list[float]], totals: list[float]) -> None:
    found = emergence_score(topics, totals)
    assert found.score == pytest.approx([score_by_the_letter(c, totals) for c in topics])
    assert found.score == pytest.approx(2 * found.active_trend + found.recent_trend + found.slope)
    assert (found.low <= found.score).all()


@given(counts, st.integers(1, 20))
def test_scale_enters_with_its_root(topic: list[float], factor: int) -> None:
    once = emergence_score([topic], TOTALS)
    more = emergence_score([[factor * c for c in topic]], [factor * t for t in TOTALS])
    assert more.score == pytest.approx(factor**0.5 * once.score)


def test_a_constant_topic_in_constant_data_scores_zero() -> None:
    assert emergence_score([[4] * 10], [200] * 10).score == pytest.approx([0])


def test_interval_covers() -> None:
    rng = np.random.default_rng(8)
    mean = np.linspace(5, 30, 10)
    truth = score_by_the_letter(list(mean), [900] * 10)
    found = emergence_score(rng.poisson(mean, size=(4000, 10)), [900] * 10)
    assert 0.87 < ((found.low <= truth) & (truth <= found.high)).mean() < 0.93


def test_each_rule_speaks() -> None:
    topics = [
        [0, 0, 0, 1, 1, 1, 1, 1, 1, 0],  # six records
        [2, 2, 2, 2, 2, 2, 2, 2, 1, 1],  # 12 active, 6 base: twice, not more
        [15, 15, 15, 20, 20, 20, 20, 20, 20, 20],  # 45 of 300 base records
        [0, 0, 0, 1, 2, 3, 4, 5, 6, 7],  # nothing in the base: new, not refused
    ]
    found = emergence_score(topics, TOTALS)
    assert found.failed == (
        ("fewer than 7 records",),
        ("active records not more than twice the base",),
        ("15 % or more of the base records",),
        (),
    )
    assert found.eligible.tolist() == [False, False, False, True]
    alone = emergence_score(topics[3:], TOTALS, author_sets=[1])
    assert alone.failed == (("one author set only",),)
    assert emergence_score(topics[3:], TOTALS, author_sets=[2]).eligible[0]


def test_input_is_checked() -> None:
    with pytest.raises(InputError, match="3 base periods before 7"):
        emergence_score(np.ones((2, 9)), np.ones(9))
    with pytest.raises(InputError, match="topic 0 has 101"):
        emergence_score([[101] + [0] * 9], TOTALS)
    with pytest.raises(InputError, match="no records in an active"):
        emergence_score([[0] * 10], [100] * 9 + [0])
    with pytest.raises(InputError, match="not finite"):
        emergence_score([[np.nan] + [0] * 9], TOTALS)
    with pytest.raises(InputError, match="author_sets"):
        emergence_score([[1] * 10], TOTALS, author_sets=[1, 2])
    with pytest.raises(InputError, match="level"):
        emergence_score([[1] * 10], TOTALS, level=1)


def test_exceptional_growth_counts_from_the_peak() -> None:
    """From a peak of 0.1 in year 2 to 0.12 in year 5: 6.3 % a year; from 0.08 to 0.12 in 3 years: 14.5 %."""
    shares = [[0.05, 0.08, 0.1, 0.09, 0.1, 0.12], [0.05, 0.08, 0.08, 0.05, 0.1, 0.12]]
    assert exceptional_growth(shares, 2, 3).tolist() == [False, True]
    assert exceptional_growth(shares, 2, 3, rate=0.06).tolist() == [True, True]
    # The peak lies before the origin: five years from year 1 at most.
    assert exceptional_growth([[0.02, 0.08, 0.05, 0.05, 0.05, 0.11]], 3, 2).tolist() == [True]
    assert exceptional_growth([[0.02, 0.08, 0.05, 0.05, 0.05, 0.1088]], 3, 2).tolist() == [False]


def test_exceptional_growth_input_is_checked() -> None:
    with pytest.raises(InputError, match="topic 0 has no share"):
        exceptional_growth([[0, 0, 1]], 1, 1)
    with pytest.raises(InputError, match="do not lie"):
        exceptional_growth([[1, 1, 1]], 1, 2)
    with pytest.raises(InputError, match="not finite"):
        exceptional_growth([[1, np.inf, 1]], 1, 1)
