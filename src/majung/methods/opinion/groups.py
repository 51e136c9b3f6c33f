"""Groups on the map: k-means for every number of groups asked for, the number chosen by the silhouette."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.projection import OpinionSpace
from majung.methods.opinion.votes import Integers

# Points tried as the next centre; they are spread evenly over the sorted points.
_CANDIDATES = 100
_ROUNDS = 300
_BLOCK = 512


@dataclass(frozen=True, eq=False)
class Groups:
    """A partition of the counted participants.

    of: (P,) group of each participant, 0 the largest group, -1 for those not counted; sizes: (G,); centres: (G, 2);
    silhouette: mean silhouette for each number of groups tried, the largest of which decided.
    """

    of: Integers
    sizes: Integers
    centres: Floats
    silhouette: Mapping[int, float]


def opinion_groups(space: OpinionSpace, *, numbers: Collection[int]) -> Groups:
    """k-means on the points of the counted participants, for each k in `numbers`; the best silhouette decides.

    numbers: e.g. range(2, 6), as in Polis, or further; one number forces it. Among equal silhouettes the smaller
    number wins. The start is not random: each solution for k + 1 starts from that for k and the point that lowers the
    sum of squares most (Likas, Vlassis & Verbeek 2003), so the groups are a function of the map.

    Raises InputError if fewer points differ than the smallest number of groups. Source of the choice by silhouette:
    Small et al. (2021); Rousseeuw (1987), J. Comput. Appl. Math. 20.
    """
    wanted = sorted({int(k) for k in numbers})
    if not wanted or wanted[0] < 2:
        raise InputError(f"numbers of groups are {wanted}: give at least one, each 2 or more")
    points = space.points[space.counted]
    different = different_points(points)
    wanted = [k for k in wanted if k <= different]
    if not wanted:
        raise InputError(
            f"the counted participants stand at {different} different points: too few for the groups asked"
        )
    tried = k_means(points, wanted)
    scores = dict(zip(wanted, silhouettes(points, [tried[k] for k in wanted]), strict=True))
    best = max(wanted, key=lambda k: (scores[k], -k))
    return _numbered(space, tried[best], scores)


def _numbered(space: OpinionSpace, labels: NDArray[np.intp], scores: Mapping[int, float]) -> Groups:
    """Groups by falling size; equal sizes by the centre's first coordinate."""
    points = space.points[space.counted]
    sizes = np.bincount(labels)
    centres = _means(points, labels, len(sizes))
    order = np.lexsort((centres[:, 0], -sizes))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    of = np.full(len(space.points), -1, dtype=np.int64)
    of[space.counted] = place[labels]
    return Groups(of, sizes[order].astype(np.int64), centres[order], MappingProxyType(dict(scores)))


def settled(points: Floats) -> Floats:
    """The points on a grid of a millionth of the map's reach: opinions that only rounding error parts stand at one
    point, and no group is made of the error."""
    reach = float(np.abs(points).max(initial=0.0))
    return np.round(points / reach, 6) * reach if reach > 0 else points


def different_points(points: Floats) -> int:
    """How many of the points differ by more than rounding error: the most groups that can be told apart."""
    return len(np.unique(settled(points), axis=0))


def k_means(points: Floats, numbers: Collection[int]) -> dict[int, NDArray[np.intp]]:
    """Labels (N,) for each number of groups, at most `different_points`; see :func:`opinion_groups`."""
    points = settled(points)
    order = np.lexsort(points.T[::-1])
    spread = np.unique(np.linspace(0, len(points) - 1, min(_CANDIDATES, len(points))).astype(np.int64))
    candidates = points[order[spread]]
    centres = points.mean(axis=0, keepdims=True)
    labels = np.zeros(len(points), dtype=np.intp)
    found: dict[int, NDArray[np.intp]] = {1: labels}
    for k in range(2, max(numbers) + 1):
        distance = ((points - centres[labels]) ** 2).sum(axis=1)
        gains = [np.maximum(distance - ((points - c) ** 2).sum(axis=1), 0.0).sum() for c in candidates]
        best = candidates[int(np.argmax(gains))] if max(gains) > 0 else points[int(distance.argmax())]
        labels, centres = _lloyd(points, np.vstack([centres, best]))
        found[k] = labels
    return {k: found[k] for k in numbers}


