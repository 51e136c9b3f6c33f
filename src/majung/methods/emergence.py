"""Emergence: the score of Porter et al. (2018) with its eligibility rules, and the label of exceptional growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from majung.methods.labelled import Floats, InputError

BASE_PERIODS, ACTIVE_PERIODS = 3, 7


@dataclass(frozen=True, eq=False)
class Emergence:
    """Emergence of N topics.

    score: (N,) 2 active_trend + recent_trend + slope; low, high: its interval.
    eligible: (N,) whether all rules are met; failed: per topic the rules that are not, in words.
    """

    score: Floats
    low: Floats
    high: Floats
    active_trend: Floats
    recent_trend: Floats
    slope: Floats
    eligible: NDArray[np.bool_]
    failed: tuple[tuple[str, ...], ...]


def emergence_score(
    counts: ArrayLike, totals: ArrayLike, *, author_sets: ArrayLike | None = None, level: float = 0.9
) -> Emergence:
    """Emergence score of each topic over 3 base and 7 active periods.

    counts: (N, 10) records of each topic, totals: (10,) records of the whole data set, > 0 in the active periods.
    author_sets: (N,) unconnected author groups behind each topic; None if unknown (then the rule is not asked).

    With c and T the counts and totals of active periods 1 … 7:
    active trend = Σc₅₆₇ / Σ√T₅₆₇ - Σc₁₂₃ / Σ√T₁₂₃
    recent trend = 10 [Σc₆₇ / Σ√T₆₇ - Σc₄₅ / Σ√T₄₅]
    slope        = 10 [c₇ / √T₇ - c₄ / √T₄] / 3
    score        = 2 active trend + recent trend + slope

    Eligible: at least 7 records; more than twice as many active as base records (none in the base is enough); less than
    15 % of the base records of the data set; more than one author set. The score is linear in the counts, so that its
    interval at `level` follows from Poisson variances (normal approximation, totals taken as known).

    The score is not free of scale: doubling all counts and totals multiplies it by √2. Compare within one data set.

    Source: Porter, Garner, Carley & Newman (2018), Emergence scoring to identify frontier R&D topics and key players,
    TFSC 146; Carley, Newman, Porter & Garner (2018), An indicator of technical emergence, Scientometrics 115.
    """
    values, whole = np.asarray(counts, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    periods = BASE_PERIODS + ACTIVE_PERIODS
    if values.ndim != 2 or values.shape[1] != periods or whole.shape != (periods,):
        raise InputError(
            f"counts have shape {values.shape}, totals {whole.shape}: give (topics, {periods}) and ({periods},), "
            f"{BASE_PERIODS} base periods before {ACTIVE_PERIODS} active ones"
        )
    for name, array in (("count", values), ("total", whole)):
        bad = ~np.isfinite(array) | (array < 0)
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            raise InputError(f"{name} {array[place]} at {place} is negative or not finite")
    if (values > whole).any():
        i, j = np.argwhere(values > whole)[0]
        raise InputError(f"topic {i} has {values[i, j]:g} records in period {j}, the whole data set only {whole[j]:g}")
    if (whole[BASE_PERIODS:] == 0).any():
        raise InputError("the data set has no records in an active period")
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")

    root = np.sqrt(whole[BASE_PERIODS:])
    weights = np.zeros((3, periods))
    active, recent, slope = weights[:, BASE_PERIODS:]
    active[4:7], active[0:3] = 1 / root[4:7].sum(), -1 / root[0:3].sum()
    recent[5:7], recent[3:5] = 10 / root[5:7].sum(), -10 / root[3:5].sum()
    slope[6], slope[3] = 10 / root[6] / 3, -10 / root[3] / 3
    parts = values @ weights.T
    combined = np.array([2.0, 1.0, 1.0]) @ weights
    score = values @ combined
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(values @ combined**2)

    base, later = values[:, :BASE_PERIODS].sum(axis=1), values[:, BASE_PERIODS:].sum(axis=1)
    rules = {
        "fewer than 7 records": base + later < 7,
        "active records not more than twice the base": later <= 2 * base,
        "15 % or more of the base records": (base > 0) & (base >= 0.15 * whole[:BASE_PERIODS].sum()),
    }
    if author_sets is not None:
        sets = np.asarray(author_sets, dtype=np.float64)
        if sets.shape != (len(values),):
            raise InputError(f"author_sets have shape {sets.shape} for {len(values)} topics")
        rules["one author set only"] = ~(sets > 1)
    broken = np.stack([np.asarray(hit, dtype=np.bool_) for hit in rules.values()], axis=1)
    failed = tuple(tuple(rule for rule, hit in zip(rules, row, strict=True) if hit) for row in broken)
    return Emergence(
        score,
        score - half,
        score + half,
        parts[:, 0],
        parts[:, 1],
        parts[:, 2],
        np.asarray(~broken.any(axis=1)),
        failed,
    )


def exceptional_growth(shares: ArrayLike, at: int, ahead: int, *, rate: float = 0.08) -> NDArray[np.bool_]:
    """Label for backtests: did the share grow by more than `rate` a year beyond its peak so far?

    shares: (N, T) share of each topic in the whole per year, > 0 somewhere up to `at`; at: column of the origin, ahead:
    horizon in columns. With a peak share P in column p up to `at`: true where
    (share[at + ahead] / P) ** (1 / (at + ahead - p)) > 1 + rate. The latest of equal peaks counts. A topic that has had
    no share so far has no label: InputError names it.

    Source: Klavans, Boyack & Murdick (2020), A novel approach to predicting exceptional growth in research, PLOS ONE.
    """
    values = np.asarray(shares, dtype=np.float64)
    if values.ndim != 2 or not 0 <= at < at + ahead < values.shape[1]:
        raise InputError(f"columns {at} and {at} + {ahead} do not lie in shares of shape {values.shape}")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise InputError(f"share {values[i, j]} of topic {i} in column {j} is negative or not finite")
    past = values[:, : at + 1]
    peak = at - np.argmax(past[:, ::-1], axis=1)
    height = past[np.arange(len(past)), peak]
    if (height == 0).any():
        raise InputError(f"topic {int(np.argmin(height))} has no share up to column {at}: leave it out")
    return np.asarray((values[:, at + ahead] / height) ** (1 / (at + ahead - peak)) > 1 + rate)
