"""A metric on its way: baseline hollow, readings dots, targets ticks, the straight way dashed; missing is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from django.utils.safestring import SafeString, mark_safe

from majung.taskforce.rules.words import Text
from majung.web.words import Words

HEIGHT = 132
LEFT, RIGHT, TOP, BOTTOM = 10, 14, 26, 24
Point = tuple[date, float]


@dataclass(frozen=True)
class Course:
    """What a metric was, is and shall be. baseline: None where it, or its day, is not reported. targets and readings in
    order of their days; of several readings for a day the last one reported."""

    name: Text
    unit: Text
    baseline: Point | None
    targets: tuple[Point, ...]
    readings: tuple[Point, ...]


def target_chart(course: Course, w: Words, width: int = 288) -> SafeString:
    """The picture, with the whole of it in words; no mark stands where nothing is reported. width in pixels."""
    aims, readings, base = course.targets, course.readings, course.baseline
    points = [*aims, *readings, *([base] if base else [])]
    label = escape(f"{w.of(course.name)}: {_in_words(course, w)}")
    head = f'<svg width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{label}">'
    if not points:
        word = escape(w.find("not_reported"))
        none = f'<line class="togo" x1="{LEFT}" x2="{width - 60}" y1="66" y2="66"/>'
        return mark_safe(f'{head}{none}<text x="{width - 52}" y="70" class="mut">{word}</text></svg>')  # noqa: S308
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    low, high = min(0.0, *(p[1] for p in points)), max(0.0, *(p[1] for p in points))
    high = high if high > low else low + 1.0
    days = (last - first).days

    def x(on: date) -> float:
        if not days:
            return float(width - RIGHT)
        return LEFT + 6 + (on - first).days / days * (width - LEFT - RIGHT - 6)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    out = [head, f'<line class="base" x1="{LEFT}" x2="{width - RIGHT + 8}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>']
    if first.year != last.year:
        out.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">{first.year}</text>')
    out.append(f'<text x="{width - RIGHT + 8}" y="{HEIGHT - 6}" text-anchor="end">{last.year}</text>')
    start = base or (readings[0] if readings else None)
    for by, value in aims:
        if start and start[0] < by:
            ends = f'x1="{x(start[0]):.1f}" y1="{y(start[1]):.1f}" x2="{x(by):.1f}" y2="{y(value):.1f}"'
            out.append(f'<line class="togo" {ends}/>')
        out.append(
            f'<line class="aim" x1="{x(by) - 9:.1f}" x2="{x(by) + 9:.1f}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        start = (by, value)
    if len(readings) > 1:
        way = " ".join(f"{x(on):.1f},{y(value):.1f}" for on, value in readings)
        out.append(f'<polyline class="ln kr" points="{way}"/>')
    if base:
        out.append(f'<circle class="open" cx="{x(base[0]):.1f}" cy="{y(base[1]):.1f}" r="5"/>')
        out.append(_label(width, x(base[0]), y(base[1]), w.amount(base[1]), ""))
    out += [f'<circle class="pt kr" cx="{x(on):.1f}" cy="{y(value):.1f}" r="5"/>' for on, value in readings]
    if aims:
        said = w.say("target_label", value=w.amount(aims[-1][1]))
        out.append(_label(width, x(aims[-1][0]), y(aims[-1][1]), said, "b"))
    if readings:
        near = bool(aims) and abs(x(aims[-1][0]) - x(readings[-1][0])) < 90
        near = near and abs(y(aims[-1][1]) - y(readings[-1][1])) < 20
        below = 30 if near else 0
        out.append(_label(width, x(readings[-1][0]), y(readings[-1][1]) + below, w.amount(readings[-1][1]), "k"))
    else:
        middle = (TOP + HEIGHT - BOTTOM) / 2
        words = escape(w.find("no_reading"))
        out.append(f'<text x="{width / 2}" y="{middle:.0f}" text-anchor="middle" class="mut halo">{words}</text>')
    out.append("</svg>")
    return mark_safe("".join(out))  # noqa: S308  (every text is escaped where it is set)


def _label(width: int, x: float, y: float, text: str, kind: str) -> str:
    side = "start" if x < width * 0.3 else "end" if x > width * 0.7 else "middle"
    at = x - 6 if side == "start" else x + 8 if side == "end" else x
    return f'<text x="{at:.1f}" y="{y - 10:.1f}" text-anchor="{side}" class="{kind} halo">{escape(text)}</text>'


def _in_words(course: Course, w: Words) -> str:
    unit, aims, readings = w.of(course.unit), course.targets, course.readings
    reading = f"{w.amount(readings[-1][1])} {unit} ({readings[-1][0].year})" if readings else w.find("no_reading")
    if not aims:
        return reading
    return f"{reading}; {w.say('target_label', value=w.amount(aims[-1][1]))} {unit} ({aims[-1][0].year})"
