"""What a paper is made of, before it is a page or a PDF: plain data that both renderers read.

A paper is built once a language. Numbers are printed strings beside the figure id of the row they come from; charts
are functions of (width, theme, dense) so that each renderer asks for the size and colours it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from majung.publishing.charts import Theme

Draw = Callable[[float, Theme, bool], str]
"""(width in pixels, theme, dense) -> SVG."""


@dataclass(frozen=True)
class Num:
    """A number in running text: as printed, and the figure id it leads to (`XNNI5.level`)."""

    text: str
    figure: str


Rich = Sequence[str | Num]


def plain(rich: Rich) -> str:
    """The words without their links."""
    return "".join(part if isinstance(part, str) else part.text for part in rich)


@dataclass(frozen=True)
class Key:
    """A key figure: label, value, unit beside it, a quiet line under it, and its figure id."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Cell:
    """One table cell; `sub` is a quiet second line, `figure` a figure id of its own."""

    text: str
    sub: str = ""
    figure: str = ""
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Column:
    """A column head. `right`: numbers. `room`: share of the free width in print, 0 for as wide as its content."""

    head: str
    right: bool = False
    room: float = 0


@dataclass(frozen=True)
class Row:
    """A table row; `figure` is printed at its end. `rule`: a heavy line under it. `group`: a group heading."""

    cells: Sequence[Cell]
    figure: str = ""
    marked: bool = False
    rule: bool = False
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table: words left, numbers right, one rule under the head; `figures` adds the last column of ids."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    unit: str = ""
    source: str = ""
    figures: bool = True
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Picture:
    """A chart with title, unit line, source line and the table behind it.

    `wide` and `paper` are its widths in pixels on a wide page and in print (one pixel is 0.56 pt there).
    """

    anchor: str
    title: str
    unit: str
    draw: Draw
    alt: str
    source: str = ""
    figures: str = ""
    wide: float = 920
    paper: float = 720
    table: Table | None = None
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Prose:
    """Paragraphs."""

    paragraphs: Sequence[str]
    kind: Literal["prose"] = "prose"


@dataclass(frozen=True)
class Terms:
    """Short entries: name, text, a mark beside the name. `listed`: one under the other, else run together."""

    entries: Sequence[tuple[str, str, str]]
    listed: bool = False
    title: str = ""
    unit: str = ""
    kind: Literal["terms"] = "terms"


@dataclass(frozen=True)
class Commands:
    """Lines for a shell, each with what it does."""

    lines: Sequence[tuple[str, str]]
    kind: Literal["commands"] = "commands"


@dataclass(frozen=True)
class Contents:
    """Links to pages: (number or mark, title, anchor, marked)."""

    entries: Sequence[tuple[str, str, str, bool]]
    title: str = ""
    kind: Literal["contents"] = "contents"


Leaf = Table | Picture | Prose | Terms | Commands | Contents


@dataclass(frozen=True)
class Pair:
    """Two columns of blocks; `share` is the left one's share of the width."""

    left: Sequence[Leaf]
    right: Sequence[Leaf]
    share: float = 0.58
    kind: Literal["pair"] = "pair"


Block = Leaf | Pair


@dataclass(frozen=True)
class Section:
    """Finding in the margin, evidence at the right; `full` gives the evidence all the width.

    `told`: the note is part of the finding, not a reading aid, and stays on a tight printed page.
    """

    topic: str
    heading: str
    note: str = ""
    blocks: Sequence[Block] = ()
    full: bool = False
    told: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the paper (in HTML a part): the heading is the finding.

    `folded`: a part that HTML folds away; `tight`: must stay on one printed page, set smaller if it must; `slim`:
    finding and evidence under each other in print, without the margin column.
    """

    anchor: str
    kicker: str
    heading: Rich
    stand: str = ""
    provenance: str = ""
    keys: Sequence[Key] = ()
    sections: Sequence[Section] = ()
    landscape: bool = False
    folded: bool = False
    tight: bool = False
    slim: bool = False
    outline: str = ""


@dataclass(frozen=True)
class Paper:
    """The whole paper in one language."""

    language: str
    title: str
    programme: str
    run: str
    illustrative: bool
    provenance: str
    pages: Sequence[Page]
    words: dict[str, str] = field(default_factory=dict)
