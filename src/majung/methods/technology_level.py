"""Technology level and gap: a country's standing relative to the leader, in per cent and in years."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.growth import growth_interval
from majung.methods.labelled import Floats, InputError

Crossing = Literal["last", "first"]


class Band(StrEnum):
    """Bands of the technology level (per cent of the leader), as Korea's technology level evaluations draw them."""

    LEADER = "leader"
    ABOVE_80 = "above 80"
    ABOVE_60 = "above 60"
    ABOVE_40 = "above 40"
    BELOW = "40 or below"


@dataclass(frozen=True)
class Gap:
    """Years behind the leader.

    years: time distance; zero when own >= leader. If not `reached`, the leader stood above the present level in all
    the data, and `years` is a lower bound.
    low, high: interval; high is infinite where the level may lie before the data begin.
    reached_share: share of the variants or draws behind the interval in which the level was reached in the data.
    present: own smoothed value in the last period, whose equal is sought in the leader's past.
    """

    years: float
    low: float
    high: float
    reached: bool
    reached_share: float
    present: float


def level(own: ArrayLike, leader: ArrayLike) -> Floats:
    """Level in per cent of the leader, 100 own / leader, element by element.

    own, leader: same shape or broadcastable, same unit. Values above 100 are possible where `leader` is a fixed
    reference and has been overtaken. Raises InputError for a negative or non-finite value or a leader of zero.
    """
    mine, theirs = np.asarray(own, dtype=np.float64), np.asarray(leader, dtype=np.float64)
    if not (np.isfinite(mine).all() and np.isfinite(theirs).all()):
        raise InputError("level needs finite values: leave out what is not known")
    if (mine < 0).any():
        raise InputError(f"own value {mine.min()} is negative")
    if (theirs <= 0).any():
        raise InputError(f"leader value {theirs.min()} is not positive: there is no leader to compare with")
    return np.asarray(100 * mine / theirs, dtype=np.float64)


def level_interval(
    own: ArrayLike, leader: ArrayLike, *, confidence: float = 0.9, dispersion: float = 1.0
) -> tuple[Floats, Floats]:
    """Ends of the credible interval of :func:`level` for two counts (patent families, highly cited articles).

    Jeffreys gamma posteriors on both sides, see :func:`majung.methods.growth.growth_interval`; dispersion as there.
    Shares of one whole may be given as the counts behind them: the whole cancels.
    """
    level(own, leader)
    ratio = growth_interval(leader, own, level=confidence, dispersion=dispersion)
    return 100 * ratio.low, 100 * ratio.high


def band(level: float) -> Band:
    """The band of one level in per cent: leader from 100, then above 80, above 60, above 40, 40 or below.

    A level that stands exactly on 80, 60 or 40 belongs to the lower band. Raises InputError for a
    negative or NaN level.
    """
    if not level >= 0:
        raise InputError(f"level {level} is not a percentage of the leader")
    if level >= 100:
        return Band.LEADER
    for bound, name in ((80, Band.ABOVE_80), (60, Band.ABOVE_60), (40, Band.ABOVE_40)):
        if level > bound:
            return name
    return Band.BELOW


def time_gap(
    years: ArrayLike,
    own: ArrayLike,
    leader: ArrayLike,
    *,
    smooth: int = 3,
    crossing: Crossing = "last",
    confidence: float = 0.9,
    rng: np.random.Generator | None = None,
    draws: int = 1000,
    unit: ArrayLike = 1.0,
    dispersion: float = 1.0,
) -> Gap:
    """Time distance: years since the leader's own past level equalled the present one.

    years: (T,) equally spaced, increasing. own, leader: (T,) values >= 0 in one unit.

    Both series are smoothed by the mean of the last `smooth` periods (whole windows only): the same lag on both sides,
    so that a leader who is exactly g periods ahead shows a gap of g. With x the own smoothed value in the last period
    T, the gap is T - s where the leader's curve, linear between periods, equals x:
    crossing "last": s is the last time the leader stood at x (a leader that dipped is met at the dip);
    crossing "first": s is the first time the leader reached x.

    Interval, without `rng`: lowest and highest gap over smoothing windows 1 to `smooth` + 2 that fit: it covers the
    choice of the window, not chance. With `rng`: quantiles at `confidence` of the gap over `draws` pairs of series
    drawn from the gamma posterior of counts, joined with the windows' interval. A value v in period t stands for
    v / unit_t events whose variance is `dispersion` times their mean: unit 1 for counts, 1 / world total for shares.
    Draws in which the level is not reached count as infinite.

    Raises InputError for series that do not fit each other, are too short, or hold invalid values.
    Source: Sicherl (1999), A new view in comparative analysis, on the S-time-distance.
    """
    time, mine, theirs = _series(years, own, leader)
    _check_smooth(smooth, len(time))
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence} is not between 0 and 1")
    point, present, reached = _gaps(time, mine[None], theirs[None], smooth, crossing)
    windows = [_gaps(time, mine[None], theirs[None], w, crossing) for w in range(1, min(smooth + 2, len(time) - 1) + 1)]
    found = np.array([w[2][0] for w in windows])
    gaps = np.array([w[0][0] for w in windows])
    low, high = float(gaps.min()), float(np.where(found, gaps, np.inf).max())
    if rng is not None:
        events = np.broadcast_to(np.asarray(unit, dtype=np.float64), time.shape) * dispersion
        if not (np.isfinite(events).all() and (events > 0).all()):
            raise InputError("unit and dispersion must be positive")
        if draws < 1:
            raise InputError(f"{draws} draws show nothing")
        drawn = [rng.standard_gamma(x / events + 0.5, size=(draws, len(time))) * events for x in (mine, theirs)]
        gaps, _, found = _gaps(time, drawn[0], drawn[1], smooth, crossing)
        tail = (1 - confidence) / 2
        ranked = np.sort(np.where(found, gaps, np.inf))
        # Order statistics, not interpolated quantiles: infinite draws must not turn into NaN.
        low = min(low, float(np.sort(gaps)[int(np.floor(tail * (draws - 1)))]))
        high = max(high, float(ranked[int(np.ceil((1 - tail) * (draws - 1)))]))
    return Gap(float(point[0]), low, high, bool(reached[0]), float(found.mean()), float(present[0]))


