"""Licences of a snapshot, taken together: what may be said under which terms, and how many rows rest on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from majung.evidence.descriptor import Source


@dataclass(frozen=True)
class Licence:
    """One licence as its distributors state it, and what stands under it. tables: name -> rows."""

    name: str
    sources: tuple[str, ...]
    tables: Mapping[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    def as_dict(self) -> dict[str, Any]:
        return {"license": self.name, "sources": list(self.sources), "rows": self.rows, "tables": dict(self.tables)}


def collect(sources: Mapping[str, Source], tables: Mapping[str, pd.DataFrame]) -> tuple[Licence, ...]:
    """The licences of all sources, the one with most rows first; one that no row uses has 0 rows."""
    rows: dict[str, Counter[str]] = {}
    named: dict[str, list[str]] = {}
    for source in sources.values():
        named.setdefault(source.license, []).append(source.id)
        rows.setdefault(source.license, Counter())
    for name, frame in tables.items():
        for source_id, count in frame["source"].value_counts().items():
            rows[sources[str(source_id)].license][name] += int(count)
    found = [Licence(name, tuple(sorted(named[name])), dict(sorted(rows[name].items()))) for name in named]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.name)))
