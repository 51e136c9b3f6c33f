import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import density, outlook, proximity, proximity_operator
from majung.methods.labelled import InputError

few = settings(max_examples=40, deadline=None)

presences = arrays(np.bool_, st.tuples(st.integers(2, 5), st.integers(2, 6))).filter(lambda m: m.any(axis=0).all())


def naive_coi(m: np.ndarray, phi: np.ndarray, pci: np.ndarray) -> np.ndarray:
    return (density(m, phi) * (1 - m) * pci).sum(axis=1)


def pcis(m: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=m.shape[1])


def test_outlook_by_hand():
    # Two related columns and one row that has the first: the second is its whole outlook, and is used up by entering.
    found = outlook([[1, 0], [1, 1]], np.array([[0, 0.5], [0.5, 0]]), [1.0, 2.0], gain="exact")
    assert found.density.tolist() == [[0, 1], [1, 1]]
    assert found.coi.tolist() == [2, 0]
    assert found.gain.tolist() == [[0, -2], [0, 0]]


@few
@given(presences, st.sampled_from([0.0, 1.0, 0.5]), st.integers(0, 99))
def test_the_exact_gain_is_the_change_of_the_outlook(m, diagonal, seed):
    phi, pci = proximity(m, diagonal=diagonal), pcis(m, seed)
    found = outlook(m, phi, pci, gain="exact")
    assert found.coi == pytest.approx(naive_coi(m, phi, pci))
    for c, p in np.ndindex(m.shape):
        entered = m.copy()
        entered[c, p] = True
        brute = naive_coi(entered, phi, pci)[c] - naive_coi(m, phi, pci)[c]
        assert found.gain[c, p] == pytest.approx(brute, abs=1e-12)


@few
@given(presences, st.integers(0, 99))
def test_the_exact_gain_holds_for_one_way_proximities(m, seed):
    rng = np.random.default_rng(seed)
    phi, pci = rng.random((m.shape[1],) * 2), rng.normal(size=m.shape[1])
    found = outlook(m, phi, pci, gain="exact")
    c, p = rng.integers(m.shape[0]), rng.integers(m.shape[1])
    entered = m.copy()
    entered[c, p] = True
    assert found.gain[c, p] == pytest.approx(naive_coi(entered, phi, pci)[c] - naive_coi(m, phi, pci)[c], abs=1e-12)


@few
@given(presences, st.integers(0, 99))
def test_the_gross_gain_is_the_published_sum(m, seed):
    phi, pci = proximity(m, diagonal=1), pcis(m, seed)
    gross = (1 - m) * ((1 - m) @ (phi * (pci / phi.sum(axis=0))[:, None]))
    assert outlook(m, phi, pci, gain="gross").gain == pytest.approx(gross)


@few
@given(presences, st.sampled_from([0.0, 1.0]), st.sampled_from(["exact", "gross"]), st.integers(0, 99))
def test_matrix_and_operator_agree(m, diagonal, gain, seed):
    pci = pcis(m, seed)
    one = outlook(m, proximity(m, diagonal=diagonal), pci, gain=gain)
    other = outlook(m, proximity_operator(m, diagonal=diagonal), pci, gain=gain)
    assert other.density == pytest.approx(one.density)
    assert other.coi == pytest.approx(one.coi)
    assert other.gain == pytest.approx(one.gain, abs=1e-12)


@few
@given(presences, st.integers(0, 99), st.floats(-3, 3))
def test_a_shift_of_pci_moves_the_outlook_by_the_open_density(m, seed, shift):
    phi, pci = proximity(m, diagonal=0), pcis(m, seed)
    moved = outlook(m, phi, pci + shift, gain="exact").coi
    still = outlook(m, phi, pci, gain="exact")
    assert moved == pytest.approx(still.coi + shift * (still.density * ~m).sum(axis=1))


def test_a_row_that_has_everything_has_no_outlook():
    found = outlook([[1, 1], [1, 0]], np.array([[0, 0.5], [0.5, 0]]), [1.0, 2.0], gain="exact")
    assert found.coi[0] == 0
    assert (found.gain[0] == 0).all()


def test_outlook_refuses_what_does_not_fit():
    with pytest.raises(InputError, match="do not fit"):
        outlook([[1, 0]], np.ones((3, 3)), [1, 2], gain="exact")
    with pytest.raises(InputError, match="do not fit"):
        outlook([[1, 0]], np.ones((2, 2)), [1, 2, 3], gain="exact")
    with pytest.raises(InputError, match="PCI of column 1 is not finite"):
        outlook([[1, 0]], np.ones((2, 2)), [1, np.nan], gain="exact")
