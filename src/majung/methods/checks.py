"""What a ranking must survive: an alternative less, a clone more, pairs taken alone.

Each check takes the ranking as a function: table of performances (A, C) in, overall values (A,) out, higher better
(negate VIKOR's Q or SPOTIS' distance). Weights, scales and conventions belong inside that function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError

Ranking = Callable[[Floats], Floats]

# Values this close, relative to the largest, count as tied: rounding alone must not look like a reversal.
_TIE = 1e-9


@dataclass(frozen=True, order=True)
class Reversal:
    """`better` was strictly above `worse`; with alternative `changed` deleted or doubled, strictly below."""

    changed: int
    better: int
    worse: int


def invariance(ranking: Ranking, performance: ArrayLike) -> tuple[Reversal, ...]:
    """Rank reversals when each alternative in turn is deleted (Belton & Gear 1983), as positions in the full table.

    An empty answer means that no deletion of one alternative reverses a pair. A tie that opens or closes is not
    counted. Raises InputError for fewer than three alternatives: nothing can reverse.
    """
    x, before = _start(ranking, performance, 3)
    found: list[Reversal] = []
    for gone in range(len(x)):
        kept = np.delete(np.arange(len(x)), gone)
        after = _order(ranking, x[kept])
        found += [
            Reversal(gone, int(kept[i]), int(kept[j]))
            for i, j in np.argwhere((before[np.ix_(kept, kept)] > 0) & (after < 0))
        ]
    return tuple(found)


@dataclass(frozen=True)
class Clones:
    """Reversals among the others when an alternative is doubled, and the alternatives whose double does not tie."""

    reversals: tuple[Reversal, ...]
    parted: tuple[int, ...]


def clones(ranking: Ranking, performance: ArrayLike) -> Clones:
    """Add an exact copy of each alternative in turn: it must tie with its model and reverse no pair."""
    x, before = _start(ranking, performance, 2)
    found: list[Reversal] = []
    parted: list[int] = []
    for doubled in range(len(x)):
        after = _order(ranking, np.vstack([x, x[doubled]]))
        if after[doubled, -1] != 0:
            parted.append(doubled)
        found += [Reversal(doubled, int(i), int(j)) for i, j in np.argwhere((before > 0) & (after[:-1, :-1] < 0))]
    return Clones(tuple(found), tuple(parted))


@dataclass(frozen=True)
class Transitivity:
    """Cycles (a, b, c), each beating the next and c beating a, smallest first; pairs alone against the whole."""

    cycles: tuple[tuple[int, int, int], ...]
    reversals: tuple[tuple[int, int], ...]


def transitivity(ranking: Ranking, performance: ArrayLike) -> Transitivity:
    """Rank each pair alone: the pairs must be transitive and must agree with the whole (Wang & Triantaphyllou 2008).

    Their tests 2 and 3. reversals: (better, worse) in the whole ranking, reversed when only the two are ranked.
    """
    x, whole = _start(ranking, performance, 2)
    alone = np.zeros(whole.shape, dtype=np.int8)
    for i, j in combinations(range(len(x)), 2):
        alone[i, j] = _order(ranking, x[[i, j]])[0, 1]
        alone[j, i] = -alone[i, j]
    reversals = tuple((int(i), int(j)) for i, j in np.argwhere((whole > 0) & (alone < 0)))
    return Transitivity(cycles(alone > 0), reversals)


def cycles(beats: ArrayLike) -> tuple[tuple[int, int, int], ...]:
    """Circular triads of a relation: (a, b, c) with a beats b, b beats c, c beats a; each once, smallest first.

    beats: (A, A) booleans, e.g. pairwise_winning > 0.5. A complete relation without ties is transitive if and only if
    it has no circular triad (Kendall & Babington Smith 1940).
    """
    b = np.asarray(beats, dtype=bool)
    if b.ndim != 2 or b.shape[0] != b.shape[1]:
        raise InputError(f"a relation on pairs is square, not {b.shape}")
    found: list[tuple[int, int, int]] = []
    for a in range(len(b)):
        later = np.arange(len(b)) > a
        triads = b & (b[a] & later)[:, None] & (b[:, a] & later)[None, :]
        found += [(a, int(i), int(j)) for i, j in np.argwhere(triads)]
    return tuple(found)


def _start(ranking: Ranking, performance: ArrayLike, least: int) -> tuple[Floats, NDArray[np.int8]]:
    x = np.array(performance, dtype=np.float64)
    if x.ndim != 2 or len(x) < least:
        raise InputError(f"performances have shape {x.shape}: give (A, C) with at least {least} alternatives")
    return x, _order(ranking, x)


def _order(ranking: Ranking, x: Floats) -> NDArray[np.int8]:
    """(A, A): 1 where the row is strictly above the column, -1 below, 0 tied."""
    values = np.asarray(ranking(x.copy()), dtype=np.float64)
    if values.shape != (len(x),) or not np.isfinite(values).all():
        raise InputError(f"the ranking gave values of shape {values.shape} for {len(x)} alternatives, or NaN")
    d = values[:, None] - values[None, :]
    return np.where(np.abs(d) <= _TIE * np.abs(values).max(), 0, np.sign(d)).astype(np.int8)
