"""The whole map of a conversation: never groups without their stability."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from majung.methods.opinion.groups import Groups, opinion_groups
from majung.methods.opinion.projection import FitOn, OpinionSpace, opinion_space
from majung.methods.opinion.publication import Shown, shown
from majung.methods.opinion.stability import Resample, Stability, stability
from majung.methods.opinion.statements import (
    Consensus,
    Finding,
    StatementStatistics,
    Test,
    consensus,
    representative,
    statement_statistics,
)
from majung.methods.opinion.votes import StraightLines, Votes, straight_lines


@dataclass(frozen=True, eq=False)
class OpinionMap:
    """Map, groups and their stability, statistics, and what of them may be published.

    representative: one tuple a group, empty for hidden groups and without statements whose cell is hidden.
    """

    space: OpinionSpace
    groups: Groups
    stability: Stability
    statistics: StatementStatistics
    shown: Shown
    representative: tuple[tuple[Finding, ...], ...]
    consensus: Consensus
    straight_lines: StraightLines


def opinion_map(
    ballots: Votes,
    *,
    minimum_votes: int,
    fit_on: FitOn,
    numbers: Collection[int],
    test: Test,
    confidence: float,
    most: int,
    minimum_group: int,
    minimum_cell: int,
    straight_chance: float,
    resample: Resample,
    replicates: int,
    rng: np.random.Generator,
) -> OpinionMap:
    """All of this package in one call; each argument is explained where it is used.

    Consensus statements seen by fewer than minimum_cell are left out.
    """
    space = opinion_space(ballots, minimum_votes=minimum_votes, fit_on=fit_on)
    groups = opinion_groups(space, numbers=numbers)
    found = statement_statistics(ballots, groups.of, test=test)
    public = shown(groups, found, minimum_group=minimum_group, minimum_cell=minimum_cell)
    place = {label: s for s, label in enumerate(ballots.statements.tolist())}
    # Ask for all first: hidden statements must not take the places of those that may be shown.
    picks = representative(found, confidence=confidence, most=len(place))
    common = consensus(ballots, test=test, confidence=confidence, most=len(place))
    return OpinionMap(
        space=space,
        groups=groups,
        stability=stability(
            ballots,
            groups,
            minimum_votes=minimum_votes,
            fit_on=fit_on,
            numbers=numbers,
            resample=resample,
            replicates=replicates,
            rng=rng,
        ),
        statistics=found,
        shown=public,
        representative=tuple(
            tuple(f for f in chosen if public.cells[g, place[f.statement]])[:most] for g, chosen in enumerate(picks)
        ),
        consensus=Consensus(
            tuple(f for f in common.agree if f.seen >= minimum_cell)[:most],
            tuple(f for f in common.disagree if f.seen >= minimum_cell)[:most],
        ),
        straight_lines=straight_lines(ballots, minimum_votes=minimum_votes, chance=straight_chance),
    )
