"""Everything about one year, or many years at once, under one named set of conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from majung.methods.complexity.advantage import Bools, checked_presence
from majung.methods.complexity.indices import Scale, Validity, eci_pci
from majung.methods.complexity.opportunity import Gain, outlook
from majung.methods.complexity.proximities import proximity, proximity_operator
from majung.methods.labelled import Dropped, Floats, InputError, Labelled, drop_zeros


@dataclass(frozen=True)
class Conventions:
    """The choices in which published software differs; each is explained at the function it belongs to.

    scale, ddof: :func:`eci_pci`. diagonal: :func:`proximity`. gain: :func:`outlook`. outlook_pci: the PCI that weighs
    COI and gain: as returned ("scaled") or the eigenvector of length 1 ("raw").
    """

    scale: Scale
    ddof: int
    diagonal: float
    outlook_pci: Literal["scaled", "raw"]
    gain: Gain


# A column says nothing about itself; an ECI is the mean PCI; a gain is the exact change of the COI.
MAJUNG = Conventions(scale="eci", ddof=0, diagonal=0.0, outlook_pci="scaled", gain="exact")
# ecomplexity 0.5.3, which then z-scores the COI and divides the gain by the standard deviation of the raw ECI.
ECOMPLEXITY = Conventions(scale="eci", ddof=0, diagonal=1.0, outlook_pci="raw", gain="gross")
# econcomplex 1.0.1, which gives density in percent, signs PCI apart from ECI, and divides each term of its gain by the
# total of the column entered instead of the column whose density grows.
ECONCOMPLEX = Conventions(scale="separate", ddof=0, diagonal=0.0, outlook_pci="scaled", gain="gross")
# economic-complexity 0.3.0, whose ECI and PCI stop after 20 reflections, and whose gain has the same other divisor.
ECONOMIC_COMPLEXITY = Conventions(scale="separate", ddof=1, diagonal=0.0, outlook_pci="scaled", gain="exact")


@dataclass(frozen=True, eq=False)
class Complexity:
    """Result of :func:`complexity`: everything for the rows (C) and columns (P) that have presence.

    presence, density, gain: (C, P); diversity, eci, coi: (C,); ubiquity, pci: (P,).
    dropped: rows and columns without presence, which are in no result.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    dropped: Dropped
    conventions: Conventions
    presence: Bools
    diversity: Floats
    ubiquity: Floats
    eci: Floats
    pci: Floats
    validity: Validity
    density: Floats
    coi: Floats
    gain: Floats


def complexity(presence: Labelled, *, conventions: Conventions) -> Complexity:
    """Indices and outlook of one presence matrix, thresholded (:func:`presence`) or given.

    Rows and columns without presence are dropped first, and reported: they have no complexity and would spoil that of
    the others. Needs O(C^2 P) time and O(C P) memory. Raises InputError as :func:`eci_pci` does, naming labels.
    """
    checked_presence(presence)
    kept, dropped = drop_zeros(presence)
    there = checked_presence(kept)
    indices = eci_pci(kept, scale=conventions.scale, ddof=conventions.ddof)
    pci = indices.pci
    if conventions.outlook_pci == "raw" and conventions.scale != "raw":
        pci = eci_pci(kept, scale="raw", ddof=conventions.ddof).pci
    # The matrix where it is small beside the presence, and then also the faster.
    prefer_matrix = there.shape[1] <= 2 * there.shape[0]
    phi = (proximity if prefer_matrix else proximity_operator)(there, diagonal=conventions.diagonal)
    found = outlook(there, phi, pci, gain=conventions.gain)
    return Complexity(
        kept.rows,
        kept.columns,
        dropped,
        conventions,
        there,
        there.sum(axis=1).astype(np.float64),
        there.sum(axis=0).astype(np.float64),
        indices.eci,
        indices.pci,
        indices.validity,
        found.density,
        found.coi,
        found.gain,
    )


def complexity_by_year(presences: Mapping[str, Labelled], *, conventions: Conventions) -> dict[str, Complexity]:
    """:func:`complexity` of each year (or period); the years may differ in rows and columns.

    Each year has its own scale: compare ranks, or positions relative to other rows, over time. Raises InputError that
    names the year as well as the label.
    """
    results: dict[str, Complexity] = {}
    for year, presence in presences.items():
        try:
            results[year] = complexity(presence, conventions=conventions)
        except InputError as error:
            raise InputError(f"{year}: {error}") from error
    return results


def over_years(
    results: Mapping[str, Complexity], what: Literal["eci", "coi", "diversity", "pci", "ubiquity"]
) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """One result as a table: (years, labels, values (years, labels)), NaN where a year does not have the label.

    Labels are those of any year, rows for eci, coi and diversity, columns for pci and ubiquity, in order of appearance.
    """
    per_row = what in ("eci", "coi", "diversity")
    named = {year: (found.rows if per_row else found.columns) for year, found in results.items()}
    position = {label: i for i, label in enumerate(dict.fromkeys(label for n in named.values() for label in n))}
    table = np.full((len(results), len(position)), np.nan)
    for t, (year, found) in enumerate(results.items()):
        table[t, [position[label] for label in named[year]]] = getattr(found, what)
    return tuple(results), tuple(position), table
