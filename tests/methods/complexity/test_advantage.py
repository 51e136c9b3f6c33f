import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import presence, rca, rca_interval, rpca
from majung.methods.complexity.advantage import checked_presence
from majung.methods.labelled import InputError, Labelled, labelled

few = settings(max_examples=40, deadline=None)

# Positive everywhere, so that no row or column is empty.
tables = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 7)), elements=st.floats(0.01, 1e6))


def named(values) -> Labelled:
    values = np.asarray(values, dtype=float)
    return labelled(values, [f"r{i}" for i in range(values.shape[0])], [f"c{j}" for j in range(values.shape[1])])


def test_hausmann_et_al_2014_soybeans_of_brazil():
    # Technical box 2.2: soybeans are 42 of the world's 42 / 0.0035 billion dollars, and 11 of Brazil's 140: "around 21
    # times Brazil's fair share" from the rounded 7.8 % and 0.35 %.
    world = 42 / 0.0035
    table = labelled([[11, 129], [31, world - 171]], ["Brazil", "others"], ["soybeans", "all else"])
    assert rca(table)[0, 0] == pytest.approx(7.8 / 0.35, rel=0.01)


def test_rca_by_hand():
    # Rows 40 and 60 of 100; columns 50 and 50: expected cells 20, 20, 30, 30.
    assert rca(named([[30, 10], [20, 40]])) == pytest.approx(np.array([[1.5, 0.5], [2 / 3, 4 / 3]]))


@few
@given(tables)
def test_rca_is_one_on_average_over_a_column_by_row_size(values):
    ratio = rca(named(values))
    weights = values.sum(axis=1) / values.sum()
    assert weights @ ratio == pytest.approx(np.ones(values.shape[1]))


@few
@given(tables, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_rca_ignores_the_unit_and_a_row_size_only_moves_the_world_share(values, unit, size):
    assert rca(named(values * unit)) == pytest.approx(rca(named(values)))
    scaled = values.copy()
    scaled[0] *= size
    share = scaled.sum(axis=0) / scaled.sum()
    assert rca(named(scaled))[0] == pytest.approx(values[0] / values[0].sum() / share)


@few
@given(st.integers(1, 9), st.integers(1, 9), st.floats(1e-3, 1e3))
def test_an_even_table_is_present_everywhere_whatever_the_rounding(rows, columns, value):
    assert presence(rca(named(np.full((rows, columns), value))), threshold=1).all()


def test_rca_names_the_empty_row_or_column():
    with pytest.raises(InputError, match=r"row 'r1' is all zeros.*drop_zeros"):
        rca(named([[1, 2], [0, 0]]))
    with pytest.raises(InputError, match="column 'c0' is all zeros"):
        rca(named([[0, 2], [0, 1]]))


def test_rca_names_a_negative_value():
    with pytest.raises(InputError, match=r"negative value -1.0 at row 'a', column 'y'"):
        rca(labelled([[3, -1], [1, 2]], ["a", "b"], ["x", "y"], allow_negative=True))


def test_rca_leaves_its_input_alone():
    table = named([[30, 10], [20, 40]])
    rca(table)
    assert table.values.tolist() == [[30, 10], [20, 40]]


def test_interval_of_no_success_in_one_trial_has_a_closed_form():
    # Beta(1/2, 3/2) has distribution (2/pi)(asin(sqrt u) + sqrt(u(1-u))).
    low, high = rca_interval(0, 1, 5, 10, level=0.9)
    share = high * 0.5
    assert low == 0
    assert 2 / np.pi * (np.arcsin(np.sqrt(share)) + np.sqrt(share * (1 - share))) == pytest.approx(0.95)


def test_interval_approaches_the_poisson_limit_for_a_rare_cell():
    # With a large row the Beta becomes a Gamma(x + 1/2): its 5 % and 95 % points at x = 0 are chi2_1 / 2.
    _, high = rca_interval(0, 1e9, 1e3, 1e12, level=0.9)
    assert high * 1e9 * 1e3 / 1e12 == pytest.approx(3.841458820694124 / 2, rel=1e-6)


counts = st.integers(0, 60)


@few
@given(counts, counts, counts, counts, st.floats(0.5, 0.99))
def test_interval_holds_the_estimate_and_is_finite(a, b, c, d, level):
    row, column, whole = a + b, a + c, a + b + c + d
    if min(row, column) == 0:
        return
    low, high = rca_interval(a, row, column, whole, level)
    assert 0 <= low <= a / row / (column / whole) * (1 + 1e-12)
    assert a / row / (column / whole) <= high * (1 + 1e-12)
    assert high <= whole / column * (1 + 1e-12)


@few
@given(st.integers(1, 200), st.integers(201, 5000), st.integers(1, 9))
def test_interval_narrows_with_more_of_the_same(part, row, times):
    def width(k: int) -> float:
        low, high = rca_interval(k * part, k * row, 6000 * k, 60000 * k)
        return float(high - low)

    assert width(times + 1) < width(times)


def test_interval_takes_a_matrix_with_its_totals():
    x = np.array([[30.0, 0.0, 3.5], [20.0, 40.0, 6.5]])
    low, high = rca_interval(x, x.sum(axis=1, keepdims=True), x.sum(axis=0), x.sum())
    assert low.shape == high.shape == x.shape
    cell_low, cell_high = rca_interval(3.5, 33.5, 10, 100)
    assert (low[0, 2], high[0, 2]) == (cell_low, cell_high)


def test_interval_covers_as_often_as_it_says_and_errs_on_the_wide_side():
    # Multinomial worlds with a known RCA: 4 cells, the totals as uncertain as the cell.
    rng = np.random.default_rng(1)
    for world in ([0.02, 0.08, 0.18, 0.72], [0.001, 0.099, 0.099, 0.801], [0.03, 0.07, 0.03, 0.87]):
        p = np.array(world)
        true = p[0] / (p[0] + p[1]) / (p[0] + p[2])
        n = rng.multinomial(2000, p, size=4000)
        low, high = rca_interval(n[:, 0], n[:, 0] + n[:, 1], n[:, 0] + n[:, 2], 2000)
        covered = np.mean((low <= true) & (true <= high))
        assert 0.85 < covered < 0.97  # counts are discrete: some 0.03 around 0.9 or above


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 2, 3, 9, 1.0), "level 1.0"),
        ((-1, 2, 3, 9), "x_cp holds a count that is negative"),
        ((np.nan, 2, 3, 9), "x_cp .* not finite"),
        ((0, 0, 3, 9), "x_c holds a zero total"),
        ((3, 2, 3, 9), "exceeds its total x_c"),
        ((3, 4, 2, 9), "exceeds its total x_p"),
        ((1, 4, 2, 3), "exceeds its total x:"),
    ],
)
def test_interval_refuses_impossible_counts(arguments, message):
    with pytest.raises(InputError, match=message):
        rca_interval(*arguments)


