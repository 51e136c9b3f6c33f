"""Has anything been altered? Chain, head, anchors, state and net compared; from the database or offline from an export.

An export is a folder: `entries.jsonl` (the chain), `state.jsonl` (the image of every row as it stands), `anchors.json`,
`keys/*.pem` (public halves) and `export.json` (format, head). Nothing in it is needed from the database any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.apps import apps
from django.db import connection

from majung.methods.labelled import InputError
from majung.taskforce.journal import anchors as signed
from majung.taskforce.journal.canonical import canonical, sha256
from majung.taskforce.journal.chain import GENESIS, content
from majung.taskforce.journal.images import image
from majung.taskforce.journal.keys import key_id, load_public, public_pem, signed_by
from majung.taskforce.journal.net import missing
from majung.taskforce.models.base import Journaled
from majung.taskforce.models.journal import Anchor, Head, JournalEntry
from majung.taskforce.rules.words import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = "majung-journal-1"
BATCH = 2000


@dataclass(frozen=True)
class Finding:
    """Something that does not agree. where: an entry, row, anchor or trigger."""

    kind: str
    where: str
    said: Text


@dataclass
class Verification:
    """entries, rows and anchors that were looked at, and what was found. unknown_keys: anchors nobody could check."""

    entries: int = 0
    rows: int = 0
    anchors: int = 0
    head: str = GENESIS
    findings: list[Finding] = field(default_factory=list)
    unknown_keys: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings

    def found(self, kind: str, where: str, en: str, ko: str) -> None:
        self.findings.append(Finding(kind, where, {"en": en, "ko": ko}))


Image = tuple[int, str]


def verify_database(keys: Iterable[Ed25519PublicKey] = (), outside: Iterable[dict[str, Any]] = ()) -> Verification:
    """Compare the database's chain, head, anchors, rows and triggers with each other.

    keys: public keys that are trusted. outside: anchors as printed elsewhere (announcements, exports): what makes a cut
    tail or a chain rewritten as a whole visible.
    """
    if JournalEntry._meta.db_table not in connection.introspection.table_names():
        raise InputError("there is no journal in this database yet: load a programme first")
    result = Verification()
    entries = ({**content(e), "hash": e.hash} for e in JournalEntry.objects.order_by("seq").iterator(BATCH))
    hashes, last = _walk(entries, result)
    head = Head.objects.filter(pk=1).first()
    stated = (head.seq, head.hash) if head else (0, GENESIS)
    _check_head(stated, result)
    kept = [signed.as_data(a) for a in Anchor.objects.order_by("seq", "pk")]
    _check_anchors([*kept, *outside], hashes, keys, result)
    _check_state(state(), last, result)
    for name in missing(connection):
        result.found(
            "net",
            name,
            f"trigger {name} is missing or altered: rows could be changed past the journal",
            f"트리거 {name}이(가) 없거나 바뀌었다",
        )
    return result


def verify_export(
    folder: Path, keys: Iterable[Ed25519PublicKey] = (), outside: Iterable[dict[str, Any]] = ()
) -> Verification:
    """The same from an export alone. keys: trusted public keys; without them those of the export itself are used, which
    prove that it is of one piece but not who made it."""
    try:
        about = json.loads((folder / "export.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: not a journal export (export.json: {error})") from error
    if about.get("format") != FORMAT:
        raise InputError(f"{folder}/export.json: format {about.get('format')!r}; this reads {FORMAT!r}")
    result = Verification()
    hashes, last = _walk(_lines(folder / "entries.jsonl"), result)
    _check_head((about["head"]["seq"], about["head"]["hash"]), result)
    trusted = list(keys) or [load_public(file.read_bytes()) for file in sorted((folder / "keys").glob("*.pem"))]
    kept = json.loads((folder / "anchors.json").read_text("utf-8"))
    _check_anchors([*kept, *outside], hashes, trusted, result)
    _check_state(_lines(folder / "state.jsonl"), last, result)
    return result


def export(folder: Path, key: Ed25519PrivateKey | None = None) -> Path:
    """Write the journal, the state and the anchors as a folder that can be verified without this system's database."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "entries.jsonl").open("wb") as file:
        for entry in JournalEntry.objects.order_by("seq").iterator(BATCH):
            file.write(canonical({**content(entry), "hash": entry.hash}) + b"\n")
    with (folder / "state.jsonl").open("wb") as file:
        for row in state():
            file.write(canonical(row) + b"\n")
    kept = [signed.as_data(a) for a in Anchor.objects.order_by("seq", "pk")]
    (folder / "anchors.json").write_bytes(canonical(kept))
    if key is not None:
        (folder / "keys").mkdir(exist_ok=True)
        public = key.public_key()
        (folder / "keys" / f"{key_id(public)}.pem").write_bytes(public_pem(public))
    head = Head.objects.filter(pk=1).first()
    about = {"format": FORMAT, "head": {"seq": head.seq if head else 0, "hash": head.hash if head else GENESIS}}
    (folder / "export.json").write_bytes(canonical(about))
    return folder


