"""Good portfolios near the linear relaxation, met in the middle; what the relaxation proves about all others.

With prices u of the rows and reduced costs r of the columns at the relaxation's optimum, a portfolio that differs from
the rounded relaxation in a set F of columns falls short of the relaxation's value by exactly

    loss = sum_{i in F} |r_i| + sum_k u_k slack_k,    every term >= 0    (linear programming duality)

So the best portfolios change few columns of small |r|, the core (Balas & Zemel, Operations Research 28 (1980)
1130-1154), and use up what has a price. F is looked for as the union of two small sets (Horowitz & Sahni, Journal of
the ACM 21 (1974) 277-292): what the first set leaves of each priced row the second must use up to the loss allowed, a
box in as many dimensions as there are prices, and a k-d tree finds the few sets that lie in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from majung.methods.labelled import Floats

# A price or a reduced cost below this, relative to the largest value of a column, is 0.
_ZERO = 1e-9
# Dimensions of the tree: the rows whose use differs most in worth. Pairs that one call looks at, and of these how many
# of small loss are checked row by row at once.
_AXES, _PAIRS, _CHECKED = 5, 1_000_000, 256


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The optimum of the linear relaxation: maximise objective @ x, rows @ x <= limits, lower <= x <= upper.

    value: no portfolio is worth more. rounded (columns,): its solution, rounded; it may break rows. reduced (columns,):
    what changing a column costs at least. prices (rows,): loss of value for each unit of a row left unused.
    """

    value: float
    rounded: Floats
    reduced: Floats
    prices: Floats
    rows: csr_array[np.float64, tuple[int, int]]
    limits: Floats


def relax(
    objective: Floats, lower: Floats, upper: Floats, constraints: Sequence[LinearConstraint]
) -> Relaxation | None:
    """Solve the relaxation; None if it has no solution."""
    blocks: list[Any] = list(constraints)  # the stubs do not know that the matrices have a shape
    matrix = csr_array(vstack([csr_array(block.A) for block in blocks]))
    low = np.concatenate([np.broadcast_to(block.lb, block.A.shape[:1]) for block in blocks])
    high = np.concatenate([np.broadcast_to(block.ub, block.A.shape[:1]) for block in blocks])
    above, below = np.isfinite(high), np.isfinite(low)
    rows = csr_array(vstack([matrix[above], -matrix[below]]))
    limits = np.concatenate([high[above], -low[below]])
    scale = float(np.abs(objective).max(initial=0)) or 1.0
    found = linprog(
        -objective / scale,
        A_ub=rows,  # type: ignore[call-overload]  # nor that it may be sparse
        b_ub=limits,
        bounds=np.column_stack([lower, upper]),
    )
    if found.status != 0:
        return None
    reduced = np.abs(found.lower.marginals + found.upper.marginals)
    prices = -found.ineqlin.marginals
    return Relaxation(
        value=-float(found.fun) * scale,
        rounded=np.rint(found.x),
        reduced=np.where(reduced > _ZERO, reduced, 0.0) * scale,
        prices=np.where(prices > _ZERO, prices, 0.0) * scale,
        rows=rows,
        limits=limits,
    )


def nearby(
    relaxed: Relaxation,
    may_change: NDArray[np.bool_],
    keeps: Callable[[Floats], bool],
    *,
    loss: float,
    core: int,
    changes: int,
    until: float,
) -> Floats | None:
    """The best solution found that loses less than `loss`, or None.

    It differs from the rounded relaxation in up to 2 x `changes` of the `core` columns of smallest reduced cost that
    may_change (columns,). keeps: the last word on a solution (columns,). until: time.monotonic() at which to stop. The
    search is complete unless it stops early, by time or after 1,000,000 pairs.
    """
    if loss <= 0:
        return None
    columns = np.flatnonzero(may_change)
    columns = columns[np.argsort(relaxed.reduced[columns], kind="stable")][:core]
    members = _sets(len(columns), changes)
    charge = np.append(relaxed.reduced[columns], 0.0)
    lost = charge[members].sum(axis=1)
    order = np.argsort(lost, kind="stable")
    order = order[: np.searchsorted(lost[order], loss)]
    members, lost = members[order], lost[order]
    # What each change uses of each row, an empty place nothing; the priced rows in units of value.
    turn = 1 - 2 * relaxed.rounded[columns]
    use = np.vstack([(relaxed.rows[:, columns].toarray() * turn).T, np.zeros(len(relaxed.limits))])
    left = relaxed.limits - relaxed.rows @ relaxed.rounded
    worth, room = use * relaxed.prices, left * relaxed.prices
    spent = worth.sum(axis=1)[members].sum(axis=1)
    axes = np.argsort(-worth.std(axis=0), kind="stable")[:_AXES]
    used, ahead = worth[:, axes][members].sum(axis=1), room[axes]
    tree, slip = cKDTree(used), _ZERO * np.abs(relaxed.value)
    best, pairs, start, step = None, 0, 0, 1
    while start < len(members) and 2 * lost[start] < loss and pairs < _PAIRS and time.monotonic() < until:
        first = np.arange(start, min(start + step, len(members)))
        near = tree.query_ball_point(ahead - used[first] - loss / 2, loss / 2 + slip, p=np.inf)
        hits = [len(found) for found in near]
        second = np.concatenate([np.asarray(found, dtype=np.intp) for found in near])
        first = np.repeat(first, hits)
        start, pairs = start + step, pairs + len(second)
        step = max(step // 2, 1) if len(second) > _PAIRS // 20 else 2 * step
        total = lost[first] + lost[second] + room.sum() - spent[first] - spent[second]
        promising = np.flatnonzero((second >= first) & (total < loss))
        promising = promising[np.argsort(total[promising], kind="stable")]
        for at in range(0, len(promising), _CHECKED):
            some = promising[at : at + _CHECKED]
            if total[some[0]] >= loss or time.monotonic() > until:
                break
            both = np.hstack([members[first[some]], members[second[some]]])
            kept = (use[both].sum(axis=1) <= left + _ZERO).all(axis=1)
            both = np.sort(both, axis=1)
            kept &= ~((both[:, 1:] == both[:, :-1]) & (both[:, 1:] < len(columns))).any(axis=1)
            for k in np.flatnonzero(kept):
                solution = _changed(relaxed.rounded, columns, both[k])
                if total[some[k]] < loss and keeps(solution):
                    best, loss = solution, float(total[some[k]])
    return best


def _sets(n: int, most: int) -> NDArray[np.intp]:
    """(sets, most): every set of at most `most` of n columns; n fills the empty places."""
    sizes = [np.full((1, most), n, dtype=np.intp)]
    for size in range(1, min(most, n) + 1):
        chosen = np.array(list(combinations(range(n), size)), dtype=np.intp)
        sizes.append(np.pad(chosen, ((0, 0), (0, most - size)), constant_values=n))
    return np.vstack(sizes)


def _changed(rounded: Floats, columns: NDArray[np.intp], places: NDArray[np.intp]) -> Floats:
    solution = rounded.copy()
    turned = columns[places[places < len(columns)]]
    solution[turned] = 1 - solution[turned]
    return solution
