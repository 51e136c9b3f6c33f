"""Relatedness: how near a row (a country) is to a column it may enter, given what it has."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.complexity.advantage import checked_presence
from majung.methods.complexity.proximities import ProximityOperator, as_operator
from majung.methods.labelled import Floats, InputError, Labelled


def density(presence: ArrayLike | Labelled, proximity: ArrayLike | ProximityOperator) -> Floats:
    """Relatedness density, (C, P), in [0, 1]: omega_cp = sum_q M_cq phi_qp / sum_q phi_qp.

    The share of what is related to p that the row already has; times 100 it is the relatedness density in percent of
    Balland et al. (2019). presence: (C, P) of 0 and 1, or any nonnegative weights. proximity: (P, P) nonnegative, from
    `proximity` or given (skills, citations), or an operator, much faster for P well above C; its diagonal counts as it
    stands. A column related to nothing has density 0: nothing related to it is present.
    Raises InputError for shapes that do not fit, NaN or negative values.
    Source: Hidalgo et al. (2007), Science 317, supporting material.
    """
    weights = np.asarray(presence.values if isinstance(presence, Labelled) else presence, dtype=np.float64)
    phi = as_operator(proximity)
    if weights.ndim != 2 or weights.shape[1] != phi.columns:
        raise InputError(f"presence of shape {weights.shape} and proximity of {phi.columns} columns do not fit")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise InputError("presence holds a value that is negative or not finite")
    return divide_or_zero(phi.spread(weights), phi.totals)


def relative_relatedness(density: ArrayLike, presence: ArrayLike | Labelled, *, ddof: int) -> Floats:
    """Relative relatedness, (C, P): z-score of density among the row's options, NaN outside them.

    R_cp = (omega_cp - mean) / sd, both over the row's option set {q: M_cq = 0}; sd divides by the number of options
    less ddof (economic-complexity takes 1). It compares a column with the row's other options, so that a diversified
    row is not near everything. Where all options are equally near, or too few for an sd, R = 0.
    density, presence: (C, P). Raises InputError for shapes that differ.
    Source: Pinheiro, Hartmann, Boschma & Hidalgo (2022), Research Policy 51(8), 104323.
    """
    omega, option = np.asarray(density, dtype=np.float64), ~checked_presence(presence)
    if omega.shape != option.shape:
        raise InputError(f"density {omega.shape} and presence {option.shape} have different shapes")
    count = option.sum(axis=1, keepdims=True)
    mean = np.where(option, omega, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    off = np.where(option, omega - mean, 0.0)
    spread = np.sqrt((off * off).sum(axis=1, keepdims=True) / np.maximum(count - ddof, 1))
    # Equal densities differ in the last digits: that is not spread.
    spread[spread <= 1e-12 * np.abs(mean)] = 0.0
    return np.where(option, divide_or_zero(off, spread), np.nan)


def divide_or_zero(numerator: Floats, denominator: Floats) -> Floats:
    """numerator / denominator, and 0 where the denominator is 0."""
    out = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.divide(numerator, denominator, out=out, where=np.broadcast_to(denominator != 0, out.shape))
