"""Data as they are written before hashing or signing. Needs no database: the public site verifies with it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(data: Any) -> bytes:
    """The one way in which journaled data are written before hashing."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(data: Any) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()
