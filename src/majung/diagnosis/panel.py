"""Counts of a country's output (patents, articles, value added), with the source rows they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import pandas as pd

from majung.evidence import WORLD
from majung.evidence.lineage import SourceRows
from majung.methods.labelled import Floats
from majung.programme import Programme


@dataclass(frozen=True)
class Measure:
    """What is counted: the evidence table and measure in which it is found."""

    id: str
    table: str
    measure: str
    classification: str


PATENTS = Measure("patents", "patents", "families", "wipo35")
PUBLICATIONS = Measure("publications", "publications", "articles", "se14")
CITATIONS = Measure("citations", "publications", "top1pct", "se14")
VALUE_ADDED = Measure("value added", "value_added", "usd_m", "kti")


TOTALS = frozenset({"all-kti"})
"""Codes that are the published total of the others."""


@dataclass(frozen=True)
class Panel:
    """Counts of one measure up to the cut.

    counts: (codes, countries, years), NaN where there is none; world: (codes, years), the source's own total. lines:
    (code, country, year) -> the lines of the evidence table that the count rests on.
    """

    measure: Measure
    codes: tuple[str, ...]
    countries: tuple[str, ...]
    years: tuple[int, ...]
    counts: Floats
    world: Floats
    lines: Mapping[tuple[str, str, int], tuple[int, ...]] = field(repr=False)

    def rows(self, codes: Iterable[str], countries: Iterable[str], years: Iterable[int]) -> SourceRows:
        """The source rows behind these counts."""
        found = [line for cell in product(codes, countries, years) for line in self.lines.get(cell, ())]
        return {self.measure.table: tuple(found)} if found else {}


def read_panel(programme: Programme, measure: Measure) -> Panel:
    """The measure's counts, without the classification's published totals.

    Citations are articles × share in the world's top 1 %: a count of top-cited articles, for the years with a share.
    """
    frame = programme.select(
        measure.table, classification=measure.classification, measure=measure.measure
    ).reset_index()
    lines = [frame["row"]]
    if measure is CITATIONS:
        articles = programme.select(
            measure.table, classification=measure.classification, measure=PUBLICATIONS.measure
        ).reset_index()
        frame = frame.merge(articles, on=["code", "country", "year"], suffixes=("", "_articles"))
        frame["value"] = frame["value"] * frame["value_articles"] / 100
        lines = [frame["row"], frame["row_articles"]]
    codes = tuple(c for c in sorted(frame["code"].unique()) if c not in TOTALS)
    years = tuple(range(int(frame["year"].min()), int(frame["year"].max()) + 1))
    countries = tuple(sorted(set(frame["country"]) - {WORLD}))
    cube = (
        frame.set_index(["code", "country", "year"])["value"]
        .reindex(pd.MultiIndex.from_product([codes, (*countries, WORLD), years]))
        .to_numpy(dtype=float)
        .reshape(len(codes), len(countries) + 1, len(years))
    )
    cells = zip(frame["code"], frame["country"], frame["year"].tolist(), strict=True)
    addresses = zip(*(part.tolist() for part in lines), strict=True)
    return Panel(measure, codes, countries, years, cube[:, :-1], cube[:, -1], dict(zip(cells, addresses, strict=True)))
