"""A sheet to draw on: a small writer of SVG that escapes every text and resolves classes by theme.

Text is 13 px whatever the width; a chart for a narrow page is drawn anew, never scaled down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal

from majung.publishing.charts.palette import BOLD, SIZE, Theme, attributes

Anchor = Literal["start", "middle", "end"]

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADVANCES: Final = {
    # Advance widths of Pretendard, thousandths of an em, U+0020..U+007E.
    False: (
        "251 257 379 600 607 862 609 201 341 341 471 627 258 433 254 334 596 438 587 617 624 597 613 552 "
        "606 613 254 254 627 627 627 479 880 646 619 693 686 567 557 709 706 244 516 621 533 853 718 727 "
        "604 727 608 607 611 707 646 915 612 634 595 341 334 341 442 425 469 535 591 529 591 553 337 579 "
        "562 218 218 517 218 834 557 567 579 579 350 496 340 553 529 777 513 529 513 341 306 341 627"
    ),
    True: (
        "237 290 377 616 622 928 635 199 374 374 517 645 277 443 272 358 639 459 603 632 646 617 633 567 "
        "631 633 272 272 645 645 645 519 876 693 631 714 695 582 561 725 715 259 536 649 541 872 712 744 "
        "617 745 624 622 632 705 693 971 661 675 625 374 358 374 459 445 475 550 604 553 604 567 357 599 "
        "587 244 244 544 244 864 584 582 599 599 377 524 360 582 552 806 538 552 536 374 339 374 645"
    ),
}
_WIDTHS = {bold: [int(width) for width in row.split()] for bold, row in _ADVANCES.items()}
_WIDE: Final = 864
_NARROW: Final = {"·": 260, "–": 474, "−": 636, "\u00a0": 245, "’": 235}


@lru_cache(maxsize=65536)
def escape(text: str) -> str:
    """Text safe inside an element or a double-quoted attribute; characters that XML forbids are dropped."""
    clean = _ILLEGAL.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@lru_cache(maxsize=65536)
def text_width(text: str, bold: bool = False, size: float = SIZE) -> float:
    """Width of `text` in pixels at `size`, from Pretendard's advance widths (Hangul and the like: 0.864 em)."""
    row = _WIDTHS[bold]
    total = sum(row[ord(c) - 32] if 32 <= ord(c) < 127 else _NARROW.get(c, _WIDE) for c in text)
    return total * size / 1000


@lru_cache(maxsize=65536)
def shorten(text: str, room: float, bold: bool = False) -> str:
    """`text`, or as much of it as fits in `room` pixels with an ellipsis."""
    if text_width(text, bold) <= room:
        return text
    while text and text_width(text + "…", bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def fold(text: str, room: float, bold: bool = False, lines: int = 2) -> list[str]:
    """`text` broken at spaces into at most `lines` lines of `room` pixels; the last is shortened if it must."""
    words, found = text.split(" "), [""]
    for word in words:
        longer = f"{found[-1]} {word}".strip()
        if text_width(longer, bold) <= room or not found[-1]:
            found[-1] = longer
        else:
            found.append(word)
    if len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    return [shorten(line, room, bold) for line in found]


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Positions near `wanted`, at least `distance` apart and inside [low, high] where they fit, in the same order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        at = max(wanted[i], low)
        placed.append(max(at, placed[-1] + distance) if placed else at)
    over = placed[-1] - high if placed else 0.0
    if over > 0:
        placed[-1] -= over
        for k in range(len(placed) - 2, -1, -1):
            placed[k] = min(placed[k], placed[k + 1] - distance)
    found = [0.0] * len(wanted)
    for i, at in zip(order, placed, strict=True):
        found[i] = at
    return found


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


class Sheet:
    """One SVG picture of `width` × `height` pixels. `label` says in words what the picture shows."""

    def __init__(self, width: float, height: float, label: str, theme: Theme = "light") -> None:
        self.width, self.height, self.label, self.theme = width, height, label, theme
        self._parts: list[str] = []

    def _put(self, tag: str, cls: str, inner: str = "", **marks: float | str) -> None:
        pairs: dict[str, str] = {
            key.replace("_", "-"): _number(value) if isinstance(value, (int, float)) else str(value)
            for key, value in marks.items()
        }
        pairs.update(attributes(cls, self.theme))
        body = " ".join(f'{key}="{escape(value)}"' for key, value in pairs.items())
        self._parts.append(f"<{tag} {body}>{inner}</{tag}>" if inner else f"<{tag} {body}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str) -> None:
        """A straight line; axis-parallel hairlines are set on half pixels so that they stay one pixel wide."""
        if cls in ("grid", "hair", "base"):
            if x1 == x2:
                x1 = x2 = round(x1) + 0.5
            elif y1 == y2:
                y1 = y2 = round(y1) + 0.5
        self._put("line", cls, x1=x1, y1=y1, x2=x2, y2=y2)

    def path(self, points: Iterable[tuple[float, float]], cls: str) -> None:
        """A polyline through `points`."""
        self._put("path", cls, d="M" + "L".join(f"{_number(round(x, 1))} {_number(round(y, 1))}" for x, y in points))

    def shape(self, points: Iterable[tuple[float, float]], cls: str) -> None:
        """A closed polygon."""
        outline = "L".join(f"{_number(round(x, 1))} {_number(round(y, 1))}" for x, y in points)
        self._put("path", cls, d=f"M{outline}Z")

    def rect(self, x: float, y: float, width: float, height: float, cls: str) -> None:
        """A rectangle; negative widths are drawn as nothing."""
        if width > 0 and height > 0:
            self._put("rect", cls, x=x, y=y, width=width, height=height)

    def dot(self, x: float, y: float, radius: float, cls: str) -> None:
        """A circle."""
        self._put("circle", cls, cx=x, cy=y, r=radius)

    def text(self, x: float, y: float, text: str, cls: str = "t", anchor: Anchor = "start") -> None:
        """One line of text on the baseline `y`."""
        if text:
            extra: dict[str, str] = {} if anchor == "start" else {"text_anchor": anchor}
            self._put("text", cls, escape(text), x=x, y=y, **extra)

    def interval(self, low: float, high: float, y: float, cls: str, tick: float = 6) -> None:
        """An interval: 4 px bar at 55 % with end ticks, `cls` a hue (`c1`, `own`, `ink`, `mute`)."""
        self.line(low, y, high, y, f"{cls}-w")
        for x in (low, high):
            self.line(x, y - tick, x, y + tick, f"{cls}-s")

    def width_of(self, text: str, cls: str = "t") -> float:
        """Width of `text` as drawn in class `cls`."""
        return text_width(text, cls.split()[0] in BOLD)

    def svg(self) -> str:
        """The finished picture."""
        w, h = _number(round(self.width, 1)), _number(round(self.height, 1))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
            f'aria-label="{escape(self.label)}">{"".join(self._parts)}</svg>'
        )
