"""What every ranking method asks of its input, checked once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError

# Weights typed by hand add up to 1 only up to a few units in the last printed digit of a double.
_SUM_TOLERANCE = 1e-9


def checked(performance: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Performances (A, C) and weights (C,) as float arrays.

    Raises InputError that names the position of a NaN or infinity, a negative weight, weights that do not sum to 1, or
    shapes that do not fit.
    """
    x, w = np.asarray(performance, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if x.ndim != 2 or 0 in x.shape:
        raise InputError(f"performances have shape {x.shape}: give (alternatives, criteria), at least one of each")
    if w.shape != (x.shape[1],):
        raise InputError(f"weights have shape {w.shape}, the performances have {x.shape[1]} criteria: one weight each")
    if not np.isfinite(x).all():
        i, j = np.argwhere(~np.isfinite(x))[0]
        raise InputError(
            f"performance of alternative {i} on criterion {j} is {x[i, j]}: "
            "give it an interval and sample it (smaa), or leave the alternative out"
        )
    if not np.isfinite(w).all() or (w < 0).any():
        j = int(np.argmax(~np.isfinite(w) | (w < 0)))
        raise InputError(f"weight of criterion {j} is {w[j]}: weights are finite and not negative")
    if abs(w.sum() - 1) > _SUM_TOLERANCE:
        raise InputError(f"weights sum to {w.sum():.12g}, not 1: divide them by their sum")
    return x, w


def directions(maximise: ArrayLike, criteria: int) -> Floats:
    """+1 for each criterion where more is better, -1 where less is; maximise: (C,) or one boolean for all."""
    flags = np.asarray(maximise)
    if flags.dtype != np.bool_ or flags.shape not in ((), (criteria,)):
        raise InputError(f"maximise has shape {flags.shape} of {flags.dtype}: give one boolean, or one a criterion")
    return np.where(np.broadcast_to(flags, (criteria,)), 1.0, -1.0)
