"""Outlook: what complexity lies near a row, and what entering one more column would open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.complexity.advantage import checked_presence
from majung.methods.complexity.proximities import ProximityOperator, as_operator
from majung.methods.complexity.relatedness import divide_or_zero
from majung.methods.labelled import Floats, InputError, Labelled

Gain = Literal["exact", "gross"]


@dataclass(frozen=True, eq=False)
class Outlook:
    """density (C, P), in [0, 1]; coi (C,), in units of the PCI; gain (C, P), likewise, 0 where already present."""

    density: Floats
    coi: Floats
    gain: Floats


def outlook(
    presence: ArrayLike | Labelled, proximity: ArrayLike | ProximityOperator, pci: ArrayLike, *, gain: Gain
) -> Outlook:
    """Density, complexity outlook index and opportunity gain.

    omega_cp = sum_q M_cq phi_qp / s_p, s_p = sum_q phi_qp.   COI_c = sum_p omega_cp (1 - M_cp) PCI_p.
    gain "exact": what COI_c gains when c enters p, phi and PCI held fixed (equal to a recomputation):
        sum_{q != p} (1 - M_cq) phi_pq PCI_q / s_q - omega_cp PCI_p.
    gain "gross": sum_q (1 - M_cq) phi_pq PCI_q / s_q, q = p included (with a proximity of diagonal 1) and the
        opportunity used up not deducted: Stata's and Python's ecomplexity.
    Both are 0 where p is present. COI and gains are not invariant to a shift of PCI: state which PCI was used.
    presence: (C, P) of 0 and 1; proximity: (P, P) or an operator (faster for P well above C); pci: (P,).
    Raises InputError for shapes that do not fit or a PCI that is not finite.
    Source: Hausmann et al. (2014), Atlas of Economic Complexity (COI and opportunity gain).
    """
    there, phi, weight = checked_presence(presence), as_operator(proximity), np.asarray(pci, dtype=np.float64)
    if there.shape[1] != phi.columns or weight.shape != (phi.columns,):
        raise InputError(
            f"presence {there.shape}, proximity of {phi.columns} columns and PCI {weight.shape} do not fit together"
        )
    if not np.isfinite(weight).all():
        raise InputError(f"PCI of column {int(np.argmin(np.isfinite(weight)))} is not finite: remove the column")
    totals = phi.totals
    density = phi.spread(there.astype(np.float64))
    density /= np.where(totals > 0, totals, 1.0)
    open_value = np.where(there, 0.0, weight)
    coi = np.einsum("cp,cp->c", density, open_value)
    gains = phi.gather(open_value * divide_or_zero(np.ones_like(totals), totals))
    if gain == "exact":
        gains -= density * weight
        gains -= open_value * (phi.diagonal * divide_or_zero(np.ones_like(totals), totals))
    gains[there] = 0.0
    return Outlook(density, coi, gains)
