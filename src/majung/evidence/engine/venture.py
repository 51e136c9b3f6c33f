# mypy: disable-error-code="import-untyped"
"""Venture rounds to counts, and counts to momentum, level and specialisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from majung.evidence.engine.arithmetic import amount, count, ratio, total, units
from majung.evidence.engine.growth import growth_ratios
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEASURES = ("usd_m", "deals", "firms", "new_firms", "undisclosed")


def venture_counts(rounds: ir.Table, *, classification: str, amount_measure: str = "usd_m") -> ir.Table:
    """Rounds to the canonical long form: country, classification, code, year, measure, value.

    rounds: company, country, code (the vertical), year, amount (million USD, NULL if undisclosed); one row a round and
    vertical. Measures: the amount disclosed, deals, firms (companies with a round in the year), new_firms (those whose
    first round in that country and vertical it is), undisclosed (deals without an amount, so that a sum that leaves
    them out can say so). Rows without company, country, code or year are left out.
    """
    known = rounds.drop_null(["company", "country", "code", "year"], how="any")
    place = ["country", "code"]
    debut = known.group_by(["company", *place]).agg(debut=known["year"].min())
    known = known.join(debut, ["company", *place])
    known = known.mutate(newcomer=ibis.ifelse(known["year"] == known["debut"], known["company"], ibis.null("string")))
    counted = (
        known.group_by([*place, "year"])
        .agg(
            amount=amount(total(units(known["amount"]))),
            deals=known.count().cast("float64"),
            firms=known["company"].nunique().cast("float64"),
            new_firms=known["newcomer"].nunique().cast("float64"),
            undisclosed=count(known["amount"].isnull()).cast("float64"),
        )
        .cache()
    )
    parts = [
        counted.select(
            country="country",
            classification=ibis.literal(classification),
            code="code",
            year="year",
            measure=ibis.literal(measure),
            value=counted[column],
        )
        for column, measure in zip(
            ("amount", "deals", "firms", "new_firms", "undisclosed"), (amount_measure, *MEASURES[1:]), strict=True
        )
    ]
    long = ibis.union(*parts)
    return long.filter(long["value"].notnull())


def venture_momentum(
    investment: ir.Table,
    *,
    base: tuple[int, int],
    recent: tuple[int, int],
    prior: float,
    specialisation_prior: float,
) -> ir.Table:
    """Where venture money is and whether it grows: one row a country, classification, code and measure.

    investment: the canonical long table. Returns level (mean of the recent years), base and recent (sums), momentum
    (the shrunken ratio of :func:`growth_ratios`, drawn towards the ratio of the measure in its classification, so that
    a boom of everything is no boom of one vertical), annual, specialisation.

    specialisation of country c in vertical v over the recent years, with w_v the vertical's share of the world and a =
    specialisation_prior (in units of the measure): (x_cv / w_v + a) / (x_c + a), near 1 for a country with little
    evidence; NULL where the world has nothing in the vertical. "The world" is the countries in the table.
    """
    if not specialisation_prior >= 0:
        raise InputError(f"specialisation_prior {specialisation_prior} is negative")
    group = ["classification", "measure"]
    grown = growth_ratios(investment, base=base, recent=recent, prior=prior, world=group).cache()
    exact = grown.mutate(units=units(grown["recent"]))
    own = exact.group_by(["country", *group]).agg(own_units=total(exact["units"]))
    vertical = exact.group_by(["code", *group]).agg(vertical_units=total(exact["units"]))
    world = exact.group_by(group).agg(world_units=total(exact["units"]))
    both = exact.join(own, ["country", *group]).join(vertical, ["code", *group]).join(world, group)
    expected = ratio(both["vertical_units"], both["world_units"])
    return both.select(
        "country",
        "classification",
        "code",
        "measure",
        level=both["recent"] / float(recent[1] - recent[0] + 1),
        base=both["base"],
        recent=both["recent"],
        momentum=both["ratio"],
        annual=both["annual"],
        specialisation=ratio(
            ratio(both["recent"], expected) + specialisation_prior, amount(both["own_units"]) + specialisation_prior
        ),
    )
