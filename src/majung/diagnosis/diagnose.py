"""Diagnosis in one call: technology, experts, market and position of every ranked industry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from majung.diagnosis.gaps import diagnosed_gaps
from majung.diagnosis.market import diagnose_market, read_imports
from majung.diagnosis.panel import CITATIONS, PATENTS, PUBLICATIONS, VALUE_ADDED, read_panel
from majung.diagnosis.position import calls_for, market_state, standing, verdict
from majung.diagnosis.technology import diagnose_technology, trace_scale
from majung.evidence import country_name
from majung.evidence.lineage import Lineage, node
from majung.programme import Industry, Programme
from majung.programme.draws import Draws

KEYS = {
    "technology": ("candidate", "measure"),
    "technology_series": ("candidate", "measure", "country", "year"),
    "expert": ("code", "country", "year"),
    "market": ("candidate", "measure"),
    "market_series": ("candidate", "country", "year"),
    "position": ("candidate",),
    "gaps": ("candidate", "gap"),
}


@dataclass(frozen=True)
class Diagnosis:
    """tables: the frames named in KEYS. lineage: what each of their rows rests on."""

    tables: dict[str, pd.DataFrame]
    lineage: Lineage

    def _repr_html_(self) -> str:
        return self.tables["position"].to_html(index=False)


def diagnose(programme: Programme, draws: Draws) -> Diagnosis:
    """Diagnose every candidate of the programme."""
    lineage = Lineage()
    panels = {measure: read_panel(programme, measure) for measure in (PATENTS, PUBLICATIONS, CITATIONS)}
    for panel in panels.values():
        trace_scale(panel, lineage)
    value_added, imports = read_panel(programme, VALUE_ADDED), read_imports(programme, lineage)
    technology: list[dict[str, Any]] = []
    market: list[dict[str, Any]] = []
    positions: list[dict[str, Any]] = []
    series: list[tuple[str, str, str, int, float]] = []
    market_series: list[tuple[str, str, int, float]] = []
    for industry in programme.candidates:
        found: dict[str, dict[str, Any]] = {}
        for measure, panel in panels.items():
            found[measure.id], curve = diagnose_technology(programme, draws, industry, panel, lineage)
            series += curve
        technology += found.values()
        situation, curves = diagnose_market(programme, draws, industry, value_added, imports, panels[PATENTS], lineage)
        market += situation
        market_series += curves
        positions.append(_position(industry, found, situation, lineage))
    tables = {
        "technology": pd.DataFrame(technology),
        "technology_series": pd.DataFrame(series, columns=["candidate", "measure", "country", "year", "value"]),
        "expert": _expert(programme, lineage),
        "market": pd.DataFrame(market),
        "market_series": pd.DataFrame(market_series, columns=["candidate", "country", "year", "value"]),
        "position": pd.DataFrame(positions),
    }
    tables["gaps"] = diagnosed_gaps(programme, tables["technology"], tables["market"], lineage)
    return Diagnosis(tables, lineage)


def _position(
    industry: Industry,
    technology: dict[str, dict[str, Any]],
    market: list[dict[str, Any]],
    lineage: Lineage,
) -> dict[str, object]:
    patents = technology[PATENTS.id]
    growth = next(row["value"] for row in market if row["measure"] == "growth")
    at, state = standing(patents["level"]), market_state(growth)
    leader = country_name(patents["leader"]) if patents["leader"] else {"ko": "", "en": ""}
    verdict_ko, verdict_en = verdict(industry.name, (leader["ko"], leader["en"]), patents, growth)
    needs_ko, needs_en = calls_for(at, state)
    lineage.rest(
        node("position", industry.id),
        [node("technology", industry.id, PATENTS.id), node("market", industry.id, "growth")],
    )
    return {
        "candidate": industry.id,
        "technology": at,
        "market": state,
        "position": f"{at} / {state}",
        "verdict_ko": verdict_ko,
        "verdict_en": verdict_en,
        "calls_for_ko": needs_ko,
        "calls_for_en": needs_en,
    }


def _expert(programme: Programme, lineage: Lineage) -> pd.DataFrame:
    """The published expert level and gap (Delphi): shown beside the counts, never averaged with them."""
    frame = programme.select("surveys", classification="tech_level")
    for key, rows in frame.reset_index().groupby(["code", "country", "year"])["row"]:
        lineage.rest(node("expert", *key), (), {"surveys": tuple(map(int, rows))})
    wide = frame.pivot(index=["code", "country", "year"], columns="measure", values="value").reset_index()
    return wide.rename_axis(columns=None)[["code", "country", "year", "level", "gap_years"]]
