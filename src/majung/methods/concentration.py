"""Concentration of a market or a field: Herfindahl-Hirschman index, concentration ratio, bounds for an unlisted rest.

Shares are fractions of one. HHI runs from 1/n to 1 here; competition authorities print 10,000 times that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError

_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest value that is compatible with what is known."""

    low: float
    high: float


def hhi(shares: ArrayLike) -> Floats:
    """Herfindahl-Hirschman index, sum of squared shares.

    shares: (..., n), each row a whole (sums to 1). Returns (...), from 1/n to 1. Raises InputError for a share that is
    negative or not finite, or a row that does not sum to 1: give the listed shares of an incomplete row to
    :func:`hhi_bounds`. Source: Hirschman (1964), The paternity of an index, American Economic Review 54.
    """
    return np.asarray((_whole(shares) ** 2).sum(axis=-1), dtype=np.float64)


def concentration_ratio(shares: ArrayLike, k: int) -> Floats:
    """Joint share of the k largest (CR4 for k = 4).

    shares: (..., n), each row sums to 1. Returns (...). A row of fewer than k holders gives 1. Errors as :func:`hhi`.
    """
    values = _whole(shares)
    return np.asarray(_top(values, k), dtype=np.float64)


def hhi_bounds(shares: ArrayLike, *, others: int | None = None, largest_other: float | None = None) -> Bounds:
    """Bounds of the HHI when only some holders are listed and the split of the rest is unknown.

    shares: (n,) of the listed holders, sum at most 1; what is missing to 1 is the rest.
    others: number of holders in the rest, None if unknown. largest_other: no holder in the rest has more than this,
    None if unknown (for a list of the top n give its smallest share).

    Low: the rest is split evenly over `others` (or so finely that it adds nothing). High: the rest is held by as few as
    `largest_other` allows. HHI is Schur-convex, so these two splits are the extremes. Raises InputError where the three
    statements contradict each other.
    """
    even, packed = _extreme_splits(shares, others, largest_other)
    return Bounds(float((even**2).sum()), float((packed**2).sum()))


def concentration_ratio_bounds(
    shares: ArrayLike, k: int, *, others: int | None = None, largest_other: float | None = None
) -> Bounds:
    """Bounds of the joint share of the k largest, arguments as :func:`hhi_bounds` (the ratio is Schur-convex too)."""
    even, packed = _extreme_splits(shares, others, largest_other)
    return Bounds(float(_top(even, k)), float(_top(packed, k)))


def _top(shares: Floats, k: int) -> Floats:
    if k < 1:
        raise InputError(f"k is {k}: ask for the share of at least one holder")
    return np.asarray(np.sort(shares, axis=-1)[..., -k:].sum(axis=-1), dtype=np.float64)


def _checked(shares: ArrayLike) -> Floats:
    values = np.asarray(shares, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise InputError("there are no shares")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(f"share {values[place]} at {place} is negative or not finite")
    return values


def _whole(shares: ArrayLike) -> Floats:
    values = _checked(shares)
    totals = values.sum(axis=-1)
    off = np.abs(totals - 1) > _SUM_TOLERANCE
    if off.any():
        total = np.atleast_1d(totals)[np.atleast_1d(off)][0]
        raise InputError(
            f"shares sum to {total:.6g}, not 1: divide by the total, or use the bounds if a rest is unlisted"
        )
    return values


def _extreme_splits(shares: ArrayLike, others: int | None, largest_other: float | None) -> tuple[Floats, Floats]:
    """The least and the most concentrated complete set of shares that the statements allow."""
    listed = _checked(shares)
    if listed.ndim != 1:
        raise InputError(f"shares have shape {listed.shape}: give one row")
    rest = 1 - float(listed.sum())
    if rest < -_SUM_TOLERANCE:
        raise InputError(f"listed shares sum to {1 - rest:.6g}, more than 1")
    if rest <= _SUM_TOLERANCE:
        return listed, listed
    if others is not None and others < 1:
        raise InputError(f"a rest of {rest:.6g} cannot be held by {others} others")
    if largest_other is not None and largest_other <= 0:
        raise InputError(f"a rest of {rest:.6g} cannot be held by others of at most {largest_other}")
    cap = rest if largest_other is None else min(largest_other, rest)
    full = int(np.floor(rest / cap + 1e-9))
    packed = np.append(np.full(full, cap), max(rest - full * cap, 0.0))
    if others is not None and np.count_nonzero(packed > _SUM_TOLERANCE) > others:
        raise InputError(f"{others} others of at most {cap:.6g} cannot hold a rest of {rest:.6g}")
    # Unknown in number, the rest may be split so finely that it adds nothing: no share stands for it.
    even = np.empty(0) if others is None else np.full(others, rest / others)
    return np.append(listed, even), np.append(listed, packed)
