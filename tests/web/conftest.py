"""A signed-in person of the small institution, and a browser, for pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from majung.programme import load_programme
from majung.runs import Run, compute, load_run, save
from majung.taskforce.models import Person, User
from majung.taskforce.queries import runs as kept_runs
from majung.web import analyses
from majung.web.pages import trace
from miniature import Miniature
from taskforce.conftest import Institution, _papers, institution, rows  # noqa: F401  (fixtures)

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def forget_runs() -> None:
    """A process that has read no run yet."""
    kept_runs._kept.cache_clear()
    for made in (analyses.material_in, analyses.chapter, trace.chain_of):
        made.cache_clear()


@pytest.fixture(scope="session")
def kept_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The miniature programme's run, kept in a folder."""
    folder = tmp_path_factory.mktemp("kept")
    run = save(compute(load_programme(Miniature(folder / "programme").write())), folder / "runs")
    assert run.folder is not None
    return load_run(run.folder)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    """One browser for the tests of a file; closed before another file starts its own, since two cannot run at once."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: CI installs it (apt-get install chromium)")
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CHROMIUM")
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patched, sync_playwright() as play:
        # Playwright's loop runs in the thread in which the tests prepare their rows.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(institution: Institution) -> Callable[..., Client]:  # noqa: F811
    """A client signed in as a person of the institution, in a language."""

    def signed(who: str, language: str = "en") -> Client:
        user = User.objects.create_user(f"{who}-{User.objects.count()}", password="x")
        from majung.taskforce.operations import programmes

        person = Person.objects.get(pk=institution.people[who].pk)
        programmes.give_account(institution.by("loader"), person, username=user.username)
        client = Client(headers={"accept-language": language})
        client.force_login(user)
        return client

    return signed
