"""Backup and restore: database, papers, kept runs and evidence in one file; the journal proves afterwards that all is
there. Keys are left out by intent: whoever holds a backup must not be able to sign.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from majung import __version__
from majung.methods.labelled import InputError
from majung.taskforce.journal.chain import GENESIS
from majung.taskforce.journal.verify import Verification, verify_database
from majung.taskforce.models import Head, JournalEntry

FORMAT = "majung-backup-1"
MANIFEST = "manifest.json"
MINUTES = 60


def _folders() -> dict[str, Path]:
    """What is kept beside the database, by its name in the backup."""
    storages: Any = settings.STORAGES
    return {
        "papers": Path(storages["default"]["OPTIONS"]["location"]),
        "runs": Path(settings.RUNS),
        "evidence": Path(settings.DATA) / "evidence",
        "public": Path(settings.PUBLIC_STORE),
    }


def backup(file: Path, at: datetime) -> dict[str, Any]:
    """Write a backup while the server may go on; whole or not at all. Returns its manifest.

    The database is copied as of one moment, files afterwards: they are only ever added, so that all that the database
    names is there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    with TemporaryDirectory(prefix="majung-backup-", dir=file.parent) as work:
        dump = _dump_sqlite(Path(work)) if connection.vendor == "sqlite" else _dump_postgres(Path(work))
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "majung": __version__,
            "made": at.isoformat(timespec="seconds"),
            "database": connection.vendor,
            "head": _head_of(dump) if connection.vendor == "sqlite" else None,
            "files": {},
        }
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            _add(archive, f"database/{dump.name}", dump, manifest["files"])
            for name, folder in _folders().items():
                for found in sorted(folder.rglob("*")) if folder.is_dir() else ():
                    inner = found.relative_to(folder)
                    if found.is_file() and not any(p.startswith(".") for p in inner.parts):
                        _add(archive, f"{name}/{inner.as_posix()}", found, manifest["files"])
            told = json.dumps(manifest, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(told), 0o600
            archive.addfile(entry, io.BytesIO(told))
    part.chmod(0o600)
    part.replace(file)
    return manifest


def _add(archive: tarfile.TarFile, name: str, file: Path, digests: dict[str, str]) -> None:
    digests[name] = _sha256(file)
    archive.add(file, name, recursive=False)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _dump_sqlite(work: Path) -> Path:
    """A copy as of one moment through SQLite's own backup, writers go on meanwhile."""
    connection.ensure_connection()
    copy = work / "majung.sqlite3"
    target = sqlite3.connect(copy)
    try:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
    return copy


def _head_of(file: Path) -> dict[str, Any]:
    """The journal's head as the copy has it."""
    opened = sqlite3.connect(file)
    try:
        row = opened.execute(f"SELECT seq, hash FROM {Head._meta.db_table} WHERE id = 1").fetchone()  # noqa: S608
    finally:
        opened.close()
    return {"seq": row[0], "hash": row[1]} if row else {"seq": 0, "hash": GENESIS}


def _dump_postgres(work: Path) -> Path:
    dump = work / "majung.sql"
    _run("pg_dump", "--no-owner", "--no-privileges", "--file", str(dump))
    return dump


def _run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on our database. Raises InputError when it is absent or fails."""
    found = shutil.which(program)
    if found is None:
        raise InputError(
            f"{program} is not on this machine: install PostgreSQL's client programs of the server's version"
        )
    database = settings.DATABASES["default"]
    told = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    given = {variable: str(database[key]) for key, variable in told.items() if database.get(key)}
    environment = {**os.environ, **given, "PGDATABASE": str(connection.settings_dict["NAME"])}
    done = subprocess.run(
        [found, *arguments], env=environment, capture_output=True, text=True, timeout=60 * MINUTES, check=False
    )
    if done.returncode:
        raise InputError(f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")


def restore(file: Path, at: datetime, keys: Iterable[Ed25519PublicKey] = ()) -> Verification:
    """Put a backup back and prove the journal. What stood there is kept beside it (`….before-<moment>`).

    Raises InputError for a file that is no backup, is damaged, or is of another kind of database; nothing is touched
    then. PostgreSQL: into an empty database.
    """
    folders, stamp = _folders(), at.strftime("%Y%m%dT%H%M%S")
    data = Path(settings.DATA)
    data.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restore-", dir=data) as work:
        manifest = _unpack(file, Path(work))
        if manifest["database"] != connection.vendor:
            raise InputError(f"{file}: a backup of {manifest['database']}; this database is {connection.vendor}")
        if connection.vendor == "sqlite":
            _put_sqlite(Path(work) / "database" / "majung.sqlite3", stamp)
        else:
            _put_postgres(Path(work) / "database" / "majung.sql")
        for name, folder in folders.items():
            fresh = Path(work) / name
            if fresh.is_dir():
                _aside(folder, stamp)
                folder.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(str(fresh), folder)
    result = verify_database(keys)
    if manifest["head"] is not None and manifest["head"]["hash"] != result.head:
        result.found(
            "backup", "head", "the journal does not end where the backup says", "저널의 끝이 백업에 적힌 것과 다르다"
        )
    if not result.findings:
        call_command("migrate", verbosity=0, interactive=False)
    return result


def _unpack(file: Path, work: Path) -> dict[str, Any]:
    """Unpack and check every file against the manifest."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(work, filter="data")
        manifest: dict[str, Any] = json.loads((work / MANIFEST).read_text("utf-8"))
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise InputError(f"{file}: not a whole backup of Majung ({error})") from error
    if manifest.get("format") != FORMAT:
        raise InputError(f"{file}: format {manifest.get('format')!r}; this reads {FORMAT!r}")
    for name, digest in manifest["files"].items():
        if not (work / name).is_file() or _sha256(work / name) != digest:
            raise InputError(f"{file}: {name} is missing or damaged in it")
    return manifest


def _put_sqlite(copy: Path, stamp: str) -> None:
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    _aside(place, stamp)
    for tail in ("-wal", "-shm"):
        _aside(place.with_name(place.name + tail), stamp)
    shutil.move(str(copy), place)


def _put_postgres(dump: Path) -> None:
    if JournalEntry._meta.db_table in connection.introspection.table_names():
        raise InputError("this PostgreSQL database has tables already: name an empty one in DATABASE_URL")
    connection.close()
    _run("psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", str(dump))


def _aside(place: Path, stamp: str) -> None:
    if place.exists():
        place.rename(place.with_name(f"{place.name}.before-{stamp}"))