def test_rpca_by_hand():
    # 3 per head in r0, 1 in r1; the world has 50/40 and 50/40 per head.
    table = named([[30, 10], [20, 40]])
    assert rpca(table, [10, 30]) == pytest.approx(np.array([[3, 1], [2 / 3, 4 / 3]]) / 1.25)


@few
@given(tables)
def test_rpca_with_population_in_proportion_to_size_is_rca(values):
    assert rpca(named(values), values.sum(axis=1)) == pytest.approx(rca(named(values)))


def test_rpca_names_the_row_without_population():
    table = named([[30, 10], [20, 40]])
    with pytest.raises(InputError, match=r"population 0.0 of row 'r1'"):
        rpca(table, [1, 0])
    with pytest.raises(InputError, match="one number a row"):
        rpca(table, [1, 2, 3])


def test_presence_counts_a_tie_and_refuses_nan():
    assert presence([[1.0, 1 - 1e-15, 0.999]], threshold=1).tolist() == [[True, True, False]]
    with pytest.raises(InputError, match=r"NaN at position \(0, 1\)"):
        presence([[1.0, np.nan]], threshold=1)
    for threshold in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(InputError, match="threshold"):
            presence([[1.0]], threshold=threshold)


@few
@given(tables, st.floats(0.1, 3), st.floats(1, 2))
def test_a_higher_threshold_never_adds_presence(values, threshold, factor):
    ratio = rca(named(values))
    assert (presence(ratio, threshold=threshold * factor) <= presence(ratio, threshold=threshold)).all()


def test_a_given_presence_must_be_binary():
    assert checked_presence([[1, 0], [0, 1]]).tolist() == [[True, False], [False, True]]
    with pytest.raises(InputError, match=r"presence is 2 at row 1, column 0"):
        checked_presence([[1, 0], [2, 1]])
    with pytest.raises(InputError, match="shape"):
        checked_presence([1, 0])
