"""What each group says: counts, shares and tests of every statement, representative and consensus statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.votes import Integers, Votes

Test = Literal["polis", "plain"]
Answer = Literal["agree", "disagree"]

AGREE, DISAGREE = 0, 1
_ANSWERS: tuple[Answer, Answer] = ("agree", "disagree")


@dataclass(frozen=True, eq=False)
class StatementStatistics:
    """Statistics of S statements in G groups. The first axis of most arrays is the answer: AGREE, DISAGREE.

    seen: (G, S) votes, passes included; count: (2, G, S) votes with this answer; share: (2, G, S) (count + 1) /
    (seen + 2); share_z: z of the share against one half; ratio: (2, G, S) share over the share among all other groups
    together (NaN with one group); ratio_z: z of the difference of the two; consensus: (2, S) product of the shares over
    the groups (group-aware consensus), high only where every group gives this answer.
    """

    statements: NDArray[Any]
    seen: Integers
    count: Integers
    share: Floats
    share_z: Floats
    ratio: Floats
    ratio_z: Floats
    consensus: Floats


def statement_statistics(ballots: Votes, groups: ArrayLike | None, *, test: Test) -> StatementStatistics:
    """Count and test every statement in every group.

    groups: (P,) group of each participant, -1 for none; None puts everyone into one. Tests: one proportion against 1/2,
    z = 2 sqrt(n) (s / n - 1/2), and two proportions with pooled variance; test: "polis" first adds 1 to successes and
    to trials, as Polis does (a group that has not seen a statement then gets z = 1); "plain" adds nothing (then z = 0).

    The groups were made from the same votes, so a z is a description: small groups differ by construction somewhere.
    Raises InputError for a group number that nobody has. Source: Small et al. (2021).
    """
    if test not in get_args(Test):
        raise InputError(f"unknown test {test!r}; known: {', '.join(get_args(Test))}")
    people, statements = ballots.matrix.shape
    of = np.zeros(people, dtype=np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
    if of.shape != (people,):
        raise InputError(f"{of.size} groups for {people} participants: give one each, -1 for none")
    present = np.unique(of[of >= 0])
    if not len(present) or (present != np.arange(len(present))).any():
        raise InputError(f"groups are numbered {present.tolist()}: number them 0, 1, ... without a gap")
    number = len(present)
    group = np.repeat(of, ballots.cast)
    grouped = group >= 0
    cell = group * statements + ballots.matrix.indices
    data = ballots.matrix.data

    def counts(which: NDArray[np.bool_]) -> Integers:
        return np.bincount(cell[which], minlength=number * statements).reshape(number, statements).astype(np.int64)

    seen = counts(grouped)
    count = np.stack([counts(grouped & (data == 1)), counts(grouped & (data == -1))])
    share = (count + 1) / (seen + 2)
    rest_seen, rest_count = seen.sum(axis=0) - seen, count.sum(axis=1, keepdims=True) - count
    extra = 1 if test == "polis" else 0
    alone = number == 1
    return StatementStatistics(
        statements=ballots.statements,
        seen=seen,
        count=count,
        share=share,
        share_z=one_proportion(count + extra, seen + extra),
        ratio=np.full(share.shape, np.nan) if alone else share / ((rest_count + 1) / (rest_seen + 2)),
        ratio_z=np.full(share.shape, np.nan)
        if alone
        else two_proportions(count + extra, seen + extra, rest_count + extra, rest_seen + extra),
        consensus=share.prod(axis=1),
    )


def one_proportion(successes: ArrayLike, trials: ArrayLike) -> Floats:
    """z = 2 sqrt(n) (s / n - 1/2); 0 without trials."""
    s, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    return np.asarray(2 * np.sqrt(n) * np.where(n > 0, s / np.maximum(n, 1) - 0.5, 0.0))


def two_proportions(s1: ArrayLike, n1: ArrayLike, s2: ArrayLike, n2: ArrayLike) -> Floats:
    """z = (p1 - p2) / sqrt(p (1 - p) (1 / n1 + 1 / n2)), p pooled; 0 where a side is empty or p is 0 or 1."""
    a, n, b, m = (np.asarray(v, dtype=np.float64) for v in (s1, n1, s2, n2))
    full_n, full_m = np.maximum(n, 1), np.maximum(m, 1)
    pooled = (a + b) / (full_n + full_m)
    variance = pooled * (1 - pooled) * (1 / full_n + 1 / full_m)
    usable = (n > 0) & (m > 0) & (variance > 0)
    return np.where(usable, (a / full_n - b / full_m) / np.sqrt(np.where(usable, variance, 1.0)), 0.0)


@dataclass(frozen=True)
class Finding:
    """A statement that stands for a group, or for everyone.

    share: count / seen, with Wilson's interval at the level asked for; share_z, ratio, ratio_z as in
    :class:`StatementStatistics` (ratios are NaN for a consensus); significant: whether it passed the tests.
    """

    statement: object
    answer: Answer
    count: int
    seen: int
    share: float
    low: float
    high: float
    share_z: float
    ratio: float
    ratio_z: float
    significant: bool


def representative(found: StatementStatistics, *, confidence: float, most: int) -> tuple[tuple[Finding, ...], ...]:
    """For each group at most `most` statements that tell it from the others, the strongest first.

    An answer represents the group if share_z and ratio_z both exceed the normal quantile of `confidence` (Polis: 0.9,
    one-sided); order: share * share_z * ratio * ratio_z. A group in which none passes gets the answer with the largest
    ratio_z among those it gave, marked as not significant. Differences from Polis: see the reference page.

    Raises InputError with fewer than two groups.
    """
    if len(found.seen) < 2:
        raise InputError("there is one group only: nothing can tell it from others")
    critical = _critical(confidence, most)
    passed = (found.share_z > critical) & (found.ratio_z > critical) & (found.count > 0)
    strength = np.where(passed, found.share * found.share_z * found.ratio * found.ratio_z, -np.inf)
    answer = strength.argmax(axis=0)
    results = []
    for g in range(len(found.seen)):
        best = strength[answer[g], g, np.arange(strength.shape[2])]
        chosen = np.argsort(-best, kind="stable")[:most]
        picks = [_finding(found, int(answer[g, s]), g, int(s), confidence, True) for s in chosen if best[s] > -np.inf]
        if not picks and found.count[:, g].any():
            given = np.where(found.count[:, g] > 0, found.ratio_z[:, g], -np.inf)
            a, s = divmod(int(given.argmax()), given.shape[1])
            picks = [_finding(found, a, g, s, confidence, False)]
        results.append(tuple(picks))
    return tuple(results)


@dataclass(frozen=True)
class Consensus:
    """Statements on which the participants as a whole agree, and on which they disagree, the strongest first."""

    agree: tuple[Finding, ...]
    disagree: tuple[Finding, ...]


def consensus(ballots: Votes, *, test: Test, confidence: float, most: int) -> Consensus:
    """Statements with a significant majority of all votes, at most `most` for each answer.

    share > 1/2 and share_z above the normal quantile of `confidence`; order: share * share_z, as in Polis. A large
    group can carry such a majority alone: `StatementStatistics.consensus` asks every group.
    """
    found = statement_statistics(ballots, None, test=test)
    critical = _critical(confidence, most)
    lists = []
    for a in (AGREE, DISAGREE):
        share, z = found.share[a, 0], found.share_z[a, 0]
        passed = (share > 0.5) & (z > critical)
        order = np.argsort(np.where(passed, -share * z, np.inf), kind="stable")[: min(most, int(passed.sum()))]
        lists.append(tuple(_finding(found, a, 0, int(s), confidence, True) for s in order))
    return Consensus(*lists)


def wilson(count: ArrayLike, trials: ArrayLike, *, level: float) -> tuple[Floats, Floats]:
    """Wilson's (1927) score interval of count / trials; (0, 1) without trials."""
    s, n = np.asarray(count, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    z = float(ndtri((1 + level) / 2))
    full = np.maximum(n, 1)
    share = s / full
    middle = (share + z * z / (2 * full)) / (1 + z * z / full)
    half = z / (1 + z * z / full) * np.sqrt(share * (1 - share) / full + (z / (2 * full)) ** 2)
    return np.where(n > 0, np.maximum(middle - half, 0.0), 0.0), np.where(n > 0, np.minimum(middle + half, 1.0), 1.0)


def _critical(confidence: float, most: int) -> float:
    if not 0.5 <= confidence < 1:
        raise InputError(f"confidence is {confidence}: give a share from 0.5 to below 1")
    if most < 1:
        raise InputError(f"most is {most}: ask for at least one statement")
    return float(ndtri(confidence))


def _finding(
    found: StatementStatistics, answer: int, group: int, statement: int, level: float, significant: bool
) -> Finding:
    at = answer, group, statement
    count, seen = int(found.count[at]), int(found.seen[group, statement])
    low, high = wilson(count, seen, level=level)
    return Finding(
        statement=found.statements[statement].item(),
        answer=_ANSWERS[answer],
        count=count,
        seen=seen,
        share=count / seen if seen else float("nan"),
        low=float(low),
        high=float(high),
        share_z=float(found.share_z[at]),
        ratio=float(found.ratio[at]),
        ratio_z=float(found.ratio_z[at]),
        significant=significant,
    )
