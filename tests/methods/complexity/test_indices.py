import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from majung.methods.complexity import blocks, eci_pci, fitness, project
from majung.methods.labelled import InputError, labelled

few = settings(max_examples=40, deadline=None)

presences = arrays(np.bool_, st.tuples(st.integers(3, 7), st.integers(3, 9))).filter(
    lambda m: m.any(axis=0).all() and m.any(axis=1).all()
)


def determined(m: np.ndarray, scale="eci", ddof=0):
    """The indices, or discard the example when its order is not determined."""
    try:
        found = eci_pci(m, scale=scale, ddof=ddof)
    except InputError:
        assume(False)
    assume(found.validity.gap > 1e-6)
    return found


def naive_eci(m: np.ndarray) -> np.ndarray:
    """Second eigenvector of the non-symmetric C x C matrix, as the definition says, standardised."""
    markov = (m / m.sum(axis=1, keepdims=True)) @ (m / m.sum(axis=0)).T
    values, vectors = np.linalg.eig(markov)
    k = vectors[:, np.argsort(-values.real)[1]].real
    return (k - k.mean()) / k.std()


def same_up_to_sign(a: np.ndarray, b: np.ndarray) -> bool:
    return np.allclose(a, b, atol=1e-6) or np.allclose(a, -b, atol=1e-6)


def test_eci_by_hand():
    # D^-1 M U^-1 M' = [[3/4, 1/4], [1/2, 1/2]]: eigenvalues 1 and 1/4, K = (1, -2), Q = (-2, 4); mean -1/2, sd 3/2.
    found = eci_pci([[1, 1], [1, 0]], scale="eci", ddof=0)
    assert found.eci == pytest.approx([1, -1])
    assert found.pci == pytest.approx([-1, 3])
    assert (found.validity.second, found.validity.third) == pytest.approx((1 / 4, 0))
    assert found.validity.diversity_correlation == pytest.approx(1)
    # The symmetric eigenvector sqrt(D) K is (sqrt 2, -2) / sqrt 6.
    assert found.validity.effective_rows == pytest.approx(1 / (1 / 9 + 4 / 9))


@few
@given(presences)
def test_eci_is_the_second_eigenvector_of_the_definition(m):
    assert same_up_to_sign(determined(m).eci, naive_eci(m))


@few
@given(presences)
def test_tall_and_wide_presence_have_the_same_indices_exchanged(m):
    found, turned = determined(m), determined(m.T)
    assert same_up_to_sign((found.pci - found.pci.mean()) / found.pci.std(), turned.eci)


@few
@given(presences, st.sampled_from(["eci", "raw"]))
def test_eci_is_the_mean_pci_of_what_the_row_has(m, scale):
    found = determined(m, scale)
    assert found.eci == pytest.approx((m @ found.pci) / m.sum(axis=1))


@few
@given(presences)
def test_kemp_benedict_2014_raw_eci_is_orthogonal_to_diversity(m):
    found = determined(m, "raw")
    assert m.sum(axis=1) @ found.eci == pytest.approx(0, abs=1e-8)
    assert m.sum(axis=0) @ found.pci == pytest.approx(0, abs=1e-8)


@few
@given(presences)
def test_mealy_farmer_teytelboym_2019_eci_is_the_first_axis_of_correspondence_analysis(m):
    found = determined(m)
    share = m / m.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    u, s, _ = np.linalg.svd((share - np.outer(rows, columns)) / np.sqrt(np.outer(rows, columns)))
    axis = u[:, 0] / np.sqrt(rows)
    assert s[0] ** 2 == pytest.approx(found.validity.second)
    assert same_up_to_sign((axis - axis.mean()) / axis.std(), found.eci)


