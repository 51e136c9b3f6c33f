"""What is asked of a site, and how far the answer has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from majung.evidence.clients.failures import DownloadError, nothing
from majung.evidence.codebook import nearest
from majung.evidence.problems import text

MAX_RECORDS = 100_000
"""Records that one download takes unless told otherwise: beyond it a bulk file is the better way."""


@dataclass(frozen=True)
class Query:
    """query: the main thing (docs/downloads.md says what it is for each site). filters: (name, value) in order.

    limit: the most records to take. mail, key: who asks; sent, and never written to a file, a message or the cache.
    """

    query: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    limit: int = MAX_RECORDS
    mail: str = field(default="", repr=False)
    key: str = field(default="", repr=False)

    def only(self, names: Iterable[str]) -> dict[str, str]:
        """The filters as a mapping. Raises DownloadError for a name that is not among `names`, or one given twice."""
        allowed = list(names)
        found: dict[str, str] = {}
        for name, value in self.filters:
            if name not in allowed:
                near = nearest(name, allowed)
                remedy = (
                    text(f"Write '{near}'?", f"'{near}'(으)로 적으십시오?")
                    if near
                    else text(f"Filters here: {', '.join(allowed)}.", f"쓸 수 있는 조건: {', '.join(allowed)}.")
                )
                raise DownloadError(
                    "bad-query", text(f"No filter is called '{name}'.", f"'{name}'(이)라는 조건은 없습니다."), remedy
                )
            if name in found:
                raise DownloadError(
                    "bad-query", text(f"Filter '{name}' is given twice.", f"'{name}' 조건이 두 번 있습니다."), nothing()
                )
            found[name] = value
        return found


@dataclass(frozen=True)
class Progress:
    """done and total: records, or bytes where `unit` says so; total is None while it is not known."""

    done: int
    total: int | None
    unit: str = "records"
