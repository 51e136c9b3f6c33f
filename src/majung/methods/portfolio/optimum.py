"""The best portfolio by branch and cut, with proof: status, bound and gap; for an impossible case, the conflict.

HiGHS (Huangfu & Hall, Mathematical Programming Computation 10 (2018) 119-142) through `scipy.optimize.milp`; where it
is not soon done, a search near the linear relaxation (:mod:`majung.methods.portfolio.relaxation`) helps it. Its
tolerances are absolute (1e-6), so values and budgets are scaled to 1 for it. Every row is checked again on the rounded
answer: one that breaks a row is cut off and the programme solved again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio.model import Constraints, Model, Projects, build
from majung.methods.portfolio.relaxation import nearby, relax

Status = Literal["optimal", "within_gap", "feasible", "infeasible", "unknown"]

# What the solver cannot tell apart, in units of the largest value: twice its absolute tolerance.
RESOLUTION = 2e-6
# A budget counts as kept when overspent by no more than the error of summing floats.
_ROUNDING = 1e-9
# So many open columns the solver does alone; else a first plain run takes this share of the time limit.
_SMALL, _FIRST = 100, 0.1
# Searches near the relaxation: columns of the core, changes in each of the two sets that meet, and whether to look only
# for what is enough to prove the gap (a small loss keeps the search of many sets short).
_CORES = ((100, 2, False), (40, 3, False), (60, 3, True), (80, 3, True))
# Loss to look within as long as no portfolio is known, as a share of the relaxation's value; least seconds for a run.
_REACH, _LEAST = 2e-3, 0.1


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
    constraints = [LinearConstraint(model.rows, model.low, model.high), *extra]
    if int((upper > lower).sum()) <= _SMALL:
        return _branch_and_cut(model, objective, lower, upper, constraints, gap, time_limit)
    until = time.monotonic() + time_limit
    first = _branch_and_cut(model, objective, lower, upper, constraints, gap, _FIRST * time_limit)
    if first.status not in ("feasible", "unknown"):
        return first
    return _near_the_relaxation(model, objective, lower, upper, constraints, gap, until, first)


def _near_the_relaxation(
    model: Model,
    objective: Floats,
    lower: Floats,
    upper: Floats,
    constraints: list[LinearConstraint],
    gap: float,
    until: float,
    first: Answer,
) -> Answer:
    """Go on from a first answer that took too long: better portfolios near the relaxation, then proof by exclusion.

    Whatever beats the best one by more than the gap has to reach a target. A column whose reduced cost exceeds the
    relaxation's value less the target keeps its rounded value in every such portfolio and is fixed; with the target as
    a row of its own the solver soon finds one or proves that there is none.
    """
    relaxed = relax(objective, lower, upper, constraints)
    if relaxed is None:
        return first
    scale = float(np.abs(objective).max(initial=0)) or 1.0
    best, bound = first, min(first.bound, relaxed.value)

    def target() -> float:
        return best.value + max(gap * abs(best.value), RESOLUTION * scale)

    def still_open() -> NDArray[np.bool_]:
        return np.asarray(relaxed.reduced <= relaxed.value - target())

    for core, changes, only_enough in _CORES:
        if best.chosen is not None and only_enough and int(still_open().sum()) <= core:
            break
        reach = _REACH * abs(relaxed.value) if best.chosen is None else relaxed.value - best.value
        if only_enough:
            reach = min(reach, relaxed.value - bound + gap * abs(bound))
        near = nearby(
            relaxed,
            upper > lower,
            lambda solution: _cut(model, solution) is None,
            loss=reach,
            core=core,
            changes=changes,
            until=until,
        )
        if near is not None:
            best = Answer(near[: len(model.projects.names)] > 0, float(objective @ near), bound, np.nan, "feasible")
        if best.chosen is not None and relative_gap(best.value, bound) <= gap:
            return _judged(objective, best, bound, gap)
    remaining = max(until - time.monotonic(), _LEAST)
    if best.chosen is None:
        return _branch_and_cut(model, objective, lower, upper, constraints, gap, remaining)
    while remaining > 0 and target() < bound:
        goal, rows = target(), list(constraints)
        if int(still_open().sum()) <= _SMALL:
            rows.append(LinearConstraint(objective[None, :] / scale, goal / scale, np.inf))
        else:  # too much is open to exclude it: let the solver improve on the best as well
            goal = best.value + RESOLUTION * scale
        free = relaxed.reduced <= relaxed.value - goal
        near_low, near_high = np.where(free, lower, relaxed.rounded), np.where(free, upper, relaxed.rounded)
        found = _branch_and_cut(model, objective, near_low, near_high, rows, gap, remaining)
        bound = min(bound, max(goal, found.bound))
        if found.chosen is None or found.value <= best.value:
            break
        best, remaining = found, until - time.monotonic()
    return _judged(objective, best, bound, gap)


def _branch_and_cut(
    model: Model,
    objective: Floats,
    lower: Floats,
    upper: Floats,
    constraints: Sequence[LinearConstraint],
    gap: float,
    time_limit: float,
) -> Answer:
    """One run of the solver between column bounds; repeated with a cut while the rounded answer breaks a row."""
    n = len(model.projects.names)
    scale = float(np.abs(objective).max(initial=0)) or 1.0
    rows = list(constraints)
    while True:
        result = milp(
            -objective / scale,
            integrality=_integrality(model),
            bounds=Bounds(lower, upper),
            constraints=rows,
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
            found = Answer(chosen, float(objective @ solution), bound, np.nan, "feasible")
            return _judged(objective, found, bound, gap)
        rows.append(cut)


def _judged(objective: Floats, found: Answer, bound: float, gap: float) -> Answer:
    """The answer with its bound, gap and the status that these prove."""
    if found.chosen is None:
        return Answer(None, np.nan, bound, np.nan, found.status)
    bound = max(bound, found.value)
    proven = relative_gap(found.value, bound)
    status: Status = "feasible"
    resolution = RESOLUTION * (float(np.abs(objective).max(initial=0)) or 1.0)
    if bound - found.value <= resolution + _ROUNDING * abs(found.value):
        status = "optimal"
    elif proven <= gap * (1 + _ROUNDING):
        status = "within_gap"
    return Answer(found.chosen, found.value, bound, proven, status)


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
