import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import density, proximity, proximity_continuous, relative_relatedness
from majung.methods.labelled import InputError

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


def naive_proximity(m: np.ndarray, diagonal: float) -> np.ndarray:
    columns = range(m.shape[1])
    return np.array(
        [
            [diagonal if p == q else min((m[:, p] & m[:, q]).sum() / m[:, k].sum() for k in (p, q)) for q in columns]
            for p in columns
        ]
    )


def naive_density(m: np.ndarray, phi: np.ndarray) -> np.ndarray:
    out = np.zeros(m.shape)
    for c, p in np.ndindex(m.shape):
        total = sum(phi[q, p] for q in range(m.shape[1]))
        out[c, p] = sum(m[c, q] * phi[q, p] for q in range(m.shape[1])) / total if total else 0
    return out


def test_proximity_by_hand():
    assert proximity(HAND, diagonal=1) == pytest.approx(
        np.array([[1, 2 / 3, 1 / 3, 1 / 3], [2 / 3, 1, 1 / 2, 0], [1 / 3, 1 / 2, 1, 0], [1 / 3, 0, 0, 1]])
    )


@given(presences(), st.sampled_from([0.0, 1.0]))
def test_proximity_is_the_smaller_conditional_probability(m, diagonal):
    phi = proximity(m, diagonal=diagonal)
    assert phi == pytest.approx(naive_proximity(m, diagonal))
    assert (phi == phi.T).all()


def test_proximity_needs_someone_in_each_column():
    with pytest.raises(InputError, match="column 1 has no presence"):
        proximity([[1, 0], [1, 0]], diagonal=0)


def test_density_by_hand():
    # Column 3 is related to column 0 alone, which every row has.
    omega = density(HAND, proximity(HAND, diagonal=0))
    assert omega[:, 3] == pytest.approx([1, 1, 1])
    # Row 2 and column 1: phi_01 of phi_01 + phi_21.
    assert omega[2, 1] == pytest.approx((2 / 3) / (2 / 3 + 1 / 2))


@given(presences(), st.sampled_from([0.0, 1.0]))
def test_density_is_a_share_of_what_is_related(m, diagonal):
    phi = proximity(m, diagonal=diagonal)
    omega = density(m, phi)
    assert omega == pytest.approx(naive_density(m, phi))
    assert (omega >= 0).all()
    assert (omega <= 1 + 1e-12).all()
    # What a row has and what it lacks make up the whole.
    assert omega + density(~m, phi) == pytest.approx(np.broadcast_to(phi.sum(axis=0) > 0, m.shape).astype(float))


def test_density_of_a_column_related_to_nothing_is_zero():
    m = np.eye(2)
    assert (density(m, proximity(m, diagonal=0)) == 0).all()


def test_density_takes_any_given_proximity_and_weights():
    phi = np.array([[0, 2, 1], [1, 0, 0], [1, 0, 0]])  # one-way flows, as of labour between industries
    assert density([[1, 3, 0]], phi) == pytest.approx(np.array([[3 / 2, 1, 1]]))


@pytest.mark.parametrize(
    ("m", "phi", "message"),
    [
        (np.ones((2, 3)), np.ones((2, 2)), "do not fit"),
        (np.ones((2, 2)), -np.ones((2, 2)), "proximity holds a value that is negative"),
        (np.full((2, 2), np.nan), np.ones((2, 2)), "presence holds"),
    ],
)
def test_density_refuses_what_does_not_fit(m, phi, message):
    with pytest.raises(InputError, match=message):
        density(m, phi)


@given(
    arrays(np.float64, (5, 4), elements=st.floats(0, 10)).filter(
        lambda v: (np.ptp(v, axis=0) > 1e-3).all() and (v.max(axis=0) > 1e-3).all()
    )
)
def test_continuous_proximity_is_correlation_or_cosine(values):
    assert proximity_continuous(values, kind="correlation", diagonal=1) == pytest.approx(
        (1 + np.corrcoef(values.T)) / 2, abs=1e-9
    )
    cosine = [[p @ q / np.sqrt(p @ p * (q @ q)) for q in values.T] for p in values.T]
    assert proximity_continuous(values, kind="cosine", diagonal=1) == pytest.approx(np.array(cosine), abs=1e-9)


def test_continuous_proximity_refuses_what_has_no_correlation():
    with pytest.raises(InputError, match="column 1 is constant"):
        proximity_continuous([[1, 2], [3, 2]], kind="correlation", diagonal=0)
    with pytest.raises(InputError, match="column 0 is all zeros"):
        proximity_continuous([[0, 2], [0, 2]], kind="cosine", diagonal=0)
    with pytest.raises(InputError, match="finite"):
        proximity_continuous([[np.inf, 2], [0, 2]], kind="cosine", diagonal=0)
    with pytest.raises(InputError, match="nonnegative"):
        proximity_continuous([[-1, 2], [0, 2]], kind="cosine", diagonal=0)


@given(presences())
def test_relative_relatedness_is_the_z_score_of_the_options(m):
    omega = density(m, proximity(m, diagonal=0))
    relative = relative_relatedness(omega, m)
    assert (np.isnan(relative) == m).all()
    for c in range(m.shape[0]):
        options = omega[c, ~m[c]]
        if options.size and np.ptp(options) > 1e-9:
            assert relative[c, ~m[c]] == pytest.approx((options - options.mean()) / options.std())
        else:
            assert (relative[c, ~m[c]] == 0).all()


def test_relative_relatedness_refuses_other_shapes():
    with pytest.raises(InputError, match="different shapes"):
        relative_relatedness(np.ones((2, 2)), np.ones((2, 3)))
