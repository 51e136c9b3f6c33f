"""Downloads from a server on this machine, without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from loopback import Server

pytest.importorskip("httpx", reason="downloads need the extra clients")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    one = Server()
    yield one
    one.close()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def fetch(server: Server, tmp_path: Path, slept: list[float]) -> Callable[..., Any]:
    """`download` from the server into tmp_path/raw, waiting no time but noting how long it would have waited."""
    from majung.evidence.clients import Query, download

    def run(source: str, query: str = "", *filters: tuple[str, str], **options: Any) -> Any:
        asked = {name: options.pop(name) for name in ("limit", "mail", "key") if name in options}
        given = {"cache": tmp_path / "cache", "base": server.url, "sleep": slept.append} | options
        into = given.pop("into", tmp_path / "raw")
        return download(source, Query(query, tuple(filters), **asked), into, **given)

    return run
