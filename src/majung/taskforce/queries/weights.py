"""Judges' pairwise comparisons as weights: one judge's consistency, the group's result with and without some judges."""

from __future__ import annotations

from majung.methods import ahp
from majung.methods.labelled import Floats, InputError

TABLE: ahp.Table = "alonso-lamata-2006"


def judgments(items: list[str], matrix: dict[str, float]) -> Floats:
    """The judgment matrix (n, n) of {"a/b": ratio}. Raises InputError at an unknown item or a pair given twice."""
    pairs = {}
    for name, value in matrix.items():
        a, _, b = name.partition("/")
        if a not in items or b not in items:
            raise InputError(f"pair {name!r}: items are {', '.join(items)}")
        pairs[items.index(a), items.index(b)] = float(value)
    return ahp.from_pairs(pairs, len(items))


def consistency(items: list[str], matrix: dict[str, float]) -> float | None:
    """The consistency ratio of a judge's comparisons, gaps completed; None for two items, which cannot contradict."""
    ratio = float(ahp.consistency(judgments(items, matrix), table=TABLE).ratio)
    return ratio if len(items) > 2 else None
