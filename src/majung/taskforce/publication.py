"""The public store: what is published, as signed editions in a folder of its own. The public site reads nothing else.

An edition is a folder of JSON documents with `manifest.json`: the digest of each file, the journal's signed head, and a
signature over all of it. Embargo holds by absence: what is not announced on the minute is in no document. A new edition
is written beside the present one and put in its place at once; earlier editions stay.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.taskforce.editions import CURRENT, FORMAT
from majung.taskforce.journal import anchors
from majung.taskforce.journal.canonical import canonical, sha256
from majung.taskforce.journal.keys import key_id, public_pem
from majung.taskforce.models import Programme, PublishedEdition
from majung.taskforce.operations import announcements
from majung.taskforce.operations.act import Invalid, turn
from majung.taskforce.permission import Actor
from majung.taskforce.queries.public import documents


@dataclass(frozen=True)
class Edition:
    """A published edition: its number, folder, and the digest of its manifest."""

    number: int
    folder: Path
    manifest_hash: str


def publish(actor: Actor, programme: Programme, store: Path, key: Ed25519PrivateKey, runs: Path) -> Edition:
    """Write what is public at the actor's moment as the next edition of the store. runs: where kept runs are.

    Publishers take turns: each reads what is public after the one before has put its edition in place, so that no
    edition lacks what an earlier one had. The number is taken in the deed's own turn, in which no other store of the
    same programme takes one.

    Raises Refusal when the actor may not or an edition of a later moment is there already, OSError when the store
    cannot be written; the present edition then stays.
    """
    home = store / programme.key
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home), tempfile.TemporaryDirectory(dir=home, prefix=".unfinished-") as work:
        folder = Path(work) / "edition"
        folder.mkdir()
        files = write(documents(programme, actor.at, runs), folder)
        with turn():
            edition = _sign(actor, programme, folder, files, key, home)
            shutil.rmtree(edition.folder, ignore_errors=True)
            folder.rename(edition.folder)
        _point(home, edition.folder.name)
    return edition


def _sign(
    actor: Actor, programme: Programme, folder: Path, files: dict[str, str], key: Ed25519PrivateKey, home: Path
) -> Edition:
    """Give what is written in `folder` the next number, sign it and record it, within a turn."""
    last = PublishedEdition.objects.filter(programme=programme).order_by("number").last()
    if last is not None and last.at > actor.at:
        raise Invalid(
            f"edition {last.number} is of a later moment: publish again",
            f"{last.number}판이 더 나중 것이다. 다시 발행한다",
        )
    number = last.number + 1 if last else 1
    anchor = anchors.as_data(anchors.anchor(key, actor.at, f"edition/{number}"))
    signer = key_id(key.public_key())
    manifest = {
        "format": FORMAT,
        "programme": programme.key,
        "edition": number,
        "at": actor.at.isoformat(timespec="seconds"),
        "files": files,
        "journal": anchor,
        "key_id": signer,
    }
    digest = sha256(manifest)
    signature = key.sign(canonical(manifest)).hex()
    (folder / "manifest.json").write_bytes(canonical({**manifest, "signature": signature}))
    (folder / "key.pem").write_bytes(public_pem(key.public_key()))
    announcements.record_edition(
        actor, programme, number=number, manifest_hash=digest, key_id=signer, signature=signature
    )
    return Edition(number, home / f"edition-{number:05d}", digest)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One publisher at a time in a programme's store; the lock goes with the process that holds it."""
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write(found: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Write documents (path without suffix -> data) and return the digest of each file."""
    digests = {}
    for name, data in sorted(found.items()):
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = canonical(data)
        file.write_bytes(content)
        digests[f"{name}.json"] = hashlib.sha256(content).hexdigest()
    return digests


def _point(home: Path, name: str) -> None:
    """Put an edition in place of the present one, in one step."""
    link = home / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(home / CURRENT)
