"""Solve with (I − A) and its transpose, never forming its inverse unless every entry is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgetrf, dgetrs

from majung.methods.input_output.table import Table
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class Leontief:
    """LU factors of (I − A) over the sectors with output; results come back over all n, NaN elsewhere."""

    sectors: tuple[str, ...]
    active: NDArray[np.bool_]
    _lu: Floats = field(repr=False)
    _pivots: NDArray[np.intp] = field(repr=False)

    def rows(self, weights: Floats) -> Floats:
        """W L for W of shape (k, n): k multipliers of each sector. NaN in weights of sectors without output is fine."""
        return self._solve(weights.T, transposed=1).T

    def columns(self, demand: Floats) -> Floats:
        """L F for F of shape (n, k): the output that k final demands set in motion."""
        return self._solve(demand, transposed=0)

    def inverse(self) -> Floats:
        """L itself, (n, n)."""
        return self.columns(np.eye(len(self.sectors)))

    def _solve(self, right: Floats, transposed: int) -> Floats:
        solution, _ = dgetrs(self._lu, self._pivots, right[self.active], trans=transposed)
        full = np.full(right.shape, np.nan)
        full[self.active] = solution
        return full


def factorise(table: Table) -> Leontief:
    """LU of (I − A), A = Z x̂⁻¹ over the sectors with output.

    Raises InputError if the table is not productive (Hawkins & Simon 1949): then L has no meaning, though a solver
    may return numbers. For A ≥ 0 the certificate is free: 1ᵀL ≥ 1 exists if and only if the spectral radius is
    below 1 (I − Aᵀ is then an M-matrix).
    """
    active = table.active
    if not active.any():
        raise InputError("no sector has output")
    z = table.domestic if active.all() else table.domestic[np.ix_(active, active)]
    x = table.output[active]
    system = np.empty(z.shape, order="F")  # column order lets LAPACK factor it in place
    np.divide(z, -x, out=system)
    system[np.diag_indices_from(system)] += 1.0
    lu, pivots, info = dgetrf(system, overwrite_a=True)
    solver = Leontief(table.sectors, active, lu, pivots)
    nonnegative = bool(z.min() >= 0)
    production = solver.rows(np.ones((1, len(table.sectors))))[0, active] if info == 0 else np.array([np.inf])
    if not np.isfinite(production).all() or (nonnegative and production.min() < 1 - 1e-9):
        share = np.full(len(active), -np.inf)
        share[active] = z.sum(axis=0) / x
        worst = int(share.argmax())
        raise InputError(
            "the table is not productive: (I - A) has no non-negative inverse; largest domestic input share: "
            f"{share[worst]:.4g} of output, sector {table.sectors[worst]!r}"
        )
    return solver
