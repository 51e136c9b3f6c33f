"""Growth: shrunken ratios with intervals, incomplete last periods, logistic and Bass curves that may refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from majung.methods.labelled import Floats, InputError

Errors = Literal["independent", "accumulating"]
BassConvention = Literal["increment", "density"]

_FURTHEST = 3.0
"""Latest midpoint looked at: two spans after the last observation, on the unit time scale."""

_LEAST_LOG_INNOVATION = -16.0
"""Smallest log p looked at: a region that reaches it has no lower end, and the market no upper one."""

_GRID = 61
"""Points a side of the grids that search and zoom."""

_Shape = Callable[[Floats, Floats], Floats]
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Interval:
    """Estimate with its interval, arrays of one shape."""

    value: Floats
    low: Floats
    high: Floats


def growth_ratio(base: ArrayLike, recent: ArrayLike, *, prior: float, towards: float = 1.0) -> Floats:
    """Shrunken growth ratio (recent + prior towards) / (base + prior), element by element.

    base, recent: totals >= 0 over two windows of equal length, same shape. prior: pseudo-count, in the unit of base;
    the weight of the belief that the ratio is `towards` (1: no growth; give the world's ratio to shrink towards the
    world). So a zero base is not infinite growth, small counts move little, and no element's ratio depends on which
    others are compared. prior 0 is the raw ratio and refuses a zero base. Annual rate: ratio ** (1 / years) - 1, with
    years between the windows' middles. Raises InputError for negative or non-finite values.
    """
    old, new = _pair(base, recent)
    if not (prior >= 0 and towards > 0 and np.isfinite(prior) and np.isfinite(towards)):
        raise InputError(f"prior {prior} must be >= 0 and towards {towards} > 0")
    if prior == 0 and (old == 0).any():
        raise InputError("a base of zero has no raw growth ratio: give a prior above 0")
    return np.asarray((new + prior * towards) / (old + prior), dtype=np.float64)


def growth_interval(
    base: ArrayLike,
    recent: ArrayLike,
    *,
    level: float = 0.9,
    prior: float = 0.5,
    towards: float = 1.0,
    dispersion: float = 1.0,
) -> Interval:
    """Growth ratio of two counts with a credible interval from the conjugate gamma model.

    base, recent: counts over two windows of equal length, taken as Poisson with rates λ0 and λ1. Priors
    λ0 ~ Gamma(prior, 0) and λ1 ~ Gamma(prior towards, 0) (improper, scale-free) give λ0 ~ Gamma(base + prior) and
    λ1 ~ Gamma(recent + prior towards), so that λ1/λ0 is :func:`growth_ratio` times an F variable with
    2(recent + prior towards) and 2(base + prior) degrees of freedom. prior 0.5 with towards 1 is Jeffreys' prior.
    dispersion: variance / mean of the counts; above 1 (patents, money in lumps) counts and prior stand for
    1 / dispersion events each, which widens the interval. Returns value, low, high of the common shape.

    Source: Price & Bonett (2000), Estimating the ratio of two Poisson rates, CSDA 34, for the Jeffreys case.
    """
    if not prior > 0:
        raise InputError(f"prior {prior} must be above 0 for an interval")
    if not (dispersion > 0 and np.isfinite(dispersion)):
        raise InputError(f"dispersion {dispersion} must be above 0")
    _check_level(level)
    tail = (1 - level) / 2
    value = growth_ratio(base, recent, prior=prior, towards=towards)
    old, new = _pair(base, recent)
    degrees = 2 * (new + prior * towards) / dispersion, 2 * (old + prior) / dispersion
    return Interval(value, value * stats.f.ppf(tail, *degrees), value * stats.f.ppf(1 - tail, *degrees))


def cagr(first: ArrayLike, last: ArrayLike, years: ArrayLike) -> Floats:
    """Compound annual growth rate (last / first) ** (1 / years) - 1, element by element.

    Raises InputError where first is not positive (use :func:`growth_ratio`), last is negative or years not positive.
    """
    old, new = _pair(first, last)
    span = np.asarray(years, dtype=np.float64)
    if (old == 0).any():
        raise InputError("growth from zero has no rate: use growth_ratio with a prior")
    if not (np.isfinite(span).all() and (span > 0).all()):
        raise InputError("years must be positive")
    return np.asarray((new / old) ** (1 / span) - 1, dtype=np.float64)


def incomplete_last(series: ArrayLike, *, shortfall: float = 0.15, longest: int = 3) -> int:
    """Number of trailing periods that look incomplete (reporting lag); 0 if none.

    series: (T,) values >= 0 per period, at least 5. See :func:`incomplete_rows` for the rule. One series cannot tell a
    lag from a sudden fall: where many rows share a source, use :func:`incomplete_panel`.
    """
    return int(incomplete_rows(np.asarray(series, dtype=np.float64)[None], shortfall=shortfall, longest=longest)[0])


def incomplete_rows(panel: ArrayLike, *, shortfall: float = 0.15, longest: int = 3) -> NDArray[np.int64]:
    """Number of trailing periods that look incomplete, row by row.

    panel: (N, T). For k = 1 … longest the first T - k periods are taken as complete. Their median log change g and its
    spread σ (1.4826 MAD, at least Poisson noise) say what the next periods should hold: y · exp(j g). The k periods
    look incomplete if each falls short by more than `shortfall` and by more than 3 σ √j, and the shortfall never
    shrinks towards the end, as a reporting lag demands. The largest such k counts.
    """
    values = _panel(panel, shortfall, longest)
    # Half an event keeps logs of zero finite and changes of large counts as they are.
    logs = np.log(values + 0.5)
    found = np.zeros(len(values), dtype=np.int64)
    periods = values.shape[1]
    for k in range(1, min(longest, periods - 4) + 1):
        step = np.diff(logs[:, : periods - k], axis=1)
        growth = np.median(step, axis=1)
        mad = 1.4826 * np.median(np.abs(step - growth[:, None]), axis=1)
        level = values[:, periods - k - 1]
        spread = np.maximum(mad, np.sqrt(2 / (level + 0.5)))
        ahead = np.arange(1, k + 1)
        missing = logs[:, periods - k - 1, None] + growth[:, None] * ahead - logs[:, periods - k :]
        short = (missing > -np.log1p(-shortfall)) & (missing > 3 * spread[:, None] * np.sqrt(ahead))
        lagging = short.all(axis=1) & (np.diff(missing, axis=1) >= 0).all(axis=1)
        found[lagging] = k
    return found


def incomplete_panel(panel: ArrayLike, *, shortfall: float = 0.15, longest: int = 3, breadth: float = 0.8) -> int:
    """Number of trailing periods in which a whole panel looks incomplete; 0 if none.

    panel: (N, T), rows that share one source and so one reporting lag. A period counts if the total looks incomplete by
    :func:`incomplete_rows` and, in that period, at least `breadth` of the rows with something to lose stand below their
    last complete period: a lag hits all rows, a real fall seldom does.
    """
    values = _panel(panel, shortfall, longest)
    k = int(incomplete_rows(values.sum(axis=0)[None], shortfall=shortfall, longest=longest)[0])
    if k == 0:
        return 0
    reference = values[:, -k - 1]
    fallen = (values[:, -k:] < reference[:, None])[reference > 0].mean(axis=0)
    spared = np.flatnonzero(fallen < breadth)
    return k if len(spared) == 0 else k - 1 - int(spared[-1])


class Stage(StrEnum):
    """Stage of an S-curve by the share of its ceiling that is reached: below 10 %, to 50 %, to 90 %, above."""

    EMERGING = "emerging"
    GROWTH = "growth"
    MATURING = "maturing"
    SATURATED = "saturated"


@dataclass(frozen=True)
class SCurve:
    """A fitted logistic curve ceiling / (1 + exp(-rate (t - midpoint))), or the reason why there is none.

    identified: False means that the data do not determine a ceiling; then ceiling, midpoint and rate are NaN, stage and
    share None, and the ceiling's interval keeps what is known (its lower end; the upper is infinite).
    share: fitted level in the last period / ceiling. years_to_midpoint: negative once it is past.
    residual_autocorrelation: first-order, of the fit; intervals are widened by (1 + ρ) / (1 - ρ) where it is positive.
    """

    identified: bool
    reason: str
    ceiling: float
    ceiling_interval: tuple[float, float]
    midpoint: float
    midpoint_interval: tuple[float, float]
    rate: float
    rate_interval: tuple[float, float]
    stage: Stage | None
    share: float | None
    years_to_midpoint: float
    residual_autocorrelation: float


def logistic_fit(t: ArrayLike, y: ArrayLike, *, level: float = 0.9, errors: Errors = "independent") -> SCurve:
    """Logistic curve K / (1 + exp(-r (t - m))) by least squares, with profile intervals, or a refusal.

    t: (T,) increasing times, y: (T,) levels >= 0, T >= 6 (7 if errors accumulate).
    errors "independent": each level is measured by itself (heights, shares, counts per period).
    errors "accumulating": y is a running total, whose errors add up; the increments are fitted. A curve fitted to a
    running total as if its points were independent looks far surer than it is. The ceiling is then the last total plus
    what the curve has still to come, so that counts before the first period do not matter.

    A parameter's interval holds all values whose profile sum of squares stays below
    SSE (1 + F₁,ₙ₋₃(level) w / (n - 3)), where n counts the fitted points and w = (1 + ρ) / (1 - ρ) allows for positive
    residual autocorrelation ρ (an approximation). K is eliminated by linear least squares; the region in (m, r) is
    found on a grid that zooms in, so that no starting value matters. It all holds **if the curve stays logistic**:
    docs/methods/growth.md tells how often real series broke out of it.

    Refusals (identified False with a reason, not an exception): the series does not grow; a straight line describes the
    data as well (AICc); the interval reaches midpoints more than two observed spans ahead, or exponential growth, which
    is the logistic with its ceiling at infinity. Raises InputError for series too short, negative or not finite.

    Source: Meyer, Yung & Ausubel (1999), A primer on logistic growth and substitution, TFSC 61; Bates & Watts (1988),
    Nonlinear regression analysis, section 6.1, for profile intervals.
    """
    if errors not in ("independent", "accumulating"):
        raise InputError(f"errors {errors!r} is neither 'independent' nor 'accumulating'")
    running = errors == "accumulating"
    times, values = _level_series(t, y, 7 if running else 6)
    _check_level(level)
    top, last = float(values.max()), float(values[-1])
    slope = float(np.polynomial.polynomial.polyfit(times - times.mean(), values, 1)[1])
    if slope * (times[-1] - times[0]) <= 1e-9 * top:
        return _refused("the series does not grow", top)

    # Time and level on the unit square: tolerances then mean the same for every series.
    origin, span = float(times[0]), float(times[-1] - times[0])
    x, z = (times - origin) / span, values / top

    def seen(curve: Floats) -> Floats:
        return np.diff(curve, axis=-1) if running else curve

    def shape(midpoint: Floats, rate: Floats) -> Floats:
        return seen(special.expit(rate[..., None] * (x - midpoint[..., None])))

    # From a curve that hardly bends over the span to one that rises within a tenth of the smallest step.
    box = (-1.0, _FURTHEST, 0.05, 100 / float(np.diff(x).min()))
    fit = _fit_shape(shape, seen(z), box)
    line = np.polynomial.Polynomial.fit(x, z, 1)(x)
    straight = _least_sse(seen(x)[None], seen(z)) if running else _floored(line - z)
    exponential = _least_sse(seen(np.exp(np.geomspace(0.01, 100, 400)[:, None] * (x - 1))), seen(z))
    n = len(seen(z))
    if _aicc(straight, n, 1 if running else 2) <= _aicc(fit.sse, n, 3):
        return _refused("a straight line describes the data as well: no bend is visible", top, fit.autocorrelation)
    region = _region(shape, seen(z), box, fit, level)
    # What is still to come, for the best curve and for each end of the region.
    ahead = special.expit(-region.second * (1 - region.first))
    low, high = region.low, region.high
    if running:
        low, high = last / top + region.low * ahead, last / top + region.high * ahead
    if region.first.max() >= _FURTHEST or exponential <= region.limit:
        reason = "growth without a visible ceiling describes the data as well"
        return _refused(reason, max(float(low.min()), 0.0) * top, fit.autocorrelation)
    to_come = float(special.expit(-fit.second * (1 - fit.first)))
    ceiling = last + fit.scale * top * to_come if running else fit.scale * top
    share = last / ceiling if running else 1 - to_come
    midpoint = origin + span * fit.first
    return SCurve(
        identified=True,
        reason="",
        ceiling=ceiling,
        ceiling_interval=(float(low.min()) * top, float(high.max()) * top),
        midpoint=midpoint,
        midpoint_interval=(origin + span * float(region.first.min()), origin + span * float(region.first.max())),
        rate=fit.second / span,
        rate_interval=(float(region.second.min()) / span, float(region.second.max()) / span),
        stage=_stage(share),
        share=share,
        years_to_midpoint=midpoint - float(times[-1]),
        residual_autocorrelation=fit.autocorrelation,
    )


@dataclass(frozen=True)
class Bass:
    """A fitted Bass diffusion curve, or the reason why there is none.

    identified: False means that the data do not determine the market; then all estimates are NaN, stage and share None.
    market: number of eventual adopters m. innovation p, imitation q: per period. peak: time of most adoptions,
    ln(q/p) / (p + q) periods after the start (the start itself if q <= p). share: adopted so far / market.
    """

    identified: bool
    reason: str
    market: float
    market_interval: tuple[float, float]
    innovation: float
    innovation_interval: tuple[float, float]
    imitation: float
    imitation_interval: tuple[float, float]
    peak: float
    peak_interval: tuple[float, float]
    stage: Stage | None
    share: float | None
    residual_autocorrelation: float


def bass_fit(adoptions: ArrayLike, *, convention: BassConvention, level: float = 0.9) -> Bass:
    """Bass diffusion curve by least squares on the adoptions per period, with profile intervals, or a refusal.

    adoptions: (T,) adoptions in periods 1 … T since the start of diffusion, >= 0, T >= 6.
    F(t) = (1 - exp(-(p+q) t)) / (1 + (q/p) exp(-(p+q) t)) is the share of the market m that has adopted by t.
    convention "increment": adoptions_i = m (F(i) - F(i-1)) (Srinivasan & Mason 1986);
    convention "density": adoptions_i = m F'(i) (Cowpertwait & Metcalfe 2009). They differ by about half a period.

    Intervals and autocorrelation as :func:`logistic_fit`. Refusals: adoptions that grow exponentially, or are constant,
    describe the data as well, or the interval reaches an innovation coefficient of zero (m unbounded).
    Raises InputError for series too short, negative or not finite.
    Source: Bass (1969), A new product growth for model consumer durables, Management Science 15.
    """
    if convention not in ("increment", "density"):
        raise InputError(f"convention {convention!r} is neither 'increment' nor 'density'")
    values = np.asarray(adoptions, dtype=np.float64)
    periods, values = _level_series(np.arange(1, values.size + 1), values, 6)
    _check_level(level)
    n, top = len(values), float(values.max())
    if top == 0:
        return _no_market("there are no adoptions")
    z = values / top

    def share(t: Floats, log_p: Floats, q: Floats) -> Floats:
        p = np.exp(log_p)[..., None]
        decay = np.exp(-(p + q[..., None]) * t)
        return np.asarray((1 - decay) / (1 + q[..., None] / p * decay))

    def shape(log_p: Floats, q: Floats) -> Floats:
        if convention == "increment":
            return np.diff(share(np.arange(n + 1.0), log_p, q), axis=-1)
        adopted, p = share(periods, log_p, q), np.exp(log_p)[..., None]
        return np.asarray((p + q[..., None] * adopted) * (1 - adopted))

    box = (_LEAST_LOG_INNOVATION, 0.0, 1e-3, 5.0)
    fit = _fit_shape(shape, z, box)
    if _aicc(_least_sse(np.ones((1, n)), z), n, 1) <= _aicc(fit.sse, n, 3):
        return _no_market("a constant flow describes the data as well", fit.autocorrelation)
    region = _region(shape, z, box, fit, level)
    exponential = _least_sse(np.exp(np.geomspace(1e-3, 5, 400)[:, None] * (periods - n)), z)
    if region.first.min() <= _LEAST_LOG_INNOVATION or exponential <= region.limit:
        return _no_market("growth without a visible ceiling describes the data as well", fit.autocorrelation)
    innovation = float(np.exp(fit.first))

    def peak(log_p: Floats, q: Floats) -> Floats:
        return np.maximum(np.log(q) - log_p, 0) / (np.exp(log_p) + q)

    peaks = peak(region.first, region.second)
    so_far = float(values.sum() / (fit.scale * top))
    return Bass(
        identified=True,
        reason="",
        market=fit.scale * top,
        market_interval=(float(region.low.min()) * top, float(region.high.max()) * top),
        innovation=innovation,
        innovation_interval=(float(np.exp(region.first.min())), float(np.exp(region.first.max()))),
        imitation=fit.second,
        imitation_interval=(float(region.second.min()), float(region.second.max())),
        peak=float(peak(np.array(fit.first), np.array(fit.second))),
        peak_interval=(float(peaks.min()), float(peaks.max())),
        stage=_stage(so_far),
        share=so_far,
        residual_autocorrelation=fit.autocorrelation,
    )


@dataclass(frozen=True)
class _Fit:
    """Best scale · shape(first, second) and its sum of squares."""

    scale: float
    first: float
    second: float
    sse: float
    autocorrelation: float


@dataclass(frozen=True, eq=False)
class _Region:
    """Grid points whose best sum of squares stays within the limit, and the range of scales at each."""

    limit: float
    first: Floats
    second: Floats
    low: Floats
    high: Floats


def _eliminated(shape: _Shape, z: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """For each (first, second): best scale >= 0, its sum of squares, and the curvature Σ shape²."""
    curves = shape(first, second)
    curvature = np.maximum((curves**2).sum(axis=-1), 1e-300)
    scale = np.maximum(curves @ z / curvature, 0)
    curves *= scale[..., None]
    curves -= z
    return scale, np.einsum("...i,...i", curves, curves), curvature


def _grid(box: _Box) -> tuple[Floats, Floats]:
    """Even steps in the first parameter, even ratios in the second."""
    first, second = np.meshgrid(np.linspace(box[0], box[1], _GRID), np.geomspace(box[2], box[3], _GRID), indexing="ij")
    return first, second


def _fit_shape(shape: _Shape, z: Floats, box: _Box) -> _Fit:
    """Global least squares: the best point of a grid, polished."""
    first, second = _grid(box)
    scale, sse, _ = _eliminated(shape, z, first, second)
    best = np.unravel_index(int(np.argmin(sse)), sse.shape)

    def residuals(p: Floats) -> Floats:
        return np.asarray(p[0] * shape(p[1], np.exp(p[2])) - z)

    start = np.array([scale[best], first[best], np.log(second[best])])
    polished = optimize.least_squares(residuals, start, x_scale="jac", max_nfev=100)
    e = polished.fun
    energy = max(float(e @ e), 1e-300)
    return _Fit(
        float(polished.x[0]),
        float(polished.x[1]),
        float(np.exp(polished.x[2])),
        _floored(e),
        float(e[1:] @ e[:-1]) / energy,
    )


def _region(shape: _Shape, z: Floats, box: _Box, fit: _Fit, level: float) -> _Region:
    """All (first, second) within the profile limit, on a grid that zooms to the region's extent."""
    n, rho = len(z), max(fit.autocorrelation, 0.0)
    limit = fit.sse * (1 + float(stats.f.ppf(level, 1, n - 3)) * (1 + rho) / (1 - rho) / (n - 3))
    best_first, best_second = np.array([fit.first]), np.array([fit.second])
    while True:
        first, second = _grid(box)
        scale, sse, curvature = _eliminated(shape, z, first, second)
        inside = sse <= limit
        a, b = np.append(first[inside], best_first), np.append(second[inside], best_second)
        step, ratio = (box[1] - box[0]) / (_GRID - 1), (box[3] / box[2]) ** (1 / (_GRID - 1))
        smaller = (
            max(box[0], float(a.min()) - step),
            min(box[1], float(a.max()) + step),
            max(box[2], float(b.min()) / ratio),
            min(box[3], float(b.max()) * ratio),
        )
        narrowed = (smaller[1] - smaller[0]) / (box[1] - box[0])
        if min(narrowed, float(np.log(smaller[3] / smaller[2]) / np.log(box[3] / box[2]))) > 0.8:
            break
        box = smaller
    best = _eliminated(shape, z, best_first, best_second)
    scales, squares, bends = (np.append(x[inside], y) for x, y in zip((scale, sse, curvature), best, strict=True))
    half = np.sqrt(np.maximum(limit - squares, 0) / bends)
    return _Region(limit, a, b, np.maximum(scales - half, 0), scales + half)


