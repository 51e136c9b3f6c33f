"""Robust Portfolio Modelling: which projects hold whatever the weights and values turn out to be.

Project i is worth w'v_i, with weights w in a polytope given by its extreme points and v_ik in [low_ik, high_ik].
Portfolio p dominates p' iff it is worth at least as much for every such w and v, and more for some. Common projects
cancel, and each other value is free in its interval, so

    p dominates p'  iff  min_w (sum over p\\p' of w'low_i - sum over p'\\p of w'high_i) >= 0
                    and  max_w (sum over p\\p' of w'high_i - sum over p'\\p of w'low_i) > 0,

both attained at extreme points. The core index of a project is the share of the non-dominated portfolios that hold it.
1: a core project, choose it; 0: exterior, leave it; between: borderline, where discussion and better information pay.

Sources: Liesiö, Mild & Salo, European Journal of Operational Research 181 (2007) 1488-1505 (dominance, core index,
dynamic programming); the same, EJOR 190 (2008) 679-695 (logical constraints).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError
from majung.methods.portfolio import Constraints, Projects
from majung.methods.portfolio.model import Model, build, check_choice
from majung.methods.portfolio.optimum import find_conflict, maximise

Bools = NDArray[np.bool_]

# Sums closer than this, relative to the largest possible one, are equal: the error of summing floats.
_ROUNDING = 1e-9
# Up to so many projects, looking for good portfolios first takes longer than it saves.
_FEW = 12
# Pairs of portfolios compared at a time (8 bytes each).
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class CoreIndex:
    """How firmly each project belongs in the portfolio.

    names: n projects. index: (n,) share of the portfolios that hold it. portfolios: (P, n) distinct portfolios.
    method "exact": all non-dominated ones. "sampled": those that were best in some draw, so that 1 and 0 are statements
    about what was found. acceptability: (n,) share of the draws whose best portfolio holds the project, standard_error:
    (n,) sqrt(a (1 - a) / samples); NaN, with samples = 0, for "exact". unproven: number of draws in which the best one
    was not proven in time; the best found counts.
    """

    names: tuple[str, ...]
    index: Floats
    portfolios: Bools
    method: Literal["exact", "sampled"]
    samples: int
    acceptability: Floats
    standard_error: Floats
    unproven: int

    @property
    def core(self) -> tuple[str, ...]:
        """Projects in every portfolio."""
        return self._where(self.index == 1)

    @property
    def borderline(self) -> tuple[str, ...]:
        """Projects in some portfolios."""
        return self._where((self.index > 0) & (self.index < 1))

    @property
    def exterior(self) -> tuple[str, ...]:
        """Projects in none."""
        return self._where(self.index == 0)

    def _where(self, mask: Bools) -> tuple[str, ...]:
        return tuple(name for name, held in zip(self.names, mask, strict=True) if held)


def core_index(
    values_low: ArrayLike,
    values_high: ArrayLike,
    weights: ArrayLike,
    projects: Projects,
    budgets: ArrayLike,
    *,
    method: Literal["exact", "sampled"],
    rng: np.random.Generator | None = None,
    limit: int = 20_000,
    gap: float = 0.0,
    time_limit: float = 10.0,
    **constraints: Unpack[Constraints],
) -> CoreIndex:
    """Core index of each project under incomplete information on weights and values.

    values_low, values_high: (n, K) bounds of each project's value on each of K criteria; `projects.values` is not read.
    weights: (W, K), not negative, rows sum to 1: the extreme points of the weight set ("exact") or draws from it
    ("sampled"). budgets, constraints: as for `majung.methods.portfolio.solve`, without synergies.

    exact: dynamic programming over the projects; of the partial portfolios those are dropped that another one dominates
    at no higher use of any constraint. More than `limit` of them: InputError. sampled: one 0-1 programme a draw, proven
    to `gap` within `time_limit` seconds; `rng` draws the values, uniform between their bounds, and is needed unless the
    bounds agree. Raises InputError that names the project whose bounds are wrong, or what makes a case impossible.
    """
    check_choice("method", method, ("exact", "sampled"))
    low, high, w = _checked(values_low, values_high, weights, projects)
    if constraints.get("synergies"):
        raise InputError("synergies have one value for all criteria: leave them out of the core index")
    model = build(projects, budgets, constraints)
    if method == "exact":
        portfolios = _non_dominated(model, low @ w.T, high @ w.T, limit, time_limit)
        samples, unproven, accepted = 0, 0, np.full(len(projects.names), np.nan)
    else:
        if rng is None and (low < high).any():
            raise InputError("sampling values between bounds needs rng, a numpy.random.Generator")
        best, unproven = _sampled(model, low, high, w, rng, gap, time_limit)
        portfolios, samples, accepted = np.unique(best, axis=0), len(w), best.mean(axis=0)
    if not len(portfolios):
        conflict = "; ".join(find_conflict(model, time_limit=time_limit))
        raise InputError(f"no portfolio keeps all constraints; these cannot hold together: {conflict}")
    error = np.sqrt(accepted * (1 - accepted) / max(samples, 1))
    index = portfolios.mean(axis=0)
    return CoreIndex(projects.names, index, portfolios, method, samples, accepted, error, unproven)


def dominates(first: Bools, second: Bools, low: Floats, high: Floats) -> Bools:
    """(P, Q): whether portfolio p of `first` (P, n) dominates q of `second` (Q, n).

    low, high: (n, W) value bounds of each project at each extreme point of the weight set.
    """
    one, two = first.astype(np.float64), second.astype(np.float64)
    tolerance = _ROUNDING * float(np.abs(np.stack([low, high])).max(axis=0).sum(axis=0).max(initial=0))
    least = np.full((len(first), len(second)), np.inf)
    most = np.full((len(first), len(second)), -np.inf)
    for low_w, high_w in zip(low.T, high.T, strict=True):
        # sum over p\q of low - sum over q\p of high; the common projects, counted in both sums, are put back.
        common = (one * (high_w - low_w)) @ two.T
        np.minimum(least, (one @ low_w)[:, None] - (two @ high_w)[None, :] + common, out=least)
        np.maximum(most, (one @ high_w)[:, None] - (two @ low_w)[None, :] - common, out=most)
    return (least >= -tolerance) & (most > tolerance)


def _checked(
    values_low: ArrayLike, values_high: ArrayLike, weights: ArrayLike, projects: Projects
) -> tuple[Floats, Floats, Floats]:
    low, high = np.array(values_low, dtype=np.float64), np.array(values_high, dtype=np.float64)
    w = np.array(weights, dtype=np.float64)
    n = len(projects.names)
    if low.ndim != 2 or low.shape != high.shape or len(low) != n or not low.shape[1]:
        raise InputError(f"value bounds have shapes {low.shape} and {high.shape}: give ({n}, criteria) for both")
    if w.ndim != 2 or not len(w) or w.shape[1] != low.shape[1]:
        raise InputError(f"weights have shape {w.shape}: give (points, {low.shape[1]}), at least one point")
    for i in np.flatnonzero(~(np.isfinite(low) & np.isfinite(high)).all(axis=1) | (low > high).any(axis=1)):
        raise InputError(f"project {projects.names[i]!r}: bounds {low[i]} to {high[i]} are not finite or not in order")
    for i in np.flatnonzero((w < 0).any(axis=1) | ~(np.abs(w.sum(axis=1) - 1) < _ROUNDING)):
        raise InputError(f"weights row {i} is {w[i]}: give numbers of at least 0 that sum to 1")
    return low, high, w


def _non_dominated(model: Model, low: Floats, high: Floats, limit: int, time_limit: float) -> Bools:
    """(P, n) all feasible portfolios that no feasible one dominates; low, high: (n, W). No rows if none is feasible."""
    n = len(low)
    rows = model.rows.toarray()
    upper, lower = np.isfinite(model.high), np.isfinite(model.low)
    # Every constraint as use <= capacity.
    use = np.concatenate([rows[upper], -rows[lower]])
    capacity = np.concatenate([model.high[upper], -model.low[lower]])
    tolerance = _ROUNDING * np.maximum(np.abs(use).sum(axis=1), 1)
    rivals = _good_portfolios(model, low, high, time_limit) if n > _FEW else np.zeros((0, n), dtype=bool)
    # The clearly good and the clearly bad first: decided the other way they soon lose to a rival.
    price = use[: len(model.budgets)].sum(axis=0)
    merit = np.divide((low + high).mean(axis=1), price, out=np.full(n, np.inf), where=price > 0)
    rank = np.argsort(np.argsort(-merit, kind="stable"), kind="stable")
    order = np.argsort(-np.abs(rank - rivals.sum(axis=1).mean()), kind="stable") if len(rivals) else np.arange(n)
    partial = np.zeros((1, n), dtype=bool)
    for step, project in enumerate(order):
        rest = order[step + 1 :]
        least, most = np.minimum(use[:, rest], 0).sum(axis=1), np.maximum(use[:, rest], 0).sum(axis=1)
        taken = partial.copy()
        taken[:, project] = True
        partial = np.concatenate([taken, partial])
        used = partial @ use.T
        fits = (used + least <= capacity + tolerance).all(axis=1)
        partial, used = partial[fits], used[fits]
        hopeful = _hopeful(partial, capacity - used, use, rest, rivals, low, high)
        partial, used = partial[hopeful], used[hopeful]
        # What can no longer bind is the same for all.
        partial = partial[_undominated(partial, np.maximum(used, capacity - most), low, high)]
        if len(partial) > limit:
            raise InputError(
                f"{len(partial)} partial portfolios after {step + 1} of {n} projects exceed the limit of {limit}: "
                'narrow the values and weights, raise the limit or use method="sampled"'
            )
    return partial


def _good_portfolios(model: Model, low: Floats, high: Floats, time_limit: float) -> Bools:
    """(R, n) feasible portfolios that are best at an extreme point with low, middle or high values."""
    found = [np.zeros((0, len(low)), dtype=bool)]
    for value in np.concatenate([low.T, (low + high).T / 2, high.T]):
        answer = maximise(model, value, gap=1e-3, time_limit=time_limit)
        if answer.chosen is not None:
            found.append(answer.chosen[None, :])
    return np.unique(np.concatenate(found), axis=0)


def _hopeful(
    partial: Bools, room: Floats, use: Floats, rest: NDArray[np.int64], rivals: Bools, low: Floats, high: Floats
) -> Bools:
    """Which partial portfolios have a completion that no rival is known to dominate.

    At extreme point w rival r leads a completion q of p by at least sum over r\\p of low - sum over p\\r of high, over
    the decided projects and r's undecided ones, minus the gain of q: low for what it shares with r, high for the rest.
    The gain is bounded by the fractional knapsack of each constraint alone and of their sum (Dantzig's bound).
    """
    hopeful = np.ones(len(partial), dtype=bool)
    packable = (use[:, rest] >= 0).all(axis=1) & (use[:, rest] > 0).any(axis=1)
    weights, rooms = use[packable][:, rest], room[:, packable]
    if len(weights) > 1:
        weights, rooms = np.vstack([weights, weights.sum(axis=0)]), np.column_stack([rooms, rooms.sum(axis=1)])
    tolerance = _ROUNDING * float(np.abs(np.stack([low, high])).max(axis=0).sum(axis=0).max(initial=0))
    for rival in rivals:
        alive = np.flatnonzero(hopeful)
        p = partial[alive]
        beaten = np.ones(len(alive), dtype=bool)
        strictly = np.zeros(len(alive), dtype=bool)
        for low_w, high_w in zip(low.T, high.T, strict=True):
            lead = (rival & ~p) @ low_w - (p & ~rival) @ high_w
            gain = np.clip(np.where(rival, low_w, high_w)[rest], 0, None)
            most = np.full(len(alive), gain.sum())
            for weight, space in zip(weights, rooms[alive].T, strict=True):
                np.minimum(most, _fractional(gain, weight, space), out=most)
            beaten &= lead - most >= -tolerance
            strictly |= lead - most > tolerance
        hopeful[alive[beaten & strictly]] = False
    return hopeful


def _fractional(gain: Floats, weight: Floats, room: Floats) -> Floats:
    """Most gain that fits in each room (P,) if projects could be taken in part."""
    free = weight <= 0
    order = np.argsort(-gain[~free] / weight[~free], kind="stable")
    filled = np.concatenate([[0.0], np.cumsum(weight[~free][order])])
    gained = np.concatenate([[0.0], np.cumsum(gain[~free][order])])
    most: Floats = np.interp(room, filled, gained) + gain[free].sum()
    return most


def _undominated(portfolios: Bools, used: Floats, low: Floats, high: Floats) -> Bools:
    """Which of the (partial) portfolios no other dominates at no higher use (P, constraints)."""
    alive = np.ones(len(portfolios), dtype=bool)
    # The best on average first: they drop most of the others at once.
    middle = portfolios @ (low + high).mean(axis=1)
    order = np.argsort(-middle, kind="stable")
    start, size = 0, 32
    while start < len(order):
        rivals = order[start : start + size]
        rivals = rivals[alive[rivals]]
        others = np.flatnonzero(alive)
        if rivals.size:
            beaten = dominates(portfolios[rivals], portfolios[others], low, high)
            for column in range(used.shape[1]):
                beaten &= used[rivals, column][:, None] <= used[others, column][None, :] + _ROUNDING
            alive[others[beaten.any(axis=0)]] = False
        start += size
        size = max(1, min(4 * size, _BLOCK // max(len(others), 1)))
    return alive


def _sampled(
    model: Model,
    low: Floats,
    high: Floats,
    weights: Floats,
    rng: np.random.Generator | None,
    gap: float,
    time_limit: float,
) -> tuple[Bools, int]:
    """(W, n) the best portfolio of each draw, and how many of them are not proven. No rows if none is feasible."""
    best = np.zeros((len(weights), len(low)), dtype=bool)
    unproven = 0
    for draw, weight in enumerate(weights):
        values = low if rng is None else rng.uniform(low, high)
        answer = maximise(model, values @ weight, gap=gap, time_limit=time_limit)
        if answer.status == "infeasible":
            return best[:0], 0
        if answer.chosen is None:
            raise InputError(f"no portfolio was found within time_limit {time_limit} s: allow more")
        best[draw] = answer.chosen
        unproven += answer.status == "feasible"
    return best, unproven
