"""SMAA-2: how often each alternative takes each rank when weights and indicator values are both uncertain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from majung.methods.labelled import Floats, InputError

Ties = Literal["share", "best"]
Indices = Literal["all", "ranks"]

# Overall values this close, relative to the largest in the block, are tied: clones differ by rounding only.
_TIE = 1e-12
# Numbers held by one working array of a block (1 MB): small enough for the cache, large enough for vectors.
_BLOCK = 1 << 17
_COLUMNS = 8  # alternatives whose values in all samples are held at once
_LANE = 1024  # answers added in bytes, eight at once: 128 a byte
_PLACES = 1 << 20  # ranks compared at once: one byte each, so again 1 MB
_LABEL_BITS = 10  # of a number's 52, at the cost of precision below the tie tolerance
_SPARSE = 64  # every so many values bound a quantile; with so many standard errors of its place it nearly never fails
_ERRORS = 5.0


@dataclass(frozen=True, eq=False)
class Acceptability:
    """The indices of SMAA-2 (Lahdelma & Salminen 2001) from N samples of A alternatives and C criteria.

    rank_acceptability (A, A): [a, r] share of samples in which a takes rank r + 1. standard_error (A, A): of those
    shares, sqrt(b (1 - b) / N), for independent samples. pairwise_winning (A, A): [a, b] share in which a beats b;
    diagonal 0. central_weights (A, C): mean weights of the samples in which a is first; NaN if it never is.
    confidence (A,): share of samples in which a is first when the weights are its central weights; NaN if it has none,
    or if the model is not known. expected_rank (A,): sum_r r b_r. value_mean (A,), value_interval (A, 2): mean and
    5 and 95 % points of the overall value. samples: N. ties: "share" or "best", see :func:`smaa`. pairwise_winning and
    value_interval are NaN if only "ranks" were asked for.
    """

    rank_acceptability: Floats
    standard_error: Floats
    pairwise_winning: Floats
    central_weights: Floats
    confidence: Floats
    expected_rank: Floats
    value_mean: Floats
    value_interval: Floats
    samples: int
    ties: Ties


def smaa(scores: ArrayLike, weights: ArrayLike, *, ties: Ties = "share", indices: Indices = "all") -> Acceptability:
    """SMAA-2 with the additive model V_a = sum_c w_c v_ac (Lahdelma & Salminen 2001; Tervonen & Lahdelma 2007).

    scores: (A, C) known values, or (S, A, C), one table a sample, on [0, 1] scales. weights: (S, C), one row a sample,
    each summing to 1 (:mod:`majung.methods.weights` draws them). ties: alternatives whose values agree to 1e-12 either
    "share" the ranks they take up (two firsts: half of rank 1 and half of rank 2 each, half a win against each other,
    so that rows and columns of the rank acceptability sum to 1) or all take the "best" of them (rows sum to 1, columns
    need not, no win against each other). indices: "all", or "ranks" without the pairwise winning matrix and the value
    intervals, which take half of the time. Works in blocks of samples: memory beyond the input stays near 10 MB plus
    100 bytes a sample. Raises InputError for shapes that do not fit, NaN, or weights that are negative or do not sum
    to 1.
    """
    v, w = np.asarray(scores, dtype=np.float64), _checked_weights(weights)
    if v.ndim not in (2, 3) or 0 in v.shape or v.shape[-1] != w.shape[1] or (v.ndim == 3 and len(v) != len(w)):
        raise InputError(f"scores {v.shape} and weights {w.shape}: give (A, C) or (S, A, C), and (S, C)")
    if not np.isfinite(v).all():
        raise InputError(
            f"score {np.argwhere(~np.isfinite(v))[0].tolist()} is not finite: sample missing evidence from its interval"
        )
    if v.ndim == 2:
        return _indices(
            lambda s: w[s] @ v.T,
            lambda a: v[a] @ w.T,
            lambda centre: [(centre @ v.T)[:, None, :]],
            len(v),
            w,
            ties,
            indices,
        )

    def at_centre(centre: Floats) -> Iterator[Floats]:
        for block in _blocks(len(v), v.shape[1] * len(centre)):
            yield np.moveaxis(v[block] @ centre.T, 2, 0)

    return _indices(
        lambda s: np.matmul(v[s], w[s, :, None])[:, :, 0],
        lambda a: np.einsum("sac,sc->as", v[:, a], w),
        at_centre,
        v.shape[1],
        w,
        ties,
        indices,
    )


def smaa_from_values(
    values: ArrayLike,
    weights: ArrayLike,
    *,
    ties: Ties = "share",
    indices: Indices = "all",
    model: Callable[[Floats], Floats] | None = None,
) -> Acceptability:
    """The indices of :func:`smaa` for any model, from its overall values; higher is better.

    values: (S, A), what the model gave in each sample, e.g. PROMETHEE net flows weights @ unicriterion_net.T, or minus
    the S of VIKOR. weights: (S, C), the weights it was given. model: maps weights (K, C) to values (K, A), or to
    (K, M, A) with M draws of uncertain performances; needed for the confidence factors only, which are NaN without it.
    """
    v, w = np.asarray(values, dtype=np.float64), _checked_weights(weights)
    if v.ndim != 2 or 0 in v.shape or len(v) != len(w):
        raise InputError(f"values {v.shape} and weights {w.shape}: give (S, A) and (S, C)")
    if not np.isfinite(v).all():
        raise InputError(f"value {np.argwhere(~np.isfinite(v))[0].tolist()} (sample, alternative) is not finite")

    def at_centre(centre: Floats) -> Iterator[Floats]:
        if model is not None:
            found = np.asarray(model(centre), dtype=np.float64)
            yield found[:, None, :] if found.ndim == 2 else found

    return _indices(lambda s: v[s], lambda a: np.ascontiguousarray(v[:, a].T), at_centre, v.shape[1], w, ties, indices)


@dataclass(frozen=True, eq=False)
class GroupAcceptability:
    """SMAA-2 of each stakeholder group, and lowest and highest (A, A): the range of each rank's share over the groups.

    Where lowest[a, 0] is high, every group would put a first; where the range is wide, the choice is political.
    """

    groups: Mapping[str, Acceptability]
    lowest: Floats
    highest: Floats


def smaa_by_group(scores: ArrayLike, weights: Mapping[str, ArrayLike], *, ties: Ties = "share") -> GroupAcceptability:
    """:func:`smaa` for each group's own weights; groups are shown side by side, never averaged.

    scores: (A, C), or (S, A, C) with the same S in every group. weights: (S, C) for each group's name.
    """
    if not weights:
        raise InputError("no groups: give the weights of at least one")
    groups = {name: smaa(scores, w, ties=ties) for name, w in weights.items()}
    shares = np.stack([found.rank_acceptability for found in groups.values()])
    return GroupAcceptability(MappingProxyType(groups), shares.min(axis=0), shares.max(axis=0))


def _checked_weights(weights: ArrayLike) -> Floats:
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 2 or 0 in w.shape:
        raise InputError(f"weights have shape {w.shape}: give (samples, criteria), at least one of each")
    if not np.isfinite(w).all() or w.min() < 0:
        raise InputError("weights must be finite and not negative")
    sums = w.sum(axis=1)
    if abs(sums - 1).max() > 1e-6:
        s = int(np.argmax(abs(sums - 1)))
        raise InputError(f"weights of sample {s} sum to {sums[s]:.8g}, not 1: divide them by their sum")
    return w


def _indices(
    values_of: Callable[[slice], Floats],
    values_by_alternative: Callable[[slice], Floats],
    at_centre: Callable[[Floats], Iterable[Floats]],
    alternatives: int,
    weights: Floats,
    ties: Ties,
    indices: Indices,
) -> Acceptability:
    """One pass over blocks of samples (B, A), one over a few alternatives at once (few, S), one at central weights."""
    for name, value, known in (("tie rule", ties, get_args(Ties)), ("indices", indices, get_args(Indices))):
        if value not in known:
            raise InputError(f"unknown {name} {value!r}; known: {', '.join(known)}")
    n, criteria = weights.shape
    everything = indices == "all"
    ranks = np.zeros((alternatives, alternatives))
    wins = np.full((alternatives, alternatives), 0.0 if everything else np.nan)
    first = np.zeros(alternatives)
    first_weights = np.zeros((alternatives, criteria))
    total = np.zeros(alternatives)
    places: list[NDArray[np.unsignedinteger]] = []
    any_tied = False
    for block in _blocks(n, alternatives):
        values = values_of(block)
        total += values.sum(axis=0)
        order, tied = _ranked(values)
        ranks += _rank_counts(order, tied, ties)
        sample, alternative, share = _firsts(order, tied, ties)
        first += np.bincount(alternative, share, alternatives)
        for c in range(criteria):
            first_weights[:, c] += np.bincount(alternative, share * weights[block, c][sample], alternatives)
        if everything:
            places.append(_places(order, tied))
            any_tied |= tied is not None
            if block.stop == n or sum(map(len, places)) * alternatives >= _PLACES:
                wins += _win_counts(np.concatenate(places), any_tied, ties)
                places, any_tied = [], False
    central = np.full((alternatives, criteria), np.nan)
    central[first > 0] = first_weights[first > 0] / first[first > 0, None]
    acceptability = ranks / n
    interval = np.full((alternatives, 2), np.nan)
    for a in range(0, alternatives if everything else 0, _COLUMNS):
        some = slice(a, a + _COLUMNS)
        interval[some] = [[_quantile(v, 0.05), _quantile(v, 0.95)] for v in values_by_alternative(some)]
    return Acceptability(
        rank_acceptability=acceptability,
        standard_error=np.sqrt(np.maximum(acceptability * (1 - acceptability), 0.0) / n),
        pairwise_winning=wins / n,
        central_weights=central,
        confidence=_confidence(central, at_centre, ties),
        expected_rank=acceptability @ np.arange(1.0, alternatives + 1),
        value_mean=total / n,
        value_interval=interval,
        samples=n,
        ties=ties,
    )


def _blocks(samples: int, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK // width)
    for start in range(0, samples, step):
        yield slice(start, min(start + step, samples))


def _ranked(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Alternatives (B, A) of each sample, best first, and whether each ties with the one before; None if none do.

    The distance from the best value is not negative, so its bits, read as an integer, sort as it does. With the
    alternative in the lowest bits, sorting these integers is several times faster than argsort and shows ties without a
    second pass; what the distance loses by it is less than the tie tolerance.
    """
    high = float(values.max())
    behind = np.subtract(high, values, order="C")
    alternatives = values.shape[1]
    bits = (alternatives - 1).bit_length()
    if bits <= _LABEL_BITS:
        key = behind.view(np.int64)
        key &= -(1 << bits)
        key |= np.arange(alternatives)
        key.sort(axis=1)
        order = key & ((1 << bits) - 1)
    else:
        order = np.argsort(behind, axis=1, kind="stable")
        behind = np.take_along_axis(behind, order, axis=1)
    low = high - float(behind[:, -1].max())
    # At a distance of 0 the labels alone are left, less than the smallest normal number.
    close = behind[:, 1:] - behind[:, :-1] <= max(_TIE * max(abs(low), abs(high)), np.finfo(np.float64).tiny)
    if not close.any():
        return order, None
    return order, np.concatenate([np.zeros((len(values), 1), dtype=bool), close], axis=1)


