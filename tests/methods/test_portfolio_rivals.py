"""The frontier and the near-optimal alternatives against full enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.portfolio import Projects, alternatives, frontier, projects, solve


@st.composite
def cases(draw: st.DrawFn) -> tuple[Projects, np.ndarray, np.ndarray]:
    n, count = draw(st.integers(2, 6)), draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    costs = rng.integers(0, 8, (n, 2)).astype(float)
    goals = rng.integers(-2, 9, (n, count)).astype(float)
    p = projects([f"p{i}" for i in range(n)], goals[:, 0], costs)
    return p, rng.integers(3, 20, 2).astype(float), goals


def every(p: Projects, budgets: np.ndarray) -> np.ndarray:
    subsets = np.array(list(product((False, True), repeat=len(p.names))))
    return subsets[(subsets @ p.costs <= budgets).all(axis=1) & ~(subsets[:, 0] & subsets[:, 1])]


@settings(max_examples=25, deadline=None)
@given(cases())
def test_frontier_equals_enumeration(case: tuple[Projects, np.ndarray, np.ndarray]) -> None:
    p, budgets, goals = case
    feasible = every(p, budgets)
    points = {tuple(point) for point in feasible @ goals}
    best = {a for a in points if not any(b != a and all(x >= y for x, y in zip(b, a, strict=True)) for b in points)}
    found = frontier(p, budgets, goals, resolution=1, excludes=[("p0", "p1")])
    assert {tuple(point) for point in found.points} == best
    assert len(found.points) == len(best)
    assert found.complete
    np.testing.assert_array_equal(found.portfolios @ goals, found.points)
    np.testing.assert_array_equal(found.portfolios @ p.costs, found.costs)
    assert {tuple(chosen) for chosen in found.portfolios} <= {tuple(chosen) for chosen in feasible}
    assert (np.diff(found.points[:, 0]) <= 0).all()


def test_frontier_holds_portfolios_that_no_weighted_sum_finds() -> None:
    p = projects("abc", [10, 0, 4], [1, 1, 1])
    found = frontier(p, [1], [[10, 0], [0, 10], [4, 4]], resolution=1)
    np.testing.assert_array_equal(found.points, [[10, 0], [4, 4], [0, 10]])


def test_frontier_of_value_and_cost_is_what_each_budget_buys() -> None:
    p = projects("abc", [5, 4, 3], [3, 2, 2])
    found = frontier(p, [7], [[5, -3], [4, -2], [3, -2]], resolution=1)
    assert found.points.tolist() == [[12, -7], [9, -5], [7, -4], [5, -3], [4, -2], [0, 0]]


def test_frontier_stops_at_the_number_asked_for_and_says_so() -> None:
    p = projects("abc", [5, 4, 3], [3, 2, 2])
    found = frontier(p, [7], [[5, -3], [4, -2], [3, -2]], resolution=1, points=2)
    assert len(found.points) == 2
    assert not found.complete


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from([0.0, 0.2, 1.0]))
def test_alternatives_by_value_are_the_next_best(case: tuple[Projects, np.ndarray, np.ndarray], within: float) -> None:
    p, budgets, _ = case
    best = solve(p, budgets, gap=0.0, excludes=[("p0", "p1")])
    values = np.sort(every(p, budgets) @ p.values)[::-1][1:]
    expected = values[values >= best.value - within * abs(best.value) - 1e-9][:5]
    found = alternatives(p, budgets, best, within=within, count=5, order="value", gap=0.0, excludes=[("p0", "p1")])
    np.testing.assert_allclose([other.value for other in found], expected)
    assert len({other.chosen for other in found} | {best.chosen}) == len(found) + 1
    for other in found:
        assert set(best.chosen) - set(other.removed) | set(other.added) == set(other.chosen)
        assert other.proven
        taken = np.array([name in other.chosen for name in p.names])
        np.testing.assert_array_equal(other.cost, p.costs[taken].sum(axis=0))


@settings(max_examples=25, deadline=None)
@given(cases())
def test_alternatives_by_difference_are_the_most_different(case: tuple[Projects, np.ndarray, np.ndarray]) -> None:
    p, budgets, _ = case
    best = solve(p, budgets, gap=0.0, excludes=[("p0", "p1")])
    found = alternatives(p, budgets, best, within=0.5, count=2, order="difference", gap=0.0, excludes=[("p0", "p1")])
    given_one = np.array([name in best.chosen for name in p.names])
    near = [c for c in every(p, budgets) if c @ p.values >= best.value - 0.5 * abs(best.value) - 1e-9]
    others = [c for c in near if (c != given_one).any()]
    assert len(found) == min(2, len(others))
    if found:
        most = max(int((c != given_one).sum()) for c in others)
        assert len(found[0].removed) + len(found[0].added) == most
        tied = [c @ p.values for c in others if int((c != given_one).sum()) == most]
        assert found[0].value == pytest.approx(max(tied))


def test_alternatives_count_synergies() -> None:
    p = projects("abc", [3, 3, 4], [1, 1, 1])
    rules = {"synergies": {("a", "b"): 2.0}}
    best = solve(p, [2], gap=0.0, **rules)
    (other,) = alternatives(p, [2], best, within=0.2, count=1, order="difference", gap=0.0, **rules)
    assert (best.value, other.value, other.loss) == (8, 7, 0.125)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objectives": [[1], [2]]}, "K at least 2"),
        ({"objectives": [[1, np.nan], [2, 2]]}, "project 'a': objective 1"),
        ({"resolution": 0}, "resolution 0"),
        ({"resolution": 1e-6}, "at least 2e-05"),
        ({"synergies": {("a", "b"): 1.0}}, "leave them out"),
        ({"musts": ["a", "b"]}, "cannot hold together"),
    ],
)
def test_frontier_names_what_is_wrong(change: dict[str, object], message: str) -> None:
    p = projects("ab", [1, 2], [1, 1])
    good: dict[str, object] = {"projects": p, "budgets": [1], "objectives": [[1, 2], [2, 1]], "resolution": 1}
    with pytest.raises(InputError, match=message):
        frontier(**(good | change))  # type: ignore[arg-type]


def test_alternatives_need_a_portfolio() -> None:
    p = projects("ab", [1, 2], [1, 1])
    with pytest.raises(InputError, match="infeasible"):
        alternatives(p, [1], solve(p, [1], musts=["a", "b"]), within=0.1, count=1, order="value", musts=["a", "b"])
    with pytest.raises(InputError, match="order is 'size'"):
        alternatives(p, [1], solve(p, [1]), within=0, count=1, order="size")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="within is -1"):
        alternatives(p, [1], solve(p, [1]), within=-1, count=1, order="value")
