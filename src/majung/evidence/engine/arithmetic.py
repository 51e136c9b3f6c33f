# mypy: disable-error-code="import-untyped"
"""Sums that do not depend on their order, and divisions that do not depend on the engine.

A sum of floats differs in its last digits with the order of its terms, so between threads, engines and runs. Amounts
are therefore added in fixed point: as whole numbers of the unit / 10**places, in 38 digits. What is divided at the end
is the same number on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

PLACES = 6
"""Decimal places kept of an amount, which may then be up to 9.2e12 units; a larger one is an error on both engines."""

WEIGHT_PLACES = 12
"""Decimal places kept of a fraction of one record."""


def units(value: ir.NumericValue, places: int = PLACES) -> ir.DecimalValue:
    """The value as a whole number of 10**-places, in 38 digits.

    Rounds half away from zero. Through a 64-bit integer, which both engines reach from a double exactly and refuse to
    overflow: NaN, infinity and what does not fit are errors.
    """
    return (value.cast("float64") * 10.0**places).round().cast("int64").cast("decimal(38, 0)")


def total(
    units: ir.DecimalColumn, *, where: ir.BooleanValue | None = None, over: ir.WindowBuilder | None = None
) -> ir.DecimalValue:
    """Sum of :func:`units`, still in units; NULL if there are none. Ibis would call it a decimal of two places."""
    found = units.sum(where=where)
    return (found if over is None else found.over(over)).cast("decimal(38, 0)")


def amount(units: ir.DecimalValue, places: int = PLACES) -> ir.FloatingValue:
    """Back from a sum of :func:`units` to the unit."""
    return units.cast("float64") / 10.0**places


def ratio(numerator: ir.NumericValue, denominator: ir.NumericValue) -> ir.FloatingValue:
    """numerator / denominator, NULL where the denominator is zero (DuckDB: infinity, Spark: an error)."""
    return numerator.cast("float64") / denominator.cast("float64").nullif(0.0)


def unique(table: ir.Table) -> ir.Table:
    """The table's rows without repetition.

    Not `.distinct()`: sorted afterwards, Ibis 12 compiles it for Spark with the columns of earlier filters among those
    that must differ, and rows come twice in silence.
    """
    return table.group_by(table.columns).agg()


def count(condition: ir.BooleanValue) -> ir.IntegerValue:
    """How many rows meet a condition; 0, not NULL, where none does."""
    return condition.cast("int64").sum().coalesce(ibis.literal(0, "int64"))


def whole(value: ir.FloatingValue) -> ir.IntegerValue:
    """A float that is a whole number (below 2**53) as one.

    One with a fraction becomes what does not fit, an error on both engines; cast directly, DuckDB rounds it in silence.
    """
    return ibis.ifelse(value != value.floor(), ibis.literal(1e300), value).cast("int64")


def share(value: ir.FloatingValue) -> ir.FloatingValue:
    """The value where it lies in [0, 1] or is NULL; anything else, NaN among it, is an error on both engines.

    Both order NaN above every number: left alone it would be at or above any limit in silence. (Asked whether it is
    NULL, Ibis says yes on Spark.)
    """
    return value + ibis.ifelse((value < 0.0) | (value > 1.0), ibis.literal(1e300), 0.0).cast("int64")
