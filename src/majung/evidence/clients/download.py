"""Fetch from a site and write the raw file with its sidecar: both, or neither."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from majung.evidence.clients import comtrade, oecd, openalex, world_bank
from majung.evidence.clients.cache import Cache, cache_folder, file_hash
from majung.evidence.clients.failures import DownloadError
from majung.evidence.clients.http import BACKOFF, READ_TIMEOUT, Fetcher
from majung.evidence.clients.query import Progress, Query
from majung.evidence.clients.reply import Reply
from majung.evidence.clients.sidecar import Sidecar, sidecar_path
from majung.evidence.clients.site import Site
from majung.evidence.codebook import nearest
from majung.evidence.problems import text

Client = Callable[[Query, Fetcher, IO[bytes], Callable[[Progress], None]], Reply]

_CLIENTS: dict[str, tuple[Site, Client]] = {
    module.SITE.id: (module.SITE, module.fetch) for module in (openalex, world_bank, oecd, comtrade)
}
SITES: dict[str, Site] = {name: site for name, (site, _) in _CLIENTS.items()}


@dataclass(frozen=True)
class Downloaded:
    """file: the raw file. asked, kept: requests answered by the site and from the cache. unchanged: the file was there
    already, byte for byte."""

    file: Path
    sidecar: Sidecar
    asked: int
    kept: int
    unchanged: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "sidecar": str(sidecar_path(self.file)),
            "asked": self.asked,
            "kept": self.kept,
            "unchanged": self.unchanged,
            "records": self.sidecar.records,
            "bytes": self.sidecar.bytes,
            "sha256": self.sidecar.sha256,
            "retrieved": self.sidecar.retrieved,
            "licence": self.sidecar.licence,
            "notes": list(self.sidecar.notes),
        }


def download(
    source: str,
    query: Query,
    into: str | Path,
    *,
    cache: str | Path | None = None,
    base: str = "",
    fresh: bool = False,
    offline: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    backoff: float = BACKOFF,
    read_timeout: float = READ_TIMEOUT,
    max_bytes: int = 0,
) -> Downloaded:
    """Fetch what `query` asks of a source (`SITES`) and write it into a folder.

    The file's name is made of source, query, retrieval day and content, so that nothing is ever overwritten by another
    content. Pages that were fetched before come from the cache (default: `cache_folder()`), so that running a command
    again goes on where it stopped; fresh: ask for everything again; offline: ask for nothing. base: another address of
    the interface. Raises DownloadError; then no file is written, and the pages fetched so far stay in the cache.
    """
    if source not in _CLIENTS:
        near = nearest(source, list(_CLIENTS))
        remedy = (
            text(f"Write '{near}'?", f"'{near}'(으)로 적으십시오?")
            if near
            else text(f"Sources: {', '.join(_CLIENTS)}.", f"자료원: {', '.join(_CLIENTS)}.")
        )
        raise DownloadError(
            "bad-query",
            text(f"No source is called '{source}'.", f"'{source}'(이)라는 자료원은 없습니다."),
            remedy,
        )
    site, client = _CLIENTS[source]
    place = Path()
    try:
        folder = Path(into)
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".download-", dir=folder)
        place = Path(name)
        kept_in = Cache(cache if cache is not None else cache_folder())
        with (
            os.fdopen(handle, "wb") as out,
            Fetcher(
                site,
                kept_in,
                base=base,
                fresh=fresh,
                offline=offline,
                sleep=sleep,
                backoff=backoff,
                read_timeout=read_timeout,
                max_bytes=max_bytes,
            ) as fetcher,
        ):
            reply = client(query, fetcher, out, progress)
            out.flush()
            os.fsync(out.fileno())
        return _put(site, query, reply, place, folder)
    except OSError as error:
        where = error.filename or into
        raise DownloadError(
            "disk",
            text(f"{where}: cannot be written ({error.strerror}).", f"{where}: 쓸 수 없습니다({error.strerror})."),
            text(
                "Choose another folder with --into or --cache, or make room.",
                "--into나 --cache로 다른 폴더를 고르거나 공간을 비우십시오.",
            ),
        ) from None
    finally:
        if place.name:
            place.unlink(missing_ok=True)


def _put(site: Site, query: Query, reply: Reply, place: Path, folder: Path) -> Downloaded:
    digest = file_hash(place)
    first = min(answer.retrieved for answer in reply.answers)
    last = max(answer.retrieved for answer in reply.answers)
    notes = reply.notes
    if last.date() != first.date():
        said = text(
            f"fetched over several days ({first.date()} to {last.date()}); --fresh fetches it in one go",
            f"여러 날에 걸쳐 받았습니다({first.date()}~{last.date()}). --fresh로 한 번에 받을 수 있습니다",
        )
        notes = (*notes, said)
    sidecar = Sidecar(
        source=site.id,
        title=site.title,
        publisher=site.publisher,
        edition=reply.edition or f"as of {first.date()}",
        url=reply.answers[0].url,
        retrieved=first.date().isoformat(),
        retrieved_last=last.date().isoformat(),
        sha256=digest,
        bytes=place.stat().st_size,
        licence=site.licence,
        licence_note=site.licence_note,
        citation=f"{site.citation} Retrieved {first.date()}.",
        query={"query": query.query, "filters": [list(pair) for pair in query.filters]},
        records=reply.records,
        notes=notes,
        pages=tuple(answer.as_dict() for answer in reply.answers),
    )
    file = folder / f"{_stem(site, query)}-{first.date()}-{digest[:8]}{reply.suffix}"
    unchanged = file.exists() and file_hash(file) == digest
    if not unchanged:
        place.chmod(0o644)
        place.replace(file)
    sidecar.write(file)
    kept = sum(answer.cached for answer in reply.answers)
    return Downloaded(file, replace(sidecar), len(reply.answers) - kept, kept, unchanged)


def _stem(site: Site, query: Query) -> str:
    asked = query.query or "-".join(value for _, value in query.filters)
    words = re.sub(r"[^A-Za-z0-9]+", "-", asked).strip("-").lower()[:40].strip("-")
    return f"{site.id}-{words}" if words else site.id
