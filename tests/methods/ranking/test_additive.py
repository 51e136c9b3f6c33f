import numpy as np
import pytest

from majung.methods.labelled import InputError
from majung.methods.ranking.additive import additive


def test_weighted_sum_by_hand():
    assert additive([[1, 0], [0.2, 0.8]], [0.25, 0.75]) == pytest.approx([0.25, 0.65])


def test_many_samples_at_once_are_the_single_runs():
    rng = np.random.default_rng(0)
    tables, weights = rng.random((5, 4, 3)), rng.dirichlet(np.ones(3), 5)
    assert np.allclose(additive(tables[0], weights), [additive(tables[0], w) for w in weights])
    assert np.allclose(additive(tables, weights), [additive(t, w) for t, w in zip(tables, weights, strict=True)])
    assert np.allclose(additive(tables, weights[0]), [additive(t, weights[0]) for t in tables])


@pytest.mark.parametrize(
    ("scores", "weights", "named"),
    [
        ([[1, 0]], [0.5, 0.6], "sum to 1.1"),
        ([[1, 0]], [1.5, -0.5], "criterion 1"),
        ([[1, 0], [0, np.nan]], [0.5, 0.5], "alternative 1 on criterion 1"),
        ([[1, 0]], [1.0], "one weight for each"),
        ([], [1.0], "at least one"),
        (np.ones((3, 2, 1)), np.ones((4, 1)), "shape"),
        ([[1, 0]], [[0.5, 0.5], [0.5, 0.4]], "sum to 0.9"),
    ],
)
def test_bad_input_is_refused(scores, weights, named):
    with pytest.raises(InputError, match=named):
        additive(scores, weights)
