"""More than one objective: all portfolios that are not worse than another one in every objective.

Kirlik & Sayın, A new algorithm for generating all nondominated solutions of multiobjective discrete optimization
problems, European Journal of Operational Research 232 (2014) 479-488. One objective is maximised while the others must
exceed the corner of a box; each answer splits the boxes, until none is left. This finds the unsupported portfolios too,
which are best for no weighted sum of the objectives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import LinearConstraint

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio.model import Constraints, Model, Projects, build
from majung.methods.portfolio.optimum import RESOLUTION, find_conflict, maximise


@dataclass(frozen=True, eq=False)
class Frontier:
    """Non-dominated portfolios, one for each non-dominated point, by falling first objective.

    portfolios: (P, n) booleans, columns in the order of `names`. points: (P, K) their objectives. costs: (P, B).
    complete: whether these are proven to be all points of the frontier, at the resolution asked for.
    """

    names: tuple[str, ...]
    portfolios: NDArray[np.bool_]
    points: Floats
    costs: Floats
    complete: bool


def frontier(
    projects: Projects,
    budgets: ArrayLike,
    objectives: ArrayLike,
    *,
    resolution: float,
    points: int = 200,
    time_limit: float = 10.0,
    **constraints: Unpack[Constraints],
) -> Frontier:
    """All non-dominated portfolios for K objectives, each the sum over chosen projects of objectives (n, K), maximised.

    `projects.values` is not read: give it as one of the columns; for an objective to be minimised, such as total cost,
    give the negative. resolution: smaller differences in an objective do not count; with whole numbers, 1 finds every
    point. At least 1e-5 of the largest entry, as the solver sees no closer. points: stop after so many. time_limit:
    seconds for each of the programmes, two a point. Constraints as for `solve`, without synergies. Raises InputError
    for objectives that do not fit or are not finite, and for an impossible case, with the conflict.
    """
    goals = np.array(objectives, dtype=np.float64)
    n = len(projects.names)
    if goals.ndim != 2 or len(goals) != n or goals.shape[1] < 2:
        raise InputError(f"objectives have shape {goals.shape}: give ({n}, K) with K at least 2")
    for i, k in np.argwhere(~np.isfinite(goals)):
        raise InputError(f"project {projects.names[i]!r}: objective {k} is {goals[i, k]}, not finite")
    finest = 5 * RESOLUTION * float(np.abs(goals).max())
    if not resolution > 0 or resolution < finest:
        raise InputError(f"resolution {resolution} must be above 0 and at least {finest:g} for these objectives")
    if constraints.get("synergies"):
        raise InputError("synergies have one value for all objectives: leave them out of the frontier")
    model = build(projects, budgets, constraints)
    found, complete = _search(model, goals, resolution, points, time_limit)
    if not found:
        conflict = "; ".join(find_conflict(model, time_limit=time_limit))
        raise InputError(f"no portfolio keeps all constraints; these cannot hold together: {conflict}")
    portfolios = np.array(found)
    values = portfolios @ goals
    order = np.lexsort(-values.T[::-1])
    portfolios, values = portfolios[order], values[order]
    return Frontier(projects.names, portfolios, values, portfolios @ projects.costs, complete)


Box = tuple[Floats, Floats]


def _search(
    model: Model, goals: Floats, resolution: float, points: int, time_limit: float
) -> tuple[list[NDArray[np.bool_]], bool]:
    """Portfolios of the frontier, and whether they are proven to be all of it."""
    # Boxes (lower, upper) in the space of all objectives but the last hold what may still be found above their lower
    # corner. Nothing lies above the sum of what is positive.
    ceiling = np.clip(goals, 0, None).sum(axis=0)[:-1]
    boxes = [(np.clip(goals, None, 0).sum(axis=0)[:-1] - resolution, ceiling)]
    found: dict[tuple[float, ...], NDArray[np.bool_]] = {}
    complete = True
    while boxes and len(found) < points:
        # The lowest corner first: should there be nothing above it, most is settled.
        lower, upper = boxes.pop(int(np.argmax([np.prod(ceiling - low) for low, _ in boxes])))
        chosen, proven = _best_above(model, goals, lower + resolution, time_limit)
        complete &= proven
        if chosen is None:
            boxes = [box for box in boxes if not (box[0] >= lower).all()]
            continue
        point = chosen @ goals
        found.setdefault(tuple(np.round(point / resolution)), chosen)
        boxes = _split([*boxes, (lower, upper)], point[:-1])
        # What lies above the corner but not above the point has no better last objective: the point dominates it.
        boxes = [box for box in boxes if not ((box[0] >= lower).all() and (box[1] <= point[:-1]).all())]
    return list(found.values()), complete and not boxes


def _split(boxes: list[Box], point: Floats) -> list[Box]:
    """Cut every box that the point lies in, along each axis in turn."""
    for axis, value in enumerate(point):
        halves: list[Box] = []
        for lower, upper in boxes:
            if lower[axis] < value < upper[axis]:
                below, above = upper.copy(), lower.copy()
                below[axis] = above[axis] = value
                halves += [(lower, below), (above, upper)]
            else:
                halves.append((lower, upper))
        boxes = halves
    return boxes


def _best_above(
    model: Model, goals: Floats, corner: Floats, time_limit: float
) -> tuple[NDArray[np.bool_] | None, bool]:
    """A non-dominated portfolio, best in the last objective with the others at least at the corner; whether proven."""
    scale = np.abs(goals).max(axis=0)
    scale[scale == 0] = 1.0
    least = LinearConstraint((goals[:, :-1] / scale[:-1]).T, corner / scale[:-1], np.inf)
    first = maximise(model, goals[:, -1], gap=0.0, time_limit=time_limit, extra=[least])
    if first.chosen is None:
        return None, first.status == "infeasible"
    # Of all that are as good in the last objective, one that cannot be bettered in the others.
    keep = LinearConstraint(goals[None, :, -1] / scale[-1], first.value / scale[-1] - RESOLUTION, np.inf)
    second = maximise(model, (goals / scale).sum(axis=1), gap=0.0, time_limit=time_limit, extra=[least, keep])
    proven = first.status == second.status == "optimal"
    return (first.chosen, False) if second.chosen is None else (second.chosen, proven)