def _group_starts(tied: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(B, A): the place of the first of the tied group that each place belongs to."""
    return np.maximum.accumulate(np.where(tied, 0, np.arange(tied.shape[1])), axis=1)


def _rank_counts(order: NDArray[np.int64], tied: NDArray[np.bool_] | None, ties: Ties) -> Floats:
    """(A, A): how often alternative a takes rank r, summed over the samples of a block."""
    a = order.shape[1]
    places = np.arange(a)
    if tied is None:
        return np.bincount((order + places * a).ravel(), minlength=a * a).reshape(a, a).T.astype(np.float64)
    mixed = tied.any(axis=1)
    counts = _rank_counts(order[~mixed], None, ties)
    order, tied = order[mixed], tied[mixed]
    start = _group_starts(tied)
    if ties == "best":
        return np.asarray(counts + np.bincount((order * a + start).ravel(), minlength=a * a).reshape(a, a))
    last = np.concatenate([~tied[:, 1:], np.ones((len(tied), 1), dtype=bool)], axis=1)
    end = np.minimum.accumulate(np.where(last, places, a)[:, ::-1], axis=1)[:, ::-1]
    size = end - start + 1
    for step in range(int(size.max())):  # each member of a group takes an equal part of each of its ranks
        sample, place = np.nonzero(size > step)
        cell = order[sample, place] * a + start[sample, place] + step
        counts += np.bincount(cell, 1 / size[sample, place], a * a).reshape(a, a)
    return counts


def _places(order: NDArray[np.int64], tied: NDArray[np.bool_] | None) -> NDArray[np.unsignedinteger]:
    """(B, A): the place of each alternative from 0, the first of its group for tied ones.

    One byte each if that will do: comparing bytes is many times faster than comparing values.
    """
    samples, a = order.shape
    dtype = np.min_scalar_type(a)
    # Of the type that is written: a conversion element by element would take most of the time.
    by_place = (
        np.tile(np.arange(a, dtype=dtype), samples) if tied is None else _group_starts(tied).astype(dtype).ravel()
    )
    place = np.empty(samples * a, dtype=dtype)
    place[(order + np.arange(0, samples * a, a)[:, None]).ravel()] = by_place
    return place.reshape(samples, a)


def _win_counts(place: NDArray[np.unsignedinteger], tied: bool, ties: Ties) -> Floats:
    """(A, A): how often a beats b; under "share" a tie is half a win for each."""
    samples, a = place.shape
    # Padding with equal places, which nobody wins, up to whole lanes.
    rank = np.zeros((a, -(-samples // _LANE) * _LANE), dtype=place.dtype)
    rank[:, :samples] = place.T
    wins = np.zeros((a, a))
    for i in range(a - 1):
        wins[i, i + 1 :] = _true_counts(rank[i] < rank[i + 1 :])
        if tied:
            wins[i + 1 :, i] = _true_counts(rank[i] > rank[i + 1 :])
    if not tied:
        return np.where(np.tri(a, k=-1, dtype=bool), samples - wins.T, wins)
    if ties == "share":
        wins += (samples - wins - wins.T) / 2
        np.fill_diagonal(wins, 0.0)
    return wins


def _true_counts(answers: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many are true in each row of whole lanes: as integers of eight answers, whose sums stay in their bytes."""
    lanes = answers.reshape(len(answers), -1, _LANE).view(np.uint64).sum(axis=2)
    return np.asarray(lanes.view(np.uint8).sum(axis=1, dtype=np.int64))


def _firsts(
    order: NDArray[np.int64], tied: NDArray[np.bool_] | None, ties: Ties
) -> tuple[NDArray[np.intp], NDArray[np.int64], Floats]:
    """Sample, alternative and share of each first place in a block."""
    if tied is None:
        return np.arange(len(order)), order[:, 0], np.ones(len(order))
    leading = np.cumsum(~tied, axis=1) == 1
    sample, place = np.nonzero(leading)
    share = 1 / leading.sum(axis=1)[sample] if ties == "share" else np.ones(len(sample))
    return sample, order[sample, place], share


def _quantile(values: Floats, share: float) -> float:
    """numpy's default quantile, from the few values on its side of a bound that a sparse sample suggests.

    Were the bound on the wrong side, all values are looked at. Asking partition for a single place is ten times faster
    than for two neighbours.
    """
    n = len(values)
    place = share * (n - 1)
    upper = int(np.ceil(place))
    sparse = np.sort(values[::_SPARSE])
    spread = _ERRORS * np.sqrt(len(sparse) * share * (1 - share)) + 2
    if share < 0.5:
        bound = sparse[min(int(share * len(sparse) + spread), len(sparse) - 1)]
        near, before = values[values <= bound], 0
    else:
        bound = sparse[max(int(share * len(sparse) - spread), 0)]
        near = values[values >= bound]
        before = n - len(near)
    if not before <= upper - 1 < upper < before + len(near):
        near, before = values, 0
    parted = np.partition(near, upper - before)
    high = parted[upper - before]
    low = parted[: upper - before].max() if upper else high
    return float(high - (upper - place) * (high - low))


def _confidence(central: Floats, at_centre: Callable[[Floats], Iterable[Floats]], ties: Ties) -> Floats:
    """Share of the draws of performances in which an alternative is first at its own central weights."""
    confidence = np.full(len(central), np.nan)
    ever = np.flatnonzero(~np.isnan(central[:, 0]))
    share, draws = np.zeros(len(ever)), 0
    for values in at_centre(central[ever]):  # (ever first, draws, A)
        best = values.max(axis=2, keepdims=True)
        leading = values >= best - _TIE * np.abs(values).max()
        own = leading[np.arange(len(ever)), :, ever]
        share += (own / leading.sum(axis=2) if ties == "share" else own).sum(axis=1)
        draws += values.shape[1]
    if draws:
        confidence[ever] = share / draws
    return confidence
