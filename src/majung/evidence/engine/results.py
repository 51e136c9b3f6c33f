"""Results in the hand: a digest that both engines agree on, and the matrix that the methods take."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from majung.methods.labelled import InputError, Labelled, labelled

DIGITS = 9
"""Significant digits of a float in a digest: powers and logarithms differ between engines in the 16th."""


def digest(frame: pd.DataFrame, key: Sequence[str]) -> str:
    """SHA-256 of a result: rows sorted by key (NULL last), columns by name, floats at 9 significant digits.

    Equal for equal results of any engine, thread count or run. Raises InputError if the key does not tell rows apart.
    """
    if frame.duplicated(list(key)).any():
        raise InputError(f"rows repeat the key {', '.join(key)}: name all key columns")
    rows = frame.sort_values(list(key), kind="stable", na_position="last")[sorted(frame.columns)]
    cells = []
    for name in rows.columns:
        column = rows[name]
        if pd.api.types.is_float_dtype(column):
            cells.append([None if np.isnan(v) else float(f"{v:.{DIGITS - 1}e}") + 0.0 for v in column.tolist()])
        else:
            cells.append([None if pd.isna(v) else v for v in column.tolist()])
    content = json.dumps([list(rows.columns), cells], ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def matrix(cells: pd.DataFrame, *, row: str = "country", column: str = "code", value: str = "value") -> Labelled:
    """A long frame of one year as the labelled matrix that `majung.methods.complexity` takes; absent cells are 0.

    Raises InputError for a cell that stands twice (several years in one frame).
    """
    twice = cells.duplicated([row, column])
    if twice.any():
        first = cells[twice].iloc[0]
        raise InputError(f"{first[row]} × {first[column]} stands twice: choose one year")
    wide = cells.pivot(index=row, columns=column, values=value).fillna(0.0).sort_index().sort_index(axis=1)
    return labelled(wide.to_numpy(dtype=np.float64), list(wide.index), list(wide.columns))
