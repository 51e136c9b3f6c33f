"""A document as HWPX (OWPML, KS X 6101), the open format of the Hangul word processor."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from majung.publishing.office import package
from majung.publishing.office.document import Document

PARTS = {
    "version.xml": "hwpx/version.xml.j2",
    "META-INF/container.xml": "hwpx/container.xml.j2",
    "META-INF/container.rdf": "hwpx/container.rdf.j2",
    "META-INF/manifest.xml": "hwpx/manifest.xml.j2",
    "Contents/content.hpf": "hwpx/content.hpf.j2",
    "Contents/header.xml": "hwpx/header.xml.j2",
    "Contents/section0.xml": "hwpx/section.xml.j2",
    "settings.xml": "hwpx/settings.xml.j2",
}
ROW = 1800
"""Least height of a table's row; a table states the sum, or its reader draws it flat."""


def units(mm: float) -> int:
    """HWPUNIT: hundredths of a point."""
    return round(mm / 25.4 * 7200)


@dataclass(frozen=True)
class Shape:
    """How a kind of paragraph looks; its number is its place in `SHAPES`. Heights and distances in HWPUNIT, line in
    percent. outline: level of a heading, which then is a style of its own (1 = 개요 1)."""

    name: str
    height: int = 1000
    bold: bool = False
    colour: str = "#000000"
    align: str = "JUSTIFY"
    line: int = 150
    before: int = 0
    after: int = 0
    hanging: int = 0
    outline: int = 0
    keep: bool = False


SHAPES = (
    Shape("body", after=600),
    Shape("title", 1800, True, align="CENTER", after=1200, keep=True),
    Shape("kicker", colour="#44546A", align="CENTER", after=300, keep=True),
    Shape("heading1", 1300, True, align="LEFT", before=1600, after=600, outline=1, keep=True),
    Shape("heading2", 1100, True, align="LEFT", before=1000, after=400, outline=2, keep=True),
    Shape("numbered", after=400, hanging=2400),
    Shape("note", 900, colour="#595959", after=500),
    Shape("warning", bold=True, colour="#B42318", align="CENTER", after=800),
    Shape("cell", 900, align="LEFT", line=130),
    Shape("head", 900, True, align="LEFT", line=130),
)


@dataclass
class Numbers:
    """Ids of paragraphs and tables, in the order of the text: a file of the word processor holds chance ones."""

    ids: count[int] = field(default_factory=lambda: count(1))

    def next(self) -> int:
        return next(self.ids)


def render(document: Document) -> bytes:
    """The file; the same document is the same bytes."""
    footer = 10
    given = {
        "document": document,
        "font": package.FONT,
        "fallback": package.FALLBACK,
        "shapes": SHAPES,
        "shape": {shape.name: n for n, shape in enumerate(SHAPES)},
        "numbers": Numbers(),
        "row": ROW,
        "page": [units(mm) for mm in package.PAGE_MM],
        # The text begins below both the margin and the header, and ends above both the footer and the margin.
        "header": units(package.TOP_MM / 2),
        "top": units(package.TOP_MM) - units(package.TOP_MM / 2),
        "footer": units(footer),
        "bottom": units(package.BOTTOM_MM) - units(footer),
        "left": units(package.LEFT_MM),
        "right": units(package.RIGHT_MM),
        "width": units(package.TEXT_MM),
    }
    parts = {name: package.part(template, **given) for name, template in PARTS.items()}
    return package.packed({"mimetype": b"application/hwp+zip", **parts}, first="mimetype")
