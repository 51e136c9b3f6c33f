"""Concentration of a market or a field: HHI, concentration ratio, bounds for an unlisted rest, the leader's lead.

Shares are fractions of one. HHI runs from 1/n to 1 here; competition authorities print 10,000 times that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

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


@dataclass(frozen=True)
class Estimate:
    """A value with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CountedConcentration:
    """Concentration of holders known by counts: HHI and joint share of the k largest, with intervals."""

    hhi: Estimate
    ratio: Estimate


def counted_concentration(
    counts: ArrayLike,
    k: int,
    *,
    prior: float,
    rng: np.random.Generator,
    level: float = 0.9,
    dispersion: float = 1.0,
    draws: int = 2000,
) -> CountedConcentration:
    """HHI and CRk of counted holders with credible intervals from the Dirichlet posterior of the shares.

    counts: (n,) >= 0, one holder each. The shares are Dirichlet(counts / dispersion + prior): prior 0.5 is Jeffreys',
    a smaller one trusts the counts more where many holders have few. dispersion: variance / mean of the counts. value
    is the plain index of the observed shares, as others print it; with few counts it lies high, the interval tells.
    """
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 1 or not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise InputError("counts must be one row of finite values >= 0, not all zero")
    if not (prior > 0 and dispersion > 0 and 0 < level < 1 and draws >= 1):
        raise InputError("prior, dispersion and draws must be above 0, level between 0 and 1")
    shares = rng.dirichlet(values / dispersion + prior, size=draws)
    tails = (1 - level) / 2, (1 + level) / 2
    observed = values / values.sum()
    low, high = np.quantile((shares**2).sum(axis=1), tails)
    low_k, high_k = np.quantile(_top(shares, k), tails)
    return CountedConcentration(
        Estimate(float((observed**2).sum()), float(low), float(high)),
        Estimate(float(_top(observed, k)), float(low_k), float(high_k)),
    )


def share_interval(part: float, whole: float, *, level: float = 0.9) -> Estimate:
    """Share part / whole of counts with Wilson's score interval.

    Raises InputError unless 0 <= part <= whole and whole > 0. Source: Wilson (1927), Probable inference, JASA 22.
    """
    if not (0 <= part <= whole and whole > 0 and 0 < level < 1):
        raise InputError(f"no share of {part} in {whole} at level {level}")
    z2 = float(stats.norm.ppf((1 + level) / 2)) ** 2
    share = part / whole
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = float(np.sqrt(z2 * (share * (1 - share) / whole + z2 / (4 * whole**2)))) / (1 + z2 / whole)
    return Estimate(share, max(centre - half, 0.0), min(centre + half, 1.0))


@dataclass(frozen=True)
class Leadership:
    """Concentration risk of a field: who leads, by how much, and with how many of the leading institutions.

    leader, second: positions in the input. lead: leader's value / the second's (inf if the second has none).
    institutions: share of the top institutions that are the leader's, with Wilson's interval; None if not given.
    """

    leader: int
    second: int
    lead: float
    institutions: Estimate | None


def leadership(values: ArrayLike, top_institutions: ArrayLike | None = None, *, level: float = 0.9) -> Leadership:
    """Lead of the first over the second, and the leader's share of the top institutions.

    values: (n,) >= 0, n >= 2, of countries in one field. top_institutions: (n,) number of the top institutions (of ten,
    say) in each. Ties go to the earlier position. The interval treats the top institutions as a sample of the field's.
    Raises InputError for fewer than two values, or values that are negative, not finite or all zero.
    """
    scores = _checked(values)
    if scores.ndim != 1 or len(scores) < 2 or scores.max() == 0:
        raise InputError("leadership needs one row of two values or more, not all zero")
    first, second = (int(i) for i in np.argsort(-scores, kind="stable")[:2])
    lead = float(scores[first] / scores[second]) if scores[second] > 0 else float("inf")
    held = None
    if top_institutions is not None:
        institutions = _checked(top_institutions)
        if institutions.shape != scores.shape:
            raise InputError(f"top_institutions have shape {institutions.shape}, values {scores.shape}")
        held = share_interval(float(institutions[first]), float(institutions.sum()), level=level)
    return Leadership(first, second, lead, held)


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
