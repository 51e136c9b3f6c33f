"""Technology level against the leader and gap in years, from patents and publications; experts stand beside, unmixed.

A country's index in an industry is sum_c w_c x_c(t) / X_c: counts in each of the definition's fields, in units of that
field's world total over the last window, so that the definition's weights mean what they say and a large field does
not drown a small one. The level is the index over the leader's; the gap is the time distance to the leader's own past.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from majung.evidence.lineage import Lineage, node
from majung.methods.labelled import Floats
from majung.methods.technology_level import time_gap
from majung.programme import Industry, Programme
from majung.programme.draws import Draws

WORLD = "WLD"
WINDOW = 5
GAP_DRAWS = 200
"""Draws of definition and counts behind a gap's interval: each is a whole pair of curves."""


@dataclass(frozen=True)
class Measure:
    """A count of a country's technology output: where it is found and how it is called."""

    id: str
    table: str
    measure: str
    classification: str


PATENTS = Measure("patents", "patents", "families", "wipo35")
PUBLICATIONS = Measure("publications", "publications", "articles", "se14")
CITATIONS = Measure("citations", "publications", "top1pct", "se14")


@dataclass(frozen=True)
class Panel:
    """Counts by code, country and year, with the rows they come from.

    counts: (codes, countries, years), NaN where there is none; the world is its own entry `world` (codes, years).
    """

    codes: tuple[str, ...]
    countries: tuple[str, ...]
    years: tuple[int, ...]
    counts: Floats
    world: Floats
    rows: dict[str, tuple[int, ...]]


def panel(programme: Programme, measure: Measure) -> Panel:
    """The measure's counts up to the cut year.

    Citations are articles × share in the world's top 1 %: a count of top-cited articles, for the years with a share.
    """
    frame = _frame(programme, measure)
    codes = tuple(sorted(frame["code"].unique()))
    years = tuple(range(int(frame["year"].min()), int(frame["year"].max()) + 1))
    countries = tuple(sorted(set(frame["country"]) - {WORLD}))
    cube = (
        frame.set_index(["code", "country", "year"])["value"]
        .reindex(pd.MultiIndex.from_product([codes, (*countries, WORLD), years]))
        .to_numpy(dtype=float)
        .reshape(len(codes), len(countries) + 1, len(years))
    )
    rows = {str(code): tuple(map(int, lines)) for code, lines in frame.groupby("code")["row"]}
    return Panel(codes, countries, years, cube[:, :-1], cube[:, -1], rows)


def _frame(programme: Programme, measure: Measure) -> pd.DataFrame:
    frame = programme.select(
        measure.table, classification=measure.classification, measure=measure.measure
    ).reset_index()
    if measure is CITATIONS:
        articles = programme.select(measure.table, classification=measure.classification, measure=PUBLICATIONS.measure)
        frame = frame.merge(articles[["code", "country", "year", "value"]], on=["code", "country", "year"])
        frame["value"] = frame["value_x"] * frame["value_y"] / 100
    return frame[["code", "country", "year", "value", "row"]]


