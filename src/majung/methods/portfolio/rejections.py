"""Why a project was not chosen: at what value, or with how much more budget, it would be.

Two exact questions about each rejected project i, each a 0-1 programme:

value   force i in: v(i) = the best value of a portfolio with i. It enters when its value rises by v* - v(i), the rest
        unchanged.
budget  the smallest extra budget with which some portfolio that holds i is worth at least v*: i comes in and nothing is
        lost. "proportional": all budgets grow by one factor. "total": the least sum, placed freely over the budgets.

The second is a convention. Whether i belongs to *the* optimum is not monotone in the budget (more money can bring in
others and push i out again), so "the budget at which the optimum holds i" has no single answer; this one has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Unpack, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio.model import Constraints, Model, Projects, build, check_choice
from majung.methods.portfolio.optimum import RESOLUTION, Portfolio, check, find_conflict, maximise

Reason = Literal["constraint", "budget", "value", "tie", "better", "unknown"]
Extra = Literal["proportional", "total"]


@dataclass(frozen=True, eq=False)
class Rejection:
    """Why one project is not in the portfolio.

    reason:
      "constraint"  no budget and no value would bring it in; `conflict` names the constraints that forbid it.
      "budget"      no value would bring it in at these budgets; `conflict` says what does not fit.
      "value"       it fits, but only in place of projects that are worth more (`displaced`).
      "tie"         an equally good portfolio holds it.
      "better"      the given portfolio was not optimal: one that holds it is worth more.
      "unknown"     no answer in time.
    value_needed: the value from which it enters (infinite for "constraint" and "budget"). value_interval: what is
    proven about it, given the gaps of both portfolios. extra_budget: (B,), smallest by the convention asked for,
    infinite where no budget does it, NaN where time ran out. budget_proven: False where it may not be the smallest.
    displaced, added: what else leaves and joins the given portfolio when the project is forced in at these budgets.
    """

    name: str
    reason: Reason
    value_needed: float
    value_interval: tuple[float, float]
    extra_budget: Floats
    budget_proven: bool
    displaced: tuple[str, ...]
    added: tuple[str, ...]
    conflict: tuple[str, ...]


def explain_rejections(
    projects: Projects,
    budgets: ArrayLike,
    portfolio: Portfolio,
    *,
    names: Sequence[str] | None = None,
    extra: Extra = "proportional",
    gap: float = 1e-3,
    time_limit: float = 10.0,
    **constraints: Unpack[Constraints],
) -> list[Rejection]:
    """Explain each project that `portfolio` (from `solve` with the same arguments) leaves out, or those in `names`.

    gap, time_limit: for each of the two programmes that a project costs; with gap=0 in both functions the intervals
    close. Raises InputError if there is no portfolio to explain, or a name is unknown or chosen.
    """
    check_choice("extra", extra, get_args(Extra))
    if portfolio.status in ("infeasible", "unknown"):
        raise InputError(f"the portfolio is {portfolio.status}: there is no choice whose rejections could be explained")
    model = build(projects, budgets, constraints)
    index = {name: i for i, name in enumerate(projects.names)}
    chosen = set(portfolio.chosen)
    for name in (*portfolio.chosen, *(names or ())):
        if name not in index:
            raise InputError(f"{name!r} is not a project")
    for name in names or ():
        if name in chosen:
            raise InputError(f"{name!r} is in the portfolio: it was not rejected")
    rejected = names if names is not None else [name for name in projects.names if name not in chosen]
    return [_explain(model, portfolio, index[name], extra, gap, time_limit) for name in rejected]


def _explain(model: Model, portfolio: Portfolio, i: int, extra: Extra, gap: float, time_limit: float) -> Rejection:
    names, worth = model.projects.names, float(model.projects.values[i])
    forced = maximise(model, model.objective, gap=gap, time_limit=time_limit, fixed={i: 1})
    budget, proven = _least_budget(model, portfolio.value, i, extra, gap, time_limit)
    displaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    needed, interval = np.inf, (np.inf, np.inf)
    reason: Reason
    if forced.status == "infeasible":
        logic = range(len(model.budgets), len(model.labels))
        forbidden, _ = check(model, logic, time_limit=time_limit, fixed={i: 1})
        reason = "constraint" if forbidden else "budget"
        conflict = find_conflict(model, time_limit=time_limit, fixed={i: 1})
    elif forced.chosen is None:
        reason, needed, interval = "unknown", np.nan, (worth, np.inf)
    else:
        before = set(portfolio.chosen)
        after = {name for name, taken in zip(names, forced.chosen, strict=True) if taken}
        displaced = tuple(name for name in names if name in before - after)
        added = tuple(name for name in names if name in after - before and name != names[i])
        loss = portfolio.value - forced.value
        tolerance = RESOLUTION * model.scale
        reason = "value" if loss > tolerance else "tie" if loss >= -tolerance else "better"
        needed = worth + max(loss, 0.0)
        interval = (
            worth + max(portfolio.value - forced.bound, 0.0),
            worth + max(portfolio.bound - forced.value, 0.0),
        )
    return Rejection(names[i], reason, needed, interval, budget, proven, displaced, added, conflict)


def _least_budget(
    model: Model, value: float, i: int, extra: Extra, gap: float, time_limit: float
) -> tuple[Floats, bool]:
    """Smallest extra budget (B,) for a portfolio with i that is worth at least `value`; whether proven smallest."""
    n, width = len(model.projects.names), len(model.budgets)
    positive = model.budgets > 0
    if extra == "proportional":
        # Budget rows are scaled: costs / budget <= 1 + t. A budget of 0 stays 0, whatever factor it grows by.
        relief, price = -positive.astype(np.float64)[:, None], np.ones(1)
    else:
        unit = np.where(positive, model.budgets, 1.0)
        relief, price = -np.eye(width), unit / unit.max()
    count = len(price)
    relieved = vstack([csr_array(relief), csr_array((model.rows.shape[0] - width, count))])
    floor = csr_array(np.append(model.objective / model.scale, np.zeros(count))[None, :])
    lower = np.zeros(model.columns + count)
    lower[i] = 1
    result = milp(
        np.append(np.zeros(model.columns), price),
        integrality=(np.arange(model.columns + count) < n).astype(np.int64),
        bounds=Bounds(lower, np.append(np.ones(model.columns), np.full(count, np.inf))),
        constraints=[
            LinearConstraint(hstack([model.rows, relieved]), model.low, model.high),
            LinearConstraint(floor, value / model.scale - RESOLUTION / 2, np.inf),
        ],
        options={"mip_rel_gap": gap, "time_limit": time_limit},
    )
    if result.status == 2:
        return np.full(width, np.inf), True
    if result.x is None:
        return np.full(width, np.nan), False
    cost = model.projects.costs.T @ (result.x[:n] > 0.5).astype(np.float64)
    if extra == "total":
        added = np.clip(cost - model.budgets, 0, None)
    else:
        added = max(float((cost[positive] / model.budgets[positive]).max(initial=1.0)) - 1, 0.0) * model.budgets
    proven = result.mip_dual_bound is not None and result.fun - result.mip_dual_bound <= RESOLUTION
    return added, bool(proven)
