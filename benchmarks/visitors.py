"""Many people at once, as cheaply as may be: one connection each, bare HTTP/1.1, no parsing beyond status and length.

The load must not measure its own generator: a request costs it about 0.2 ms of CPU, and what it took is told.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

THINKING = (10.0, 30.0)
"""Seconds between two pages of a person."""
WAIT = 30.0
TOKEN = "a" * 32

Draw = Callable[[random.Random, bool], tuple[str, str, str, dict[str, str] | None]]
"""What a person does next: (kind, method, address, form); the bool: works for the secretariat."""


@dataclass
class Seen:
    """What was answered. asked: (kind, address without its query, seconds, request id)."""

    asked: list[tuple[str, str, float, str]] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)

    def erred(self, what: str) -> None:
        self.wrong[what] = self.wrong.get(what, 0) + 1


class Visitor:
    """A browser with a session, on one kept connection."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.head = (
            f"Host: 127.0.0.1\r\nCookie: sessionid={session}; csrftoken={TOKEN}\r\nAccept-Language: ko\r\n"
            "Accept-Encoding: gzip\r\n"
        )
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, address: str, form: dict[str, str] | None) -> tuple[int, str]:
        """(status, request id). A connection that the server closed between two requests is opened anew."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **form}).encode() if form is not None else b""
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        sent = f"{method} {address} HTTP/1.1\r\n{self.head}{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body
        for again in (False, True):
            if self.streams is None:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            reader, writer = self.streams
            try:
                writer.write(sent)
                return await self._answer(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if again or method == "POST":
                    raise
        raise ConnectionError

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, str]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if fields.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(int(fields.get("content-length", 0)))
        return int(head.split(" ", 2)[1]), fields.get("x-request-id", "")

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None


async def visited(port: int, sessions: list[str], draw: Draw, people: int, seconds: int) -> Seen:
    """Everybody looks, reads for a while, looks again, until the time is over. Every fourth works for the secretariat,
    whose session is the first."""
    seen = Seen()
    end = time.perf_counter() + seconds

    async def person(number: int) -> None:
        chance = random.Random(number)
        staff = number % 4 == 0
        visitor = Visitor(port, sessions[0] if staff else sessions[1 + number % (len(sessions) - 1)])
        await asyncio.sleep(chance.uniform(0, (THINKING[0] + THINKING[1]) / 2))
        while time.perf_counter() < end:
            kind, method, address, form = draw(chance, staff)
            begun, told = time.perf_counter(), address.split("?")[0]
            try:
                status, number_ = await asyncio.wait_for(visitor.ask(method, address, form), WAIT)
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
                visitor.close()
                seen.erred(f"{kind} {type(error).__name__} {told}")
            else:
                seen.asked.append((kind, told, time.perf_counter() - begun, number_))
                if status != (302 if method == "POST" else 200):
                    seen.erred(f"{kind} {status} {told}")
            await asyncio.sleep(chance.uniform(*THINKING))
        visitor.close()

    await asyncio.gather(*(person(number) for number in range(people)))
    return seen


async def awake(port: int, tries: int = 240) -> None:
    """Wait until the server answers. Raises TimeoutError when it does not within two minutes."""
    for _ in range(tries):
        try:
            visitor = Visitor(port, "")
            status, _id = await visitor.ask("GET", "/healthz", None)
            visitor.close()
            if status == 200:
                return
        except (OSError, EOFError):
            await asyncio.sleep(0.5)
    raise TimeoutError("the server does not answer")


async def warm(port: int, session: str, address: str, at_once: int = 8, quick: float = 1.0) -> None:
    """Look at a page that stands on a run until every worker has read it: a server is put to work when it is ready."""
    for _ in range(20):
        visitors = [Visitor(port, session) for _ in range(at_once)]
        begun = time.perf_counter()
        await asyncio.gather(*(visitor.ask("GET", address, None) for visitor in visitors))
        for visitor in visitors:
            visitor.close()
        if time.perf_counter() - begun < quick:
            return


def told(seen: Seen, seconds: int) -> dict[str, Any]:
    """Requests a second, errors, percentiles (ms) by kind, and the slowest by address."""
    times: dict[str, list[float]] = {"all": []}
    for kind, _, took, _ in seen.asked:
        times["all"].append(took)
        times.setdefault(kind, []).append(took)
    slowest = sorted(seen.asked, key=lambda asked: -asked[2])[:5]
    return {
        "requests": len(seen.asked),
        "a second": round(len(seen.asked) / seconds, 1),
        "errors": seen.wrong,
        "ms": {
            kind: {
                "n": len(t),
                "p50": round(percentile(t, 50) * 1000),
                "p95": round(percentile(t, 95) * 1000),
                "most": round(max(t) * 1000),
            }
            for kind, t in times.items()
            if t
        },
        "slowest": [[kind, address, round(took * 1000), number] for kind, address, took, number in slowest],
    }


def percentile(values: list[float], at: int) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * at // 100) - 1)]
