import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import (
    proximity,
    proximity_continuous,
    proximity_continuous_operator,
    proximity_operator,
)
from majung.methods.complexity.proximities import as_operator
from majung.methods.labelled import InputError, labelled

few = settings(max_examples=40, deadline=None)

# Three rows; columns: everywhere, rows 0 and 1, row 0, row 2.
HAND = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1]])


@st.composite
def presences(draw) -> np.ndarray:
    """0/1 matrices in which each row and column has a 1."""
    matrix = draw(arrays(np.bool_, st.tuples(st.integers(2, 7), st.integers(2, 9))))
    for i in range(matrix.shape[0]):
        matrix[i, i % matrix.shape[1]] = True
    for j in range(matrix.shape[1]):
        matrix[j % matrix.shape[0], j] = True
    return matrix


varied = arrays(np.float64, (5, 4), elements=st.floats(0, 10)).filter(
    lambda v: (np.ptp(v, axis=0) > 1e-3).all() and (v.max(axis=0) > 1e-3).all()
)


def naive_proximity(m: np.ndarray, diagonal: float) -> np.ndarray:
    columns = range(m.shape[1])
    return np.array(
        [
            [diagonal if p == q else min((m[:, p] & m[:, q]).sum() / m[:, k].sum() for k in (p, q)) for q in columns]
            for p in columns
        ]
    )


def test_proximity_by_hand():
    assert proximity(HAND, diagonal=1) == pytest.approx(
        np.array([[1, 2 / 3, 1 / 3, 1 / 3], [2 / 3, 1, 1 / 2, 0], [1 / 3, 1 / 2, 1, 0], [1 / 3, 0, 0, 1]])
    )


@few
@given(presences(), st.sampled_from([0.0, 1.0]))
def test_proximity_is_the_smaller_conditional_probability(m, diagonal):
    phi = proximity(m, diagonal=diagonal)
    assert phi == pytest.approx(naive_proximity(m, diagonal))
    assert (phi == phi.T).all()


@few
@given(presences(), st.sampled_from([0.0, 1.0]), st.integers(0, 2**32 - 1))
def test_the_operator_multiplies_by_the_proximity(m, diagonal, seed):
    y = np.random.default_rng(seed).normal(size=(3, m.shape[1]))
    phi, implicit = proximity(m, diagonal=diagonal), proximity_operator(m, diagonal=diagonal)
    assert implicit.spread(y) == pytest.approx(y @ phi)
    assert implicit.gather(y) == pytest.approx(y @ phi.T)
    assert implicit.totals == pytest.approx(phi.sum(axis=0))


@pytest.mark.parametrize("build", [proximity, proximity_operator])
def test_proximity_names_a_column_that_nobody_has(build):
    with pytest.raises(InputError, match="column 1 has no presence"):
        build([[1, 0], [1, 0]], diagonal=0)
    with pytest.raises(InputError, match="column 'ships' has no presence"):
        build(labelled([[1, 0], [1, 0]], ["KOR", "JPN"], ["cars", "ships"]), diagonal=0)


def test_proximity_ignores_rows_with_nothing():
    assert (proximity(np.vstack([HAND, np.zeros(4)]), diagonal=0) == proximity(HAND, diagonal=0)).all()


@few
@given(varied)
def test_continuous_proximity_is_correlation_or_cosine(values):
    assert proximity_continuous(values, kind="correlation", diagonal=1) == pytest.approx(
        (1 + np.corrcoef(values.T)) / 2, abs=1e-9
    )
    cosine = [[p @ q / np.sqrt(p @ p * (q @ q)) for q in values.T] for p in values.T]
    assert proximity_continuous(values, kind="cosine", diagonal=1) == pytest.approx(np.array(cosine), abs=1e-9)


@few
@given(varied, st.sampled_from(["correlation", "cosine"]), st.sampled_from([0.0, 1.0]))
def test_the_continuous_operator_multiplies_by_the_proximity(values, kind, diagonal):
    y = np.arange(8.0).reshape(2, 4)
    phi = proximity_continuous(values, kind=kind, diagonal=diagonal)
    implicit = proximity_continuous_operator(values, kind=kind, diagonal=diagonal)
    assert implicit.spread(y) == pytest.approx(y @ phi, abs=1e-9)
    assert implicit.totals == pytest.approx(phi.sum(axis=0), abs=1e-9)


@few
@given(presences())
def test_the_cosine_of_presence_uses_the_geometric_mean_of_ubiquities(m):
    k = m.sum(axis=0)
    common = m.T.astype(int) @ m
    assert proximity_continuous(m, kind="cosine", diagonal=1) == pytest.approx(common / np.sqrt(np.outer(k, k)))


def test_continuous_proximity_refuses_what_has_no_correlation():
    with pytest.raises(InputError, match="column 1 is constant"):
        proximity_continuous([[1, 2], [3, 2]], kind="correlation", diagonal=0)
    with pytest.raises(InputError, match="column 0 is all zeros"):
        proximity_continuous([[0, 2], [0, 2]], kind="cosine", diagonal=0)
    with pytest.raises(InputError, match="finite"):
        proximity_continuous([[np.inf, 2], [0, 2]], kind="cosine", diagonal=0)
    with pytest.raises(InputError, match="nonnegative"):
        proximity_continuous([[-1, 2], [0, 2]], kind="cosine", diagonal=0)


@pytest.mark.parametrize(
    ("phi", "message"),
    [(np.ones((2, 3)), "shape"), (-np.ones((2, 2)), "negative"), (np.full((2, 2), np.nan), "finite")],
)
def test_a_given_proximity_is_checked(phi, message):
    with pytest.raises(InputError, match=message):
        as_operator(phi)
