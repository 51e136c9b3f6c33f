"""Type II: households as one more sector, whose wages come back as consumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.multipliers import effect_levels, intensities
from majung.methods.input_output.table import Table, named_vector
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class TypeTwoMultipliers:
    """Per unit of final demand from outside the households, (n,) each; NaN for a sector without output.

    type_one, type_two: effect name ("production", "value_added", ..., satellites) → multiplier. Type II is
    "truncated": effects in the n sectors, without the household row. household_income_one: hL; household_income: row
    n + 1 of the closed inverse. ratio: household_income / household_income_one, the same for every sector
    (Bradley & Gander 1969).
    """

    sectors: tuple[str, ...]
    type_one: Mapping[str, Floats]
    type_two: Mapping[str, Floats]
    household_income_one: Floats
    household_income: Floats
    ratio: float

    @property
    def total_production(self) -> Floats:
        """(n,) column sums of the closed inverse including the household row: the larger, "total" convention."""
        return self.type_two["production"] + self.household_income


def type_two_multipliers(
    table: Table,
    *,
    household_income: ArrayLike,
    household_demand: ArrayLike,
    household_total: float,
    within_households: float = 0.0,
    satellites: Mapping[str, ArrayLike] | None = None,
) -> TypeTwoMultipliers:
    """Multipliers of the model closed for households, from two more solves with the open one.

    household_income: (n,) what each sector pays to households. household_demand: (n,) what they buy of each domestic
    sector. household_total: the income that this spending is divided by; the choice decides the result: income from
    all sources (Miller & Blair; what is saved, taxed or spent abroad leaks), or the sectors' pay alone, which lets
    wage earners also spend the pensions and profits of others. within_households: what households pay each other.

    With h = income/x, c = demand/total and a = within/total, ratio κ = 1/(1 − a − hLc), the closed inverse is
    [[L + κ Lc hL, κ Lc], [κ hL, κ]]. Raises InputError if 1 − a − hLc ≤ 0 (households would spend more than they
    earn), if demand or income is negative, and as `leontief_multipliers`.
    Source: Miller & Blair (2009), §2.5 and ch. 6.
    """
    income = _non_negative(table, household_income, "household_income")
    demand = _non_negative(table, household_demand, "household_demand")
    if not (np.isfinite(household_total) and household_total > 0 and 0 <= within_households < np.inf):
        raise InputError(
            f"household_total is {household_total}, within_households {within_households}: "
            "give a positive total and a payment of at least 0"
        )
    levels = effect_levels(table, satellites)
    rows = intensities(table, np.stack([income, *levels.values()]))
    open_rows = table.system.rows(rows)
    active = table.active
    spending = table.system.columns((demand / household_total)[:, None])[:, 0]
    retained = 1.0 - within_households / household_total - rows[0, active] @ spending[active]
    if retained <= 0:
        raise InputError(
            f"households would spend more than they earn (1 - a - hLc = {retained:.4g}): "
            "household_total must cover all the income that their demand is paid from"
        )
    ratio = 1.0 / retained
    closed = ratio * open_rows[0]
    induced = rows[1:, active] @ spending[active]
    return TypeTwoMultipliers(
        sectors=table.sectors,
        type_one=MappingProxyType(dict(zip(levels, open_rows[1:], strict=True))),
        type_two=MappingProxyType(dict(zip(levels, open_rows[1:] + induced[:, None] * closed, strict=True))),
        household_income_one=open_rows[0],
        household_income=closed,
        ratio=float(ratio),
    )


def _non_negative(table: Table, values: ArrayLike, what: str) -> Floats:
    vector = named_vector(values, table.sectors, what)
    if (vector < 0).any():
        lowest = int(vector.argmin())
        raise InputError(f"{what} of sector {table.sectors[lowest]!r} is negative ({vector[lowest]:g})")
    for j in np.flatnonzero(~table.active & (vector > 0)):
        raise InputError(f"{what} of sector {table.sectors[j]!r} is {vector[j]:g}, but it has no output")
    return vector
