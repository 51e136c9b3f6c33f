"""Opinions: votes on statements, the map they span, groups with their stability, what each group says.

`votes` or `votes_from_table` reads; `opinion_map` does everything; the single steps are `opinion_space`,
`opinion_groups`, `statement_statistics`, `representative`, `consensus`, `stability`, `shown`. `chance_silhouette` asks
whether there is anything to group at all.
"""

from majung.methods.opinion.conversation import OpinionMap, opinion_map
from majung.methods.opinion.groups import Groups, adjusted_rand, opinion_groups, silhouettes
from majung.methods.opinion.projection import OpinionSpace, opinion_space
from majung.methods.opinion.publication import Shown, shown
from majung.methods.opinion.stability import ChanceSilhouette, Stability, chance_silhouette, stability
from majung.methods.opinion.statements import (
    AGREE,
    DISAGREE,
    Consensus,
    Finding,
    StatementStatistics,
    consensus,
    representative,
    statement_statistics,
)
from majung.methods.opinion.votes import StraightLines, Votes, straight_lines, votes, votes_from_table

__all__ = [
    "AGREE",
    "DISAGREE",
    "ChanceSilhouette",
    "Consensus",
    "Finding",
    "Groups",
    "OpinionMap",
    "OpinionSpace",
    "Shown",
    "Stability",
    "StatementStatistics",
    "StraightLines",
    "Votes",
    "adjusted_rand",
    "chance_silhouette",
    "consensus",
    "opinion_groups",
    "opinion_map",
    "opinion_space",
    "representative",
    "shown",
    "silhouettes",
    "stability",
    "statement_statistics",
    "straight_lines",
    "votes",
    "votes_from_table",
]
