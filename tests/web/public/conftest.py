"""The public site on a store made once; the site's own settings, and no database within reach of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from majung.runs import Run
from majung.taskforce.journal.keys import public_pem
from majung.web.public import settings as public
from majung.web.public import site
from taskforce.conftest import build

from .building import Published, first_edition, furnish

OWN = (
    *("ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES", "CSRF_FAILURE_VIEW", "CONTENT_SECURITY_POLICY", "PER_DAY", "INBOX"),
    *("FORM_HOURS", "BODY", "PROXIES", "DATA_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS"),
)


@pytest.fixture(scope="session")
def published(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, kept_run: Run
) -> Published:
    store = tmp_path_factory.mktemp("store")
    with django_db_blocker.unblock(), transaction.atomic():
        institution = build()
        furnish(institution, kept_run)
        made = first_edition(institution, store, kept_run)
        transaction.set_rollback(True)
    return made


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    """The settings of the public site; the folder that it writes."""
    for name in OWN:
        setattr(settings, name, getattr(public, name))
    settings.PUBLIC_DATA = tmp_path / "public-site"
    settings.PUBLIC_KEY = None
    settings.FORM_SECONDS = 0
    return tmp_path / "public-site"


@pytest.fixture
def pinned(published: Published, tmp_path: Path) -> Path:
    file = tmp_path / "secretariat.pem"
    file.write_bytes(public_pem(published.key.public_key()))
    return file


def refuse(execute: Any, sql: str, *_: Any) -> None:
    raise AssertionError(f"the public site asked a database: {sql[:200]}")


@pytest.fixture
def client(db: None, published: Published, data: Path, pinned: Path, settings: Any) -> Iterator[Client]:
    """A visitor. A query while it is in use is an error: the site makes none."""
    settings.PUBLIC_STORE = published.store
    settings.PUBLIC_KEY = pinned
    with connection.execute_wrapper(refuse):
        yield Client(headers={"accept-language": "en"})
    site._store.cache_clear()
