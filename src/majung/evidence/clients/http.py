"""One request at a time, politely: cache, rate limit, retries with backoff, Retry-After, timeouts and bounds.

Retried: no answer, an answer cut short, 408, 425, 429, 500, 502, 503, 504, and a 200 whose content its check refuses.
`Retry-After` (RFC 9110, section 10.2.3: seconds or a date) is followed exactly; a longer wait than `LONGEST_WAIT` ends
the command with the time at which to run it again, and what was fetched until then is kept. Other statuses end it at
once.
Redirects are followed on the same host only, so that no key and no download goes elsewhere. A proxy and certificates of
an organisation are taken from HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from majung import __version__
from majung.evidence.clients.cache import Answer, Cache
from majung.evidence.clients.failures import BadAnswerError, DownloadError, nothing, plain
from majung.evidence.clients.limits import Pace
from majung.evidence.clients.site import Site
from majung.evidence.problems import Text, text

if TYPE_CHECKING:
    import httpx

TRIES = 5
"""Requests for one address before giving up."""
UNREACHABLE_TRIES = 2
"""Attempts to connect before saying that there is no way to the site."""
LONGEST_WAIT = 120.0
"""Seconds that a command waits, for a site or for a rate limit, before it ends with the time to come back."""
BACKOFF = 1.0
"""Seconds before the first retry without Retry-After; doubled each time."""
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 60.0
"""Seconds without a single byte."""
WHOLE_TIMEOUT = 1800.0
"""Seconds for one answer as a whole."""
REDIRECTS = 3
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
ERROR_BODY = 64 * 1024

Check = Callable[[Path], None]
"""Looks into a received file; raises BadAnswerError (try again) or DownloadError (final)."""


class Fetcher:
    """Fetches from one site. base: another address than the site's own. fresh: ask again for what is kept. offline:
    take only what is kept. sleep: how to wait."""

    def __init__(
        self,
        site: Site,
        cache: Cache,
        *,
        base: str = "",
        fresh: bool = False,
        offline: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        backoff: float = BACKOFF,
        read_timeout: float = READ_TIMEOUT,
        max_bytes: int = 0,
    ) -> None:
        self.site = site
        self.cache = cache
        self.base = (base or site.base).rstrip("/")
        if urlsplit(self.base).scheme not in ("http", "https") or not urlsplit(self.base).hostname:
            raise DownloadError(
                "bad-query",
                text(f"'{self.base}' is not a web address.", f"'{self.base}'은(는) 웹 주소가 아닙니다."),
                text("Write one that begins with https://.", "https://로 시작하는 주소를 적으십시오."),
            )
        self.fresh = fresh
        self.offline = offline
        self.sleep = sleep
        self.backoff = backoff
        self.read_timeout = read_timeout
        self.max_bytes = max_bytes or site.max_bytes
        host = re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(self.base).netloc)
        self.pace = Pace(cache.folder / "pace" / f"{host}.json", site.limits)
        self._client: httpx.Client | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        private: Mapping[str, str] | None = None,
        types: tuple[str, ...] = ("application/json",),
        check: Check = lambda _: None,
        received: Callable[[int], None] = lambda _: None,
    ) -> Answer:
        """The answer to GET base/path?params, from the cache if it is there.

        private: parameters that are sent but stand in no record (key, mail). types: content types that are taken; the
        first is asked for. received: told the number of bytes so far. Raises DownloadError.
        """
        url = self.base + path + _encoded(params)
        address = f"{types[0]} {url}"
        kept = None if self.fresh else self.cache.find(address)
        if kept is not None and _passes(check, kept.path):
            return kept
        if self.offline:
            raise DownloadError(
                "not-cached",
                text(f"Not kept on this machine: {url}", f"이 컴퓨터에 받아 둔 것이 없습니다: {url}"),
                text("Run it once without --offline.", "--offline 없이 한 번 실행하십시오."),
            )
        target = self.base + path + _encoded({**params, **(private or {})})
        return self._tried(target, url, address, types, check, received)

    def _tried(
        self,
        target: str,
        url: str,
        address: str,
        types: tuple[str, ...],
        check: Check,
        received: Callable[[int], None],
    ) -> Answer:
        httpx = _httpx()
        failure = DownloadError("busy", nothing(), nothing())
        for attempt in range(1, TRIES + 1):
            wait = self.backoff * 2 ** (attempt - 1)
            self._keep_pace()
            try:
                with self.cache.incoming() as (stream, place):
                    content_type, asked_wait = self._receive(target, url, types, stream.write, received)
                    if asked_wait is None:
                        stream.close()
                        check(place)
                        return self.cache.keep(address, url, place, content_type)
                    failure, told = asked_wait
                    wait = wait if told is None else told
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                failure = self._unreachable(error)
                if attempt >= UNREACHABLE_TRIES:
                    raise failure from None
            except (httpx.TransportError, httpx.DecodingError) as error:
                failure = self._broken_off(url, error)
            except BadAnswerError as error:
                failure = self._bad_answer(url, error.reason)
            if attempt < TRIES:
                self._wait(wait, failure)
        raise failure

    def _receive(
        self,
        target: str,
        url: str,
        types: tuple[str, ...],
        write: Callable[[bytes], object],
        received: Callable[[int], None],
    ) -> tuple[str, tuple[DownloadError, float | None] | None]:
        """Stream one answer into `write`: its content type, and, for a status that is tried again, why and when."""
        deadline = time.monotonic() + WHOLE_TIMEOUT
        with self._opened(target, types) as response:
            if response.status_code in RETRIED:
                busy = self._busy(url, response.status_code, _said(response))
                return "", (busy, _retry_after(response.headers.get("Retry-After", "")))
            if response.status_code != 200:
                raise self._refused(url, response.status_code, _said(response))
            content_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
            if content_type not in types:
                begins = _said(response)
                raise BadAnswerError(
                    text(
                        f"sent {content_type or 'no content type'} instead of {types[0]}; it begins: {begins!r}",
                        f"{types[0]} 대신 {content_type or '형식 표시 없음'}을(를) 보냈습니다. 첫머리: {begins!r}",
                    )
                )
            size = 0
            for block in response.iter_bytes():
                size += len(block)
                if size > self.max_bytes:
                    raise self._too_large(url)
                if time.monotonic() > deadline:
                    raise _httpx().ReadTimeout(f"not whole after {WHOLE_TIMEOUT:.0f} s")
                write(block)
                received(size)
        return content_type, None

    @contextmanager
    def _opened(self, target: str, types: tuple[str, ...]) -> Iterator[httpx.Response]:
        client = self._opened_client()
        for _ in range(REDIRECTS + 1):
            with client.stream("GET", target, headers={"Accept": types[0]}) as response:
                if not response.is_redirect:
                    yield response
                    return
                to = urljoin(target, response.headers["Location"])
            here, there = urlsplit(target), urlsplit(to)
            if there.hostname != here.hostname or (here.scheme, there.scheme) == ("https", "http"):
                raise DownloadError(
                    "refused",
                    text(
                        f"{self.site.title} sends the request on to another address ({there.hostname}), which is not"
                        " followed.",
                        f"{self.site.title}이(가) 요청을 다른 주소({there.hostname})로 돌려, 따라가지 않았습니다.",
                    ),
                    self._by_hand(),
                )
            target = to
        raise self._bad_answer(self.base, text("redirects in a circle", "같은 곳으로 계속 돌려보냅니다"))

    def _opened_client(self) -> httpx.Client:
        if self._client is None:
            httpx = _httpx()
            timeout = httpx.Timeout(self.read_timeout, connect=CONNECT_TIMEOUT)
            headers = {"User-Agent": f"majung/{__version__} (python-httpx)"}
            self._client = httpx.Client(timeout=timeout, headers=headers)
        return self._client

    def _keep_pace(self) -> None:
        wait = self.pace.reserve(LONGEST_WAIT)
        if wait > LONGEST_WAIT:
            limit = max(self.site.limits, key=lambda one: one.seconds)
            per = f"{limit.seconds / 60:.0f}"
            raise DownloadError(
                "busy",
                text(
                    f"{self.site.title} allows {limit.requests} downloads in {per} minutes, and these are used up.",
                    f"{self.site.title}은(는) {per}분에 {limit.requests}건까지 허용하며, 모두 썼습니다.",
                ),
                _again_at(wait),
            )
        if wait > 0:
            self.sleep(wait)

    def _wait(self, seconds: float, failure: DownloadError) -> None:
        if seconds > LONGEST_WAIT:
            raise DownloadError(failure.rule, failure.reason, _again_at(seconds))
        self.sleep(seconds)

    def _by_hand(self) -> Text:
        steps = self.site.manual_steps
        return text(
            f"By hand: {self.site.manual}\n{steps['en']}",
            f"직접 내려받기: {self.site.manual}\n{steps['ko']}",
        )

    def _unreachable(self, error: Exception) -> DownloadError:
        host = urlsplit(self.base).hostname or self.base
        return DownloadError(
            "offline",
            text(
                f"{self.site.title} ({host}) cannot be reached from this machine: {plain(str(error)) or 'no answer'}."
                " Without a network, or behind a proxy (set HTTPS_PROXY), download the file elsewhere.",
                f"이 컴퓨터에서 {self.site.title}({host})에 연결할 수 없습니다: {plain(str(error)) or '응답 없음'}."
                " 인터넷이 되는 곳에서 파일을 내려받으십시오(프록시를 쓰면 HTTPS_PROXY를 설정하십시오).",
            ),
            self._by_hand(),
        )

    def _broken_off(self, url: str, error: Exception) -> DownloadError:
        why = plain(str(error)) or type(error).__name__
        return self._bad_answer(
            url,
            text(f"broke off or went silent ({why})", f"도중에 끊기거나 응답이 멈췄습니다({why})"),
        )

    def _bad_answer(self, url: str, reason: Text) -> DownloadError:
        return DownloadError(
            "bad-answer",
            text(f"{self.site.title} {reason['en']}.\n{url}", f"{self.site.title}: {reason['ko']}.\n{url}"),
            self._by_hand(),
        )

    def _busy(self, url: str, status: int, said: str) -> DownloadError:
        return DownloadError(
            "busy",
            text(
                f"{self.site.title} asks to wait or is down (status {status}{': ' + said if said else ''}).\n{url}",
                f"{self.site.title}이(가) 지금은 답할 수 없습니다(상태 {status}{': ' + said if said else ''}).\n{url}",
            ),
            text(
                "Run the same command later: it goes on where it stopped.",
                "나중에 같은 명령을 다시 실행하면 멈춘 곳부터 이어집니다.",
            ),
        )

    def _refused(self, url: str, status: int, said: str) -> DownloadError:
        return DownloadError(
            "refused",
            text(
                f"{self.site.title} refuses the request (status {status}{': ' + said if said else ''}).\n{url}",
                f"{self.site.title}이(가) 요청을 거절했습니다(상태 {status}{': ' + said if said else ''}).\n{url}",
            ),
            _meaning(status),
        )

    def _too_large(self, url: str) -> DownloadError:
        bound = f"{self.max_bytes / 2**20:,.0f} MiB"
        return DownloadError(
            "too-large",
            text(
                f"The answer of {self.site.title} is larger than {bound}.\n{url}",
                f"{self.site.title}의 응답이 {bound}를 넘습니다.\n{url}",
            ),
            text("Ask for less: narrow the filters.", "조건을 좁혀 더 적게 요청하십시오."),
        )


def _passes(check: Check, place: Path) -> bool:
    """Whether a kept file still means what is asked; one kept by an older version may not, and is asked for again."""
    try:
        check(place)
    except BadAnswerError:
        return False
    return True


def _encoded(params: Mapping[str, str]) -> str:
    """`?name=value&...`; characters that the interfaces use as separators stay readable."""
    return "?" + urlencode(dict(params), quote_via=quote, safe=":;,|*@+/") if params else ""


def _said(response: httpx.Response) -> str:
    """The server's own words: the message of a JSON error, else the beginning of what it sent."""
    body = b""
    for block in response.iter_bytes():
        body += block
        if len(body) > ERROR_BODY:
            break
    words = body[:ERROR_BODY].decode("utf-8", errors="replace")
    try:
        told = json.loads(words)
    except ValueError:
        return plain(words)
    if isinstance(told, dict):
        for name in ("message", "error", "detail", "title"):
            if isinstance(told.get(name), str) and told[name].strip():
                return plain(told[name])
    return plain(words)


