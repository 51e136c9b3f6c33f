"""Technology level against the leader and gap in years, from patents and publications; experts stand beside, unmixed.

A country's index in an industry is sum_c w_c x_c(t) / X_c: counts in each of the definition's fields, in units of that
field's world total over the last window, so that the definition's weights mean what they say and a large field does
not drown a small one. The level is the index over the leader's; the gap is the time distance to the leader's own past.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from majung.diagnosis.panel import CITATIONS, Panel
from majung.evidence import WORLD
from majung.evidence.lineage import Lineage, node
from majung.methods.labelled import Floats
from majung.methods.technology_level import time_gap, time_gaps
from majung.programme import Industry, Programme
from majung.programme.draws import Draws
from majung.programme.model import CodeWeight

WINDOW = 5
GAP_DRAWS = 1000
"""Draws of definition and counts behind a gap's interval: each is a whole pair of curves."""
SHOWN = 5
"""Countries with the largest index whose curves are kept for the picture, besides the programme's own."""

Series = list[tuple[str, str, str, int, float]]


def diagnose_technology(
    programme: Programme, draws: Draws, industry: Industry, panel: Panel, lineage: Lineage
) -> tuple[dict[str, Any], Series]:
    """One row of `technology` and its rows of `technology_series` (candidate, measure, country, year, index × 100).

    NaN where the definition names no code of the classification.
    """
    country, measure = programme.charter.country, panel.measure
    codes = [c for c in industry.codes_in(measure.classification) if c.code in panel.codes]
    if not codes or country not in panel.countries:
        return _unmeasured(industry.id, measure.id), []
    at = [panel.codes.index(c.code) for c in codes]
    central = np.array([c.weight for c in codes])
    covered = float(central.sum())
    central = central / covered
    recent = slice(len(panel.years) - WINDOW, None)
    scale = field_scale(panel)[at]
    present = np.nansum(panel.counts[at][:, :, recent], axis=2) / scale[:, None]
    standing = central @ present
    own, leader = panel.countries.index(country), int(np.argmax(standing))
    weights = draws.definition(industry, measure.classification)
    weights = weights[:, [k for k, c in enumerate(industry.codes_in(measure.classification)) if c in codes]]
    weights = weights / weights.sum(axis=1, keepdims=True)
    noisy = draws.counts(present[:, own] * scale, "technology", measure.id, *(c.code for c in codes)) / scale
    mine = np.einsum("sk,sk->s", weights, noisy)
    rivals = np.delete(weights @ present, own, axis=1).max(axis=1)
    low, high = np.quantile(100 * mine / np.maximum(mine, rivals), [0.05, 0.95])
    row = {
        "candidate": industry.id,
        "measure": measure.id,
        "own": 100 * float(standing[own]),
        "leader_value": 100 * float(standing[leader]),
        "leader": panel.countries[leader],
        "level": 100 * float(standing[own] / standing[leader]),
        "level_low": float(low),
        "level_high": float(high),
        "world_rank": int((standing > standing[own]).sum()) + 1,
        "countries": int((standing > 0).sum()),
        **_gap(draws, industry, panel, at, central, weights, scale, own, leader),
        "observes": "industry" if sum(c.weight for c in codes if c.observes == "industry") >= covered / 2 else "parent",
        "period": f"{panel.years[recent][0]}–{panel.years[-1]}",
    }
    order = np.argsort(-standing)[:SHOWN]
    shown = sorted({country, *(panel.countries[i] for i in order)})
    _trace(industry, panel, codes, (country, panel.countries[leader]), shown, lineage)
    curves = np.einsum("k,kcy->cy", central, panel.counts[at] / scale[:, None, None])
    series = [
        (industry.id, measure.id, name, year, 100 * float(value))
        for name in shown
        for year, value in zip(panel.years, curves[panel.countries.index(name)], strict=True)
        if np.isfinite(value)
    ]
    return row, series


def field_scale(panel: Panel) -> Floats:
    """(codes,) unit of each field: the world's total over the last window; where the source has none (citations), the
    sum over the countries that it lists."""
    recent = slice(len(panel.years) - WINDOW, None)
    world = np.nansum(panel.world[:, recent], axis=1)
    return np.asarray(np.where(world > 0, world, np.nansum(panel.counts[:, :, recent], axis=(1, 2))))


def trace_scale(panel: Panel, lineage: Lineage) -> None:
    """State what each field's unit rests on, once for all industries."""
    recent = panel.years[-WINDOW:]
    for code in panel.codes:
        rows = panel.rows([code], [WORLD], recent) or panel.rows([code], panel.countries, recent)
        lineage.rest(node("field scale", panel.measure.id, code), (), rows)


def _trace(
    industry: Industry,
    panel: Panel,
    codes: list[CodeWeight],
    pair: tuple[str, str],
    shown: list[str],
    lineage: Lineage,
) -> None:
    """Level: all countries' recent counts. Gap: the whole curves of country and leader. Series: one year's counts."""
    measure, names = panel.measure.id, [c.code for c in codes]
    common = [
        *(node("definitions", industry.id, panel.measure.classification, code) for code in names),
        *(node("field scale", measure, code) for code in names),
    ]
    level = node("technology level", industry.id, measure)
    lineage.rest(level, common, panel.rows(names, panel.countries, panel.years[-WINDOW:]))
    gap = node("technology gap", industry.id, measure)
    curves = () if panel.measure is CITATIONS else panel.years
    lineage.rest(gap, [level], panel.rows(names, pair, curves))
    lineage.rest(node("technology", industry.id, measure), [level, gap])
    for name in shown:
        for year in panel.years:
            rows = panel.rows(names, [name], [year])
            if rows:
                lineage.rest(node("technology_series", industry.id, measure, name, year), common, rows)


def _gap(
    draws: Draws,
    industry: Industry,
    panel: Panel,
    at: list[int],
    central: Floats,
    weights: Floats,
    scale: Floats,
    own: int,
    leader: int,
) -> dict[str, Any]:
    """Time distance to the leader's past; interval over smoothing windows, definition and counts."""
    pair = panel.counts[at][:, [own, leader]]
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(pair).all(axis=(0, 1)))
    if own == leader:
        return {"gap_years": 0.0, "gap_low": 0.0, "gap_high": 0.0, "gap_reached": True}
    if panel.measure is CITATIONS or whole.sum() < 8 or not whole[-8:].all():
        # Shares of the most cited exist for some years only: a level, but no curve to look back on.
        return {"gap_years": np.nan, "gap_low": np.nan, "gap_high": np.nan, "gap_reached": False}
    first = len(whole) - int(np.argmin(whole[::-1])) if not whole.all() else 0
    years = np.array(panel.years[first:])
    pair = pair[:, :, first:]
    point = time_gap(years, *np.einsum("k,kct->ct", central, pair / scale[:, None, None]))
    rng = draws.rng("gap", industry.id, panel.measure.id)
    weights = weights[:GAP_DRAWS]
    noisy = rng.gamma(pair + 0.5, size=(len(weights), *pair.shape)) / scale[:, None, None]
    curves = np.einsum("sk,skct->sct", weights, noisy)
    drawn = time_gaps(years, curves[:, 0], curves[:, 1])
    bounded = np.where(drawn.reached, drawn.years, np.inf)
    return {
        "gap_years": point.years,
        "gap_low": min(point.low, float(np.quantile(drawn.years, 0.05))),
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