@few
@given(presences, st.sampled_from([0, 1]))
def test_scales_have_the_moments_they_promise(m, ddof):
    common, separate = determined(m, "eci", ddof), determined(m, "separate", ddof)
    assert (common.eci.mean(), common.eci.std(ddof=ddof)) == pytest.approx((0, 1), abs=1e-9)
    assert (separate.pci.mean(), separate.pci.std(ddof=ddof)) == pytest.approx((0, 1), abs=1e-9)
    assert np.linalg.norm(determined(m, "raw").pci) == pytest.approx(1)


@few
@given(presences)
def test_the_sign_makes_diversified_rows_complex(m):
    found = determined(m)
    assert found.validity.diversity_correlation >= 0
    if found.validity.diversity_correlation > 1e-6:
        assert np.corrcoef(found.eci, m.sum(axis=1))[0, 1] == pytest.approx(found.validity.diversity_correlation)


def test_clones_of_rows_share_their_eci():
    m = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
    eci = eci_pci(m, scale="eci", ddof=0).eci
    assert eci[0] == pytest.approx(eci[1], abs=1e-12)


@few
@given(presences, st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_matter(m, random):
    found = determined(m)
    rows, columns = list(range(m.shape[0])), list(range(m.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    moved = eci_pci(m[np.ix_(rows, columns)], scale="eci", ddof=0)
    if found.validity.diversity_correlation > 1e-6:
        assert moved.eci == pytest.approx(found.eci[rows], abs=1e-6)
        assert moved.pci == pytest.approx(found.pci[columns], abs=1e-6)


def test_a_row_without_presence_is_named():
    with pytest.raises(InputError, match="row 1 has no presence"):
        eci_pci([[1, 1], [0, 0]], scale="eci", ddof=0)
    table = labelled([[1, 0], [1, 0]], ["KOR", "JPN"], ["cars", "ships"])
    with pytest.raises(InputError, match="column 'ships' has no presence"):
        eci_pci(table, scale="eci", ddof=0)


def test_unconnected_blocks_are_refused_and_named():
    table = labelled([[1, 1, 0], [1, 0, 0], [0, 0, 1]], ["KOR", "JPN", "NRU"], ["a", "b", "c"])
    with pytest.raises(InputError, match=r"2 unconnected blocks.*rows 'NRU': drop them"):
        eci_pci(table, scale="eci", ddof=0)
    assert [block.tolist() for block in blocks(table)] == [[0, 0, 1], [0, 0, 1]]


def test_blocks_number_the_largest_first():
    m = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]])
    assert [block.tolist() for block in blocks(m)] == [[1, 0, 0], [1, 0, 0]]


def test_an_order_that_the_data_do_not_determine_is_refused():
    with pytest.raises(InputError, match="nothing orders them"):
        eci_pci(np.ones((3, 4)), scale="eci", ddof=0)
    # A cycle: rotating it changes nothing, so two eigenvectors share lambda_2.
    cycle = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]])
    with pytest.raises(InputError, match="lambda_2 = lambda_3"):
        eci_pci(cycle, scale="eci", ddof=0)
    with pytest.raises(InputError, match="at least two rows"):
        eci_pci([[1, 1]], scale="eci", ddof=0)


@few
@given(presences, st.data())
def test_projection_keeps_the_reliable_rows_as_they_are(m, data):
    reliable = np.array(data.draw(st.lists(st.booleans(), min_size=m.shape[0], max_size=m.shape[0])))
    assume(reliable.sum() >= 2)
    covered = m[reliable].any(axis=0)
    alone = determined(m[reliable][:, covered])
    found = project(m, reliable, scale="eci", ddof=0)
    assert found.eci[reliable] == pytest.approx(alone.eci)
    assert found.pci[covered] == pytest.approx(alone.pci)
    assert np.isnan(found.pci[~covered]).all()
    for c in np.flatnonzero(~reliable):
        known = found.pci[m[c] & covered]
        assert found.eci[c] == pytest.approx(known.mean() if known.size else np.nan, nan_ok=True)
        assert found.coverage[c] == pytest.approx(known.size / m[c].sum())


