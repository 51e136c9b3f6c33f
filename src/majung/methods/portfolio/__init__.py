"""Which projects together: the best portfolio under budgets and constraints, its rivals, and why the others are out.

`solve` for the best one, `explain_rejections` for each project left out, `alternatives` that are nearly as good,
`frontier` for several objectives. The core index over incomplete information is
`majung.methods.robust_portfolio`; selection by votes is `majung.methods.participatory`.
"""

from majung.methods.portfolio.model import Constraints, Projects, projects
from majung.methods.portfolio.near_optimal import Alternative, alternatives
from majung.methods.portfolio.optimum import Portfolio, Status, solve
from majung.methods.portfolio.pareto import Frontier, frontier
from majung.methods.portfolio.rejections import Rejection, explain_rejections

__all__ = [
    "Alternative",
    "Constraints",
    "Frontier",
    "Portfolio",
    "Projects",
    "Rejection",
    "Status",
    "alternatives",
    "explain_rejections",
    "frontier",
    "projects",
    "solve",
]
