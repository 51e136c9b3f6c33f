"""The paper's pictures for a notebook: drawn by the same specification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from majung.publishing.blocks import Block, Pair, Picture
from majung.publishing.paper import build
from majung.runs import Run


@dataclass(frozen=True)
class Drawing:
    """One picture, shown by a notebook as it is. svg: the picture as text, for a light background."""

    title: str
    svg: str = field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg


def pictures(run: Run, language: str = "en", width: float = 920) -> dict[str, Drawing]:
    """Every picture of the strategy paper by its anchor: the ranking, each industry's, the portfolio's.

    width: the room in pixels; text stays 13 px, so a narrow picture is drawn differently, not smaller.
    """
    return {
        picture.anchor: Drawing(picture.title, picture.draw(width, "light", False))
        for page in build(run, language).pages
        for section in page.sections
        for picture in _pictures(section.blocks)
    }


def _pictures(blocks: Iterable[Block]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Pair):
            yield from _pictures([*block.left, *block.right])