def test_projection_places_a_row_that_would_have_split_the_world():
    m = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    found = project(m, np.array([True, True, True, False]), scale="eci", ddof=0)
    assert np.isnan(found.eci[3])
    assert found.coverage.tolist() == [1, 1, 1, 0]


def test_projection_refuses_a_mask_that_does_not_fit():
    m = [[1, 1], [1, 0]]
    with pytest.raises(InputError, match="one boolean a row"):
        project(m, [1, 0], scale="eci", ddof=0)
    with pytest.raises(InputError, match="no row is reliable"):
        project(m, [False, False], scale="eci", ddof=0)
    table = labelled([[1, 1, 0], [0, 0, 1], [1, 0, 0]], ["KOR", "JPN", "NRU"], ["a", "b", "c"])
    with pytest.raises(InputError, match="rows 'JPN'"):
        project(table, [True, True, False], scale="eci", ddof=0)
    with pytest.raises(InputError, match="rows '2'"):
        project([[1, 0, 0], [1, 1, 0], [0, 0, 1]], [False, True, True], scale="eci", ddof=0)


def naive_fitness(m: np.ndarray, rounds: int) -> np.ndarray:
    f, q = np.ones(m.shape[0]), np.ones(m.shape[1])
    for _ in range(rounds):
        f_next = np.array([sum(q[p] for p in range(m.shape[1]) if m[c, p]) for c in range(m.shape[0])])
        q_next = np.array([1 / sum(1 / f[c] for c in range(m.shape[0]) if m[c, p]) for p in range(m.shape[1])])
        f, q = f_next / f_next.mean(), q_next / q_next.mean()
    return f


@few
@given(presences, st.integers(1, 5))
def test_fitness_iterates_the_definition(m, rounds):
    found = fitness(m, tolerance=1e-300, max_iterations=rounds)
    assert found.fitness == pytest.approx(naive_fitness(m, rounds))


@few
@given(presences)
def test_a_converged_fitness_balances_rows_and_columns(m):
    found = fitness(m, tolerance=1e-11, max_iterations=2000)
    if found.converged:
        scaling = m * found.complexity / found.fitness[:, None]
        assert scaling.sum(axis=1) == pytest.approx(np.full(m.shape[0], scaling.sum() / m.shape[0]), rel=1e-6)
        assert scaling.sum(axis=0) == pytest.approx(np.full(m.shape[1], scaling.sum() / m.shape[1]), rel=1e-6)
    else:
        assert found.iterations == 2000 or found.fitness.min() < 1e-200


def test_fitness_of_a_nested_matrix_by_hand():
    # Rows with the first 4, 3 and 2 of 4 columns. At the fixed point S_i (F_i - F_{i+1}) = (C/P) n_i, with n_i the
    # columns held by the first i rows only and S_i = sum of 1/F over them: F_2/F_1 = 1 - 3/4 = 1/4; then, with F_1 = 1,
    # (1 + 4)(1/4 - F_3) = 3/4 gives F_3 = 1/10.
    found = fitness([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0]], tolerance=1e-13, max_iterations=5000)
    assert found.converged
    assert found.fitness / found.fitness[0] == pytest.approx([1, 1 / 4, 1 / 10], rel=1e-9)


def test_a_fitness_that_vanishes_is_not_called_converged():
    # F_2/F_1 = 1 - (2/4) 3 < 0 has no positive solution: Pugliese et al. (2016).
    found = fitness([[1, 1, 1, 1], [1, 0, 0, 0]], tolerance=1e-9, max_iterations=3000)
    assert not found.converged
    assert found.fitness[1] < 1e-12
    assert np.isfinite(found.complexity).all()


def test_fitness_refuses_bad_settings():
    with pytest.raises(InputError, match="must be positive"):
        fitness([[1]], tolerance=0, max_iterations=5)
    with pytest.raises(InputError, match="row 1 has no presence"):
        fitness([[1], [0]], tolerance=1, max_iterations=5)
