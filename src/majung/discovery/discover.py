"""Discovery in one call: observe, assess, rank, check; result tables and their lineage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from majung.discovery.assessment import Cell, assess, observe
from majung.discovery.common_evidence import one_observation, overlap, ties
from majung.discovery.hindsight import KEYS as HINDSIGHT
from majung.discovery.hindsight import evidence_begins, hindsight
from majung.discovery.observation import Observation
from majung.discovery.report import area_reports
from majung.evidence.lineage import Lineage, SourceRows, node
from majung.methods.checks import invariance
from majung.methods.labelled import Floats
from majung.methods.ranking.additive import additive
from majung.methods.ranking.promethee import promethee_ii
from majung.methods.smaa import Acceptability, smaa
from majung.programme import IndicatorSpec, Programme
from majung.programme.draws import Draws

TIE_THRESHOLD = 0.9
"""Candidates that share at least this much of their evidence are one tie: their order is not evidence's."""

INDIFFERENCE, PREFERENCE = 0.05, 0.25
"""PROMETHEE II thresholds on the fixed scales: below the first no preference, from the second full preference."""

KEYS = {
    "weights": ("criterion", "indicator"),
    "definitions": ("candidate", "classification", "code"),
    "indicators": ("candidate", "indicator"),
    "contributions": ("candidate", "criterion"),
    "ranking": ("candidate",),
    "acceptability": ("candidate", "rank"),
    "pairwise": ("candidate", "other"),
    "overlap": ("candidate", "other"),
    "exclusions": ("industry",),
    "checks": ("check",),
    "area_reports": ("candidate",),
    **HINDSIGHT,
}


@dataclass(frozen=True)
class Discovery:
    """tables: the frames named in KEYS. lineage: what each of their rows rests on."""

    tables: dict[str, pd.DataFrame]
    lineage: Lineage

    def _repr_html_(self) -> str:
        return self.tables["ranking"].to_html(index=False, float_format="{:.2f}".format)


def discover(programme: Programme, draws: Draws) -> Discovery:
    """Rank the programme's candidates by its criteria, with the uncertainty of weights, definitions and evidence.

    The score is the value at the charter's own weights and mean evidence; its interval, the chances and the expected
    rank are over the draws of weights (within their intervals), definitions and evidence.
    """
    charter, candidates = programme.charter, programme.candidates
    specs = [i for c in charter.criteria for i in c.indicators]
    central = np.array([c.weight * i.weight for c in charter.criteria for i in c.indicators])
    observations = observe(programme, draws)
    cells = {
        candidate.id: {spec.id: assess(candidate, spec, observations[spec.id], draws) for spec in specs}
        for candidate in candidates
    }
    scores = np.stack([np.stack([cells[c.id][s.id].draws for s in specs], axis=1) for c in candidates], axis=1)
    weights = draws.criteria_weights(charter.criteria)
    result = smaa(scores, weights)
    mean_scores: Floats = scores.mean(axis=0)
    flows = _net_flows(mean_scores, central)
    groups = programme.evidence.observation_groups("input_output")
    shared = overlap(
        [{i: cell.codes for i, cell in cells[c.id].items() if cell.coverage > 0} for c in candidates],
        dict(zip((s.id for s in specs), central, strict=True)),
        {s.id: one_observation(observations[s.id], groups) for s in specs},
    )
    names = [c.id for c in candidates]
    tied = ties(names, shared, TIE_THRESHOLD)
    value = additive(mean_scores, central)
    order = np.argsort(-value, kind="stable")

    tables = {
        "weights": _weights(programme),
        "definitions": _definitions(programme),
        "indicators": _indicators(programme, cells, observations),
        "contributions": _contributions(programme, cells, mean_scores * central),
        "ranking": _ranking(programme, specs, central, cells, value, result, flows, tied, order),
        "acceptability": _matrix(names, result.rank_acceptability, result.standard_error, order),
        "pairwise": _pairs(names, result.pairwise_winning, "probability"),
        "overlap": _pairs(names, shared, "share"),
        "exclusions": _exclusions(programme),
        "checks": _checks(names, mean_scores, central, flows),
    }
    tables["area_reports"] = area_reports(programme, tables)
    lineage = _lineage(programme, cells, observations, names)
    tables["evidence_begins"] = evidence_begins(programme, names[order[0]], lineage)
    tested, tests = hindsight(programme)
    lineage.update(tests)
    return Discovery({**tables, **tested}, lineage)


