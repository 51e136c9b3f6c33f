"""How far a multiplier can be trusted when the table's cells are estimates."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.input_output.multipliers import effect_levels, intensities
from majung.methods.input_output.table import Table
from majung.methods.labelled import Floats, InputError


def multiplier_errors(
    table: Table, relative_error: ArrayLike, satellites: Mapping[str, ArrayLike] | None = None
) -> Mapping[str, Floats]:
    """Standard errors of type I multipliers, effect name → (n,); NaN for a sector without output.

    relative_error: standard error of a domestic coefficient over its value, one number or (n, n). First order:
    ∂m_j/∂a_kl = m_k l_lj (Sherman & Morrison 1950), so with independent errors σ_kl = c_kl a_kl
    Var(m_j) = Σ_l (Σ_k m_k² σ_kl²) l_lj². The effects per unit of output (v, e, ...) are taken as exact; errors with a
    common cause (one survey, one deflator) do not average out and need a larger number. Good up to relative errors of
    some 30 %; beyond, the inverse is biased upward (Simonovits 1975). Costs the inverse L.

    Raises InputError for a negative or not finite relative error or a wrong shape, and as `leontief_multipliers`.
    Sources: Bullard & Sebald (1977); West (1986).
    """
    errors = np.asarray(relative_error, dtype=np.float64)
    n = len(table.sectors)
    if errors.shape not in ((), (n, n)):
        raise InputError(f"relative_error has shape {errors.shape}: give one number or ({n}, {n})")
    if not (np.isfinite(errors).all() and (errors >= 0).all()):
        raise InputError("relative_error must be finite and at least 0 everywhere")
    active = table.active
    keep = np.ix_(active, active)
    levels = effect_levels(table, satellites)
    multipliers = table.system.rows(intensities(table, np.stack(list(levels.values()))))[:, active]
    spread = table.domestic[keep] / table.output[active]
    spread *= errors if errors.ndim == 0 else errors[keep]
    np.square(spread, out=spread)
    variances = (multipliers**2 @ spread) @ np.square(table.system.inverse()[keep])
    result = np.full((len(levels), n), np.nan)
    result[:, active] = np.sqrt(variances)
    return MappingProxyType(dict(zip(levels, result, strict=True)))
