"""New industries, which are not a sector of any table."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError

_SUM_TOLERANCE = 1e-9


def share_multiplier(
    multiplier: ArrayLike, shares: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[float, float, float]:
    """Multiplier of an industry that is a mix of sectors, and the exact range that the shares' intervals allow.

    value = sᵀm; the range is the minimum and maximum of sᵀm over {low ≤ s ≤ high, Σs = 1}, in closed form: start at
    low and hand out what is missing to 1 to the sectors in order of m, each up to its high (a fractional knapsack,
    Dantzig 1957). All (n,). A NaN multiplier (sector without output) is accepted where high is 0.

    Returns (value, lowest, highest). Raises InputError, with the position, unless 0 ≤ low ≤ shares ≤ high, the shares
    sum to 1 (within 1e-9), and the multiplier is finite wherever a share is possible; also if no shares within the
    bounds sum to 1.
    """
    m, s, lo, hi = (np.asarray(part, dtype=np.float64) for part in (multiplier, shares, low, high))
    if m.ndim != 1 or not (m.shape == s.shape == lo.shape == hi.shape):
        raise InputError(f"multiplier, shares, low and high have shapes {m.shape}, {s.shape}, {lo.shape}, {hi.shape}")
    for name, part in (("shares", s), ("low", lo), ("high", hi)):
        if not np.isfinite(part).all():
            raise InputError(f"{name} at position {int(np.argmin(np.isfinite(part)))} is not finite")
    if lo.sum() > 1 + _SUM_TOLERANCE or hi.sum() < 1 - _SUM_TOLERANCE:
        raise InputError(
            f"no shares within the bounds sum to 1: low sums to {lo.sum():g}, high to {hi.sum():g}; widen the intervals"
        )
    if abs(s.sum() - 1) > _SUM_TOLERANCE:
        raise InputError(f"shares sum to {s.sum():.12g}: they must sum to 1")
    outside = (lo < 0) | (lo > s) | (s > hi)
    if outside.any():
        j = int(outside.argmax())
        raise InputError(f"at position {j}: low {lo[j]:g}, share {s[j]:g}, high {hi[j]:g} must ascend from 0 or more")
    possible = hi > 0
    if not np.isfinite(m[possible]).all():
        j = int(np.flatnonzero(possible & ~np.isfinite(m))[0])
        raise InputError(f"multiplier at position {j} is {m[j]}, but a share up to {hi[j]:g} is possible there")
    m, s, lo, hi = m[possible], s[possible], lo[possible], hi[possible]
    order = np.argsort(m, kind="stable")
    lowest, highest = _fill(m[order], lo[order], hi[order]), _fill(m[order[::-1]], lo[order[::-1]], hi[order[::-1]])
    value = float(s @ m)
    # Summation order may differ in the last digit when the interval is a point.
    return value, min(lowest, value), max(highest, value)


def _fill(m: Floats, low: Floats, high: Floats) -> float:
    """Hand out 1 − Σlow in the given order, each up to high."""
    room = high - low
    before = np.concatenate(([0.0], np.cumsum(room)[:-1]))
    return float((low + np.clip(1.0 - low.sum() - before, 0.0, room)) @ m)
