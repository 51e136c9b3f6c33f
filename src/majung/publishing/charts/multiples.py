"""Small multiples: one small panel a country, all on one axis, the own country's line repeated behind each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, shorten
from majung.publishing.charts.leader import Role, nice_ticks
from majung.publishing.charts.palette import Theme

_TEXT = {"own": "t-own", "leader": "t-b", "other": "t-ink"}


@dataclass(frozen=True)
class Panel:
    """One country's series; `last` is its printed last value."""

    name: str
    role: Role
    years: Sequence[float]
    values: Sequence[float]
    last: str


def multiples(
    panels: Sequence[Panel],
    *,
    cut: int | None = None,
    width: float = 920,
    height: float = 150,
    log: bool = False,
    number: Callable[[float], str] = lambda v: f"{v:,.0f}",
    label: str = "",
    theme: Theme = "light",
) -> str:
    """Panels side by side (two to a line where the room is narrow) with one value axis, from zero or logarithmic.

    Each last value is printed; years after `cut` stand on second paper; the own country is the thin line behind.
    """
    panels = [panel for panel in panels if len(panel.years)]
    columns = max(1, len(panels)) if width >= 400 else 2
    lines = math.ceil(max(len(panels), 1) / columns)
    sheet = Sheet(width, height * lines, label, theme)
    if not panels:
        return sheet.svg()
    values = [v for panel in panels for v in panel.values]
    floor = min((v for v in values if v > 0), default=1.0)
    if log:
        low, high = math.floor(math.log10(floor)), math.ceil(math.log10(max(max(values), floor * 1.01)))
        ticks = [10.0**k for k in range(low, high + 1)]
    else:
        ticks = nice_ticks(max(values), 2)
    gutter = max(sheet.width_of(number(t)) for t in ticks) + 8
    gap = 14.0
    room = (width - gutter - gap * (columns - 1)) / columns
    first, last = min(p.years[0] for p in panels), max(p.years[-1] for p in panels)
    own = next((p for p in panels if p.role == "own"), None)
    for k, panel in enumerate(panels):
        x0, y0 = gutter + (k % columns) * (room + gap), (k // columns) * height
        top, bottom = y0 + 44.0, y0 + height - 22.0

        def x_of(year: float, x0: float = x0) -> float:
            return x0 + 4 + (year - first) / max(last - first, 1) * (room - 8)

        def y_of(value: float, top: float = top, bottom: float = bottom) -> float:
            if log:
                a, b = math.log10(ticks[0]), math.log10(ticks[-1])
                share = (math.log10(max(value, ticks[0])) - a) / (b - a)
            else:
                share = value / ticks[-1]
            return bottom - share * (bottom - top)

        if cut is not None and cut < last:
            sheet.rect(x_of(cut), top, x0 + room - x_of(cut), bottom - top, "late")
        for n, tick in enumerate(ticks):
            sheet.line(x0, y_of(tick), x0 + room, y_of(tick), "base" if n == 0 else "grid")
            if k % columns == 0:
                sheet.text(gutter - 7, y_of(tick) + 4.5, number(tick), "t-mut", "end")
        sheet.text(x0, y0 + 14, shorten(panel.name, room, panel.role != "other"), _TEXT[panel.role])
        sheet.text(x0, y0 + 31, shorten(panel.last, room), "t")
        if own is not None and panel is not own:
            sheet.path([(x_of(a), y_of(b)) for a, b in zip(own.years, own.values, strict=True)], "own-ghost")
        cls = panel.role
        sheet.path([(x_of(a), y_of(b)) for a, b in zip(panel.years, panel.values, strict=True)], cls)
        sheet.dot(x_of(panel.years[-1]), y_of(panel.values[-1]), 3.5, f"{cls}-f")
        sheet.text(x0, bottom + 17, str(int(first)), "t-mut")
        sheet.text(x0 + room, bottom + 17, str(int(last)), "t-mut", "end")
    return sheet.svg()
