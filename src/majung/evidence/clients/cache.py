"""Answers kept on disk: by address, their bodies by content, each with its retrieval time and SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from majung.evidence.adding import write_atomically

BLOCK = 1 << 20


@dataclass(frozen=True)
class Answer:
    """One answer of a site. url: as asked, without key and mail. retrieved: UTC. cached: taken from disk this time."""

    url: str
    retrieved: datetime
    sha256: str
    bytes: int
    content_type: str
    path: Path
    cached: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the sidecar: without this machine's path."""
        return {
            "url": self.url,
            "retrieved": self.retrieved.isoformat(timespec="seconds"),
            "sha256": self.sha256,
            "bytes": self.bytes,
        }


@dataclass(frozen=True)
class _Entry:
    url: str
    retrieved: str
    sha256: str
    bytes: int
    content_type: str


class Cache:
    """`entries/<hash of address>.json` points at `bodies/<hash of content>`.

    Files appear whole or not at all (written beside, then renamed), so that several commands may share one cache. A
    body that no longer has its hash is as good as absent.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def find(self, address: str) -> Answer | None:
        """The kept answer to an address, its body checked against its hash; None if there is none."""
        try:
            entry = _Entry(**json.loads(self._entry(address).read_text(encoding="utf-8")))
            body = self._body(entry.sha256)
            if body.stat().st_size != entry.bytes or file_hash(body) != entry.sha256:
                return None
            retrieved = datetime.fromisoformat(entry.retrieved)
        except (OSError, ValueError, TypeError):
            return None
        return Answer(entry.url, retrieved, entry.sha256, entry.bytes, entry.content_type, body, cached=True)

    def keep(self, address: str, url: str, body: Path, content_type: str) -> Answer:
        """Move a file that was received in full into the cache and note where it is from, and when."""
        digest = file_hash(body)
        place = self._body(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        size = body.stat().st_size
        body.replace(place)
        now = datetime.now(UTC).replace(microsecond=0)
        entry = _Entry(url, now.isoformat(), digest, size, content_type)
        self._entry(address).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._entry(address), json.dumps(asdict(entry), indent=1).encode())
        return Answer(url, now, digest, size, content_type, place)

    @contextmanager
    def incoming(self) -> Iterator[tuple[IO[bytes], Path]]:
        """A new file to receive into; it is gone afterwards unless `keep` moved it away."""
        place = self.folder / "incoming"
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream, Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def _entry(self, address: str) -> Path:
        return self.folder / "entries" / f"{hashlib.sha256(address.encode()).hexdigest()}.json"

    def _body(self, digest: str) -> Path:
        return self.folder / "bodies" / digest[:2] / digest


def file_hash(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where answers are kept unless told otherwise: $MAJUNG_CACHE, else the system's folder for caches."""
    if chosen := os.environ.get("MAJUNG_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "majung" / "downloads"
