"""PROMETHEE I and II: outranking flows from pairwise preference degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError
from majung.methods.ranking.inputs import checked, directions

Preference = Literal["usual", "u-shape", "v-shape", "level", "linear", "gaussian"]

# Pairs looked at together where no sorting shortcut exists: 2 MB of differences.
_PAIRS = 1 << 18


@dataclass(frozen=True, eq=False)
class Flows:
    """PROMETHEE flows, each averaged over the other A - 1 alternatives.

    positive, negative: (A,) in [0, 1], how much an alternative outranks and is outranked; net: (A,) in [-1, 1], their
    difference, sums to 0. unicriterion_positive, unicriterion_negative, unicriterion_net: (A, C), the same for each
    criterion alone, without its weight, so that flow = unicriterion @ weights for any other weights.
    """

    net: Floats
    positive: Floats
    negative: Floats
    unicriterion_net: Floats
    unicriterion_positive: Floats
    unicriterion_negative: Floats


def promethee_ii(
    performance: ArrayLike,
    weights: ArrayLike,
    *,
    preference: Preference | Sequence[Preference],
    maximise: ArrayLike,
    indifference: ArrayLike = 0.0,
    threshold: ArrayLike | None = None,
) -> Flows:
    """Net, positive and negative outranking flows (Brans & Vincke 1985; Brans, Vincke & Mareschal 1986).

    With d = the advantage of a over b on criterion c, q = indifference, p = threshold, all in the criterion's unit,
    the preference degree P_c(d), 0 for d <= 0, is
      usual     1 if d > 0
      u-shape   1 if d > q
      v-shape   d/p up to 1
      level     1/2 if q < d <= p, 1 if d > p
      linear    (d - q)/(p - q) cut to [0, 1]
      gaussian  1 - exp(-d^2 / (2 p^2)): p is here the inflection point, s in the papers
    and positive_a = 1/(A-1) sum_b sum_c w_c P_c(a, b), negative_a the same of P_c(b, a), net = positive - negative.

    performance: (A, C), A >= 2. weights: (C,), sum 1. preference: one for all, or one a criterion. maximise: one
    boolean, or (C,). indifference, threshold: one number, or (C,); read only where the preference function has that
    parameter. Raises InputError for a missing or not positive threshold, a threshold not above the indifference
    (use "u-shape" if they are equal), a negative indifference, or bad performances and weights.
    """
    x, w = checked(performance, weights)
    if x.ndim != 2 or w.ndim != 1:
        raise InputError("PROMETHEE takes one table; for many weights use weights @ unicriterion_net.T")
    alternatives, criteria = x.shape
    if alternatives < 2:
        raise InputError("PROMETHEE compares pairs: give at least two alternatives")
    kinds = [preference] * criteria if isinstance(preference, str) else list(preference)
    if len(kinds) != criteria:
        raise InputError(f"{len(kinds)} preference functions for {criteria} criteria: give one, or one a criterion")
    q = _parameter(indifference, criteria, "indifference")
    p = np.full(criteria, np.nan) if threshold is None else _parameter(threshold, criteria, "threshold")
    x = x * directions(maximise, criteria)
    wins = np.empty_like(x)
    losses = np.empty_like(x)
    for c, kind in enumerate(kinds):
        _check_thresholds(kind, q[c], p[c], c)
        wins[:, c] = _summed(x[:, c], kind, q[c], p[c])
        losses[:, c] = _summed(-x[:, c], kind, q[c], p[c])
    wins /= alternatives - 1
    losses /= alternatives - 1
    positive, negative = wins @ w, losses @ w
    return Flows(positive - negative, positive, negative, wins - losses, wins, losses)


def promethee_i(flows: Flows) -> NDArray[np.bool_]:
    """The partial order of PROMETHEE I: (A, A), true where a is preferred to b (Brans & Vincke 1985).

    a is preferred to b if its positive flow is not lower and its negative flow not higher, one of them strictly. Pairs
    with neither direction are indifferent (both flows equal) or incomparable (the flows contradict each other).
    """
    up = flows.positive[:, None] - flows.positive[None, :]
    down = flows.negative[None, :] - flows.negative[:, None]
    return np.asarray((up >= 0) & (down >= 0) & ((up > 0) | (down > 0)))


def _parameter(value: ArrayLike, criteria: int, name: str) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if array.shape not in ((), (criteria,)):
        raise InputError(f"{name} has shape {array.shape}: give one number, or one for each of {criteria} criteria")
    return np.broadcast_to(array, (criteria,))


def _check_thresholds(kind: str, q: float, p: float, c: int) -> None:
    if kind not in get_args(Preference):
        raise InputError(
            f"criterion {c}: unknown preference function {kind!r}; known: {', '.join(get_args(Preference))}"
        )
    if kind in ("u-shape", "level", "linear") and not q >= 0:
        raise InputError(f"criterion {c}: indifference {q} must be 0 or more for {kind!r}")
    if kind in ("v-shape", "level", "linear", "gaussian") and not (p > 0 and np.isfinite(p)):
        raise InputError(f"criterion {c}: preference function {kind!r} needs a positive threshold")
    if kind in ("level", "linear") and not p > q:
        raise InputError(f"criterion {c}: threshold {p} must exceed indifference {q} for {kind!r}, or use 'u-shape'")


def _summed(x: Floats, kind: str, q: float, p: float) -> Floats:
    """sum_b P(x_a - x_b) for each a, by sorting in A log A; only the gaussian needs every pair."""
    if kind == "usual":
        return _beyond(x, 0.0)
    if kind == "u-shape":
        return _beyond(x, q)
    if kind == "level":
        return 0.5 * (_beyond(x, q) + _beyond(x, p))
    if kind in ("v-shape", "linear"):
        q = 0.0 if kind == "v-shape" else q
        x = x - x.mean()  # keeps the prefix sums small, so that little cancels
        ordered = np.sort(x)
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        full = np.searchsorted(ordered, x - p, side="right")  # the b with d >= p
        some = np.searchsorted(ordered, x - q, side="left")  # the b with d > q
        between = (some - full) * (x - q) - (sums[some] - sums[full])
        return np.asarray(np.clip(full + between / (p - q), 0.0, len(x) - 1.0))
    total = np.empty_like(x)
    block = max(1, _PAIRS // len(x))
    for start in range(0, len(x), block):
        d = np.maximum(x[start : start + block, None] - x[None, :], 0.0)
        total[start : start + block] = -np.expm1(-0.5 * np.square(d / p)).sum(axis=1)
    return total


def _beyond(x: Floats, q: float) -> Floats:
    """How many b have x_a - x_b > q, for each a, with the difference rounded as written.

    x_b < x_a - q may round to the other side of the step, but the rounded difference still falls as x_b rises, so the
    place found by bisection is at most a few distinct values off and is moved until it is right.
    """
    distinct, counts = np.unique(x, return_counts=True)
    k = np.searchsorted(distinct, x - q, side="left")
    while True:
        down = (k > 0) & ~(x - distinct[np.maximum(k - 1, 0)] > q)
        up = (k < len(distinct)) & (x - distinct[np.minimum(k, len(distinct) - 1)] > q)
        if not (down.any() or up.any()):
            return np.concatenate([[0.0], np.cumsum(counts)])[k]
        k = k + up - down
