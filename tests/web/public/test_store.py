"""An edition is served as it was signed or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from majung.taskforce.journal.canonical import canonical
from majung.taskforce.journal.keys import key_id, public_pem
from majung.web.public import site, store

from .building import Published


@pytest.fixture
def copy(published: Published, client: Client, tmp_path: Path, settings: Any) -> Path:
    """A copy of the store that may be damaged; its present edition."""
    folder = tmp_path / "store"
    shutil.copytree(published.store, folder, symlinks=True)
    settings.PUBLIC_STORE = folder
    site._store.cache_clear()
    return (folder / "test-2021" / "current").resolve()


def alter(edition: Path) -> None:
    file = edition / "front.json"
    file.write_bytes(file.read_bytes().replace(b"robots", b"rob0ts"))


def add(edition: Path) -> None:
    (edition / "announcements" / "smuggled.json").write_text("{}")


def remove(edition: Path) -> None:
    (edition / "areas" / "intelligent-robots.json").unlink()


def link(edition: Path) -> None:
    file = edition / "front.json"
    aside = edition.parent / "aside.json"
    file.rename(aside)
    file.symlink_to(aside)


def garble(edition: Path) -> None:
    (edition / "manifest.json").write_text("[]")


def forge(edition: Path) -> None:
    """Signed anew by somebody else, who brings a key of their own."""
    key = Ed25519PrivateKey.generate()
    manifest = json.loads((edition / "manifest.json").read_bytes())
    del manifest["signature"]
    manifest["key_id"] = key_id(key.public_key())
    signed = {**manifest, "signature": key.sign(canonical(manifest)).hex()}
    (edition / "manifest.json").write_bytes(canonical(signed))
    (edition / "key.pem").write_bytes(public_pem(key.public_key()))


@pytest.mark.parametrize("damage", [alter, add, remove, link, garble, forge])
def test_a_damaged_edition_is_not_served(copy: Path, client: Client, damage: Any, caplog: Any) -> None:
    damage(copy)
    answer = client.get("/test-2021/")
    assert answer.status_code == 503
    assert "Robots" not in answer.content.decode()
    assert "do not agree with their signed list" in answer.content.decode()
    assert "edition refused: test-2021" in caplog.text
    assert client.get("/health/").status_code == 503


def test_what_is_altered_after_the_check_is_not_served_either(copy: Path, client: Client) -> None:
    before = client.get("/test-2021/").content
    alter(copy)
    assert client.get("/test-2021/").content == before


def test_a_mended_edition_is_served_again(copy: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (copy / "front.json").read_bytes()
    alter(copy)
    assert client.get("/test-2021/").status_code == 503
    (copy / "front.json").write_bytes(kept)
    assert client.get("/test-2021/").status_code == 503, "not checked anew at every request"
    monkeypatch.setattr(store, "AGAIN", 0.0)
    assert client.get("/test-2021/").status_code == 200


def test_an_edition_of_another_programme_is_not_served(copy: Path, client: Client) -> None:
    home = copy.parent
    shutil.copytree(home, home.parent / "other-2022", symlinks=True)
    assert client.get("/other-2022/").status_code == 503
    (home.parent / "third").mkdir()
    (home.parent / "third" / "current").symlink_to(copy)
    assert client.get("/third/").status_code == 503


def test_without_a_key_of_its_own_the_site_says_what_it_could_not_check(
    copy: Path, client: Client, settings: Any
) -> None:
    settings.PUBLIC_KEY = None
    assert "Check by another way" in client.get("/test-2021/data/").content.decode()
    alter(copy)
    site._store.cache_clear()
    assert client.get("/test-2021/").status_code == 503


def test_no_store_and_no_programme_have_their_pages(client: Client, settings: Any, tmp_path: Path) -> None:
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/../").status_code == 404
    assert client.get("/test-2021/announcements/..%2F..%2Fmanifest/").status_code == 404
    settings.PUBLIC_STORE = tmp_path / "none"
    assert client.get("/").status_code == 503


def test_the_process_has_no_database_and_no_operations(published: Published, tmp_path: Path) -> None:
    """The site's own settings in a process of its own: what is loaded there, and a page from it."""
    script = """
import sys
from majung.web.public.wsgi import application
from django.conf import settings
from django.db import connections
from django.test import Client
answer = Client().get("/test-2021/")
assert answer.status_code == 200, answer.status_code
assert Client().get("/static/majung/look.css").status_code == 200
assert connections["default"].settings_dict["ENGINE"] == "django.db.backends.dummy"
wrong = [m for m in sys.modules if m.startswith(("majung.taskforce.models", "majung.taskforce.operations",
    "majung.taskforce.queries", "django.contrib.auth", "django.contrib.sessions"))]
assert not wrong, wrong
"""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "MAJUNG_DATA": str(tmp_path),
        "MAJUNG_PUBLIC": str(published.store),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
