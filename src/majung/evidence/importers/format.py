"""What an importer declares about its official format, and what it hands over: batches of canonical rows.

A format is a module in `formats/` with a constant FORMAT (or FORMATS, a tuple). docs/importers.md is its counterpart
for people: what file, where from, how it maps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from majung.evidence.problems import Text, text

if TYPE_CHECKING:
    from majung.evidence.importers.context import Context
    from majung.evidence.importers.inputs import Input

Seen = Literal["real", "records", "specification"]
"""real: a file as published was read. records: the publisher's records were, in a file that others had made of them."""

PROVENANCE: dict[Seen, Text] = {
    "real": text("tested on real files", "실제 파일로 시험함"),
    "records": text(
        "tested on real records that others had repacked; never seen a file as published",
        "남이 다시 묶은 실제 기록으로 시험함. 배포된 그대로의 파일은 보지 못함",
    ),
    "specification": text(
        "written to the specification, never seen a real file", "명세에 따라 작성했으며 실제 파일은 보지 못함"
    ),
}


@dataclass(frozen=True)
class Column:
    """A column of the source's own file. aliases: names it had in other editions, taken as the same."""

    name: str
    holds: Text
    required: bool = True
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Some rows of one canonical table.

    frame: the table's key columns (str; year a number), `value` (float), `line` (int, the place in the file for the
    bad-row report) and, where wanted, `origin` (str, default "<file>, line <line>"), `released`, `file`.
    """

    table: str
    frame: pd.DataFrame


Reader = Callable[[Sequence["Input"], "Context"], Iterator[Batch]]


@dataclass(frozen=True)
class Format:
    """One official format.

    version: of this importer; a change recomputes parts that an interrupted import left. specification: the document
    it follows. files: which file, where from. seen: whether a real file was ever read. licence: as the distributor
    states it, the default of the source ("" = must be given). together: all files given make one part (tables that are
    joined, deals that are added up), else each file is a part of its own. members: a regular expression for the names
    of files in folders and archives that belong to it ("" = all). companions: one for names of files that help to read
    the others (code lists). columns: those expected, where the format has a header.
    options: name to explanation, for `--option name=value`. mapping: whether it takes a mapping file.
    """

    id: str
    version: str
    title: Text
    tables: tuple[str, ...]
    specification: str
    files: Text
    seen: Seen
    licence: str
    read: Reader
    publisher: str = ""
    url: str = ""
    citation: str = ""
    licence_note: str = ""
    columns: tuple[Column, ...] = ()
    together: bool = False
    companions: str = ""
    options: Mapping[str, Text] = field(default_factory=dict)
    mapping: Literal["none", "needed", "optional"] = "none"
    members: str = ""

    @property
    def provenance(self) -> Text:
        return PROVENANCE[self.seen]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "tables": list(self.tables),
            "specification": self.specification,
            "files": self.files,
            "provenance": self.provenance,
            "licence": self.licence,
            "licence_note": self.licence_note,
            "publisher": self.publisher,
            "url": self.url,
            "columns": [
                {"name": c.name, "holds": c.holds, "required": c.required, "aliases": list(c.aliases)}
                for c in self.columns
            ],
            "options": dict(self.options),
        }
