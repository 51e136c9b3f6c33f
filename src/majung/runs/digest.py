"""The canonical digest of a table: the same on every processor, thread count and library version that agree.

Rows sorted by key, floats at 9 significant digits, columns by name. Raw bytes of Parquet may differ; this may not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 9


@dataclass(frozen=True)
class Difference:
    """One cell that differs. size: relative difference, NaN if it is not one of numbers.

    rounding: both values agree to one unit of the 9th digit, so that only the rounding boundary parts them.
    """

    table: str
    key: str
    column: str
    before: str
    after: str
    size: float
    rounding: bool


def digest(frame: pd.DataFrame, key: Sequence[str]) -> str:
    """sha256 of the canonical rows."""
    canonical = _canonical(frame, key)
    text = json.dumps([list(canonical.columns), canonical.to_numpy().tolist()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(table: str, before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> list[Difference]:
    """Every cell whose canonical form differs, and every row that only one side has."""
    old, new = (_canonical(frame, key).set_index(list(key)) for frame in (before, after))
    found = [
        Difference(
            table,
            _name(k),
            "",
            "present" if k in old.index else "absent",
            "absent" if k in old.index else "present",
            np.nan,
            False,
        )
        for k in old.index.symmetric_difference(new.index)
    ]
    common = old.index.intersection(new.index)
    columns = [c for c in old.columns if c in new.columns]
    a, b = old.loc[common, columns], new.loc[common, columns]
    for i, j in np.argwhere(a.to_numpy() != b.to_numpy()):
        left, right = str(a.iat[i, j]), str(b.iat[i, j])
        size = _relative(left, right)
        found.append(Difference(table, _name(common[i]), columns[j], left, right, size, size <= 10.0 ** (1 - DIGITS)))
    found += [
        Difference(
            table, "", c, "column" if c in old else "no column", "column" if c in new else "no column", np.nan, False
        )
        for c in old.columns.symmetric_difference(new.columns)
    ]
    return found


def _canonical(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    columns = [*key, *sorted(c for c in frame.columns if c not in key)]
    text = pd.DataFrame({column: _text(frame[column]) for column in columns})
    return text.sort_values(list(key), ignore_index=True)


def _text(column: pd.Series[Any]) -> list[str]:
    if pd.api.types.is_float_dtype(column):
        # Adding 0.0 turns the negative zero into the positive one.
        return [f"{value + 0.0:.{DIGITS}g}" for value in column.to_numpy(dtype=float)]
    return [str(value) for value in column]


def _relative(left: str, right: str) -> float:
    try:
        a, b = float(left), float(right)
    except ValueError:
        return float("nan")
    return abs(a - b) / max(abs(a), abs(b))


def _name(key: object) -> str:
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)
