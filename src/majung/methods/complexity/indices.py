"""How complex rows (countries) and columns (products, fields) are: ECI and PCI, their validity, projection, fitness."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components

from majung.methods.complexity.advantage import Bools, checked_presence, name_of, require_presence
from majung.methods.labelled import Floats, InputError, Labelled

Scale = Literal["eci", "separate", "raw"]

# Eigenvalues lie in [0, 1] and carry errors of some 1e-15.
_EIGENVALUE_TIE = 1e-10

_VANISHED = 1e-280


@dataclass(frozen=True)
class Validity:
    """How far an ECI can be trusted as an ordering.

    second, third: the eigenvalues lambda_2 and lambda_3, in [0, 1] (0 where there is no third). The ECI is the
        eigenvector of lambda_2.
    gap: lambda_2 - lambda_3. Near 0, small changes of the data turn the ECI into a mixture of two eigenvectors.
    diversity_correlation: Pearson correlation of ECI and diversity, which fixes the sign; near 0 the sign is a toss-up.
    effective_rows: participation ratio of the eigenvector, in [1, C]. A few rows mean that the ECI tells one small
        block from the rest and hardly orders the others.
    """

    second: float
    third: float
    gap: float
    diversity_correlation: float
    effective_rows: float


@dataclass(frozen=True, eq=False)
class Indices:
    """eci (C,), pci (P,), and how far they can be trusted."""

    eci: Floats
    pci: Floats
    validity: Validity


@dataclass(frozen=True, eq=False)
class Projection:
    """Result of :func:`project`.

    eci: (C,), NaN for a row none of whose columns the reliable rows have; pci: (P,), NaN for such a column.
    coverage: (C,) share of the row's columns that have a PCI. core: validity of the first stage.
    """

    eci: Floats
    pci: Floats
    coverage: Floats
    core: Validity


@dataclass(frozen=True, eq=False)
class Fitness:
    """Result of :func:`fitness`.

    fitness (C,), complexity (P,), each with mean 1; iterations done; change: largest relative change of any value
    in the last one; converged: whether it fell to the tolerance with every fitness above 0.
    """

    fitness: Floats
    complexity: Floats
    iterations: int
    change: float
    converged: bool


@dataclass(frozen=True, eq=False)
class SecondVector:
    """Leading part of the spectrum of a (C, P) matrix N = D^-1/2 M U^-1/2; see :func:`second_vector`."""

    second: float
    third: float
    left: Floats

    @property
    def connected(self) -> bool:
        """Whether presence is one block: eigenvalue 1 occurs once a block."""
        return self.second < 1 - _EIGENVALUE_TIE

    @property
    def determined(self) -> bool:
        """Whether the data determine one order of the rows."""
        return self.connected and self.second > _EIGENVALUE_TIE and self.second - self.third > _EIGENVALUE_TIE


def eci_pci(presence: ArrayLike | Labelled, *, scale: Scale, ddof: int) -> Indices:
    """Economic and product complexity index.

    With diversity D, ubiquity U: K is the eigenvector of D^-1 M U^-1 M' for its second largest eigenvalue lambda, and
    Q = U^-1 M' K / lambda that of U^-1 M' D^-1 M; K_c is the mean of Q over the columns of c. Both come from one
    symmetric eigenproblem of the smaller side. The sign makes ECI correlate positively with diversity (failing that,
    PCI negatively with ubiquity; failing that, the largest entry positive).
    presence: (C, P) of 0 and 1.
    scale: "eci": both less the mean and over the standard deviation of K, so that a row's ECI is the mean PCI of its
        columns (Stata's and Python's ecomplexity); "separate": each by its own (econcomplex, economic-complexity);
        "raw": Q of length 1, K its means (ecomplexity's values inside its outlook).
    ddof: standard deviations divide by n - ddof (0: ecomplexity, econcomplex; 1: economic-complexity).
    Raises InputError for an empty row or column, a single row or column, presence that falls into unconnected blocks
    (named), rows that are all alike (lambda_2 = 0), or lambda_2 = lambda_3, where the order is arbitrary.
    Sources: Hidalgo & Hausmann (2009), PNAS 106(26); Caldarelli et al. (2012), PLoS ONE 7(10); Hausmann et al. (2014),
    Atlas of Economic Complexity.
    """
    given = checked_presence(presence)
    require_presence(given, presence)
    if min(given.shape) < 2:
        raise InputError(f"an ECI needs at least two rows and two columns, not {given.shape}")
    there = given.astype(np.float64)
    diversity, ubiquity = there.sum(axis=1), there.sum(axis=0)
    root = np.sqrt(diversity)
    spectrum = second_vector(there / root[:, None] / np.sqrt(ubiquity))
    gap = spectrum.second - spectrum.third
    if not spectrum.connected:
        raise InputError(_blocks_message(given, presence))
    if spectrum.second <= _EIGENVALUE_TIE:
        raise InputError("all rows have the same columns: nothing orders them (lambda_2 = 0)")
    if not spectrum.determined:
        raise InputError(
            f"lambda_2 = lambda_3 = {spectrum.second:.6g}: the data do not determine one order of the rows"
        )
    q = (spectrum.left / root) @ there / ubiquity
    q /= np.linalg.norm(q)
    k = there @ q / diversity
    correlation = _correlation(k, diversity)
    sign = correlation or -_correlation(q, ubiquity) or k[np.argmax(np.abs(k) > (1 - 1e-6) * np.abs(k).max())]
    if sign < 0:
        k, q, correlation = -k, -q, -correlation
    left = spectrum.left
    validity = Validity(spectrum.second, spectrum.third, gap, correlation, float(1 / (left**4).sum()))
    return Indices(*_scaled(k, q, scale, ddof), validity)


def blocks(presence: ArrayLike | Labelled) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Connected blocks of the presence graph: (C,) and (P,) block numbers, 0 the block with the most rows.

    Rows and columns are linked by presence. An ECI compares within one block only: keep `row_block == 0` if the rest is
    negligible. Raises InputError for an empty row or column.
    """
    there = checked_presence(presence)
    require_presence(there, presence)
    linked = there.astype(np.float32) @ there.T.astype(np.float32) > 0
    number, component = connected_components(linked, directed=False)
    renumber = np.empty(number, dtype=np.intp)
    renumber[np.argsort(-np.bincount(component), kind="stable")] = np.arange(number)
    row_block = renumber[component]
    return row_block, row_block[np.argmax(there, axis=0)]


def project(
    presence: ArrayLike | Labelled, reliable: ArrayLike, *, scale: Literal["eci", "raw"], ddof: int
) -> Projection:
    """Two-stage complexity: PCI from the reliable rows only, then ECI of every row as the mean PCI of its columns.

    Keeps rows with poor or little data out of the estimate of PCI, and still places them on the same scale: for
    reliable rows the result is that of :func:`eci_pci` on them alone. Columns that no reliable row has get no PCI.
    presence: (C, P) of 0 and 1, over all rows; reliable: (C,) booleans; scale, ddof: as in :func:`eci_pci`
    ("separate" would put the two stages on different scales). Raises InputError as :func:`eci_pci` does for the
    reliable rows. Source: the selection of countries of the Atlas (Hausmann et al. 2014).
    """
    there, mask = checked_presence(presence), np.asarray(reliable)
    if mask.shape != (there.shape[0],) or mask.dtype != np.bool_:
        raise InputError(f"reliable must be one boolean a row ({there.shape[0]}), not {mask.dtype} {mask.shape}")
    if not mask.any():
        raise InputError("no row is reliable")
    covered = there[mask].any(axis=0)
    # Labels, or positions among all rows, so that an error names the row that the caller knows.
    rows, columns = (
        (presence.rows, presence.columns)
        if isinstance(presence, Labelled)
        else (tuple(map(str, range(n))) for n in there.shape)
    )
    core = Labelled(
        there[np.ix_(mask, covered)].astype(np.float64), tuple(compress(rows, mask)), tuple(compress(columns, covered))
    )
    found = eci_pci(core, scale=scale, ddof=ddof)
    pci = np.full(there.shape[1], np.nan)
    pci[covered] = found.pci
    counted = there[:, covered].sum(axis=1)
    eci = np.full(there.shape[0], np.nan)
    placed = counted > 0
    eci[placed] = (there[np.ix_(placed, covered)] @ found.pci) / counted[placed]
    coverage = counted / np.maximum(there.sum(axis=1), 1)
    return Projection(eci, pci, coverage, found.validity)


def fitness(presence: ArrayLike | Labelled, *, tolerance: float, max_iterations: int) -> Fitness:
    """Fitness of rows, F_c = sum_p M_cp Q_p, complexity of columns, Q_p = 1 / sum_c (M_cp / F_c), each over its mean.

    Starts from ones and stops when no value changes by more than `tolerance` (relative), or after max_iterations.
    Not every matrix has a positive solution: where the diagonal of the ordered matrix crosses its empty part, some
    fitnesses fall towards 0 for ever; then converged is False, and only the order means something. At a positive
    solution M_cp Q_p / F_c has equal row sums and equal column sums (Sinkhorn scaling).
    presence: (C, P) of 0 and 1. Raises InputError for an empty row or column, or settings that are not positive.
    Sources: Tacchella, Cristelli, Caldarelli, Gabrielli & Pietronero (2012), Scientific Reports 2, 723; convergence:
    Pugliese, Zaccaria & Pietronero (2016), European Physical Journal Special Topics 225.
    """
    given = checked_presence(presence)
    require_presence(given, presence)
    if not (tolerance > 0 and max_iterations > 0):
        raise InputError(f"tolerance {tolerance} and max_iterations {max_iterations} must be positive")
    there = given.astype(np.float64)
    back = np.ascontiguousarray(there.T)
    f, q = np.ones(there.shape[0]), np.ones(there.shape[1])
    change, iteration = np.inf, 0
    while change > tolerance and iteration < max_iterations:
        iteration += 1
        following = there @ q
        following /= following.mean()
        # A fitness that vanishes geometrically would underflow and turn its columns into 0 / 0.
        np.maximum(following, _VANISHED, out=following)
        simpler = 1 / (back @ (1 / f))
        simpler /= simpler.mean()
        # Both: the update is simultaneous, so either may stand still for a step while the other moves.
        change = float(max(np.abs(following / f - 1).max(), np.abs(simpler / q - 1).max()))
        f, q = following, simpler
    return Fitness(f, q, iteration, change, bool(change <= tolerance and f.min() > _VANISHED))


def second_vector(normalised: Floats) -> SecondVector:
    """Second singular direction of N = D^-1/2 M U^-1/2, whatever weights are in M, D and U.

    left: (C,) unit vector, the eigenvector of N N' for its second eigenvalue; its sign is arbitrary.
    """
    wide = normalised.shape[0] <= normalised.shape[1]
    gram = normalised @ normalised.T if wide else normalised.T @ normalised
    size = gram.shape[0]
    values, vectors = eigh(gram, subset_by_index=(max(size - 3, 0), size - 1), overwrite_a=True, check_finite=False)
    third = float(max(values[-3], 0.0)) if size > 2 else 0.0
    second = float(max(values[-2], 0.0))
    left = vectors[:, -2] if wide else normalised @ vectors[:, -2]
    length = np.linalg.norm(left)
    return SecondVector(second, third, left / length if length else left)


def _scaled(k: Floats, q: Floats, scale: Scale, ddof: int) -> tuple[Floats, Floats]:
    if scale == "raw":
        return k, q
    own = k if scale == "eci" else q
    return (k - k.mean()) / k.std(ddof=ddof), (q - own.mean()) / own.std(ddof=ddof)


def _correlation(a: Floats, b: Floats) -> float:
    """Pearson correlation; 0 where it does not exist or is rounding error."""
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    value = float(a @ b) / scale if scale else 0.0
    return value if abs(value) > 1e-9 else 0.0


def _blocks_message(there: Bools, presence: ArrayLike | Labelled) -> str:
    row_block, _ = blocks(there)
    outside = np.flatnonzero(row_block)
    names = ", ".join(name_of(presence, "row", int(i)) for i in outside[:5])
    more = f" and {outside.size - 5} more" if outside.size > 5 else ""
    return (
        f"presence falls into {row_block.max() + 1} unconnected blocks, which no ECI can compare; outside the largest: "
        f"rows {names}{more}: drop them (see blocks)"
    )
