"""The published store as the site sees it: the present edition of each programme, checked once, held in memory.

An edition that does not agree with its signed manifest is not served at all. What is served are the bytes that were
checked: a file altered afterwards changes nothing until the next edition, which is checked again.
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from majung.methods.labelled import InputError
from majung.taskforce.editions import CURRENT, KEY, MANIFEST, Read, read
from majung.taskforce.journal.canonical import canonical
from majung.taskforce.journal.keys import key_id, load_public

PROGRAMME = re.compile(r"\w[\w-]{0,119}")
AGAIN = 5.0
"""Seconds after which a refused edition is looked at again."""


class Unavailable(Exception):
    """There is no edition that may be served. wrong: what does not agree with the manifest, for the operator's log."""

    def __init__(self, programme: str, wrong: tuple[str, ...] = ()) -> None:
        super().__init__(f"{programme}: {'; '.join(wrong[:5]) or 'no edition'}")
        self.wrong = wrong


@dataclass(frozen=True)
class Edition:
    """A checked edition. pinned: signed with the key that the site was given, not only the one that lay with it."""

    programme: str
    found: Read
    key: bytes
    pinned: bool
    _parsed: dict[str, Any] = field(default_factory=dict)

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self.found.manifest

    @property
    def manifest_hash(self) -> str:
        return self.found.manifest_hash

    def document(self, name: str) -> Any:
        """The document at a path without suffix. Raises KeyError where none is published."""
        if name not in self._parsed:
            self._parsed[name] = json.loads(self.found.files[f"{name}.json"])
        return self._parsed[name]

    def get(self, name: str) -> Any:
        """The document, None where none is published."""
        try:
            return self.document(name)
        except KeyError:
            return None

    def all(self, folder: str) -> list[Any]:
        """Every document of a folder, in the order of their names."""
        names = sorted(name for name in self.found.files if name.startswith(f"{folder}/"))
        return [self.document(name.removesuffix(".json")) for name in names]

    @cached_property
    def packed(self) -> bytes:
        """The edition as a ZIP file, the same bytes for the same edition."""
        file = io.BytesIO()
        manifest = canonical({**self.manifest, "signature": self.found.signature})
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted({**self.found.files, MANIFEST: manifest, KEY: self.key}.items()):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return file.getvalue()


class Store:
    """The store's folder. trusted: public key (PEM) that editions must be signed with, None to take the one in them."""

    def __init__(self, folder: Path, trusted: bytes | None = None) -> None:
        self.folder = folder
        self.trusted = load_public(trusted) if trusted is not None else None
        self._held: dict[str, tuple[tuple[object, ...], Edition]] = {}
        self._refused: dict[str, tuple[tuple[object, ...], float, Unavailable]] = {}
        self._lock = threading.Lock()

    def programmes(self) -> list[str]:
        """Keys of the programmes that have an edition."""
        if not self.folder.is_dir():
            return []
        return sorted(f.name for f in self.folder.iterdir() if PROGRAMME.fullmatch(f.name) and (f / CURRENT).is_dir())

    def edition(self, programme: str) -> Edition:
        """The present edition. Raises KeyError where there is none, Unavailable for one that may not be served."""
        home = self.folder / programme
        if not PROGRAMME.fullmatch(programme) or not home.is_dir():
            raise KeyError(programme)
        folder = (home / CURRENT).resolve()
        try:
            stat = (folder / MANIFEST).stat()
        except OSError:
            raise KeyError(programme) from None
        seen = (str(folder), stat.st_mtime_ns, stat.st_ino, stat.st_size)
        held = self._held.get(programme)
        if held is not None and held[0] == seen:
            return held[1]
        with self._lock:
            held = self._held.get(programme)
            if held is not None and held[0] == seen:
                return held[1]
            refused = self._refused.get(programme)
            if refused is not None and refused[0] == seen and time.monotonic() - refused[1] < AGAIN:
                raise refused[2]
            try:
                edition = self._checked(programme, home, folder)
            except Unavailable as error:
                self._held.pop(programme, None)
                self._refused[programme] = (seen, time.monotonic(), error)
                raise
            self._held[programme] = (seen, edition)
            return edition

    def _checked(self, programme: str, home: Path, folder: Path) -> Edition:
        if folder.parent != home.resolve():
            raise Unavailable(programme, (f"{CURRENT} leads outside the programme's folder",))
        try:
            pem = (folder / KEY).read_bytes()
            found = read(folder, self.trusted or load_public(pem))
        except (OSError, InputError) as error:
            raise Unavailable(programme, (str(error),)) from error
        wrong = list(found.wrong)
        if found.manifest.get("programme") != programme:
            wrong.append(f"{MANIFEST}: of {found.manifest.get('programme')}, not {programme}")
        if self.trusted is not None and key_id(load_public(pem)) != key_id(self.trusted):
            wrong.append(f"{KEY}: not the key that the site was given")
        if "front.json" not in found.files:
            wrong.append("front.json: not in the manifest")
        if wrong:
            raise Unavailable(programme, tuple(wrong))
        return Edition(programme, found, pem, self.trusted is not None)
