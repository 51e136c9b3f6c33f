"""Proximity: how near two columns (products, fields) are, as a (P, P) matrix or as an operator.

Density and opportunity gain need only products Y phi with a few rows Y. A proximity made from C rows has structure of
rank C, so for P well above C the operator multiplies in O(R C P) time and O((R + C) P) memory, where the matrix needs
O(R P^2) and O(P^2).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.complexity.advantage import checked_presence, require_presence
from majung.methods.labelled import Floats, InputError, Labelled

Continuous = Literal["correlation", "cosine"]


def proximity(presence: ArrayLike | Labelled, *, diagonal: float) -> Floats:
    """Discrete proximity, (P, P) symmetric, in [0, 1]: phi_pq = |M_p and M_q| / max(k_p, k_q).

    The smaller of the two conditional probabilities that a row with one has the other; k_p is the ubiquity of p.
    presence: (C, P) of 0 and 1. diagonal: what stands at phi_pp: 0 (a column says nothing about itself) or 1 (the
    formula's own value; ecomplexity's density). They change every density. Raises InputError for a column without
    presence. Source: Hidalgo, Klinger, Barabasi & Hausmann (2007), Science 317, equation 1.
    """
    given = checked_presence(presence)
    require_presence(given, presence, axes=("column",))
    there = given.astype(np.float64)
    ubiquity = there.sum(axis=0)
    phi: Floats = there.T @ there
    phi /= np.maximum(ubiquity[:, None], ubiquity)
    np.fill_diagonal(phi, diagonal)
    return phi


def proximity_continuous(values: ArrayLike, *, kind: Continuous, diagonal: float) -> Floats:
    """Continuous proximity of columns, (P, P) symmetric, from advantages or their logarithms without a threshold.

    correlation: (1 + Pearson r) / 2, in [0, 1], ecomplexity's `continuous`; cosine: v_p . v_q / |v_p||v_q|, in [0, 1]
    for nonnegative values. values: (C, P), finite. diagonal: as in :func:`proximity`.
    Raises InputError for a column whose correlation (constant) or cosine (all zero) does not exist.
    """
    unit, shift = _unit_columns(values, kind)
    phi: Floats = unit.T @ unit
    phi += shift
    phi /= 1 + shift
    np.clip(phi, 0.0, 1.0, out=phi)
    np.fill_diagonal(phi, diagonal)
    return phi


class ProximityOperator(ABC):
    """A nonnegative (P, P) proximity phi that can be multiplied by. columns: P; diagonal: phi_pp, (P,) or all alike."""

    columns: int
    diagonal: float | Floats

    @abstractmethod
    def spread(self, y: Floats) -> Floats:
        """Y phi, (R, P), for Y of shape (R, P)."""

    def gather(self, y: Floats) -> Floats:
        """Y phi', (R, P): the same for a symmetric phi."""
        return self.spread(y)

    @cached_property
    def totals(self) -> Floats:
        """sum_q phi_qp, (P,)."""
        total: Floats = self.spread(np.ones((1, self.columns)))[0]
        return total


@dataclass(frozen=True, eq=False)
class ExplicitProximity(ProximityOperator):
    """A (P, P) array, symmetric or not; build it with :func:`as_operator`."""

    phi: Floats
    diagonal: Floats
    columns: int

    def spread(self, y: Floats) -> Floats:
        return y @ self.phi

    def gather(self, y: Floats) -> Floats:
        return y @ self.phi.T


