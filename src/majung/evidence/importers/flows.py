"""Input-output tables: cells of a matrix as flows, and inter-country tables folded into national ones.

Rows and columns that every such table has get one name in all of them (WIOD's): TXSP taxes less subsidies on products,
VA value added, GO output; CONS_h, CONS_np, CONS_g consumption of households, NPISH, government; GFCF, INVEN, EXP.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from majung.evidence.cells import NUMBER, explain_value
from majung.evidence.importers.context import Context
from majung.evidence.importers.format import Batch
from majung.evidence.importers.workbook import letter
from majung.evidence.problems import Text, text
from majung.methods.labelled import InputError

Floats = NDArray[np.float64]
_NUMBER = re.compile(NUMBER)

COMMON: dict[str, Text] = {
    "CONS_h": text("Final consumption by households", "가계 소비"),
    "CONS_np": text("Final consumption by NPISH", "민간 비영리단체 소비"),
    "CONS_g": text("Final consumption by government", "정부 소비"),
    "GFCF": text("Gross fixed capital formation", "총고정자본형성"),
    "INVEN": text("Changes in inventories", "재고 증감"),
    "EXP": text("Exports", "수출"),
    "TXSP": text("Taxes less subsidies on products", "생산물세(보조금 차감)"),
    "VA": text("Value added", "부가가치"),
    "GO": text("Output", "총산출"),
    "PURR": text("Direct purchases abroad by residents", "거주자 국외 직접구매"),
}


@cache
def wiod_labels() -> dict[str, Text]:
    """Labels of WIOD's 56 industries, primary rows and final demand (release of November 2016)."""
    content = (resources.files("majung.evidence.importers") / "wiod56.csv").read_text(encoding="utf-8")
    return {line["code"]: text(line["en"], line["ko"]) for line in csv.DictReader(content.splitlines())}


def cell_numbers(cells: Sequence[object], line: int, columns: Sequence[str], context: Context) -> Floats:
    """Cells of one row as numbers; NaN where one is empty (left out, counted) or no number (bad).

    columns: what each cell's column is called in the report.
    """
    out = np.full(len(cells), np.nan)
    empty = 0
    for place, cell in enumerate(cells):
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            out[place] = cell
        elif cell is None or (isinstance(cell, str) and not cell.strip()):
            empty += 1
        elif isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
            out[place] = float(cell)
        else:
            reason, remedy = explain_value(str(cell))
            context.bad("not-a-number", line, reason, remedy, column=columns[place], value=cell)
    infinite = np.isinf(out)
    for at in np.flatnonzero(infinite).tolist():
        reason = text(f"value {cells[at]} is too large for a number", f"값 {cells[at]}이(가) 수의 범위를 넘습니다")
        context.bad("infinite-value", line, reason, text("correct it", "고치십시오"), column=columns[at])
    out[infinite] = np.nan
    context.leave_out("empty-value", text("the cell is empty", "칸이 비어 있습니다"), line=line, count=empty)
    return out


def flow_rows(
    values: Floats,
    *,
    country: str,
    year: int,
    use: str,
    row: str,
    columns: Sequence[str],
    line: int,
    origins: Sequence[str],
) -> pd.DataFrame:
    """One row of a table as canonical flows. values: (columns,); NaN are dropped by the gate."""
    return pd.DataFrame(
        {
            "country": country,
            "year": year,
            "use": use,
            "row": row,
            "column": list(columns),
            "value": values,
            "line": line,
            "origin": list(origins),
        }
    )


def batch(frames: Sequence[pd.DataFrame]) -> Batch:
    return Batch("input_output", pd.concat(frames, ignore_index=True))


def sheet_origins(file: str, line: int, places: Sequence[int]) -> list[str]:
    return [f"{file}, row {line} column {letter(place)}" for place in places]


