"""How well texts (or anything) are put into classes: precision, recall, F1, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import InputError
from majung.methods.opinion.statements import wilson


@dataclass(frozen=True)
class Share:
    """count of trials with its share and Wilson interval; NaN, 0 and 1 without trials."""

    count: int
    trials: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """right: found and true; wrong: found and not true; missed: true and not found.

    precision: right / found, recall: right / true, both with Wilson intervals. f1, f1_low, f1_high:
    2 right / (2 right + wrong + missed); NaN when nothing is found nor true.
    """

    right: int
    wrong: int
    missed: int
    precision: Share
    recall: Share
    f1: float
    f1_low: float
    f1_high: float


def share_of(count: int, trials: int, *, level: float = 0.9) -> Share:
    """A share with its Wilson (1927) interval."""
    low, high = wilson(count, trials, level=level)
    return Share(count, trials, count / trials if trials else float("nan"), float(low), float(high))


def measure(true: ArrayLike, found: ArrayLike, *, level: float = 0.9) -> Measured:
    """Compare what is true with what was found; both boolean arrays of one shape (all classes pooled if 2-d).

    With J = right / (right + wrong + missed), a share, F1 = 2J / (1 + J) rises with J: its interval is that of J
    carried over (the items are taken as drawn at random and independently). Raises InputError for shapes that differ
    or a level outside (0, 1).
    """
    one, two = np.asarray(true, dtype=bool), np.asarray(found, dtype=bool)
    if one.shape != two.shape:
        raise InputError(f"true has shape {one.shape}, found {two.shape}")
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1")
    right, wrong, missed = int((one & two).sum()), int((two & ~one).sum()), int((one & ~two).sum())
    j = share_of(right, right + wrong + missed, level=level)
    f1, low, high = (2 * x / (1 + x) for x in (j.share, j.low, j.high))
    return Measured(
        right,
        wrong,
        missed,
        share_of(right, right + wrong, level=level),
        share_of(right, right + missed, level=level),
        f1,
        low,
        high,
    )
