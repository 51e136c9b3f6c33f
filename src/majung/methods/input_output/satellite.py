"""New industries, which are not a sector of any table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.extraction import fixed_output_response
from majung.methods.input_output.multipliers import effect_levels, intensities
from majung.methods.input_output.table import Table, io_table, named_vector
from majung.methods.labelled import Floats, InputError

_SUM_TOLERANCE = 1e-9


def share_multiplier(
    multiplier: ArrayLike, shares: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[float, float, float]:
    """Multiplier of an industry that is a mix of sectors, and the exact range that the shares' intervals allow.

    value = sᵀm; the range is the minimum and maximum of sᵀm over {low ≤ s ≤ high, Σs = 1}, in closed form: start at
    low and hand out what is missing to 1 to the sectors in order of m, each up to its high (a fractional knapsack,
    Dantzig 1957). All (n,). A NaN multiplier (sector without output) is accepted where high is 0.

    Returns (value, lowest, highest). Raises InputError, with the position, unless 0 ≤ low ≤ shares ≤ high, the shares
    sum to 1 (within 1e-9), and the multiplier is finite wherever a share is possible; also if no shares within the
    bounds sum to 1.
    """
    m, s, lo, hi = (np.asarray(part, dtype=np.float64) for part in (multiplier, shares, low, high))
    if m.ndim != 1 or not (m.shape == s.shape == lo.shape == hi.shape):
        raise InputError(f"multiplier, shares, low and high have shapes {m.shape}, {s.shape}, {lo.shape}, {hi.shape}")
    for name, part in (("shares", s), ("low", lo), ("high", hi)):
        if not np.isfinite(part).all():
            raise InputError(f"{name} at position {int(np.argmin(np.isfinite(part)))} is not finite")
    if lo.sum() > 1 + _SUM_TOLERANCE or hi.sum() < 1 - _SUM_TOLERANCE:
        raise InputError(
            f"no shares within the bounds sum to 1: low sums to {lo.sum():g}, high to {hi.sum():g}; widen the intervals"
        )
    if abs(s.sum() - 1) > _SUM_TOLERANCE:
        raise InputError(f"shares sum to {s.sum():.12g}: they must sum to 1")
    outside = (lo < 0) | (lo > s) | (s > hi)
    if outside.any():
        j = int(outside.argmax())
        raise InputError(f"at position {j}: low {lo[j]:g}, share {s[j]:g}, high {hi[j]:g} must ascend from 0 or more")
    possible = hi > 0
    if not np.isfinite(m[possible]).all():
        j = int(np.flatnonzero(possible & ~np.isfinite(m))[0])
        raise InputError(f"multiplier at position {j} is {m[j]}, but a share up to {hi[j]:g} is possible there")
    m, s, lo, hi = m[possible], s[possible], lo[possible], hi[possible]
    order = np.argsort(m, kind="stable")
    lowest, highest = _fill(m[order], lo[order], hi[order]), _fill(m[order[::-1]], lo[order[::-1]], hi[order[::-1]])
    value = float(s @ m)
    # Summation order may differ in the last digit when the interval is a point.
    return value, min(lowest, value), max(highest, value)


def _fill(m: Floats, low: Floats, high: Floats) -> float:
    """Hand out 1 − Σlow in the given order, each up to high."""
    room = high - low
    before = np.concatenate(([0.0], np.cumsum(room)[:-1]))
    return float((low + np.clip(1.0 - low.sum() - before, 0.0, room)) @ m)


@dataclass(frozen=True)
class IndustryEffects:
    """Per unit of the industry's output, by effect name. gross counts the industry itself, net only the others."""

    gross: Mapping[str, float]
    net: Mapping[str, float]


def exogenous_industry(
    table: Table, shares: ArrayLike, satellites: Mapping[str, ArrayLike] | None = None
) -> IndustryEffects:
    """Effects of one unit of *output* of an industry that is a mix of sectors, with those sectors' output held fixed.

    For E = {j: s_j > 0}: gross = (wL)_E (L_EE)⁻¹ s, net = gross − w_E s. For one sector, gross is its multiplier over
    L_jj. Use it where output (an investment plan, a production target) is given rather than final demand: sᵀm would
    count again what E's suppliers buy back from E.

    shares: (n,) at least 0, sum 1. Raises InputError otherwise, for a share in a sector without output, and as
    `leontief_multipliers`. Source: the mixed model of Miller & Blair (2009), ch. 13.
    """
    s = _mix(table, shares)
    levels = effect_levels(table, satellites)
    weights = intensities(table, np.stack(list(levels.values())))[:, table.active]
    response = fixed_output_response(table, np.flatnonzero(s), s[s > 0])
    gross = weights @ response[table.active]
    own = weights @ s[table.active]
    return IndustryEffects(
        gross=MappingProxyType({name: float(value) for name, value in zip(levels, gross, strict=True)}),
        net=MappingProxyType({name: float(value) for name, value in zip(levels, gross - own, strict=True)}),
    )


