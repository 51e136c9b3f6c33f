"""Multipliers: what one unit of final demand for a sector, or of its primary inputs, sets in motion in all sectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.table import Table, named_vector
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Per unit of final demand for each sector's domestic product, (n,) each; NaN for a sector without output.

    production: 1ᵀL (생산유발계수). value_added: vL (부가가치유발계수). imports: mL (수입유발계수), None without an
    import matrix. other: tL, None without other payments. satellites: eL by name (취업유발계수 for jobs). residual:
    1 − (v + m + t)L, what the table's columns leave unexplained: zero for a balanced table that states all parts.
    """

    sectors: tuple[str, ...]
    production: Floats
    value_added: Floats
    imports: Floats | None
    other: Floats | None
    satellites: Mapping[str, Floats]
    residual: Floats


def leontief_multipliers(table: Table, satellites: Mapping[str, ArrayLike] | None = None) -> Multipliers:
    """Demand-driven (open, "type I") multipliers by one LU factorisation and one solve for all rows.

    satellites: name → (n,) levels of the table's year (jobs, tonnes), divided by output here as value added is; for an
    intensity, pass intensity times output. Unit: the satellite's per currency unit of the table.

    Raises InputError if the table is not productive, or a satellite has a wrong shape, a value that is not finite or
    a level in a sector without output. Source: Miller & Blair (2009), ch. 2 and 6.
    """
    levels = effect_levels(table, satellites)
    effects = dict(zip(levels, table.system.rows(intensities(table, np.stack(list(levels.values())))), strict=True))
    return Multipliers(
        sectors=table.sectors,
        production=effects["production"],
        value_added=effects["value_added"],
        imports=effects.get("imports"),
        other=effects.get("other"),
        satellites=MappingProxyType({name: row for name, row in effects.items() if name not in OWN_EFFECTS}),
        residual=1.0 - np.sum([effects[name] for name in OWN_EFFECTS[1:] if name in effects], axis=0),
    )


def ghosh_multipliers(table: Table, satellites: Mapping[str, ArrayLike] | None = None) -> Mapping[str, Floats]:
    """Supply-driven multipliers: per unit of each sector's primary inputs, what is set in motion among its buyers.

    Effect name → (n,) G w, with G = (I − B)⁻¹, B = x̂⁻¹Z and w the effect per unit of output: "production" is G1, and
    "value_added", "imports", "other" and the satellites follow. G w = x̂⁻¹L(wx) needs no second factorisation. NaN for
    a sector without output. Read them as cost pushed on to buyers (Dietzenbacher 1997): as quantities they would
    suppose that output rises with one input alone (Oosterhaven 1988). Errors as :func:`leontief_multipliers`.
    """
    levels = effect_levels(table, satellites)
    induced = table.system.columns(np.stack(list(levels.values()), axis=1)).T
    return MappingProxyType(dict(zip(levels, intensities(table, induced), strict=True)))


def leontief_inverse(table: Table) -> Floats:
    """L = (I − A)⁻¹, (n, n); NaN in rows and columns of sectors without output. Three times a multiplier's cost."""
    return table.system.inverse()


def ghosh_inverse(table: Table) -> Floats:
    """G = (I − B)⁻¹ = x̂⁻¹ L x̂, (n, n); NaN in rows and columns of sectors without output."""
    x = np.where(table.active, table.output, np.nan)
    return table.system.inverse() * x / x[:, None]


OWN_EFFECTS = ("production", "value_added", "imports", "other")


def effect_levels(table: Table, satellites: Mapping[str, ArrayLike] | None) -> dict[str, Floats]:
    """What the table itself and its satellites can say of each sector, as levels (n,) by name.

    Raises InputError as :func:`leontief_multipliers`, and for a satellite that takes one of the table's own names.
    """
    levels = {"production": table.output, "value_added": table.value_added}
    if table.imports is not None:
        levels["imports"] = table.imports.sum(axis=0)
    if table.other is not None:
        levels["other"] = table.other
    for name, values in (satellites or {}).items():
        if name in OWN_EFFECTS:
            raise InputError(f"satellite {name!r} has a name that the table's own accounts use: rename it")
        row = named_vector(values, table.sectors, f"satellite {name!r}")
        for j in np.flatnonzero(~table.active & (row != 0)):
            raise InputError(f"satellite {name!r} is {row[j]:g} in sector {table.sectors[j]!r}, which has no output")
        levels[name] = row
    return levels


def intensities(table: Table, levels: Floats) -> Floats:
    """(k, n) levels per unit of output; NaN for a sector without output."""
    result = np.full(levels.shape, np.nan)
    np.divide(levels, table.output, out=result, where=table.active)
    return result
