"""Delphi survey in rounds: medians with intervals, quartiles, and convergence among those who stayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from majung.methods.labelled import Floats, InputError

Quartiles = Literal["linear", "weibull", "hazen", "median_unbiased"]
"""How quartiles are interpolated: linear (R's type 7, spreadsheets' inclusive), weibull (type 6, SPSS, exclusive),
hazen (type 5), median_unbiased (type 8). Small panels move by it."""


@dataclass(frozen=True, eq=False)
class Round:
    """One round, (Q,) arrays over the questions; NaN where nobody answered.

    low, high: distribution-free interval of the median; infinite where too few answered for the level asked.
    half_range: (Q3 - Q1) / 2, "convergence" in Korean practice; agreement: 1 - (Q3 - Q1) / median, NaN for a median of
    0, "consensus" there.
    """

    answers: NDArray[np.int64]
    median: Floats
    low: Floats
    high: Floats
    first_quartile: Floats
    third_quartile: Floats
    half_range: Floats
    agreement: Floats


@dataclass(frozen=True, eq=False)
class Convergence:
    """From one round to the next, over the experts who answered the question in both; (Q,) arrays.

    range_ratio: later over earlier interquartile range, below 1 when views come together, NaN for 0 / 0.
    shift: later minus earlier median, in the unit of the answers.
    moved: share of these experts who changed their answer.
    both, left, joined: experts who answered in both rounds, the earlier only, the later only.
    dropout_effect: median of all in the earlier round minus that of those who stayed. Large values mean that the panel
    changed, not its mind.
    """

    both: NDArray[np.int64]
    left: NDArray[np.int64]
    joined: NDArray[np.int64]
    range_ratio: Floats
    shift: Floats
    moved: Floats
    dropout_effect: Floats


@dataclass(frozen=True)
class Delphi:
    rounds: tuple[Round, ...]
    convergence: tuple[Convergence, ...]


def delphi(rounds: Sequence[ArrayLike], *, quartiles: Quartiles, level: float = 0.9) -> Delphi:
    """Evaluate a Delphi survey.

    rounds: one (E, Q) array a round, the same E experts and Q questions in the same order; NaN where an expert did not
    answer. quartiles: rule of interpolation, see :data:`Quartiles`. level: of the medians' intervals: from the
    k-th smallest to the k-th largest answer, with the largest k that the binomial distribution with p = 1/2 allows.

    Convergence compares the same people in both rounds: a range that narrows because dissenters stopped answering is
    no agreement. Raises InputError for shapes that do not fit or infinite answers.
    Source: Linstone & Turoff (eds., 1975), The Delphi method; Conover (1999), Practical nonparametric statistics, 3.2,
    for the interval.
    """
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")
    tables = [np.asarray(r, dtype=np.float64) for r in rounds]
    if not tables:
        raise InputError("a Delphi survey needs a round")
    for number, table in enumerate(tables, start=1):
        if table.ndim != 2 or table.shape != tables[0].shape or 0 in table.shape:
            raise InputError(
                f"round {number} has shape {table.shape}, not {tables[0].shape}: give (experts, questions)"
            )
        if np.isinf(table).any():
            expert, question = np.argwhere(np.isinf(table))[0]
            raise InputError(f"round {number}: answer of expert {expert} to question {question} is infinite")
    if quartiles not in ("linear", "weibull", "hazen", "median_unbiased"):
        raise InputError(f"quartile rule {quartiles!r} is not known")
    return Delphi(
        tuple(_round(table, quartiles, level) for table in tables),
        tuple(_convergence(a, b, quartiles) for a, b in pairwise(tables)),
    )


def _columns(table: Floats, quartiles: Quartiles) -> Floats:
    """First quartile, median and third quartile of each column's answers; NaN columns stay NaN. (3, Q)."""
    found = np.full((3, table.shape[1]), np.nan)
    some = ~np.isnan(table).all(axis=0)
    if some.any():
        found[:, some] = np.nanquantile(table[:, some], [0.25, 0.5, 0.75], axis=0, method=quartiles)
    return found


def _round(table: Floats, quartiles: Quartiles, level: float) -> Round:
    answers = (~np.isnan(table)).sum(axis=0)
    q1, median, q3 = _columns(table, quartiles)
    # Ranks k with P(Binomial(n, 1/2) < k) <= (1 - level) / 2; none (k = 0) means an infinite interval.
    k = stats.binom.ppf((1 - level) / 2, answers, 0.5)
    k = np.where(stats.binom.cdf(k, answers, 0.5) <= (1 - level) / 2, k + 1, k).astype(np.int64)
    ranked = np.sort(table, axis=0)  # NaN last
    columns = np.arange(table.shape[1])
    enough = (answers > 0) & (k > 0)
    low = np.where(enough, ranked[np.maximum(k - 1, 0), columns], -np.inf)
    high = np.where(enough, ranked[np.clip(answers - k, 0, len(table) - 1), columns], np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        agreement = np.where(median == 0, np.nan, 1 - (q3 - q1) / median)
    return Round(answers.astype(np.int64), median, low, high, q1, q3, (q3 - q1) / 2, agreement)


def _convergence(earlier: Floats, later: Floats, quartiles: Quartiles) -> Convergence:
    before, after = ~np.isnan(earlier), ~np.isnan(later)
    stayed = before & after
    a, b = np.where(stayed, earlier, np.nan), np.where(stayed, later, np.nan)
    qa, qb = _columns(a, quartiles), _columns(b, quartiles)
    both = stayed.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (qb[2] - qb[0]) / (qa[2] - qa[0])
        moved = np.where(both > 0, (stayed & (earlier != later)).sum(axis=0) / both, np.nan)
    return Convergence(
        both=both.astype(np.int64),
        left=(before & ~after).sum(axis=0).astype(np.int64),
        joined=(after & ~before).sum(axis=0).astype(np.int64),
        range_ratio=ratio,
        shift=qb[1] - qa[1],
        moved=moved,
        dropout_effect=_columns(earlier, quartiles)[1] - qa[1],
    )
