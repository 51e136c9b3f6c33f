"""What rests on what: from every result row back to the rows of the evidence tables.

A node is a result row or a programme entry, named 'table/key1/key2'. It rests on other nodes and on source rows. The
graph is built while the results are computed and read by `trace`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

SourceRows = Mapping[str, tuple[int, ...]]
"""Rows of evidence tables: table name -> line numbers."""


def node(table: str, *key: object) -> str:
    """The name of a result row or programme entry."""
    return "/".join((table, *map(str, key)))


class Lineage:
    """A directed acyclic graph of nodes, with the source rows that nodes rest on directly."""

    def __init__(self) -> None:
        self._parents: dict[str, dict[str, None]] = {}
        self._rows: dict[str, dict[str, set[int]]] = {}

    def rest(self, child: str, parents: Iterable[str] = (), rows: SourceRows | None = None) -> None:
        """State that `child` rests on these nodes and source rows, besides those already stated."""
        self._parents.setdefault(child, {}).update(dict.fromkeys(parents))
        for table, lines in (rows or {}).items():
            self._rows.setdefault(child, {}).setdefault(table, set()).update(lines)

    def update(self, other: Lineage) -> None:
        """Take over everything another graph states."""
        for child, parents in other._parents.items():
            self.rest(child, parents)
        for child, rows in other._rows.items():
            self.rest(child, (), {table: tuple(lines) for table, lines in rows.items()})

    def parents(self, child: str) -> tuple[str, ...]:
        """The nodes on which a node rests directly."""
        return tuple(self._parents.get(child, ()))

    def rows(self, child: str) -> dict[str, tuple[int, ...]]:
        """The source rows on which a node rests directly, in file order."""
        return {table: tuple(sorted(lines)) for table, lines in sorted(self._rows.get(child, {}).items())}

    def ancestors(self, child: str) -> tuple[str, ...]:
        """Every node on which this one rests, nearest first, itself included."""
        seen = {child: None}
        queue = [child]
        for current in queue:
            for parent in self._parents.get(current, ()):
                if parent not in seen:
                    seen[parent] = None
                    queue.append(parent)
        return tuple(seen)

    def source_rows(self, child: str) -> dict[str, tuple[int, ...]]:
        """Every source row on which a node rests, directly or not."""
        found: dict[str, set[int]] = {}
        for ancestor in self.ancestors(child):
            for table, lines in self._rows.get(ancestor, {}).items():
                found.setdefault(table, set()).update(lines)
        return {table: tuple(sorted(lines)) for table, lines in sorted(found.items())}

    def to_frame(self) -> pd.DataFrame:
        """Columns child, parent, table, line: one row an edge; either a parent node or a source row."""
        edges = [(c, p, "", -1) for c, parents in self._parents.items() for p in parents]
        edges += [(c, "", t, line) for c, rows in self._rows.items() for t, lines in rows.items() for line in lines]
        frame = pd.DataFrame(edges, columns=["child", "parent", "table", "line"])
        return frame.sort_values(list(frame.columns), ignore_index=True)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Lineage:
        """The inverse of :meth:`to_frame`."""
        lineage = cls()
        inner = frame[frame["parent"] != ""]
        for name, parents in inner.groupby("child", sort=False)["parent"]:
            lineage.rest(str(name), parents)
        outer = frame[frame["parent"] == ""]
        for (child, table), lines in outer.groupby(["child", "table"], sort=False)["line"]:
            lineage.rest(str(child), (), {str(table): tuple(int(line) for line in lines)})
        return lineage
