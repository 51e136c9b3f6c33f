"""The institution of the task force's tests, with an account and a token for everybody in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from majung.taskforce.models import ApiToken, User
from majung.taskforce.operations import programmes
from taskforce.conftest import Institution, _papers, institution, rows  # noqa: F401

Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    """No failures counted before; a place for static files, which the server looks for when it starts."""
    cache.clear()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def tokens(institution: Institution) -> dict[str, str]:  # noqa: F811
    """A token of every person, by who it is."""
    now = datetime.now(UTC)
    secrets = {}
    for who, person in institution.people.items():
        user = User.objects.create(username=who)
        programmes.give_account(institution.by("loader"), person, username=who)
        _, secrets[who] = ApiToken.issue(user, "test", now, now + timedelta(days=1))
    return secrets


@pytest.fixture
def call(client: Client, tokens: dict[str, str]) -> Call:
    """Ask the API as somebody: (status, answer)."""

    def ask(who: str, path: str, body: dict[str, Any] | None = None, programme: str = "test-2021") -> tuple[int, Any]:
        url = f"/api/v1{path}" if path.startswith("/") else f"/api/v1/programmes/{programme}/{path}"
        headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
        if body is None:
            answer = client.get(url, headers=headers)
        else:
            answer = client.post(url, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return ask
