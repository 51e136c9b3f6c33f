"""Robust Portfolio Modelling against its definition, written out over all portfolios and many value draws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.portfolio import projects
from majung.methods.robust_portfolio import core_index, dominates


def naive_dominates(p: np.ndarray, q: np.ndarray, low: np.ndarray, high: np.ndarray, weights: np.ndarray) -> bool:
    """The definition, one project and one extreme point at a time."""
    least, most = np.inf, -np.inf
    for w in weights:
        worst = sum(w @ low[i] for i in range(len(p)) if p[i] and not q[i])
        worst -= sum(w @ high[i] for i in range(len(p)) if q[i] and not p[i])
        best = sum(w @ high[i] for i in range(len(p)) if p[i] and not q[i])
        best -= sum(w @ low[i] for i in range(len(p)) if q[i] and not p[i])
        least, most = min(least, worst), max(most, best)
    return bool(least >= -1e-9 and most > 1e-9)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n, criteria, width = draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low = rng.integers(0, 10, (n, criteria)).astype(float)
    high = low + rng.integers(0, 3, (n, criteria))
    weights = rng.multinomial(4, np.full(criteria, 1 / criteria), draw(st.integers(1, 3))) / 4
    costs = rng.integers(0, 6, (n, width)).astype(float)
    return low, high, weights, costs, rng.integers(0, 15, width).astype(float)


@settings(max_examples=80, deadline=None)
@given(cases(), st.booleans())
def test_exact_index_equals_the_definition(
    case: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], constrained: bool
) -> None:
    low, high, weights, costs, budgets = case
    n = len(low)
    p = projects([f"p{i}" for i in range(n)], low[:, 0], costs)
    every = np.array(list(product((False, True), repeat=n)))
    fits = ((every @ costs) <= budgets).all(axis=1)
    if constrained and n >= 3:
        rules = {"requires": [("p0", "p1")], "excludes": [("p1", "p2")], "minimum_per_group": {"": 1}}
        fits &= (~every[:, 0] | every[:, 1]) & ~(every[:, 1] & every[:, 2]) & every.any(axis=1)
    else:
        rules = {}
    every = every[fits]
    if not len(every):
        with pytest.raises(InputError, match="cannot hold together"):
            core_index(low, high, weights, p, budgets, method="exact", **rules)
        return
    best = [q for q in every if not any(naive_dominates(r, q, low, high, weights) for r in every)]
    found = core_index(low, high, weights, p, budgets, method="exact", **rules)
    assert {tuple(q) for q in found.portfolios} == {tuple(q) for q in best}
    assert len(found.portfolios) == len(best)
    np.testing.assert_allclose(found.index, np.mean(best, axis=0))


def test_exact_index_of_many_projects_equals_enumeration() -> None:
    # Enough projects that good portfolios are sought first and used to drop hopeless ones.
    rng = np.random.default_rng(7)
    n = 14
    low = rng.integers(1, 9, (n, 2)).astype(float)
    high = low + rng.integers(0, 2, (n, 2))
    costs = rng.integers(1, 9, (n, 2)).astype(float)
    budgets = costs.sum(axis=0) // 3
    p = projects([f"p{i}" for i in range(n)], low[:, 0], costs, list("gh" * 7))
    weights = np.array([[1, 0], [0.5, 0.5]])
    every = np.array(list(product((False, True), repeat=n)))
    every = every[
        ((every @ costs) <= budgets).all(axis=1) & (every[:, ::2].sum(axis=1) >= 2) & (every[:, 0] <= every[:, 3])
    ]
    beaten = np.zeros(len(every), dtype=bool)
    for block in np.array_split(every, 20):
        beaten |= dominates(block, every, low @ weights.T, high @ weights.T).any(axis=0)
    rules = {"minimum_per_group": {"g": 2}, "requires": [("p0", "p3")]}
    found = core_index(low, high, weights, p, budgets, method="exact", **rules)
    assert {tuple(q) for q in found.portfolios} == {tuple(q) for q in every[~beaten]}


@given(cases())
def test_dominance_equals_the_definition_and_is_a_strict_order(
    case: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    low, high, weights, _, _ = case
    every = np.array(list(product((False, True), repeat=len(low))))[:16]
    fast = dominates(every, every, low @ weights.T, high @ weights.T)
    slow = [[naive_dominates(p, q, low, high, weights) for q in every] for p in every]
    np.testing.assert_array_equal(fast, slow)
    assert not fast.diagonal().any()
    assert not (fast & fast.T).any()


def test_worked_by_hand() -> None:
    # One criterion, cost 1 each, budget 2: a is worth 5 to 6, b 3 to 4, c 2 to 3.5, d 1 to 1.5. ab beats bc, ad, bd and
    # cd for sure, but not ac, as c may be worth 3.5 and b only 3.
    low, high = np.array([[5.0], [3], [2], [1]]), np.array([[6.0], [4], [3.5], [1.5]])
    p = projects("abcd", [1, 1, 1, 1], [1, 1, 1, 1])
    found = core_index(low, high, [[1.0]], p, [2], method="exact")
    assert (found.core, found.borderline, found.exterior) == (("a",), ("b", "c"), ("d",))
    np.testing.assert_allclose(found.index, [1, 0.5, 0.5, 0])


@given(cases())
@settings(max_examples=30, deadline=None)
def test_more_information_never_adds_portfolios(
    case: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    low, high, weights, costs, budgets = case
    p = projects([f"p{i}" for i in range(len(low))], low[:, 0], costs)
    loose = core_index(low, high, weights, p, budgets, method="exact")
    # Holds for information from the relative interior of the set (Liesiö, Mild & Salo 2007).
    centre = weights.mean(axis=0, keepdims=True)
    tight = core_index((3 * low + high) / 4, (low + 3 * high) / 4, centre, p, budgets, method="exact")
    assert {tuple(q) for q in tight.portfolios} <= {tuple(q) for q in loose.portfolios}
    assert set(loose.core) <= set(tight.core)
    assert set(loose.exterior) <= set(tight.exterior)


def test_sampled_portfolios_are_non_dominated_and_shares_have_errors() -> None:
    rng = np.random.default_rng(3)
    low = rng.uniform(1, 10, (8, 2))
    high = low * 1.1
    costs = rng.uniform(1, 5, 8)
    p = projects([f"p{i}" for i in range(8)], low[:, 0], costs)
    exact = core_index(low, high, np.eye(2), p, [10], method="exact")
    sampled = core_index(low, high, rng.dirichlet([1, 1], 60), p, [10], method="sampled", rng=rng)
    assert {tuple(q) for q in sampled.portfolios} <= {tuple(q) for q in exact.portfolios}
    assert sampled.samples == 60
    assert sampled.unproven == 0
    assert set(exact.core) <= set(sampled.core)
    assert set(exact.exterior) <= set(sampled.exterior)
    a = sampled.acceptability
    np.testing.assert_allclose(sampled.standard_error, np.sqrt(a * (1 - a) / 60))
    assert np.isnan(exact.acceptability).all()


def test_same_generator_same_answer() -> None:
    low, high = np.ones((5, 1)), np.full((5, 1), 2.0)
    p = projects("abcde", np.ones(5), np.ones(5))
    first, second = (
        core_index(low, high, np.ones((20, 1)), p, [2], method="sampled", rng=np.random.default_rng(5)) for _ in "ab"
    )
    np.testing.assert_array_equal(first.portfolios, second.portfolios)
    np.testing.assert_array_equal(first.acceptability, second.acceptability)


def test_clones_are_all_borderline() -> None:
    p = projects("abc", [1, 1, 1], [1, 1, 1])
    found = core_index(np.ones((3, 1)), np.ones((3, 1)), [[1.0]], p, [1], method="exact")
    np.testing.assert_allclose(found.index, 1 / 3)


def test_musts_are_core_and_forbidden_are_exterior() -> None:
    p = projects("abc", [1, 1, 1], [1, 1, 1])
    values = np.array([[1.0], [5], [9]])
    found = core_index(values, values, [[1.0]], p, [2], method="exact", musts=["a"], excludes=[("a", "c")])
    assert (found.core, found.exterior) == (("a", "b"), ("c",))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values_low": [[2.0], [9.0]]}, "project 'b': bounds"),
        ({"values_low": [[np.nan], [1.0]]}, "project 'a': bounds"),
        ({"values_low": [[1.0]]}, "give \\(2, criteria\\)"),
        ({"weights": [[0.5]]}, "weights row 0"),
        ({"weights": [[0.5, 0.5]]}, "give \\(points, 1\\)"),
        ({"method": "sampled"}, "needs rng"),
        ({"synergies": {("a", "b"): 1.0}}, "synergies"),
        ({"method": "quick"}, "method is 'quick'"),
        ({"limit": 1}, "exceed the limit of 1"),
        ({"musts": ["a"], "budgets": [0]}, "'a' is a must; budget 'budget 1' of 0"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], message: str) -> None:
    p = projects("ab", [1, 1], [1, 1])
    good: dict[str, object] = {
        "values_low": [[2.0], [1.0]],
        "values_high": [[3.0], [4.0]],
        "weights": [[1.0]],
        "projects": p,
        "budgets": [1],
        "method": "exact",
    }
    with pytest.raises(InputError, match=message):
        core_index(**(good | change))  # type: ignore[arg-type]