@dataclass(frozen=True, eq=False)
class Gaps:
    """Point gaps of many pairs of series: years (D,), reached (D,); where not reached, years is a lower bound."""

    years: Floats
    reached: NDArray[np.bool_]


def time_gaps(
    years: ArrayLike, own: ArrayLike, leader: ArrayLike, *, smooth: int = 3, crossing: Crossing = "last"
) -> Gaps:
    """:func:`time_gap` without intervals for D pairs at once: draws of uncertain series, or all fields of a country.

    years: (T,); own, leader: (D, T). Errors as :func:`time_gap`.
    """
    mine, theirs = np.asarray(own, dtype=np.float64), np.asarray(leader, dtype=np.float64)
    if mine.ndim != 2 or mine.shape != theirs.shape or len(mine) == 0:
        raise InputError(f"own and leader have shapes {mine.shape} and {theirs.shape}: give (pairs, periods) twice")
    time = _times(years, mine.shape[1])
    for name, values in (("own", mine), ("leader", theirs)):
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            i, j = np.argwhere(bad)[0]
            raise InputError(f"{name} value {values[i, j]} of pair {i} in {time[j]:g} is negative or not finite")
    _check_smooth(smooth, len(time))
    gap, _, reached = _gaps(time, mine, theirs, smooth, crossing)
    return Gaps(gap, reached)


def _check_smooth(smooth: int, periods: int) -> None:
    if smooth < 1 or smooth >= periods:
        raise InputError(f"smoothing over {smooth} of {periods} periods leaves no past to look into")


def _times(years: ArrayLike, periods: int) -> Floats:
    time = np.asarray(years, dtype=np.float64)
    if time.shape != (periods,) or periods < 2:
        raise InputError(
            f"years have shape {time.shape} for series of {periods} periods: give one a period, two or more"
        )
    steps = np.diff(time)
    if not (np.isfinite(time).all() and (steps > 0).all() and np.allclose(steps, steps[0])):
        raise InputError("years must increase in equal steps: fill or cut the series first")
    return time


def _series(years: ArrayLike, own: ArrayLike, leader: ArrayLike) -> tuple[Floats, Floats, Floats]:
    mine, theirs = np.asarray(own, dtype=np.float64), np.asarray(leader, dtype=np.float64)
    if mine.ndim != 1 or mine.shape != theirs.shape:
        raise InputError(f"own and leader have shapes {mine.shape} and {theirs.shape}: give two series of one length")
    time = _times(years, len(mine))
    for name, values in (("own", mine), ("leader", theirs)):
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            place = int(np.argmax(bad))
            raise InputError(f"{name} value {values[place]} in {time[place]:g} is negative or not finite")
    return time, mine, theirs


def _trailing_mean(values: Floats, window: int) -> Floats:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, window, axis=-1).mean(axis=-1))


def _gaps(
    time: Floats, own: Floats, leader: Floats, smooth: int, crossing: Crossing
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Gaps of D pairs of series (D, T): gap, present value, reached."""
    when = time[smooth - 1 :]
    present = _trailing_mean(own, smooth)[:, -1]
    curve = _trailing_mean(leader, smooth)
    ahead = curve > present[:, None]
    if crossing == "last":
        # First period of the closing run in which the leader stays above; the crossing lies in the step before it.
        after = len(when) - np.argmin(ahead[:, ::-1], axis=1)
        after = np.where(ahead.all(axis=1), 0, after)
    elif crossing == "first":
        reached_at = curve >= present[:, None]
        after = np.where(reached_at.any(axis=1), np.argmax(reached_at, axis=1), len(when))
    else:
        raise InputError(f"crossing {crossing!r} is neither 'last' nor 'first'")
    level_passed = ~ahead[:, -1]
    reached = level_passed | (after > 0) | (curve[:, 0] == present)
    step = np.clip(after, 1, len(when) - 1)
    rows = np.arange(len(curve))
    below, above = curve[rows, step - 1], curve[rows, step]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(above > below, (present - below) / (above - below), 0.0)
    crossed = when[step - 1] + np.clip(part, 0, 1) * (when[step] - when[step - 1])
    gap = when[-1] - np.where(reached, crossed, when[0])
    return np.where(level_passed, 0.0, gap), present, reached
