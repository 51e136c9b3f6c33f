"""The chain: each entry's hash covers the one before it; the head is the row that every deed locks first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from majung.taskforce.journal.canonical import sha256
from majung.taskforce.models.journal import Head, JournalEntry

GENESIS = "0" * 64


@dataclass(frozen=True)
class Draft:
    """An entry before it has its place in the chain."""

    programme_id: int | None
    at: datetime
    operation: str
    actor_id: int | None
    acted_as: str
    subject: str
    arguments: dict[str, Any]
    rows: Sequence[dict[str, Any]]


def hold() -> Head:
    """The head, locked until the transaction ends: until then nobody else writes to the journal."""
    return Head.objects.select_for_update().filter(pk=1).first() or Head(pk=1, seq=0, hash=GENESIS)


def append(drafts: Iterable[Draft]) -> list[JournalEntry]:
    """Give the drafts their places; call it last in the transaction."""
    head = hold()
    recorded = datetime.now(UTC)
    entries = []
    for draft in drafts:
        entry = JournalEntry(
            seq=head.seq + 1,
            programme_id=draft.programme_id,
            at=draft.at,
            recorded=recorded,
            operation=draft.operation,
            actor_id=draft.actor_id,
            acted_as=draft.acted_as,
            subject=draft.subject,
            arguments=draft.arguments,
            rows=list(draft.rows),
            previous=head.hash,
        )
        entry.hash = sha256(content(entry))
        head.seq, head.hash = entry.seq, entry.hash
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries)
    head.save()
    return entries


def content(entry: JournalEntry) -> dict[str, Any]:
    """An entry as exported, without its own hash: what the hash covers."""
    return {
        "seq": entry.seq,
        "programme": entry.programme_id,
        "at": moment(entry.at),
        "recorded": moment(entry.recorded),
        "operation": entry.operation,
        "actor": entry.actor_id,
        "acted_as": entry.acted_as,
        "subject": entry.subject,
        "arguments": entry.arguments,
        "rows": entry.rows,
        "previous": entry.previous,
    }


def moment(at: datetime) -> str:
    """A moment as the journal writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