def state() -> Iterator[dict[str, Any]]:
    """The image of every journaled row as it stands."""
    for model in apps.get_app_config("taskforce").get_models():
        if issubclass(model, Journaled):
            for row in model._default_manager.order_by("pk").iterator(BATCH):
                yield image(row)


def _walk(entries: Iterable[dict[str, Any]], result: Verification) -> tuple[dict[int, str], dict[str, Image]]:
    """Hash by sequence number, and (revision, digest) of each row's last image."""
    hashes: dict[int, str] = {}
    last: dict[str, Image] = {}
    previous, expected = GENESIS, 1
    for entry in entries:
        seq, claimed = entry["seq"], entry.pop("hash")
        where = f"entry {seq}"
        if seq != expected:
            result.found(
                "chain", where, f"entries {expected} to {seq - 1} are missing", f"{expected}~{seq - 1}번이 없다"
            )
        elif entry["previous"] != previous:
            result.found("chain", where, "does not follow from the entry before it", "앞 기록과 이어지지 않는다")
        if sha256(entry) != claimed:
            result.found("chain", where, "its content is not what was hashed", "내용이 해시와 맞지 않는다")
        for row in entry["rows"]:
            last[f"{row['table']}/{row['id']}"] = (row["revision"], sha256(row["values"]))
        hashes[seq], previous, expected = claimed, claimed, seq + 1
        result.entries += 1
    result.head = previous
    return hashes, last


def _check_head(stated: tuple[int, str], result: Verification) -> None:
    if stated != (result.entries, result.head):
        result.found(
            "head",
            f"entry {stated[0]}",
            f"the head names entry {stated[0]}, the chain ends with entry {result.entries}: a tail is cut or added",
            f"머리는 {stated[0]}번을 가리키는데 사슬은 {result.entries}번에서 끝난다",
        )


def _check_anchors(
    anchors: list[dict[str, Any]],
    hashes: dict[int, str],
    keys: Iterable[Ed25519PublicKey],
    result: Verification,
) -> None:
    known = {key_id(key): key for key in keys}
    for data in anchors:
        result.anchors += 1
        where = f"anchor of entry {data['seq']}"
        key = known.get(data["key_id"])
        if key is None:
            result.unknown_keys.append(data["key_id"])
        elif not signed_by(key, signed.statement(data), data["signature"]):
            result.found("anchor", where, "its signature does not hold", "서명이 맞지 않는다")
            continue
        if data["seq"] not in hashes:
            result.found("anchor", where, "the chain no longer has this entry: a tail was cut", "사슬에 없는 기록이다")
        elif hashes[data["seq"]] != data["hash"]:
            result.found("anchor", where, "the chain has another entry there: it was rewritten", "사슬이 다시 쓰였다")


def _check_state(rows: Iterable[dict[str, Any]], last: dict[str, Image], result: Verification) -> None:
    left = dict(last)
    for row in rows:
        result.rows += 1
        where = f"{row['table']}/{row['id']}"
        told = left.pop(where, None)
        if told is None:
            result.found("state", where, "no operation wrote this row", "어떤 작업도 쓰지 않은 행이다")
        elif told != (row["revision"], sha256(row["values"])):
            result.found("state", where, "was changed past the journal", "저널을 거치지 않고 바뀌었다")
    for where in left:
        result.found("state", where, "was deleted past the journal", "저널을 거치지 않고 삭제되었다")


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise InputError(f"{file}:{number}: not JSON: {error}") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; an export holds it") from error
