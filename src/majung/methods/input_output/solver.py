"""Solve with (I − A) and its transpose, never forming its inverse unless every entry is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgetrf, dgetrs

from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class LeontiefSystem:
    """LU factors of (I − A)ᵀ over the sectors with output; results come back over all n, NaN for the others."""

    active: NDArray[np.bool_]
    _lu: Floats = field(repr=False)
    _pivots: NDArray[np.intc] = field(repr=False)

    def rows(self, weights: Floats) -> Floats:
        """W L for W of shape (k, n): k multipliers of each sector. Weights of sectors without output are not read."""
        return self._solve(weights.T, transposed=0).T

    def columns(self, demand: Floats) -> Floats:
        """L F for F of shape (n, k): the output that k final demands set in motion."""
        return self._solve(demand, transposed=1)

    def inverse(self) -> Floats:
        """L itself, (n, n): three times the cost of the factorisation more, for when every entry is wanted."""
        # Solving for the unit matrix is all matrix products; LAPACK's own dgetri took three times as long.
        unit = np.eye(int(self.active.sum()), order="F")
        inverse, _ = dgetrs(self._lu, self._pivots, unit, trans=1, overwrite_b=True)
        if self.active.all():
            return np.asarray(inverse)
        full = np.full((len(self.active), len(self.active)), np.nan)
        full[np.ix_(self.active, self.active)] = inverse
        return full

    def _solve(self, right: Floats, transposed: int) -> Floats:
        solution, _ = dgetrs(self._lu, self._pivots, right[self.active], trans=transposed)
        full = np.full(right.shape, np.nan)
        full[self.active] = solution
        return full


def factorise(sectors: tuple[str, ...], domestic: Floats, output: Floats) -> LeontiefSystem:
    """LU of (I − A)ᵀ, A = Z x̂⁻¹ over the sectors with output: (2/3)n³ operations and one n × n array.

    Raises InputError if the table is not productive (Hawkins & Simon 1949), or so nearly not that few digits hold:
    L then has no meaning, though a solver returns numbers. For A ≥ 0 the certificate is free: 1ᵀL ≥ 1 exists if and
    only if the spectral radius of A is below 1 (I − Aᵀ is then an M-matrix).
    """
    active = output > 0
    if not active.any():
        raise InputError("no sector has output")
    z, x = (domestic, output) if active.all() else (domestic[np.ix_(active, active)], output[active])
    # Rows of Z lie together in memory, and LAPACK reads columns: it sees the transpose, without a strided copy.
    system = np.empty(z.shape)
    np.divide(z, -x, out=system)
    system[np.diag_indices_from(system)] += 1.0
    lu, pivots, singular = dgetrf(system.T, overwrite_a=True)
    solver = LeontiefSystem(active, lu, pivots)
    production = solver.rows(np.ones((1, len(output))))[0, active] if not singular else np.array([np.inf])
    # The largest production multiplier is the 1-norm of L, so it bounds the error too: at 1e10 six digits are left.
    if not np.abs(production).max() < 1e10 or (production.min() < 1 - 1e-9 and z.min() >= 0):
        shares = np.full(len(output), -np.inf)
        shares[active] = z.sum(axis=0) / x
        worst = int(shares.argmax())
        raise InputError(
            "the table is not productive: (I - A) has no non-negative inverse; the largest domestic input share is "
            f"{shares[worst]:.4g} of output, in sector {sectors[worst]!r}"
        )
    return solver