@dataclass(frozen=True, eq=False)
class NewIndustry:
    """Accounts of an industry that the table does not show, in the table's currency.

    inputs: (n,) bought of each domestic sector. sales: (n,) sold to each sector (the rest of output goes to final
    demand). own_use: bought of itself. imports: (n,) imported by product. value_added, other: paid. Output is what it
    pays in all, so that its column balances.
    """

    name: str
    inputs: ArrayLike
    sales: ArrayLike
    own_use: float
    imports: ArrayLike
    value_added: float
    other: float

    @property
    def output(self) -> float:
        return float(np.sum(self.inputs) + np.sum(self.imports) + self.own_use + self.value_added + self.other)


def add_industry(table: Table, industry: NewIndustry) -> Table:
    """The table with one more row and column, booked *gross*: the industry is new activity, nobody shrinks for it.

    It may sell to final demand only: a sale to a sector would have to replace something that the sector bought, see
    :func:`carve_industry`. What it buys comes out of the other sectors' final deliveries. Raises InputError for sales,
    imports or other payments that the table has no place for, and as `io_table`.
    """
    if np.asarray(industry.sales).any():
        raise InputError(
            f"{industry.name!r} sells to sectors, which shrinks what they buy elsewhere: use carve_industry"
        )
    return _extended(table, industry, np.zeros(len(table.sectors)))


def carve_industry(table: Table, industry: NewIndustry, parents: ArrayLike) -> Table:
    """The table with the industry split off from its parent sectors, booked *net*: all totals stay as they are.

    parents: (n,) shares, sum 1, of each sector in the industry's accounts as the table books them now. Output, value
    added and each flow into and out of the industry are taken off the parents' in these shares, so that balanced
    columns stay balanced. Raises InputError naming the first flow that would turn negative: then the parents do not
    contain the industry as described; and as :func:`add_industry`, sales apart.
    """
    return _extended(table, industry, _mix(table, parents))


def _extended(table: Table, industry: NewIndustry, parents: Floats) -> Table:
    inputs, sales, imported = (
        named_vector(part, table.sectors, f"{what} of {industry.name!r}")
        for part, what in ((industry.inputs, "inputs"), (industry.sales, "sales"), (industry.imports, "imports"))
    )
    if table.imports is None and imported.any():
        raise InputError(f"{industry.name!r} has imports, but the table has no import matrix")
    if table.other is None and industry.other:
        raise InputError(f"{industry.name!r} has other payments, but the table has none")
    n = len(table.sectors)
    domestic = np.empty((n + 1, n + 1))
    domestic[:n, :n] = (
        table.domestic
        - np.outer(inputs, parents)
        - np.outer(parents, sales)
        - industry.own_use * np.outer(parents, parents)
    )
    domestic[:n, n], domestic[n, :n], domestic[n, n] = inputs, sales, industry.own_use
    imports = None
    if table.imports is not None:
        imports = np.zeros((n + 1, n + 1))
        imports[:n, :n] = table.imports - np.outer(imported, parents)
        imports[:n, n] = imported
    return io_table(
        (*table.sectors, industry.name),
        _no_rounding_debt(domestic),
        np.append(table.output - industry.output * parents, industry.output),
        np.append(table.value_added - industry.value_added * parents, industry.value_added),
        imports=None if imports is None else _no_rounding_debt(imports),
        other=None if table.other is None else np.append(table.other - industry.other * parents, industry.other),
        allow_negative_flows=bool(table.domestic.min() < 0),
    )


def _no_rounding_debt(flows: Floats) -> Floats:
    """A flow taken off whole may end a rounding error below zero."""
    return np.where((flows < 0) & (flows > -1e-12 * np.abs(flows).max()), 0.0, flows)


def _mix(table: Table, shares: ArrayLike) -> Floats:
    s = named_vector(shares, table.sectors, "share")
    if abs(s.sum() - 1) > _SUM_TOLERANCE:
        raise InputError(f"shares sum to {s.sum():.12g}: they must sum to 1")
    for j in np.flatnonzero((s < 0) | ((s > 0) & ~table.active)):
        raise InputError(
            f"share of sector {table.sectors[j]!r} is {s[j]:g}: give at least 0, and 0 for a sector without output"
        )
    return s
