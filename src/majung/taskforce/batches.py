"""Batches: what people put forward on the public site, signed together with that site's own key. Needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field

from majung.methods.labelled import InputError
from majung.taskforce.journal.canonical import canonical
from majung.taskforce.journal.keys import key_id, signed_by
from majung.taskforce.rules.receipts import PATTERN
from majung.taskforce.rules.words import Instrument, Opinion, OrganisationKind, SubmissionKind

FORMAT = "majung-batch-1"
LONGEST = 20_000
MOST = 10_000


class Entry(BaseModel):
    """Base of what a batch holds: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime


class SubmissionEntry(Entry):
    """A demand or proposal. receipt: the code that the person was given."""

    what: Literal["submission"]
    receipt: str = Field(pattern=PATTERN)
    kind: SubmissionKind = SubmissionKind.DEMAND
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=LONGEST)
    area: str = ""
    consultation: str = ""
    instrument: Instrument | None = None
    submitter: str = Field(default="", max_length=160)
    submitter_kind: OrganisationKind = OrganisationKind.OTHER
    contact: str = Field(default="", max_length=254)
    private_lead: str = Field(default="", max_length=160)
    matching_funds: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=3)
    language: Literal["ko", "en"] = "ko"


class VoteEntry(Entry):
    """A vote on a statement of a consultation."""

    what: Literal["vote"]
    consultation: str
    statement: int
    voter: str = Field(pattern=r"^[0-9a-f]{32}$")
    opinion: Opinion


class StatementEntry(Entry):
    """A sentence that somebody wants others to vote on; a person shows or hides it."""

    what: Literal["statement"]
    consultation: str
    text: str = Field(min_length=1, max_length=400)


AnyEntry = SubmissionEntry | VoteEntry | StatementEntry
KINDS: dict[str, type[SubmissionEntry] | type[VoteEntry] | type[StatementEntry]] = {
    "submission": SubmissionEntry,
    "vote": VoteEntry,
    "statement": StatementEntry,
}


def sign(programme: str, entries: Iterable[dict[str, object]], key: Ed25519PrivateKey) -> bytes:
    """A batch as the public site writes it."""
    batch = {
        "format": FORMAT,
        "programme": programme,
        "entries": list(entries),
        "key_id": key_id(key.public_key()),
    }
    return canonical({**batch, "signature": key.sign(canonical(batch)).hex()})


def read(file: Path, key: Ed25519PublicKey, programme: str) -> list[dict[str, object]]:
    """The entries of a batch. Raises InputError when it is not one, not of this programme, or not signed by the key."""
    try:
        batch = json.loads(file.read_bytes())
        signature = batch.pop("signature")
        entries = list(batch["entries"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file}: not a batch of the public site ({error})") from error
    if batch.get("format") != FORMAT or batch.get("programme") != programme:
        raise InputError(f"{file}: a {batch.get('format')} of {batch.get('programme')}, not a {FORMAT} of {programme}")
    if not isinstance(signature, str) or not signed_by(key, canonical(batch), signature):
        raise InputError(f"{file}: the signature is not that of the public site's key; nothing was taken in")
    if len(entries) > MOST:
        raise InputError(f"{file}: {len(entries):,} entries; a batch has at most {MOST:,}")
    return entries
