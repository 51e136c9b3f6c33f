"""How much of the groups survives other people, other statements, or chance alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from scipy.sparse import csr_array

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.groups import Groups, adjusted_rand, different_points, k_means, nearest, silhouettes
from majung.methods.opinion.projection import FitOn, OpinionSpace, opinion_space, space
from majung.methods.opinion.votes import Votes

Resample = Literal["participants", "statements"]

# Silhouettes inside replicates are taken on at most this many participants, evenly spread over the map.
_SAMPLE = 1000


@dataclass(frozen=True, eq=False)
class Stability:
    """Agreement of B resampled groupings with the published one, over all counted participants.

    ari: (B,) adjusted Rand index with the published groups, the number of groups kept; jaccard: (B, G) each published
    group's best overlap |A and B| / |A or B| with a group of the replicate: a mean above 0.75 is called stable, below
    0.5 dissolved (Hennig 2007); numbers: share of the replicates that would choose each number of groups;
    refused: replicates without a map, or with fewer different opinions than groups to try.

    Where every replicate is refused, the votes differ too little to say how stable the groups are: `known` is False,
    and ari, jaccard and numbers are empty.
    """

    ari: Floats
    jaccard: Floats
    numbers: Mapping[int, float]
    refused: int
    resample: Resample

    @property
    def known(self) -> bool:
        """Whether any replicate gave groups to compare."""
        return len(self.ari) > 0

    def interval(self, level: float) -> tuple[float, float]:
        """Percentile interval of the ARI. Raises InputError where the stability is not known."""
        if not self.known:
            raise InputError(f"none of {self.refused} draws gives enough different opinions: stability is not known")
        low, high = np.quantile(self.ari, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)


def stability(
    ballots: Votes,
    groups: Groups,
    *,
    minimum_votes: int,
    fit_on: FitOn,
    numbers: Collection[int],
    resample: Resample,
    replicates: int,
    rng: np.random.Generator,
) -> Stability:
    """Draw participants (or statements) with replacement, make map and groups anew, compare.

    minimum_votes, fit_on, numbers: as the published groups were made. Each replicate's groups are carried to all
    counted participants by the nearest centre on the replicate's map. High agreement does not prove that groups exist:
    two halves of one cloud can be stable. See :func:`chance_silhouette`. Source: Hennig (2007), Cluster-wise assessment
    of cluster stability, CSDA 52; Hubert & Arabie (1985).
    """
    if resample not in get_args(Resample):
        raise InputError(f"unknown resample {resample!r}; known: {', '.join(get_args(Resample))}")
    if replicates < 1:
        raise InputError(f"replicates is {replicates}: draw at least one")
    people, statements = ballots.matrix.shape
    counted = ballots.cast >= minimum_votes
    if (counted != (groups.of >= 0)).any():
        raise InputError("the groups were made with another minimum of votes: give the same minimum_votes")
    published, k = groups.of[counted], len(groups.sizes)
    tried = sorted({int(n) for n in numbers})
    ari, jaccard, chosen, refused = [], [], np.zeros(max(tried) + 1), 0
    for _ in range(replicates):
        row, column = np.ones(people), np.ones(statements)
        if resample == "participants":
            row = np.bincount(rng.integers(people, size=people), minlength=people).astype(np.float64)
        else:
            column = np.bincount(rng.integers(statements, size=statements), minlength=statements).astype(np.float64)
        fitted = row if fit_on == "everyone" else row * counted
        try:
            drawn = space(ballots, counted, fitted, column)
        except InputError:  # nothing varies in this draw
            refused += 1
            continue
        points = np.repeat(drawn.points[counted], row[counted].astype(np.int64), axis=0)
        if different_points(points) < max(k, tried[-1]):
            refused += 1
            continue
        found = k_means(points, sorted({*tried, k}))
        centres = np.stack([points[found[k] == g].mean(axis=0) for g in range(k)])
        labels = nearest(drawn.points[counted], centres)
        ari.append(adjusted_rand(published, labels))
        table = np.bincount(published * k + labels, minlength=k * k).reshape(k, k)
        either = table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table
        jaccard.append((table / np.maximum(either, 1)).max(axis=1))
        sample = _spread(points)
        chosen[tried[int(np.argmax(silhouettes(points[sample], [found[n][sample] for n in tried])))]] += 1
    return Stability(
        ari=np.array(ari),
        jaccard=np.array(jaccard).reshape(-1, k),
        numbers=MappingProxyType({n: float(chosen[n] / len(ari)) for n in tried} if ari else {}),
        refused=refused,
        resample=resample,
    )


@dataclass(frozen=True, eq=False)
class ChanceSilhouette:
    """The best silhouette observed, those of B shuffled conversations, and (1 + #{chance >= observed}) / (1 + B)."""

    observed: float
    chance: Floats
    p_value: float


def chance_silhouette(
    ballots: Votes,
    *,
    minimum_votes: int,
    fit_on: FitOn,
    numbers: Collection[int],
    replicates: int,
    rng: np.random.Generator,
) -> ChanceSilhouette:
    """Would votes without any groups look as well grouped?

    Each statement's votes are shuffled among those who saw it: who saw what and every statement's shares stay, only the
    association between statements goes. k-means finds "groups" with a silhouette of 0.3 to 0.4 in a round cloud.
    A small p-value says that the votes are associated beyond chance, not that the number of groups is right.
    """
    if replicates < 1:
        raise InputError(f"replicates is {replicates}: draw at least one")
    tried = sorted({int(n) for n in numbers})
    m = ballots.matrix
    by_column = np.argsort(m.indices, kind="stable")
    column = m.indices[by_column]

    def best(drawn: OpinionSpace) -> float:
        points = drawn.points[drawn.counted]
        # As many groups as there are different opinions; with one there is no group to speak of.
        usable = [n for n in tried if n <= different_points(points)]
        if not usable:
            return 0.0
        found = k_means(points, usable)
        sample = _spread(points)
        return max(silhouettes(points[sample], [found[n][sample] for n in usable]))

    observed = best(opinion_space(ballots, minimum_votes=minimum_votes, fit_on=fit_on))
    chance = np.empty(replicates)
    for r in range(replicates):
        order = np.lexsort((rng.random(len(column)), column))
        data = np.empty_like(m.data)
        data[by_column] = m.data[by_column][order]
        shuffled = csr_array((data, m.indices, m.indptr), shape=m.shape)
        drawn = Votes(shuffled, ballots.participants, ballots.statements, ballots.repeated)
        chance[r] = best(opinion_space(drawn, minimum_votes=minimum_votes, fit_on=fit_on))
    return ChanceSilhouette(observed, chance, float((1 + (chance >= observed).sum()) / (1 + replicates)))


def _spread(points: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    order = np.lexsort(points.T[::-1])
    return order[np.unique(np.linspace(0, len(points) - 1, min(_SAMPLE, len(points))).astype(np.int64))]
