"""What people put forward on the public site comes back as a signed batch; here it becomes submissions and votes.

The public site has no way into the workspace's database: it keeps what it receives as files and signs them together.
A batch may be taken in twice: what is there already is passed by. What cannot be taken in is reported, entry by entry,
and holds up nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from majung.methods.labelled import InputError
from majung.taskforce.journal.images import canonical
from majung.taskforce.journal.keys import key_id, signed_by
from majung.taskforce.models import Area, Consultation, Programme, Statement, Submission, Vote
from majung.taskforce.operations import Refusal, opinions
from majung.taskforce.permission import system
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
    receipt: str = Field(pattern=r"^[23456789A-HJ-NP-Z]{12}$")
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


KINDS: dict[str, type[SubmissionEntry] | type[VoteEntry] | type[StatementEntry]] = {
    "submission": SubmissionEntry,
    "vote": VoteEntry,
    "statement": StatementEntry,
}


@dataclass
class Taken:
    """What a batch brought: new rows, those that were there already, and refusals (entry number, why)."""

    new: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


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


def take_in(file: Path, programme: Programme, key: Ed25519PublicKey) -> Taken:
    """Take in a batch through the operations, each entry at the moment it was put forward."""
    taken = Taken()
    for number, raw in enumerate(read(file, key, programme.key), start=1):
        try:
            kind = KINDS[str(raw.get("what"))]
            entry = kind.model_validate(raw)
            fresh = _enter(programme, entry)
        except KeyError:
            taken.refused.append((number, f"what is {raw.get('what')!r}; known are {', '.join(KINDS)}"))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            taken.refused.append((number, wrong))
        except Refusal as error:
            taken.refused.append((number, str(error)))
        else:
            taken.new += fresh
            taken.known += not fresh
    return taken


def _enter(programme: Programme, entry: SubmissionEntry | VoteEntry | StatementEntry) -> bool:
    """Whether the entry was new."""
    actor = system("public", entry.at)
    match entry:
        case SubmissionEntry():
            if Submission.objects.filter(receipt=entry.receipt).exists():
                return False
            given = entry.model_dump(exclude={"at", "what", "area", "consultation", "kind"})
            opinions.receive(
                actor,
                programme,
                kind=entry.kind,
                area=_named(programme, Area, entry.area),
                consultation=_named(programme, Consultation, entry.consultation),
                **given,
            )
        case VoteEntry():
            statement = Statement.objects.filter(
                consultation__programme=programme, consultation__key=entry.consultation, number=entry.statement
            ).first()
            if statement is None:
                raise Refusal(f"no statement {entry.statement} in {entry.consultation}", "그런 문장이 없다")
            if Vote.objects.filter(statement=statement, voter=entry.voter, cast=entry.at).exists():
                return False
            opinions.vote(actor, statement, voter=entry.voter, opinion=entry.opinion)
        case _:
            consultation = _named(programme, Consultation, entry.consultation)
            if consultation is None:
                raise Refusal(f"no consultation {entry.consultation}", "그런 의견 수렴이 없다")
            said = {"ko": entry.text, "en": entry.text}
            if Statement.objects.filter(consultation=consultation, text=said).exists():
                return False
            opinions.propose_statement(actor, consultation, text=said)
    return True


Named = TypeVar("Named", Area, Consultation)


def _named(programme: Programme, kind: type[Named], key: str) -> Named | None:
    if not key:
        return None
    found = kind.objects.filter(programme=programme, key=key).first()
    if found is None:
        raise Refusal(f"no {kind.__name__.lower()} {key!r}", f"{key!r}이(가) 없다")
    return found
