"""Linkages: how much each sector draws on the others, and the others on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from majung.methods.input_output.table import Table
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class Linkages:
    """(n,) each; NaN for a sector without output. Direct and total ones are kept apart, and so are the two forwards.

    direct_backward: 1ᵀA. total_backward: 1ᵀL. direct_forward: A1. total_forward: L1. direct_forward_ghosh: B1.
    total_forward_ghosh: G1. The indices divide a total linkage by its mean over the sectors (mean 1):
    power_of_dispersion from 1ᵀL (영향력계수), sensitivity_of_dispersion from L1 (감응도계수, as the Bank of Korea
    defines it), sensitivity_ghosh from G1. L1 weighs all buyers alike whatever their size, G1 follows the sector's
    actual sales: they rank sectors differently, so both are given.
    """

    sectors: tuple[str, ...]
    direct_backward: Floats
    total_backward: Floats
    power_of_dispersion: Floats
    direct_forward: Floats
    total_forward: Floats
    sensitivity_of_dispersion: Floats
    direct_forward_ghosh: Floats
    total_forward_ghosh: Floats
    sensitivity_ghosh: Floats


def linkages(table: Table) -> Linkages:
    """Backward and forward linkages, direct and total, by one factorisation and three solves.

    B = x̂⁻¹Z = x̂⁻¹Ax̂, so G = x̂⁻¹Lx̂ and G1 = x̂⁻¹(Lx): no second factorisation.
    Raises InputError if the table is not productive. Sources: Rasmussen (1956); Jones (1976) for the Ghosh version;
    Miller & Blair (2009), ch. 12.
    """
    solver = table.system
    active, x = table.active, table.output
    nan = np.full(len(x), np.nan)
    backward = solver.rows(np.ones((1, len(x))))[0]
    forward, induced = solver.columns(np.stack([np.ones(len(x)), x], axis=1)).T
    ghosh = np.divide(induced, x, out=nan.copy(), where=active)
    z = table.domestic
    inverse_output = np.divide(1.0, x, out=np.zeros(len(x)), where=active)
    return Linkages(
        sectors=table.sectors,
        direct_backward=np.divide(z.sum(axis=0, where=active[:, None]), x, out=nan.copy(), where=active),
        total_backward=backward,
        power_of_dispersion=backward / np.nanmean(backward),
        direct_forward=np.where(active, z @ inverse_output, np.nan),
        total_forward=forward,
        sensitivity_of_dispersion=forward / np.nanmean(forward),
        direct_forward_ghosh=np.divide(z.sum(axis=1), x, out=nan.copy(), where=active),
        total_forward_ghosh=ghosh,
        sensitivity_ghosh=ghosh / np.nanmean(ghosh),
    )


def proportional_splits(Z: ArrayLike, x: ArrayLike, *, tolerance: float = 1e-6) -> tuple[tuple[int, ...], ...]:
    """Groups of sectors (positions, ascending) whose coefficient columns are identical: one observation, not several.

    Offices that know only a parent's account fill its parts in proportion; multipliers of the parts then agree by
    construction, and comparing them says nothing. Z: (k, n) any inputs of the n sectors: domestic flows, imports below
    them, or value added alone as one row (the account that is most often split; tables balanced afterwards keep the
    equal value added ratio only). x: (n,) output. Two columns a, b are identical if Σ|a − b| ≤ tolerance·Σ|a|, with
    the larger of the two sums; groups are the connected sets of such pairs. Sectors without output or without inputs
    are no evidence and are left out.

    Raises InputError for shapes that do not fit, values that are not finite, or a tolerance outside [0, 1).
    """
    flows, output = np.asarray(Z, dtype=np.float64), np.asarray(x, dtype=np.float64)
    if flows.ndim != 2 or output.shape != (flows.shape[1],):
        raise InputError(f"Z has shape {flows.shape} and x {output.shape}: give Z one column for each value of x")
    if not (np.isfinite(flows).all() and np.isfinite(output).all()):
        raise InputError("Z or x holds a value that is not finite")
    if not 0 <= tolerance < 1:
        raise InputError(f"tolerance is {tolerance}: give a number from 0 to below 1")
    candidates = np.flatnonzero((output > 0) & (flows != 0).any(axis=0))
    columns = flows[:, candidates] / output[candidates]
    size = np.abs(columns).sum(axis=0)
    # |Σ|a| − Σ|b|| ≤ Σ|a − b|: only neighbours in the order of Σ|a| can match, so few pairs are compared.
    order = np.argsort(size, kind="stable")
    columns, size = columns[:, order], size[order]
    ends = np.searchsorted(size, size / (1 - tolerance), side="right")
    pairs = [np.empty((0, 2), dtype=np.intp)]
    for i, end in enumerate(ends):
        distance = np.abs(columns[:, i + 1 : end] - columns[:, i : i + 1]).sum(axis=0)
        matches = i + 1 + np.flatnonzero(distance <= tolerance * size[i + 1 : end])
        pairs.append(np.stack([np.full_like(matches, i), matches], axis=1))
    first, second = np.concatenate(pairs).T
    links = coo_array((np.ones(len(first)), (first, second)), shape=(len(size), len(size)))
    _, component = connected_components(links, directed=False)
    members = [np.sort(candidates[order[component == c]]) for c in np.flatnonzero(np.bincount(component) > 1)]
    return tuple(sorted(tuple(int(j) for j in group) for group in members))
