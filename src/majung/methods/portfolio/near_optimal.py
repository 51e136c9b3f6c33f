"""Other portfolios that are nearly as good: what the optimum leaves open.

Best first, or as different as possible from all found so far (modelling to generate alternatives: Brill, Chang &
Hopkins, Management Science 28 (1982) 221-235). Each one is excluded from the programmes that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import LinearConstraint

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio.model import Constraints, Projects, build, check_choice
from majung.methods.portfolio.optimum import RESOLUTION, Portfolio, maximise


@dataclass(frozen=True, eq=False)
class Alternative:
    """A portfolio that may stand in for the given one.

    chosen, value, cost: as for a Portfolio. loss: share of the given value that it gives up (negative: it is better).
    removed, added: what it changes. proven: whether it is proven, to the gap, that no other comes before it in order.
    """

    chosen: tuple[str, ...]
    value: float
    cost: Floats
    loss: float
    removed: tuple[str, ...]
    added: tuple[str, ...]
    proven: bool


def alternatives(
    projects: Projects,
    budgets: ArrayLike,
    portfolio: Portfolio,
    *,
    within: float,
    count: int,
    order: Literal["value", "difference"],
    gap: float = 1e-3,
    time_limit: float = 10.0,
    **constraints: Unpack[Constraints],
) -> list[Alternative]:
    """Up to `count` portfolios other than `portfolio` (from `solve` with the same arguments) worth nearly as much.

    within: the share of |value| that may be lost, such as 0.05. order: "value": the best first; "difference": each
    differs from the given one and all before it in as many projects as possible, in sum; of equals the most valuable.
    gap, time_limit: for each programme. Fewer than `count`: no others are within reach, or none was found in time.
    Raises InputError if there is no portfolio to start from, a name is unknown, or `within` is negative.
    """
    check_choice("order", order, ("value", "difference"))
    if portfolio.status in ("infeasible", "unknown"):
        raise InputError(f"the portfolio is {portfolio.status}: there is nothing to find alternatives to")
    if not within >= 0:
        raise InputError(f"within is {within}: give a share of at least 0")
    for name in portfolio.chosen:
        if name not in projects.names:
            raise InputError(f"{name!r} is not a project")
    model = build(projects, budgets, constraints)
    n, known = len(projects.names), set(portfolio.chosen)
    seen = [np.array([name in known for name in projects.names])]
    floor = (portfolio.value - within * abs(portfolio.value)) / model.scale - RESOLUTION / 2
    rows = [LinearConstraint(model.objective[None, :] / model.scale, floor, np.inf)]
    # Small enough that value decides between equally different portfolios only.
    tie_break = model.objective / (4 * np.abs(model.objective).sum() or 1.0)
    found: list[Alternative] = []
    while len(found) < count:
        signs = np.zeros((1, model.columns))
        signs[0, :n] = np.where(seen[-1], 1, -1)
        rows.append(LinearConstraint(signs, -np.inf, seen[-1].sum() - 1))
        goal = model.objective
        if order == "difference":
            goal = tie_break.copy()
            goal[:n] += np.where(seen, -1, 1).sum(axis=0)
        answer = maximise(model, goal, gap=gap, time_limit=time_limit, extra=rows)
        if answer.chosen is None:
            break
        seen.append(answer.chosen)
        chosen = tuple(name for name, taken in zip(projects.names, answer.chosen, strict=True) if taken)
        products = [all(name in chosen for name in names) for names in constraints.get("synergies", {})]
        value = float(model.objective @ np.concatenate([answer.chosen, products]))
        loss = (portfolio.value - value) / abs(portfolio.value) if portfolio.value else portfolio.value - value
        found.append(
            Alternative(
                chosen=chosen,
                value=value,
                cost=projects.costs.T @ answer.chosen.astype(np.float64),
                loss=loss,
                removed=tuple(name for name in portfolio.chosen if name not in chosen),
                added=tuple(name for name in chosen if name not in known),
                proven=answer.status in ("optimal", "within_gap"),
            )
        )
    return found
