"""A project's value: the share of its industry's diagnosed gaps that it closes.

For gap k of the area: size g_k (diagnosed), weight w_k (the charter's), share closed c_jk (the project's table).
Project j closes sum_k w_k g_k c_jk of sum_k w_k g_k. So selection follows from diagnosis: what is not behind needs
no project, and a gap that nobody measured leaves the value open instead of setting it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

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
    through gap k, per unit of weight, at central sizes and weights.
    central: (n,) value in [0, 1]. draws: (samples, n). weights: (K,) central; extreme_weights:
    (W, K) the corners of the weights' intervals.
    """

    projects: tuple[tuple[str, Project], ...]
    by_gap: Floats
    central: Floats
    draws: Floats
    weights: Floats
    extreme_weights: Floats


def project_values(programme: Programme, draws: Draws, gaps: pd.DataFrame) -> Values:
    """Values of all candidate projects, with the uncertainty of gap sizes, closures and gap weights.

    gaps: the diagnosis table (candidate, gap, size, low, high). Sizes are drawn once an area and gap, so that projects
    of one area are compared within the same diagnosis; uniform within their intervals.
    """
    specs = programme.charter.gaps
    position = {spec.id: k for k, spec in enumerate(specs)}
    projects = tuple((area, p) for area in programme.areas for p in programme.projects[area])
    weights = np.array([spec.weight for spec in specs])
    low, high = np.array([spec.low for spec in specs]), np.array([spec.high for spec in specs])
    weight_draws = sample_bounded_simplex(low, high, draws.samples, draws.rng("gap weights"))
    table = {(row["candidate"], row["gap"]): row for row in gaps.to_dict("records")}
    shape = (len(projects), len(specs))
    by_gap = np.zeros(shape)
    sampled = np.empty((draws.samples, len(projects)))
    for area in programme.areas:
        size, least, most = (
            np.array([float(table[area, spec.id][column]) for spec in specs]) for column in ("size", "low", "high")
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
                closes[:, k] = draws.rng("closes", project.id, closure.gap).uniform(
                    closure.low, closure.high, draws.samples
                )
            sampled[:, j] = np.einsum("sk,sk,sk->s", weight_draws, drawn, closes) / drawn_whole
    return Values(projects, by_gap, by_gap @ weights, sampled, weights, corners(low, high))


def corners(low: Floats, high: Floats) -> Floats:
    """(W, K) extreme points of {low <= w <= high, sum w = 1}: all but one weight at an end of its interval."""
    found: dict[tuple[float, ...], None] = {}
    for free in range(len(low)):
        others = [k for k in range(len(low)) if k != free]
        for ends in product(*((low[k], high[k]) for k in others)):
            rest = 1.0 - sum(ends)
            if low[free] - 1e-9 <= rest <= high[free] + 1e-9:
                point = np.empty(len(low))
                point[others], point[free] = ends, rest
                found[tuple(np.round(point, 12).tolist())] = None
    return np.array(list(found))