class Fold:
    """An inter-country table on its way into national ones: domestic flows, imports by product, exports, primary rows.

    countries: all that the table has, also a rest of the world, whose own table is not given out. sectors: row codes.
    columns: sector and final-demand codes of one country, in order. at: for each column of the table its (country,
    column) pair. Where a cell is unknown, everything it would be added to is unknown too.
    """

    def __init__(
        self, countries: Sequence[str], sectors: Sequence[str], columns: Sequence[str], at: Sequence[tuple[str, str]]
    ) -> None:
        self.countries, self.sectors, self.columns = list(countries), list(sectors), list(columns)
        number = {name: i for i, name in enumerate(self.countries)}
        place = {name: i for i, name in enumerate(self.columns)}
        self._row = {name: i for i, name in enumerate(self.sectors)}
        self._number = number
        self._flat = np.array([number[c] * len(self.columns) + place[k] for c, k in at], dtype=np.int64)
        shape = (len(self.countries), len(self.sectors), len(self.columns))
        self._absent = np.setdiff1d(np.arange(shape[0] * shape[2]), self._flat)
        self.domestic = np.zeros(shape)
        self.imports = np.zeros(shape)
        self.exports = np.zeros(shape[:2])
        self.lines: dict[tuple[str, str], int] = {}
        self.primary: dict[str, Floats] = {}

    @property
    def width(self) -> int:
        """How many columns the inter-country table has."""
        return len(self._flat)

    def _by_country(self, values: Floats) -> Floats:
        size = len(self.countries) * len(self.columns)
        added: Floats = np.bincount(self._flat, weights=values, minlength=size).astype(np.float64)
        added[self._absent] = np.nan  # a column that a country does not have is unknown, not zero
        return added.reshape(len(self.countries), -1)

    def add(self, country: str, sector: str, values: Floats, line: int) -> None:
        """A row of flows: what a country's sector delivers to every column of the table."""
        table = self._by_country(values)
        c, s = self._number[country], self._row[sector]
        self.domestic[c, s] += table[c]
        abroad = table.copy()
        abroad[c] = 0.0
        self.imports[:, s] += abroad
        self.exports[c, s] += abroad.sum()
        self.lines.setdefault((country, sector), line)

    def add_primary(self, name: str, values: Floats, line: int) -> None:
        """A row such as value added, below the flows."""
        table = self._by_country(values)
        self.primary[name] = self.primary[name] + table if name in self.primary else table
        self.lines.setdefault(("", name), line)

    def batches(self, country: str, year: int, file: str) -> Batch:
        """A country's national table."""
        c = self._number[country]
        frames = []
        for s, sector in enumerate(self.sectors):
            line = self.lines.get((country, sector))
            if line is not None:
                own = np.append(self.domestic[c, s], self.exports[c, s])
                origins = [f"{file}, row {line}"] * len(self.columns) + [f"{file}, row {line}, other countries"]
                columns = [*self.columns, "EXP"]
                frames.append(self._rows(own, country, year, "domestic", sector, columns, line, origins))
            here = [f"{file}, rows of {sector} of other countries"] * len(self.columns)
            frames.append(
                self._rows(self.imports[c, s], country, year, "imports", sector, self.columns, line or 0, here)
            )
        for name, table in self.primary.items():
            line = self.lines["", name]
            here = [f"{file}, row {line}"] * len(self.columns)
            frames.append(self._rows(table[c], country, year, "primary", name, self.columns, line, here))
        return batch(frames)

    def _rows(
        self,
        values: Floats,
        country: str,
        year: int,
        use: str,
        row: str,
        columns: Sequence[str],
        line: int,
        origins: Sequence[str],
    ) -> pd.DataFrame:
        return flow_rows(
            values, country=country, year=year, use=use, row=row, columns=columns, line=line, origins=origins
        )


def wanted_countries(context: Context, known: Sequence[str]) -> list[str]:
    """The countries whose tables are given out: those of the option `countries`, else all."""
    given = [one.strip().upper() for one in context.option("countries", "").split(",") if one.strip()]
    unknown = [one for one in given if one not in known]
    if unknown:
        raise InputError(f"the table has no country {unknown[0]!r}; it has {', '.join(known[:80])}")
    return given or list(known)


def wanted_years(context: Context) -> tuple[int, int]:
    """First and last year of the option `years` (2014 or 2010-2014). Raises InputError for something else."""
    given = context.option("years", "")
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", given.strip())
    if not given.strip():
        return 0, 9999
    if found is None:
        raise InputError(f"--option years={given}: write 2014 or 2010-2014")
    return int(found[1]), int(found[2] or found[1])


def report_imbalance(context: Context, what: str, misses: Sequence[tuple[int, str, float, float]]) -> None:
    """Say where sums and published totals disagree: (line, name, sum, total). Nothing is repaired."""
    if not misses:
        return
    line, name, added, total = max(misses, key=lambda miss: abs(miss[2] - miss[3]))
    context.note(
        "out-of-balance",
        text(
            f"{len(misses):,} {what} do not add up to their published total; largest: {name}, {added:,.1f} "
            f"against {total:,.1f}",
            f"공표된 합계와 맞지 않는 곳이 {len(misses):,}건 있습니다({what}). "
            f"가장 큰 차이: {name}, 합 {added:,.1f}, 공표 {total:,.1f}",
        ),
        line=line,
    )
