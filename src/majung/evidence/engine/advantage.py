# mypy: disable-error-code="import-untyped"
"""RCA inputs: amounts and margins of a country × product table, advantage, presence, diversity and ubiquity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from majung.evidence.engine.arithmetic import PLACES, amount, count, ratio, total, units
from majung.evidence.engine.proximity import proximity_counts
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TIE = 1e-12  # as majung.methods.complexity.presence


@dataclass(frozen=True, eq=False)
class ComplexityInputs:
    """What complexity is computed from, as tables; `by` are the columns that keep tables apart (years).

    cells: by, row, column, value, rca, present. rows: by, row, total, diversity. columns: by, column, total, ubiquity.
    totals: by, total. Build it with :func:`complexity_inputs`.
    """

    cells: ir.Table
    rows: ir.Table
    columns: ir.Table
    totals: ir.Table
    by: tuple[str, ...]
    row: str
    column: str

    def proximity(self) -> ir.Table:
        """Co-occurrence counts of the columns: see :func:`proximity_counts`."""
        return proximity_counts(self.cells, by=self.by, row=self.row, column=self.column)


def complexity_inputs(
    table: ir.Table,
    *,
    by: Sequence[str] = ("year",),
    row: str = "country",
    column: str = "code",
    value: str = "value",
    threshold: float = 1.0,
    places: int = PLACES,
) -> ComplexityInputs:
    """Aggregate a long table to country × product amounts and everything RCA needs, in one pass over it.

    table: at least the columns named by `by`, `row`, `column` and `value`; further ones (partner countries) are added
    up. Rows with a NULL among them are left out. Cells that add up to zero stay, with RCA 0. value: nonnegative.
    threshold: presence is RCA >= threshold, with the relative slack 1e-12 of `majung.methods.complexity.presence`.
    places: decimal places kept of a value.

    rca = (value / row total) / (column total / total), NULL where a margin is zero, and then `present` is NULL too:
    0/0 is no evidence of absence. Intermediate tables are cached: amounts are added up once.
    """
    if not threshold > 0:
        raise InputError(f"threshold {threshold} is not positive")
    keys = [*by, row, column]
    missing = [name for name in (*keys, value) if name not in table.columns]
    if missing:
        raise InputError(f"the table has no column {missing[0]!r}; it has {', '.join(table.columns)}")
    known = table.drop_null([*keys, value], how="any")
    cells = known.group_by(keys).agg(units=total(units(known[value], places))).cache()
    rows = cells.group_by([*by, row]).agg(row_units=total(cells["units"]))
    columns = cells.group_by([*by, column]).agg(column_units=total(cells["units"]))
    totals = (cells.group_by(list(by)) if by else cells).agg(total_units=total(cells["units"]))
    joined = cells.join(rows, [*by, row]).join(columns, [*by, column])
    joined = joined.join(totals, list(by)) if by else joined.cross_join(totals)
    share = ratio(joined["units"], joined["row_units"])
    advantage = ratio(share, ratio(joined["column_units"], joined["total_units"]))
    long = joined.select(*keys, value=amount(joined["units"], places), rca=advantage)
    long = long.mutate(present=long["rca"] >= threshold * (1 - _TIE)).cache()
    diversity = long.group_by([*by, row]).agg(diversity=count(long["present"]))
    ubiquity = long.group_by([*by, column]).agg(ubiquity=count(long["present"]))
    return ComplexityInputs(
        cells=long,
        rows=rows.join(diversity, [*by, row]).select(
            *by, row, total=lambda t: amount(t["row_units"], places), diversity=lambda t: t["diversity"]
        ),
        columns=columns.join(ubiquity, [*by, column]).select(
            *by, column, total=lambda t: amount(t["column_units"], places), ubiquity=lambda t: t["ubiquity"]
        ),
        totals=totals.select(*by, total=lambda t: amount(t["total_units"], places)),
        by=tuple(by),
        row=row,
        column=column,
    )
