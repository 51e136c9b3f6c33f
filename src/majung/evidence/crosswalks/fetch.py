"""Fetch an official concordance from its publisher, keep the file as it came, and read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from majung.evidence.adding import write_atomically
from majung.evidence.clients.cache import Answer, Cache, cache_folder
from majung.evidence.clients.failures import BadAnswerError, DownloadError
from majung.evidence.clients.http import BACKOFF, Fetcher
from majung.evidence.clients.site import Limit, Site
from majung.evidence.codebook import nearest
from majung.evidence.crosswalks.catalogue import Official, catalogue, turned
from majung.evidence.crosswalks.concordance import Concordance, write_concordance
from majung.evidence.crosswalks.layouts import read_official
from majung.evidence.problems import Text, text

MAX_BYTES = 32 << 20
"""The largest known file has half a megabyte."""
_ANY = "application/octet-stream"
_TYPES = {
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ANY),
    ".xls": ("application/vnd.ms-excel", _ANY),
    ".txt": ("text/plain", _ANY),
}
_BEGINNINGS = {".xlsx": b"PK\x03\x04", ".xls": b"\xd0\xcf\x11\xe0"}


@dataclass(frozen=True)
class Fetched:
    """file: as the publisher sent it. concordance and place (of its .toml): None where the columns of the file are not
    known, so that a person must name them."""

    official: Official
    answer: Answer
    file: Path
    concordance: Concordance | None
    place: Path | None


def fetch_official(
    id_: str,
    into: str | Path,
    *,
    cache: str | Path | None = None,
    base: str = "",
    fresh: bool = False,
    offline: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    backoff: float = BACKOFF,
) -> Fetched:
    """Bring a table of the catalogue into a folder: `<id>.<suffix>` as it came, `<id>.toml` and `<id>.csv` as read.

    base: another host than the publisher's; the path stays. fresh, offline, cache: as for `download`. Raises
    DownloadError, with the way by hand; InputError where the file is not laid out as expected (it is kept then).
    """
    one = _find(id_)
    if not one.url:
        raise DownloadError(
            "bad-query",
            text(
                f"No address is known for {one.citation}.",
                f"'{one.citation}'의 파일 주소가 알려져 있지 않습니다.",
            ),
            _by_hand(one),
        )
    split = urlsplit(one.url)
    site = Site(
        id=one.id,
        title=one.publisher,
        publisher=one.publisher,
        base=f"{split.scheme}://{split.netloc}",
        limits=(Limit(1, 1.0),),
        licence=one.terms,
        licence_note="",
        citation=one.citation,
        manual=one.url,
        manual_steps=_steps(one),
        importer={},
        max_bytes=MAX_BYTES,
    )
    folder = Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept_in = Cache(cache if cache is not None else cache_folder())
        with Fetcher(site, kept_in, base=base, fresh=fresh, offline=offline, sleep=sleep, backoff=backoff) as fetcher:
            answer = fetcher.get(split.path, {}, types=_TYPES[one.suffix], check=lambda place: _check(place, one))
        file = folder / f"{one.id}{one.suffix}"
        write_atomically(file, answer.path.read_bytes())
    except DownloadError as error:
        if error.rule != "refused":
            raise
        raise DownloadError("refused", error.reason, _by_hand(one)) from None  # moved, or not for programs
    except OSError as error:
        where = error.filename or into
        raise DownloadError(
            "disk",
            text(f"{where}: cannot be written ({error.strerror}).", f"{where}: 쓸 수 없습니다({error.strerror})."),
            text("Choose another folder, or make room.", "다른 폴더를 고르거나 공간을 비우십시오."),
        ) from None
    if not one.layout:
        return Fetched(one, answer, file, None, None)
    read = read_official(
        file,
        one.layout,
        id_=one.id,
        name=one.name,
        source=one.source,
        target=one.target,
        licence=one.terms,
        citation=f"{one.citation}. Retrieved {answer.retrieved.date()}",
        url=answer.url,
    )
    read = replace(read, retrieved=answer.retrieved.date().isoformat(), sha256=answer.sha256)
    return Fetched(one, answer, file, read, write_concordance(read, folder))


def _find(id_: str) -> Official:
    known = catalogue()
    if id_ in known:
        return known[id_]
    near = nearest(id_, list(known))
    remedy = text("`majung evidence crosswalks` lists them.", "`majung evidence crosswalks`가 목록을 보여 줍니다.")
    if back := turned(id_):
        remedy = text(
            f"There is {back}: `convert --by {back} --backwards` reads it the other way.",
            f"{back}이(가) 있습니다. `convert --by {back} --backwards`로 거꾸로 읽습니다.",
        )
    elif near:
        remedy = text(f"Write '{near}'?", f"'{near}'(으)로 적으십시오?")
    raise DownloadError(
        "bad-query",
        text(f"No table in the catalogue is called '{id_}'.", f"목록에 '{id_}'(이)라는 연계표는 없습니다."),
        remedy,
    )


def _check(place: Path, one: Official) -> None:
    """A log-in page, or another kind of file, under the right content type."""
    with place.open("rb") as stream:
        begins = stream.read(512)
    wanted = _BEGINNINGS.get(one.suffix)
    right = begins.startswith(wanted) if wanted else begins.strip() and not begins.lstrip().startswith(b"<")
    if not right:
        raise BadAnswerError(text(f"sent no {one.suffix} file", f"{one.suffix} 파일이 아닌 응답을 보냈습니다"))


def _steps(one: Official) -> Text:
    command = one.read_command()
    return text(f"It is linked from {one.page}\nThen: {command}", f"{one.page}에 연결되어 있습니다\n다음: {command}")


def _by_hand(one: Official) -> Text:
    command = one.read_command()
    return text(f"By hand: {one.page}\nThen: {command}", f"직접 내려받기: {one.page}\n다음: {command}")
