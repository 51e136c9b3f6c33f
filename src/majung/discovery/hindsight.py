"""How well would the ranking have done? The part of it that its evidence can be asked about, at earlier cuts.

A ranking is made of indicators, and most of them are observed for too few years to stand at an earlier cut with years
enough after it to judge by. The growth indicators are not: world series of patents, articles and value added. So each
of them is computed as it would have stood at every earlier year (origin), and compared with the same indicator
`HORIZON` years on, for which no year was seen at the origin. The series are today's editions cut by period: what was
revised since, an origin sees revised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from majung.discovery.growth_potential import patent_growth, publication_growth, value_added_growth
from majung.discovery.observation import Observation, Question, rows_of
from majung.evidence import WORLD
from majung.evidence.lineage import Chains, Lineage, node
from majung.methods.backtest import METRICS, metrics
from majung.methods.labelled import Floats
from majung.programme import IndicatorSpec, Programme, ProgrammeError
from majung.programme.draws import Draws

HORIZON = 5
"""Years after an origin by which it is judged."""
LEAST = 3
"""Origins below which a mean over them says nothing."""
GROWTH: dict[str, tuple[str, str, Callable[[Question], Observation]]] = {
    "patent_growth": ("patents", "families", patent_growth),
    "publication_growth": ("publications", "articles", publication_growth),
    "value_added_growth": ("value_added", "usd_m", value_added_growth),
}
"""The growth indicators: table, measure, and how discovery observes them."""

KEYS = {"backtest": ("indicator",), "backtest_origins": ("indicator", "origin"), "evidence_begins": ("criterion",)}
SCORES = ["candidates", "k", "auc", "size_auc", "at_k"]
"""Of an origin, and as means over the origins. candidates: those that could be judged, at the last origin. A success is
a candidate whose indicator `HORIZON` years on lies above the candidates' median. auc: chance that a success stood above
a failure (0.5 is chance); size_auc: the same when the candidates are ordered by the size of their fields at the origin;
at_k: share of successes among the first k."""


def hindsight(programme: Programme) -> tuple[dict[str, pd.DataFrame], Lineage]:
    """The growth indicators that can be tested backwards, in the order of the charter: tables `backtest` (means over
    the origins; none where fewer than `LEAST` have both a past and a future) and `backtest_origins`; what they rest
    on."""
    lineage = Lineage()
    means, origins = [], []
    for spec in (i for c in programme.charter.criteria for i in c.indicators if i.id in GROWTH):
        found = _tested(programme, spec, lineage)
        if len(found) < LEAST:
            continue
        origins += [(spec.id, *row) for row in found]
        years, (auc, size_auc, at_k) = [row[0] for row in found], np.mean([row[3:] for row in found], axis=0)
        means.append((spec.id, years[0], years[-1], len(years), *found[-1][1:3], auc, size_auc, at_k))
        lineage.rest(node("backtest", spec.id), [node("backtest_origins", spec.id, year) for year in years])
    whole = {"first_origin": "int64", "last_origin": "int64", "origins": "int64"}
    scores = dict(zip(SCORES, ("int64", "int64", "float64", "float64", "float64"), strict=True))
    tables = {
        "backtest": pd.DataFrame(means, columns=["indicator", *whole, *SCORES]).astype(
            {"indicator": "str", **whole, **scores}
        ),
        "backtest_origins": pd.DataFrame(origins, columns=["indicator", "origin", *SCORES]).astype(
            {"indicator": "str", "origin": "int64", **scores}
        ),
    }
    return tables, lineage


def evidence_begins(programme: Programme, first: str, lineage: Lineage) -> pd.DataFrame:
    """Table `evidence_begins`: for each criterion the evidence table that begins last among those on which the first
    candidate rests, and its first year: what the criterion has to wait for before it can be tested at an earlier cut.
    Criteria that rest on no dated row are left out. States in `lineage` what each row rests on."""
    chains = Chains([lineage.to_frame()])
    found = []
    for criterion in programme.charter.criteria:
        start = node("contributions", first, criterion.id)
        begins = [
            (int(programme.evidence.rows(table, lines)["year"].min()), table)
            for table, lines in chains.source_rows(start).items()
        ]
        if begins:
            year, table = max(begins)
            found.append((criterion.id, table, year))
            lineage.rest(node("evidence_begins", criterion.id), [start, node("ranking", first)])
    return pd.DataFrame(found, columns=["criterion", "table", "begins"]).astype(
        {"criterion": "str", "table": "str", "begins": "int64"}
    )


def _tested(
    programme: Programme, spec: IndicatorSpec, lineage: Lineage
) -> list[tuple[int, int, int, float, float, float]]:
    """(origin, *SCORES) of each origin of one indicator that has both a past and a future."""
    table, measure, observe = GROWTH[spec.id]
    frame = programme.evidence.tables.get(table)
    if frame is None:
        return []
    own = frame[(frame["classification"] == spec.classification) & (frame["measure"] == measure)]
    years = sorted({int(year) for year in own["year"]})
    stood = {year: _at(programme, spec, observe, year) for year in years if year <= programme.charter.cut_year}
    definitions = [
        node("definitions", industry.id, spec.classification, code.code)
        for industry in programme.candidates
        for code in industry.codes_in(spec.classification)
    ]
    auc, at_k = METRICS.index("auc"), METRICS.index("precision_at_k")
    found = []
    for origin in years:
        seen, seen_later = stood.get(origin), stood.get(origin + HORIZON)
        if seen is None or seen_later is None:
            continue
        then, later = (_of_candidates(programme, spec, _by_code(one)) for one in (seen, seen_later))
        world = own[(own["year"] == origin) & (own["country"] == WORLD)]
        size = _of_candidates(
            programme, spec, dict(zip(map(str, world["code"]), map(float, world["value"]), strict=True))
        )
        known = np.isfinite(then) & np.isfinite(later) & np.isfinite(size)
        success = later > np.median(later[known]) if known.any() else known
        if success[known].all() or not success[known].any():
            continue
        k = min(programme.charter.places, int(known.sum()))
        score, by_size = (metrics(values[known], success[known], k=k)[0] for values in (then, size))
        found.append((origin, int(known.sum()), k, float(score[auc]), float(by_size[auc]), float(score[at_k])))
        start, years_seen = node("backtest_origins", spec.id, origin), (origin, origin + HORIZON)
        lineage.rest(start, [*(node("stood", spec.id, y) for y in years_seen), *definitions], rows_of({table: world}))
        for year, one in zip(years_seen, (seen, seen_later), strict=True):
            for rows in (one.common_rows, *one.rows):
                lineage.rest(node("stood", spec.id, year), (), rows)
    return found


def _at(
    programme: Programme, spec: IndicatorSpec, observe: Callable[[Question], Observation], year: int
) -> Observation | None:
    """The indicator as it stood at the end of a year; None where its windows are not complete."""
    cut = replace(programme, charter=programme.charter.model_copy(update={"cut_year": year}))
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = observe(Question(cut, Draws(programme.charter.seed, 1), spec))
    except ProgrammeError:
        return None
    return seen if np.isfinite(_of_candidates(programme, spec, _by_code(seen))).any() else None


def _by_code(seen: Observation) -> dict[str, float]:
    return dict(zip(seen.codes, map(float, seen.values), strict=True))


def _of_candidates(programme: Programme, spec: IndicatorSpec, values: dict[str, float]) -> Floats:
    """(candidates,) weighted mean over the codes of each candidate's definition; NaN where one is not observed."""
    found = []
    for industry in programme.candidates:
        codes = industry.codes_in(spec.classification)
        parts = [c.weight * values.get(c.code, np.nan) for c in codes]
        found.append(float(np.sum(parts)) if parts else np.nan)
    return np.array(found)