def _weights(programme: Programme) -> pd.DataFrame:
    rows = []
    for c in programme.charter.criteria:
        rows.append((c.id, "", c.weight, c.low, c.high))
        rows += [(c.id, i.id, i.weight, i.low, i.high) for i in c.indicators]
    return pd.DataFrame(rows, columns=["criterion", "indicator", "weight", "low", "high"])


def _definitions(programme: Programme) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (i.id, c.classification, c.code, c.weight, c.low, c.high, c.observes)
            for i in programme.industries.values()
            for c in i.codes
        ],
        columns=["candidate", "classification", "code", "weight", "low", "high", "observes"],
    )


def _indicators(
    programme: Programme, cells: dict[str, dict[str, Cell]], observations: dict[str, Observation]
) -> pd.DataFrame:
    sources = {indicator: _sources(programme, seen) for indicator, seen in observations.items()}
    rows = []
    for candidate, by_indicator in cells.items():
        for criterion in programme.charter.criteria:
            for spec in criterion.indicators:
                cell = by_indicator[spec.id]
                low, high = np.quantile(cell.draws, [0.05, 0.95])
                rows.append(
                    {
                        "candidate": candidate,
                        "indicator": spec.id,
                        "criterion": criterion.id,
                        "value": cell.value,
                        "low": cell.low,
                        "high": cell.high,
                        "coverage": cell.coverage,
                        "observes": cell.observes or "",
                        "score": float(cell.draws.mean()),
                        "score_low": float(low),
                        "score_high": float(high),
                        "period": observations[spec.id].period,
                        "direction": "more" if spec.scale.target > spec.scale.reference else "less",
                        "sources": " ".join(sorted(set().union(*(sources[spec.id][code] for code in cell.codes)))),
                    }
                )
    return pd.DataFrame(rows)


def _sources(programme: Programme, seen: Observation) -> dict[str, set[str]]:
    """Code -> ids of the sources whose rows its value rests on."""

    def of(rows: SourceRows) -> set[str]:
        tables = programme.evidence.tables
        return {str(s) for table, lines in rows.items() for s in tables[table].loc[list(lines), "source"].unique()}

    common = of(seen.common_rows)
    return {code: common | of(rows) for code, rows in zip(seen.codes, seen.rows, strict=True)}


def _contributions(programme: Programme, cells: dict[str, dict[str, Cell]], points: Floats) -> pd.DataFrame:
    """points: (candidates, indicators), weighted mean scores at the charter's own weights."""
    rows, start = [], 0
    for criterion in programme.charter.criteria:
        block = slice(start, start + len(criterion.indicators))
        start = block.stop
        for a, candidate in enumerate(programme.candidates):
            measured = sum(i.weight * cells[candidate.id][i.id].coverage for i in criterion.indicators)
            rows.append((candidate.id, criterion.id, 100 * float(points[a, block].sum()), measured))
    return pd.DataFrame(rows, columns=["candidate", "criterion", "contribution", "measured"])


def _ranking(
    programme: Programme,
    specs: list[IndicatorSpec],
    central: Floats,
    cells: dict[str, dict[str, Cell]],
    value: Floats,
    result: Acceptability,
    flows: Floats,
    tied: dict[str, str],
    order: np.ndarray,
) -> pd.DataFrame:
    promethee_rank = np.empty(len(flows), dtype=int)
    promethee_rank[np.argsort(-flows, kind="stable")] = np.arange(1, len(flows) + 1)
    places = programme.charter.places
    rows = []
    for position, a in enumerate(order, start=1):
        candidate = programme.candidates[a].id
        coverage = np.array([cells[candidate][s.id].coverage for s in specs])
        own = np.array([cells[candidate][s.id].industry_share for s in specs])
        rows.append(
            {
                "candidate": candidate,
                "rank": position,
                "score": 100 * float(value[a]),
                "score_low": 100 * float(result.value_interval[a, 0]),
                "score_high": 100 * float(result.value_interval[a, 1]),
                "expected_rank": float(result.expected_rank[a]),
                "p_selected": float(result.rank_acceptability[a, :places].sum()),
                "own_evidence": float(central @ own),
                "measured": float(central @ coverage),
                "tie": tied[candidate],
                "area": candidate in programme.areas,
                "promethee_rank": int(promethee_rank[a]),
                "promethee_flow": float(flows[a]),
            }
        )
    return pd.DataFrame(rows)


def _matrix(names: list[str], probability: Floats, error: Floats, order: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        [(names[a], r + 1, float(probability[a, r]), float(error[a, r])) for a in order for r in range(len(names))],
        columns=["candidate", "rank", "probability", "standard_error"],
    )


