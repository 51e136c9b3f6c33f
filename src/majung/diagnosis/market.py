"""Market situation, as far as it is measured: size, growth, world share, concentration, import dependence, stage.

National accounts know parent sectors, not new industries: every figure says so, and what is not measured is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from majung.diagnosis.panel import PATENTS, VALUE_ADDED, Panel
from majung.evidence import WORLD
from majung.evidence.lineage import Lineage, node
from majung.methods.concentration import hhi_bounds
from majung.methods.growth import logistic_fit
from majung.methods.labelled import Floats
from majung.programme import Industry, Programme
from majung.programme.draws import Draws

SPAN = 5
"""Years over which growth and change of share are measured."""

MEASURES = (
    "size",
    "own_size",
    "growth",
    "own_growth",
    "world_share",
    "leader_share",
    "share_change",
    "concentration",
    "import_dependence",
    "stage",
)


@dataclass(frozen=True)
class Imports:
    """Imports' share of the supply (output + imports) of each input-output sector in one year."""

    share: Mapping[str, float]
    year: int


def read_imports(programme: Programme, lineage: Lineage) -> Imports:
    """Import shares from the latest input-output table; states their source rows as nodes `import share/…`."""
    frame = programme.select("input_output", country=programme.charter.country)
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year]
    imports = frame[(frame["use"] == "imports") & (frame["column"] != "GO")].groupby("row")["value"].sum()
    output = frame[(frame["use"] == "primary") & (frame["row"] == "GO")].set_index("column")["value"]
    for sector in output.index:
        used = frame[
            ((frame["use"] == "imports") & (frame["row"] == sector))
            | ((frame["row"] == "GO") & (frame["column"] == sector))
        ]
        lineage.rest(node("import share", sector), (), {"input_output": tuple(map(int, used.index))})
    supply = output + imports.reindex(output.index).fillna(0.0)
    shares = (imports.reindex(output.index).fillna(0.0) / supply)[supply > 0]
    return Imports({str(sector): float(share) for sector, share in shares.items()}, year)


def diagnose_market(
    programme: Programme,
    draws: Draws,
    industry: Industry,
    value_added: Panel,
    imports: Imports,
    patents: Panel,
    lineage: Lineage,
) -> tuple[list[dict[str, Any]], list[tuple[str, str, int, float]]]:
    """Rows of `market` and of `market_series` (candidate, country, year, value added of the parent sectors in USD m).

    value_added: by KTI industry. patents: by technology field, for the stage.
    """
    rows = {measure: _row(industry.id, measure) for measure in MEASURES}
    series: list[tuple[str, str, int, float]] = []
    if any(c.code in value_added.codes for c in industry.codes_in(VALUE_ADDED.classification)):
        series = _from_value_added(programme, draws, industry, value_added, rows, lineage)
    _import_dependence(draws, industry, imports, rows["import_dependence"], lineage)
    _stage(industry, patents, rows["stage"], lineage)
    return list(rows.values()), series


def _from_value_added(
    programme: Programme,
    draws: Draws,
    industry: Industry,
    seen: Panel,
    rows: dict[str, dict[str, Any]],
    lineage: Lineage,
) -> list[tuple[str, str, int, float]]:
    country = programme.charter.country
    every = industry.codes_in(VALUE_ADDED.classification)
    codes = [c for c in every if c.code in seen.codes]
    at = [seen.codes.index(c.code) for c in codes]
    own = seen.countries.index(country)
    last, before = len(seen.years) - 1, len(seen.years) - 1 - SPAN
    weights = draws.definition(industry, VALUE_ADDED.classification)[:, [k for k, c in enumerate(every) if c in codes]]
    weights = weights / weights.sum(axis=1, keepdims=True)
    central = np.array([c.weight for c in codes])
    central = central / central.sum()
    value, world = seen.counts[at], seen.world[at]
    share = value / world[:, None]
    observes = "industry" if sum(c.weight for c in codes if c.observes == "industry") >= 0.5 else "parent"
    period, change = str(seen.years[last]), f"{seen.years[before]}–{seen.years[last]}"

    def weighted(measure: str, by_code: Floats, unit: str, when: str) -> None:
        drawn = weights @ by_code
        low, high = np.quantile(drawn, [0.05, 0.95])
        _fill(rows[measure], float(central @ by_code), float(low), float(high), unit, observes, when)

    # Sizes add up over the parent sectors themselves: a definition's weights are shares of the industry, not of them.
    for measure, total in (("size", world[:, last].sum()), ("own_size", value[:, own, last].sum())):
        _fill(rows[measure], float(total) / 1000, np.nan, np.nan, "USD bn", observes, period)
    weighted("growth", _annual(world[:, before], world[:, last]), "%", change)
    weighted("own_growth", _annual(value[:, own, before], value[:, own, last]), "%", change)
    weighted("world_share", 100 * share[:, own, last], "%", period)
    weighted("share_change", 100 * (share[:, own, last] - share[:, own, before]), "pp", change)
    standing = central @ np.nan_to_num(share[:, :, last])
    leader = int(np.argmax(standing))
    weighted("leader_share", 100 * np.nan_to_num(share[:, leader, last]), "%", period)
    rows["leader_share"]["country"] = seen.countries[leader]
    listed = standing / max(1.0, float(standing.sum()))
    bounds = hhi_bounds(listed)
    _fill(rows["concentration"], float((listed**2).sum()), bounds.low, bounds.high, "HHI 0–1", observes, period)
    shown = sorted({country, *(seen.countries[i] for i in np.argsort(-standing)[:5])})
    series = [
        (industry.id, name, year, float(total))
        for name in shown
        for year, total in zip(seen.years, value[:, seen.countries.index(name)].sum(axis=0), strict=True)
        if np.isfinite(total)
    ]
    _trace_value_added(industry, seen, [c.code for c in codes], country, shown, lineage)
    return series


