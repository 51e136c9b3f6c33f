"""The look's tokens and chart classes, stated once.

A chart is drawn with classes only. On a page the classes are resolved by `stylesheet()` (so dark mode costs nothing);
for Typst and notebooks `attributes()` resolves the same classes to presentation attributes of one theme. Both read
the tables below, so page and paper cannot drift apart. Source of the values: the house look.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

Theme = Literal["page", "light", "dark"]
"""`page`: classes, resolved by the sheet; `light` and `dark`: standalone SVG with that theme's colours."""

TOKENS: Final[dict[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#101418"),
    "paper-2": ("#f4f5f7", "#1a2027"),
    "ink": ("#15191f", "#edf0f3"),
    "ink-2": ("#434b55", "#bcc4cd"),
    "ink-3": ("#626b76", "#98a2ad"),
    "rule": ("#d7dbe0", "#333b45"),
    "rule-2": ("#8a929c", "#76808b"),
    "accent": ("#1b4f9c", "#8db8f5"),
    "accent-wash": ("#e6edf7", "#1c2c44"),
    "c1": ("#6f4cc4", "#8465e6"),
    "c2": ("#139c9a", "#52d2cd"),
    "c3": ("#701a45", "#d9487f"),
    "c4": ("#b78416", "#e2b53c"),
    "c1-t": ("#6240b3", "#b39ff5"),
    "c2-t": ("#0b6f6d", "#52d2cd"),
    "c3-t": ("#701a45", "#f08db4"),
    "c4-t": ("#7d590b", "#e2b53c"),
    "grey-t": ("#5a636e", "#a3adb8"),
    "h1": ("#e3ebf6", "#1b2a40"),
    "h2": ("#bcd0ec", "#27436d"),
    "h3": ("#8aadde", "#3a65a3"),
    "h4": ("#3d6db5", "#5f92d8"),
    "h5": ("#1b4f9c", "#a9cbfa"),
    "h-in": ("#ffffff", "#101418"),
}
"""Token -> (light, dark)."""

HUES: Final = 4
"""Criteria have four hues in a fixed order (dark and light alternate in a stack); a fifth criterion starts again."""

FAMILY: Final = "Pretendard"
SIZE: Final = 13

_line = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}
MARKS: Final[dict[str, dict[str, str]]] = {
    "grid": {"stroke": "@rule", "stroke-width": "1", "fill": "none"},
    "hair": {"stroke": "@rule", "stroke-width": "1", "fill": "none"},
    "base": {"stroke": "@ink", "stroke-width": "1", "fill": "none"},
    "heavy": {"stroke": "@ink", "stroke-width": "1.5", "fill": "none"},
    "over": {"stroke": "@paper", "stroke-width": "3.5", "fill": "none"},
    "whisker": {"stroke": "@ink", "stroke-width": "1.75", "fill": "none"},
    "none": {"stroke": "@ink-3", "stroke-width": "1", "stroke-dasharray": "2 5", "fill": "none"},
    "own": {**_line, "stroke": "@accent", "stroke-width": "3"},
    "leader": {**_line, "stroke": "@ink", "stroke-width": "2"},
    "other": {**_line, "stroke": "@rule-2", "stroke-width": "1.5"},
    "own-f": {"fill": "@accent"},
    "own-ghost": {**_line, "stroke": "@accent", "stroke-width": "1.5", "stroke-opacity": "0.35"},
    "leader-f": {"fill": "@ink"},
    "other-f": {"fill": "@rule-2"},
    "gap": {"stroke": "@accent", "stroke-width": "1.5", "fill": "none"},
    "gap-d": {"stroke": "@accent", "stroke-width": "1.5", "stroke-dasharray": "2 3", "fill": "none"},
    "ring": {"stroke": "@accent", "stroke-width": "1.5", "fill": "@paper"},
    "ink-f": {"fill": "@ink"},
    "ink-o": {"fill": "@paper", "stroke": "@ink", "stroke-width": "1.5"},
    "ink-s": {"stroke": "@ink", "stroke-width": "2", "fill": "none"},
    "ink-w": {"stroke": "@ink", "stroke-width": "4", "stroke-opacity": "0.55", "fill": "none"},
    "own-s": {"stroke": "@accent", "stroke-width": "2", "fill": "none"},
    "own-w": {"stroke": "@accent", "stroke-width": "4", "stroke-opacity": "0.55", "fill": "none"},
    "mute-s": {"stroke": "@rule-2", "stroke-width": "2", "fill": "none"},
    "mute-w": {"stroke": "@rule-2", "stroke-width": "4", "stroke-opacity": "0.55", "fill": "none"},
    "near": {"fill": "@ink-2", "stroke": "@ink-2", "stroke-width": "1"},
    "far": {"fill": "@paper", "stroke": "@ink-2", "stroke-width": "1"},
    "late": {"fill": "@paper-2"},
    "wash": {"fill": "@accent-wash"},
    "track": {"fill": "@rule"},
    "dot": {"fill": "@rule-2"},
    **{f"h{i}": {"fill": f"@h{i}"} for i in range(1, 6)},
    **{f"c{i}-f": {"fill": f"@c{i}"} for i in range(1, HUES + 1)},
    **{f"c{i}-s": {"stroke": f"@c{i}", "stroke-width": "2", "fill": "none"} for i in range(1, HUES + 1)},
    **{
        f"c{i}-w": {"stroke": f"@c{i}", "stroke-width": "4", "stroke-opacity": "0.55", "fill": "none"}
        for i in range(1, HUES + 1)
    },
}
"""Class of a mark -> attributes; `@token` is a colour."""

