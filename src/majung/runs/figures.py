"""Figure ids: a short name for every row of a run's results, printed beside the number and understood by `trace`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import pandas as pd

from majung.evidence.lineage import node

SHORTEST = 5


class Figures:
    """The figure ids of one run: (table, key) <-> id.

    An id is the base-32 form of a hash over run, table and key, as long as it takes to be unique in the run (at least
    five characters), so that it names one row of one run and no other. One number of the row is `<id>.<column>`.
    frame: columns figure, name (the row's node `table/key1/key2`), place (its position in the table).
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        names, figures = frame["name"].tolist(), frame["figure"].tolist()
        self._names: dict[str, str] = dict(zip(figures, names, strict=True))
        self._figures: dict[str, str] = dict(zip(names, figures, strict=True))
        self._places: dict[str, int] = dict(zip(names, frame["place"].tolist(), strict=True))

    @classmethod
    def of(cls, run_id: str, tables: Mapping[str, pd.DataFrame], keys: Mapping[str, tuple[str, ...]]) -> Figures:
        """The figure ids of a run's tables, whose key columns are `keys`."""
        rows = [
            (_hash(run_id, table, key), node(table, *key), place)
            for table, frame in tables.items()
            for place, key in enumerate(frame[list(keys[table])].astype(str).itertuples(index=False, name=None))
        ]
        length = SHORTEST
        while len({full[:length] for full, _, _ in rows}) < len(rows):
            length += 1
        found = [(full[:length], name, place) for full, name, place in rows]
        return cls(pd.DataFrame(found, columns=["figure", "name", "place"]))

    def id(self, table: str, *key: object) -> str:
        """The id of a row. Raises KeyError if the run has no such row."""
        return self._figures[node(table, *key)]

    def row(self, figure: str) -> tuple[str, tuple[str, ...]]:
        """The table and key that an id names. Raises KeyError if the run has no such figure."""
        table, *key = self._names[figure].split("/")
        return table, tuple(key)

    def named(self, name: str) -> str:
        """The id of the row that a node names, "" for a node that is no row of the run."""
        return self._figures.get(name, "")

    def place(self, table: str, *key: object) -> int:
        """The position of a row in its table. Raises KeyError if the run has no such row."""
        return self._places[node(table, *key)]

    def __contains__(self, figure: str) -> bool:
        return figure in self._names


def _hash(run_id: str, table: str, key: tuple[str, ...]) -> str:
    return base64.b32encode(hashlib.sha256("\0".join((run_id, table, *key)).encode()).digest()).decode()
