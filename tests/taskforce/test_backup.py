"""From an empty database over a backup to a restored one whose journal holds; and what a damaged backup does."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
MAKE = """
import django, os, sys
from pathlib import Path
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
call_command("check", deploy=True, fail_level="WARNING")
from majung.taskforce.operations import bodies, meetings, programmes, system
from datetime import UTC, datetime
at = datetime(2021, 4, 9, 3, tzinfo=UTC)
text = {"ko": "가", "en": "a"}
loader = system("loader", at)
programme = programmes.found("p", text, "KOR", at)
body = bodies.found(loader, programme, key="tf", kind="task-force", name=text)
meeting = meetings.plan(loader, body, key="m", name=text, starts=at)
item = meetings.add_item(loader, meeting, title=text, purpose="inform")
meetings.add_paper(loader, item, title=text, file_name="a", media_type="text/plain", content=b"paper")
"""


def run(data: Path, *command: str, code: int = 0) -> str:
    """A process of its own on a folder of data: SQLite, as a deployment behind TLS is set."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "MAJUNG_DATA": str(data),
        "MAJUNG_HTTPS": "1",
        "MAJUNG_HOSTS": "majung.example",
        "DJANGO_SETTINGS_MODULE": "majung.web.settings",
        "PYTHONPATH": str(SOURCE),
    }
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_migrated_from_nothing_backed_up_and_restored(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "b.tar.gz"
    run(here, "-W", "error::UserWarning", "-c", MAKE)
    run(here, "-m", "majung", "backup", str(file))
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert "database/majung.sqlite3" in names
    assert [name for name in names if name.startswith("papers/")]
    assert not [name for name in names if "keys" in name or "secret" in name]
    assert file.stat().st_mode & 0o077 == 0
    assert "is there already" in run(here, "-m", "majung", "backup", str(file), code=2)

    said = run(there, "-m", "majung", "restore", str(file))
    assert "The journal holds." in said
    paper = next((there / "papers").rglob("*/*"))
    assert paper.read_bytes() == b"paper"

    # Back over what stands there: it is kept aside.
    run(there, "-m", "majung", "restore", str(file))
    assert list(there.glob("majung.sqlite3.before-*"))
    assert list(there.glob("papers.before-*"))

    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert "not a whole backup" in run(there, "-m", "majung", "restore", str(file), code=2)


@pytest.mark.slow
def test_a_restored_database_that_was_edited_is_found_out(tmp_path: Path) -> None:
    import hashlib
    import json
    import sqlite3

    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "b.tar.gz"
    run(here, "-c", MAKE)
    run(here, "-m", "majung", "backup", str(file))
    unpacked = tmp_path / "unpacked"
    with tarfile.open(file) as archive:
        archive.extractall(unpacked, filter="data")
    database = unpacked / "database" / "majung.sqlite3"
    opened = sqlite3.connect(database)
    for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        opened.execute(f'DROP TRIGGER "{name}"')
    opened.execute("UPDATE taskforce_meeting SET key = 'other'")
    opened.commit()
    opened.close()
    manifest = json.loads((unpacked / "manifest.json").read_text())
    manifest["files"]["database/majung.sqlite3"] = hashlib.sha256(database.read_bytes()).hexdigest()
    (unpacked / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(file, "w:gz") as archive:
        archive.add(unpacked, ".")
    said = run(there, "-m", "majung", "restore", str(file), code=1)
    assert "was changed past the journal" in said
    assert "trigger" in said
