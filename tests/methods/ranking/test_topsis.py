import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.ranking.topsis import topsis


def naive(x, w, up, normalisation):
    """Oracle: the steps as Hwang & Yoon (1981) print them, one number at a time."""
    a, c = x.shape
    v = np.zeros((a, c))
    for j in range(c):
        column = x[:, j]
        if normalisation == "vector":
            length = np.sqrt(sum(t * t for t in column))
            v[:, j] = w[j] * (column / length if length else column * 0)
        else:
            spread = max(column) - min(column)
            v[:, j] = w[j] * ((column - min(column)) / spread if spread else column * 0)
    good = [max(v[:, j]) if up[j] else min(v[:, j]) for j in range(c)]
    bad = [min(v[:, j]) if up[j] else max(v[:, j]) for j in range(c)]
    plus = [np.sqrt(sum((v[i, j] - good[j]) ** 2 for j in range(c))) for i in range(a)]
    minus = [np.sqrt(sum((v[i, j] - bad[j]) ** 2 for j in range(c))) for i in range(a)]
    return [m / (m + p) if m + p else 0.5 for p, m in zip(plus, minus, strict=True)]


def test_tzeng_and_huang_2011():
    # Multiple attribute decision making: methods and applications, CRC Press: closeness 0.5037, 0.6581, 0.7482, 0.3340.
    found = topsis([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3], maximise=True, normalisation="vector")
    assert found.round(4).tolist() == [0.5037, 0.6581, 0.7482, 0.3340]


def test_mountain_climbing_with_linear_normalisation():
    # The table of Opricovic & Tzeng (2004): risk to be low, altitude to be high; closeness derived by hand for min-max.
    found = topsis(
        [[1, 3000], [2, 3750], [5, 4500]], [0.5, 0.5], maximise=np.array([False, True]), normalisation="min-max"
    )
    near, far = np.hypot(0.25, 0.5), np.hypot(0.75, 0.5)
    assert found == pytest.approx([0.5, far / (near + far), 0.5])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["vector", "min-max"]),
    st.booleans(),
)
def test_agrees_with_the_printed_steps(a, c, seed, normalisation, tied):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (a, c)).astype(float) if tied else rng.random((a, c)) * 100
    w, up = rng.dirichlet(np.ones(c)), rng.random(c) > 0.5
    found = topsis(x, w, maximise=up, normalisation=normalisation)
    assert found == pytest.approx(naive(x, w, up, normalisation))
    assert ((found >= 0) & (found <= 1)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_min_max_ignores_units_and_vector_ignores_scale(a, c, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.random((a, c)), rng.dirichlet(np.ones(c))
    scale, shift = rng.random(c) * 1e3 + 1, rng.random(c) * 10
    for normalisation, other in (("min-max", x * scale + shift), ("vector", x * scale)):
        one, two = (topsis(t, w, maximise=True, normalisation=normalisation) for t in (x, other))
        assert one == pytest.approx(two)


def test_the_normalisation_changes_winners():
    rng = np.random.default_rng(0)
    differ = 0
    for _ in range(300):
        x, w = rng.random((8, 5)), rng.dirichlet(np.ones(5))
        winners = [topsis(x, w, maximise=True, normalisation=n).argmax() for n in ("vector", "min-max")]
        differ += winners[0] != winners[1]
    assert differ > 15


def test_many_samples_at_once_are_the_single_runs():
    rng = np.random.default_rng(1)
    tables, weights, up = rng.random((4, 5, 3)), rng.dirichlet(np.ones(3), 4), np.array([True, False, True])
    for normalisation in ("vector", "min-max"):
        each = [topsis(t, w, maximise=up, normalisation=normalisation) for t, w in zip(tables, weights, strict=True)]
        assert np.allclose(topsis(tables, weights, maximise=up, normalisation=normalisation), each)


def test_huge_and_tiny_units_do_not_overflow():
    found = topsis([[1e200, 1e-200], [2e200, 3e-200]], [0.5, 0.5], maximise=True, normalisation="vector")
    assert found.tolist() == [0, 1]


def test_equal_alternatives_get_one_half():
    assert topsis([[3, 3], [3, 3]], [0.5, 0.5], maximise=True, normalisation="vector").tolist() == [0.5, 0.5]


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="sum"):
        topsis([[1.0, 2.0]], [0.5, 0.5], maximise=True, normalisation="sum")
    with pytest.raises(InputError, match="boolean"):
        topsis([[1.0, 2.0]], [0.5, 0.5], maximise=[True], normalisation="vector")
