"""The best portfolio by branch and cut, with proof: status, bound and gap; for an impossible case, the conflict.

HiGHS (Huangfu & Hall, Mathematical Programming Computation 10 (2018) 119-142) through `scipy.optimize.milp`. Its
tolerances are absolute (1e-6), so values and budgets are scaled to 1 for it. Every row is checked again on the rounded
answer: one that breaks a row is cut off and the programme solved again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio.model import Constraints, Model, Projects, build

Status = Literal["optimal", "within_gap", "feasible", "infeasible", "unknown"]

# What the solver cannot tell apart, in units of the largest value: twice its absolute tolerance.
RESOLUTION = 2e-6
# A budget counts as kept when overspent by no more than the error of summing floats.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Portfolio:
    """A chosen set of projects and what is known about how good it is.

    chosen: names, in the order of the projects. value: its worth; cost: (B,). bound: no portfolio is worth more. gap:
    (bound - value) / |value|. status:
      "optimal"     proven, to 2e-6 of the largest value of a project;
      "within_gap"  proven to the gap asked for;
      "feasible"    found, but time ran out before the gap was proven;
      "infeasible"  proven: no portfolio keeps all constraints; `conflict` is an irreducible set of them;
      "unknown"     time ran out before a portfolio was found or excluded.
    Without a portfolio, chosen is empty and value, cost and gap are NaN.
    """

    chosen: tuple[str, ...]
    value: float
    cost: Floats
    status: Status
    bound: float
    gap: float
    conflict: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: chosen (n,) or None, value and proven bound in the units of the objective."""

    chosen: NDArray[np.bool_] | None
    value: float
    bound: float
    gap: float
    status: Status


def solve(
    projects: Projects,
    budgets: ArrayLike,
    *,
    gap: float = 1e-3,
    time_limit: float = 10.0,
    **constraints: Unpack[Constraints],
) -> Portfolio:
    """The most valuable portfolio under budgets (B,) and constraints (keywords of :class:`Constraints`).

    gap: stop when the proven gap is at most this; 0 proves optimality. time_limit: seconds for the solver. Raises
    InputError for a budget that is negative or a constraint that names an unknown project or group. An infeasible case
    is an answer, not an error: `conflict` names constraints that cannot hold together and what a budget would need.
    """
    model = build(projects, budgets, constraints)
    answer = maximise(model, model.objective, gap=gap, time_limit=time_limit)
    conflict = find_conflict(model, time_limit=time_limit) if answer.status == "infeasible" else ()
    return to_portfolio(model, answer, conflict)


def maximise(
    model: Model,
    objective: Floats,
    *,
    gap: float,
    time_limit: float,
    extra: Sequence[LinearConstraint] = (),
    fixed: Mapping[int, int] | None = None,
) -> Answer:
    """Maximise objective (columns,) under the model, `extra` rows and `fixed` columns {column: 0 or 1}."""
    if not gap >= 0 or not time_limit > 0:
        raise InputError(f"gap {gap} must be at least 0 and time_limit {time_limit} above 0")
    n = len(model.projects.names)
    lower, upper = _bounds(model, fixed)
    unaffordable = (model.projects.costs > model.budgets * (1 + _ROUNDING)).any(axis=1)
    if (unaffordable & (lower[:n] > 0)).any():
        return Answer(None, np.nan, -np.inf, np.nan, "infeasible")
    upper[:n][unaffordable] = 0
    scale = float(np.abs(objective).max(initial=0)) or 1.0
    constraints = [LinearConstraint(model.rows, model.low, model.high), *extra]
    while True:
        result = milp(
            -objective / scale,
            integrality=_integrality(model),
            bounds=Bounds(lower, upper),
            constraints=constraints,
            options={"mip_rel_gap": gap, "time_limit": time_limit},
        )
        if result.status == 2:
            return Answer(None, np.nan, -np.inf, np.nan, "infeasible")
        bound = float(np.clip(objective, 0, None).sum())
        if result.mip_dual_bound is not None:
            bound = min(bound, float(-result.mip_dual_bound * scale))
        if result.x is None:
            return Answer(None, np.nan, bound, np.nan, "unknown")
        chosen = result.x[:n] > 0.5
        solution = np.concatenate([chosen, np.rint(result.x[n:])])
        cut = _cut(model, solution)
        if cut is None:
            break
        constraints.append(cut)
    value = float(objective @ solution)
    bound = max(bound, value)
    proven = relative_gap(value, bound)
    status: Status = "feasible"
    if bound - value <= RESOLUTION * scale:
        status = "optimal"
    elif proven <= gap * (1 + _ROUNDING):
        status = "within_gap"
    return Answer(chosen, value, bound, proven, status)


