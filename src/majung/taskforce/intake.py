"""What people put forward on the public site comes back as a signed batch; here it becomes submissions and votes.

The public site has no way into the workspace's database: it keeps what it receives as files and signs them together.
A batch may be taken in twice: what is there already is passed by. What cannot be taken in is reported, entry by entry,
and holds up nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from majung.taskforce.batches import KINDS, AnyEntry, SubmissionEntry, VoteEntry, read
from majung.taskforce.models import Area, Consultation, Programme, Statement, Submission, Vote
from majung.taskforce.operations import Refusal, opinions
from majung.taskforce.permission import system


@dataclass
class Taken:
    """What a batch brought: new rows, those that were there already, and refusals (entry number, why)."""

    new: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


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


def _enter(programme: Programme, entry: AnyEntry) -> bool:
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
