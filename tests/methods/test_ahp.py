import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from majung.methods.ahp import (
    RANDOM_INDEX,
    complete,
    consistency,
    from_pairs,
    group,
    principal,
    priorities,
    worst_triad,
)
from majung.methods.labelled import InputError

# Saaty (2008), Decision making with the analytic hierarchy process, Int. J. Services Sciences 1(1), 83-98:
# coffee, wine, tea, beer, sodas, milk, water, by how much of each is drunk in the United States.
DRINKS = from_pairs(
    {
        **{(0, 1): 9, (0, 2): 5, (0, 3): 2, (0, 4): 1, (0, 5): 1, (2, 1): 3, (3, 1): 9, (3, 2): 3, (3, 5): 1},
        **{(4, 1): 9, (4, 2): 4, (4, 3): 2, (4, 5): 2, (5, 1): 9, (5, 2): 3},
        **{(6, 0): 2, (6, 1): 9, (6, 2): 9, (6, 3): 3, (6, 4): 2, (6, 5): 3},
    },
    7,
)
# Bozoki, Fulop & Ronyai (2010), On optimal completion of incomplete pairwise comparison matrices, Mathematical and
# Computer Modelling 52, 318-333, example 3: one gap.
ONE_GAP = from_pairs({(0, 1): 1, (0, 2): 5, (0, 3): 2, (1, 2): 3, (1, 3): 4}, 4)


def random_judgments(rng, n, noise=0.4, judges=None):
    shape = (n, n) if judges is None else (judges, n, n)
    w = rng.dirichlet(np.full(n, 3.0), judges) + 0.01
    e = rng.normal(0, noise, shape)
    return w[..., :, None] / w[..., None, :] * np.exp(e - np.swapaxes(e, -1, -2))


def test_saaty_2008_drinks():
    w, _ = principal(DRINKS)
    assert w.round(3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(float(consistency(DRINKS, table="saaty-2005").ratio), 3) == 0.022


def test_bozoki_fulop_ronyai_2010_example_3():
    # The paper prints 0.7302965066047 from its iteration; with one gap at n = 4 the optimum is the geometric mean of
    # the two ways round, sqrt(2/5 * 4/3) = 0.7302967433.
    assert complete(ONE_GAP)[2, 3] == pytest.approx(0.7302965066047, abs=1e-6)
    assert complete(ONE_GAP)[2, 3] == pytest.approx(math.sqrt(8 / 15), abs=1e-12)


def test_tables_flag_different_judges():
    # n = 5: the same index of 0.11 passes with Saaty's 1.12 and fails with Donegan & Dodd's 1.0591.
    assert {name: table[2] for name, table in RANDOM_INDEX.items()} == {
        "saaty-1980": 1.12,
        "saaty-2005": 1.11,
        "donegan-dodd-1991": 1.0591,
        "tummala-ling-1998": 1.1159,
        "alonso-lamata-2006": 1.1086,
    }
    ratios = {name: float(consistency(DRINKS, table=name).ratio) for name in RANDOM_INDEX}
    assert round(ratios["donegan-dodd-1991"], 4) == 0.0235
    assert len({round(r, 5) for r in ratios.values()}) > 2


def test_random_matrices_have_the_index_of_alonso_and_lamata_2006():
    rng = np.random.default_rng(0)
    k = np.triu(rng.integers(-8, 9, (4_000, 5, 5)), 1)
    logs = np.sign(k) * np.log(np.abs(k) + 1.0)
    a = np.exp(logs - np.swapaxes(logs, 1, 2))
    index = (principal(a)[1] - 5) / 4
    assert index.mean() == pytest.approx(1.1086, abs=4 * index.std() / math.sqrt(4_000))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 1.5]))
def test_principal_agrees_with_the_full_eigensolver(n, seed, noise):
    a = random_judgments(np.random.default_rng(seed), n, noise)
    w, eigenvalue = principal(a)
    values, vectors = np.linalg.eig(a)
    best = values.real.argmax()
    assert eigenvalue == pytest.approx(values[best].real, rel=1e-9)
    assert w == pytest.approx(np.abs(vectors[:, best].real) / np.abs(vectors[:, best].real).sum(), rel=1e-6)


