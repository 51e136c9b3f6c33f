"""Does a published table add up? A diagnosis that says where it does not, and repairs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.linkages import proportional_splits
from majung.methods.input_output.table import Table
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True)
class Check:
    """One question put to the table. A check whose data are missing is skipped, never passed.

    sectors: the offenders, worst first. size: the largest offence, in the unit that detail names; 0 when passed.
    """

    name: str
    status: Literal["passed", "failed", "skipped"]
    detail: str
    sectors: tuple[str, ...] = ()
    size: float = 0.0


@dataclass(frozen=True, eq=False)
class BalanceReport:
    """checks by name, in a fixed order. column_gap: (n,) output less all that the column pays. row_gap: (n,) output
    less all that the row delivers, None without final demand."""

    checks: Mapping[str, Check]
    column_gap: Floats
    row_gap: Floats | None

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks.values() if check.status == "failed")


def diagnose_balance(
    table: Table,
    final_demand: ArrayLike | None = None,
    *,
    tolerance: float,
    closed: bool = False,
    split_tolerance: float = 1e-9,
) -> BalanceReport:
    """Put the usual questions to a table.

    final_demand: (n,) or (n, k) deliveries of domestic product to final users, exports included. tolerance: the gap
    that counts as rounding, in the table's currency (half the last published digit times the number of addends bounds
    it). closed: the table imports nothing from outside, as a table of the whole world; without an import matrix its
    columns can be judged only then. The checks:

    - columns: Σ_i z_ij + Σ_i m_ij + v_j + t_j = x_j; skipped if the imports are not known;
    - rows: Σ_j z_ij + f_i = x_i; skipped without final demand;
    - accounts: Σv + Σt + Σm = Σf, income equals expenditure, within n tolerances; skipped without one of them;
    - productive: (I − A) has a non-negative inverse;
    - inputs below output: Σ_i z_ij + Σ_i m_ij ≤ x_j (else the sector adds negative value);
    - value added not negative; flows not negative; final demand not negative in total;
    - output: every sector has some; sold without output: no sector without output sells;
    - distinct columns, distinct value added: no two sectors share their input coefficients, or their value added
      ratio (`proportional_splits`, split_tolerance).

    Raises InputError for a shape that does not fit, a value that is not finite, or a negative tolerance.
    """
    if not (np.isfinite(tolerance) and tolerance >= 0):
        raise InputError(f"tolerance is {tolerance}: give the rounding error of a total, at least 0")
    z, x, v = table.domestic, table.output, table.value_added
    other = np.zeros_like(x) if table.other is None else table.other
    imports = np.zeros_like(x) if table.imports is None else table.imports.sum(axis=0)
    inputs = z.sum(axis=0) + imports
    column_gap = x - inputs - v - other
    demand = None if final_demand is None else _demand(table, final_demand)
    row_gap = None if demand is None else x - z.sum(axis=1) - demand
    no_imports = None if closed or table.imports is not None else "no import matrix given"
    no_demand = "no final demand given"
    checks = [
        _sizes(table, "columns", np.abs(column_gap), tolerance, "largest gap between output and payments")
        if no_imports is None
        else Check("columns", "skipped", no_imports),
        _sizes(table, "rows", np.abs(row_gap), tolerance, "largest gap between output and deliveries")
        if row_gap is not None
        else Check("rows", "skipped", no_demand),
        Check("accounts", "skipped", no_imports or no_demand)
        if no_imports or demand is None
        else _accounts(table, demand, imports, other, tolerance),
        _productive(table),
        _sizes(table, "inputs below output", inputs - x, tolerance, "largest excess of inputs over output"),
        _sizes(table, "value added not negative", -v, tolerance, "largest negative value added"),
        _sizes(table, "flows not negative", -_lowest_flow(table), 0.0, "largest negative flow in the column"),
        _sizes(table, "final demand not negative", -demand, tolerance, "largest negative total (stock withdrawal)")
        if demand is not None
        else Check("final demand not negative", "skipped", no_demand),
        _sizes(table, "output", (~table.active).astype(np.float64), 0.0, "sectors without output: no coefficients"),
        _sizes(
            table,
            "sold without output",
            np.where(table.active, 0.0, z.sum(axis=1)),
            0.0,
            "largest sales of a sector without output",
        ),
        _splits(
            table,
            "distinct columns",
            z if table.imports is None else np.concatenate([z, table.imports]),
            split_tolerance,
        ),
        _splits(table, "distinct value added", v[None, :], split_tolerance),
    ]
    return BalanceReport(MappingProxyType({check.name: check for check in checks}), column_gap, row_gap)


def _demand(table: Table, final_demand: ArrayLike) -> Floats:
    demand = np.asarray(final_demand, dtype=np.float64)
    if demand.ndim not in (1, 2) or len(demand) != len(table.sectors):
        raise InputError(
            f"final_demand has shape {demand.shape}: give one row for each of {len(table.sectors)} sectors"
        )
    total: Floats = demand.reshape(len(demand), -1).sum(axis=1)
    for j in np.flatnonzero(~np.isfinite(total)):
        raise InputError(f"final_demand for sector {table.sectors[j]!r} is not finite")
    return total


def _sizes(table: Table, name: str, sizes: Floats, limit: float, meaning: str) -> Check:
    """Fail for the sectors whose size exceeds the limit."""
    worst = np.argsort(-sizes, kind="stable")
    offenders = worst[sizes[worst] > limit]
    if not len(offenders):
        return Check(name, "passed", meaning)
    return Check(name, "failed", meaning, tuple(table.sectors[j] for j in offenders), float(sizes[offenders[0]]))


def _accounts(table: Table, demand: Floats, imports: Floats, other: Floats, tolerance: float) -> Check:
    meaning = "gap between primary payments and final demand"
    gap = abs(float(table.value_added.sum() + other.sum() + imports.sum() - demand.sum()))
    if gap > tolerance * len(demand):
        return Check("accounts", "failed", meaning, size=gap)
    return Check("accounts", "passed", meaning)


def _productive(table: Table) -> Check:
    try:
        table.system  # noqa: B018  factoring is the check
    except InputError as error:
        return Check("productive", "failed", str(error))
    return Check("productive", "passed", "(I - A) has a non-negative inverse")


def _lowest_flow(table: Table) -> Floats:
    lowest: Floats = table.domestic.min(axis=0)
    return lowest if table.imports is None else np.minimum(lowest, table.imports.min(axis=0))


def _splits(table: Table, name: str, rows: Floats, tolerance: float) -> Check:
    groups = proportional_splits(rows, table.output, tolerance=tolerance)
    detail = "; ".join(", ".join(table.sectors[j] for j in group) for group in groups)
    if not groups:
        return Check(name, "passed", "no two sectors share them")
    return Check(
        name,
        "failed",
        f"one observation, not several: {detail}",
        tuple(table.sectors[j] for group in groups for j in group),
        float(max(map(len, groups))),
    )
