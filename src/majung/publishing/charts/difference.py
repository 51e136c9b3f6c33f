"""What separates two: the difference on each criterion as a bar to the side of whom it favours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, shorten
from majung.publishing.charts.palette import HUES, Theme


@dataclass(frozen=True)
class Side:
    """One criterion: name, hue from 0, points by which the second is ahead (negative: the first)."""

    name: str
    hue: int
    points: float
    text: str


def difference(
    sides: Sequence[Side],
    *,
    first: str,
    second: str,
    total: Side,
    width: float = 920,
    label: str = "",
    dense: bool = False,
    theme: Theme = "light",
) -> str:
    """Bars to the left favour `first`, to the right `second`; the last row is the sum."""
    step = 28 if dense else 38
    name_room = 0.0 if width < 560 else 200.0
    step = step if name_room else 56
    sheet = Sheet(width, 34 + step * (len(sides) + 1) + 6, label, theme)
    left, right = name_room + 60, width - 60
    middle = (left + right) / 2
    most = max(max((abs(s.points) for s in sides), default=1.0), abs(total.points), 1e-9)
    half = (right - left) / 2
    sheet.text(middle - 12, 14, shorten(f"← {first}", half), "t-b", "end")
    sheet.text(middle + 12, 14, shorten(f"{second} →", half), "t-b")
    for k, side in enumerate([*sides, total]):
        last = k == len(sides)
        y = 34 + k * step
        centre = y + (step / 2 if name_room else step - 18)
        if last:
            sheet.line(0, y, width, y, "base")
        sheet.text(0, centre + 4.5 if name_room else y + 16, side.name, "t-b" if last else "t-ink")
        length = abs(side.points) / most * (half - 4)
        start = middle - length if side.points < 0 else middle
        sheet.rect(start, centre - 8, max(length, 1), 16, "ink-f" if last else f"c{side.hue % HUES + 1}-f")
        if side.points < 0:
            sheet.text(start - 8, centre + 4.5, side.text, "t-b" if last else "t-ink", "end")
        else:
            sheet.text(start + length + 8, centre + 4.5, side.text, "t-b" if last else "t-ink")
    sheet.line(middle, 24, middle, 34 + step * (len(sides) + 1), "heavy")
    return sheet.svg()
