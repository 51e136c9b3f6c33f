"""Anchors: the journal's head, signed. Printed in announcements and exports, they show a rewritten or cut chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.methods.labelled import InputError
from majung.taskforce.journal.canonical import canonical
from majung.taskforce.journal.chain import moment
from majung.taskforce.journal.keys import key_id
from majung.taskforce.models.journal import Anchor, Head


def anchor(key: Ed25519PrivateKey, at: datetime, printed_in: str = "") -> Anchor:
    """Sign the head as it stands. printed_in: where outside this database it can be read again."""
    head = Head.objects.filter(pk=1).first()
    if head is None:
        raise InputError("the journal is empty: there is no head to sign")
    made = Anchor(
        seq=head.seq, hash=head.hash, signed=at, key_id=key_id(key.public_key()), printed_in=printed_in, signature=""
    )
    made.signature = key.sign(statement(as_data(made))).hex()
    made.save()
    return made


def as_data(anchor: Anchor) -> dict[str, Any]:
    """An anchor as it is printed and exported."""
    return {
        "seq": anchor.seq,
        "hash": anchor.hash,
        "signed": moment(anchor.signed),
        "key_id": anchor.key_id,
        "signature": anchor.signature,
        "printed_in": anchor.printed_in,
    }


def statement(data: dict[str, Any]) -> bytes:
    """What the signature covers."""
    return canonical({name: data[name] for name in ("seq", "hash", "signed", "key_id")})
