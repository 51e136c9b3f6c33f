"""Hypothetical extraction: what the economy would lose without a sector, or without a group of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.input_output.multipliers import effect_levels, intensities
from majung.methods.input_output.table import Table, named_positions
from majung.methods.labelled import Floats


@dataclass(frozen=True, eq=False)
class Extraction:
    """Losses in the effect's own unit, effect name → (n,) one number a sector taken out; NaN without output.

    complete: the sector disappears, row, column and final demand, its own production included.
    backward: it buys nothing from domestic sectors any more (its column of A is zero, its own inputs included).
    forward: it sells nothing to domestic sectors any more (its row of B is zero), in the supply-driven model.
    """

    sectors: tuple[str, ...]
    complete: Mapping[str, Floats]
    backward: Mapping[str, Floats]
    forward: Mapping[str, Floats]


def hypothetical_extraction(table: Table, satellites: Mapping[str, ArrayLike] | None = None) -> Extraction:
    """Each sector taken out in turn, in closed form: one inverse instead of n.

    With w the effect per unit of output and E its level: complete_j = x_j (wL)_j / L_jj, backward_j =
    x_j ((wL)_j − w_j) / L_jj, forward_j = ((LE)_j − E_j) / L_jj. For production, complete_j = x_j·colsum(L)_j / L_jj.
    What was bought from the sector is supposed to be imported. The losses of several sectors do not add up: use
    :func:`extract_group`. Raises InputError as `leontief_multipliers`.
    Sources: Dietzenbacher, van der Linden & Steenge (1993); Temurshoev (2010), for the closed form.
    """
    levels = effect_levels(table, satellites)
    level = np.stack(list(levels.values()))
    x, weights = table.output, intensities(table, level)
    backward, forward = table.system.rows(weights), table.system.columns(level.T).T
    diagonal = np.diagonal(table.system.inverse())
    return Extraction(
        sectors=table.sectors,
        complete=_named(levels, x * backward / diagonal),
        backward=_named(levels, x * (backward - weights) / diagonal),
        forward=_named(levels, (forward - level) / diagonal),
    )


def extract_group(
    table: Table, sectors: Sequence[str], satellites: Mapping[str, ArrayLike] | None = None
) -> Mapping[str, float]:
    """Loss, by effect, when all the named sectors E disappear together: (wL)_E (L_EE)⁻¹ x_E.

    Less than the sum of the single losses, for what they buy from each other is lost only once; so the k sectors with
    the largest single losses need not be the most important group of k (Temurshoev 2010). Sectors without output lose
    nothing. Raises InputError for an unknown or repeated name, and as `leontief_multipliers`.
    """
    chosen = np.array(named_positions(sectors, table.sectors, "sector"))
    chosen = chosen[table.active[chosen]]
    levels = effect_levels(table, satellites)
    active = table.active
    response = fixed_output_response(table, chosen, table.output[chosen])
    losses = intensities(table, np.stack(list(levels.values())))[:, active] @ response[active]
    return MappingProxyType({name: float(loss) for name, loss in zip(levels, losses, strict=True)})


def fixed_output_response(table: Table, chosen: NDArray[np.intp], output: Floats) -> Floats:
    """(n,) output of all sectors that goes with a given output of the chosen ones: L_:E (L_EE)⁻¹ x_E."""
    unit = np.zeros((len(table.sectors), len(chosen)))
    unit[chosen, np.arange(len(chosen))] = 1.0
    columns = table.system.columns(unit)
    return columns @ np.linalg.solve(columns[chosen], output)


def _named(levels: Mapping[str, Floats], losses: Floats) -> Mapping[str, Floats]:
    return MappingProxyType(dict(zip(levels, losses, strict=True)))
