"""Input-output analysis: what one unit of final demand sets in motion through an economy, and who depends on whom.

Tables and their diagnosis (`table`, `balance`), multipliers open and closed for households (`multipliers`,
`households`) with their standard errors (`errors`), linkages and hypothetical extraction (`linkages`, `extraction`),
industries that are not a sector (`satellite`), several regions (`regions`).

Notation, throughout: Z domestic flows (row sells to column), M imported inputs, x output, A = Z x̂⁻¹, L = (I − A)⁻¹,
B = x̂⁻¹ Z, G = (I − B)⁻¹. A sector without output has no coefficients: its results are NaN, never zero.

Reference: Miller & Blair (2009), *Input-Output Analysis: Foundations and Extensions*, 2nd ed., Cambridge.
"""

from majung.methods.input_output.balance import BalanceReport, Check, diagnose_balance
from majung.methods.input_output.errors import multiplier_errors
from majung.methods.input_output.extraction import Extraction, extract_group, hypothetical_extraction
from majung.methods.input_output.households import TypeTwoMultipliers, type_two_multipliers
from majung.methods.input_output.linkages import Linkages, linkages, proportional_splits
from majung.methods.input_output.multipliers import (
    Multipliers,
    ghosh_inverse,
    ghosh_multipliers,
    leontief_inverse,
    leontief_multipliers,
)
from majung.methods.input_output.regions import (
    RegionalMultipliers,
    footprints,
    national_table,
    regional_multipliers,
)
from majung.methods.input_output.satellite import (
    IndustryEffects,
    NewIndustry,
    add_industry,
    carve_industry,
    exogenous_industry,
    share_multiplier,
)
from majung.methods.input_output.table import Table, io_table, proportional_imports

__all__ = [
    "BalanceReport",
    "Check",
    "Extraction",
    "IndustryEffects",
    "Linkages",
    "Multipliers",
    "NewIndustry",
    "RegionalMultipliers",
    "Table",
    "TypeTwoMultipliers",
    "add_industry",
    "carve_industry",
    "diagnose_balance",
    "exogenous_industry",
    "extract_group",
    "footprints",
    "ghosh_inverse",
    "ghosh_multipliers",
    "hypothetical_extraction",
    "io_table",
    "leontief_inverse",
    "leontief_multipliers",
    "linkages",
    "multiplier_errors",
    "national_table",
    "proportional_imports",
    "proportional_splits",
    "regional_multipliers",
    "share_multiplier",
    "type_two_multipliers",
]
