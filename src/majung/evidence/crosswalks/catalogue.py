"""Official concordances that Majung may not pass on, or has not: where their publishers keep them (official.toml)."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from majung.evidence.problems import Text, text

_FILE = Path(__file__).parent / "official.toml"


@dataclass(frozen=True)
class Official:
    """One table of a publisher.

    url: of the file, "" where none is known. page: where a person finds it. terms: on passing it on, as the publisher
    states them. layout: a name of LAYOUTS, "" where the file's columns are not known.
    """

    id: str
    source: str
    target: str
    publisher: str
    title: str
    url: str
    page: str
    terms: str
    layout: str

    @property
    def name(self) -> Text:
        return text(f"{self.source} to {self.target}", f"{self.source} → {self.target}")

    @property
    def citation(self) -> str:
        return f"{self.publisher}, {self.title}"

    @property
    def suffix(self) -> str:
        return Path(self.title).suffix.lower() if self.url else ""

    def read_command(self, file: str = "") -> str:
        """The command that reads the file once it is here."""
        columns = ["--layout", self.layout] if self.layout else ["--from-column", "NAME", "--to-column", "NAME"]
        words = [file or (self.title if self.url else "FILE"), *columns, "--id", self.id]
        words += ["--from", self.source, "--to", self.target, "--licence", self.terms, "--citation", self.citation]
        return f"majung evidence crosswalk-read {shlex.join(words)}"


@cache
def catalogue() -> dict[str, Official]:
    """All of them, by id."""
    found: dict[str, Official] = {}
    for group in tomllib.loads(_FILE.read_text(encoding="utf-8")).values():
        for table in group["tables"]:
            source, target = table["id"].split("-", 1)
            file = table.get("file", "")
            found[table["id"]] = Official(
                id=table["id"],
                source=source,
                target=table.get("to", target),
                publisher=group["publisher"],
                title=table.get("title") or file.rsplit("/", 1)[-1],
                url=group["base"] + quote(file) if file else "",
                page=table.get("page", group["page"]),
                terms=group["terms"],
                layout=table.get("layout", ""),
            )
    return found


def turned(id_: str) -> str:
    """The id of the table that holds the same links the other way round; "" if there is none."""
    back = "-".join(reversed(id_.split("-", 1)))
    return back if back in catalogue() else ""
