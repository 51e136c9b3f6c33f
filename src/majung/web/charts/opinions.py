"""The opinion map: a mark a person, a shape and shade a group; nobody is named, small groups are not there."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from majung.web.words import Words

WIDTHS = (("vw vp", 640, 320), ("vm", 560, 300), ("vs", 350, 260))


def opinion_map(points: Sequence[Sequence[float]], groups: int, w: Words) -> SafeString:
    """A mark a person, a shape and shade a group, the group's letter in its middle; three widths."""
    drawn = "".join(_map(css, width, height, points, groups, w) for css, width, height in WIDTHS)
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
