"""Budget bars: what may be spent each year, and what the chosen projects spend of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet
from majung.publishing.charts.palette import Theme


@dataclass(frozen=True)
class BudgetYear:
    """One year: `cost` of the chosen projects inside `budget` (same unit), and the two as printed."""

    year: str
    budget: float
    cost: float
    text: str
    figure: str = ""


def budget(
    years: Sequence[BudgetYear], *, width: float = 520, label: str = "", dense: bool = False, theme: Theme = "light"
) -> str:
    """One bar a year: the whole is the budget, the filled part the cost; the text stands at its end."""
    step, half = (22, 6) if dense else (34, 8)
    sheet = Sheet(width, step * len(years) + 2, label, theme)
    top = max([y.budget for y in years] + [y.cost for y in years] + [1e-9])
    left = 44.0
    tail = max([sheet.width_of(y.text, "t-b") for y in years] + [0.0]) + 16
    ids = max([sheet.width_of(y.figure) for y in years] + [0.0]) + 12
    room = max(width - left - tail - ids, 40.0)
    for k, year in enumerate(years):
        middle = k * step + step / 2
        sheet.text(0, middle + 4.5, year.year, "t-ink")
        sheet.rect(left, middle - half, year.budget / top * room, 2 * half, "track")
        sheet.rect(left, middle - half, year.cost / top * room, 2 * half, "own-f")
        end = left + year.budget / top * room
        sheet.line(end, middle - half - 3, end, middle + half + 3, "ink-s")
        sheet.text(left + room + 12, middle + 4.5, year.text, "t-b")
        sheet.text(width, middle + 4.5, year.figure, "t-mut", "end")
        sheet.line(0, (k + 1) * step, width, (k + 1) * step, "hair")
    return sheet.svg()
