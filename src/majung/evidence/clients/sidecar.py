"""`<file>.source.json`: where a raw file came from, when, under which licence; and that it is still the same file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from majung.evidence.adding import write_atomically
from majung.evidence.clients.cache import file_hash
from majung.evidence.clients.failures import DownloadError
from majung.evidence.problems import Text, text

FORMAT = 1
SUFFIX = ".source.json"


@dataclass(frozen=True)
class Sidecar:
    """What is known of a raw file.

    source: id of the site. retrieved: ISO date of the first answer in it (the earliest: what the file claims to be is
    never newer than it is); retrieved_last: of the last. edition: as the source itself names it, or its retrieval day.
    sha256, bytes: of the file. query: what was asked. pages: every answer with url, retrieved, sha256, bytes.
    records: how many it holds; None where that is not counted. notes: what a reader should know, {"en", "ko"}.
    """

    source: str
    title: str
    publisher: str
    edition: str
    url: str
    retrieved: str
    retrieved_last: str
    sha256: str
    bytes: int
    licence: str
    licence_note: str
    citation: str
    query: Mapping[str, Any]
    records: int | None = None
    notes: tuple[Text, ...] = ()
    pages: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    format: int = FORMAT

    def source_entry(self, source_id: str = "") -> dict[str, Any]:
        """The entry of `sources` in datapackage.json (docs/evidence.md)."""
        return {
            "id": source_id or self.source,
            "title": self.title,
            "publisher": self.publisher,
            "edition": self.edition,
            "license": self.licence,
            "license_note": self.licence_note,
            "retrieved": self.retrieved,
            "released": None,
            "citation": self.citation,
            "url": self.url,
        }

    def write(self, file: Path) -> Path:
        place = sidecar_path(file)
        write_atomically(place, (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode())
        return place


def sidecar_path(file: str | Path) -> Path:
    """Where the sidecar of a file stands."""
    return Path(f"{file}{SUFFIX}")


def read_sidecar(file: str | Path) -> Sidecar | None:
    """The sidecar of a file; None if there is none. Raises DownloadError if it is broken or the file is another one."""
    place = sidecar_path(file)
    if not place.exists():
        return None
    try:
        raw = json.loads(place.read_text(encoding="utf-8"))
        found = Sidecar(**{**raw, "notes": tuple(raw.get("notes", ())), "pages": tuple(raw.get("pages", ()))})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DownloadError(
            "altered",
            text(
                f"{place}: not a sidecar of a download ({error}).", f"{place}: 내려받기 정보 파일이 아닙니다({error})."
            ),
            text(
                "Download again, or delete it and state the source by hand.",
                "다시 내려받거나, 지우고 출처를 직접 적으십시오.",
            ),
        ) from None
    if file_hash(Path(file)) != found.sha256:
        raise DownloadError(
            "altered",
            text(
                f"{file}: not the file that was downloaded on {found.retrieved} (its SHA-256 differs).",
                f"{file}: {found.retrieved}에 내려받은 파일이 아닙니다(SHA-256이 다릅니다).",
            ),
            text(
                f"Download it again, or delete {place.name} and state the source by hand.",
                f"다시 내려받거나 {place.name}을(를) 지우고 출처를 직접 적으십시오.",
            ),
        )
    return found
