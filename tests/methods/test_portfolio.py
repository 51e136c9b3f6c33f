"""Portfolio optimum, conflicts and rejections, against published R&D instances and full enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.portfolio import Constraints, Projects, explain_rejections, projects, solve

# Petersen, Management Science 13 (1967) 736-750, selection of R&D projects, problems 1 and 4 (OR-Library, mknap1):
# values, use of each of ten resources, resources, optimum.
PETERSEN_1 = """
100 600 1200 2400 500 2000
8 12 13 64 22 41
8 12 13 75 22 41
3 6 4 18 6 4
5 10 8 32 6 12
5 13 8 42 6 20
5 13 8 48 6 20
0 0 0 0 8 0
3 0 4 0 8 0
3 2 4 0 8 4
3 2 4 8 8 4
80 96 20 36 44 48 10 18 22 24
3800
"""
PETERSEN_4 = """
100 220 90 400 300 400 205 120 160 580 400 140 100 1300 650 320 480 80 60 2550
8 24 13 80 70 80 45 15 28 90 130 32 20 120 40 30 20 6 3 180
8 44 13 100 100 90 75 25 28 120 130 32 40 160 40 60 55 10 6 240
3 6 4 20 20 30 8 3 12 14 40 6 3 20 5 0 5 3 0 20
5 9 6 40 30 40 16 5 18 24 60 16 11 30 25 10 13 5 1 80
5 11 7 50 40 40 19 7 18 29 70 21 17 30 25 15 25 5 1 100
5 11 7 55 40 40 21 9 18 29 70 21 17 35 25 20 25 5 2 110
0 0 1 10 4 10 0 6 0 6 32 3 0 70 10 0 0 0 0 0
3 4 5 20 14 20 6 12 10 18 42 9 12 100 20 5 6 4 1 20
3 6 9 30 29 20 12 12 10 30 42 18 18 110 20 15 18 7 2 40
3 8 9 35 29 20 16 15 10 30 42 20 18 120 20 20 22 7 3 50
550 700 130 240 280 310 110 205 260 275
6120
"""


def four() -> Projects:
    return projects(
        "abcd",
        [5, 4, 3, 1],
        [[3, 1], [2, 2], [2, 0], [1, 1]],
        ["x", "x", "y", "y"],
        budget_names=["first year", "second year"],
    )


def feasible(p: Projects, chosen: set[str], budgets: np.ndarray, rules: Constraints) -> bool:
    """The constraints said in plain words: the oracle."""
    taken = np.array([name in chosen for name in p.names])
    counts = {
        g: sum(name in chosen for name, group in zip(p.names, p.groups, strict=True) if group == g) for g in p.groups
    }
    return bool(
        (p.costs[taken].sum(axis=0) <= budgets * (1 + 1e-9)).all()
        and all(b in chosen for a, b in rules.get("requires", ()) if a in chosen)
        and all(len(chosen & set(names)) <= 1 for names in rules.get("excludes", ()))
        and all(name in chosen for name in rules.get("musts", ()))
        and all(counts[g] >= k for g, k in rules.get("minimum_per_group", {}).items())
        and all(counts[g] <= k for g, k in rules.get("maximum_per_group", {}).items())
    )


def worth(p: Projects, chosen: set[str], rules: Constraints) -> float:
    own = sum(v for name, v in zip(p.names, p.values, strict=True) if name in chosen)
    return float(own + sum(bonus for names, bonus in rules.get("synergies", {}).items() if set(names) <= chosen))


def every_portfolio(p: Projects, budgets: np.ndarray, rules: Constraints) -> dict[frozenset[str], float]:
    subsets = (
        frozenset(n for n, t in zip(p.names, taken, strict=True) if t) for taken in product((0, 1), repeat=len(p.names))
    )
    return {s: worth(p, set(s), rules) for s in subsets if feasible(p, set(s), budgets, rules)}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Projects, np.ndarray, Constraints]:
    n, width = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    names = [f"p{i}" for i in range(n)]
    values = draw(st.lists(st.integers(-3, 20), min_size=n, max_size=n))
    costs = draw(st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=n, max_size=n))
    budgets = draw(st.lists(st.integers(0, 20), min_size=width, max_size=width))
    groups = draw(st.lists(st.sampled_from("gh"), min_size=n, max_size=n))
    rules: Constraints = {}
    if n > 1:
        pair = st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True).map(lambda two: (two[0], two[1]))
        rules["requires"] = draw(st.lists(pair, max_size=2))
        rules["excludes"] = draw(st.lists(pair, max_size=2))
        rules["synergies"] = draw(st.dictionaries(pair, st.integers(-9, 9).map(float), max_size=2))
    rules["musts"] = draw(st.lists(st.sampled_from(names), max_size=1))
    rules["minimum_per_group"] = draw(st.dictionaries(st.sampled_from(groups), st.integers(0, 2), max_size=2))
    rules["maximum_per_group"] = draw(st.dictionaries(st.sampled_from(groups), st.integers(0, 3), max_size=2))
    return projects(names, values, costs, groups), np.array(budgets, dtype=float), rules


@pytest.mark.parametrize("problem", [PETERSEN_1, PETERSEN_4])
def test_petersen_1967_reaches_the_published_optimum(problem: str) -> None:
    values, *use, resources, (optimum,) = (
        [int(number) for number in line.split()] for line in problem.split("\n")[1:-1]
    )
    p = projects([f"p{i}" for i in range(len(values))], values, np.transpose(use))
    best = solve(p, resources, gap=0.0)
    assert (best.status, best.value) == ("optimal", optimum)
    assert best.bound == pytest.approx(optimum)
    assert best.gap == pytest.approx(0, abs=1e-12)
    assert (best.cost <= resources).all()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_optimum_equals_enumeration(case: tuple[Projects, np.ndarray, Constraints]) -> None:
    p, budgets, rules = case
    best = solve(p, budgets, gap=0.0, **rules)
    every = every_portfolio(p, budgets, rules)
    if not every:
        assert best.status == "infeasible"
        assert best.chosen == ()
        assert len(best.conflict) >= 1
    else:
        assert best.status == "optimal"
        assert best.value == pytest.approx(max(every.values()))
        assert every[frozenset(best.chosen)] == pytest.approx(best.value)
        assert best.bound >= best.value
        taken = [name in best.chosen for name in p.names]
        np.testing.assert_array_equal(best.cost, p.costs[taken].sum(axis=0))


@settings(max_examples=30, deadline=None)
@given(cases())
def test_rejections_equal_enumeration(case: tuple[Projects, np.ndarray, Constraints]) -> None:
    p, budgets, rules = case
    best = solve(p, budgets, gap=0.0, **rules)
    if best.status == "infeasible":
        return
    rich = every_portfolio(p, np.full(len(budgets), 1e6), rules)
    every = every_portfolio(p, budgets, rules)
    for rejection in explain_rejections(p, budgets, best, gap=0.0, extra="total", **rules):
        own = p.values[p.names.index(rejection.name)]
        with_it = [value for s, value in every.items() if rejection.name in s]
        ever = [value for s, value in rich.items() if rejection.name in s]
        if not ever:
            assert rejection.reason == "constraint"
        elif not with_it:
            assert rejection.reason == "budget"
            assert rejection.value_needed == np.inf
        else:
            assert rejection.reason == ("tie" if max(with_it) == best.value else "value")
            assert rejection.value_needed == pytest.approx(own + best.value - max(with_it))
            assert rejection.value_interval == pytest.approx((rejection.value_needed, rejection.value_needed))
        as_good = [s for s, value in rich.items() if rejection.name in s and value >= best.value - 1e-9]
        lacks = [
            np.clip(p.costs[[name in s for name in p.names]].sum(axis=0) - budgets, 0, None).sum() for s in as_good
        ]
        assert (
            rejection.extra_budget.sum() == pytest.approx(min(lacks))
            if lacks
            else np.isinf(rejection.extra_budget).all()
        )


def test_conflict_names_the_budget_and_what_it_lacks() -> None:
    answer = solve(four(), [2, 3], minimum_per_group={"x": 2})
    assert answer.status == "infeasible"
    assert answer.conflict == (
        "at least 2 of group 'x' (it has 2)",
        "budget 'first year' of 2 (the others need at least 5)",
    )
    assert np.isnan(answer.value)
    assert np.isnan(answer.cost).all()


def test_conflict_without_budget_is_preferred_and_irreducible() -> None:
    answer = solve(four(), [0, 0], musts=["a", "b", "c"], excludes=[("a", "b")])
    assert sorted(answer.conflict) == ["'a' is a must", "'b' is a must", "at most one of 'a', 'b'"]


def test_proportional_budget_grows_every_year_by_the_same_factor() -> None:
    (c, d) = explain_rejections(four(), [5, 3], solve(four(), [5, 3], gap=0.0), gap=0.0)
    # a and b are chosen: worth 9, cost (5, 3). The cheapest 9 with c are a, c, d at (6, 2), a fifth more.
    assert (c.name, c.reason, c.value_needed, c.displaced) == ("c", "value", 4.0, ("b",))
    np.testing.assert_allclose(c.extra_budget, [1.0, 0.6])
    np.testing.assert_allclose(d.extra_budget, [1.0, 0.6])
    assert c.budget_proven


def test_a_project_forbidden_by_constraints_has_no_price() -> None:
    rules: Constraints = {"musts": ["a"], "excludes": [("a", "b")]}
    best = solve(four(), [9, 9], **rules)
    (b,) = explain_rejections(four(), [9, 9], best, names=["b"], **rules)
    assert b.reason == "constraint"
    assert b.value_needed == np.inf
    assert np.isinf(b.extra_budget).all()
    assert set(b.conflict) == {"'a' is a must", "at most one of 'a', 'b'"}


def test_a_budget_of_zero_does_not_grow_proportionally_but_can_in_total() -> None:
    p = projects("ab", [2, 1], [[1, 0], [0, 1]])
    best = solve(p, [1, 0])
    (scaled,) = explain_rejections(p, [1, 0], best)
    (summed,) = explain_rejections(p, [1, 0], best, extra="total")
    assert np.isinf(scaled.extra_budget).all()
    np.testing.assert_allclose(summed.extra_budget, [0, 1])


def test_a_suboptimal_portfolio_is_called_so() -> None:
    p = projects("ab", [1, 2], [1, 1])
    worse = solve(p, [1], musts=["a"])
    (b,) = explain_rejections(p, [1], worse)
    assert b.reason == "better"


def test_tiny_and_huge_units_give_the_same_choice() -> None:
    small = projects("abc", [3e-9, 2e-9, 2e-9], [[3e12], [2e12], [2e12]])
    best = solve(small, [4e12], gap=0.0)
    assert (best.chosen, best.status) == (("b", "c"), "optimal")
    assert best.value == pytest.approx(4e-9)


def test_a_budget_missed_by_less_than_the_solver_tolerance_is_still_missed() -> None:
    p = projects("ab", [1, 1], [500_000.2, 500_000.2])
    best = solve(p, [1_000_000], gap=0.0)
    assert len(best.chosen) == 1


def test_time_limit_is_reported_as_feasible_or_unknown_never_optimal() -> None:
    rng = np.random.default_rng(1)
    costs = rng.integers(100, 1000, (200, 8)).astype(float)
    p = projects([f"p{i}" for i in range(200)], costs.mean(axis=1), costs)
    best = solve(p, costs.sum(axis=0) / 2, gap=0.0, time_limit=0.2)
    assert best.status in ("feasible", "unknown")
    assert best.bound > 0


@pytest.mark.parametrize("time_limit", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_value_and_bound_enclose_the_optimum_whenever_time_runs_out(time_limit: float, seed: int) -> None:
    # A strongly correlated knapsack of 150 projects, whose optimum dynamic programming gives.
    rng = np.random.default_rng(seed)
    costs = rng.integers(50, 500, 150)
    values, budget = costs + 20, int(costs.sum() // 3)
    best = np.zeros(budget + 1)
    for cost, value in zip(costs, values, strict=True):
        best[cost:] = np.maximum(best[cost:], best[:-cost] + value)
    p = projects([f"p{i}" for i in range(150)], values, costs)
    found = solve(p, [budget], gap=0.0, time_limit=time_limit)
    assert found.bound >= best[-1] - 1e-6 * best[-1]
    if found.status == "unknown":
        assert found.chosen == ()
    else:
        assert found.value <= best[-1]
        assert found.cost[0] <= budget
        assert found.status != "infeasible"
    if found.status == "optimal":
        assert found.value == best[-1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["a", "a"]}, "project 'a' is named twice"),
        ({"names": []}, "no projects"),
        ({"values": [1, np.nan]}, "project 'b': value nan"),
        ({"costs": [[1], [-2]]}, "project 'b': cost -2.0 in 'budget 1'"),
        ({"values": [1]}, "give one value each"),
        ({"costs": [[1]]}, "one row a project"),
        ({"groups": ["g"]}, "one group"),
        ({"budget_names": ["x", "y"]}, "name of its own"),
    ],
)
def test_projects_names_what_is_wrong(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"names": ["a", "b"], "values": [1, 2], "costs": [[1], [2]]}
    with pytest.raises(InputError, match=message):
        projects(**(good | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"requires": [("a", "z")]}, "requires names 'z'"),
        ({"requires": [("a", "a")]}, "two different"),
        ({"excludes": [("a",)]}, "at least two"),
        ({"musts": ["z"]}, "musts names 'z'"),
        ({"minimum_per_group": {"q": 1}}, "group 'q'"),
        ({"maximum_per_group": {"x": -1}}, "is -1"),
        ({"synergies": {("a", "b"): np.inf}}, "finite value"),
    ],
)
def test_constraints_name_what_is_wrong(rules: Constraints, message: str) -> None:
    with pytest.raises(InputError, match=message):
        solve(four(), [5, 3], **rules)


def test_unknown_keyword_and_bad_budgets_are_refused() -> None:
    with pytest.raises(TypeError, match="'must'"):
        solve(four(), [5, 3], must=["a"])  # type: ignore[call-arg]
    with pytest.raises(InputError, match="'second year' is -1"):
        solve(four(), [5, -1])
    with pytest.raises(InputError, match="one budget each"):
        solve(four(), [5])
    with pytest.raises(InputError, match="gap"):
        solve(four(), [5, 3], gap=-1)


def test_explaining_needs_a_portfolio_and_rejected_names() -> None:
    nothing = solve(four(), [0, 0], musts=["a"])
    with pytest.raises(InputError, match="infeasible"):
        explain_rejections(four(), [0, 0], nothing, musts=["a"])
    with pytest.raises(InputError, match="'a' is in the portfolio"):
        explain_rejections(four(), [5, 3], solve(four(), [5, 3]), names=["a"])
    with pytest.raises(InputError, match="'z' is not a project"):
        explain_rejections(four(), [5, 3], solve(four(), [5, 3]), names=["z"])
