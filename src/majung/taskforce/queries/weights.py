"""Judges' pairwise comparisons as weights: one judge's consistency, the group's result with and without some judges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from majung.methods import ahp
from majung.methods.labelled import Floats, InputError
from majung.taskforce.models import Comparison, Panel

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


MOST_ITEMS = len(ahp.RANDOM_INDEX[TABLE]) + 2
"""Items that the table of random indices covers."""
THRESHOLD = 0.1
"""Consistency ratio above which a judge counts as inconsistent (Saaty)."""
AGGREGATIONS: tuple[ahp.Aggregation, ...] = ("judgments", "priorities-geometric", "priorities-arithmetic")


@dataclass(frozen=True)
class Triad:
    """The three items of a judge that contradict each other most. ratio: a_ij a_jk / a_ik, 1 where they agree."""

    items: tuple[str, str, str]
    ratio: float


@dataclass(frozen=True)
class JudgeWeights:
    """One judge's own weights. ratio: consistency ratio, None for two items."""

    judge: str
    weights: dict[str, float]
    ratio: float | None
    inconsistent: bool
    worst: Triad | None


@dataclass(frozen=True)
class GroupWeights:
    """The group's weights with all judges, and without the inconsistent ones (None if nobody is left)."""

    aggregation: str
    weights: dict[str, float]
    without_inconsistent: dict[str, float] | None
    ratio: float | None


@dataclass(frozen=True)
class PanelWeights:
    """What a panel says. groups: AIJ ("judgments") and AIP ("priorities-…"). dispersion: geometric standard deviation
    of the judges' weights, 1 = unanimous. quartiles: of the judges' weights."""

    items: list[str]
    judges: list[JudgeWeights]
    groups: list[GroupWeights]
    dispersion: dict[str, float]
    quartiles: dict[str, tuple[float, float, float]]

    def group(self, aggregation: str) -> GroupWeights:
        """The result of one aggregation. Raises InputError for an unknown one."""
        for group in self.groups:
            if group.aggregation == aggregation:
                return group
        raise InputError(f"unknown aggregation {aggregation!r}; known: {', '.join(AGGREGATIONS)}")


def panel_weights(panel: Panel) -> PanelWeights:
    """The panel's result from the latest comparisons of each judge, in one query. No judge is dropped silently: both
    results are there. Raises InputError while nobody has compared."""
    latest: dict[int, Comparison] = {}
    for comparison in panel.comparisons.select_related("judge").order_by("judge__key", "number"):
        latest[comparison.judge_id] = comparison
    if not latest:
        raise InputError("no judge has compared yet")
    items: list[str] = panel.items
    matrices = np.stack([judgments(items, comparison.matrix) for comparison in latest.values()])
    results = {
        aggregation: ahp.group(matrices, method="geometric", aggregation=aggregation, table=TABLE, threshold=THRESHOLD)
        for aggregation in AGGREGATIONS
    }
    any_group = results["judgments"]
    worst = ahp.worst_triad(matrices) if len(items) > 2 else None
    judges = []
    for number, comparison in enumerate(latest.values()):
        triad = None
        if worst is not None and (worst.triad[number] >= 0).all():
            i, j, k = (items[int(position)] for position in worst.triad[number])
            triad = Triad((i, j, k), float(worst.ratio[number]))
        judges.append(
            JudgeWeights(
                judge=f"person/{comparison.judge.key}",
                weights=_named(items, any_group.judge_weights[number]),
                ratio=float(any_group.judge_ratio[number]) if len(items) > 2 else None,
                inconsistent=bool(any_group.inconsistent[number]),
                worst=triad,
            )
        )
    groups = [
        GroupWeights(
            aggregation=aggregation,
            weights=_named(items, found.weights),
            without_inconsistent=(
                None if np.isnan(found.weights_consistent).any() else _named(items, found.weights_consistent)
            ),
            ratio=None if np.isnan(found.ratio) else float(found.ratio),
        )
        for aggregation, found in results.items()
    ]
    low, middle, high = any_group.quartiles.T
    quartiles = {item: (float(low[n]), float(middle[n]), float(high[n])) for n, item in enumerate(items)}
    return PanelWeights(items, judges, groups, _named(items, any_group.dispersion), quartiles)


def _named(items: list[str], values: Floats) -> dict[str, float]:
    return {item: float(value) for item, value in zip(items, values, strict=True)}


@dataclass(frozen=True)
class Contradiction:
    """a is `said` times c; by way of b it would be `implied` times."""

    a: str
    b: str
    c: str
    said: float
    implied: float


@dataclass(frozen=True)
class Judged:
    """One judge's comparisons while they are made. ratio: consistency ratio (0 for two items). worst: the three items
    that contradict each other most; None if none do."""

    weights: dict[str, float]
    ratio: float
    worst: Contradiction | None

    @property
    def acceptable(self) -> bool:
        return self.ratio <= THRESHOLD


def judged(items: list[str], matrix: dict[str, float]) -> Judged | None:
    """One judge's weights, consistency and worst triad; None while the comparisons do not yet connect all items."""
    a = judgments(items, matrix)
    try:
        weights = ahp.priorities(a, method="geometric")
    except InputError:
        return None
    if len(items) < 3:
        return Judged(_named(items, weights), 0.0, None)
    ratio = float(ahp.consistency(a, table=TABLE).ratio)
    found = ahp.worst_triad(a)
    i, j, k = (int(x) for x in found.triad)
    if i < 0 or abs(float(found.ratio) - 1) < 1e-9:
        return Judged(_named(items, weights), ratio, None)
    worst = Contradiction(items[i], items[j], items[k], float(a[i, k]), float(a[i, j] * a[j, k]))
    return Judged(_named(items, weights), ratio, worst)


def latest(panel: Panel) -> dict[int, Comparison]:
    """Each judge's latest comparisons, by the judge's id, in one query."""
    return {c.judge_id: c for c in panel.comparisons.order_by("number", "pk")}
