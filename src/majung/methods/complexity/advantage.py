"""Revealed advantage: where a row (a country) does more than its share, how surely, and presence by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from majung.methods.labelled import Floats, InputError, Labelled

Bools = NDArray[np.bool_]

# An even distribution has RCA 1 in every cell, which floating point may return as 1 - 2e-16: without this relative
# slack `RCA >= 1` would drop such cells at random.
_TIE = 1e-12


def rca(x: Labelled) -> Floats:
    """Revealed comparative advantage, (C, P), unitless: RCA_cp = (x_cp / x_c) / (x_p / x).

    x: (C, P) amounts or counts, nonnegative; x_c, x_p and x are row, column and grand totals. 1 means that the row's
    share of the column is its share of everything; the x_c-weighted mean of a column is 1.
    Raises InputError that names a negative value or an all-zero row or column (its RCA is 0/0).
    Source: Balassa (1965), Manchester School 33(2).
    """
    x_c, x_p = _positive_totals(x)
    ratio = x.values / x_c[:, None]
    ratio /= x_p / x_c.sum()
    return ratio


def rca_interval(
    x_cp: ArrayLike, x_c: ArrayLike, x_p: ArrayLike, x: ArrayLike, level: float = 0.9
) -> tuple[Floats, Floats]:
    """Equal-tailed interval (low, high) of an RCA whose numbers are counts (papers, patents, deals).

    x_cp, x_c, x_p, x: count of the cell, its row, its column, the whole; they broadcast against each other, so a full
    matrix is `rca_interval(X, X.sum(1, keepdims=True), X.sum(0), X.sum())` and a long table four vectors. Fractional
    counts are allowed. level: coverage, in (0, 1).

    Model: x_cp ~ Binomial(x_c, s), RCA = s / (x_p / x), Jeffreys prior Beta(1/2, 1/2) on the row's share s, so
    s | x_cp ~ Beta(x_cp + 1/2, x_c - x_cp + 1/2); low is 0 at x_cp = 0 and high is s = 1 at x_cp = x_c. Chosen over
    Wilson because it is equal-tailed (Wilson leans towards 1/2, upwards for small shares) and over a Poisson interval
    because a share cannot exceed 1; a zero count has a finite upper bound. The column's share of the whole is taken as
    known although the cell is part of it: with all four cells multinomial, var(log RCA) is about
    1/x_cp - 1/x_c - 1/x_p + 2 x_cp/(x_c x_p) - 1/x against 1/x_cp - 1/x_c here, so the interval errs on the wide side
    while x_cp < x_c/2. It covers sampling only, not errors of classification or coverage.
    Source: Brown, Cai & DasGupta (2001), Statistical Science 16(2) (the Jeffreys interval).
    Raises InputError for a level outside (0, 1), non-finite or negative counts, a zero total, a part above its total.
    """
    if not 0 < level < 1:
        raise InputError(f"level {level} is not between 0 and 1: 0.9 asks for a 90 % interval")
    part, row, column, whole = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (x_cp, x_c, x_p, x)))
    for name, counts in (("x_cp", part), ("x_c", row), ("x_p", column), ("x", whole)):
        if not (np.isfinite(counts).all() and (counts >= 0).all()):
            raise InputError(f"{name} holds a count that is negative or not finite")
        if name != "x_cp" and not (counts > 0).all():
            raise InputError(f"{name} holds a zero total: remove empty rows and columns first (drop_zeros)")
    # Totals added up in another order may fall short of a part by rounding.
    slack = 1 + 1e-9
    for name, small, total in (("x_c", part, row), ("x_p", part, column), ("x", np.maximum(row, column), whole)):
        if (small > total * slack).any():
            raise InputError(f"a count exceeds its total {name}: pass totals of the same counts")
    rest = np.maximum(row - part, 0.0)
    tail = (1 - level) / 2
    low = np.where(part == 0, 0.0, betaincinv(part + 0.5, rest + 0.5, tail))
    high = np.where(rest == 0, 1.0, betaincinv(part + 0.5, rest + 0.5, 1 - tail))
    expected = column / whole
    return low / expected, high / expected


def rpca(x: Labelled, population: ArrayLike) -> Floats:
    """Population-weighted advantage, (C, P), unitless: RpcA_cp = (x_cp / n_c) / (x_p / n).

    population n_c: (C,) people (any unit), n its total; 1 means the row has the world's amount per head. Unlike RCA it
    does not compare a row with itself: a rich row may exceed 1 in every column, a poor one in none.
    Raises InputError that names a negative value, an all-zero row or column, or a row whose population is not positive
    and finite.
    Source: the `rpop` option of ecomplexity (Growth Lab at Harvard).
    """
    _, x_p = _positive_totals(x)
    people = np.asarray(population, dtype=np.float64)
    if people.shape != (len(x.rows),):
        raise InputError(f"population has shape {people.shape}, want one number a row: ({len(x.rows)},)")
    bad = ~(np.isfinite(people) & (people > 0))
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(
            f"population {people[row]} of row {x.rows[row]!r} is not positive and finite: find it or drop it"
        )
    ratio = x.values / people[:, None]
    ratio /= x_p / people.sum()
    return ratio


def presence(advantage: ArrayLike, *, threshold: float) -> Bools:
    """Presence matrix, (C, P) booleans: M_cp = [advantage_cp >= threshold].

    threshold: positive; 1 is the custom for RCA. Values within 1e-12 (relative) of the threshold count as reaching it.
    Raises InputError for a threshold that is not positive and finite, or a NaN.
    """
    values = np.asarray(advantage, dtype=np.float64)
    if not (np.isfinite(threshold) and threshold > 0):
        raise InputError(f"threshold {threshold} is not positive and finite")
    if np.isnan(values).any():
        raise InputError(f"advantage is NaN at position {tuple(map(int, np.argwhere(np.isnan(values))[0]))}")
    there: Bools = values >= threshold * (1 - _TIE)
    return there


def checked_presence(matrix: ArrayLike | Labelled) -> Bools:
    """A given presence matrix as (C, P) booleans. Raises InputError unless it is 2-D and holds only 0 and 1."""
    given: NDArray[Any] = np.asarray(matrix.values if isinstance(matrix, Labelled) else matrix)
    if given.ndim != 2 or 0 in given.shape:
        raise InputError(f"presence has shape {given.shape}, want (rows, columns) with at least one of each")
    there: Bools = given.astype(np.bool_, copy=False)
    binary = there == given
    if not binary.all():
        i, j = np.argwhere(~binary)[0]
        raise InputError(
            f"presence is {given[i, j]} at row {name_of(matrix, 'row', i)}, column {name_of(matrix, 'column', j)}, "
            "want 0 or 1: apply presence(..., threshold=...)"
        )
    return there


def require_presence(
    there: Bools, named: ArrayLike | Labelled, axes: Sequence[Literal["row", "column"]] = ("row", "column")
) -> None:
    """Raise InputError that names the first row or column without presence: by label if `named` has labels."""
    for axis in axes:
        counts = there.any(axis=1 if axis == "row" else 0)
        if not counts.all():
            i = int(np.argmin(counts))
            raise InputError(f"{axis} {name_of(named, axis, i)} has no presence: remove it (drop_zeros)")


def name_of(named: ArrayLike | Labelled, axis: Literal["row", "column"], i: int) -> str:
    """The quoted label of row or column i, or its position where the input has no labels."""
    if not isinstance(named, Labelled):
        return str(i)
    return repr((named.rows if axis == "row" else named.columns)[i])


def _positive_totals(x: Labelled) -> tuple[Floats, Floats]:
    """Row and column totals, none of them zero, of values none of which is negative."""
    if x.values.min() < 0:
        i, j = np.argwhere(x.values < 0)[0]
        raise InputError(f"negative value {x.values[i, j]} at row {x.rows[i]!r}, column {x.columns[j]!r}")
    x_c, x_p = x.values.sum(axis=1), x.values.sum(axis=0)
    for axis, totals, labels in (("row", x_c, x.rows), ("column", x_p, x.columns)):
        if not (totals > 0).all():
            label = labels[int(np.argmax(totals <= 0))]
            raise InputError(f"{axis} {label!r} is all zeros: remove it with drop_zeros and report it")
    return x_c, x_p
