"""Criterion (a), direction of private investment: where does private money go, and is it going there faster?

Public venture figures by technology exist for China and the USA only: a signal of the world's direction, not of the
country's own investment, and every indicator says so. What the country's own investors do is asked for in
`own_venture`, which few industries can answer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from majung.discovery.observation import Observation, Question, rows_of, span, sum_by_code, windows
from majung.methods.growth import growth_ratio
from majung.methods.labelled import Floats

NORMAL_95 = 1.959964


def venture_level(question: Question) -> Observation:
    """Venture capital in the vertical, USD m a year: mean of the last `recent_years`, sum of the countries observed."""
    frame = question.select("investment", measure="usd_m")
    late, _ = windows(int(frame["year"].max()), question.recent_years(3))
    frame = frame[frame["year"].isin(late)]
    codes = tuple(sorted(frame["code"].unique()))
    values = _sum_countries(frame, codes, late) / len(late)
    return Observation(
        codes=codes,
        values=values,
        draws=values * _revisions(question, len(codes), len(late), "level"),
        rows=tuple(rows_of({"investment": frame[frame["code"] == code]}) for code in codes),
        common_rows={},
        place="other_country",
        period=span(late),
    )


def venture_momentum(question: Question) -> Observation:
    """Venture capital in the vertical: mean of the last `recent_years` years over the mean of the years before them.

    Shrunken by `prior` USD m a year on both sides, so that an empty base is not infinite growth.
    """
    frame = question.select("investment", measure="usd_m")
    late, early = windows(int(frame["year"].max()), question.recent_years(3))
    frame = frame[frame["year"].isin([*late, *early])]
    codes = tuple(sorted(frame["code"].unique()))
    recent, base = (_sum_countries(frame, codes, years) / len(years) for years in (late, early))
    prior = question.parameter("prior", 50.0)
    noisy_recent = recent * _revisions(question, len(codes), len(late), "late")
    noisy_base = base * _revisions(question, len(codes), len(early), "early")
    return Observation(
        codes=codes,
        values=_ratio(base, recent, prior=prior),
        draws=_ratio(noisy_base, noisy_recent, prior=prior),
        rows=tuple(rows_of({"investment": frame[frame["code"] == code]}) for code in codes),
        common_rows={},
        place="other_country",
        period=span(late, early),
    )


def venture_firms(question: Question) -> Observation:
    """Venture-backed firms by industry code, late window over early, all codes = 1; shrunken by `prior` firms."""
    frame = question.select("investment", measure="firms")
    late, early = windows(int(frame["year"].max()), question.recent_years(3))
    frame = frame[frame["year"].isin([*late, *early])]
    everything = tuple(sorted(frame["code"].unique()))
    growing, before = (float(np.nansum(sum_by_code(frame, everything, years))) for years in (late, early))
    tide = growing / before
    codes = tuple(code for code in everything if code in question.used)
    recent, base = (sum_by_code(frame, codes, years) for years in (late, early))
    prior = question.parameter("prior", 5.0)
    noisy = question.draws.counts(np.stack([base, recent]), question.spec.id)
    return Observation(
        codes=codes,
        values=_ratio(base, recent / tide, prior=prior),
        draws=_ratio(noisy[:, 0], noisy[:, 1] / tide, prior=prior),
        rows=tuple(rows_of({"investment": frame[frame["code"] == code]}) for code in codes),
        common_rows=rows_of({"investment": frame}),
        place="other_country",
        period=span(late, early),
    )


def own_venture(question: Question) -> Observation:
    """The country's own new venture investment in the sector, late window over early, all sectors = 1."""
    frame = question.select("investment", country=question.country, measure="krw_100m")
    late, early = windows(int(frame["year"].max()), question.recent_years(2))
    frame = frame[frame["year"].isin([*late, *early])]
    total, parts = frame[frame["code"] == "all"], frame[frame["code"] != "all"]
    codes = tuple(sorted(parts["code"].unique()))
    recent, base = (sum_by_code(parts, codes, years) for years in (late, early))
    # NaN, hence "not measured", unless the total too has every year of both periods.
    tide = float(sum_by_code(total, ["all"], late)[0] / sum_by_code(total, ["all"], early)[0])
    values = recent / base / tide
    revised = _revisions(question, len(codes), len(late), "late") / _revisions(
        question, len(codes), len(early), "early"
    )
    return Observation(
        codes=codes,
        values=values,
        draws=values * revised,
        rows=tuple(rows_of({"investment": parts[parts["code"] == code]}) for code in codes),
        common_rows=rows_of({"investment": total}),
        place="own",
        period=span(late, early),
    )


def _sum_countries(frame: pd.DataFrame, codes: tuple[str, ...], years: range) -> Floats:
    """Sum over years and countries, treating a code as missing if any country lacks a year."""
    return np.asarray(np.sum([sum_by_code(part, codes, years) for _, part in frame.groupby("country")], axis=0))


def _ratio(base: Floats, recent: Floats, *, prior: float) -> Floats:
    """The shrunken growth ratio where both periods are known, NaN elsewhere."""
    known = np.isfinite(base) & np.isfinite(recent)
    ratio = growth_ratio(np.where(known, base, 0.0), np.where(known, recent, 0.0), prior=prior)
    return np.where(known, ratio, np.nan)


def _revisions(question: Question, codes: int, years: int, period: str) -> Floats:
    """(samples, codes) lognormal errors of a mean over `years`: vintages of one figure differ by up to `revision`.

    The largest factor seen between two editions of the same year's total (1.7 in the founding evidence) is taken as
    the half-width of a 95 % interval of a single year; years are revised independently.
    """
    sigma = np.log(question.parameter("revision", 1.7)) / NORMAL_95 / np.sqrt(years)
    rng = question.draws.rng(question.spec.id, "revision", period)
    return np.asarray(np.exp(rng.normal(0.0, sigma, size=(question.draws.samples, codes))))