def _floored(errors: Floats) -> float:
    """Sum of squares; data that lie exactly on a curve still get an interval wider than rounding."""
    return max(float(errors @ errors), 1e-12 * len(errors))


def _least_sse(curves: Floats, z: Floats) -> float:
    """Smallest sum of squares that a multiple of one of the curves (rows) leaves."""
    scale = curves @ z / (curves**2).sum(axis=1)
    best = int(np.argmin(((scale[:, None] * curves - z) ** 2).sum(axis=1)))
    return _floored(scale[best] * curves[best] - z)


def _aicc(sse: float, n: int, parameters: int) -> float:
    """Small-sample Akaike criterion of a Gaussian fit; the error variance counts as a parameter."""
    k = parameters + 1
    return n * float(np.log(sse / n)) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def _stage(share: float) -> Stage:
    if share < 0.1:
        return Stage.EMERGING
    if share < 0.5:
        return Stage.GROWTH
    return Stage.MATURING if share < 0.9 else Stage.SATURATED


_NAN = float("nan")
_UNKNOWN = (_NAN, _NAN)


def _refused(reason: str, at_least: float, rho: float = _NAN) -> SCurve:
    known = (at_least, float("inf"))
    return SCurve(False, reason, _NAN, known, _NAN, _UNKNOWN, _NAN, _UNKNOWN, None, None, _NAN, rho)


