"""Portfolio: what each candidate project is worth, how sure its place is, and whether it was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, shorten
from majung.publishing.charts.leader import nice_ticks
from majung.publishing.charts.palette import Theme


@dataclass(frozen=True)
class PortfolioRow:
    """One project. `core`: share of the non-dominated portfolios that hold it (0..1, None: not computed)."""

    area: str
    name: str
    value: float
    low: float
    high: float
    core: float | None
    chosen: bool
    text: str
    cost: str
    status: str
    figure: str = ""
    needed: bool = False


def portfolio(
    rows: Sequence[PortfolioRow],
    *,
    width: float = 920,
    words: dict[str, str] | None = None,
    label: str = "",
    dense: bool = False,
    theme: Theme = "light",
) -> str:
    """Projects grouped by area: value with its interval, core index, cost and status. Filled marks are chosen.

    `words` translates `project`, `value`, `core`, `cost`, `status`, `needed`.
    """
    say = {
        "project": "Project",
        "value": "Value",
        "core": "Core index",
        "cost": "Cost",
        "status": "",
        "needed": "needed most",
        **(words or {}),
    }
    top = nice_ticks(max([row.high for row in rows] + [row.value for row in rows] + [1e-9]), 3)
    if width < 700:
        return _narrow(rows, width, say, label, top, theme)
    step, group = (20, 22) if dense else (34, 34)
    areas = list(dict.fromkeys(row.area for row in rows))
    head = 26
    sheet = Sheet(width, head + step * len(rows) + group * len(areas) + 2, label, theme)
    id_room, cost_room, status_room, core_room = 66.0, 88.0, 74.0, 110.0
    name_room = width * 0.34
    left = name_room + 12
    right = width - id_room - cost_room - status_room - core_room - 64
    core_at = right + 52

    def x_of(value: float) -> float:
        return left + value / top[-1] * (right - left)

    sheet.text(0, 16, say["project"], "t-mut")
    for k, tick in enumerate(top):
        name = f"{tick:g}"
        sheet.text(
            x_of(tick), 16, f"{say['value']} {name}" if k == 0 else name, "t-mut", "start" if k == 0 else "middle"
        )
    sheet.text(core_at, 16, say["core"], "t-mut")
    sheet.text(core_at + core_room + cost_room, 16, say["cost"], "t-mut", "end")
    sheet.line(0, head, width, head, "base")
    y = float(head)
    for area in areas:
        sheet.text(0, y + group / 2 + 6, area, "t-b")
        y += group
        sheet.line(0, y, width, y, "hair")
        for row in (r for r in rows if r.area == area):
            middle = y + step / 2
            for tick in top:
                sheet.line(x_of(tick), y, x_of(tick), y + step, "base" if tick == 0 else "grid")
            mark = sheet.width_of(say["needed"], "t-own") + 10 if row.needed else 0
            name = shorten(row.name, name_room - 18 - mark, row.chosen)
            _state(sheet, 5, middle, row)
            sheet.text(18, middle + 4.5, name, "t-b" if row.chosen else "t-ink")
            if row.needed:
                at = 18 + sheet.width_of(name, "t-b" if row.chosen else "t-ink") + 10
                sheet.text(at, middle + 4.5, say["needed"], "t-own")
            _value(sheet, row, x_of, middle)
            sheet.text(right + 42, middle + 4.5, row.text, "t-b" if row.chosen else "t-ink", "end")
            _core(sheet, row, core_at, core_room - 40, middle)
            sheet.text(core_at + core_room + cost_room, middle + 4.5, row.cost, "t-ink", "end")
            sheet.text(core_at + core_room + cost_room + 14, middle + 4.5, row.status, "t-b" if row.chosen else "t-mut")
            sheet.text(width, middle + 4.5, row.figure, "t-mut", "end")
            y += step
            sheet.line(0, y, width, y, "hair")
    return sheet.svg()


def _narrow(
    rows: Sequence[PortfolioRow], width: float, say: dict[str, str], label: str, top: list[float], theme: Theme
) -> str:
    step, group = 88, 36
    areas = list(dict.fromkeys(row.area for row in rows))
    sheet = Sheet(width, step * len(rows) + group * len(areas) + 2, label, theme)

    def x_of(value: float) -> float:
        return 2 + value / top[-1] * (width - 56)

    y = 0.0
    for area in areas:
        sheet.text(0, y + 24, area, "t-b")
        y += group
        sheet.line(0, y, width, y, "base")
        for row in (r for r in rows if r.area == area):
            _state(sheet, 5, y + 16, row)
            sheet.text(18, y + 20, shorten(row.name, width - 110, row.chosen), "t-b" if row.chosen else "t-ink")
            sheet.text(width, y + 20, row.status, "t-b" if row.chosen else "t-mut", "end")
            sheet.text(0, y + 40, f"{row.cost}  {say['needed']}" if row.needed else row.cost, "t")
            sheet.text(width, y + 40, row.figure, "t-mut", "end")
            for tick in top:
                sheet.line(x_of(tick), y + 48, x_of(tick), y + 82, "base" if tick == 0 else "grid")
            _value(sheet, row, x_of, y + 58)
            sheet.text(width, y + 62, row.text, "t-b", "end")
            _core(sheet, row, 0, 70, y + 76)
            y += step
            sheet.line(0, y, width, y, "hair")
    return sheet.svg()


def _state(sheet: Sheet, x: float, y: float, row: PortfolioRow) -> None:
    """Filled: chosen; half: chosen in some portfolios; hollow: in none."""
    sheet.dot(x, y, 5, "own-f" if row.chosen else "ring")
    if not row.chosen and row.core is not None and row.core > 0:
        sheet.rect(x - 5, y - 0.75, 10, 1.5, "own-f")


def _value(sheet: Sheet, row: PortfolioRow, x_of: Callable[[float], float], y: float) -> None:
    hue = "own" if row.chosen else "mute"
    sheet.interval(x_of(row.low), x_of(row.high), y, hue, 5)
    sheet.dot(x_of(row.value), y, 5, "own-f" if row.chosen else "other-f")


def _core(sheet: Sheet, row: PortfolioRow, x: float, room: float, y: float) -> None:
    if row.core is None:
        sheet.text(x, y + 4.5, "–", "t-mut")
        return
    sheet.rect(x, y - 4, room, 8, "track")
    sheet.rect(x, y - 4, room * row.core, 8, "own-f" if row.chosen else "other-f")
    sheet.text(x + room + 8, y + 4.5, f"{row.core:.2f}", "t-ink")
