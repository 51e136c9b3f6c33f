"""How sure a complexity rank is: resampling, measurement error and the choice of threshold, carried to the ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from majung.methods.complexity.advantage import presence, rca
from majung.methods.complexity.indices import eci_pci, second_vector
from majung.methods.labelled import Floats, InputError, Labelled


@dataclass(frozen=True, eq=False)
class RankIntervals:
    """Result of :func:`rank_intervals`; rank 1 is the most complex, ties share the smaller rank.

    labels, rank, low, high: (n,) of the rows (for ECI) or columns (for PCI); NaN where a label had presence in no
    replicate. used: replicates that gave an order; refused: those whose presence was unconnected or whose second
    eigenvalue was tied. agreement: (used,) Spearman correlation of each replicate with `rank`.
    """

    labels: tuple[str, ...]
    rank: Floats
    low: Floats
    high: Floats
    level: float
    used: int
    refused: int
    agreement: Floats


def rank_intervals(
    x: Labelled,
    *,
    of: Literal["eci", "pci"],
    thresholds: Sequence[float],
    resample: bool,
    noise: float,
    replicates: int,
    level: float,
    rng: np.random.Generator,
) -> RankIntervals:
    """Percentile intervals of the ranks of ECI (rows) or PCI (columns), from recomputed RCA, presence and eigenvector.

    Each replicate draws, independently: the other side with replacement if `resample` (columns for ECI, rows for PCI:
    would the ranks hold with other products, other countries?); a factor exp(noise z), z standard normal, for each
    value (noise: standard deviation of the error of log x; 0 for none); one of `thresholds`, the first being that of
    `rank`. Signs follow the estimate. x: (C, P) nonnegative. level: coverage of the interval, in (0, 1).
    Time: some 40 ms a replicate at 226 x 5,000. Raises InputError as :func:`rca` and :func:`eci_pci` do for the
    estimate, for settings out of range or that vary nothing, and if every replicate was refused.
    """
    if not thresholds or not (0 < level < 1) or noise < 0 or replicates < 1:
        raise InputError("want thresholds, 0 < level < 1, noise >= 0 and replicates >= 1")
    if not resample and noise == 0 and len(set(thresholds)) == 1:
        raise InputError("nothing varies: resample, add noise, or give several thresholds")
    estimate = eci_pci(
        Labelled(presence(rca(x), threshold=thresholds[0]).astype(np.float64), x.rows, x.columns), scale="raw", ddof=0
    )
    # RCA treats rows and columns alike and PCI is the ECI of the transposed presence, but for the sign.
    wanted, labels = (estimate.eci, x.rows) if of == "eci" else (estimate.pci, x.columns)
    values = x.values if of == "eci" else np.ascontiguousarray(x.values.T)
    rank, n = _descending_ranks(wanted), values.shape[1]
    drawn = []
    for _ in range(replicates):
        weight = np.ones(n)
        if resample:
            weight = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
        table = values[:, weight > 0]
        if noise:
            table = table * np.exp(noise * rng.standard_normal(table.shape))
        threshold = float(rng.choice(thresholds)) if len(thresholds) > 1 else thresholds[0]
        position = _position(table, weight[weight > 0], threshold, wanted)
        if position is not None:
            drawn.append(_descending_ranks(position))
    if not drawn:
        raise InputError(f"all {replicates} replicates were unconnected or tied: too few data for an order")
    ranks = np.array(drawn)
    seen = ~np.isnan(ranks).all(axis=0)
    low, high = np.full(rank.shape, np.nan), np.full(rank.shape, np.nan)
    tail = (1 - level) / 2
    # Ranks that occurred, rounded outwards.
    low[seen] = np.nanquantile(ranks[:, seen], tail, axis=0, method="lower")
    high[seen] = np.nanquantile(ranks[:, seen], 1 - tail, axis=0, method="higher")
    agreement = np.array([_spearman(rank, replicate) for replicate in ranks])
    return RankIntervals(labels, rank, low, high, level, len(drawn), replicates - len(drawn), agreement)


def _position(table: Floats, weight: Floats, threshold: float, wanted: Floats) -> Floats | None:
    """ECI of rows with column j counted weight_j times, up to scale, with the sign of `wanted`; None if undetermined.

    NaN for a row without presence.
    """
    row_total = table @ weight
    alive = row_total > 0
    column_total = table[alive].sum(axis=0)
    share = table[alive] / row_total[alive, None]
    share /= column_total / row_total[alive].sum()
    there = presence(share, threshold=threshold)
    columns = there.any(axis=0)
    there, count = there[:, columns], weight[columns]
    diversity = there @ count
    placed = diversity > 0
    there, diversity = there[placed].astype(np.float64), diversity[placed]
    if min(there.shape) < 2:
        return None
    root = np.sqrt(diversity)
    spectrum = second_vector(there * np.sqrt(count / there.sum(axis=0)) / root[:, None])
    if not spectrum.determined:
        return None
    position = np.full(table.shape[0], np.nan)
    rows = np.flatnonzero(alive)[placed]
    position[rows] = spectrum.left / root
    centred = position[rows] - position[rows].mean()
    if centred @ wanted[rows] < 0:
        position = -position
    return position


def _descending_ranks(values: Floats) -> Floats:
    """1 for the largest; values that differ only in their last digits share the smaller rank; NaN stays NaN."""
    order = np.argsort(-values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
    falling = values[order]
    starts = np.append(True, falling[:-1] - falling[1:] > 1e-9 * np.abs(falling).max())
    ranks = np.full(values.shape, np.nan)
    ranks[order] = np.maximum.accumulate(np.where(starts, np.arange(1, order.size + 1), 0))
    return ranks


def _spearman(a: Floats, b: Floats) -> float:
    """Rank correlation over the labels that b ranks; NaN if it ranks them all alike."""
    known = ~np.isnan(b)
    x, y = _average_ranks(a[known]), _average_ranks(b[known])
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / scale if scale else float("nan")


def _average_ranks(values: Floats) -> Floats:
    """1 for the smallest; equal values share the mean of their ranks."""
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(count) - (count - 1) / 2)[inverse]
    return ranks
