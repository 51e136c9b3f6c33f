"""A project's value: the share of its industry's diagnosed gaps that it closes.

For gap k of the area: size g_k (diagnosed), weight w_k (the charter's), share closed c_jk (the project's table). Project
j closes sum_k w_k g_k c_jk of sum_k w_k g_k. So selection follows from diagnosis: what is not behind needs no project,
and a gap that nobody measured leaves the value open instead of setting it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from majung.methods.labelled import Floats
from majung.methods.weights import sample_bounded_simplex
from majung.programme import Programme, Project
from majung.programme.draws import Draws


@dataclass(frozen=True)
class Values:
    """Values of n projects over K gaps.

    projects: in file order, with their area. by_gap: (n, K) share of the area's whole gap that the project closes
    through gap k, per unit of weight, at central sizes; low, high: (n, K) with sizes and closures at their ends.
    central: (n,) value in [0, 1]. draws: (samples, n). weights: (K,) central, weight_draws: (samples, K).
    """

    projects: tuple[tuple[str, Project], ...]
    by_gap: Floats
    low: Floats
    high: Floats
    central: Floats
    draws: Floats
    weights: Floats
    weight_draws: Floats


def project_values(programme: Programme, draws: Draws, gaps: pd.DataFrame) -> Values:
    """Values of all candidate projects, with the uncertainty of gap sizes, closures and gap weights.

    gaps: the diagnosis table (candidate, gap, size, low, high). Sizes are drawn once an area and gap, so that projects
    of one area are compared within the same diagnosis; uniform within their intervals.
    """
    specs = programme.charter.gaps
    position = {spec.id: k for k, spec in enumerate(specs)}
    projects = tuple((area, p) for area in programme.areas for p in programme.projects[area])
    weights = np.array([spec.weight for spec in specs])
    weight_draws = sample_bounded_simplex(
        np.array([spec.low for spec in specs]),
        np.array([spec.high for spec in specs]),
        draws.samples,
        draws.rng("gap weights"),
    )
    table = gaps.set_index(["candidate", "gap"])
    shape = (len(projects), len(specs))
    by_gap, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    sampled = np.empty((draws.samples, len(projects)))
    for area in programme.areas:
        size, least, most = (
            np.array([float(table.loc[(area, spec.id), column]) for spec in specs]) for column in ("size", "low", "high")
        )
        drawn = least + (most - least) * np.stack(
            [draws.rng("gap size", area, spec.id).random(draws.samples) for spec in specs], axis=1
        )
        whole, drawn_whole = float(weights @ size), np.einsum("sk,sk->s", weight_draws, drawn)
        for j, (owner, project) in enumerate(projects):
            if owner != area:
                continue
            closes = np.zeros((draws.samples, len(specs)))
            for closure in project.closes:
                k = position[closure.gap]
                by_gap[j, k] = size[k] * closure.share / whole
                low[j, k], high[j, k] = least[k] * closure.low / whole, most[k] * closure.high / whole
                closes[:, k] = draws.rng("closes", project.id, closure.gap).uniform(
                    closure.low, closure.high, draws.samples
                )
            sampled[:, j] = np.einsum("sk,sk,sk->s", weight_draws, drawn, closes) / drawn_whole
    return Values(projects, by_gap, low, high, by_gap @ weights, sampled, weights, weight_draws)
