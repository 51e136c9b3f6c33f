"""Backtests: would the score have picked what then grew? Judged as it would have been used, beside naive baselines.

Data are cut at the origin. While a method is being chosen, held-out units and late target periods are not merely left
unscored: :func:`for_choosing` takes them out of the panel. Only a chosen method is judged on them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError

Bools = NDArray[np.bool_]
Score = Callable[[Floats], Floats]
"""Takes the history up to the origin, (t, units, items), and gives a score for each unit and item, high = expected."""
Target = Callable[[Floats, int, int], tuple[Bools, Bools]]
"""Takes the panel, the column of the origin, the horizon; gives candidates and successes, each (units, items)."""
Scored = Literal["choosing", "held-out units", "late periods"]
METRICS = ("auc", "average_precision", "precision_at_k", "best_f1")


@dataclass(frozen=True, eq=False)
class Panel:
    """values: (periods, units, items) >= 0. Build it with :func:`panel`, which validates."""

    values: Floats
    periods: tuple[int, ...]
    units: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Backtest:
    """Outcome of a backtest.

    origins: periods from which was predicted. candidates, positives: their number per origin.
    scores: method → metric → mean over the origins, with a block-bootstrap interval.
    gains: method → metric → the same for the difference to the method named `against`, on the same draws.
    by_origin: method → (origins, metrics), in the order of METRICS.
    """

    origins: tuple[int, ...]
    candidates: tuple[int, ...]
    positives: tuple[int, ...]
    scores: Mapping[str, Mapping[str, Measure]]
    gains: Mapping[str, Mapping[str, Measure]]
    by_origin: Mapping[str, Floats]


def panel(values: ArrayLike, periods: Sequence[int], units: Sequence[str], items: Sequence[str]) -> Panel:
    """Check and label a panel. Raises InputError for wrong shapes, duplicates, gaps in the periods, bad values."""
    array = np.array(values, dtype=np.float64)
    years, rows, columns = tuple(map(int, periods)), tuple(map(str, units)), tuple(map(str, items))
    if array.shape != (len(years), len(rows), len(columns)) or 0 in array.shape:
        raise InputError(f"values have shape {array.shape}, labels say {(len(years), len(rows), len(columns))}")
    if any(b - a != 1 for a, b in pairwise(years)):
        raise InputError("periods must follow one another without a gap")
    for name, labels in (("unit", rows), ("item", columns)):
        if len(set(labels)) < len(labels):
            raise InputError(f"duplicate {name} label {next(x for x in labels if labels.count(x) > 1)!r}")
    bad = ~np.isfinite(array) | (array < 0)
    if bad.any():
        t, i, j = np.argwhere(bad)[0]
        raise InputError(f"value {array[t, i, j]} in {years[t]}, {rows[i]!r}, {columns[j]!r} is negative or not finite")
    array.setflags(write=False)
    return Panel(array, years, rows, columns)


def held_out(units: Sequence[str]) -> Bools:
    """Units kept back until a method is chosen: crc32(code) % 4 == 0, about a quarter, the same on every machine.

    units: stable codes (ISO 3166-1 alpha-3 for countries), ASCII.
    """
    return np.array([zlib.crc32(unit.encode("ascii")) % 4 == 0 for unit in units], dtype=np.bool_)


def for_choosing(data: Panel, *, last_target: int = 2015) -> Panel:
    """The panel without held-out units and without periods after `last_target`: all that may be seen while choosing.

    Totals over units (the world) are then totals over the remaining units. Raises InputError if nothing remains.
    """
    keep = ~held_out(data.units)
    late = np.array(data.periods) > last_target
    if not keep.any() or late.all():
        raise InputError("nothing remains to choose a method on")
    return panel(
        data.values[~late][:, keep],
        [p for p in data.periods if p <= last_target],
        [u for u, k in zip(data.units, keep, strict=True) if k],
        data.items,
    )


def backtest(
    data: Panel,
    methods: Mapping[str, Score],
    *,
    target: Target,
    horizon: int,
    first_origin: int,
    scored: Scored,
    against: str,
    k: int,
    rng: np.random.Generator,
    last_target: int = 2015,
    minimum_expected: float = 0.0,
    draws: int = 500,
    level: float = 0.9,
) -> Backtest:
    """Judge methods over rolling origins.

    scored "choosing": on :func:`for_choosing` of the data. "held-out units": the whole panel is the history, only the
    held-out units are scored, targets up to `last_target`. "late periods": all units, only targets after `last_target`.

    From each origin (first_origin, + 1, …) a method sees a read-only history up to it and scores all pairs; the
    candidates that `target` names are kept, and of these those whose expected value x_u x_i / x at the origin is at
    least `minimum_expected` (small counts flatter). Metrics of :func:`metrics` are averaged over the origins. Intervals
    at `level` resample whole units, the same in all origins and for all methods, so that gains over the method named
    `against` are paired. With few units such intervals are too narrow (12 units without any signal: 25 % false claims
    at a level of 0.9; 24: 10 %; 40: 5 %; benchmarks/backtest.py --false-claims).

    Raises InputError where no origin has both a success and a failure, or a method returns a wrong shape or a NaN.
    """
    if against not in methods:
        raise InputError(f"{against!r} is not among the methods {sorted(methods)}")
    if draws < 1 or not 0 < level < 1:
        raise InputError(f"draws {draws} must be at least 1, level {level} between 0 and 1")
    if scored == "choosing":
        data = for_choosing(data, last_target=last_target)
    elif scored not in ("held-out units", "late periods"):
        raise InputError(f"scored {scored!r} is none of 'choosing', 'held-out units', 'late periods'")
    unit_scored: Bools = (
        held_out(data.units) if scored == "held-out units" else np.ones(len(data.units), dtype=np.bool_)
    )
    weights = rng.multinomial(len(data.units), np.full(len(data.units), 1 / len(data.units)), size=draws)
    weights = np.vstack([np.ones((1, len(data.units))), weights])  # the first row is the estimate itself

    origins, candidates, positives = [], [], []
    collected: dict[str, list[Floats]] = {name: [] for name in methods}
    for column, origin in enumerate(data.periods):
        ends = origin + horizon
        if origin < first_origin or ends > data.periods[-1] or (ends > last_target) != (scored == "late periods"):
            continue
        candidate, success = target(data.values, column, horizon)
        now = data.values[column]
        expected = np.outer(now.sum(axis=1), now.sum(axis=0)) / max(float(now.sum()), 1e-300)
        rows, columns = np.nonzero(candidate & unit_scored[:, None] & (expected >= minimum_expected))
        label: Bools = success[rows, columns]
        if label.all() or not label.any():
            continue
        for name, method in methods.items():
            score = np.asarray(method(data.values[: column + 1]), dtype=np.float64)
            if score.shape != candidate.shape or np.isnan(score[rows, columns]).any():
                raise InputError(f"method {name!r} at {origin} gives shape {score.shape} or NaN for a candidate")
            collected[name].append(metrics(score[rows, columns], label, k=k, weights=weights[:, rows]))
        origins.append(origin)
        candidates.append(len(label))
        positives.append(int(label.sum()))
    if not origins:
        raise InputError("no origin has both a success and a failure among its candidates")

    tables = {name: np.stack(found) for name, found in collected.items()}  # (origins, 1 + draws, metrics)
    return Backtest(
        tuple(origins),
        tuple(candidates),
        tuple(positives),
        {name: _measures(table, level) for name, table in tables.items()},
        {name: _measures(table - tables[against], level) for name, table in tables.items() if name != against},
        {name: table[:, 0] for name, table in tables.items()},
    )


def _measures(table: Floats, level: float) -> dict[str, Measure]:
    """Mean over origins of the estimate (row 0) and quantiles of its bootstrap draws."""
    # A draw without a success in some origin has no metric there; it is averaged over the others.
    known = ~np.isnan(table)
    means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    usable: Bools = np.asarray(known.any(axis=0))
    found = {}
    for m, name in enumerate(METRICS):
        draws = means[1:, m][usable[1:, m]]
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]) if len(draws) else (np.nan, np.nan)
        found[name] = Measure(float(means[0, m]), float(low), float(high))
    return found


def metrics(score: ArrayLike, label: ArrayLike, *, k: int, weights: ArrayLike | None = None) -> Floats:
    """AUC, average precision, precision at k and best F1 of a score for a 0/1 label.

    score, label: (n,). weights: (D, n) of the pairs, one row a bootstrap draw; None for one row of ones.
    Returns (D, 4) in the order of METRICS; NaN in rows where no success or no failure has weight.

    Tied scores count as one step: AUC gives half for ties, average precision Σ (recall step × precision) over distinct
    scores (no interpolation), precision at k takes the tie group that straddles k in proportion, best F1 is the maximum
    over distinct thresholds.
    """
    values, truth = np.asarray(score, dtype=np.float64), np.asarray(label, dtype=np.bool_)
    if values.ndim != 1 or values.shape != truth.shape or len(values) == 0 or np.isnan(values).any():
        raise InputError(f"score of shape {values.shape} and label of shape {truth.shape} must be one row without NaN")
    if k < 1:
        raise InputError(f"precision at {k} is not defined")
    many = np.ones((1, len(values))) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    sorted_weights = many[:, order]
    hits = np.add.reduceat(sorted_weights * truth[order], starts, axis=1)
    all_in_step = np.add.reduceat(sorted_weights, starts, axis=1)
    misses = all_in_step - hits
    true, taken = np.cumsum(hits, axis=1), np.cumsum(all_in_step, axis=1)
    success, failure = true[:, -1:], taken[:, -1:] - true[:, -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        auc = (misses * (true - hits / 2)).sum(axis=1) / (success * failure)[:, 0]
        precision = np.where(taken > 0, true / taken, 0)
        average = (hits * precision).sum(axis=1) / success[:, 0]
        # How much of each step lies within the first k.
        within = np.clip((k - (taken - all_in_step)) / np.where(all_in_step > 0, all_in_step, 1), 0, 1)
        at_k = (hits * within).sum(axis=1) / np.minimum(k, taken[:, -1])
        best_f1 = (2 * true / (taken + success)).max(axis=1)
    table = np.stack([auc, average, at_k, best_f1], axis=1)
    table[((success == 0) | (failure == 0))[:, 0]] = np.nan
    return table


def specialisation(values: Floats) -> Floats:
    """RCA (x_ui / x_u) / (x_i / x) over the last two axes; zero where the unit or the item has nothing."""
    units, items = values.sum(axis=-1, keepdims=True), values.sum(axis=-2, keepdims=True)
    total = units.sum(axis=-2, keepdims=True)
    expected = units * items / np.where(total > 0, total, 1)
    return np.asarray(np.where(expected > 0, values / np.where(expected > 0, expected, 1), 0))


def entry(*, below: float = 0.5, reaches: float = 1.0, sustained: int = 2, window: int = 1) -> Target:
    """Target: RCA below `below` at the origin, then `reaches` or more in `sustained` consecutive later periods.

    window: RCA is measured on sums over this many periods; success looks only at windows that begin after the origin.
    With small counts the RCA of a single period jumps over both bounds by chance and back: use 3 or so.
    """

    def target(values: Floats, origin: int, horizon: int) -> tuple[Bools, Bools]:
        if not 1 <= sustained + window - 1 <= horizon:
            raise InputError(f"{sustained} sustained windows of {window} do not fit into a horizon of {horizon}")
        before = values[max(origin + 1 - window, 0) : origin + 1].sum(axis=0)
        after = np.lib.stride_tricks.sliding_window_view(values[origin + 1 : origin + horizon + 1], window, axis=0)
        there = specialisation(after.sum(axis=-1)) >= reaches
        runs = np.lib.stride_tricks.sliding_window_view(there, sustained, axis=0)
        return np.asarray(specialisation(before) < below), np.asarray(runs.all(axis=-1).any(axis=0))

    return target


def outgrowth(*, by: float = 1.0) -> Target:
    """Target: of the pairs with something at the origin, those whose share of the item's total rises by more than `by`.

    by: factor on the share at the origin, 1 for any rise.
    """

    def target(values: Floats, origin: int, horizon: int) -> tuple[Bools, Bools]:
        total = np.maximum(values.sum(axis=1, keepdims=True), 1e-300)
        share = values / total
        return values[origin] > 0, share[origin + horizon] > by * share[origin]

    return target


def rca_now(history: Floats) -> Floats:
    """Baseline: specialisation in the last period."""
    return specialisation(history[-1])


def diversity_times_ubiquity(history: Floats) -> Floats:
    """Baseline: number of the unit's specialisations times number of units specialised in the item, last period."""
    present = specialisation(history[-1]) >= 1
    return np.outer(present.sum(axis=1), present.sum(axis=0)).astype(np.float64)