def _annual(before: Floats, last: Floats) -> Floats:
    """Growth a year in per cent over SPAN years; NaN where the base is nought or missing."""
    ratio = np.divide(last, before, out=np.full_like(last, np.nan), where=before > 0)
    return np.asarray(100 * (ratio ** (1 / SPAN) - 1))


def _trace_value_added(
    industry: Industry, seen: Panel, codes: list[str], country: str, shown: list[str], lineage: Lineage
) -> None:
    """What each figure rests on: its countries and years, and the definition."""
    last, both = [seen.years[-1]], [seen.years[-1 - SPAN], seen.years[-1]]
    rests = {
        "size": ([WORLD], last),
        "own_size": ([country], last),
        "growth": ([WORLD], both),
        "own_growth": ([country], both),
        "world_share": ([country, WORLD], last),
        "share_change": ([country, WORLD], both),
        # Which country leads, and how concentrated the market is, depends on all.
        "leader_share": ([*seen.countries, WORLD], last),
        "concentration": ([*seen.countries, WORLD], last),
    }
    definitions = [node("definitions", industry.id, VALUE_ADDED.classification, code) for code in codes]
    for measure, (countries, years) in rests.items():
        lineage.rest(node("market", industry.id, measure), definitions, seen.rows(codes, countries, years))
    for name in shown:
        for year in seen.years:
            lineage.rest(node("market_series", industry.id, name, year), definitions, seen.rows(codes, [name], [year]))


def _import_dependence(draws: Draws, industry: Industry, seen: Imports, row: dict[str, Any], lineage: Lineage) -> None:
    every = industry.codes_in("wiod56")
    codes = [c for c in every if c.code in seen.share]
    if not codes:
        return
    shares = np.array([seen.share[c.code] for c in codes])
    weights = draws.definition(industry, "wiod56")[:, [k for k, c in enumerate(every) if c in codes]]
    drawn = 100 * (weights / weights.sum(axis=1, keepdims=True)) @ shares
    central = np.array([c.weight for c in codes])
    low, high = np.quantile(drawn, [0.05, 0.95])
    value = 100 * float(central @ shares / central.sum())
    _fill(row, value, float(low), float(high), "%", "parent", str(seen.year))
    key = node("market", industry.id, "import_dependence")
    lineage.rest(key, [node("import share", c.code) for c in codes])
    lineage.rest(key, [node("definitions", industry.id, "wiod56", c.code) for c in codes])


def _stage(industry: Industry, patents: Panel, row: dict[str, Any], lineage: Lineage) -> None:
    """Share of its logistic ceiling that the world's yearly patenting has reached, or why that cannot be told.

    Yearly, not cumulative: the series begins in 1998, and a total counted from there bends by construction. Each field
    counts in units of its own total.
    """
    codes = [c for c in industry.codes_in(PATENTS.classification) if c.code in patents.codes]
    if not codes:
        return
    world = patents.world[[patents.codes.index(c.code) for c in codes]]
    yearly = np.array([c.weight for c in codes]) @ (world / world.sum(axis=1, keepdims=True))
    names = [c.code for c in codes]
    definitions = [node("definitions", industry.id, PATENTS.classification, name) for name in names]
    lineage.rest(node("market", industry.id, "stage"), definitions, patents.rows(names, [WORLD], patents.years))
    curve = logistic_fit(np.arange(len(yearly)), yearly)
    if not curve.identified or curve.share is None:
        row["note_ko"] = "연간 특허가 아직 상한을 보이지 않아 단계를 정할 수 없다"
        row["note_en"] = f"stage not identified: {curve.reason}"
        return
    fitted = curve.share * curve.ceiling
    low, high = (100 * fitted / c for c in curve.ceiling_interval[::-1])
    _fill(row, 100 * curve.share, low, min(high, 100.0), "% of ceiling", "parent", "")
    row["note_ko"] = f"S곡선 단계: {_STAGE_KO[curve.stage or '']}(로지스틱 곡선을 따른다는 가정 아래)"
    row["note_en"] = f"S-curve stage: {curve.stage} (if it stays on a logistic curve)"


_STAGE_KO = {"emerging": "태동", "growth": "성장", "maturing": "성숙", "saturated": "포화", "": ""}


def _row(candidate: str, measure: str) -> dict[str, Any]:
    return {
        "candidate": candidate,
        "measure": measure,
        "value": np.nan,
        "low": np.nan,
        "high": np.nan,
        "unit": "",
        "observes": "",
        "measured": False,
        "country": "",
        "note_ko": "측정되지 않음",
        "note_en": "not measured",
        "period": "",
    }


def _fill(row: dict[str, Any], value: float, low: float, high: float, unit: str, observes: str, period: str) -> None:
    """Enter a figure. One that cannot be computed (a missing year, a base of nought) stays "not measured"."""
    if not np.isfinite(value):
        return
    row.update(value=value, low=low, high=high, unit=unit, observes=observes, period=period, measured=True)
    row.update(note_ko="", note_en="")
