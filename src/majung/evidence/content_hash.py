"""The content hash: the same for the same facts, however they are ordered, split over files or stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

SEPARATOR = "\x1f"  # refused inside cells, so that joined cells cannot be confused


def content_hash(declared: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 (hex) over what is declared (sources, licences, codes, cuts) and every row of every table.

    Rows are sorted, numbers written by their value (1, 1.0 and 1e0 are one value; -0 is 0), so that neither row order
    nor partitioning nor CSV against Parquet matters, and any change of a value, key, source, origin or licence does.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps(declared, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    for name in sorted(tables):
        frame = tables[name]
        digest.update(f"\n{name}{SEPARATOR}{SEPARATOR.join(map(str, frame.columns))}\n".encode())
        digest.update("\n".join(sorted(_rows(frame))).encode())
    return digest.hexdigest()


def _rows(frame: pd.DataFrame) -> list[str]:
    columns = []
    for name in frame.columns:
        if name == "value":
            columns.append([repr(value + 0.0) for value in frame[name].tolist()])
        else:
            columns.append([str(value) for value in frame[name].tolist()])
    return [SEPARATOR.join(cells) for cells in zip(*columns, strict=True)]
