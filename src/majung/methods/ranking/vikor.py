"""VIKOR: a compromise between the utility of the majority and the regret of the worst-served criterion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError
from majung.methods.ranking.inputs import checked, directions, weighted_sum

# Q is compared with the advantage 1 / (A - 1): a difference of exactly that size must not fail by rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Vikor:
    """The three measures of VIKOR, (A,) or (S, A), all lower is better.

    utility: S, weighted sum of the regrets. regret: R, the largest of them. compromise: Q, between 0 and 1.
    """

    utility: Floats
    regret: Floats
    compromise: Floats


def vikor(performance: ArrayLike, weights: ArrayLike, *, maximise: ArrayLike, majority: float) -> Vikor:
    """S, R and Q of each alternative (Opricovic & Tzeng 2004, European Journal of Operational Research 156, 445-455).

    With d_ac = (best_c - x_ac) / (best_c - worst_c) over the alternatives: S_a = sum_c w_c d_ac, R_a = max_c w_c d_ac,
    Q_a = v (S_a - min S) / (max S - min S) + (1 - v) (R_a - min R) / (max R - min R). majority: v in [0, 1], 0.5 for
    consensus, more for voting by majority, less for veto. performance: (A, C) or (S, A, C); weights: (C,) or (S, C),
    sum 1; maximise: one boolean, or (C,). A criterion, S or R that is equal for all adds 0.
    """
    x, w = checked(performance, weights)
    if not 0 <= majority <= 1:
        raise InputError(f"majority {majority} must lie between 0 (veto) and 1 (majority rule)")
    x = x * directions(maximise, x.shape[-1])
    best = x.max(axis=-2, keepdims=True)
    distance = _share(best - x, best - x.min(axis=-2, keepdims=True))
    utility = weighted_sum(distance, w)
    regret = w[..., :1] * distance[..., 0]
    for c in range(1, x.shape[-1]):
        regret = np.maximum(regret, w[..., c : c + 1] * distance[..., c])
    compromise = majority * _spread(utility) + (1 - majority) * _spread(regret)
    return Vikor(utility, regret, compromise)


@dataclass(frozen=True)
class Compromise:
    """The proposal of VIKOR: positions of the alternatives in the compromise set, best Q first.

    acceptable_advantage: the best leads the second by at least 1 / (A - 1) in Q. acceptable_stability: the best by Q is
    also best by S or by R.
    """

    alternatives: tuple[int, ...]
    acceptable_advantage: bool
    acceptable_stability: bool


def compromise_set(result: Vikor) -> Compromise:
    """The compromise set of one run (Opricovic & Tzeng 2004, step 5).

    Without acceptable advantage: all whose Q is less than 1 / (A - 1) above the best. With advantage but without
    stability: the best two. With both: the best alone. Raises InputError for a result of many samples.
    """
    q = result.compromise
    if q.ndim != 1:
        raise InputError("a compromise set belongs to one run: give one weight vector and one table")
    order = np.argsort(q, kind="stable")
    if len(q) == 1:
        return Compromise((0,), True, True)
    margin = 1 / (len(q) - 1) - _ROUNDING
    first = order[0]
    advantage = bool(q[order[1]] - q[first] >= margin)
    stability = any(bool(m[first] <= m.min() + _ROUNDING) for m in (result.utility, result.regret))
    if not advantage:
        chosen = order[q[order] - q[first] < margin]
    else:
        chosen = order[: 1 if stability else 2]
    return Compromise(tuple(int(a) for a in chosen), advantage, stability)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.where(whole > 0, whole, 1.0))


def _spread(measure: Floats) -> Floats:
    low = measure.min(axis=-1, keepdims=True)
    return _share(measure - low, measure.max(axis=-1, keepdims=True) - low)
