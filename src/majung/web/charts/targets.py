"""A metric on its way: baseline hollow, readings dots, targets ticks, the straight line between; missing is said."""

from __future__ import annotations

from datetime import date
from html import escape

from django.utils.safestring import SafeString, mark_safe

from majung.taskforce.models import Metric
from majung.web.words import Words

WIDTHS = (("vw", 920), ("vm", 640), ("vs", 350))
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 150, 64, 96, 16, 28


def targets(metric: Metric, day: date, w: Words) -> SafeString:
    """The metric's picture in three widths, with its title; no mark stands where nothing is reported."""
    title = escape(w.of(metric.name) + (" †" if metric.doubtful else ""))
    unit = escape(w.say("chart_unit", unit=w.of(metric.unit)))
    drawn = "".join(_drawn(css, width, metric, day, w) for css, width in WIDTHS)
    source = f'<p class="src">{escape(metric.source)}</p>' if metric.source else ""
    # Every text is escaped where it is set.
    return mark_safe(f'<div class="fig"><h3>{title}</h3><p class="u">{unit}</p>{drawn}{source}</div>')  # noqa: S308


def _open(css: str, width: int, height: int, label: str) -> str:
    return (
        f'<svg class="{css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{label}">'
    )


def _drawn(css: str, width: int, metric: Metric, day: date, w: Words) -> str:
    aims = sorted(((t.by, t.value) for t in metric.targets.all()), key=lambda p: p[0])
    latest: dict[date, tuple[int, float]] = {}
    for reading in metric.readings.all():
        if reading.on <= day and latest.get(reading.on, (0, 0.0))[0] < reading.number:
            latest[reading.on] = (reading.number, reading.value)
    readings = sorted((on, value) for on, (_, value) in latest.items())
    base = (metric.baseline_on, metric.baseline) if metric.baseline is not None and metric.baseline_on else None
    points = [*aims, *readings, *([base] if base else [])]
    label = escape(w.of(metric.name))
    if not points:
        words = escape(w.find("not_reported"))
        line = f'<line class="togo" x1="{LEFT}" x2="{width - RIGHT}" y1="20" y2="20"/>'
        return (
            f'{_open(css, width, 40, label)}{line}<text x="{width - RIGHT + 8}" y="24" class="mut">{words}</text></svg>'
        )
    days = [p[0] for p in points]
    first, last = min(days), max(days)
    top = max(0.0, *(p[1] for p in points)) or 1.0
    span = max(1, (last - first).days)

    def x(on: date) -> float:
        return LEFT + (on - first).days / span * (width - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)

    out = [_open(css, width, HEIGHT, label)]
    for value in (0.0, top):
        kind = "base" if value == 0 else "grid"
        out.append(f'<line class="{kind}" x1="{LEFT}" x2="{width - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{escape(w.amount(value))}</text>')
    for on in sorted({first, last}):
        side = "start" if on == first and first != last else "end"
        out.append(f'<text x="{x(on):.1f}" y="{HEIGHT - 6}" text-anchor="{side}">{on.year}</text>')
    start = base
    for by, value in aims:
        if start:
            out.append(
                f'<line class="togo" x1="{x(start[0]):.1f}" y1="{y(start[1]):.1f}" '
                f'x2="{x(by):.1f}" y2="{y(value):.1f}"/>'
            )
        out.append(
            f'<line class="aim" x1="{x(by) - 7:.1f}" x2="{x(by) + 7:.1f}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        words = escape(f"{w.find('target')} {w.amount(value)}")
        out.append(f'<text x="{x(by) + 11:.1f}" y="{y(value) + 4:.1f}" class="b halo">{words}</text>')
        start = (by, value)
    if base:
        out.append(f'<circle class="open" cx="{x(base[0]):.1f}" cy="{y(base[1]):.1f}" r="5"/>')
    if len(readings) > 1:
        way = " ".join(f"{x(on):.1f},{y(value):.1f}" for on, value in readings)
        out.append(f'<polyline class="ln kr" points="{way}"/>')
    for on, value in readings:
        out.append(f'<circle class="pt kr" cx="{x(on):.1f}" cy="{y(value):.1f}" r="5"/>')
    if readings:
        on, value = readings[-1]
        out.append(
            f'<text x="{x(on):.1f}" y="{y(value) - 10:.1f}" class="k halo" text-anchor="middle">'
            f"{escape(w.amount(value))}</text>"
        )
    else:
        middle = (LEFT + width - RIGHT) / 2
        out.append(
            f'<text x="{middle:.1f}" y="{TOP + 10}" class="mut halo" text-anchor="middle">'
            f"{escape(w.find('chart_none'))}</text>"
        )
    out.append("</svg>")
    return "".join(out)