def _retry_after(value: str) -> float | None:
    """Seconds of a Retry-After header: digits, or an HTTP date; None where there is none that can be read."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), 10**8))
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _again_at(seconds: float) -> Text:
    when = (datetime.now().astimezone() + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M")
    return text(
        f"Run the same command again after {when}: it goes on where it stopped.",
        f"{when} 이후에 같은 명령을 다시 실행하면 멈춘 곳부터 이어집니다.",
    )


def _meaning(status: int) -> Text:
    if status in (401, 403):
        return text(
            "It wants a key, or does not serve this address (VPN, proxy): see docs/downloads.md.",
            "키가 필요하거나 이 주소(VPN, 프록시)에는 답하지 않습니다. docs/downloads.md를 보십시오.",
        )
    if status == 404:
        return text(
            "No such data set, or nothing in it for these filters: look it up on the site.",
            "그런 자료가 없거나 조건에 맞는 값이 없습니다. 사이트에서 확인하십시오.",
        )
    return text("Check the query and the filters.", "질의와 조건을 확인하십시오.")


def _httpx() -> ModuleType | Any:
    try:
        import httpx
    except ImportError:
        raise DownloadError(
            "missing-extra",
            text("Downloads need the package httpx.", "내려받으려면 httpx 꾸러미가 필요합니다."),
            text("Install it: pip install 'majung[clients]'", "설치: pip install 'majung[clients]'"),
        ) from None
    return httpx
