"""Two pictures of the public site, drawn from documents: a metric against its targets, and the map of opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from majung.web.words import Words

WIDTH, HEIGHT = 288, 132
LEFT, RIGHT, TOP, BOTTOM = 10, 14, 26, 24
MAPS = (("vw", 640, 320), ("vm", 560, 300), ("vs", 350, 260))


def last_readings(metric: Mapping[str, Any]) -> list[tuple[date, float]]:
    """The readings that count, in order of their day: of several for a day the last one reported."""
    latest: dict[str, tuple[int, float]] = {}
    for reading in metric["readings"]:
        if reading["value"] is not None and latest.get(reading["on"], (-1, 0.0))[0] <= reading["number"]:
            latest[reading["on"]] = (reading["number"], float(reading["value"]))
    return sorted((date.fromisoformat(on), value) for on, (_, value) in latest.items())


def target_chart(metric: Mapping[str, Any], w: Words) -> SafeString:
    """Baseline hollow, readings dots, targets ticks, dashed the straight way between; what is missing is said."""
    aims = sorted((date.fromisoformat(t["by"]), float(t["value"])) for t in metric["targets"] if t["value"] is not None)
    readings = last_readings(metric)
    base = None
    if metric["baseline"] is not None and metric["baseline_on"]:
        base = (date.fromisoformat(metric["baseline_on"]), float(metric["baseline"]))
    points = [*aims, *readings, *([base] if base else [])]
    label = escape(f"{w.of(metric['name'])}: {_in_words(metric, aims, readings, w)}")
    head = f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    if not points:
        word = escape(w.find("not_reported"))
        none = f'<line class="togo" x1="{LEFT}" x2="{WIDTH - 60}" y1="66" y2="66"/>'
        return mark_safe(f'{head}{none}<text x="{WIDTH - 52}" y="70" class="mut">{word}</text></svg>')  # noqa: S308
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    low, high = min(0.0, *(p[1] for p in points)), max(0.0, *(p[1] for p in points))
    high = high if high > low else low + 1.0
    days = (last - first).days

    def x(on: date) -> float:
        if not days:
            return float(WIDTH - RIGHT)
        return LEFT + 6 + (on - first).days / days * (WIDTH - LEFT - RIGHT - 6)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    out = [head, f'<line class="base" x1="{LEFT}" x2="{WIDTH - RIGHT + 8}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>']
    if first.year != last.year:
        out.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">{first.year}</text>')
    out.append(f'<text x="{WIDTH - RIGHT + 8}" y="{HEIGHT - 6}" text-anchor="end">{last.year}</text>')
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
        out.append(_label(x(base[0]), y(base[1]), w.amount(base[1]), ""))
    out += [f'<circle class="pt kr" cx="{x(on):.1f}" cy="{y(value):.1f}" r="5"/>' for on, value in readings]
    if aims:
        said = w.say("target_label", value=w.amount(aims[-1][1]))
        out.append(_label(x(aims[-1][0]), y(aims[-1][1]), said, "b"))
    if readings:
        near = bool(aims) and abs(x(aims[-1][0]) - x(readings[-1][0])) < 90
        near = near and abs(y(aims[-1][1]) - y(readings[-1][1])) < 20
        below = 30 if near else 0
        out.append(_label(x(readings[-1][0]), y(readings[-1][1]) + below, w.amount(readings[-1][1]), "k"))
    else:
        middle = (TOP + HEIGHT - BOTTOM) / 2
        words = escape(w.find("no_reading"))
        out.append(f'<text x="{WIDTH / 2}" y="{middle:.0f}" text-anchor="middle" class="mut halo">{words}</text>')
    out.append("</svg>")
    return mark_safe("".join(out))  # noqa: S308  (every text is escaped where it is set)


def _label(x: float, y: float, text: str, kind: str) -> str:
    side = "start" if x < WIDTH * 0.3 else "end" if x > WIDTH * 0.7 else "middle"
    at = x - 6 if side == "start" else x + 8 if side == "end" else x
    return f'<text x="{at:.1f}" y="{y - 10:.1f}" text-anchor="{side}" class="{kind} halo">{escape(text)}</text>'


def _in_words(
    metric: Mapping[str, Any], aims: Sequence[tuple[date, float]], readings: Sequence[tuple[date, float]], w: Words
) -> str:
    unit = w.of(metric["unit"])
    reading = f"{w.amount(readings[-1][1])} {unit} ({readings[-1][0].year})" if readings else w.find("no_reading")
    if not aims:
        return reading
    return f"{reading}; {w.say('target_label', value=w.amount(aims[-1][1]))} {unit} ({aims[-1][0].year})"


def opinion_map(points: Sequence[Sequence[float]], groups: int, w: Words) -> SafeString:
    """A mark a person, a shape and shade a group, the group's letter in its middle; three widths."""
    drawn = "".join(_map(css, width, height, points, groups, w) for css, width, height in MAPS)
    return mark_safe(drawn)  # noqa: S308  (words are escaped, the rest are numbers)


def _map(css: str, width: int, height: int, points: Sequence[Sequence[float]], groups: int, w: Words) -> str:
    xs, ys, pad = [p[0] for p in points], [p[1] for p in points], 24
    scale = min(
        (width - 2 * pad) / ((max(xs) - min(xs)) or 1.0),
        (height - 2 * pad) / ((max(ys) - min(ys)) or 1.0),
    )
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def place(x: float, y: float) -> tuple[float, float]:
        return width / 2 + (x - middle[0]) * scale, height / 2 - (y - middle[1]) * scale

    label = escape(w.say("map_alt", n=len(points), groups=groups))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    out = [f'<svg class="{css}" {size} role="img" aria-label="{label}">']
    out += [_person(*place(x, y), int(group)) for x, y, group in points]
    for group in range(groups):
        own = [place(x, y) for x, y, g in points if int(g) == group]
        if own:
            px, py = sum(p[0] for p in own) / len(own), sum(p[1] for p in own) / len(own)
            out.append(
                f'<text x="{px:.1f}" y="{py + 5:.1f}" text-anchor="middle" class="b halo">{chr(65 + group)}</text>'
            )
    out.append("</svg>")
    return "".join(out)


def _person(x: float, y: float, group: int) -> str:
    css = f"o{group % 7}"
    if group % 3 == 0:
        return f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    if group % 3 == 1:
        return f'<rect class="{css}" x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"/>'
    return f'<path class="{css}" d="M{x:.1f} {y - 4.6:.1f}l4.6 8.4h-9.2Z"/>'
