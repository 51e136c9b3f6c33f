import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import density, proximity, proximity_operator, relative_relatedness
from majung.methods.labelled import InputError

few = settings(max_examples=40, deadline=None)

# Three rows; columns: everywhere, rows 0 and 1, row 0, row 2.
HAND = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1]])

presences = arrays(np.bool_, st.tuples(st.integers(2, 7), st.integers(2, 9))).filter(lambda m: m.any(axis=0).all())


def naive_density(m: np.ndarray, phi: np.ndarray) -> np.ndarray:
    out = np.zeros(m.shape)
    for c, p in np.ndindex(m.shape):
        total = sum(phi[q, p] for q in range(m.shape[1]))
        out[c, p] = sum(m[c, q] * phi[q, p] for q in range(m.shape[1])) / total if total else 0
    return out


def test_density_by_hand():
    omega = density(HAND, proximity(HAND, diagonal=0))
    # Column 3 is related to column 0 alone, which every row has.
    assert omega[:, 3] == pytest.approx([1, 1, 1])
    # Row 2 and column 1: phi_01 of phi_01 + phi_21.
    assert omega[2, 1] == pytest.approx((2 / 3) / (2 / 3 + 1 / 2))


@few
@given(presences, st.sampled_from([0.0, 1.0]))
def test_density_is_a_share_of_what_is_related(m, diagonal):
    phi = proximity(m, diagonal=diagonal)
    omega = density(m, phi)
    assert omega == pytest.approx(naive_density(m, phi))
    assert density(m, proximity_operator(m, diagonal=diagonal)) == pytest.approx(omega)
    # What a row has and what it lacks make up the whole.
    assert omega + density(~m, phi) == pytest.approx(np.broadcast_to(phi.sum(axis=0) > 0, m.shape).astype(float))


def test_density_of_a_column_related_to_nothing_is_zero():
    m = np.eye(2)
    assert (density(m, proximity(m, diagonal=0)) == 0).all()
    assert (density(m, proximity_operator(m, diagonal=0)) == 0).all()


def test_density_takes_any_given_proximity_and_weights():
    phi = np.array([[0, 2, 1], [1, 0, 0], [1, 0, 0]])  # one-way flows, as of labour between industries
    assert density([[1, 3, 0]], phi) == pytest.approx(np.array([[3 / 2, 1, 1]]))


@pytest.mark.parametrize(
    ("m", "phi", "message"),
    [
        (np.ones((2, 3)), np.ones((2, 2)), "do not fit"),
        (np.full((2, 2), np.nan), np.ones((2, 2)), "presence holds"),
        (-np.ones((2, 2)), np.ones((2, 2)), "presence holds"),
    ],
)
def test_density_refuses_what_does_not_fit(m, phi, message):
    with pytest.raises(InputError, match=message):
        density(m, phi)


@few
@given(presences, st.sampled_from([0, 1]))
def test_relative_relatedness_is_the_z_score_of_the_options(m, ddof):
    omega = density(m, proximity(m, diagonal=0))
    relative = relative_relatedness(omega, m, ddof=ddof)
    assert (np.isnan(relative) == m).all()
    for c in range(m.shape[0]):
        options = omega[c, ~m[c]]
        if options.size and np.ptp(options) > 1e-9:
            assert relative[c, ~m[c]] == pytest.approx((options - options.mean()) / options.std(ddof=ddof))
        else:
            assert (relative[c, ~m[c]] == 0).all()


def test_relative_relatedness_refuses_other_shapes():
    with pytest.raises(InputError, match="different shapes"):
        relative_relatedness(np.ones((2, 2)), np.ones((2, 3)), ddof=0)
