"""The page frame: sign-in, language, headers, errors, accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from majung.publishing.charts import stylesheet
from majung.runs import Run
from majung.taskforce.models import User
from majung.taskforce.operations import runs
from majung.web import request as frame
from majung.web.words import words
from taskforce.conftest import Institution

SignIn = Callable[..., Client]
WEB = Path(__file__).parents[2] / "src" / "majung" / "web"


@pytest.fixture
def account(db: None) -> User:
    return User.objects.create_user("somebody", password="a-long-word")


@pytest.fixture
def browser(account: User) -> Callable[[str], Client]:
    """Signed in without a post in any programme."""

    def opened(language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return opened


def test_chart_classes_are_those_of_the_palette() -> None:
    """charts.css is made: write stylesheet() of publishing.charts into it after a change of the palette."""
    made = (WEB / "static" / "majung" / "charts.css").read_text("utf-8").split("\n", 1)[1]
    assert made == stylesheet()


def test_no_template_has_inline_style_or_script() -> None:
    """The content security policy would not run them."""
    forbidden = re.compile(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)")
    assert [f.name for f in (WEB / "templates").rglob("*.html") if forbidden.search(f.read_text("utf-8"))] == []


@pytest.mark.parametrize("address", ["/", "/style/", "/account/", "/test-2021/", "/test-2021/situation/"])
def test_nothing_is_shown_without_a_sign_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_an_account_without_a_post_is_told_how_it_gets_one(browser: Callable[[str], Client]) -> None:
    assert "majung accounts add" in browser("en").get("/").content.decode()


def test_a_person_of_one_programme_begins_there(institution: Institution, sign_in: SignIn) -> None:
    assert sign_in("chair").get("/").headers["Location"] == "/test-2021/"


def test_signing_in_and_out(account: User) -> None:
    client = Client(headers={"accept-language": "ko"})
    assert "작업장에 로그인" in client.get("/accounts/login/?next=/style/").content.decode()
    wrong = client.post("/accounts/login/", {"login": "somebody", "password": "not-this"})
    assert "errorlist" in wrong.content.decode()
    right = client.post("/accounts/login/?next=/style/", {"login": "somebody", "password": "a-long-word"})
    assert right.headers["Location"] == "/style/"
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/style/").status_code == 302


def test_nobody_signs_up_from_outside(db: None) -> None:
    client = Client()
    client.post("/accounts/signup/", {"username": "x", "password1": "a-long-word", "password2": "a-long-word"})
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["/account/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_account_pages_are_in_our_look(browser: Callable[[str], Client], address: str, language: str) -> None:
    answer = browser(language).get(address)
    assert answer.status_code == 200
    assert 'class="mast"' in answer.content.decode()
    assert f'<html lang="{language}"' in answer.content.decode()


def test_the_second_factor_is_shown_as_the_policy_allows(account: User) -> None:
    client = Client(headers={"accept-language": "en"})
    client.post("/accounts/login/", {"login": "somebody", "password": "a-long-word"})
    # The password is asked for once more before the account changes.
    again = client.get("/accounts/2fa/totp/activate/").headers["Location"]
    page = client.post(again, {"password": "a-long-word"}, follow=True).content.decode()
    assert "<svg" in page
    assert "data:image" not in page
    assert not re.search(r"\sstyle=", page)


def test_language_is_chosen_by_address_and_remembered(browser: Callable[[str], Client]) -> None:
    client = browser("en")
    assert '<html lang="en"' in client.get("/style/").content.decode()
    assert '<html lang="ko"' in client.get("/style/?lang=ko").content.decode()
    assert '<html lang="ko"' in client.get("/style/").content.decode()
    assert '<html lang="ko"' in client.get("/style/?lang=xx").content.decode()


def test_headers_forbid_what_we_do_not_use(browser: Callable[[str], Client]) -> None:
    headers = browser("en").get("/style/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("language", "said"), [("ko", "여기에는 아무것도 없거나"), ("en", "There is nothing here")])
def test_a_wrong_address_is_told_in_the_readers_language(
    browser: Callable[[str], Client], language: str, said: str
) -> None:
    answer = browser(language).get("/nowhere/at/all/")
    assert answer.status_code == 404
    assert said in answer.content.decode()


def test_what_is_refused_or_broken_has_a_page(account: User) -> None:
    request = RequestFactory().get("/")
    request.user = account
    for view, status in ((frame.denied, 403), (frame.csrf_failed, 403), (frame.broken, 500)):
        assert view(request).status_code == status
    stale = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert stale.status_code == 403


def test_the_set_clock_is_told_and_counts(
    institution: Institution, sign_in: SignIn, settings: pytest.FixtureRequest
) -> None:
    from datetime import UTC, datetime

    settings.CLOCK = datetime(2021, 4, 20, 5, tzinfo=UTC)  # type: ignore[attr-defined]
    page = sign_in("chair").get("/test-2021/situation/").content.decode()
    assert "Tue\u00a020\u00a0Apr\u00a02021\u00a014:00" in page


def test_a_topic_falls_back_to_the_frame_and_the_paper() -> None:
    found = words("style", "en")
    assert found.find("kicker") == "Design language"
    assert found.find("not_reported") == "not reported"
    assert found.find("unit.years")
    with pytest.raises(KeyError, match=r"style\.en\.toml has no nowhere"):
        found.find("nowhere")


def test_every_page_of_a_programme_is_reached_by_links_from_home(
    institution: Institution, sign_in: SignIn, kept_run: Run, settings: Any
) -> None:
    """A page that nobody links to is found by nobody."""
    assert kept_run.folder is not None
    settings.RUNS = kept_run.folder.parent
    runs.take_in(institution.by("loader"), institution.programme, key=kept_run.id, manifest=kept_run.manifest)
    client = sign_in("auditor")
    key = institution.programme.key
    waiting, seen = [f"/{key}/"], set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        for href in re.findall(r'href="([^"]*)"', answer.content.decode()):
            found = urlsplit(urljoin(address, unescape(href))).path
            # Pages of single things and files hang on these.
            if re.fullmatch(rf"/{key}/(?:[a-z-]+/)?", found) and found not in seen and found not in waiting:
                waiting.append(found)
    pages = {reverse(name, args=[key]) for name in _of_a_programme(get_resolver())}
    # Not pages: a form's target, a piece that htmx asks for.
    pages -= {reverse(name, args=[key]) for name in ("run-ask", "run-jobs")}
    assert pages - seen == set()


def _of_a_programme(resolver: URLResolver) -> list[str]:
    """The names of the addresses that need a programme's key and nothing else."""
    found = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found += _of_a_programme(entry)
        elif isinstance(entry, URLPattern) and re.fullmatch(r"<slug:programme>/(?:[a-z-]+/)?", str(entry.pattern)):
            found.append(str(entry.name))
    return found
