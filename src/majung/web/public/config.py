"""The settings of the process with their types; see `majung.web.public.settings` for what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings


class Config(Protocol):
    PUBLIC_STORE: Path
    PUBLIC_KEY: Path | None
    PUBLIC_DATA: Path
    SECRET_KEY: str
    PROXIES: int
    PER_DAY: Mapping[str, int]
    INBOX: Mapping[str, int]
    FORM_SECONDS: int
    FORM_HOURS: int
    BODY: int


config = cast(Config, settings)
