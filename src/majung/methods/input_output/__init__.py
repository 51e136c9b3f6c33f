"""Input-output analysis: what one unit of final demand sets in motion through an economy, and who depends on whom.

Tables and their diagnosis (`table`, `balance`), multipliers (`multipliers`), linkages and hypothetical extraction
(`linkages`), industries that are not a sector (`satellite`), several regions (`regions`).

Notation, throughout: Z domestic flows (row sells to column), M imported inputs, x output, A = Z x̂⁻¹, L = (I − A)⁻¹,
B = x̂⁻¹ Z, G = (I − B)⁻¹. A sector without output has no coefficients: its results are NaN, never zero.

Reference: Miller & Blair (2009), *Input-Output Analysis: Foundations and Extensions*, 2nd ed., Cambridge.
"""

from majung.methods.input_output.linkages import Linkages, linkages, proportional_splits
from majung.methods.input_output.multipliers import Multipliers, leontief_multipliers
from majung.methods.input_output.satellite import share_multiplier
from majung.methods.input_output.table import Table, io_table

__all__ = [
    "Linkages",
    "Multipliers",
    "Table",
    "io_table",
    "leontief_multipliers",
    "linkages",
    "proportional_splits",
    "share_multiplier",
]