def diagnose_technology(
    programme: Programme, draws: Draws, industry: Industry, measure: Measure, counts: Panel, lineage: Lineage
) -> tuple[dict[str, Any], list[tuple[str, str, str, int, float]]]:
    """One row of `technology` and its rows of `technology_series` (candidate, measure, country, year, index × 100).

    NaN where the definition names no code of the classification.
    """
    country = programme.charter.country
    key = node("technology", industry.id, measure.id)
    codes = [c for c in industry.codes_in(measure.classification) if c.code in counts.codes]
    if not codes or country not in counts.countries:
        return _unmeasured(industry.id, measure.id), []
    at = [counts.codes.index(c.code) for c in codes]
    central = np.array([c.weight for c in codes])
    recent = slice(len(counts.years) - WINDOW, None)
    # The scale of each field: its world total over the window; for citations the sum over countries with a share.
    scale = np.nansum(counts.world[at][:, recent], axis=1)
    scale = np.where(scale > 0, scale, np.nansum(counts.counts[at][:, :, recent], axis=(1, 2)))
    present = np.nansum(counts.counts[at][:, :, recent], axis=2)
    standing = (central / central.sum()) @ (present / scale[:, None])
    own = counts.countries.index(country)
    leader = int(np.argmax(standing))
    weights = draws.definition(industry, measure.classification)
    weights = weights[:, [k for k, c in enumerate(industry.codes_in(measure.classification)) if c in codes]]
    weights = weights / weights.sum(axis=1, keepdims=True)
    noisy = draws.counts(present[:, own], "technology", measure.id, *(c.code for c in codes)) / scale
    mine = np.einsum("sk,sk->s", weights, noisy)
    rivals = np.delete(weights @ (present / scale[:, None]), own, axis=1).max(axis=1)
    levels = 100 * mine / np.maximum(mine, rivals)
    series = np.einsum("k,kcy->cy", central / central.sum(), counts.counts[at] / scale[:, None, None])
    row = {
        "candidate": industry.id,
        "measure": measure.id,
        "own": 100 * float(standing[own]),
        "leader_value": 100 * float(standing[leader]),
        "leader": counts.countries[leader],
        "level": 100 * float(standing[own] / standing[leader]),
        "level_low": float(np.quantile(levels, 0.05)),
        "level_high": float(np.quantile(levels, 0.95)),
        "world_rank": int((standing > standing[own]).sum()) + 1,
        "countries": int((standing > 0).sum()),
        **_gap(draws, industry, measure, counts, at, central / central.sum(), weights, scale, own, leader),
        "observes": "industry"
        if sum(c.weight for c in codes if c.observes == "industry") >= 0.5 * central.sum()
        else "parent",
        "period": f"{counts.years[recent][0]}–{counts.years[-1]}",
    }
    lineage.rest(key, [node("definitions", industry.id, measure.classification, c.code) for c in codes])
    lineage.rest(key, [node("panel", measure.id, c.code) for c in codes])
    shown = sorted({country, *(counts.countries[i] for i in np.argsort(-standing)[:5])})
    rows = [
        (industry.id, measure.id, name, year, 100 * float(value))
        for name in shown
        for year, value in zip(counts.years, series[counts.countries.index(name)], strict=True)
        if np.isfinite(value)
    ]
    for _, _, name, year, _ in rows:
        lineage.rest(node("technology_series", industry.id, measure.id, name, year), [key])
    return row, rows


def _gap(
    draws: Draws,
    industry: Industry,
    measure: Measure,
    counts: Panel,
    at: list[int],
    central: Floats,
    weights: Floats,
    scale: Floats,
    own: int,
    leader: int,
) -> dict[str, Any]:
    """Time distance to the leader's past; interval over smoothing windows, definition and counts."""
    pair = counts.counts[at][:, [own, leader]]
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(pair).all(axis=(0, 1)))
    if own == leader:
        return {"gap_years": 0.0, "gap_low": 0.0, "gap_high": 0.0, "gap_reached": True}
    if measure is CITATIONS or whole.sum() < 8 or not whole[-8:].all():
        # Shares of the most cited exist for some years only: a level, but no curve to look back on.
        return {"gap_years": np.nan, "gap_low": np.nan, "gap_high": np.nan, "gap_reached": False}
    first = len(whole) - int(np.argmin(whole[::-1])) if not whole.all() else 0
    years = np.array(counts.years[first:])
    pair = pair[:, :, first:]
    point = time_gap(years, *np.einsum("k,kct->ct", central, pair / scale[:, None, None]))
    rng = draws.rng("gap", industry.id, measure.id)
    noisy = rng.gamma(pair + 0.5, size=(GAP_DRAWS, *pair.shape)) / scale[:, None, None]
    curves = np.einsum("sk,skct->sct", weights[:GAP_DRAWS], noisy)
    found = [time_gap(years, *curve) for curve in curves]
    gaps = np.array([g.years for g in found])
    bounded = np.array([g.years if g.reached else np.inf for g in found])
    return {
        "gap_years": point.years,
        "gap_low": min(point.low, float(np.quantile(gaps, 0.05))),
        "gap_high": max(point.high, float(np.quantile(bounded, 0.95, method="higher"))),
        "gap_reached": point.reached,
    }


def _unmeasured(candidate: str, measure: str) -> dict[str, Any]:
    numbers = ("own", "leader_value", "level", "level_low", "level_high", "gap_years", "gap_low", "gap_high")
    return {
        "candidate": candidate,
        "measure": measure,
        **dict.fromkeys(numbers, np.nan),
        "leader": "",
        "world_rank": 0,
        "countries": 0,
        "gap_reached": False,
        "observes": "",
        "period": "",
    }