def test_a_wildly_inconsistent_circle_goes_to_the_eigensolver():
    a = np.array([[1, 1e6, 1e-6], [1e-6, 1, 1e6], [1e6, 1e-6, 1]])
    w, eigenvalue = principal(a)
    assert w == pytest.approx([1 / 3] * 3)
    assert eigenvalue == pytest.approx(1 + 1e6 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_consistent_judgments_give_back_their_weights(n, seed):
    rng = np.random.default_rng(seed)
    w = rng.dirichlet(np.ones(n)) + 0.02
    w /= w.sum()
    a = w[:, None] / w
    assert priorities(a, method="geometric") == pytest.approx(w)
    assert priorities(a, method="eigenvector") == pytest.approx(w)
    found = consistency(a, table="saaty-2005")
    assert found.ratio == pytest.approx(0, abs=1e-9)
    assert found.geometric == pytest.approx(0, abs=1e-9)
    # A spanning tree says everything if nobody contradicts himself.
    tree = from_pairs({(i, i + 1): a[i, i + 1] for i in range(n - 1)}, n)
    assert priorities(tree, method="geometric") == pytest.approx(w)
    assert priorities(tree, method="eigenvector") == pytest.approx(w, rel=1e-6)
    assert consistency(tree, table="saaty-2005").ratio == 0


def with_gaps(rng, n, gaps):
    a = random_judgments(rng, n)
    pairs = list(combinations(range(n), 2))
    free = [p for p in pairs if p[1] - p[0] > 1]  # the chain i, i + 1 stays and connects all
    for i, j in rng.permutation(free)[:gaps]:
        a[i, j] = a[j, i] = np.nan
    return a


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 6), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_gaps_are_filled_where_a_blind_search_finds_the_least_eigenvalue(n, gaps, seed):
    a = with_gaps(np.random.default_rng(seed), n, gaps)
    i, j = np.nonzero(np.triu(np.isnan(a)))

    def eigenvalue(t):
        full = a.copy()
        full[i, j], full[j, i] = np.exp(t), np.exp(-t)
        return np.linalg.eigvals(full).real.max()

    blind = minimize(eigenvalue, np.zeros(len(i)), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-13})
    found = complete(a)
    assert principal(found)[1] <= blind.fun + 1e-9
    assert np.allclose(found * found.T, 1)
    assert np.array_equal(found[~np.isnan(a)], a[~np.isnan(a)])


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 7), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_geometric_weights_are_least_squares_of_the_known_logarithms(n, gaps, seed):
    a = with_gaps(np.random.default_rng(seed), n, gaps)
    i, j = np.nonzero(np.triu(~np.isnan(a), 1))
    design = np.zeros((len(i), n))
    design[np.arange(len(i)), i], design[np.arange(len(i)), j] = 1, -1
    u = np.exp(np.linalg.lstsq(design, np.log(a[i, j]), rcond=None)[0])
    assert priorities(a, method="geometric") == pytest.approx(u / u.sum())


def test_geometric_consistency_index_by_hand():
    # One triad: 2 * 2 / 1 is off by 4; each of the three log errors is log(4)/3, GCI = 3 (log(4)/3)^2 / (2*1/2).
    a = from_pairs({(0, 1): 2, (1, 2): 2, (0, 2): 1}, 3)
    assert consistency(a, table="saaty-1980").geometric == pytest.approx(3 * (math.log(4) / 3) ** 2)


def test_the_index_shrinks_with_the_gaps():
    full = consistency(DRINKS, table="saaty-2005")
    a = DRINKS.copy()
    a[0, 1] = a[1, 0] = np.nan
    assert consistency(a, table="saaty-2005").random_index == pytest.approx(full.random_index * (1 - 2 / 30))


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 6), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_worst_triad_agrees_with_looking_at_each(n, gaps, seed):
    a = with_gaps(np.random.default_rng(seed), n, gaps)
    sizes = {
        (i, j, k): abs(math.log(a[i, j] * a[j, k] / a[i, k]))
        for i, j, k in combinations(range(n), 3)
        if not np.isnan(a[i, j] * a[j, k] * a[i, k])
    }
    found = worst_triad(a)
    if not sizes:
        assert found.triad.tolist() == [-1, -1, -1]
        assert found.ratio == 1
    else:
        assert tuple(found.triad.tolist()) == max(sizes, key=sizes.get)
        assert abs(math.log(found.ratio)) == pytest.approx(max(sizes.values()))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_with_geometric_weights_aggregating_judgments_or_priorities_is_the_same(judges, n, seed):
    # Barzilai & Golany (1994): only the geometric mean has this.
    rng = np.random.default_rng(seed)
    a = random_judgments(rng, n, judges=judges)
    importance = rng.random(judges) + 0.1
    found = [
        group(a, method="geometric", aggregation=how, table="saaty-2005", importance=importance)
        for how in ("judgments", "priorities-geometric")
    ]
    assert found[0].weights == pytest.approx(found[1].weights)
    assert found[0].quartiles == pytest.approx(np.quantile(found[0].judge_weights, [0.25, 0.5, 0.75], axis=0).T)
    assert found[0].weights_consistent == pytest.approx(found[1].weights_consistent, nan_ok=True)


def test_group_by_hand():
    a = np.array([from_pairs({(0, 1): ratio}, 2) for ratio in (4.0, 1.0)])
    together = group(a, method="eigenvector", aggregation="judgments", table="saaty-1980")
    assert together.weights == pytest.approx([2 / 3, 1 / 3])
    assert together.judgment_dispersion == pytest.approx(np.array([[1, 2], [2, 1]]))
    apart = group(a, method="eigenvector", aggregation="priorities-arithmetic", table="saaty-1980")
    assert apart.weights == pytest.approx([0.65, 0.35])
    assert apart.judge_weights == pytest.approx(np.array([[0.8, 0.2], [0.5, 0.5]]))
    assert apart.quartiles[0] == pytest.approx([0.575, 0.65, 0.725])
    assert apart.dispersion[0] == pytest.approx(math.sqrt(0.8 / 0.5))
    assert math.isnan(apart.ratio)


