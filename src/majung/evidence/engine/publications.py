# mypy: disable-error-code="import-untyped"
# mypy: disable-error-code="import-untyped"
"""Shares among the most cited, from fractional counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from majung.evidence.engine.arithmetic import WEIGHT_PLACES, amount, ratio, total, units

if TYPE_CHECKING:
    import ibis.expr.types as ir


def top_shares(
    counts: ir.Table,
    *,
    top: str = "articles_top10",
    ranked: str = "articles_ranked",
    window: tuple[int, int] | None = None,
    places: int = WEIGHT_PLACES,
) -> ir.Table:
    """How much of a country's output is among the most cited, and how much of the most cited is the country's.

    counts: country, classification, code, year, measure, value (as :func:`fractional_counts` gives them). top: the
    measure that counts the most cited; ranked: the one that counts works whose rank is known, so that a work without
    one is not taken for a badly cited one. window: (first, last) year added up; None keeps years apart (column year).
    places: decimal places kept of a count; 12 allow 9.2 million articles a row.

    Returns country, classification, code, (year,) ranked, top, top_share = top / ranked, world_share = top / the
    world's top; NULL where the denominator is zero. The world is the sum over all countries of `counts`, NULL (unknown)
    included.
    """
    used = counts.filter(counts["measure"].isin([top, ranked]))
    keys = ["country", "classification", "code"]
    if window is None:
        keys.append("year")
    else:
        used = used.filter(used["year"].between(*window))
    used = used.mutate(units=units(used["value"], places))
    sums = (
        used.group_by(keys)
        .agg(
            ranked_units=total(used["units"], where=used["measure"] == ranked),
            top_units=total(used["units"], where=used["measure"] == top).coalesce(ibis.literal(0, "decimal(38, 0)")),
        )
        .cache()
    )
    within = [key for key in keys if key != "country"]
    world = sums.group_by(within).agg(world_units=total(sums["top_units"]))
    both = sums.join(world, within)
    both = both.filter(both["country"].notnull() & both["ranked_units"].notnull())
    return both.select(
        *keys,
        ranked=amount(both["ranked_units"], places),
        top=amount(both["top_units"], places),
        top_share=ratio(both["top_units"], both["ranked_units"]),
        world_share=ratio(both["top_units"], both["world_units"]),
    )