def _no_market(reason: str, rho: float = _NAN) -> Bass:
    return Bass(False, reason, _NAN, _UNKNOWN, _NAN, _UNKNOWN, _NAN, _UNKNOWN, _NAN, _UNKNOWN, None, None, rho)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")


def _level_series(t: ArrayLike, y: ArrayLike, least: int) -> tuple[Floats, Floats]:
    times, values = np.asarray(t, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if times.ndim != 1 or times.shape != values.shape or len(times) < least:
        raise InputError(f"series have shapes {times.shape} and {values.shape}: give one length, {least} or more")
    if not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
        raise InputError("t must be finite and increase")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        place = int(np.argmax(bad))
        raise InputError(f"y is {values[place]} at t = {times[place]:g}: negative or not finite")
    return times, values


def _pair(base: ArrayLike, recent: ArrayLike) -> tuple[Floats, Floats]:
    old, new = np.asarray(base, dtype=np.float64), np.asarray(recent, dtype=np.float64)
    for name, values in (("base", old), ("recent", new)):
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            raise InputError(f"{name} value {values[place]} at {place} is negative or not finite")
    return old, new


def _panel(panel: ArrayLike, shortfall: float, longest: int) -> Floats:
    values = np.asarray(panel, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 5 or values.shape[0] == 0:
        raise InputError(f"panel has shape {values.shape}: give rows of at least 5 periods")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise InputError(f"value {values[i, j]} in row {i}, period {j} is negative or not finite")
    if not 0 < shortfall < 1 or longest < 1:
        raise InputError(f"shortfall {shortfall} must be between 0 and 1, longest {longest} at least 1")
    return values
