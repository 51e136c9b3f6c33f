"""Interval plot: unlike units on one axis, as multiples of a stated reference (1, the heavy line)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, fold, shorten, text_width
from majung.publishing.charts.palette import HUES, Theme

_FRACTIONS = {0.125: "⅛", 0.25: "¼", 0.5: "½"}
_TALL, _FLAT, _HEAD, _GROUP = 44, 20, 22, 32


@dataclass(frozen=True)
class IntervalRow:
    """One indicator. `value`, `low` and `high` are multiples of the reference; None: not measured, or no interval.

    `text` is the printed value in the indicator's own unit, `span` its interval, `note` what it observes, `unit` what
    1 stands for, `figure` the short figure id.
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
    reach: float = 8.0,
    theme: Theme = "light",
) -> str:
    """Indicators by criterion on a logarithmic axis from 1/`reach` to `reach` around the reference 1.

    A value beyond the axis is an arrowhead at its end (the printed value stands beside it). A row without a value is a
    dotted line and the word `missing`, never a mark at zero. `dense` sets one line a row, for a printed page.
    """
    if width < 560:
        return _narrow(groups, width, missing, label, reach, theme)
    row_height = _FLAT if dense else _TALL
    group_height = 0 if dense else _GROUP
    rows = sum(len(group.rows) for group in groups)
    height = _HEAD + rows * row_height + len(groups) * (group_height or 6) + 2
    sheet = Sheet(width, height, label, theme)
    id_room, value_room = 58.0, (132.0 if dense else 108.0)
    if dense:
        longest = max((text_width(word, True) for group in groups for word in group.name.split(" ")), default=0.0)
        group_room, label_room = longest + 30, width * 0.31
    else:
        group_room, label_room = 0.0, min(330.0, width * 0.36)
    left = group_room + label_room + 14
    right = width - id_room - value_room - 12
    axis = _Axis(left, right, reach)
    axis.numbers(sheet, _HEAD - 9)
    sheet.line(0, _HEAD, width, _HEAD, "base")
    y = float(_HEAD)
    for group in groups:
        hue = f"c{group.hue % HUES + 1}"
        if dense:
            y += 3
            sheet.rect(0, y + 6, 10, 10, f"{hue}-f")
            for k, line in enumerate(fold(group.name, group_room - 18, bold=True)):
                sheet.text(16, y + 15.5 + 16 * k, line, "t-b")
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
                room = label_room - 6
                sheet.text(group_room, middle + 4.5, shorten(row.label, room), "t-ink")
                spare = room - sheet.width_of(row.label) - 8
                note = next((n for n in (_both(row), row.note) if sheet.width_of(n) <= spare), "")
                sheet.text(group_room + sheet.width_of(row.label) + 8, middle + 4.5, note, "t-mut")
            else:
                sheet.text(0, middle - 4, shorten(row.label, label_room), "t-ink")
                sheet.text(0, middle + 14, shorten(_both(row), label_room), "t-mut")
            at = right + 12 + value_room - (84 if dense else 0)
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
            y = max(y, top + 30 if len(group.rows) == 1 and " " in group.name else y) + 3
            sheet.line(0, y, width, y, "hair")
    return sheet.svg()


def _both(row: IntervalRow) -> str:
    return " · ".join(part for part in (row.note, row.unit) if part)


def _narrow(groups: Sequence[IntervalGroup], width: float, missing: str, label: str, reach: float, theme: Theme) -> str:
    row_height, head, foot = 84, 34, 26
    rows = sum(len(group.rows) for group in groups)
    height = rows * row_height + len(groups) * (head + foot)
    sheet = Sheet(width, height, label, theme)
    axis = _Axis(10, width - 10, reach)
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
            sheet.text(0, y + 38, shorten(_both(row), width - sheet.width_of(tail) - 16), "t-mut")
            sheet.text(width, y + 38, tail, "t-mut", "end")
            axis.lines(sheet, y + 48, y + 78)
            axis.mark(sheet, row, y + 63, hue, 6)
            y += row_height
            sheet.line(0, y, width, y, "hair")
        axis.numbers(sheet, y + 17)
        y += foot
    return sheet.svg()


class _Axis:
    """A logarithmic axis between two edges, symmetric about 1."""

    def __init__(self, left: float, right: float, reach: float) -> None:
        self.left, self.right, self.reach = left, right, reach
        steps = int(math.log2(reach))
        self.ticks = [2.0**k for k in range(-steps, steps + 1)]

    def at(self, value: float) -> float:
        share = (math.log(min(max(value, 1 / self.reach), self.reach)) / math.log(self.reach) + 1) / 2
        return self.left + share * (self.right - self.left)

    def numbers(self, sheet: Sheet, y: float) -> None:
        for tick in self.ticks:
            name = _FRACTIONS.get(tick, f"{tick:g}" if tick >= 1 else f"1/{1 / tick:g}")
            sheet.text(self.at(tick), y, name, "t-b" if tick == 1 else "t-mut", "middle")

    def lines(self, sheet: Sheet, top: float, bottom: float) -> None:
        for tick in self.ticks:
            if tick != 1:
                sheet.line(self.at(tick), top, self.at(tick), bottom, "grid")
        sheet.line(self.at(1), top, self.at(1), bottom, "heavy")

    def mark(self, sheet: Sheet, row: IntervalRow, y: float, hue: str, radius: float) -> None:
        if row.value is None:
            sheet.line(self.left, y, self.right, y, "none")
            return
        if row.low is not None and row.high is not None and row.high > 0:
            sheet.interval(self.at(max(row.low, 1e-9)), self.at(row.high), y, hue, radius)
        if 1 / self.reach <= row.value <= self.reach:
            sheet.dot(self.at(row.value), y, radius, f"{hue}-f")
        else:
            edge, way = (self.right, 1) if row.value > self.reach else (self.left, -1)
            tip = edge + way * radius
            sheet.shape([(tip, y), (tip - way * 10, y - 6), (tip - way * 10, y + 6)], f"{hue}-f")
