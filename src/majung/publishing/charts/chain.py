"""The chain of a number as a small graph: what it rests on at the left, the number, what rests on it at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, fold, shorten
from majung.publishing.charts.palette import Theme

_LINE, _GAP, _HEAD = 18, 14, 30


@dataclass(frozen=True)
class Link:
    """A node: what it is, and a quiet second line (a value, a place in a file)."""

    name: str
    note: str = ""
    figure: str = ""


def chain(
    columns: Sequence[tuple[str, Sequence[Link]]],
    *,
    here: int,
    width: float = 920,
    label: str = "",
    dense: bool = False,  # noqa: ARG001  the same for page and paper
    theme: Theme = "light",
) -> str:
    """Columns of nodes from the sources to what was published; `here` is the column of the number itself.

    A thin line joins each node to those of the next column; a narrow picture stacks the columns, last first.
    """
    shown = [(head, nodes) for head, nodes in columns if nodes]
    this = shown.index(columns[here])
    if width < 560:
        return _stacked(shown, this, width, label, theme)
    gutter = 44.0
    room = (width - gutter * (len(shown) - 1)) / max(len(shown), 1)
    texts = [[fold(node.name, room - 4, k == this, 2) for node in nodes] for k, (_, nodes) in enumerate(shown)]
    heights = [
        [
            len(lines) * _LINE + (_LINE if node.note or node.figure else 0)
            for lines, node in zip(column, nodes, strict=True)
        ]
        for column, (_, nodes) in zip(texts, shown, strict=True)
    ]
    totals = [sum(column) + _GAP * (len(column) - 1) for column in heights]
    height = _HEAD + max(totals, default=0) + 6
    sheet = Sheet(width, height, label, theme)
    middles: list[list[float]] = []
    for k, (head, nodes) in enumerate(shown):
        x = k * (room + gutter)
        sheet.text(x, 13, head, "t-mut")
        sheet.line(x, 21, x + room, 21, "base" if k == this else "hair")
        y = _HEAD + (max(totals) - totals[k]) / 2
        found = []
        for lines, node, tall in zip(texts[k], nodes, heights[k], strict=True):
            for i, line in enumerate(lines):
                sheet.text(x, y + 13 + i * _LINE, line, "t-b" if k == this else "t-ink")
            note = "  ".join(part for part in (node.note, node.figure) if part)
            if note:
                sheet.text(x, y + 13 + len(lines) * _LINE, shorten(note, room - 4), "t-own" if k == this else "t-mut")
            found.append(y + tall / 2)
            y += tall + _GAP
        middles.append(found)
    for k in range(len(shown) - 1):
        start, end = k * (room + gutter) + room + 4, (k + 1) * (room + gutter) - 8
        left, right = middles[k], middles[k + 1]
        spine = start + (end - start) / 2
        for y in left:
            sheet.line(start, y, spine, y, "other")
        for y in right:
            sheet.line(spine, y, end, y, "other")
        sheet.line(spine, min(left + right), spine, max(left + right), "other")
    return sheet.svg()


def _stacked(shown: Sequence[tuple[str, Sequence[Link]]], this: int, width: float, label: str, theme: Theme) -> str:
    order = list(reversed(list(enumerate(shown))))
    rows = sum(len(nodes) for _, (_, nodes) in order)
    sheet = Sheet(width, len(order) * 34 + rows * 2 * _LINE + 8 * rows, label, theme)
    y = 0.0
    for k, (head, nodes) in order:
        sheet.text(0, y + 14, head, "t-mut")
        sheet.line(0, y + 22, width, y + 22, "base" if k == this else "hair")
        y += 30
        for node in nodes:
            sheet.text(12, y + 13, shorten(node.name, width - 14, k == this), "t-b" if k == this else "t-ink")
            note = "  ".join(part for part in (node.note, node.figure) if part)
            sheet.text(12, y + 13 + _LINE, shorten(note, width - 14), "t-own" if k == this else "t-mut")
            sheet.line(4, y + 2, 4, y + 2 * _LINE, "own" if k == this else "other")
            y += 2 * _LINE + 8
        y += 4
    return sheet.svg()
