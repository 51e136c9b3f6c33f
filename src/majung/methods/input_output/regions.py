"""Several regions in one table: where the effects fall, and whose demand they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.input_output.multipliers import effect_levels, intensities
from majung.methods.input_output.table import Table, io_table
from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class RegionalMultipliers:
    """Multipliers of a multi-regional table, split by the region where the effect falls.

    regions: R names in order of first appearance. effects: name ("production", "value_added", ..., satellites) →
    (R, n): rows are where it falls, columns the sector whose product is demanded. home: (n,) the region of each sector.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    effects: Mapping[str, Floats]
    home: NDArray[np.intp]

    def total(self, effect: str) -> Floats:
        """(n,) the effect in all regions together."""
        return np.asarray(self.effects[effect].sum(axis=0))

    def at_home(self, effect: str) -> Floats:
        """(n,) the effect in the region that supplies the demanded product."""
        return np.asarray(self.effects[effect][self.home, np.arange(len(self.home))])

    def spillover(self, effect: str) -> Floats:
        """(n,) share of the effect that falls in other regions."""
        return 1.0 - self.at_home(effect) / self.total(effect)


def regional_multipliers(
    table: Table, regions: Sequence[str], satellites: Mapping[str, ArrayLike] | None = None
) -> RegionalMultipliers:
    """Type I multipliers by region of effect: W_r L with the weights of region r only, one solve for all regions.

    regions: the region of each of the n sectors. Raises InputError if their number does not fit, and as
    `leontief_multipliers`. Source: Miller & Blair (2009), ch. 3 and 6.
    """
    names, home = _numbered(table, regions)
    levels = effect_levels(table, satellites)
    weights = intensities(table, np.stack(list(levels.values())))
    inside = np.arange(len(names))[:, None] == home
    # (effects, regions, n): each region's rows are its own weights, zero elsewhere
    stacked = np.where(inside, weights[:, None, :], 0.0).reshape(-1, len(home))
    rows = table.system.rows(stacked).reshape(len(levels), len(names), len(home))
    return RegionalMultipliers(
        regions=names,
        sectors=table.sectors,
        effects=MappingProxyType(dict(zip(levels, rows, strict=True))),
        home=home,
    )


def footprints(
    table: Table,
    regions: Sequence[str],
    final_demand: ArrayLike,
    satellites: Mapping[str, ArrayLike] | None = None,
) -> Mapping[str, Floats]:
    """Effect name → (R, S): what falls in each region to serve each of S final demands, ŵ L F summed by region.

    final_demand: (n, S), for instance one column a consuming region. With value added this is trade in value added;
    with emissions, the consumption-based account. If F is all final demand, a row sums to the region's level of the
    effect. Raises InputError for a wrong shape, a value that is not finite, demand for a sector without output, and as
    `leontief_multipliers`. Source: Miller & Blair (2009), ch. 10.
    """
    names, home = _numbered(table, regions)
    demand = np.asarray(final_demand, dtype=np.float64)
    if demand.ndim != 2 or len(demand) != len(table.sectors):
        raise InputError(
            f"final_demand has shape {demand.shape}: give one row for each of {len(table.sectors)} sectors"
        )
    for j in np.flatnonzero(~np.isfinite(demand).all(axis=1)):
        raise InputError(f"final_demand for sector {table.sectors[j]!r} is not finite")
    active = table.active
    for j in np.flatnonzero(~active & (demand != 0).any(axis=1)):
        raise InputError(f"final_demand asks for sector {table.sectors[j]!r}, which has no output")
    levels = effect_levels(table, satellites)
    weights = intensities(table, np.stack(list(levels.values())))[:, active]
    output = table.system.columns(demand)[active]
    inside = (np.arange(len(names))[:, None] == home[active]).astype(np.float64)
    return MappingProxyType({name: (inside * row) @ output for name, row in zip(levels, weights, strict=True)})


def national_table(table: Table, regions: Sequence[str], products: Sequence[str], region: str) -> Table:
    """One region's own table cut out of a multi-regional one: what it buys from the others becomes its imports.

    regions, products: region and product of each of the n sectors. The result's sectors are the region's products, in
    their order; imports[i, j] is what its sector j buys of product i from all other regions, beside what the import
    matrix of the given table (from outside all regions) holds for the product. Effects that come back
    through other regions are lost: compare `regional_multipliers`. Raises InputError for an unknown region, a product
    that occurs twice in it, and a foreign product that it buys and has no row for.
    """
    names, home = _numbered(table, regions)
    if region not in names:
        raise InputError(f"region {region!r} is not in the table")
    if len(products) != len(table.sectors):
        raise InputError(f"{len(products)} products for {len(table.sectors)} sectors: give one for each")
    own = np.flatnonzero(home == names.index(region))
    place = {products[int(j)]: k for k, j in enumerate(own)}
    if len(place) < len(own):
        raise InputError(f"region {region!r} has a product twice: give each of its sectors a product of its own")
    imports = np.zeros((len(own), len(own)))
    for j, product in enumerate(products):
        bought = np.zeros(len(own)) if home[j] == home[own[0]] else table.domestic[j, own]
        if table.imports is not None:
            bought = bought + table.imports[j, own]
        if not bought.any():
            continue
        if product not in place:
            raise InputError(f"region {region!r} buys {product!r} from {names[home[j]]!r} and has no row for it")
        imports[place[product]] += bought
    return io_table(
        list(place),
        table.domestic[np.ix_(own, own)],
        table.output[own],
        table.value_added[own],
        imports=imports,
        other=None if table.other is None else table.other[own],
        allow_negative_flows=bool(table.domestic.min() < 0),
    )


def _numbered(table: Table, regions: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    if len(regions) != len(table.sectors):
        raise InputError(f"{len(regions)} regions for {len(table.sectors)} sectors: give the region of each sector")
    place = {name: r for r, name in enumerate(dict.fromkeys(map(str, regions)))}
    return tuple(place), np.array([place[str(name)] for name in regions], dtype=np.intp)
