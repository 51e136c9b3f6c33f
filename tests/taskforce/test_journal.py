"""The journal finds what was altered: a changed entry, a rewritten chain, a cut tail, an edited row, a lost trigger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from majung.taskforce.journal import anchors, keys
from majung.taskforce.journal.canonical import canonical, sha256
from majung.taskforce.journal.chain import GENESIS
from majung.taskforce.journal.net import PREFIX, laid, lay, missing
from majung.taskforce.journal.verify import export, verify_database, verify_export
from majung.taskforce.models import (
    Body,
    JournalEntry,
    Mandate,
    Organisation,
    OutsideOperation,
    Person,
)
from majung.taskforce.operations import bodies, programmes, retention
from majung.taskforce.rules.words import ErasureRule
from net import without_net

from .conftest import Institution, moment, text


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def kinds(result: Any) -> set[str]:
    return {finding.kind for finding in result.findings}


def test_an_untouched_journal_is_sound(institution: Institution, key: Ed25519PrivateKey) -> None:
    anchors.anchor(key, moment("2021-04-10"))
    result = verify_database([key.public_key()])
    assert result.findings == []
    assert (result.entries, result.anchors) == (JournalEntry.objects.count(), 1)
    assert result.rows > 30


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE taskforce_body SET key = 'other' WHERE key = 'task-force'",
        "DELETE FROM taskforce_body WHERE key = 'task-force'",
        "UPDATE taskforce_journalentry SET operation = 'x' WHERE seq = 2",
        "DELETE FROM taskforce_journalentry WHERE seq = 2",
        "UPDATE taskforce_mandate SET role = 'chair', revision = revision + 1 WHERE role = 'member'",
    ],
)
def test_the_net_refuses_raw_sql(institution: Institution, attack: str) -> None:
    with pytest.raises(Error), transaction.atomic():
        sql(attack)
    assert verify_database().sound


def test_a_closed_mandate_is_never_edited(institution: Institution) -> None:
    mandate = Mandate.objects.get(person=institution.people["member"])
    bodies.end_mandate(institution.by("secretariat", "2021-06-30"), mandate)
    with pytest.raises(Error), transaction.atomic():
        sql(f"UPDATE taskforce_mandate SET ends = NULL, revision = revision + 1 WHERE id = {mandate.pk}")


def test_an_edited_row_is_named_though_its_trigger_is_gone(institution: Institution) -> None:
    without_net()
    sql("UPDATE taskforce_body SET key = 'other', revision = revision + 1 WHERE key = 'task-force'")
    result = verify_database()
    assert kinds(result) == {"net", "state"}
    (named,) = [f.where for f in result.findings if f.kind == "state"]
    assert named == f"body/{institution.task_force.pk}"
    lay(connection)
    assert missing(connection) == []


def test_the_net_is_laid_only_where_it_is_torn(institution: Institution) -> None:
    """A server starts while others write: where nothing is amiss it locks no table."""
    with CaptureQueriesContext(connection) as asked:
        lay(connection)
    assert [q["sql"] for q in asked if not q["sql"].lstrip().startswith("SELECT")] == []
    name = next(name for name in laid(connection) if name.startswith(f"{PREFIX}taskforce_body_delete"))
    if connection.vendor == "postgresql":
        sql(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN RETURN OLD; END $x$")
    else:
        sql(f"DROP TRIGGER {name}")
        sql(f"CREATE TRIGGER {name} BEFORE DELETE ON taskforce_body BEGIN SELECT 1; END")
    assert missing(connection) == [name]
    lay(connection)
    assert missing(connection) == []


def test_a_deleted_and_an_added_row_are_named(institution: Institution) -> None:
    without_net()
    gone = Person.objects.get(key="outsider")
    sql(f"DELETE FROM taskforce_person WHERE id = {gone.pk}")
    columns = [f.column for f in Organisation._meta.concrete_fields if f.column != "id"]
    listed = ", ".join(columns)
    chosen = listed.replace("key", "'smuggled'", 1)
    sql(
        f"INSERT INTO taskforce_organisation ({listed}) SELECT {chosen} FROM taskforce_organisation WHERE key = 'motie'"
    )
    smuggled = Organisation.objects.get(key="smuggled")
    where = {f.where for f in verify_database().findings if f.kind == "state"}
    assert where == {f"person/{gone.pk}", f"organisation/{smuggled.pk}"}


def test_a_changed_entry_is_named(institution: Institution) -> None:
    without_net()
    sql("UPDATE taskforce_journalentry SET acted_as = 'chair@task-force' WHERE seq = 5")
    found = [f.where for f in verify_database().findings if f.kind == "chain"]
    assert found == ["entry 5"]


def rewrite(change: Callable[[JournalEntry], None]) -> None:
    """Rewrite the whole chain consistently, as somebody who knows the code could."""
    from majung.taskforce.journal.chain import content
    from majung.taskforce.models import Head

    without_net()
    previous = GENESIS
    for entry in JournalEntry.objects.order_by("seq"):
        change(entry)
        entry.previous = previous
        entry.hash = previous = sha256(content(entry))
        entry.save()
    Head.objects.filter(pk=1).update(hash=previous)


def test_a_chain_rewritten_as_a_whole_is_found_by_its_anchor(institution: Institution, key: Ed25519PrivateKey) -> None:
    printed = anchors.as_data(anchors.anchor(key, moment("2021-04-10"), "announcement/a1"))

    def change(entry: JournalEntry) -> None:
        if entry.seq == 3:
            entry.acted_as = "nobody"

    rewrite(change)
    sql("DELETE FROM taskforce_anchor")
    assert "anchor" not in kinds(verify_database([key.public_key()]))
    assert kinds(verify_database([key.public_key()], [printed])) == {"net", "anchor"}


def test_a_cut_tail_is_found_by_its_anchor(institution: Institution, key: Ed25519PrivateKey) -> None:
    from majung.taskforce.models import Head

    programmes.add_organisation(institution.by("secretariat"), institution.programme, key="last", name=text("last"))
    printed = anchors.as_data(anchors.anchor(key, moment("2021-04-10")))
    without_net()
    last = JournalEntry.objects.order_by("seq").last()
    assert last is not None
    sql(f"DELETE FROM taskforce_journalentry WHERE seq = {last.seq}")
    sql("DELETE FROM taskforce_organisation WHERE key = 'last'")
    sql("DELETE FROM taskforce_anchor")
    Head.objects.filter(pk=1).update(seq=last.seq - 1, hash=last.previous)
    lay(connection)
    assert verify_database([key.public_key()]).sound
    result = verify_database([key.public_key()], [printed])
    assert [f.where for f in result.findings] == [f"anchor of entry {last.seq}"]


def test_a_forged_anchor_is_found(institution: Institution, key: Ed25519PrivateKey) -> None:
    printed = anchors.as_data(anchors.anchor(key, moment("2021-04-10")))
    printed["signature"] = Ed25519PrivateKey.generate().sign(canonical("x")).hex()
    assert kinds(verify_database([key.public_key()], [printed])) == {"anchor"}


def test_an_export_is_verified_offline_and_shows_tampering(
    institution: Institution, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    printed = anchors.as_data(anchors.anchor(key, moment("2021-04-10")))
    folder = export(tmp_path / "export", key)
    assert verify_export(folder).sound
    assert verify_export(folder, [key.public_key()], [printed]).sound

    lines = (folder / "entries.jsonl").read_text("utf-8").splitlines()
    (folder / "entries.jsonl").write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    assert {"head", "anchor"} <= kinds(verify_export(folder))
    (folder / "entries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    rows = (folder / "state.jsonl").read_text("utf-8").splitlines()
    row = json.loads(rows[0])
    row["values"]["key"] = "other"
    (folder / "state.jsonl").write_text("\n".join([json.dumps(row), *rows[1:]]), "utf-8")
    assert kinds(verify_export(folder)) == {"state"}


def test_verification_survives_erasure_and_the_journal_holds_no_name(institution: Institution) -> None:
    loader = institution.by("loader")
    name, mail = "Somebody Unlikely", "somebody@example.org"
    person = programmes.add_person(loader, institution.programme, key="p", post=text("post"), name=name, email=mail)
    told = json.dumps(list(JournalEntry.objects.values_list("rows", "arguments")), ensure_ascii=False)
    assert name not in told
    assert mail not in told
    retention.erase_person(institution.by("secretariat", "2027-01-01"), person, rule=ErasureRule.REQUESTED)
    person.refresh_from_db()
    assert (person.name, person.email, person.salt) == ("", "", "")
    assert verify_database().sound


def test_state_changes_only_inside_an_operation(institution: Institution) -> None:
    body = Body.objects.get(key="task-force")
    with pytest.raises(OutsideOperation):
        body.save()
    with pytest.raises(OutsideOperation):
        Body.objects.filter(key="task-force").update(key="x")
    with pytest.raises(OutsideOperation):
        body.delete()
    with pytest.raises(OutsideOperation):
        Body.objects.all().delete()
    with pytest.raises(OutsideOperation):
        Body.objects.bulk_create([Body(programme=institution.programme, key="y", kind="task-force")])


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "journal.pem"
    keys.make(file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(ValueError, match="there is a key already"):
        keys.make(file)
