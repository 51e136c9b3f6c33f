"""The frame of a public page: which edition, in which language; tables and errors are the workspace's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from majung.taskforce.inbox import Inbox
from majung.taskforce.rules.clock import day_of
from majung.web.public import told
from majung.web.public.config import config
from majung.web.public.counting import count, source
from majung.web.public.door import language_of
from majung.web.public.store import Edition, Store
from majung.web.public.words import PublicWords, public_words
from majung.web.tables import Table, arranged, exported

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Site:
    """What a view gets in place of the request."""

    request: HttpRequest
    edition: Edition
    words: PublicWords

    @property
    def key(self) -> str:
        return self.edition.programme

    @property
    def front(self) -> Any:
        return self.edition.document("front")

    @property
    def name(self) -> str:
        return self.words.of(self.front["programme"]["name"])

    @property
    def at(self) -> datetime:
        """The moment of the edition."""
        return told.as_of(self.edition)

    @property
    def at_said(self) -> str:
        return self.words.moment(self.at)

    @property
    def inbox(self) -> Inbox:
        return inbox(self.key)

    def address(self, name: str, *args: object) -> str:
        return reverse(f"public-{name}", args=[self.key, *args])

    def document(self, name: str) -> Any:
        """A document of the edition; what is not published does not exist."""
        found = self.edition.get(name)
        if found is None:
            raise Http404
        return found

    def counts(self, kind: str) -> None:
        """Count a deed of this address. Raises TooMany."""
        meta = self.request.META
        address = source(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), config.PROXIES)
        count(config.PUBLIC_DATA / "counts", day_of(now()), address, kind, config.PER_DAY[kind])

    def show(self, template: str, *tables: Table, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page; `?<table>.as=csv` gives a table's file instead. Tables stand in the context by their names."""
        file = exported(self.request, *tables)
        if file is not None:
            return file
        named = {f"table_{table.name}": arranged(table, self.request) for table in tables}
        frame = {"site": self, "w": self.words, "exercise": self.front["exercise"]}
        return render(self.request, f"public/{template}.html", {**frame, **named, **context}, status=status)


def page(view: View) -> View:
    """A page of a programme of the store. Raises Http404 for a programme without an edition."""

    @functools.wraps(view)
    def look(request: HttpRequest, programme: str, **given: Any) -> HttpResponse:
        try:
            edition = store().edition(programme)
        except KeyError:
            raise Http404 from None
        return view(Site(request, edition, public_words(language_of(request))), **given)

    return look


def store() -> Store:
    """The store of the settings, held for the life of the process."""
    return _store(str(config.PUBLIC_STORE), str(config.PUBLIC_KEY or ""))


@functools.lru_cache(maxsize=4)
def _store(folder: str, key: str) -> Store:
    return Store(Path(folder), Path(key).read_bytes() if key else None)


def inbox(programme: str) -> Inbox:
    """The inbox of a programme."""
    return Inbox(config.PUBLIC_DATA / programme / "inbox", config.INBOX)


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
