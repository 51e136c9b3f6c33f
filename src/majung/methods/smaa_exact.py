"""SMAA-2 without sampling error, for small problems: volumes of weight polytopes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError

# A vertex this close to a plane, relative to the largest coefficient, lies on it.
_ON_PLANE = 1e-12
# Pieces of the weight simplex held at once (C = 6: 140 MB a copy); beyond that sampling is the better tool.
_PIECES = 500_000
_BLOCK = 1 << 20  # numbers in a comparison of pieces x alternatives x alternatives


@dataclass(frozen=True, eq=False)
class ExactAcceptability:
    """Exact indices: rank_acceptability (A, A), pairwise_winning (A, A), central_weights (A, C), NaN if never first.

    Fields as in :class:`majung.methods.smaa.Acceptability`, ties shared. pieces: simplices that the weights were cut
    into. feasible: share of the whole simplex that the constraints leave.
    """

    rank_acceptability: Floats
    pairwise_winning: Floats
    central_weights: Floats
    pieces: int
    feasible: float


def smaa_exact(scores: ArrayLike, *, a: ArrayLike | None = None, b: ArrayLike | None = None) -> ExactAcceptability:
    """SMAA-2 of the additive model for known scores and weights uniform on {w >= 0, sum w = 1, a w <= b}.

    scores: (A, C). a: (m, C) and b: (m,), or neither. The simplex is cut by each plane V_i(w) = V_j(w); on each piece
    the order is constant. A simplex with a vertex p above and q below a plane is cut at the point x of the edge where
    they meet into the two that have x for q and x for p; their shares of the volume are the two parts of the edge, so
    that no volume is ever computed. Raises InputError if the constraints leave nothing, or beyond 500,000 pieces: the
    number grows like (A^2)^(C - 1).
    """
    v = np.asarray(scores, dtype=np.float64)
    if v.ndim != 2 or 0 in v.shape or not np.isfinite(v).all():
        raise InputError(f"scores {v.shape}: give finite (alternatives, criteria), at least one of each")
    alternatives, criteria = v.shape
    if (a is None) != (b is None):
        raise InputError("give both a and b of the constraints a w <= b, or neither")
    rows = np.zeros((0, criteria)) if a is None else np.atleast_2d(np.asarray(a, dtype=np.float64))
    limits = np.zeros(0) if b is None else np.atleast_1d(np.asarray(b, dtype=np.float64))
    if rows.shape != (len(limits), criteria):
        raise InputError(f"constraints {rows.shape} and {limits.shape}: give a (m, {criteria}) and b (m,)")
    simplices, volumes = np.eye(criteria)[None], np.ones(1)
    for row, limit in zip(rows, limits, strict=True):
        simplices, volumes = _cut(simplices, volumes, row - limit)  # on sum w = 1, a w - b = (a - b) w
        inside = simplices.mean(axis=1) @ (row - limit) <= 0
        simplices, volumes = simplices[inside], volumes[inside]
    feasible = float(volumes.sum())
    if feasible <= 0:
        raise InputError("the constraints leave no weights with volume")
    for i, j in combinations(range(alternatives), 2):
        simplices, volumes = _cut(simplices, volumes, v[i] - v[j])
    ranks, wins = np.zeros((alternatives, alternatives)), np.zeros((alternatives, alternatives))
    first, first_weights = np.zeros(alternatives), np.zeros((alternatives, criteria))
    step = max(1, _BLOCK // alternatives**2)
    for start in range(0, len(volumes), step):
        centres, share = simplices[start : start + step].mean(axis=1), volumes[start : start + step] / feasible
        beats, ties = _compare(centres @ v.T)
        above, level = beats.sum(axis=1), ties.sum(axis=1)  # (pieces, A): how many beat each; itself and its clones
        for r in range(alternatives):
            ranks[:, r] += share @ (((above <= r) & (r < above + level)) / level)
        leads = share[:, None] * (above == 0) / level
        first += leads.sum(axis=0)
        first_weights += leads.T @ centres
        wins += np.tensordot(share, beats + 0.5 * ties, axes=1)
    np.fill_diagonal(wins, 0.0)
    central = np.full((alternatives, criteria), np.nan)
    central[first > 0] = first_weights[first > 0] / first[first > 0, None]
    return ExactAcceptability(ranks, wins, central, len(volumes), feasible)


def _compare(values: Floats) -> tuple[Floats, Floats]:
    """(pieces, A, A): 1 where the row beats the column; 1 where they tie, as clones do."""
    d = values[:, :, None] - values[:, None, :]
    ties = np.abs(d) <= _ON_PLANE * np.abs(values).max()
    return ((d > 0) & ~ties).astype(np.float64), ties.astype(np.float64)


def _cut(simplices: Floats, volumes: Floats, plane: Floats) -> tuple[Floats, Floats]:
    """Cut every simplex (N, k, k), a vertex a row, that the plane {plane w = 0} goes through."""
    done: list[tuple[Floats, Floats]] = []
    scale = np.abs(plane).max()
    while len(simplices):
        side = simplices @ plane
        side[np.abs(side) <= _ON_PLANE * scale] = 0.0
        high, low = side.argmax(axis=1), side.argmin(axis=1)
        index = np.arange(len(simplices))
        up, down = side[index, high], -side[index, low]
        crossed = (up > 0) & (down > 0)
        done.append((simplices[~crossed], volumes[~crossed]))
        simplices, volumes, index = simplices[crossed], volumes[crossed], index[: crossed.sum()]
        high, low, up, down = high[crossed], low[crossed], up[crossed], down[crossed]
        if sum(len(part) for _, part in done) + 2 * len(simplices) > _PIECES:
            raise InputError(f"more than {_PIECES:,} pieces: use smaa() with sampled weights")
        t = up / (up + down)  # where the edge from the high to the low vertex meets the plane
        meeting = simplices[index, high] * (1 - t)[:, None] + simplices[index, low] * t[:, None]
        upper, lower = simplices.copy(), simplices
        upper[index, low] = meeting
        lower[index, high] = meeting
        simplices, volumes = np.concatenate([upper, lower]), np.concatenate([volumes * t, volumes * (1 - t)])
    return np.concatenate([part for part, _ in done]), np.concatenate([part for _, part in done])
