"""What an indicator sees: a value for each code of a classification, with its draws and the source rows behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from majung.evidence.lineage import SourceRows
from majung.evidence.package import Filter
from majung.methods.labelled import Floats
from majung.programme import IndicatorSpec, Programme
from majung.programme.draws import Draws

Place = Literal["own", "world", "other_country"]


@dataclass(frozen=True)
class Observation:
    """One indicator observed over the n codes of its classification.

    values: (n,) point values, NaN where the evidence is missing. draws: (samples, n), NaN in the same columns.
    rows: for each code the source rows that are its own; common_rows: those that every code rests on (totals).
    rivals: (n, countries) point values of the other countries, for an indicator relative to the leader, else None.
    place: whose figures these are: the programme's country, the world, or another country.
    """

    codes: tuple[str, ...]
    values: Floats
    draws: Floats
    rows: tuple[SourceRows, ...]
    common_rows: SourceRows
    place: Place
    period: str
    rivals: Floats | None = None


@dataclass(frozen=True)
class Question:
    """What an indicator function is asked: which indicator, over which evidence, up to when."""

    programme: Programme
    draws: Draws
    spec: IndicatorSpec

    @property
    def country(self) -> str:
        return self.programme.charter.country

    @cached_property
    def used(self) -> frozenset[str]:
        """Codes of the classification that some industry's definition names: the others need no draws."""
        industries = self.programme.industries.values()
        return frozenset(c.code for i in industries for c in i.codes_in(self.spec.classification))

    def parameter(self, name: str, default: float) -> float:
        """A parameter of the indicator."""
        return self.spec.parameters.get(name, default)

    def recent_years(self, default: int) -> int:
        """Width of the indicator's window, in years."""
        return int(self.spec.parameters.get("recent_years", default))

    def select(self, table: str, **filters: Filter) -> pd.DataFrame:
        """Evidence rows of the indicator's classification up to the cut."""
        return self.programme.select(table, classification=self.spec.classification, **filters)


def rows_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, tuple[int, ...]]:
    """The addresses of the rows in each table's frame."""
    return {table: tuple(int(row) for row in frame.index) for table, frame in frames.items() if len(frame)}


def windows(last: int, width: int) -> tuple[range, range]:
    """The `width` years that end at `last`, and the `width` years before them."""
    return range(last - width + 1, last + 1), range(last - 2 * width + 1, last - width + 1)


def sum_by_code(frame: pd.DataFrame, codes: Sequence[str], years: range) -> Floats:
    """(n,) sums over the years; NaN for a code that has not one row in each year: a part is no total."""
    inside = frame[frame["year"].isin(years)]
    grouped = inside.groupby("code")["value"]
    complete = inside.groupby("code")["year"].nunique().reindex(list(codes)).to_numpy(dtype=float) == len(years)
    sums = grouped.sum().reindex(list(codes)).to_numpy(dtype=float)
    return np.where(complete, sums, np.nan)


def span(*years: range) -> str:
    """'2016–2020', or '2016–2020 / 2011–2015' for a period and its base."""
    return " / ".join(f"{y[0]}–{y[-1]}" if len(y) > 1 else str(y[0]) for y in years)
