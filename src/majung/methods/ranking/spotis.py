"""SPOTIS: distance to the ideal between fixed bounds; the one distance method without rank reversal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError
from majung.methods.ranking.inputs import checked, directions, weighted_sum


def spotis(performance: ArrayLike, weights: ArrayLike, *, bounds: ArrayLike, maximise: ArrayLike) -> Floats:
    """Weighted normalised distance to the ideal, lower is better (Dezert, Tchamova, Han & Tacnet 2020).

    D_a = sum_c w_c |x_ac - s_c| / (max_c - min_c), s_c the better end of the bounds. bounds: (C, 2), [min, max] of each
    criterion, set without looking at the alternatives. performance: (A, C) or (S, A, C); weights: (C,) or (S, C), sum
    1; maximise: one boolean, or (C,). Returns (A,) or (S, A) in [0, 1]; it is 1 minus the additive value on the linear
    scales that the bounds define. Raises InputError for a value outside its bounds, or empty bounds.
    """
    x, w = checked(performance, weights)
    limits = np.asarray(bounds, dtype=np.float64)
    criteria = x.shape[-1]
    if limits.shape != (criteria, 2) or not np.isfinite(limits).all():
        raise InputError(f"bounds have shape {limits.shape}: give a finite [min, max] for each of {criteria} criteria")
    low, high = limits[:, 0], limits[:, 1]
    if (low >= high).any():
        c = int(np.argmax(low >= high))
        raise InputError(f"bounds of criterion {c} are [{low[c]:g}, {high[c]:g}]: min must be below max")
    outside = (x < low) | (x > high)
    if outside.any():
        at = tuple(np.argwhere(outside)[0].tolist())
        raise InputError(
            f"value {x[at]:g} of alternative {at[-2]} on criterion {at[-1]} is outside its bounds "
            f"[{low[at[-1]]:g}, {high[at[-1]]:g}]: widen them before ranking, not after"
        )
    ideal = np.where(directions(maximise, criteria) > 0, high, low)
    return weighted_sum(np.abs(x - ideal) / (high - low), w)
