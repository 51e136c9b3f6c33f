"""Marks inside plain text: `[XNNI5.score]` is a figure id, `[c2]` the swatch of the second criterion."""

from __future__ import annotations

import re

_MARK = re.compile(r"\[(c[1-4])\]|\[([A-Z2-7]{5,}(?:\.\w+)?)\]")


def segments(text: str) -> list[tuple[str, str]]:
    """`text` as (kind, words), kind one of `text`, `id`, `swatch`."""
    found, at = [], 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            found.append(("text", text[at : match.start()]))
        found.append(("swatch", match[1]) if match[1] else ("id", match[2]))
        at = match.end()
    if at < len(text):
        found.append(("text", text[at:]))
    return found
