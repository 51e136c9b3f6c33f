"""A month on a line: meetings held, planned and on record only, the window, weekends and holidays, today."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

WIDTHS = (("vw vp", 920), ("vm", 640), ("vs", 350))
NAMED = 24
"""Meetings up to which each stands with its name; where there are more, those of a day stand as one number."""
ROW = 22
TOP = 84


@dataclass(frozen=True)
class Mark:
    """A meeting on its day. kind: `held`, `planned` or `record` (of which only the day is known)."""

    day: date
    name: str
    kind: str


def month(
    year: int,
    number: int,
    marks: Sequence[Mark],
    *,
    label: str,
    free: frozenset[date] = frozenset(),
    window: tuple[int, int] | None = None,
    window_name: str = "",
    today: date | None = None,
    today_name: str = "",
) -> str:
    """The month in three widths. free: holidays beside weekends. window: first and last day of the meeting window."""
    if len(marks) > NAMED:
        marks = _gathered(marks)
    return "".join(
        _drawn(css, width, year, number, marks, label, free, window, window_name, today, today_name)
        for css, width in WIDTHS
    )


def _drawn(
    css: str,
    width: int,
    year: int,
    number: int,
    marks: Sequence[Mark],
    label: str,
    free: frozenset[date],
    window: tuple[int, int] | None,
    window_name: str,
    today: date | None,
    today_name: str,
) -> str:
    days = monthrange(year, number)[1]
    step = width / days
    placed = _placed(marks, step, width)
    rows = 1 + max((row for _, row, _ in placed), default=0)
    height = TOP + rows * ROW + 4
    size = f'class="{css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    out = [f'<svg {size} role="img" aria-label="{escape(label)}">']
    every = 1 if step >= 20 else 2 if step >= 14 else 5
    for day in range(1, days + 1):
        here = date(year, number, day)
        x = (day - 0.5) * step
        off = here.weekday() > 4 or here in free
        if off:
            out.append(f'<rect class="late" x="{x - step / 2:.1f}" y="28" width="{step:.1f}" height="{height - 28}"/>')
        if (day - 1) % every == 0 or here == today:
            kind = "k" if here == today else "mut" if off else ""
            out.append(f'<text x="{x:.1f}" y="18" text-anchor="middle" class="{kind}">{day}</text>')
    out.append(f'<line x1="0" y1="28" x2="{width}" y2="28" class="base"/>')
    if window:
        first, last = (window[0] - 1) * step, min(window[1], days) * step
        out.append(f'<rect class="win" x="{first:.1f}" y="38" width="{last - first:.1f}" height="5"/>')
        out.append(f'<text x="{first:.1f}" y="60" class="b halo">{escape(window_name)}</text>')
    if today and (today.year, today.month) == (year, number):
        x = (today.day - 0.5) * step
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="24" y2="{height}" class="now"/>')
        side = f'x="{x - 6:.1f}" text-anchor="end"' if x > width - 60 else f'x="{x + 6:.1f}"'
        out.append(f'<text {side} y="{height - 4}" class="k halo">{escape(today_name)}</text>')
    for mark, row, left in placed:
        x, y = (mark.day.day - 0.5) * step, TOP + row * ROW
        if mark.kind == "record":
            turned = f'transform="rotate(45 {x:.1f} {y})"'
            out.append(f'<rect class="ink" x="{x - 5:.1f}" y="{y - 5}" width="10" height="10" {turned}/>')
        else:
            out.append(f'<circle class="{"ink" if mark.kind == "held" else "ring"}" cx="{x:.1f}" cy="{y}" r="5"/>')
        side = f'x="{x - 10:.1f}" text-anchor="end"' if left else f'x="{x + 10:.1f}"'
        weight = " b" if mark.kind == "record" else ""
        out.append(f'<text {side} y="{y + 4.5}" class="halo{weight}">{escape(mark.name)}</text>')
    out.append("</svg>")
    return "".join(out)


def _gathered(marks: Sequence[Mark]) -> list[Mark]:
    """One mark for all of a day and kind, with their number."""
    counted = Counter((mark.day, mark.kind) for mark in marks)
    return [Mark(day, str(number), kind) for (day, kind), number in counted.items()]


def _length(name: str) -> float:
    """Pixels that a name takes in the charts' 13 px."""
    return sum(13.2 if ord(c) > 0x1100 else 7.2 for c in name)


def _fitting(mark: Mark, room: float) -> Mark:
    """The mark with as much of its name as fits into the room on its wider side."""
    name = mark.name
    while len(name) > 1 and _length(name) > room - 13.2:
        name = name[:-1]
    return mark if len(name) == len(mark.name) else replace(mark, name=name.rstrip() + "…")


def _placed(marks: Sequence[Mark], step: float, width: int) -> list[tuple[Mark, int, bool]]:
    """Each mark in the first row where its words meet nobody's: (mark, row, words at its left)."""
    rows: list[list[tuple[float, float]]] = []
    out = []
    for whole in sorted(marks, key=lambda m: (m.day, m.name)):
        x = (whole.day.day - 0.5) * step
        mark = _fitting(whole, max(x, width - x) - 10)
        words = 10 + _length(mark.name)
        left = x + words > width
        span = (x - words - 8, x + 8) if left else (x - 8, x + words + 8)
        row = next((n for n, taken in enumerate(rows) if all(span[1] < a or span[0] > b for a, b in taken)), len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append(span)
        out.append((mark, row, left))
    return out
