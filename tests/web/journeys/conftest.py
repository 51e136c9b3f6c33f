"""A browser, a live server on the small institution, and people signed in to it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from majung.taskforce.models import Person, User
from majung.taskforce.operations import programmes
from majung.taskforce.rules.clock import SEOUL
from taskforce.conftest import Institution

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


def chromium() -> str | None:
    """The browser's program, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for the tests of a file; closed before another file starts its own, since two cannot run at once."""
    program = chromium()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on PATH: the journeys cannot run, and CI must run them")
        pytest.skip("no chromium on PATH: install it to run the journeys")
    playwright = pytest.importorskip("playwright.sync_api", reason="the journeys need playwright")
    with pytest.MonkeyPatch.context() as patched, playwright.sync_playwright() as started:
        # Playwright's loop runs in the thread in which the tests prepare their rows.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = started.chromium.launch(executable_path=program, args=list(FLAGS))
        yield found
        found.close()


class Visitor:
    """A person at a browser of their own."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base

    def goto(self, address: str = "") -> Any:
        """Open a page of the programme; it must answer. Returns the page."""
        answer = self.page.goto(f"{self.base}/test-2021/{address}", wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        return self.page

    def status(self, address: str) -> int:
        answer = self.page.goto(f"{self.base}/test-2021/{address}", wait_until="domcontentloaded")
        assert answer is not None
        return int(answer.status)

    def heading(self) -> str:
        return str(self.page.locator("h1").inner_text())

    def do(self, label: str, about: str = "", **fields: object) -> None:
        """Do a deed that the page offers, as a person would: find it, unfold it, fill in its form, send it.

        fields: name on the form -> text; `name_ko` and `name_en` for the languages; True ticks.
        """
        name = f"{label} – {about}" if about else label
        found = (
            self.page.locator(".deeds")
            .locator("a,button")
            .filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
            .first
        )
        found.wait_for(state="attached")
        if not found.is_visible():
            found.locator("xpath=ancestor::details/summary").click()
        self.follow(found)
        form = self.page.locator("form.fields")
        if form.count():
            self.fill(**fields)
            self.follow(form.locator("button.first"))
        wrong = self.page.locator("[role=alert]")
        assert not wrong.count(), wrong.first.inner_text()
        told = self.page.locator("[role=status]")
        assert told.count(), f"{label}: nothing says that it is done: {self.page.locator('main').inner_text()[:300]}"

    def follow(self, what: Any) -> None:
        """Click what leads to another page, and wait for it."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            what.click()

    def fill(self, **fields: object) -> None:
        """Fill in the form of a deed."""
        for key, value in fields.items():
            stem, _, language = key.rpartition("_")
            where = self.page.locator(f"#f-{stem}-{language}" if language in ("ko", "en") and stem else f"#f-{key}")
            if where.evaluate("e => e.tagName") == "SELECT":
                where.select_option(str(value))
            elif value is True:
                where.check()
            else:
                where.fill(str(value))

    def told(self) -> str:
        return str(self.page.locator("[role=alert]").first.inner_text())


class Clock:
    """The workspace's clock, moved by hand."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def set(self, moment: str) -> datetime:
        """Stand at a moment of Seoul, e.g. 2021-04-15T14:00."""
        at = datetime.fromisoformat(moment).replace(tzinfo=SEOUL)
        self._settings.CLOCK = at
        return at

    def pass_(self, **span: int) -> datetime:
        self._settings.CLOCK = configured.CLOCK + timedelta(**span)
        return datetime.fromisoformat(self._settings.CLOCK.isoformat())


@pytest.fixture
def clock(settings: Any) -> Clock:
    found = Clock(settings)
    found.set("2021-04-14T10:00")
    return found


@pytest.fixture
def visit(
    transactional_db: None, live_server: Any, browser: Any, institution: Institution, clock: Clock
) -> Iterator[Callable[..., Visitor]]:
    """A person of the institution at a browser: `visit("chair")`, `visit("member", language="ko", width=390)`."""
    contexts = []

    def opened(
        who: str, language: str = "en", width: int = 1440, scheme: str = "light", scripts: bool = True
    ) -> Visitor:
        context = browser.new_context(
            locale=language,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        # The first page of a process loads the libraries of all of them.
        context.set_default_navigation_timeout(60_000)
        context.add_cookies([{"name": "sessionid", "value": session_of(institution, who), "url": live_server.url}])
        return Visitor(context.new_page(), live_server.url)

    yield opened
    for context in contexts:
        context.close()


def session_of(institution: Institution, who: str) -> str:
    """The key of a session in which the person is signed in."""
    user, made = User.objects.get_or_create(username=f"{who}-of-journeys")
    if made:
        programmes.give_account(
            institution.by("loader"), Person.objects.get(pk=institution.people[who].pk), username=user.username
        )
        user.refresh_from_db()
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
