"""Economic complexity: advantage, relatedness, complexity, outlook.

Rows are places (countries, regions), columns are activities (products, fields, technologies).
"""

from majung.methods.complexity.advantage import presence, rca, rca_interval, rpca
from majung.methods.complexity.relatedness import density, proximity, proximity_continuous, relative_relatedness

__all__ = [
    "density",
    "presence",
    "proximity",
    "proximity_continuous",
    "rca",
    "rca_interval",
    "relative_relatedness",
    "rpca",
]
