"""A server on this machine that speaks the sites' protocols: real sockets, real HTTP, no stand-in for our own code."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Sent:
    """One answer. announced: Content-Length, if another than the body's; None = until the connection closes."""

    body: bytes = b""
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = -1


def as_json(value: Any, status: int = 200, **headers: str) -> Sent:
    return Sent(
        json.dumps(value, ensure_ascii=False).encode(),
        status,
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


class Server:
    """answer: what to send to a request. asked: every request so far."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Sent] = lambda _: Sent(status=404)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                split = urlsplit(self.path)
                asked = Asked(
                    split.path,
                    {name: values[-1] for name, values in parse_qs(split.query).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                )
                outer.asked.append(asked)
                sent = outer.answer(asked)
                self.send_response(sent.status)
                self.send_header("Content-Type", sent.type)
                for name, value in sent.headers.items():
                    self.send_header(name, value)
                if sent.announced is not None:
                    self.send_header("Content-Length", str(len(sent.body) if sent.announced < 0 else sent.announced))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(sent.body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(5)


def in_turn(*answers: Sent) -> Callable[[Asked], Sent]:
    """Answer with these in turn, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
