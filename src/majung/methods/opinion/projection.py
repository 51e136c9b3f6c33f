"""From votes to a map: principal components of the votes, unseen ones imputed by the mean of their statement.

After centring, an imputed vote is exactly zero. So the components come from a sparse matrix by Lanczos iteration, and
neither the imputed table nor its covariance is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.votes import Bools, Votes

FitOn = Literal["everyone", "counted"]

_AXES = 2
# Below this many statements the covariance is formed: Lanczos would need nearly all of its vectors anyway.
_SMALL = 60
# An axis with less than this share of the first axis' variance is rounding.
_RANK = 1e-12


@dataclass(frozen=True, eq=False)
class OpinionSpace:
    """Where participants and statements stand.

    points: (P, 2); counted: (P,) who has enough votes to be put into a group; statements: (S, 2) where someone stands
    who agreed with this statement and saw no other; components: (2, S) unit length, largest absolute loading positive;
    mean: (S,) mean vote, NaN where nobody fitted on voted; explained: (2,) shares of variance; gap: share of the second
    axis less that of the third. A gap near 0 means that the second axis is arbitrary within a plane.
    """

    points: Floats
    counted: Bools
    statements: Floats
    components: Floats
    mean: Floats
    explained: Floats
    gap: float


def opinion_space(ballots: Votes, *, minimum_votes: int, fit_on: FitOn) -> OpinionSpace:
    """Project participants onto two principal components of their votes.

        X_ij = v_ij - mean_j where seen, else 0;   C = right singular vectors of X;   point_i = sqrt(S / n_i) X_i C'

    The factor sqrt(S / n_i), n_i the votes of i, keeps those who voted little from bunching at the centre.
    minimum_votes: participants with fewer are placed but not counted for groups (Polis: 7). fit_on: whose votes make
    mean and components: "everyone" (Polis's code) or only the "counted". Drop moderated statements first
    (`Votes.without`): Polis sets them to 0, where they count as votes of everyone in the factor.

    Raises InputError for fewer than two statements or if all counted participants vote alike.
    Source: Small, Bjorkegren, Erkkilä, Shaw & Megill (2021), Polis, Recerca 26(2).
    """
    if fit_on not in get_args(FitOn):
        raise InputError(f"unknown fit_on {fit_on!r}; known: {', '.join(get_args(FitOn))}")
    if minimum_votes < 1:
        raise InputError(f"minimum_votes is {minimum_votes}: someone without a vote stands nowhere; give 1 or more")
    counted = ballots.cast >= minimum_votes
    if counted.sum() < 2:
        raise InputError(f"{counted.sum()} participants have {minimum_votes} votes or more: a map needs at least two")
    people, statements = ballots.matrix.shape
    weight = np.ones(people) if fit_on == "everyone" else counted.astype(np.float64)
    return space(ballots, counted, weight, np.ones(statements))


def space(ballots: Votes, counted: Bools, people: Floats, statements: Floats) -> OpinionSpace:
    """The map with weights on participants (P,) and statements (S,): a whole number w counts as w copies."""
    m = ballots.matrix
    if m.shape[1] < _AXES:
        raise InputError(f"there are {m.shape[1]} statements: a map needs at least two")
    row = np.repeat(np.arange(m.shape[0]), ballots.cast)
    data = m.data.astype(np.float64)
    seen = np.bincount(m.indices, people[row], m.shape[1])
    with np.errstate(invalid="ignore"):
        mean = np.bincount(m.indices, people[row] * data, m.shape[1]) / seen
    scale = np.sqrt(statements)
    centre = np.where(seen > 0, mean, 0.0)
    # A statement that nobody fitted on has seen gets loading 0, through its variance of 0.
    x = csr_array((scale[m.indices] * (data - centre[m.indices]), m.indices, m.indptr), shape=m.shape)
    x.data[people[row] == 0] = 0.0
    if not x.data.any():
        raise InputError("all who are counted vote alike on every statement: there is no axis of disagreement")
    values, vectors = _leading(x, people)
    x.data[:] = scale[m.indices] * (data - centre[m.indices])
    x.data[seen[m.indices] == 0] = 0.0
    vectors[:, values[:_AXES] <= _RANK * values[0]] = 0.0
    vectors *= np.where(vectors[np.abs(vectors).argmax(axis=0), np.arange(_AXES)] < 0, -1.0, 1.0)
    own = np.bincount(row, statements[m.indices], m.shape[0])
    factor = np.sqrt(statements.sum() / np.maximum(own, 1))
    points = np.asarray(x @ vectors) * factor[:, None]
    variance = np.bincount(row, (x.data * x.data), m.shape[0]) @ people
    return OpinionSpace(
        points=points,
        counted=counted,
        statements=((1 - centre) * scale)[:, None] * vectors * np.sqrt(statements.sum()),
        components=vectors.T,
        mean=mean,
        explained=values[:_AXES] / variance,
        gap=float((values[1] - values[2]) / variance),
    )


def _leading(x: csr_array, people: Floats) -> tuple[Floats, Floats]:
    """Three largest eigenvalues of X' diag(people) X, largest first, and the eigenvectors (S, 2) of the first two."""
    n = x.shape[1]
    if n > _SMALL:
        across = x.T.tocsr()
        operator = LinearOperator((n, n), matvec=lambda v: across @ (people * (x @ v)), dtype=np.float64)
        # A fixed start makes the result a function of the votes; uneven, so that it is not orthogonal by symmetry.
        start = 1.0 + np.modf(np.arange(n) * 0.6180339887498949)[0]
        try:
            values, vectors = eigsh(operator, k=_AXES + 1, which="LA", v0=start)
            return np.maximum(values[::-1], 0.0), vectors[:, ::-1][:, :_AXES].copy()
        except ArpackNoConvergence:
            pass  # near-equal eigenvalues: the dense way below is slower and cannot fail
    gram = (x.T @ (diags_array(people) @ x)).toarray()
    values, vectors = eigh(gram, subset_by_index=[max(0, n - _AXES - 1), n - 1])
    values = np.append(np.maximum(values[::-1], 0.0), np.zeros(_AXES + 1))[: _AXES + 1]
    return values, vectors[:, ::-1][:, :_AXES].copy()
