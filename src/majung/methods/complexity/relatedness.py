"""Relatedness: how near two columns (products, fields) are, and how near a row is to a column it may enter."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.complexity.advantage import checked_presence
from majung.methods.labelled import Floats, InputError


def proximity(presence: ArrayLike, *, diagonal: float) -> Floats:
    """Discrete proximity, (P, P) symmetric, in [0, 1]: phi_pq = |M_p and M_q| / max(k_p, k_q).

    The smaller of the two conditional probabilities that a row with one has the other; k_p is the ubiquity of p.
    presence: (C, P) of 0 and 1. diagonal: what stands at phi_pp: 0 (a column says nothing about itself; the opportunity
    gain needs no correction) or 1 (the formula's own value; ecomplexity's density). They change every density.
    Raises InputError for a column without presence.
    Source: Hidalgo, Klinger, Barabasi & Hausmann (2007), Science 317, equation 1.
    """
    there = checked_presence(presence).astype(np.float64)
    ubiquity = there.sum(axis=0)
    require_positive(ubiquity, "column {} has no presence: remove it")
    phi: Floats = there.T @ there
    phi /= np.maximum(ubiquity[:, None], ubiquity)
    np.fill_diagonal(phi, diagonal)
    return phi


def proximity_continuous(values: ArrayLike, *, kind: Literal["correlation", "cosine"], diagonal: float) -> Floats:
    """Continuous proximity of columns, (P, P) symmetric, from advantages or their logarithms without a threshold.

    correlation: (1 + Pearson r) / 2, in [0, 1], ecomplexity's `continuous`; cosine: v_p . v_q / |v_p||v_q|, in [0, 1]
    for nonnegative values. values: (C, P), finite. diagonal: as in :func:`proximity`.
    Raises InputError for a column whose correlation (constant) or cosine (all zero) does not exist.
    """
    unit, shift = continuous_factor(values, kind=kind)
    phi: Floats = unit.T @ unit
    if shift:
        phi += shift
        phi /= 1 + shift
    np.clip(phi, 0.0, 1.0, out=phi)
    np.fill_diagonal(phi, diagonal)
    return phi


def continuous_factor(values: ArrayLike, *, kind: Literal["correlation", "cosine"]) -> tuple[Floats, float]:
    """(Z, s) such that the continuous proximity off the diagonal is (s + Z'Z) / (1 + s); see there for arguments."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise InputError("values must be a finite (rows, columns) matrix")
    if kind == "cosine" and (matrix < 0).any():
        raise InputError("a cosine proximity needs nonnegative values")
    if kind == "correlation":
        spread = matrix.max(axis=0) - matrix.min(axis=0)
        require_positive(spread, "column {} is constant and has no correlation: remove it or use kind='cosine'")
        matrix = matrix - matrix.mean(axis=0)
    norms = np.linalg.norm(matrix, axis=0)
    require_positive(norms, "column {} is all zeros: remove it")
    return matrix / norms, 1.0 if kind == "correlation" else 0.0


def density(presence: ArrayLike, proximity: ArrayLike) -> Floats:
    """Relatedness density, (C, P), in [0, 1]: omega_cp = sum_q M_cq phi_qp / sum_q phi_qp.

    The share of what is related to p that the row already has; times 100 it is the relatedness density in percent of
    Balland et al. (2019). presence: (C, P) of 0 and 1, or any nonnegative weights. proximity: (P, P) nonnegative,
    from :func:`proximity`, :func:`proximity_continuous` or given (skills, citations); its diagonal counts as it stands.
    A column related to nothing has density 0: nothing related is present. Raises InputError for shapes that do not fit,
    NaN or negative values. Source: Hidalgo et al. (2007), supporting material; Hausmann et al. (2014), Atlas.
    """
    weights, phi = np.asarray(presence, dtype=np.float64), np.asarray(proximity, dtype=np.float64)
    if weights.ndim != 2 or phi.shape != (weights.shape[1],) * 2:
        raise InputError(f"presence {weights.shape} and proximity {phi.shape} do not fit: want (C, P) and (P, P)")
    for name, array in (("presence", weights), ("proximity", phi)):
        if not (np.isfinite(array).all() and (array >= 0).all()):
            raise InputError(f"{name} holds a value that is negative or not finite")
    return divide_or_zero(weights @ phi, phi.sum(axis=0))


def relative_relatedness(density: ArrayLike, presence: ArrayLike) -> Floats:
    """Relative relatedness, (C, P): z-score of density among the row's options, NaN outside them.

    R_cp = (omega_cp - mean) / sd, mean and sd (divisor: number of options) over the row's option set {q: M_cq = 0}.
    It compares a column with the row's other options, so that diversified rows are not near everything. Where all
    options are equally near, R = 0. density, presence: (C, P). Raises InputError for shapes that differ.
    Source: Pinheiro, Balland, Boschma & Hartmann (2022), Regional Studies.
    """
    omega, option = np.asarray(density, dtype=np.float64), ~checked_presence(presence)
    if omega.shape != option.shape:
        raise InputError(f"density {omega.shape} and presence {option.shape} have different shapes")
    count = np.maximum(option.sum(axis=1, keepdims=True), 1)
    mean = np.where(option, omega, 0.0).sum(axis=1, keepdims=True) / count
    off = np.where(option, omega - mean, 0.0)
    spread = np.sqrt((off * off).sum(axis=1, keepdims=True) / count)
    # Equal densities differ in the last digits: that is not spread.
    spread[spread <= 1e-12 * np.abs(mean)] = 0.0
    return np.where(option, divide_or_zero(off, spread), np.nan)


def divide_or_zero(numerator: Floats, denominator: Floats) -> Floats:
    """numerator / denominator, and 0 where the denominator is 0."""
    out = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.divide(numerator, denominator, out=out, where=np.broadcast_to(denominator != 0, out.shape))


def require_positive(totals: Floats, message: str) -> None:
    """Raise InputError with `message`, formatted with the first position where totals is not positive."""
    if not (totals > 0).all():
        raise InputError(message.format(int(np.argmax(totals <= 0))))
