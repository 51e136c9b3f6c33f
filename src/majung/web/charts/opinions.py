"""The opinion map: a dot a person, a shape and shade a group; nobody is named, small groups are not there."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString, mark_safe

from majung.taskforce.queries.opinions import Picture
from majung.web.words import Words

WIDTHS = (("vw", 640, 320), ("vm", 560, 300), ("vs", 350, 260))
SHADES = ("g0", "g1", "g2", "g3", "g4", "g5", "g6")


def opinion_map(seen: Picture, w: Words) -> SafeString:
    """The map in three widths with its title; empty without points."""
    if not seen.points:
        return mark_safe("")
    drawn = "".join(_drawn(css, width, height, seen, w) for css, width, height in WIDTHS)
    head = f'<h3>{escape(w.find("map_title"))}</h3><p class="u">{escape(w.find("map_unit"))}</p>'
    return mark_safe(f'<div class="fig">{head}{drawn}</div>')  # noqa: S308  (words are escaped, the rest are numbers)


def _drawn(css: str, width: int, height: int, seen: Picture, w: Words) -> str:
    xs, ys = [p[0] for p in seen.points], [p[1] for p in seen.points]
    pad = 24
    spread = max(max(xs) - min(xs), (max(ys) - min(ys)) * (width - 2 * pad) / (height - 2 * pad)) or 1.0
    scale = (width - 2 * pad) / spread
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def place(x: float, y: float) -> tuple[float, float]:
        return width / 2 + (x - middle[0]) * scale, height / 2 - (y - middle[1]) * scale

    out = [
        f'<svg class="{css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(w.find("map_title"))}">'
    ]
    for x, y, group in seen.points:
        px, py = place(x, y)
        out.append(f'<circle class="{SHADES[group % len(SHADES)]}" cx="{px:.1f}" cy="{py:.1f}" r="3.5"/>')
    for group in range(len(seen.sizes)):
        own = [(x, y) for x, y, g in seen.points if g == group]
        px, py = place(sum(x for x, _ in own) / len(own), sum(y for _, y in own) / len(own))
        out.append(f'<text x="{px:.1f}" y="{py:.1f}" text-anchor="middle" class="b halo">{chr(65 + group)}</text>')
    out.append("</svg>")
    return "".join(out)
