"""Batches of the public site: signed, taken in once, each bad entry named, nothing held up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.methods.labelled import InputError
from majung.taskforce.batches import sign
from majung.taskforce.intake import take_in
from majung.taskforce.models import JournalEntry, Statement, Submission, Vote
from majung.taskforce.operations import Invalid, opinions

from .conftest import Institution, text

AT = datetime(2021, 5, 3, 1, tzinfo=UTC).isoformat()
VOTER = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def statement(institution: Institution) -> Statement:
    i, loader = institution, institution.by("loader")
    consultation = opinions.open_consultation(loader, i.group, key="c", question=text("?"), area=i.area)
    made = opinions.propose_statement(loader, consultation, text=text("s"))
    opinions.show_statement(loader, made)
    return made


def entries() -> list[dict[str, object]]:
    return [
        {
            "what": "submission",
            "at": AT,
            "receipt": "23456789ABCD",
            "title": "t",
            "text": "x",
            "area": "intelligent-robots",
        },
        {"what": "vote", "at": AT, "consultation": "c", "statement": 1, "voter": VOTER, "opinion": "agree"},
        {"what": "statement", "at": AT, "consultation": "c", "text": "A new sentence"},
    ]


def test_a_batch_is_taken_in_once(
    institution: Institution, statement: Statement, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    file = tmp_path / "batch.json"
    file.write_bytes(sign("test-2021", entries(), key))
    first = take_in(file, institution.programme, key.public_key())
    assert (first.new, first.known, first.refused) == (3, 0, [])
    assert Submission.objects.get().received_on.isoformat() == "2021-05-03"
    assert Vote.objects.get().voter == VOTER
    assert Statement.objects.order_by("number").last().state == "proposed"  # type: ignore[union-attr]
    entries_then = JournalEntry.objects.count()
    again = take_in(file, institution.programme, key.public_key())
    assert (again.new, again.known) == (0, 3)
    assert JournalEntry.objects.count() == entries_then


def test_a_bad_entry_is_named_and_holds_up_nothing(
    institution: Institution, statement: Statement, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    bad: list[dict[str, object]] = [
        {"what": "riot", "at": AT},
        {**entries()[0], "receipt": "guessable", "title": ""},
        {**entries()[0], "area": "nowhere"},
        {**entries()[1], "statement": 99},
        {**entries()[1], "extra": 1},
    ]
    file = tmp_path / "batch.json"
    file.write_bytes(sign("test-2021", [*bad, *entries()], key))
    taken = take_in(file, institution.programme, key.public_key())
    assert taken.new == 3
    assert [number for number, _ in taken.refused] == [1, 2, 3, 4, 5]
    assert "nowhere" in taken.refused[2][1]


def test_a_batch_that_was_altered_or_signed_by_another_is_refused_whole(
    institution: Institution, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    file = tmp_path / "batch.json"
    batch = json.loads(sign("test-2021", entries(), key))
    batch["entries"][0]["title"] = "altered"
    file.write_text(json.dumps(batch))
    with pytest.raises(InputError, match="signature"):
        take_in(file, institution.programme, key.public_key())
    file.write_bytes(sign("test-2021", entries(), Ed25519PrivateKey.generate()))
    with pytest.raises(InputError, match="signature"):
        take_in(file, institution.programme, key.public_key())
    file.write_bytes(sign("other", entries(), key))
    with pytest.raises(InputError, match="of other, not"):
        take_in(file, institution.programme, key.public_key())
    assert not Submission.objects.exists()


def test_nobody_brings_a_receipt_of_their_own(institution: Institution) -> None:
    with pytest.raises(Invalid, match="made here"):
        opinions.receive(institution.by("outsider"), institution.programme, title="t", text="t", receipt="23456789ABCD")