def past_growth(span: int, *, prior: float) -> Score:
    """Baseline: shrunken growth ratio of the value over `span` periods, (last + prior) / (first + prior)."""

    def score(history: Floats) -> Floats:
        first = history[max(len(history) - 1 - span, 0)]
        return np.asarray((history[-1] + prior) / (first + prior))

    return score


def planted(
    periods: int, units: int, items: int, *, signal: float, rng: np.random.Generator, size: float = 50.0
) -> tuple[Floats, Floats]:
    """Synthetic counts with a known driver of entry, to test a backtest itself.

    Each pair has a fixed latent affinity a ~ N(0, 1). Its log specialisation is a random walk (step 0.3) plus
    0.1 · `signal` · a per period; counts are Poisson with mean `size` · specialisation · unit size · item size.
    Returns values (periods, units, items) and the affinity (units, items): a score that knows the affinity must beat
    chance where signal > 0, and must not where signal = 0.
    """
    affinity = rng.normal(size=(units, items))
    drift = rng.normal(scale=0.3, size=(periods, units, items)) + 0.1 * signal * affinity
    log_rca = rng.normal(size=(units, items)) + np.cumsum(drift, axis=0)
    scale = np.outer(np.exp(rng.normal(scale=0.5, size=units)), np.exp(rng.normal(scale=0.5, size=items)))
    return rng.poisson(size * scale * np.exp(log_rca)).astype(np.float64), affinity
