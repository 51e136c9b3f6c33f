"""What an office paper is made of: plain text in the order in which it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar


@dataclass(frozen=True)
class Heading:
    """level: 1 or 2."""

    kind: ClassVar = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text. quiet: a note in small grey letters."""

    kind: ClassVar = "paragraph"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Facts:
    """Labels with their values."""

    kind: ClassVar = "facts"
    rows: Sequence[tuple[str, str]]

    def columns(self, width: int) -> list[int]:
        """The widths of labels and values."""
        return _divided(width, (1.0, 4.0))


@dataclass(frozen=True)
class Numbered:
    """A list with the numbers that its points have on record (label, text); they need not be consecutive."""

    kind: ClassVar = "numbered"
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A head row and rows of as many cells. widths: shares of the text's width, equal if empty. Raises ValueError for
    a row or widths of another length."""

    kind: ClassVar = "table"
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows) or len(self.widths) not in (0, len(self.heads)):
            raise ValueError(f"a table with {len(self.heads)} heads has as many cells in each row, and as many widths")

    def columns(self, width: int) -> list[int]:
        """The widths of the columns, which add up to `width` (any unit)."""
        return _divided(width, self.widths or [1.0] * len(self.heads))


def _divided(width: int, shares: Sequence[float]) -> list[int]:
    edges = [round(width * sum(shares[:n]) / sum(shares)) for n in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


Block = Heading | Paragraph | Facts | Numbered | Table


@dataclass(frozen=True)
class Document:
    """A paper in one language (`ko` or `en`). kicker: what it is and whose, above the title. note: a warning that
    stands above everything, e.g. that this is an exercise."""

    language: str
    title: str
    blocks: Sequence[Block]
    kicker: str = ""
    note: str = ""


def paragraphs(text: str) -> list[Block]:
    """Each line that holds something as a paragraph of its own."""
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]
