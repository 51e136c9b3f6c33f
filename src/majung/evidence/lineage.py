"""What rests on what: from every result row back to the rows of the evidence tables.

A node is a result row or a programme entry, named 'table/key1/key2'. It rests on other nodes and on source rows. The
graph grows while the results are computed (`Lineage`); once it stands it is asked as columns of numbers (`Chains`),
which read in milliseconds and answer in both directions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SourceRows = Mapping[str, tuple[int, ...]]
"""Rows of evidence tables: table name -> line numbers."""


def node(table: str, *key: object) -> str:
    """The name of a result row or programme entry."""
    return "/".join((table, *map(str, key)))


Codes = NDArray[np.int64]


class Lineage:
    """A growing directed acyclic graph of nodes, with the source rows that nodes rest on directly."""

    def __init__(self) -> None:
        self._parents: dict[str, dict[str, None]] = {}
        self._rows: dict[str, dict[str, set[int]]] = {}

    def rest(self, child: str, parents: Iterable[str] = (), rows: SourceRows | None = None) -> None:
        """State that `child` rests on these nodes and source rows, besides those already stated."""
        self._parents.setdefault(child, {}).update(dict.fromkeys(parents))
        for table, lines in (rows or {}).items():
            self._rows.setdefault(child, {}).setdefault(table, set()).update(lines)

    def update(self, other: Lineage) -> None:
        """Take over everything another lineage states."""
        for child, parents in other._parents.items():
            self.rest(child, parents)
        for child, rows in other._rows.items():
            self.rest(child, (), {table: tuple(lines) for table, lines in rows.items()})

    def to_frame(self) -> pd.DataFrame:
        """Columns child, parent, table, line: one row an edge, in the order in which they were stated; either a parent
        node or a source row. Names are categories, so that they are read back as numbers."""
        edges = [(c, p, "", -1) for c, parents in self._parents.items() for p in parents]
        edges += [
            (c, "", t, line) for c, rows in self._rows.items() for t, lines in rows.items() for line in sorted(lines)
        ]
        frame = pd.DataFrame(edges, columns=["child", "parent", "table", "line"])
        return frame.astype({"child": "category", "parent": "category", "table": "category", "line": "int64"})

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


class Chains:
    """A finished lineage, to be asked what a node rests on and what rests on it.

    frames: as `Lineage.to_frame` gives them, one a room. Nodes are numbered; the links of node i are the numbers
    between two offsets. A node that nobody stated rests on nothing.
    """

    def __init__(self, frames: Iterable[pd.DataFrame]) -> None:
        parts = list(frames)
        (child, parent), self._names = _numbered([part["child"] for part in parts], [part["parent"] for part in parts])
        (table,), self._tables = _numbered([part["table"] for part in parts])
        line = np.concatenate([part["line"].to_numpy() for part in parts])
        inner = self._names[parent] != ""
        self._parents = _Links(child[inner], parent[inner], len(self._names))
        self._children = _Links(parent[inner], child[inner], len(self._names))
        self._table, self._line = table[~inner], line[~inner]
        self._rows = _Links(child[~inner], np.arange(len(self._line)), len(self._names))

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self._names.tolist())}

    def parents(self, child: str) -> tuple[str, ...]:
        """The nodes on which a node rests directly."""
        return self._named(self._parents.of(self._at(child)))

    def children(self, parent: str) -> tuple[str, ...]:
        """The nodes that rest directly on a node."""
        return self._named(self._children.of(self._at(parent)))

    def rows(self, child: str) -> dict[str, tuple[int, ...]]:
        """The source rows on which a node rests directly, in file order."""
        return self._source_rows(self._at(child))

    def ancestors(self, child: str) -> tuple[str, ...]:
        """Every node on which this one rests, nearest first, itself included."""
        return self._named(self._above(child)) or (child,)

    def source_rows(self, child: str) -> dict[str, tuple[int, ...]]:
        """Every source row on which a node rests, directly or not, in file order."""
        return self._source_rows(self._above(child))

    def _at(self, name: str) -> Codes:
        code = self._codes.get(name)
        return np.array([] if code is None else [code], dtype=np.int64)

    def _named(self, codes: Codes) -> tuple[str, ...]:
        return tuple(self._names[codes].tolist())

    def _above(self, child: str) -> Codes:
        """The node and what it rests on, level by level."""
        levels = [self._at(child)]
        seen = np.zeros(len(self._names), dtype=bool)
        while len(levels[-1]):
            seen[levels[-1]] = True
            reached = self._parents.of(levels[-1])
            fresh, first = np.unique(reached[~seen[reached]], return_index=True)
            levels.append(fresh[np.argsort(first)])
        return np.concatenate(levels)

    def _source_rows(self, nodes: Codes) -> dict[str, tuple[int, ...]]:
        rows = self._rows.of(nodes)
        table, line = self._table[rows], self._line[rows]
        found = {str(name): np.unique(line[table == k]) for k, name in enumerate(self._tables) if (table == k).any()}
        return {name: tuple(lines.tolist()) for name, lines in sorted(found.items())}


def _numbered(*columns: Sequence[pd.Series[Any]]) -> tuple[list[Codes], NDArray[np.object_]]:
    """Columns of categories, each in parts, as numbers: those of each column, and the names that they number."""
    held = [part.cat.categories.to_numpy(dtype=object) for column in columns for part in column]
    numbers, names = pd.factorize(np.concatenate(held))
    own = iter(np.split(numbers, np.cumsum([len(one) for one in held])[:-1]))
    return [np.concatenate([next(own)[part.cat.codes.to_numpy()] for part in column]) for column in columns], names


class _Links:
    """From each node to others: those of node i are `targets[offsets[i] : offsets[i + 1]]`."""

    def __init__(self, origins: Codes, targets: Codes, nodes: int) -> None:
        order = np.argsort(origins, kind="stable")
        self.targets: Codes = targets[order]
        self.offsets = np.concatenate([[0], np.cumsum(np.bincount(origins, minlength=nodes))])

    def of(self, nodes: Codes) -> Codes:
        """The targets of these nodes, node after node."""
        starts, counts = self.offsets[nodes], self.offsets[nodes + 1] - self.offsets[nodes]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Codes = self.targets[np.repeat(starts, counts) + within]
        return found
