"""Candidate × indicator: the weighted mean of the codes' values, with everything unknown kept open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from majung.discovery import competitiveness, growth_potential, investment, ripple_effects
from majung.discovery.observation import Observation, Question
from majung.methods.labelled import Floats
from majung.methods.value import Scale, score
from majung.programme import IndicatorSpec, Industry, Programme, ProgrammeError
from majung.programme.draws import Draws
from majung.programme.model import Observes

PARAMETERS = frozenset({"recent_years", "prior", "revision"})
"""Parameters that an indicator may be given in programme.toml."""

INDICATORS: Mapping[str, Callable[[Question], Observation]] = {
    function.__name__: function
    for function in (
        investment.venture_level,
        investment.venture_momentum,
        investment.venture_firms,
        investment.own_venture,
        ripple_effects.production_inducement,
        ripple_effects.value_added_inducement,
        ripple_effects.employment_inducement,
        ripple_effects.forward_linkage,
        growth_potential.patent_growth,
        growth_potential.publication_growth,
        growth_potential.value_added_growth,
        competitiveness.patent_rca,
        competitiveness.patent_level,
        competitiveness.citation_impact,
        competitiveness.value_added_rca,
    )
}


@dataclass(frozen=True)
class Cell:
    """One candidate under one indicator.

    value: weighted mean over the covered codes, NaN if none is covered. low, high: 90 % interval over the draws of
    evidence and definition, with the uncovered weight anywhere on the scale. draws: (samples,) scores on [0, 1].
    coverage: share of the definition's weight with evidence. codes: covered code -> weight.
    """

    value: float
    low: float
    high: float
    coverage: float
    observes: Observes | None
    draws: Floats
    codes: Mapping[str, float]
    industry_share: float


def observe(programme: Programme, draws: Draws) -> dict[str, Observation]:
    """Every indicator of the programme, observed once over all codes.

    Raises ProgrammeError for an indicator that Majung does not know.
    """
    observations = {}
    for spec in (i for c in programme.charter.criteria for i in c.indicators):
        if spec.id not in INDICATORS:
            raise ProgrammeError(
                f"{programme.path / 'programme.toml'}: unknown indicator {spec.id!r}; known: {', '.join(INDICATORS)}",
                f"{programme.path / 'programme.toml'}: 모르는 지표 {spec.id!r}. 아는 지표: {', '.join(INDICATORS)}",
            )
        strange = sorted(set(spec.parameters) - PARAMETERS)
        if strange:
            raise ProgrammeError(
                f"{programme.path / 'programme.toml'}: indicator {spec.id}: unknown parameter {strange[0]!r}; "
                f"known: {', '.join(sorted(PARAMETERS))}",
                f"{programme.path / 'programme.toml'}: 지표 {spec.id}: 모르는 매개변수 {strange[0]!r}. "
                f"아는 것: {', '.join(sorted(PARAMETERS))}",
            )
        observations[spec.id] = INDICATORS[spec.id](Question(programme, draws, spec))
    return observations


def assess(industry: Industry, spec: IndicatorSpec, seen: Observation, draws: Draws) -> Cell:
    """One cell of the assessment."""
    codes = industry.codes_in(spec.classification)
    position = {code: k for k, code in enumerate(seen.codes)}
    known = [k for k, c in enumerate(codes) if c.code in position and np.isfinite(seen.values[position[c.code]])]
    unknown = _anywhere(spec.scale, draws, spec.id, industry.id)
    if not known:
        low, high = np.quantile(unknown, [0.05, 0.95])
        return Cell(np.nan, float(low), float(high), 0.0, None, score(unknown, spec.scale), {}, 0.0)
    at = [position[codes[k].code] for k in known]
    central = np.array([codes[k].weight for k in known])
    sampled = draws.definition(industry, spec.classification)[:, known]
    coverage = float(central.sum())
    covered = sampled.sum(axis=1)
    if seen.rivals is None:
        value = float(central @ seen.values[at] / coverage)
        mean = np.einsum("sk,sk->s", sampled, seen.draws[:, at])
    else:
        level = competitiveness.level_of_leader
        value = float(level(np.array([central @ seen.values[at]]), (central @ seen.rivals[at])[None])[0])
        own = np.einsum("sk,sk->s", sampled, seen.draws[:, at])
        mean = covered * level(own, sampled @ seen.rivals[at])
    values = mean + (1.0 - covered) * unknown
    low, high = np.quantile(values, [0.05, 0.95])
    exact = sum(codes[k].weight for k in known if codes[k].observes == "industry") / coverage
    return Cell(
        value=value,
        low=float(low),
        high=float(high),
        coverage=min(coverage, 1.0),
        observes="other_country" if seen.place == "other_country" else "industry" if exact >= 0.5 else "parent",
        draws=score(values, spec.scale),
        codes={codes[k].code: codes[k].weight for k in known},
        industry_share=0.0 if seen.place == "other_country" else exact * coverage,
    )


def _anywhere(scale: Scale, draws: Draws, indicator: str, candidate: str) -> Floats:
    """(samples,) values spread evenly over the fixed scale (in log where it is): not measured may be anything."""
    share = draws.rng("not measured", indicator, candidate).random(draws.samples)
    if scale.log:
        return np.asarray(scale.reference * (scale.target / scale.reference) ** share)
    return np.asarray(scale.reference + (scale.target - scale.reference) * share)
