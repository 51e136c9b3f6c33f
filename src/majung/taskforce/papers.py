"""The files of papers, each under the SHA-256 of its content; a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.core.files.storage import default_storage


def place(digest: str) -> str:
    """Where the file of a digest lies in the store."""
    return f"{digest[:2]}/{digest}"


def keep(content: bytes) -> str:
    """Store a file that is not there yet and return its digest."""
    digest = hashlib.sha256(content).hexdigest()
    if not default_storage.exists(place(digest)):
        file = Path(default_storage.path(place(digest)))
        file.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved: half a file under this name would pass for the whole one ever after.
        part = file.with_name(f".{digest}-{os.getpid()}")
        with part.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        part.replace(file)
    return digest
