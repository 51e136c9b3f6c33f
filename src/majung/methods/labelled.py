"""Labelled input: a matrix that knows the names of its rows and columns, checked once at the door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class InputError(ValueError):
    """The input cannot be used as it stands; the message names the offending label and what to do."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """A matrix with row and column labels.

    values: (rows, columns) floats, all finite. Build it with :func:`labelled`, which validates.
    """

    values: Floats
    rows: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Dropped:
    """What :func:`drop_zeros` took away, so that a report can say so."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]


def labelled(
    values: ArrayLike, rows: Sequence[str], columns: Sequence[str], *, allow_negative: bool = False
) -> Labelled:
    """Check and label a matrix.

    values: (len(rows), len(columns)). Raises InputError that names the row and column of the first NaN, infinity or
    (unless allow_negative) negative value, each duplicate label, a shape that does not fit, or an empty axis.
    """
    matrix = np.array(values, dtype=np.float64)
    row_labels, column_labels = tuple(map(str, rows)), tuple(map(str, columns))
    if matrix.ndim != 2 or matrix.shape != (len(row_labels), len(column_labels)):
        raise InputError(
            f"values have shape {matrix.shape}, labels say ({len(row_labels)}, {len(column_labels)}): "
            "give one label a row and one a column"
        )
    if 0 in matrix.shape:
        raise InputError("the matrix has no rows or no columns")
    for axis, labels in (("row", row_labels), ("column", column_labels)):
        twice = [label for label, count in Counter(labels).items() if count > 1]
        if twice:
            raise InputError(f"duplicate {axis} label {twice[0]!r}: merge or rename the {axis}s")
    bad = ~np.isfinite(matrix)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise InputError(f"value {matrix[i, j]} at row {row_labels[i]!r}, column {column_labels[j]!r} is not finite")
    if not allow_negative and (matrix < 0).any():
        i, j = np.argwhere(matrix < 0)[0]
        raise InputError(f"negative value {matrix[i, j]} at row {row_labels[i]!r}, column {column_labels[j]!r}")
    matrix.setflags(write=False)
    return Labelled(matrix, row_labels, column_labels)


def drop_zeros(matrix: Labelled) -> tuple[Labelled, Dropped]:
    """Remove rows and columns that hold only zeros, until none is left, and report them.

    Raises InputError if nothing remains.
    """
    keep_rows = np.ones(len(matrix.rows), dtype=bool)
    keep_columns = np.ones(len(matrix.columns), dtype=bool)
    nonzero = matrix.values != 0
    while True:
        rows = keep_rows & nonzero[:, keep_columns].any(axis=1)
        columns = keep_columns & nonzero[rows].any(axis=0)
        if (rows == keep_rows).all() and (columns == keep_columns).all():
            break
        keep_rows, keep_columns = rows, columns
    if not keep_rows.any():
        raise InputError("every row and column is zero")
    values = matrix.values[np.ix_(keep_rows, keep_columns)]
    values.setflags(write=False)
    kept = Labelled(
        values,
        tuple(r for r, k in zip(matrix.rows, keep_rows, strict=True) if k),
        tuple(c for c, k in zip(matrix.columns, keep_columns, strict=True) if k),
    )
    dropped = Dropped(
        tuple(r for r, k in zip(matrix.rows, keep_rows, strict=True) if not k),
        tuple(c for c, k in zip(matrix.columns, keep_columns, strict=True) if not k),
    )
    return kept, dropped
