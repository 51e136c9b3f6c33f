"""Economic complexity: advantage, relatedness, complexity, outlook.

Rows are places (countries, regions), columns are activities (products, fields, technologies).
"""

from majung.methods.complexity.advantage import presence, rca, rca_interval, rpca
from majung.methods.complexity.indices import (
    Fitness,
    Indices,
    Projection,
    Validity,
    blocks,
    eci_pci,
    fitness,
    project,
)
from majung.methods.complexity.opportunity import Outlook, outlook
from majung.methods.complexity.profile import (
    ECOMPLEXITY,
    ECONCOMPLEX,
    ECONOMIC_COMPLEXITY,
    MAJUNG,
    Complexity,
    Conventions,
    complexity,
    complexity_by_year,
    over_years,
)
from majung.methods.complexity.proximities import (
    proximity,
    proximity_continuous,
    proximity_continuous_operator,
    proximity_operator,
)
from majung.methods.complexity.ranks import RankIntervals, rank_intervals
from majung.methods.complexity.relatedness import density, relative_relatedness

__all__ = [
    "ECOMPLEXITY",
    "ECONCOMPLEX",
    "ECONOMIC_COMPLEXITY",
    "MAJUNG",
    "Complexity",
    "Conventions",
    "Fitness",
    "Indices",
    "Outlook",
    "Projection",
    "RankIntervals",
    "Validity",
    "blocks",
    "complexity",
    "complexity_by_year",
    "density",
    "eci_pci",
    "fitness",
    "outlook",
    "over_years",
    "presence",
    "project",
    "proximity",
    "proximity_continuous",
    "proximity_continuous_operator",
    "proximity_operator",
    "rank_intervals",
    "rca",
    "rca_interval",
    "relative_relatedness",
    "rpca",
]
