"""Growth: shrunken growth ratios with intervals, incomplete last periods, and S-curves that may refuse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from majung.methods.labelled import Floats, InputError


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
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")
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
    share: fitted value in the last period / ceiling. years_to_midpoint: negative once it is past.
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


def logistic_fit(t: ArrayLike, y: ArrayLike, *, level: float = 0.9) -> SCurve:
    """Logistic curve K / (1 + exp(-r (t - m))) by least squares, with profile intervals, or a refusal.

    t: (T,) increasing times, y: (T,) levels >= 0 (a stock, a cumulative count, a penetration), T >= 6.

    A parameter's interval holds all values whose profile sum of squares stays below
    SSE (1 + F₁,T₋₃(level) w / (T - 3)), where w = (1 + ρ) / (1 - ρ) allows for positive residual autocorrelation ρ (an
    approximation). K is eliminated by linear least squares; the region in (m, r) is found on a grid that zooms in, so
    that no starting value matters.

    Refusals (identified False with a reason, not an exception): the series does not grow; a straight line describes the
    data as well (AICc); the interval reaches midpoints more than two observed spans ahead, or exponential growth, which
    is the logistic with its ceiling at infinity. Raises InputError for series too short, negative or not finite.

    Source: Meyer, Yung & Ausubel (1999), A primer on logistic growth and substitution, TFSC 61; Bates & Watts (1988),
    Nonlinear regression analysis, section 6.1, for profile intervals.
    """
    times, values = _level_series(t, y)
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")
    n, top = len(times), float(values.max())
    centred = times - times.mean()
    slope, middle = np.polynomial.polynomial.polyfit(centred, values, 1)[::-1]
    if slope * (times[-1] - times[0]) <= 1e-9 * top:
        return _refused("the series does not grow", top)

    # Time and level on the unit square: tolerances then mean the same for every series.
    origin, span = times[0], times[-1] - times[0]
    x, z = (times - origin) / span, values / top

    def residuals(p: Floats) -> Floats:
        return np.asarray(p[0] * special.expit(p[2] * (x - p[1])) - z)

    fit = optimize.least_squares(residuals, _best_start(x, z), x_scale="jac", max_nfev=500)
    sse, errors = 2 * float(fit.cost), fit.fun
    energy = float((errors**2).sum())
    rho = float(errors[1:] @ errors[:-1]) / energy if energy > 0 else 0.0
    line_sse = float(((middle + slope * centred - values) ** 2).sum()) / top**2
    # Data that lie exactly on a curve still get an interval wider than rounding.
    floor = 1e-12 * n
    if _aicc(max(line_sse, floor), n, 2) <= _aicc(max(sse, floor), n, 3):
        return _refused("a straight line describes the data as well: no bend is visible", top, rho)
    width = (1 + max(rho, 0.0)) / (1 - max(rho, 0.0))
    limit = max(sse, floor) * (1 + float(stats.f.ppf(level, 1, n - 3)) * width / (n - 3))
    region = _region(x, z, limit, fit.x[1:])
    low, high = region.ceiling[0] * top, region.ceiling[1] * top
    if region.midpoint[1] >= _FURTHEST or _exponential_sse(x, z) <= limit:
        return _refused("growth without a visible ceiling describes the data as well", low, rho)
    ceiling, midpoint, rate = float(fit.x[0]) * top, origin + span * float(fit.x[1]), float(fit.x[2]) / span
    share = 1 / (1 + float(np.exp(-rate * (times[-1] - midpoint))))
    return SCurve(
        identified=True,
        reason="",
        ceiling=ceiling,
        ceiling_interval=(low, high),
        midpoint=midpoint,
        midpoint_interval=(origin + span * region.midpoint[0], origin + span * region.midpoint[1]),
        rate=rate,
        rate_interval=(region.rate[0] / span, region.rate[1] / span),
        stage=_stage(share),
        share=share,
        years_to_midpoint=midpoint - float(times[-1]),
        residual_autocorrelation=rho,
    )


_FURTHEST = 3.0
"""Latest midpoint looked at: two spans after the last observation, on the unit time scale."""

_GRID = 81


@dataclass(frozen=True)
class _Region:
    ceiling: tuple[float, float]
    midpoint: tuple[float, float]
    rate: tuple[float, float]


def _eliminated(x: Floats, z: Floats, midpoints: Floats, rates: Floats) -> tuple[Floats, Floats, Floats]:
    """For each (midpoint, rate): best ceiling >= 0, its sum of squares, and the curvature Σ shape²."""
    shape = special.expit(rates[..., None] * (x - midpoints[..., None]))
    curvature = np.maximum((shape**2).sum(axis=-1), 1e-300)
    ceiling = shape @ z / curvature
    sse = ((ceiling[..., None] * shape - z) ** 2).sum(axis=-1)
    return ceiling, sse, curvature


def _box_grid(box: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """Grid over midpoints (even steps) and rates (even ratios)."""
    midpoints, rates = np.meshgrid(
        np.linspace(box[0], box[1], _GRID), np.geomspace(box[2], box[3], _GRID), indexing="ij"
    )
    return midpoints, rates


def _whole_box(x: Floats) -> tuple[float, float, float, float]:
    # From a curve that hardly bends over the span to one that rises within a tenth of the smallest step.
    return -1.0, _FURTHEST, 0.05, 100 / float(np.diff(x).min())


def _best_start(x: Floats, z: Floats) -> Floats:
    midpoints, rates = _box_grid(_whole_box(x))
    ceiling, sse, _ = _eliminated(x, z, midpoints, rates)
    best = np.unravel_index(int(np.argmin(sse)), sse.shape)
    return np.array([ceiling[best], midpoints[best], rates[best]])


def _region(x: Floats, z: Floats, limit: float, best: Floats) -> _Region:
    """Extent of {sum of squares <= limit} in ceiling, midpoint and rate."""
    box = _whole_box(x)
    for _ in range(60):
        midpoints, rates = _box_grid(box)
        inside = _eliminated(x, z, midpoints, rates)[1] <= limit
        step, ratio = (box[1] - box[0]) / (_GRID - 1), (box[3] / box[2]) ** (1 / (_GRID - 1))
        m = np.append(midpoints[inside], best[0])
        r = np.append(rates[inside], best[1])
        smaller = (
            max(box[0], float(m.min()) - step),
            min(box[1], float(m.max()) + step),
            max(box[2], float(r.min()) / ratio),
            min(box[3], float(r.max()) * ratio),
        )
        shrunk = (
            (smaller[1] - smaller[0]) / (box[1] - box[0]),
            np.log(smaller[3] / smaller[2]) / np.log(box[3] / box[2]),
        )
        box = smaller
        if min(shrunk) > 0.9:
            break
    midpoints, rates = _box_grid(box)
    ceiling, sse, curvature = _eliminated(x, z, midpoints, rates)
    inside = sse <= limit
    best_ceiling, best_sse, best_curvature = _eliminated(x, z, best[:1], best[1:])
    k = np.append(ceiling[inside], best_ceiling)
    half = np.sqrt(
        np.maximum(limit - np.append(sse[inside], best_sse), 0) / np.append(curvature[inside], best_curvature)
    )
    m, r = np.append(midpoints[inside], best[0]), np.append(rates[inside], best[1])
    return _Region(
        (float((k - half).min()), float((k + half).max())),
        (float(m.min()), float(m.max())),
        (float(r.min()), float(r.max())),
    )


def _exponential_sse(x: Floats, z: Floats) -> float:
    """Sum of squares of the best exponential a exp(r x), r > 0."""
    rates = np.geomspace(0.01, 100, 400)
    shape = np.exp(rates[:, None] * (x - 1))
    scale = shape @ z / (shape**2).sum(axis=1)
    return float(((scale[:, None] * shape - z) ** 2).sum(axis=1).min())


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


def _refused(reason: str, at_least: float, rho: float = float("nan")) -> SCurve:
    nan, unknown = float("nan"), (float("nan"), float("nan"))
    return SCurve(
        identified=False,
        reason=reason,
        ceiling=nan,
        ceiling_interval=(at_least, float("inf")),
        midpoint=nan,
        midpoint_interval=unknown,
        rate=nan,
        rate_interval=unknown,
        stage=None,
        share=None,
        years_to_midpoint=nan,
        residual_autocorrelation=rho,
    )


def _level_series(t: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    times, values = np.asarray(t, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if times.ndim != 1 or times.shape != values.shape or len(times) < 6:
        raise InputError(
            f"t and y have shapes {times.shape} and {values.shape}: give two series of one length, 6 or more"
        )
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
