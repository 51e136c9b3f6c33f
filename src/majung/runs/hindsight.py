"""How well would a run's ranking have done? The part of it that its evidence can be asked about, at earlier cuts.

A ranking is made of indicators, and most of them are observed for too few years to stand at an earlier cut with years
enough after it to judge by. The growth indicators are not: world series of patents, articles and value added. So each
of them is computed as it would have stood at every earlier year (origin), and compared with the same indicator
`HORIZON` years on, for which no year was seen at the origin. The series are today's editions cut by period: what was
revised since, an origin sees revised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from majung.discovery.growth_potential import patent_growth, publication_growth, value_added_growth
from majung.discovery.observation import Observation, Question
from majung.evidence import WORLD
from majung.evidence.lineage import node
from majung.methods.backtest import METRICS, metrics
from majung.methods.labelled import Floats
from majung.programme import IndicatorSpec, Programme, ProgrammeError
from majung.programme.draws import Draws
from majung.runs.run import Run

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


@dataclass(frozen=True)
class Hindsight:
    """One indicator's rolling-origin backtest over the candidates.

    A success is a candidate whose indicator `HORIZON` years on lies above the candidates' median. auc: chance that a
    success stood above a failure (0.5 is chance), mean over the origins; size_auc: the same when the candidates are
    ordered by the size of their fields at the origin. at_k: share of successes among the first k.
    """

    indicator: str
    origins: tuple[int, ...]
    candidates: int
    k: int
    auc: float
    size_auc: float
    at_k: float


def hindsight(run: Run) -> list[Hindsight]:
    """The growth indicators of a run that can be tested backwards, in the order of the charter."""
    specs = [i for c in run.programme.charter.criteria for i in c.indicators if i.id in GROWTH]
    found = (_tested(run.programme, spec) for spec in specs)
    return [one for one in found if one is not None]


def youngest(run: Run) -> tuple[str, int] | None:
    """The criterion whose evidence in this run begins last, and the year in which it does: why the whole ranking
    cannot be tested so. None where no criterion rests on dated rows."""
    first = str(run.tables["ranking"].iloc[0]["candidate"])
    begins: dict[str, int] = {}
    for criterion in run.programme.charter.criteria:
        rows = run.lineage.source_rows(node("contributions", first, criterion.id))
        years = [int(run.evidence.tables[t].loc[list(lines), "year"].min()) for t, lines in rows.items() if lines]
        if years:
            # The table that begins last is what the criterion has to wait for.
            begins[criterion.id] = max(years)
    return max(begins.items(), key=lambda pair: pair[1]) if begins else None


def _tested(programme: Programme, spec: IndicatorSpec) -> Hindsight | None:
    """The backtest of one indicator; None where fewer than `LEAST` origins have both a past and a future."""
    table, measure, observe = GROWTH[spec.id]
    frame = programme.evidence.tables.get(table)
    if frame is None:
        return None
    own = frame[(frame["classification"] == spec.classification) & (frame["measure"] == measure)]
    years = sorted({int(year) for year in own["year"]})
    origins, scores = [], []
    candidates = 0
    for origin in years:
        if origin + HORIZON not in years or origin + HORIZON > programme.charter.cut_year:
            continue
        then, later = (_at(programme, spec, observe, year) for year in (origin, origin + HORIZON))
        if then is None or later is None:
            continue
        world = own[(own["year"] == origin) & (own["country"] == WORLD)]
        sizes = dict(zip(map(str, world["code"]), map(float, world["value"]), strict=True))
        size = _of_candidates(programme, spec, sizes)
        known = np.isfinite(then) & np.isfinite(later) & np.isfinite(size)
        success = later > np.median(later[known]) if known.any() else known
        if success[known].all() or not success[known].any():
            continue
        k = min(programme.charter.places, int(known.sum()))
        scores.append([metrics(values[known], success[known], k=k)[0] for values in (then, size)])
        origins.append(origin)
        candidates = int(known.sum())
    if len(origins) < LEAST:
        return None
    mean = np.mean(scores, axis=0)
    auc, at_k = METRICS.index("auc"), METRICS.index("precision_at_k")
    return Hindsight(
        spec.id,
        tuple(origins),
        candidates,
        programme.charter.places,
        float(mean[0, auc]),
        float(mean[1, auc]),
        float(mean[0, at_k]),
    )


def _at(
    programme: Programme, spec: IndicatorSpec, observe: Callable[[Question], Observation], year: int
) -> Floats | None:
    """(candidates,) the indicator as it stood at the end of a year; None where its windows are not complete."""
    cut = replace(programme, charter=programme.charter.model_copy(update={"cut_year": year}))
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = observe(Question(cut, Draws(programme.charter.seed, 1), spec))
    except ProgrammeError:
        return None
    found = _of_candidates(programme, spec, dict(zip(seen.codes, map(float, seen.values), strict=True)))
    return found if np.isfinite(found).any() else None


def _of_candidates(programme: Programme, spec: IndicatorSpec, values: dict[str, float]) -> Floats:
    """(candidates,) weighted mean over the codes of each candidate's definition; NaN where one is not observed."""
    found = []
    for industry in programme.candidates:
        codes = industry.codes_in(spec.classification)
        parts = [c.weight * values.get(c.code, np.nan) for c in codes]
        found.append(float(np.sum(parts)) if parts else np.nan)
    return np.array(found)
