"""What each budget buys: the best value at each budget, the one looked at, and its difference from the record."""

from __future__ import annotations

from collections.abc import Sequence

from majung.publishing.charts.canvas import Sheet
from majung.publishing.charts.palette import Theme


def frontier(
    points: Sequence[tuple[float, float]],
    *,
    at: tuple[float, float],
    record: tuple[float, float],
    width: float = 920,
    words: dict[str, str] | None = None,
    money: Sequence[str] = (),
    label: str = "",
    dense: bool = False,
    theme: Theme = "light",
) -> str:
    """Value (points of gaps closed) over budget, both from zero. points: (budget, value), budgets ascending.

    `at` is the budget looked at, `record` the run's own; `money` prints the budgets of the axis, one a point.
    """
    say = {"value": "Value", "budget": "Budget", "now": "here", "record": "the run", **(words or {})}
    height = 220 if dense else 300 if width > 560 else 260
    left, right, top, bottom = 52.0, 24.0, 30.0, 44.0
    sheet = Sheet(width, height, label, theme)
    most = max([b for b, _ in points] + [at[0], record[0], 1e-9])
    best = max([v for _, v in points] + [at[1], record[1], 1e-9])
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 1e9) if best / s <= 5)

    def x_of(budget: float) -> float:
        return left + budget / most * (width - left - right)

    def y_of(value: float) -> float:
        return height - bottom - value / (step * -(-best // step)) * (height - top - bottom)

    sheet.text(0, 13, say["value"], "t-mut")
    sheet.text(width, height - 4, say["budget"], "t-mut", "end")
    tick = 0.0
    while tick <= step * -(-best // step) + 1e-9:
        sheet.line(left, y_of(tick), width - right, y_of(tick), "base" if tick == 0 else "grid")
        sheet.text(left - 10, y_of(tick) + 4.5, f"{tick:,.0f}", "t-mut", "end")
        tick += step
    every = max(1, round(len(points) / (6 if width > 560 else 2)))
    for k, (budget, _) in enumerate(points):
        if k % every == 0 and k < len(money):
            sheet.text(x_of(budget), height - bottom + 20, money[k], "t-mut", "start" if k == 0 else "middle")
    sheet.path([(x_of(b), y_of(v)) for b, v in points], "leader")
    for budget, value in points:
        sheet.dot(x_of(budget), y_of(value), 2.5, "ink-f")
    sheet.dot(x_of(record[0]), y_of(record[1]), 5, "ink-o")
    near = abs(x_of(record[0]) - x_of(at[0])) < 60
    sheet.text(x_of(record[0]) - 9, y_of(record[1]) - 9, say["record"], "t halo", "end")
    sheet.line(x_of(at[0]), y_of(at[1]), x_of(at[0]), height - bottom, "gap")
    sheet.dot(x_of(at[0]), y_of(at[1]), 6, "own-f")
    sheet.text(
        x_of(at[0]) + (0 if at[0] > 0.85 * most else 10),
        y_of(at[1]) + (24 if near or at[1] > 0 else 0),
        say["now"],
        "t-own halo",
        "end" if at[0] > 0.85 * most else "start",
    )
    return sheet.svg()