def _pairs(names: list[str], values: Floats, column: str) -> pd.DataFrame:
    return pd.DataFrame(
        [(a, b, float(values[i, j])) for i, a in enumerate(names) for j, b in enumerate(names) if i != j],
        columns=["candidate", "other", column],
    )


def _exclusions(programme: Programme) -> pd.DataFrame:
    return pd.DataFrame(
        [(e.industry, e.rule.ko, e.rule.en, e.reason.ko, e.reason.en, e.source) for e in programme.charter.exclusions],
        columns=["industry", "rule_ko", "rule_en", "reason_ko", "reason_en", "source"],
    )


def _checks(names: list[str], scores: Floats, weights: Floats, flows: Floats) -> pd.DataFrame:
    """Invariance of the value model when a candidate is deleted, the same for PROMETHEE II, and their agreement."""

    reversed_value = invariance(lambda s: additive(s, weights), scores)
    reversed_flow = invariance(lambda s: _net_flows(s, weights), scores)
    agreement = float(kendalltau(additive(scores, weights), flows).statistic)
    pairs = len(names) * (len(names) - 1) // 2
    return pd.DataFrame(
        [
            (
                "additive_invariance",
                not reversed_value,
                float(len(reversed_value)),
                f"후보 하나를 빼도 나머지의 순서가 뒤집힌 쌍은 {len(reversed_value)}개다(가법 가치모형, 고정 척도).",
                f"Deleting any one candidate reverses {len(reversed_value)} pairs of the others (fixed scales).",
            ),
            (
                "promethee_invariance",
                not reversed_flow,
                float(len(reversed_flow)),
                f"PROMETHEE II에서는 후보 하나를 뺄 때 모두 {len(reversed_flow)}번 순서가 뒤집힌다(쌍 {pairs}개).",
                f"Under PROMETHEE II, deleting one candidate reverses {len(reversed_flow)} times a pair of {pairs}.",
            ),
            (
                "promethee_agreement",
                agreement >= 0.6,
                agreement,
                f"가법 순위와 PROMETHEE II 순위의 켄달 타우는 {agreement:.2f}이다.",
                f"Kendall's tau between the additive and the PROMETHEE II order is {agreement:.2f}.",
            ),
        ],
        columns=["check", "passed", "value", "detail_ko", "detail_en"],
    )


def _net_flows(scores: Floats, weights: Floats) -> Floats:
    return promethee_ii(
        scores, weights, preference="linear", maximise=True, indifference=INDIFFERENCE, threshold=PREFERENCE
    ).net


def _lineage(
    programme: Programme,
    cells: dict[str, dict[str, Cell]],
    observations: dict[str, Observation],
    names: list[str],
) -> Lineage:
    """observations → indicators (with definitions) → contributions, score (with weights) → ranks, which rest on all."""
    lineage = Lineage()
    for indicator, seen in observations.items():
        total = node("observation", indicator, "total")
        lineage.rest(total, (), seen.common_rows)
        for code, rows in zip(seen.codes, seen.rows, strict=True):
            lineage.rest(node("observation", indicator, code), [total] if seen.common_rows else [], rows)
    weights = [node("weights", c.id, "") for c in programme.charter.criteria]
    ranks = []
    for candidate, by_indicator in cells.items():
        score = node("score", candidate)
        for criterion in programme.charter.criteria:
            contribution = node("contributions", candidate, criterion.id)
            for spec in criterion.indicators:
                indicator = node("indicators", candidate, spec.id)
                definition = [
                    node("definitions", candidate, spec.classification, c.code)
                    for c in programme.industries[candidate].codes_in(spec.classification)
                ]
                seen_codes = [node("observation", spec.id, code) for code in by_indicator[spec.id].codes]
                lineage.rest(indicator, [*seen_codes, *definition])
                lineage.rest(contribution, [indicator, node("weights", criterion.id, spec.id)])
            lineage.rest(contribution, weights)
            lineage.rest(score, [contribution])
        ranks.append(score)
    everything = node("smaa", "all candidates")
    lineage.rest(everything, ranks)
    for a in names:
        lineage.rest(node("ranking", a), [node("score", a), everything])
        lineage.rest(node("area_reports", a), [node("ranking", a)])
        for r in range(1, len(names) + 1):
            lineage.rest(node("acceptability", a, r), [everything])
        for b in names:
            if a != b:
                lineage.rest(node("pairwise", a, b), [node("score", a), node("score", b)])
    for check in ("additive_invariance", "promethee_invariance", "promethee_agreement"):
        lineage.rest(node("checks", check), [everything])
    return lineage
