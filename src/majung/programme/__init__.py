"""A programme folder, read and checked: areas, criteria on fixed scales, industry definitions, core projects, budgets.

May import `majung.evidence` and below.
"""

from majung.programme.folder import Programme, ProgrammeError, load_programme
from majung.programme.model import Charter, Criterion, IndicatorSpec, Industry, Project, Text

__all__ = [
    "Charter",
    "Criterion",
    "IndicatorSpec",
    "Industry",
    "Programme",
    "ProgrammeError",
    "Project",
    "Text",
    "load_programme",
]