@dataclass(frozen=True, eq=False)
class PresenceProximity(ProximityOperator):
    """The discrete proximity; build it with :func:`proximity_operator`.

    there: (P, C), the columns of presence as rows, in order of ubiquity; those of levels[i] start at starts[i].
    """

    there: Floats
    order: NDArray[np.intp]
    levels: NDArray[np.intp]
    starts: NDArray[np.intp]
    diagonal: float
    columns: int

    def spread(self, y: Floats) -> Floats:
        """Y phi: exact, only the order of summation differs from that of the matrix product.

        phi_pq = m_p . m_q / max(k_p, k_q), with m_p the p-th column of presence. In order of ubiquity the maximum
        belongs to the later of the two, so column p of Y phi is (E_k / k + L_k) m_p with k = k_p, where E_k sums
        Y_q m_q' over the columns up to ubiquity k, and L_k sums Y_q m_q' / k_q over those beyond: two (R, C) matrices
        carried along from level to level.
        """
        source = y.T[self.order]
        out = np.empty(source.shape)
        ends = np.append(self.starts[1:], self.columns)
        later = source.T @ (self.there / np.repeat(self.levels, ends - self.starts)[:, None])
        earlier = np.zeros_like(later)
        mix = np.empty_like(later)
        for level, start, end in zip(self.levels, self.starts, ends, strict=True):
            block = source[start:end].T @ self.there[start:end]
            earlier += block
            block /= level
            later -= block
            np.divide(earlier, level, out=mix)
            mix += later
            np.matmul(self.there[start:end], mix.T, out=out[start:end])
        if self.diagonal != 1:
            source *= 1 - self.diagonal
            out -= source
        result = np.empty(y.shape)
        result[:, self.order] = out.T
        return result


@dataclass(frozen=True, eq=False)
class ContinuousProximity(ProximityOperator):
    """The continuous proximity, phi = (s + Z'Z) / (1 + s) off the diagonal; build it with
    :func:`proximity_continuous_operator`."""

    unit: Floats
    shift: float
    diagonal: float
    columns: int

    def spread(self, y: Floats) -> Floats:
        out: Floats = (y @ self.unit.T) @ self.unit
        out += self.shift * y.sum(axis=1, keepdims=True)
        out /= 1 + self.shift
        # The formula gives 1 on the diagonal.
        out -= (1 - self.diagonal) * y
        return out


def proximity_operator(presence: ArrayLike | Labelled, *, diagonal: float) -> PresenceProximity:
    """:func:`proximity` as an operator; same arguments and errors."""
    there = checked_presence(presence)
    require_presence(there, presence, axes=("column",))
    ubiquity = np.count_nonzero(there, axis=0)
    order = np.argsort(ubiquity, kind="stable")
    levels, starts = np.unique(ubiquity[order], return_index=True)
    return PresenceProximity(there.T[order].astype(np.float64), order, levels, starts, diagonal, there.shape[1])


def proximity_continuous_operator(values: ArrayLike, *, kind: Continuous, diagonal: float) -> ContinuousProximity:
    """:func:`proximity_continuous` as an operator; same arguments and errors."""
    unit, shift = _unit_columns(values, kind)
    return ContinuousProximity(unit, shift, diagonal, unit.shape[1])


def as_operator(proximity: ArrayLike | ProximityOperator) -> ProximityOperator:
    """The proximity as an operator. Raises InputError unless it is one, or square, finite and nonnegative."""
    if isinstance(proximity, ProximityOperator):
        return proximity
    phi = np.asarray(proximity, dtype=np.float64)
    if phi.ndim != 2 or phi.shape[0] != phi.shape[1]:
        raise InputError(f"proximity has shape {phi.shape}, want (P, P)")
    if not (np.isfinite(phi).all() and (phi >= 0).all()):
        raise InputError("proximity holds a value that is negative or not finite")
    return ExplicitProximity(phi, np.diagonal(phi), phi.shape[0])


def _unit_columns(values: ArrayLike, kind: Continuous) -> tuple[Floats, float]:
    """(Z, s) of :class:`ContinuousProximity`: columns of length 1, for a correlation centred, and its shift."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise InputError("values must be a finite (rows, columns) matrix")
    if kind == "correlation":
        constant = matrix.max(axis=0) == matrix.min(axis=0)
        if constant.any():
            raise InputError(f"column {int(np.argmax(constant))} is constant and has no correlation: remove it")
        matrix = matrix - matrix.mean(axis=0)
    elif (matrix < 0).any():
        raise InputError("a cosine proximity needs nonnegative values")
    norms = np.linalg.norm(matrix, axis=0)
    if not norms.all():
        raise InputError(f"column {int(np.argmin(norms))} is all zeros: remove it")
    return matrix / norms, 1.0 if kind == "correlation" else 0.0
