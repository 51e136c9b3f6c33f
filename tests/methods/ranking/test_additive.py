import numpy as np
import pytest

from majung.methods.labelled import InputError
from majung.methods.ranking.additive import additive


def test_weighted_sum_by_hand():
    assert additive([[1, 0], [0.2, 0.8]], [0.25, 0.75]) == pytest.approx([0.25, 0.65])


@pytest.mark.parametrize(
    ("scores", "weights", "named"),
    [
        ([[1, 0]], [0.5, 0.6], "sum to 1.1"),
        ([[1, 0]], [1.5, -0.5], "criterion 1"),
        ([[1, 0], [0, np.nan]], [0.5, 0.5], "alternative 1 on criterion 1"),
        ([[1, 0]], [1.0], "one weight each"),
        ([], [1.0], "at least one"),
    ],
)
def test_bad_input_is_refused(scores, weights, named):
    with pytest.raises(InputError, match=named):
        additive(scores, weights)
