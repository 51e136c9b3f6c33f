"""The input-output table, checked once at the door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.input_output.solver import LeontiefSystem, factorise
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class Table:
    """Flows of one year in one currency. Build it with :func:`io_table`, which validates.

    sectors: n names. domestic: (n, n), row sells to column. imports: (n, n) imported inputs by product and user, or
    None. output: (n,). value_added: (n,). other: (n,) what else a column pays (net product taxes, margins), or None.
    """

    sectors: tuple[str, ...]
    domestic: Floats
    imports: Floats | None
    output: Floats
    value_added: Floats
    other: Floats | None

    @property
    def active(self) -> NDArray[np.bool_]:
        """(n,) sectors with output; only they have coefficients."""
        return self.output > 0

    @cached_property
    def system(self) -> LeontiefSystem:
        """(I − A), factored at first use and kept with the table, so that several methods share the one costly step.

        Raises InputError if the table is not productive.
        """
        return factorise(self.sectors, self.domestic, self.output)

    @property
    def zero_output(self) -> tuple[str, ...]:
        """Sectors without output. Their results are NaN; name them in a report."""
        return tuple(s for s, a in zip(self.sectors, self.active, strict=True) if not a)


def io_table(
    sectors: Sequence[str],
    domestic: ArrayLike,
    output: ArrayLike,
    value_added: ArrayLike,
    *,
    imports: ArrayLike | None = None,
    other: ArrayLike | None = None,
    allow_negative_flows: bool = False,
) -> Table:
    """Check and name a table; it is not balanced or repaired (see `balance` for a diagnosis).

    Shapes as in :class:`Table`. Value added and other payments may be negative (losses, subsidies), flows only with
    allow_negative_flows (some offices book scrap as a negative input). Arrays of floats are not copied.

    Raises InputError for a duplicate sector, a shape that does not fit, a value that is not finite, a negative flow or
    output, and a sector that pays for inputs without having output, each by name.
    """
    names = tuple(map(str, sectors))
    n = len(names)
    if n == 0:
        raise InputError("the table has no sectors")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            f"duplicate sector {twice[0]!r}: rename or merge, e.g. 'region sector' in a multi-regional table"
        )
    x = named_vector(output, names, "output")
    if (x < 0).any():
        worst = int(x.argmin())
        raise InputError(f"output of sector {names[worst]!r} is negative ({x[worst]:g})")
    v = named_vector(value_added, names, "value_added")
    t = None if other is None else named_vector(other, names, "other")
    z = _flows(domestic, names, "domestic", allow_negative_flows)
    m = None if imports is None else _flows(imports, names, "imports", allow_negative_flows)
    idle = x == 0
    if idle.any():
        paid = sum((np.abs(part).reshape(-1, n).sum(axis=0) for part in (z, m, v, t) if part is not None), np.zeros(n))
        for j in np.flatnonzero(idle & (paid > 0)):
            raise InputError(
                f"sector {names[j]!r} has zero output but pays {paid[j]:g} for inputs, value added or other: "
                "give its output, or set its column to zero"
            )
    return Table(names, z, m, x, v, t)


def proportional_imports(
    sectors: Sequence[str], flows: ArrayLike, *, imports: ArrayLike, output: ArrayLike, exports: ArrayLike
) -> tuple[Floats, Floats]:
    """Domestic and imported flows out of a table that shows both together ("competitive" imports): an assumption.

    Every user of product i, final users included, is supposed to buy the same share from abroad,
    r_i = m_i / (x_i − e_i + m_i), and exports to hold no imports: domestic = (1 − r̂)Z, imported = r̂Z. flows: (n, n)
    total use; imports, output, exports: (n,) by product. Use an office's own import matrix where there is one:
    multipliers differ. Raises InputError, with the sector, for a share outside [0, 1] and for bad values.
    Source: Miller & Blair (2009), ch. 4.
    """
    names = tuple(map(str, sectors))
    total = _flows(flows, names, "flows", allow_negative=True)
    m, x, e = (
        named_vector(part, names, what)
        for part, what in ((imports, "imports"), (output, "output"), (exports, "exports"))
    )
    supply = x - e + m
    share = np.divide(m, supply, out=np.zeros(len(names)), where=supply != 0)
    for j in np.flatnonzero((share < 0) | (share > 1) | ((supply == 0) & (m != 0))):
        raise InputError(
            f"imports of {names[j]!r} are {m[j]:g} of {supply[j]:g} for domestic use (output - exports + imports): "
            "take re-exports off imports and exports"
        )
    imported = share[:, None] * total
    return total - imported, imported


def named_vector(values: ArrayLike, names: Sequence[str], what: str) -> Floats:
    """One finite number a sector, read-only; InputError names `what` and the sector."""
    vector = np.asarray(values, dtype=np.float64).view()
    if vector.shape != (len(names),):
        raise InputError(f"{what} has shape {vector.shape}, expected one value for each of {len(names)} sectors")
    if not np.isfinite(vector).all():
        j = int(np.argmin(np.isfinite(vector)))
        raise InputError(f"{what} of sector {names[j]!r} is {vector[j]}: give a finite number")
    vector.setflags(write=False)
    return vector


def named_positions(chosen: Sequence[str], names: Sequence[str], what: str) -> list[int]:
    """Positions of the chosen names; InputError for none, a duplicate or an unknown one."""
    place = {name: i for i, name in enumerate(names)}
    unknown = [name for name in chosen if name not in place]
    if unknown:
        raise InputError(f"{what} {unknown[0]!r} is not in the table")
    if not chosen or len(set(chosen)) < len(chosen):
        raise InputError(f"give at least one {what}, and each only once")
    return [place[name] for name in chosen]


def _flows(values: ArrayLike, names: tuple[str, ...], what: str, allow_negative: bool) -> Floats:
    matrix = np.asarray(values, dtype=np.float64).view()
    n = len(names)
    if matrix.shape != (n, n):
        raise InputError(f"{what} has shape {matrix.shape}, expected ({n}, {n}): one row and one column a sector")
    # Sums find a NaN or an infinity without an n × n mask; only a suspicious row is looked at closely.
    for i in np.flatnonzero(~np.isfinite(matrix.sum(axis=1))):
        for j in np.flatnonzero(~np.isfinite(matrix[i])):
            raise InputError(f"{what} from {names[i]!r} to {names[j]!r} is {matrix[i, j]}: give a finite number")
    if not allow_negative and matrix.min() < 0:
        seller, buyer = divmod(int(matrix.argmin()), n)
        raise InputError(
            f"{what} from {names[seller]!r} to {names[buyer]!r} is negative ({matrix[seller, buyer]:g}): "
            "correct it, or pass allow_negative_flows=True if the source books by-products so"
        )
    matrix.setflags(write=False)
    return matrix
