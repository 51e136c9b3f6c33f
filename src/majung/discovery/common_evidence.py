"""Evidence in common: which candidates rest on nearly the same evidence and so are one tie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from majung.discovery.observation import Observation
from majung.methods.labelled import Floats


def overlap(
    codes: Sequence[Mapping[str, Mapping[str, float]]],
    weights: Mapping[str, float],
    same: Mapping[str, Mapping[str, str]],
) -> Floats:
    """(candidates, candidates) share of evidence that two candidates have in common.

    codes: for each candidate indicator -> covered code -> weight. weights: indicator -> global weight. same:
    indicator -> codes that are one observation (:func:`one_observation`) -> their common name. The overlap of two
    candidates is the indicator-weighted sum of min(w_i, w_j) over codes, relative to the evidence of the one that has
    more.
    """
    n = len(codes)
    merged = [
        {indicator: _merge(by_code, same.get(indicator, {})) for indicator, by_code in candidate.items()}
        for candidate in codes
    ]
    shares = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            common = total = 0.0
            for indicator, weight in weights.items():
                a, b = merged[i].get(indicator, {}), merged[j].get(indicator, {})
                common += weight * sum(min(w, b[c]) for c, w in a.items() if c in b)
                total += weight * max(sum(a.values()), sum(b.values()))
            shares[i, j] = shares[j, i] = common / total if total else 0.0
    return shares


def one_observation(seen: Observation, groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Code -> common name, for codes of a declared group that show the indicator one and the same value.

    groups: codes that the evidence declares to be splits of one source row. A split that shows in this indicator has
    identical values; where the values differ, the parts are evidence of their own.
    """
    value = dict(zip(seen.codes, seen.values, strict=True))
    same = {}
    for group in groups:
        inside = [code for code in group if code in value]
        for code in inside:
            alike = [other for other in inside if np.isclose(value[other], value[code], rtol=1e-6, atol=0)]
            if len(alike) > 1:
                same[code] = " + ".join(alike)
    return same


def ties(names: Sequence[str], shares: Floats, threshold: float) -> dict[str, str]:
    """Candidate -> name of its tie group ('a + b'), for groups connected by overlaps of at least the threshold."""
    _, group = connected_components(shares >= threshold, directed=False)
    members: dict[int, list[str]] = {}
    for name, g in zip(names, group, strict=True):
        members.setdefault(int(g), []).append(name)
    return {name: " + ".join(group) if len(group) > 1 else "" for group in members.values() for name in group}


def _merge(by_code: Mapping[str, float], same: Mapping[str, str]) -> dict[str, float]:
    merged: dict[str, float] = {}
    for code, weight in by_code.items():
        name = same.get(code, code)
        merged[name] = merged.get(name, 0.0) + weight
    return merged
