"""Chart kinds of the house: each one specification for page, paper and notebook.

Every function returns one SVG picture as text. `width` is the room in pixels (text stays 13 px, so a narrow picture
is drawn differently, not smaller); `theme` is `page` for a page that carries `stylesheet()`, else `light` or `dark`.
Charts know nothing of runs: they take words and numbers, so a notebook can draw its own.
"""

from majung.publishing.charts.budget import BudgetYear, budget
from majung.publishing.charts.chain import Link, chain
from majung.publishing.charts.difference import Side, difference
from majung.publishing.charts.frontier import frontier
from majung.publishing.charts.interval import IntervalGroup, IntervalRow, interval
from majung.publishing.charts.leader import Curve, Gap, leader
from majung.publishing.charts.multiples import Panel, multiples
from majung.publishing.charts.palette import Theme, stylesheet
from majung.publishing.charts.portfolio import PortfolioRow, portfolio
from majung.publishing.charts.ranking import RankingRow, ranking

__all__ = [
    "BudgetYear",
    "Curve",
    "Gap",
    "IntervalGroup",
    "IntervalRow",
    "Link",
    "Panel",
    "PortfolioRow",
    "RankingRow",
    "Side",
    "Theme",
    "budget",
    "chain",
    "difference",
    "frontier",
    "interval",
    "leader",
    "multiples",
    "portfolio",
    "ranking",
    "stylesheet",
]
