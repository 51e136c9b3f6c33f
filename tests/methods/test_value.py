import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.value import Scale, score

ends = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


def test_linear_scale_by_hand():
    assert score([10.0, 25.0, 30.0, 5.0, 99.0], Scale(10, 30)).tolist() == [0, 0.75, 1, 0, 1]


def test_less_is_better_when_the_target_is_below_the_reference():
    assert score([[8.0, 2.0], [5.0, 0.0]], Scale(8, 2)).tolist() == [[0, 1], [0.5, 1]]


def test_logarithmic_scale_counts_factors():
    assert score([1.0, 10.0, 100.0, 1e4, 0.0], Scale(1, 100, log=True)) == pytest.approx([0, 0.5, 1, 1, 0])
    assert score([100.0, 1.0, 0.0], Scale(100, 1, log=True)) == pytest.approx([0, 1, 1])


def test_missing_stays_missing():
    assert np.isnan(score([np.nan, 1.0], Scale(0, 1))).tolist() == [True, False]


@pytest.mark.parametrize(
    ("reference", "target", "log", "named"),
    [(1, 1, False, "differ"), (0, 5, True, "positive"), (3, -5, True, "positive"), (math.nan, 1, False, "finite")],
)
def test_unusable_scales_are_refused(reference, target, log, named):
    with pytest.raises(InputError, match=named):
        Scale(reference, target, log)


def test_negative_value_on_a_logarithmic_scale_is_refused():
    with pytest.raises(InputError, match=r"-2\.0"):
        score([1.0, -2.0], Scale(1, 10, log=True))


@given(ends, ends, st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=6))
def test_scores_stay_in_the_unit_interval_and_keep_the_order(reference, target, values):
    if reference == target:
        return
    v = score(values, Scale(reference, target))
    assert ((v >= 0) & (v <= 1)).all()
    ordered = v[np.argsort(np.multiply(values, np.sign(target - reference)))]
    assert (np.diff(ordered) >= 0).all()
    assert score([reference, target], Scale(reference, target)).tolist() == [0, 1]
