"""Leader lines: one country against the leader over the years, with the gap in years as an arrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from majung.publishing.charts.canvas import Sheet, shorten, spread, text_width
from majung.publishing.charts.palette import Theme

Role = Literal["own", "leader", "other"]
_TEXT = {"own": "t-own", "leader": "t-b", "other": "t"}


@dataclass(frozen=True)
class Curve:
    """One country's series; `last` is the printed last value (with unit, without the name)."""

    name: str
    role: Role
    years: Sequence[float]
    values: Sequence[float]
    last: str = ""


@dataclass(frozen=True)
class Gap:
    """Gap in years of the own country behind the leader: `years`, or None where the data do not reach back so far.

    `label` is the short text in the accent, `notes` further lines that say what was compared.
    """

    years: float | None
    label: str
    notes: Sequence[str] = ()


def nice_ticks(top: float, wanted: int = 4) -> list[float]:
    """Round numbers from 0 to at least `top`, about `wanted` steps."""
    if not math.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    raw = top / wanted
    size = 10 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)
    count = math.ceil(top / step - 1e-9)
    return [step * k for k in range(count + 1)]


def leader(
    curves: Sequence[Curve],
    *,
    gap: Gap | None = None,
    cut: int | None = None,
    width: float = 920,
    height: float = 340,
    number: Callable[[float], str] = lambda v: f"{v:,.0f}",
    label: str = "",
    theme: Theme = "light",
) -> str:
    """Curves from zero with direct labels; years after `cut` stand on second paper.

    The arrow runs from the own country's last value back to the leader's own curve, `gap.years` earlier. A gap that
    is not reached in the data is written, not drawn.
    """
    sheet = Sheet(width, height, label, theme)
    curves = [curve for curve in curves if len(curve.years)]
    if not curves:
        return sheet.svg()
    names = {curve.name: f"{curve.name} {curve.last}".strip() for curve in curves}
    ticks = nice_ticks(max(max(curve.values) for curve in curves))
    gutter = max(text_width(number(t)) for t in ticks) + 10
    tail = min(max(text_width(text, True) for text in names.values()) + 22, width * 0.32)
    left, right, top, bottom = gutter, width - tail, 14.0, height - 26.0
    first, last = min(c.years[0] for c in curves), max(c.years[-1] for c in curves)
    span = max(last - first, 1)

    def x_of(year: float) -> float:
        return left + (year - first) / span * (right - left)

    def y_of(value: float) -> float:
        return bottom - value / ticks[-1] * (bottom - top)

    if cut is not None and cut < last:
        sheet.rect(x_of(cut), top, right - x_of(cut), bottom - top, "late")
    for tick in ticks:
        sheet.line(left, y_of(tick), right, y_of(tick), "base" if tick == 0 else "grid")
        sheet.text(gutter - 8, y_of(tick) + 4.5, number(tick), "t-mut", "end")
    _years(sheet, x_of, int(first), int(last), bottom, right - left)
    order = {"other": 0, "leader": 1, "own": 2}
    for curve in sorted(curves, key=lambda c: order[c.role]):
        sheet.path([(x_of(a), y_of(b)) for a, b in zip(curve.years, curve.values, strict=True)], curve.role)
        radius = 4 if curve.role != "other" else 2.5
        sheet.dot(x_of(curve.years[-1]), y_of(curve.values[-1]), radius, f"{curve.role}-f")
    places = spread([y_of(c.values[-1]) for c in curves], 17, top + 2, bottom - 2)
    for curve, y in zip(curves, places, strict=True):
        sheet.text(right + 11, y + 4.5, shorten(names[curve.name], tail - 12, curve.role != "other"), _TEXT[curve.role])
    if gap is not None:
        _draw_gap(sheet, gap, curves, x_of, y_of, (left, right, top, bottom))
    return sheet.svg()


def _draw_gap(
    sheet: Sheet,
    gap: Gap,
    curves: Sequence[Curve],
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
    box: tuple[float, float, float, float],
) -> None:
    left, right, top, bottom = box
    own = next((c for c in curves if c.role == "own"), None)
    lines = [gap.label, *gap.notes]
    if own is None:
        return
    widest = max(text_width(line, k == 0) for k, line in enumerate(lines))
    drawn = gap.years is not None and gap.years > 0
    here = x_of(own.years[-1] - (gap.years or 0.0)) if drawn else left + 8
    if drawn:
        level = y_of(own.values[-1])
        sheet.line(x_of(own.years[-1]), level, here + 7, level, "gap")
        sheet.shape([(here + 1, level), (here + 9, level - 4), (here + 9, level + 4)], "own-f")
        sheet.dot(here, level, 4, "ring")
    # The label stands where the fewest curve points are: try both sides and two heights.
    best: tuple[float, float, float, bool] | None = None
    points = [(x_of(a), y_of(b)) for c in curves for a, b in zip(c.years, c.values, strict=True)]
    block = 17.0 * len(lines)
    for to_left in (True, False):
        start = here - 6 - widest if to_left else here + 6
        if start < left + 2 or start + widest > right - 2:
            continue
        for y in (top + 4, top + 0.22 * (bottom - top), top + 0.45 * (bottom - top)):
            hits = sum(start - 8 <= px <= start + widest + 8 and y - 8 <= py <= y + block + 8 for px, py in points)
            cost = hits + (0 if y <= top + 5 else 0.1) + (0 if to_left else 0.05)
            if best is None or cost < best[0]:
                best = (cost, start, y, to_left)
    if best is None:
        best = (0.0, left + 6, top + 4, False)
    _, start, y, to_left = best
    if drawn:
        level = y_of(own.values[-1])
        foot = level - 5 if y + block / 2 < level else level + 5
        sheet.line(here, y + 2 if y < level else y + block, here, foot, "gap-d")
    at, anchor = (start + widest, "end") if to_left else (start, "start")
    for k, line in enumerate(lines):
        cls = "t-own halo" if k == 0 else "t halo"
        sheet.text(at, y + 12 + 17 * k, line, cls, "end" if anchor == "end" else "start")


def _years(sheet: Sheet, x_of: Callable[[float], float], first: int, last: int, bottom: float, room: float) -> None:
    fits = max(2, int(room / 64))
    step = next((s for s in (1, 2, 5, 10, 20) if (last - first) / s <= fits), 50)
    marks = [first, *[y for y in range(first + 1, last) if y % step == 0], last]
    kept: list[int] = []
    for year in marks:
        if kept and year != last and x_of(year) - x_of(kept[-1]) < 46:
            continue
        if year == last and len(kept) > 1 and x_of(year) - x_of(kept[-1]) < 46:
            kept.pop()
        kept.append(year)
    for year in dict.fromkeys(kept):
        sheet.line(x_of(year), bottom, x_of(year), bottom + 4, "base")
        sheet.text(x_of(year), bottom + 20, str(year), "t-mut", "middle")
