"""The paper as one HTML page a language: no script, no inline style, nothing loaded but its sheet and its font."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from majung.publishing.blocks import Page, Paper, Picture, Rich, Table
from majung.publishing.charts import Theme
from majung.publishing.marks import segments

MIDDLE, NARROW = 640, 350
"""Widths below which a chart is drawn anew; the wide one is the picture's own."""


def render(paper: Paper, languages: Sequence[str] = ()) -> str:
    """The page; `languages` are those whose papers stand beside it."""
    others = [language for language in languages if language != paper.language]
    anchors = _anchors(paper)
    return (
        _environment()
        .get_template("paper.html.j2")
        .render(
            paper=paper,
            others=others,
            rich=lambda value: _rich(value, anchors, paper.words),
            marks=_marks,
            draw=_draw,
            taken=set(),
        )
    )


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("majung.publishing", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return found


def _marks(text: str) -> Markup:
    """Text with figure ids and swatches set."""
    found = []
    for kind, words in segments(text):
        if kind == "id":
            found.append(Markup('<span class="id">{}</span>').format(words))
        elif kind == "swatch":
            found.append(Markup('<span class="sw {}"></span>&#8288;').format(words))
        else:
            found.append(escape(words))
    return Markup("").join(found)


def _rich(rich: Rich, anchors: frozenset[str], words: dict[str, str]) -> Markup:
    """Text whose numbers lead to the table row that prints them, where the page has one."""
    found: list[Markup] = []
    for part in rich:
        if isinstance(part, str):
            found.append(_marks(part))
            continue
        row = part.figure.split(".")[0]
        title = words["trace_title"].replace("{figure}", part.figure)
        if row in anchors:
            found.append(Markup('<a class="n" href="#f-{}" title="{}">{}</a>').format(row, title, part.text))
        else:
            found.append(Markup('<span class="n" title="{}">{}</span>').format(title, part.text))
    return Markup("").join(found)


def _draw(picture: Picture) -> list[tuple[str, Markup]]:
    """The picture at three widths with the class that shows it."""
    theme: Theme = "page"
    widths = (("vw", picture.wide), ("vm", float(MIDDLE)), ("vs", float(NARROW)))
    # Made by our own canvas, which escapes every text.
    return [(cls, Markup(picture.draw(width, theme, False))) for cls, width in widths]  # noqa: S704


def _anchors(paper: Paper) -> frozenset[str]:
    """Figure ids that some table row of the page carries."""

    def tables(page: Page) -> list[Table]:
        found: list[Table] = []
        for section in page.sections:
            for block in section.blocks:
                leaves = [*block.left, *block.right] if block.kind == "pair" else [block]
                for leaf in leaves:
                    if leaf.kind == "table":
                        found.append(leaf)
                    elif leaf.kind == "picture" and leaf.table is not None:
                        found.append(leaf.table)
        return found

    return frozenset(row.figure for page in paper.pages for table in tables(page) for row in table.rows if row.figure)
