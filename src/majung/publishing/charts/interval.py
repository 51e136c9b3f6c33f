"""Interval plot: unlike units on one axis, as points on each indicator's fixed scale or as multiples of a reference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, fold, shorten, text_width
from majung.publishing.charts.palette import HUES, Theme

_FRACTIONS = {0.125: "⅛", 0.25: "¼", 0.5: "½"}
_TALL, _FLAT, _HEAD, _GROUP = 44, 18, 22, 32


@dataclass(frozen=True)
class IntervalRow:
    """One indicator. `value`, `low` and `high` are places on the axis; None: not measured, or no interval.

    `text` is the printed value in the indicator's own unit, `span` its interval, `note` what it observes, `unit` the
    unit and the ends of its scale, `figure` the short figure id. `seen`: how near the observation is: 2 the industry
    itself, 1 its parent sector, 0 another country, None unknown (a filled, half and hollow mark).
    """

    label: str
    note: str
    unit: str
    text: str
    span: str
    figure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    seen: int | None = None


@dataclass(frozen=True)
class IntervalGroup:
    """A criterion with its indicators; `hue` counts from 0."""

    name: str
    hue: int
    rows: Sequence[IntervalRow]


def interval(
    groups: Sequence[IntervalGroup],
    *,
    width: float = 920,
    missing: str = "not measured",
    label: str = "",
    dense: bool = False,
    reach: float | None = None,
    legend: Sequence[tuple[int, str]] = (),
    theme: Theme = "light",
) -> str:
    """Indicators by criterion on one axis.

    Without `reach` the axis runs over each indicator's own fixed scale, 0 to 100 points, the heavy line at 50. With
    `reach` it is logarithmic, multiples from 1/`reach` to `reach` of a reference, the heavy line at 1. A value beyond
    the axis is an arrowhead at its end (the printed value stands beside it). A row without a value is a dotted line
    and the word `missing`, never a mark at zero. `dense` sets one line a row, for a printed page; `legend` names the
    marks of `seen` there.
    """
    axis = _Scale() if reach is None else _Multiples(reach)
    if width < 560:
        return _narrow(groups, width, missing, label, axis, theme)
    row_height = _FLAT if dense else _TALL
    group_height = 0 if dense else _GROUP
    rows = sum(len(group.rows) for group in groups)
    height = _HEAD + rows * row_height + len(groups) * (group_height or 4) + 2
    sheet = Sheet(width, height, label, theme)
    id_room = 70.0
    spans = max((text_width(row.span) for group in groups for row in group.rows), default=0.0)
    values = max((text_width(row.text, True) for group in groups for row in group.rows), default=0.0)
    value_room = max(spans + values + 16, text_width(missing)) if dense else max(spans, values, text_width(missing))
    if dense:
        longest = max((text_width(word, True) for group in groups for word in group.name.split(" ")), default=0.0)
        group_room = max(longest, 96.0) + 30
        label_room = max((text_width(row.label) for group in groups for row in group.rows), default=0.0) + 24
        label_room = min(label_room, width * 0.42)
    else:
        longest = max((text_width(row.label) for group in groups for row in group.rows), default=0.0)
        group_room, label_room = 0.0, max(min(330.0, width * 0.36), min(longest + 2, width * 0.46))
    left = group_room + label_room + 14
    right = width - id_room - value_room - 12
    axis.place(left, right)
    axis.numbers(sheet, _HEAD - 9)
    at = 0.0
    for seen, words in legend if dense else ():
        _seen(sheet, at + 5, _HEAD - 13, seen)
        sheet.text(at + 14, _HEAD - 9, words, "t-mut")
        at += 14 + sheet.width_of(words) + 16
    sheet.line(0, _HEAD, width, _HEAD, "base")
    y = float(_HEAD)
    for group in groups:
        hue = f"c{group.hue % HUES + 1}"
        if dense:
            y += 2
            sheet.rect(0, y + 5, 10, 10, f"{hue}-f")
            for k, line in enumerate(fold(group.name, group_room - 22, bold=True, lines=max(1, len(group.rows) - 1))):
                sheet.text(16, y + 13.5 + 16 * k, line, "t-b")
        else:
            sheet.rect(0, y + 13, 12, 12, f"{hue}-f")
            sheet.text(20, y + 24, group.name, "t-b")
            y += _GROUP
            sheet.line(0, y, width, y, "hair")
        top = y
        for row in group.rows:
            middle = y + row_height / 2
            axis.lines(sheet, y, y + row_height)
            axis.mark(sheet, row, middle, hue, 4 if dense else 6)
            if dense:
                _seen(sheet, group_room + 5, middle, row.seen)
                sheet.text(group_room + 16, middle + 4.5, shorten(row.label, label_room - 18), "t-ink")
            else:
                sheet.text(0, middle - 4, shorten(row.label, label_room), "t-ink")
                sheet.text(0, middle + 14, _note(row, label_room), "t-mut")
            at = right + 12 + value_room - (spans + 14 if dense else 0)
            if row.value is None:
                sheet.text(right + 12 + value_room, middle + 4.5, missing, "t-nr", "end")
            elif dense:
                sheet.text(at, middle + 4.5, row.text, "t-b", "end")
                sheet.text(right + 12 + value_room, middle + 4.5, row.span, "t-mut", "end")
            else:
                sheet.text(at, middle - 4, row.text, "t-b", "end")
                sheet.text(at, middle + 14, row.span, "t-mut", "end")
            sheet.text(width, middle + 4.5, row.figure, "t-mut", "end")
            y += row_height
            if not dense:
                sheet.line(0, y, width, y, "hair")
        if dense:
            y = max(y, top + 30 if len(group.rows) == 1 and " " in group.name else y) + 2
            sheet.line(0, y, width, y, "hair")
    return sheet.svg()


def _note(row: IntervalRow, room: float) -> str:
    """What the row observes and its unit, or as much of that as fits whole."""
    both = " · ".join(part for part in (row.note, row.unit) if part)
    fitting = [words for words in (both, row.note) if words and text_width(words) <= room]
    return fitting[0] if fitting else shorten(row.note or row.unit, room)


def _narrow(groups: Sequence[IntervalGroup], width: float, missing: str, label: str, axis: _Axis, theme: Theme) -> str:
    row_height, head, foot = 84, 34, 26
    rows = sum(len(group.rows) for group in groups)
    height = rows * row_height + len(groups) * (head + foot)
    sheet = Sheet(width, height, label, theme)
    axis.place(10, width - 10)
    y = 0.0
    for group in groups:
        hue = f"c{group.hue % HUES + 1}"
        sheet.rect(0, y + 14, 12, 12, f"{hue}-f")
        sheet.text(20, y + 25, group.name, "t-b")
        y += head
        sheet.line(0, y, width, y, "base")
        for row in group.rows:
            value = missing if row.value is None else row.text
            room = width - sheet.width_of(value, "t-b") - 16
            sheet.text(0, y + 20, shorten(row.label, room), "t-ink")
            sheet.text(width, y + 20, value, "t-nr" if row.value is None else "t-b", "end")
            tail = f"{row.span}  {row.figure}".strip() if row.value is not None else row.figure
            sheet.text(0, y + 38, _note(row, width - sheet.width_of(tail) - 16), "t-mut")
            sheet.text(width, y + 38, tail, "t-mut", "end")
            axis.lines(sheet, y + 48, y + 78)
            axis.mark(sheet, row, y + 63, hue, 6)
            y += row_height
            sheet.line(0, y, width, y, "hair")
        axis.numbers(sheet, y + 17)
        y += foot
    return sheet.svg()


def _seen(sheet: Sheet, x: float, y: float, seen: int | None) -> None:
    """How near the observation is: filled, half filled, hollow."""
    if seen is None:
        return
    if seen == 2:
        sheet.dot(x, y, 3.5, "near")
    else:
        sheet.dot(x, y, 3.5, "far")
        if seen == 1:
            arc = [
                (x + 3.5 * math.cos(t), y - 3.5 * math.sin(t)) for t in (math.pi * (0.5 + k / 12) for k in range(13))
            ]
            sheet.shape(arc, "near")


class _Axis:
    """An axis between two edges with a heavy line in its middle."""

    left = right = 0.0

    def place(self, left: float, right: float) -> None:
        self.left, self.right = left, right

    def share(self, value: float) -> float:
        """Place of a value between the edges, 0..1, beyond them outside."""
        raise NotImplementedError

    def ticks(self) -> list[tuple[float, str, bool]]:
        """(value, printed, whether it is the heavy line)."""
        raise NotImplementedError

    def at(self, value: float) -> float:
        return self.left + min(max(self.share(value), 0.0), 1.0) * (self.right - self.left)

    def numbers(self, sheet: Sheet, y: float) -> None:
        for value, name, heavy in self.ticks():
            sheet.text(self.at(value), y, name, "t-b" if heavy else "t-mut", "middle")

    def lines(self, sheet: Sheet, top: float, bottom: float) -> None:
        for value, _, heavy in self.ticks():
            sheet.line(self.at(value), top, self.at(value), bottom, "heavy" if heavy else "grid")

    def mark(self, sheet: Sheet, row: IntervalRow, y: float, hue: str, radius: float) -> None:
        if row.value is None:
            sheet.line(self.left, y, self.right, y, "none")
            return
        if row.low is not None and row.high is not None:
            sheet.interval(self.at(row.low), self.at(row.high), y, hue, radius)
        share = self.share(row.value)
        if -1e-9 <= share <= 1 + 1e-9:
            sheet.dot(self.at(row.value), y, radius, f"{hue}-f")
        else:
            edge, way = (self.right, 1) if share > 1 else (self.left, -1)
            tip = edge + way * radius
            sheet.shape([(tip, y), (tip - way * 10, y - 6), (tip - way * 10, y + 6)], f"{hue}-f")


class _Scale(_Axis):
    """Points on a fixed scale: 0 to 100."""

    def share(self, value: float) -> float:
        return value / 100

    def ticks(self) -> list[tuple[float, str, bool]]:
        return [(value, f"{value:g}", value == 50) for value in (0, 25, 50, 75, 100)]


class _Multiples(_Axis):
    """Multiples of a reference on a logarithmic axis, symmetric about 1."""

    def __init__(self, reach: float) -> None:
        self.reach = reach

    def share(self, value: float) -> float:
        return (math.log(max(value, 1e-9)) / math.log(self.reach) + 1) / 2

    def ticks(self) -> list[tuple[float, str, bool]]:
        steps = int(math.log2(self.reach))
        return [
            (2.0**k, _FRACTIONS.get(2.0**k, f"{2.0**k:g}" if k >= 0 else f"1/{2.0**-k:g}"), k == 0)
            for k in range(-steps, steps + 1)
        ]
