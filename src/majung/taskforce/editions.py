"""Editions of the public store as anybody can read and verify them. Needs no database: the public site reads so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from majung.methods.labelled import InputError
from majung.taskforce.journal.canonical import canonical, sha256
from majung.taskforce.journal.keys import signed_by

FORMAT = "majung-public-1"
CURRENT = "current"
MANIFEST, KEY = "manifest.json", "key.pem"


@dataclass(frozen=True)
class Read:
    """An edition as read. manifest: what is signed; files: content of each stated file that is as stated; wrong: what
    does not agree (files changed, missing or added, a signature that does not hold)."""

    folder: Path
    manifest: Mapping[str, Any]
    signature: str
    files: Mapping[str, bytes]
    wrong: tuple[str, ...]

    @property
    def manifest_hash(self) -> str:
        """The digest that the journal of the workspace holds of this edition."""
        return sha256(self.manifest)


def read(folder: Path, key: Ed25519PublicKey) -> Read:
    """Read every file of an edition once and compare it with the signed manifest.

    Raises InputError when the folder is not an edition of this format.
    """
    try:
        signed = json.loads((folder / MANIFEST).read_bytes())
        signature = str(signed.pop("signature", ""))
        stated = {str(name): str(digest) for name, digest in signed["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder}: not a published edition (manifest.json: {error})") from error
    wrong = [] if signed_by(key, canonical(signed), signature) else [f"{MANIFEST}: the signature does not hold"]
    there = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    files = {}
    for name, digest in stated.items():
        content = there[name].read_bytes() if name in there and not there[name].is_symlink() else None
        if content is None:
            wrong.append(f"{name}: missing")
        elif hashlib.sha256(content).hexdigest() != digest:
            wrong.append(f"{name}: changed")
        else:
            files[name] = content
    wrong += [f"{name}: not in the manifest" for name in sorted(set(there) - set(stated) - {MANIFEST, KEY})]
    if signed.get("format") != FORMAT:
        wrong.append(f"{MANIFEST}: a {signed.get('format')}, not a {FORMAT}")
    return Read(folder, signed, signature, files, tuple(wrong))


def verify(folder: Path, key: Ed25519PublicKey) -> list[str]:
    """What does not agree in an edition."""
    return list(read(folder, key).wrong)
