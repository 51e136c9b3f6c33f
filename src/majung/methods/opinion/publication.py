"""What of a map may be shown: no group and no cell so small that it speaks about persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.groups import Groups
from majung.methods.opinion.statements import StatementStatistics
from majung.methods.opinion.votes import Bools, Integers


@dataclass(frozen=True, eq=False)
class Shown:
    """What may be published; the rest is -1 or NaN.

    groups: (G,) which groups are shown; cells: (G, S) which statements of them; of: (P,) group of each participant, -1
    where its group is hidden; count (2, G, S), seen (G, S), share (2, G, S), ratio, ratio_z: NaN where hidden.
    """

    groups: Bools
    cells: Bools
    of: Integers
    seen: Floats
    count: Floats
    share: Floats
    ratio: Floats
    ratio_z: Floats


def shown(groups: Groups, found: StatementStatistics, *, minimum_group: int, minimum_cell: int) -> Shown:
    """Hide groups of fewer than minimum_group and cells (group, statement) with fewer than minimum_cell votes.

    Totals are usually published beside the groups, so what is hidden together equals the total less the rest. As long
    as the hidden part is one group, or fewer people than minimum_group, the smallest shown group is hidden too; cells
    likewise within each statement. Ratios compare with "all others", which the total and the own count give anyway.

    It does not hide that everyone in a shown cell gave the same answer.
    """
    if minimum_group < 1 or minimum_cell < 1:
        raise InputError(f"minimum_group {minimum_group} and minimum_cell {minimum_cell} must be 1 or more")
    if len(groups.sizes) != len(found.seen):
        raise InputError(
            f"{len(groups.sizes)} groups, but statistics of {len(found.seen)}: they do not belong together"
        )
    visible = _covered(groups.sizes, groups.sizes >= minimum_group, minimum_group)
    cells = visible[:, None] & (found.seen >= minimum_cell)
    for s in np.flatnonzero(~cells.all(axis=0)):
        cells[:, s] = _covered(found.seen[:, s], cells[:, s], minimum_cell)

    def masked(values: Floats | Integers) -> Floats:
        return np.where(cells, values, np.nan)

    return Shown(
        groups=visible,
        cells=cells,
        of=np.where((groups.of >= 0) & visible[groups.of], groups.of, -1),
        seen=masked(found.seen),
        count=masked(found.count),
        share=masked(found.share),
        ratio=masked(found.ratio),
        ratio_z=masked(found.ratio_z),
    )


def _covered(sizes: Integers, visible: Bools, minimum: int) -> Bools:
    """What stays visible once nothing hidden follows from a total: two or more parts hidden, together large enough."""
    left = visible.copy()
    while left.any():
        hidden = sizes[~left]
        if not hidden.any() or ((hidden > 0).sum() > 1 and hidden.sum() >= minimum):
            break
        left[int(np.argmin(np.where(left, sizes, sizes.max() + 1)))] = False
    return left
