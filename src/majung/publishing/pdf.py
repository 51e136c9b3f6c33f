"""The paper as PDF by Typst: tagged, PDF/A-2a and PDF/UA-1, fonts embedded, the same bytes for the same run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from majung.methods.labelled import InputError
from majung.publishing.blocks import Block, Cell, Page, Paper, Picture, Rich, Table
from majung.publishing.marks import segments


def render(paper: Paper, created: dt.datetime | None = None) -> bytes:
    """The PDF of `paper`; `created` is its date of making (none: 2000-01-01, so that bytes do not depend on the clock).

    Raises InputError if Typst (extra `documents`) is missing.
    """
    try:
        import typst
    except ImportError as error:
        raise InputError("the PDF needs Typst: install majung with the extra `documents`") from error
    fonts = resources.files("majung.publishing") / "fonts"
    source = (resources.files("majung.publishing") / "templates" / "paper.typ").read_bytes()
    with resources.as_file(fonts) as folder:
        return typst.compile(
            source,
            font_paths=typst.Fonts(False, False, [str(folder)]),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(_paper(paper), ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=created or dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        )


def _parts(text: str) -> list[dict[str, str]]:
    return [{"kind": kind, "text": word} for kind, word in segments(text)]


def _rich(rich: Rich) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for part in rich:
        if isinstance(part, str):
            found += _parts(part)
        else:
            found += [{"kind": "num", "text": part.text}]
    ids = dict.fromkeys(part.figure for part in rich if not isinstance(part, str))
    for figure in ids:
        found += [{"kind": "text", "text": " "}, {"kind": "id", "text": _row_id(figure)}]
    return found


def _row_id(figure: str) -> str:
    """In print the row's id is enough: `XNNI5` of `XNNI5.level`."""
    return figure.split(".")[0]


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": cell.text, "sub": cell.sub, "figure": cell.figure, "strong": cell.strong, "quiet": cell.quiet}


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": table.title,
        "unit": table.unit,
        "source": _parts(table.source),
        "figures": table.figures,
        "columns": [{"head": c.head, "right": c.right, "room": c.room} for c in table.columns],
        "rows": [
            {
                "cells": [_cell(cell) for cell in row.cells],
                "figure": row.figure,
                "marked": row.marked,
                "rule": row.rule,
                "group": row.group,
            }
            for row in table.rows
        ],
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "kind": "picture",
        "title": picture.title,
        "unit": _parts(picture.unit),
        "svg": picture.draw(picture.paper, "light", True),
        "alt": picture.alt,
        "source": _parts(picture.source),
        "figures": picture.figures,
        "paper": picture.paper,
    }


def _blocks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in blocks:
        match block.kind:
            case "table":
                found.append(_table(block))
            case "picture":
                found.append(_picture(block))
            case "prose":
                found.append({"kind": "prose", "paragraphs": [_parts(p) for p in block.paragraphs]})
            case "terms":
                entries = [[name, _parts(text), mark] for name, text, mark in block.entries]
                found.append({"kind": "terms", "entries": entries, "listed": block.listed})
            case "commands":
                found.append({"kind": "commands", "lines": [list(line) for line in block.lines]})
            case "contents":
                found.append({"kind": "contents", "entries": [list(entry) for entry in block.entries]})
            case "pair":
                found.append(
                    {"kind": "pair", "left": _blocks(block.left), "right": _blocks(block.right), "share": block.share}
                )
    return found


def _page(page: Page) -> dict[str, Any]:
    crowded = len(page.sections) > 3 and page.slim and bool(page.keys)
    return {
        "anchor": page.anchor,
        "kicker": page.kicker,
        "heading": _rich(page.heading),
        "stand": _parts(page.stand),
        "provenance": page.provenance,
        "keys": [
            {"label": k.label, "value": k.value, "unit": k.unit, "note": _parts(k.note), "figure": _row_id(k.figure)}
            for k in page.keys
        ],
        "sections": [
            {
                "topic": s.topic,
                "heading": _parts(s.heading),
                "note": _parts(s.note),
                "full": s.full,
                "told": s.told,
                "blocks": _blocks(s.blocks),
            }
            for s in page.sections
        ],
        "landscape": page.landscape,
        "tight": page.tight,
        "slim": page.slim,
        # A page of more than three sections never has room to spare: save Typst the try.
        "crowded": crowded,
        "pad": 1.5 if len(page.sections) > 4 or not crowded else 2.5,
        "outline": page.outline,
    }


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "language": paper.language,
        "title": paper.title,
        "programme": paper.programme,
        "run": paper.run,
        "keywords": paper.provenance,
        "illustrative": paper.illustrative,
        "provenance": paper.provenance,
        "words": paper.words,
        "pages": [_page(page) for page in paper.pages],
    }