def _cut(model: Model, solution: Floats) -> LinearConstraint | None:
    """A valid inequality that cuts off a rounded solution (columns,) which breaks the model; None if it keeps it.

    The solver works to a tolerance, and has been seen to call solutions optimal that break a row.
    """
    n, width = len(model.projects.names), len(model.budgets)
    chosen = solution[:n] > 0
    row = np.zeros((1, model.columns))
    overspent = np.flatnonzero(model.projects.costs.T @ chosen > model.budgets * (1 + _ROUNDING))
    if overspent.size:
        # These together do not fit one budget, so at most all but one of them may stay.
        row[0, :n] = chosen & (model.projects.costs[:, overspent[0]] > 0)
    else:
        use: Floats = (model.rows @ solution)[width:]  # type: ignore[index]  # stubs do not know it is an array
        if (use <= model.high[width:] + RESOLUTION).all() and (use >= model.low[width:] - RESOLUTION).all():
            return None
        row[0, :n] = np.where(chosen, 1, -1)
    return LinearConstraint(csr_array(row), -np.inf, np.clip(row, 0, None).sum() - 1)


def relative_gap(value: float, bound: float) -> float:
    """(bound - value) / |value|; 0 where they are equal, infinite where only the value is 0."""
    if bound <= value:
        return 0.0
    return (bound - value) / abs(value) if value else float("inf")


def to_portfolio(model: Model, answer: Answer, conflict: tuple[str, ...] = ()) -> Portfolio:
    """The solver's answer with names."""
    if answer.chosen is None:
        cost = np.full(len(model.budgets), np.nan)
        return Portfolio((), answer.value, cost, answer.status, answer.bound, answer.gap, conflict)
    chosen = tuple(name for name, taken in zip(model.projects.names, answer.chosen, strict=True) if taken)
    cost = model.projects.costs.T @ answer.chosen.astype(np.float64)
    return Portfolio(chosen, answer.value, cost, answer.status, answer.bound, answer.gap)


def find_conflict(model: Model, *, time_limit: float, fixed: Mapping[int, int] | None = None) -> tuple[str, ...]:
    """An irreducible set of constraints of an infeasible model that cannot hold together, as labels: each is needed.

    Divide and conquer (QuickXplain: Junker, AAAI 2004, 167-172). A budget among them is followed by what the others
    need from it at least. A check that runs out of time counts as feasible: a conflict stays one, but may be too large.
    """
    definitions = list(range(len(model.labels) - model.definitions, len(model.labels)))

    def infeasible(kept: list[int]) -> bool:
        return check(model, kept + definitions, time_limit=time_limit, fixed=fixed)[0]

    def needed(base: list[int], grown: bool, candidates: list[int]) -> list[int]:
        if grown and infeasible(base):
            return []
        if len(candidates) == 1:
            return candidates
        first, second = candidates[: len(candidates) // 2], candidates[len(candidates) // 2 :]
        from_second = needed(base + first, True, second)
        return needed(base + from_second, bool(from_second), first) + from_second

    # Candidates that come first are preferred: a conflict that needs no budget is the more basic one.
    budgets = list(range(len(model.budgets)))
    order = list(range(len(budgets), len(model.labels) - model.definitions)) + budgets
    if not infeasible(order):
        return ()
    conflict = needed([], False, order)
    messages = []
    for row in sorted(conflict, reverse=True):
        message = model.labels[row]
        if row in budgets:
            others = [r for r in conflict if r != row] + definitions
            _, least = check(model, others, time_limit=time_limit, fixed=fixed, cost=model.projects.costs[:, row])
            message += f" (the others need at least {least:g})" if np.isfinite(least) else ""
        messages.append(message)
    return tuple(messages)


def check(
    model: Model,
    kept: Sequence[int],
    *,
    time_limit: float,
    fixed: Mapping[int, int] | None = None,
    cost: Floats | None = None,
) -> tuple[bool, float]:
    """(proven infeasible, least total of cost (n,)) under the rows `kept` alone; NaN if there is none or no proof."""
    n = len(model.projects.names)
    lower, upper = _bounds(model, fixed)
    goal = np.zeros(model.columns)
    scale = 1.0
    if cost is not None:
        scale = float(cost.max(initial=0)) or 1.0
        goal[:n] = cost / scale
    rows = list(kept)
    result = milp(
        goal,
        integrality=_integrality(model),
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(model.rows[rows], model.low[rows], model.high[rows]) if rows else None,
        options={"time_limit": time_limit},
    )
    least = float(result.fun * scale) if result.status == 0 and cost is not None else np.nan
    return bool(result.status == 2), least


def _bounds(model: Model, fixed: Mapping[int, int] | None) -> tuple[Floats, Floats]:
    lower, upper = np.zeros(model.columns), np.ones(model.columns)
    for column, value in (fixed or {}).items():
        lower[column] = upper[column] = value
    return lower, upper


def _integrality(model: Model) -> NDArray[np.int64]:
    return (np.arange(model.columns) < len(model.projects.names)).astype(np.int64)
