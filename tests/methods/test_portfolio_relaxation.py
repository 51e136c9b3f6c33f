"""The search near the linear relaxation and the proof by exclusion, against every portfolio there is."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint

from majung.methods.portfolio import Constraints, projects, solve
from majung.methods.portfolio.model import Model, build
from majung.methods.portfolio.optimum import Answer, _cut, _near_the_relaxation
from majung.methods.portfolio.relaxation import nearby, relax

UNKNOWN = Answer(None, np.nan, np.inf, np.nan, "unknown")


def drawn(seed: int, n: int = 6) -> Model:
    """Two budgets, one row of each logical kind, a synergy and an overlap; not always feasible without the budgets."""
    rng = np.random.default_rng(seed)
    names = [f"p{i}" for i in range(n)]
    rules: Constraints = {
        "requires": [("p0", "p1")],
        "excludes": [("p2", "p3")],
        "minimum_per_group": {"a": 1},
        "maximum_per_group": {"b": 2},
        "synergies": {("p1", "p4"): 3.5, ("p0", "p5"): -2.5},
    }
    p = projects(names, rng.uniform(1, 10, n), rng.uniform(1, 10, (n, 2)), ["a", "b"] * (n // 2))
    return build(p, p.costs.sum(axis=0) * 0.5, rules)


def every_solution(model: Model) -> list[np.ndarray]:
    """All columns (projects, then complete synergies) that keep the model, by trying all."""
    kept = []
    for x in product([0.0, 1.0], repeat=len(model.projects.names)):
        solution = np.array([*x, x[1] * x[4], x[0] * x[5]])
        use = model.rows @ solution
        if (use <= model.high + 1e-9).all() and (use >= model.low - 1e-9).all():
            kept.append(solution)
    return kept


def whole(model: Model) -> tuple[np.ndarray, np.ndarray, list[LinearConstraint]]:
    return np.zeros(model.columns), np.ones(model.columns), [LinearConstraint(model.rows, model.low, model.high)]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_value_lost_is_reduced_costs_of_changes_plus_price_of_slack(seed: int) -> None:
    model = drawn(seed)
    relaxed = relax(model.objective, *whole(model))
    assert relaxed is not None
    for solution in every_solution(model):
        changed = np.abs(solution - relaxed.rounded) > 0
        slack = relaxed.limits - relaxed.rows @ solution
        at_bound = relaxed.reduced[changed].sum() + relaxed.prices @ slack
        assert relaxed.value - model.objective @ solution == pytest.approx(at_bound, abs=1e-7)
        assert slack.min() >= -1e-9


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_best_solution_within_reach_is_found(seed: int, changes: int) -> None:
    model = drawn(seed)
    relaxed = relax(model.objective, *whole(model))
    assert relaxed is not None
    everything = every_solution(model)
    within = [s for s in everything if np.abs(s - relaxed.rounded).sum() <= 2 * changes]
    found = nearby(
        relaxed,
        np.ones(model.columns, dtype=bool),
        lambda s: _cut(model, s) is None,
        loss=1e3,
        core=model.columns,
        changes=changes,
        until=time.monotonic() + 60,
    )
    if not within:
        assert found is None
        return
    assert found is not None
    assert any((found == s).all() for s in everything)
    assert model.objective @ found == pytest.approx(max(model.objective @ s for s in within))


def test_nothing_is_found_where_no_loss_or_no_time_is_left() -> None:
    model = drawn(1)
    relaxed = relax(model.objective, *whole(model))
    assert relaxed is not None
    anything = np.ones(model.columns, dtype=bool)
    for loss, until in ((0.0, time.monotonic() + 60), (-1.0, time.monotonic() + 60), (1e3, time.monotonic() - 1)):
        assert nearby(relaxed, anything, lambda s: s is not None, loss=loss, core=8, changes=3, until=until) is None


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.01, 0.2]))
@example(4363, 0.0)  # proved to the last digit of the resolution
def test_the_answer_is_within_the_gap_of_the_best_of_all(seed: int, gap: float) -> None:
    model = drawn(seed)
    best = max(model.objective @ s for s in every_solution(model))
    found = _near_the_relaxation(
        model, model.objective, *whole(model), gap=gap, until=time.monotonic() + 60, first=UNKNOWN
    )
    assert found.status in ("optimal", "within_gap")
    assert found.bound >= best - 1e-5
    assert found.value <= best + 1e-9
    assert found.value >= best - gap * abs(found.value) - 1e-4
    if gap == 0:
        assert found.value == pytest.approx(best, abs=1e-4)


def test_a_relaxation_without_solution_leaves_the_first_answer() -> None:
    model = drawn(2)
    none = LinearConstraint(np.ones((1, model.columns)), 100, np.inf)
    lower, upper, rows = whole(model)
    assert relax(model.objective, lower, upper, [*rows, none]) is None
    until = time.monotonic() + 60
    assert _near_the_relaxation(model, model.objective, lower, upper, [*rows, none], 0.0, until, UNKNOWN) is UNKNOWN


def test_a_large_case_keeps_its_rows_and_its_word_on_the_gap() -> None:
    rng = np.random.default_rng(3)
    n = 300
    costs = rng.uniform(1, 100, (n, 4))
    names = [f"p{i}" for i in range(n)]
    p = projects(names, costs.mean(axis=1) * rng.uniform(0.8, 1.2, n), costs)
    rules: Constraints = {"requires": [(f"p{i}", f"p{i + 1}") for i in range(0, 60, 2)]}
    budgets = costs.sum(axis=0) * 0.3
    found = solve(p, budgets, gap=3e-3, time_limit=5.0, **rules)
    chosen = np.isin(names, found.chosen)
    assert (costs.T @ chosen <= budgets * (1 + 1e-9)).all()
    assert all(chosen[i] <= chosen[i + 1] for i in range(0, 60, 2))
    assert found.value == pytest.approx(p.values[chosen].sum())
    assert found.bound >= found.value
    assert (found.status in ("within_gap", "optimal")) == (found.gap <= 3e-3 * (1 + 1e-9))