def test_inconsistent_judges_are_shown_not_dropped():
    circle = from_pairs({(0, 1): 9, (1, 2): 9, (2, 0): 9}, 3)
    calm = from_pairs({(0, 1): 2, (1, 2): 2, (0, 2): 4}, 3)
    found = group(np.array([calm, circle]), method="geometric", aggregation="judgments", table="saaty-1980")
    assert found.inconsistent.tolist() == [False, True]
    assert found.weights_consistent == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    # The circle is indifferent, so each pair's mean is the root of the calm judge's ratio.
    assert found.weights == pytest.approx(np.array([2, math.sqrt(2), 1]) / (3 + math.sqrt(2)))
    nobody = group(circle[None], method="geometric", aggregation="judgments", table="saaty-1980")
    assert np.isnan(nobody.weights_consistent).all()
    assert nobody.weights == pytest.approx([1 / 3] * 3)


def test_a_gap_takes_the_mean_of_those_who_answered():
    a = np.array(
        [from_pairs({(0, 1): 2, (1, 2): 2}, 3), from_pairs({(0, 1): 2, (1, 2): 2, (0, 2): 4}, 3)],
    )
    for method in ("geometric", "eigenvector"):
        found = group(a, method=method, aggregation="judgments", table="saaty-1980")
        assert found.weights == pytest.approx([4 / 7, 2 / 7, 1 / 7])
        assert found.dispersion == pytest.approx([1, 1, 1], abs=1e-6)


def test_stacks_give_what_single_matrices_give():
    rng = np.random.default_rng(4)
    a = random_judgments(rng, 5, judges=6)
    a[2, 0, 3] = a[2, 3, 0] = np.nan
    for method in ("geometric", "eigenvector"):
        assert np.allclose(priorities(a, method=method), [priorities(m, method=method) for m in a])
    whole, parts = consistency(a, table="saaty-2005"), [consistency(m, table="saaty-2005") for m in a]
    for field in ("eigenvalue", "ratio", "geometric", "random_index"):
        assert np.allclose(getattr(whole, field), [getattr(p, field) for p in parts])
    assert worst_triad(a).triad.tolist() == [worst_triad(m).triad.tolist() for m in a]


def test_one_element_needs_no_judgment():
    assert priorities([[1.0]], method="geometric").tolist() == [1.0]
    assert consistency([[1.0]], table="saaty-1980").ratio == 0


@pytest.mark.parametrize(
    ("a", "named"),
    [
        ([[1, 2], [2, 1]], "not reciprocal"),
        ([[2, 2], [0.5, 1]], "not reciprocal"),
        ([[1, 2], [math.nan, 1]], "not reciprocal"),
        ([[1, 0], [0, 1]], "positive"),
        ([[1, -2], [-0.5, 1]], "positive"),
        ([[1, math.inf], [0, 1]], "positive"),
        ([[1, 2, 3]], "shape"),
        ([[1, math.nan], [math.nan, 1]], r"links elements \[1\]"),
    ],
)
def test_bad_matrices_are_refused(a, named):
    with pytest.raises(InputError, match=named):
        priorities(a, method="geometric")


def test_a_disconnected_judge_is_named():
    a = np.ones((2, 3, 3))
    a[1, 0, 1:] = a[1, 1:, 0] = np.nan
    with pytest.raises(InputError, match=r"matrix \[1\].*\[1, 2\]"):
        priorities(a, method="geometric")


def test_bad_arguments_are_refused():
    with pytest.raises(InputError, match="ends at n = 15"):
        consistency(np.ones((16, 16)), table="saaty-1980")
    with pytest.raises(InputError, match="saaty-1980"):
        consistency(np.ones((4, 4)), table="saaty")
    with pytest.raises(InputError, match="median"):
        group(np.ones((2, 3, 3)), method="geometric", aggregation="median", table="saaty-1980")
    with pytest.raises(InputError, match="importance"):
        group(np.ones((2, 3, 3)), method="geometric", aggregation="judgments", table="saaty-1980", importance=[1])
    with pytest.raises(InputError, match="least"):
        priorities(np.ones((3, 3)), method="least")
    with pytest.raises(InputError, match="judges, n, n"):
        group(np.ones((3, 3)), method="geometric", aggregation="judgments", table="saaty-1980")
    with pytest.raises(InputError, match="gaps"):
        principal(ONE_GAP)
    with pytest.raises(InputError, match="three elements"):
        worst_triad(np.ones((2, 2)))


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ({(0, 0): 1}, "different positions"),
        ({(0, 5): 1}, "different positions"),
        ({(0, 1): 2, (1, 0): 0.5}, "twice"),
        ({(0, 1): 0}, "positive"),
    ],
)
def test_bad_pairs_are_refused(pairs, named):
    with pytest.raises(InputError, match=named):
        from_pairs(pairs, 3)
