"""A signed-in person of the small institution, for pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from majung.programme import load_programme
from majung.runs import Run, compute, load_run, save
from majung.taskforce.models import Person, User
from miniature import Miniature
from taskforce.conftest import Institution, _papers, institution, rows  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def kept_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The miniature programme's run, kept in a folder."""
    folder = tmp_path_factory.mktemp("kept")
    run = save(compute(load_programme(Miniature(folder / "programme").write())), folder / "runs")
    assert run.folder is not None
    return load_run(run.folder)


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
