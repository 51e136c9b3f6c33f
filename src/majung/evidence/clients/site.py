"""What there is to know of a site: its address, limits, licence, and the way by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from majung.evidence.problems import Text


@dataclass(frozen=True)
class Limit:
    """At most `requests` within any `seconds`."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Site:
    """One source with an open interface.

    base: address of the interface (tests give their own server's). licence, licence_note, citation: as the publisher
    states them. manual: where a person downloads the same data; manual_steps: what to choose there and what to do with
    the file. importer: the format that reads the raw file of a download (with options that it needs), by the file's
    suffix. max_bytes: the largest single answer that is taken.
    """

    id: str
    title: str
    publisher: str
    base: str
    limits: tuple[Limit, ...]
    licence: str
    licence_note: str
    citation: str
    manual: str
    manual_steps: Text
    importer: Mapping[str, str]
    max_bytes: int = 64 * 2**20
