import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from majung.methods.delphi import delphi
from majung.methods.labelled import InputError

NAN = np.nan


def column(*answers: float) -> np.ndarray:
    return np.array(answers, dtype=float)[:, None]


def test_by_hand() -> None:
    """Answers 1 … 7: median 4; quartiles 2.5 and 5.5 (linear, type 7), 2 and 6 (weibull, type 6)."""
    answers = column(*range(1, 8))
    linear = delphi([answers], quartiles="linear").rounds[0]
    assert (linear.median[0], linear.first_quartile[0], linear.third_quartile[0]) == (4, 2.5, 5.5)
    assert linear.half_range[0] == 1.5
    assert linear.agreement[0] == 1 - 3 / 4
    weibull = delphi([answers], quartiles="weibull").rounds[0]
    assert (weibull.first_quartile[0], weibull.third_quartile[0]) == (2, 6)


def test_median_interval_by_the_binomial_table() -> None:
    """n = 10: P(B <= 1) = 0.0107 <= 0.05 < P(B <= 2) = 0.0547: the 90 % interval is the 2nd to the 9th answer."""
    found = delphi([column(*range(10, 110, 10))], quartiles="linear").rounds[0]
    assert (found.low[0], found.high[0]) == (20, 90)
    few = delphi([column(1, 2, 3)], quartiles="linear").rounds[0]
    assert (few.low[0], few.high[0]) == (-np.inf, np.inf)


@given(st.integers(1, 60), st.floats(0.5, 0.99))
def test_median_interval_holds_its_level(n: int, level: float) -> None:
    found = delphi([column(*range(1, n + 1))], quartiles="linear", level=level).rounds[0]
    k = int(found.low[0]) if np.isfinite(found.low[0]) else 0
    tail = (1 - level) / 2
    assert k == 0 or stats.binom.cdf(k - 1, n, 0.5) <= tail
    assert stats.binom.cdf(k, n, 0.5) > tail  # no shorter one would do
    assert k == 0 or found.high[0] == n + 1 - k


def test_leaving_is_not_agreeing() -> None:
    """The three dissenters stop answering; nobody else moves: no convergence, but a dropout effect."""
    first = column(50, 52, 54, 56, 90, 92, 94)
    second = column(50, 52, 54, 56, NAN, NAN, NAN)
    found = delphi([first, second], quartiles="linear")
    assert found.rounds[1].half_range[0] < found.rounds[0].half_range[0] / 5
    change = found.convergence[0]
    assert (change.both[0], change.left[0], change.joined[0]) == (4, 3, 0)
    assert change.range_ratio[0] == 1
    assert change.shift[0] == 0
    assert change.moved[0] == 0
    assert change.dropout_effect[0] == 56 - 53


def test_real_convergence_by_hand() -> None:
    change = delphi([column(0, 10, 20, 30, 40), column(10, 15, 20, 25, 40)], quartiles="linear").convergence[0]
    assert change.range_ratio[0] == 0.5
    assert change.moved[0] == 3 / 5


@given(arrays(float, (6, 3), elements=st.sampled_from([0.0, 1, 2, 5, NAN])))
def test_columns_against_plain_lists(table: np.ndarray) -> None:
    found = delphi([table], quartiles="linear").rounds[0]
    for q in range(3):
        given_answers = table[~np.isnan(table[:, q]), q]
        assert found.answers[q] == len(given_answers)
        if len(given_answers):
            assert found.median[q] == np.median(given_answers)
        else:
            assert np.isnan(found.median[q])


def test_input_is_checked() -> None:
    with pytest.raises(InputError, match="needs a round"):
        delphi([], quartiles="linear")
    with pytest.raises(InputError, match="round 2 has shape"):
        delphi([column(1, 2), column(1)], quartiles="linear")
    with pytest.raises(InputError, match="infinite"):
        delphi([column(1, np.inf)], quartiles="linear")
    with pytest.raises(InputError, match="not known"):
        delphi([column(1)], quartiles="sas")  # type: ignore[arg-type]
