"""What is kept between two runs of an import, so that an interrupted one goes on: finished parts by content hash."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from majung.evidence.adding import write_atomically
from majung.evidence.importers.context import Context, LeftOut
from majung.evidence.problems import Problem

FOLDER = ".import"


@dataclass
class Part:
    """A finished part. digest: of its input. fingerprint: of the importer, its options and code lists.

    tables: {table: {path, rows, released}}. codes: rows as declared. used: (table, classification, code) and measures.
    """

    digest: str
    fingerprint: str
    files: list[str]
    tables: dict[str, dict[str, Any]]
    codes: list[list[Any]] = field(default_factory=list)
    used: list[list[str]] = field(default_factory=list)
    declarations: dict[str, dict[str, Any]] = field(default_factory=dict)
    bad: list[dict[str, Any]] = field(default_factory=list)
    uncounted: int = 0
    left_out: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    title: str = ""
    edition: str = ""
    rows_read: int = 0

    @property
    def rows(self) -> int:
        return sum(int(one["rows"]) for one in self.tables.values())

    def problems(self) -> list[Problem]:
        return [_problem(one) for one in self.bad]

    def remarks(self) -> list[Problem]:
        return [_problem(one) for one in self.notes]

    def omissions(self) -> list[LeftOut]:
        return [LeftOut(**one) for one in self.left_out]


def _problem(raw: dict[str, Any]) -> Problem:
    return Problem(**raw)


def part_of(
    digest: str,
    fingerprint: str,
    files: list[str],
    tables: dict[str, dict[str, Any]],
    used: list[list[str]],
    context: Context,
) -> Part:
    """A part with everything its context collected."""
    return Part(
        digest=digest,
        fingerprint=fingerprint,
        files=files,
        tables=tables,
        codes=[[*key, entry] for key, entry in context.codes.items()],
        used=used,
        declarations=context.declarations,
        bad=[asdict(problem) for problem in context.bad_rows],
        uncounted=context.uncounted,
        left_out=[asdict(one) for one in context.left_out.values()],
        notes=[asdict(problem) for problem in context.notes],
        title=context.title,
        edition=context.edition,
        rows_read=context.rows_read.total(),
    )


@dataclass
class State:
    """All finished parts of one source in one package."""

    path: Path
    parts: dict[str, Part] = field(default_factory=dict)

    @classmethod
    def load(cls, package: Path, source: str) -> State:
        """An absent or unreadable state is an empty one: the parts are then read again."""
        path = package / FOLDER / f"{source}.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, {digest: Part(**one) for digest, one in raw["parts"].items()})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls(path)

    def kept(self, package: Path, digest: str, fingerprint: str) -> Part | None:
        """A finished part of this very input, read by this very importer, whose files are still there."""
        part = self.parts.get(digest)
        if part is None or part.fingerprint != fingerprint:
            return None
        return part if all((package / one["path"]).is_file() for one in part.tables.values()) else None

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"parts": {k: asdict(v) for k, v in self.parts.items()}}, ensure_ascii=False)
        write_atomically(self.path, content.encode())
