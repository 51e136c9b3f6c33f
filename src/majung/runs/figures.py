"""Figure ids: a short name for every row of a run's results, printed beside the number and understood by `trace`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import pandas as pd

SHORTEST = 5


class Figures:
    """The figure ids of one run: (table, key) <-> id.

    An id is the base-32 form of a hash over run, table and key, as long as it takes to be unique in the run (at least
    five characters), so that it names one row of one run and no other. One number of the row is `<id>.<column>`.
    """

    def __init__(self, run_id: str, tables: Mapping[str, pd.DataFrame], keys: Mapping[str, tuple[str, ...]]) -> None:
        full = {
            _hash(run_id, table, key): (table, key)
            for table, frame in tables.items()
            for key in frame[list(keys[table])].astype(str).itertuples(index=False, name=None)
        }
        length = SHORTEST
        while len({name[:length] for name in full}) < len(full):
            length += 1
        self._rows = {name[:length]: row for name, row in full.items()}
        self._ids = {row: name for name, row in self._rows.items()}

    def id(self, table: str, *key: object) -> str:
        """The id of a row. Raises KeyError if the run has no such row."""
        return self._ids[table, tuple(map(str, key))]

    def row(self, figure: str) -> tuple[str, tuple[str, ...]]:
        """The table and key that an id names. Raises KeyError if the run has no such figure."""
        return self._rows[figure]

    def __contains__(self, figure: str) -> bool:
        return figure in self._rows


def _hash(run_id: str, table: str, key: tuple[str, ...]) -> str:
    return base64.b32encode(hashlib.sha256("\0".join((run_id, table, *key)).encode()).digest()).decode()