_text = {"font-size": str(SIZE), "font-family": FAMILY}
TEXTS: Final[dict[str, dict[str, str]]] = {
    "t": {**_text, "fill": "@ink-2", "font-weight": "400"},
    "t-ink": {**_text, "fill": "@ink", "font-weight": "400"},
    "t-b": {**_text, "fill": "@ink", "font-weight": "650"},
    "t-own": {**_text, "fill": "@accent", "font-weight": "650"},
    "t-mut": {**_text, "fill": "@ink-3", "font-weight": "400"},
    "t-nr": {**_text, "fill": "@grey-t", "font-weight": "400"},
    "t-in": {**_text, "fill": "@h-in", "font-weight": "400"},
    **{f"t-c{i}": {**_text, "fill": f"@c{i}-t", "font-weight": "650"} for i in range(1, HUES + 1)},
}
"""Class of a text -> attributes."""

HALO: Final = {"stroke": "@paper", "stroke-width": "4", "stroke-linejoin": "round", "paint-order": "stroke"}
BOLD: Final = frozenset(name for name, style in TEXTS.items() if style["font-weight"] == "650")

_CLASSES = {**MARKS, **TEXTS, "halo": HALO}


@cache
def attributes(cls: str, theme: Theme) -> Mapping[str, str]:
    """Attributes of one class (`"own"`) or several (`"t-own halo"`) in `theme`: for `page` the class itself."""
    names = cls.split()
    unknown = [name for name in names if name not in _CLASSES]
    if unknown:
        raise KeyError(f"chart class {unknown[0]!r} is not in the palette")
    if theme == "page":
        return {"class": cls} if cls else {}
    side = 0 if theme == "light" else 1
    found: dict[str, str] = {}
    for name in names:
        for key, value in _CLASSES[name].items():
            found[key] = TOKENS[value[1:]][side] if value.startswith("@") else value
    if found.get("font-weight") == "650":
        # Static fonts (Typst) know 600 as their strong weight; 650 is the variable font's.
        found["font-weight"] = "600"
    return found


def stylesheet() -> str:
    """Custom properties of both themes and the chart classes, for a page that shows charts drawn for `page`."""

    def properties(side: int) -> str:
        return "".join(f"--{name}:{pair[side]};" for name, pair in TOKENS.items())

    def declarations(style: dict[str, str]) -> str:
        skip = ("font-size", "font-family")
        return ";".join(
            f"{key}:{f'var(--{value[1:]})' if value.startswith('@') else value}"
            for key, value in style.items()
            if key not in skip
        )

    rules = "".join(f"svg .{name}{{{declarations(style)}}}\n" for name, style in _CLASSES.items())
    return (
        f":root{{color-scheme:light;{properties(0)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{properties(1)}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{properties(1)}}}\n"
        f"@media print{{:root,:root:not([data-theme=light]){{color-scheme:light;{properties(0)}}}}}\n"
        f"svg text{{font:400 {SIZE}px var(--ff);text-rendering:geometricPrecision}}\n{rules}"
    )
