"""Which projects together: the best portfolio under budgets and constraints, its rivals, and why the others are out.

`solve` for the best one, `explain_rejections` for each project left out. The core index over incomplete information is
`majung.methods.robust_portfolio`; selection by votes is `majung.methods.participatory`.
"""

from majung.methods.portfolio.model import Constraints, Projects, projects
from majung.methods.portfolio.optimum import Portfolio, Status, solve
from majung.methods.portfolio.rejections import Rejection, explain_rejections

__all__ = [
    "Constraints",
    "Portfolio",
    "Projects",
    "Rejection",
    "Status",
    "explain_rejections",
    "projects",
    "solve",
]
