"""The public site's inbox: one file an entry, until a batch takes it along. Needs no database."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.methods.labelled import InputError
from majung.taskforce.batches import KINDS, MOST, sign

NAME = re.compile(r"(submission|statement|vote)-[0-9a-f]{32}\.json")


class Full(Exception):
    """The inbox holds as much as it may; a batch empties it."""


@dataclass(frozen=True)
class Inbox:
    """The folder of a programme's entries. most: how many of each kind it holds; an entry's size is bounded too."""

    folder: Path
    most: Mapping[str, int]

    def put(self, entry: dict[str, Any], form: str) -> bool:
        """Keep an entry. form: what makes it one; the same form sent twice is one entry (False the second time).

        Raises pydantic.ValidationError for an entry that a batch could not bring, Full when there is no room.
        """
        what = str(entry["what"])
        KINDS[what].model_validate(entry)
        self.folder.mkdir(parents=True, exist_ok=True)
        final = self.folder / f"{what}-{hashlib.sha256(form.encode()).hexdigest()[:32]}.json"
        if final.exists():
            return False
        if sum(file.name.startswith(f"{what}-") for file in self.folder.iterdir()) >= self.most[what]:
            raise Full
        work = self.folder / f".{secrets.token_hex(8)}"
        with work.open("xb") as file:
            file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(work, final)
        except FileExistsError:
            return False
        finally:
            work.unlink()
        return True

    def entries(self) -> list[Path]:
        """The files of entries, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [file for file in self.folder.iterdir() if NAME.fullmatch(file.name) and not file.is_symlink()]
        return sorted(found, key=lambda file: (file.stat().st_mtime_ns, file.name))


@dataclass(frozen=True)
class Sent:
    """A written batch. entries: how many it holds; left: how many wait for the next; damaged: files set aside."""

    entries: int
    left: int
    damaged: Sequence[str] = ()


def batch(programme: str, inbox: Inbox, key: Ed25519PrivateKey, out: Path, at: datetime) -> Sent:
    """Sign the oldest entries into `out` and move their files aside, to `../sent/<batch>`.

    The batch is on the disk before a file is moved: a stop in between sends entries twice, never not at all, and what
    is there already is passed by when taken in. Raises InputError when `out` exists.
    """
    if out.exists():
        raise InputError(f"{out}: exists already; a batch is not written over")
    aside = inbox.folder.parent / "sent" / f"{at:%Y%m%dT%H%M%S%f}"
    found, files, damaged = [], [], []
    waiting = inbox.entries()
    for file in waiting[:MOST]:
        try:
            entry = json.loads(file.read_bytes())
            KINDS[str(entry["what"])].model_validate(entry)
        except (OSError, ValueError, KeyError, TypeError):
            damaged.append(file.name)
        else:
            found.append(entry)
            files.append(file)
    if not found and not damaged:
        return Sent(0, 0)
    if found:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("xb") as target:
            target.write(sign(programme, found, key))
            target.flush()
            os.fsync(target.fileno())
    aside.mkdir(parents=True)
    for file in files:
        file.rename(aside / file.name)
    for name in damaged:
        (inbox.folder / name).rename(aside / f"damaged-{name}")
    return Sent(len(found), max(0, len(waiting) - MOST), damaged)