def nearest(points: Floats, centres: Floats) -> NDArray[np.intp]:
    """Index of the nearest centre of each point; the first among equals."""
    return np.asarray(((centres**2).sum(axis=1) - 2 * (points @ centres.T)).argmin(axis=1))


def _lloyd(points: Floats, centres: Floats) -> tuple[NDArray[np.intp], Floats]:
    labels = nearest(points, centres)
    for _ in range(_ROUNDS):
        empty = np.flatnonzero(np.bincount(labels, minlength=len(centres)) == 0)
        for g in empty:  # a centre that lost all its points restarts at the point worst served
            far = int(((points - centres[labels]) ** 2).sum(axis=1).argmax())
            labels = labels.copy()
            labels[far] = g
        centres = _means(points, labels, len(centres))
        again = nearest(points, centres)
        if (again == labels).all():
            break
        labels = again
    return labels, centres


def _means(points: Floats, labels: NDArray[np.intp], groups: int) -> Floats:
    size = np.maximum(np.bincount(labels, minlength=groups), 1)
    return np.stack([np.bincount(labels, axis, groups) / size for axis in points.T], axis=1)


def silhouettes(points: Floats, partitions: Collection[NDArray[np.intp]]) -> list[float]:
    """Mean silhouette of each partition (Rousseeuw 1987); a member of a group of one, or of the only group, scores 0.

    Exact: all pairs of points, each pair once, all partitions in one pass; memory grows with the points only.
    """
    n = len(points)
    sizes = [np.bincount(labels) for labels in partitions]
    edges = np.concatenate([[0], np.cumsum([len(s) for s in sizes])])
    member = np.zeros((n, edges[-1]))
    for labels, first in zip(partitions, edges, strict=False):
        member[np.arange(n), first + labels] = 1.0
    total = np.zeros_like(member)
    x, y = np.ascontiguousarray(points.T)
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        across = x[rows, None] - x[None, start:]
        np.square(across, out=across)
        up = y[rows, None] - y[None, start:]
        np.square(up, out=up)
        across += up
        np.sqrt(across, out=across)
        total[rows] += across @ member[start:]
        total[start + _BLOCK :] += across[:, _BLOCK:].T @ member[rows]
    return [
        _silhouette(total[:, a:b], labels, size)
        for labels, size, a, b in zip(partitions, sizes, edges[:-1], edges[1:], strict=True)
    ]


def _silhouette(total: Floats, labels: NDArray[np.intp], sizes: NDArray[np.intp]) -> float:
    every = np.arange(len(labels))
    own = total[every, labels] / np.maximum(sizes[labels] - 1, 1)
    # A group without members is no neighbour.
    mean = np.divide(total, sizes, out=np.full_like(total, np.inf), where=sizes > 0)
    mean[every, labels] = np.inf
    other = mean.min(axis=1)
    widest = np.maximum(own, other)
    valid = (sizes[labels] > 1) & (widest > 0) & np.isfinite(other)
    score = np.zeros(len(labels))
    np.divide(other - own, widest, out=score, where=valid)
    return float(score.mean())


def adjusted_rand(a: ArrayLike, b: ArrayLike) -> float:
    """Adjusted Rand index of two partitions: 1 the same, 0 as alike as chance. Source: Hubert & Arabie (1985).

    a, b: (N,) labels. Raises InputError if lengths differ or nothing is given. Two partitions into one group, or both
    into single members, are the same: 1.
    """
    first, second = np.asarray(a), np.asarray(b)
    if first.shape != second.shape or first.ndim != 1 or not first.size:
        raise InputError(f"partitions have shapes {first.shape} and {second.shape}: give one label each a member")
    _, i = np.unique(first, return_inverse=True)
    _, j = np.unique(second, return_inverse=True)
    table = np.bincount(i * (j.max() + 1) + j).astype(np.float64)
    both, left, right = (float((c * (c - 1) / 2).sum()) for c in (table, _sizes(i), _sizes(j)))
    pairs = first.size * (first.size - 1) / 2
    expected = left * right / pairs if pairs else 0.0
    highest = (left + right) / 2
    return 1.0 if highest == expected else (both - expected) / (highest - expected)


def _sizes(labels: NDArray[np.intp]) -> Floats:
    return np.bincount(labels).astype(np.float64)
