"""What every ranking method asks of its input, checked once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError

# Weights typed by hand add up to 1 only up to a few units in the last printed digit of a double.
_SUM_TOLERANCE = 1e-9


def checked(performance: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Performances (A, C) or (S, A, C) and weights (C,) or (S, C) as float arrays, S samples at once.

    Raises InputError that names the position of a NaN or infinity, a negative weight, weights that do not sum to 1, or
    shapes that do not fit.
    """
    x, w = np.asarray(performance, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if x.ndim not in (2, 3) or 0 in x.shape:
        raise InputError(
            f"performances have shape {x.shape}: give (alternatives, criteria), or (samples, alternatives, criteria), "
            "at least one of each"
        )
    if w.ndim not in (1, 2) or w.shape[-1] != x.shape[-1] or (x.ndim == 3 and w.ndim == 2 and len(w) != len(x)):
        raise InputError(f"weights have shape {w.shape}, performances {x.shape}: one weight for each criterion")
    if not np.isfinite(x).all():
        at = tuple(np.argwhere(~np.isfinite(x))[0].tolist())
        raise InputError(
            f"performance of alternative {at[-2]} on criterion {at[-1]} is {x[at]}: "
            "give it an interval and sample it (smaa), or leave the alternative out"
        )
    if not np.isfinite(w).all() or (w < 0).any():
        at = tuple(np.argwhere(~np.isfinite(w) | (w < 0))[0].tolist())
        raise InputError(f"weight of criterion {at[-1]} is {w[at]}: weights are finite and not negative")
    sums = np.atleast_1d(w.sum(axis=-1))
    worst = sums[np.abs(sums - 1).argmax()]
    if abs(worst - 1) > _SUM_TOLERANCE:
        raise InputError(f"weights sum to {worst:.12g}, not 1: divide them by their sum")
    return x, w


def weighted_sum(values: Floats, weights: Floats) -> Floats:
    """sum_c w_c v_ac: (A, C) or (S, A, C) with (C,) or (S, C) gives (A,) or (S, A)."""
    if values.ndim == 2:
        return np.asarray(weights @ values.T)
    return np.asarray(np.matmul(values, weights[..., None])[..., 0])


def directions(maximise: ArrayLike, criteria: int) -> Floats:
    """+1 for each criterion where more is better, -1 where less is; maximise: (C,) or one boolean for all."""
    flags = np.asarray(maximise)
    if flags.dtype != np.bool_ or flags.shape not in ((), (criteria,)):
        raise InputError(f"maximise has shape {flags.shape} of {flags.dtype}: give one boolean, or one a criterion")
    return np.where(np.broadcast_to(flags, (criteria,)), 1.0, -1.0)
