"""Multipliers: what one unit of final demand for a sector sets in motion in all sectors together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.solver import Leontief, factorise
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
    return _multipliers(table, factorise(table), satellites or {})


def _multipliers(table: Table, solver: Leontief, satellites: Mapping[str, ArrayLike]) -> Multipliers:
    levels = {name: satellite_levels(table, name, values) for name, values in satellites.items()}
    parts: list[Floats] = [table.output, table.value_added]
    if table.imports is not None:
        parts.append(table.imports.sum(axis=0))
    if table.other is not None:
        parts.append(table.other)
    rows = solver.rows(intensities(table, np.stack([*parts, *levels.values()])))
    production, value_added = rows[:2]
    imports = rows[2] if table.imports is not None else None
    other = rows[len(parts) - 1] if table.other is not None else None
    return Multipliers(
        sectors=table.sectors,
        production=production,
        value_added=value_added,
        imports=imports,
        other=other,
        satellites=MappingProxyType(dict(zip(levels, rows[len(parts) :], strict=True))),
        residual=1.0 - rows[1 : len(parts)].sum(axis=0),
    )


def intensities(table: Table, levels: Floats) -> Floats:
    """(k, n) levels per unit of output; NaN for a sector without output."""
    result = np.full(levels.shape, np.nan)
    np.divide(levels, table.output, out=result, where=table.active)
    return result


def satellite_levels(table: Table, name: str, values: ArrayLike) -> Floats:
    """Check one satellite row against the table."""
    levels = named_vector(values, table.sectors, f"satellite {name!r}")
    for j in np.flatnonzero(~table.active & (levels != 0)):
        raise InputError(f"satellite {name!r} is {levels[j]:g} in sector {table.sectors[j]!r}, which has no output")
    return levels
