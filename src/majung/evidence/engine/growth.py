# mypy: disable-error-code="import-untyped"
"""Growth of long tables: moving averages over years, and shrunken ratios of two windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import ibis

from majung.evidence.engine.arithmetic import PLACES, amount, ratio, total, units
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYS = ("country", "classification", "code", "measure")
Absent = Literal["zero", "missing"]


def moving_averages(
    table: ir.Table, *, keys: Sequence[str] = KEYS, window: int = 3, absent: Absent = "missing", places: int = PLACES
) -> ir.Table:
    """Trailing means over `window` calendar years: keys, year, value.

    table: keys, year, value; rows of one key and year are added up, NULL values are left out. absent: what a year
    without a row means: "zero" for counts of what a complete source lists, "missing" where no row is no knowledge (then
    an incomplete window has no mean, NULL). A mean stands at each year that has a row, from the table's first year +
    window - 1 on.
    """
    if window < 1:
        raise InputError(f"window {window} is not at least one year")
    if absent not in ("zero", "missing"):
        raise InputError(f"absent {absent!r} is neither 'zero' nor 'missing'")
    known = table.drop_null(["value", "year"], how="any")
    yearly = known.group_by([*keys, "year"]).agg(units=total(units(known["value"], places))).cache()
    first = yearly.agg(first=yearly["year"].min())
    over = ibis.range_window(preceding=window - 1, following=0, group_by=list(keys), order_by="year")
    seen = yearly.select(
        *keys, "year", total=total(yearly["units"], over=over), years=yearly["units"].count().over(over)
    ).cross_join(first)
    seen = seen.filter(seen["year"] >= seen["first"] + (window - 1))
    mean = amount(seen["total"], places) / float(window)
    if absent == "missing":
        mean = ibis.ifelse(seen["years"] == window, mean, ibis.null("float64"))
    return seen.select(*keys, "year", value=mean)


def growth_ratios(
    table: ir.Table,
    *,
    base: tuple[int, int],
    recent: tuple[int, int],
    prior: float,
    keys: Sequence[str] = KEYS,
    world: Sequence[str] | None = None,
    places: int = PLACES,
) -> ir.Table:
    """Shrunken ratio of two windows of years: keys, base, recent, towards, ratio, annual.

    base, recent: (first, last) year of each, both inclusive, of equal length. base and recent of the result are sums; a
    year without a row adds nothing. prior: pseudo-amount in the unit of a window's sum, > 0, so that a zero base is not
    infinite growth. world: columns within which the whole's ratio is what small series are drawn towards (say
    ["measure"]); None draws towards 1, no growth.

    ratio = (recent + prior towards) / (base + prior), `majung.methods.growth.growth_ratio`; annual = ratio ** (1 /
    years) - 1, with the years between the windows' middles. Keys without a row in either window are not in the result.
    """
    lengths = {last - first + 1 for first, last in (base, recent)}
    if len(lengths) > 1 or min(lengths) < 1:
        raise InputError(f"the windows {base} and {recent} are not of equal length")
    years = recent[0] - base[0]
    if years <= 0:
        raise InputError(f"the window {recent} does not come after {base}")
    if not prior > 0:
        raise InputError(f"prior {prior} is not above 0")
    known = table.drop_null(["value", "year"], how="any")
    known = known.filter(known["year"].between(*base) | known["year"].between(*recent))
    known = known.mutate(units=units(known["value"], places))
    sums = {
        name: total(known["units"], where=known["year"].between(*span)).coalesce(ibis.literal(0, "decimal(38, 0)"))
        for name, span in (("base_units", base), ("recent_units", recent))
    }
    windows = known.group_by(list(keys)).agg(**sums).cache()
    if world is None:
        both = windows.mutate(towards=ibis.literal(1.0))
    else:
        whole = (windows.group_by(list(world)) if world else windows).agg(
            whole_base=total(windows["base_units"]), whole_recent=total(windows["recent_units"])
        )
        both = windows.join(whole, list(world)) if world else windows.cross_join(whole)
        both = both.mutate(towards=ratio(both["whole_recent"], both["whole_base"]).coalesce(1.0))
    both = both.select(
        *keys,
        "towards",
        base=amount(both["base_units"], places),
        recent=amount(both["recent_units"], places),
    )
    both = both.mutate(ratio=ratio(both["recent"] + prior * both["towards"], both["base"] + prior))
    both = both.mutate(annual=both["ratio"] ** (1.0 / years) - 1.0)
    return both.select(*keys, "base", "recent", "towards", "ratio", "annual")
