"""The net below the operations: database triggers that refuse what no operation does, on SQLite and PostgreSQL.

Journal, anchors and rows written once: no UPDATE, no DELETE. Rows of state: no DELETE, and an UPDATE must add one to
`revision`. Mandates: nothing but `ends` and `revision` ever changes. A net holds honest mistakes and raw SQL by hand;
whoever drops the triggers is found by `journal.verify`, which looks for them and compares rows with their images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.transaction import atomic

from majung.taskforce.models.base import Journaled
from majung.taskforce.models.journal import Anchor, JournalEntry, Tombstone

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "majung_net_"
UNCHANGING = {"taskforce_mandate": ("body_id", "person_id", "role", "represents_id", "starts", "acting_for_id")}


def rules() -> Iterator[tuple[str, str, str, str]]:
    """(table, event, condition under which it is refused, what is said) for every trigger."""
    for kept in (JournalEntry, Anchor, Tombstone):
        table = kept._meta.db_table
        yield table, "UPDATE", "1=1", f"{table} is never changed"
        yield table, "DELETE", "1=1", f"{table} is never deleted"
    for model in apps.get_app_config("taskforce").get_models():
        if not issubclass(model, Journaled):
            continue
        table = model._meta.db_table
        yield table, "DELETE", "1=1", f"{table}: rows of state are never deleted"
        if model.APPEND_ONLY:
            yield table, "UPDATE", "1=1", f"{table} is written once"
        else:
            yield table, "UPDATE", "NEW.revision <> OLD.revision + 1", f"{table}: only an operation changes a row"
        for column in UNCHANGING.get(table, ()):
            yield table, "UPDATE", f"{_differs(column)}", f"{table}.{column} is never changed; end it and add another"
        if table in UNCHANGING:
            yield table, "UPDATE", "OLD.ends IS NOT NULL", f"{table}: a closed mandate stays as it is"


def _differs(column: str) -> str:
    return (
        f"(NEW.{column} <> OLD.{column} OR (NEW.{column} IS NULL AND OLD.{column} IS NOT NULL)"
        f" OR (NEW.{column} IS NOT NULL AND OLD.{column} IS NULL))"
    )


def lay(connection: BaseDatabaseWrapper) -> None:
    """Create every trigger that is not there as it should be and drop those that no rule asks for; all or none."""
    wanted, there = _wanted(connection), laid(connection)
    # Where nothing is to be done nothing is locked: every start of a server passes here while others write.
    amiss = [name for name in wanted if there.get(name) != wanted[name][2]]
    left_over = [name for name in there if name.startswith(PREFIX) and name not in wanted]
    if not amiss and not left_over:
        return
    postgres = connection.vendor == "postgresql"
    with atomic(using=connection.alias), connection.cursor() as cursor:
        for name in left_over:
            cursor.execute(f"DROP FUNCTION {name}() CASCADE" if postgres else f"DROP TRIGGER {name}")
        for name in amiss:
            table, event, text = wanted[name]
            if postgres:
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $net${text}$net$"
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                )
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(text)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that should be there and are not, or say something else."""
    there = laid(connection)
    return [name for name, (_, _, text) in _wanted(connection).items() if there.get(name) != text]


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str, str]]:
    """name -> (table, event, text as the database keeps it) of every trigger on a table that exists."""
    existing = set(connection.introspection.table_names())
    postgres = connection.vendor == "postgresql"
    found = {}
    for number, (table, event, refused, said) in enumerate(rules()):
        if table not in existing:
            continue
        name = f"{PREFIX}{table}_{event.lower()}_{number}"
        if postgres:
            row = "OLD" if event == "DELETE" else "NEW"
            text = f" BEGIN IF {refused} THEN RAISE EXCEPTION '{said}'; END IF; RETURN {row}; END "
        else:
            text = (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {refused} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        found[name] = (table, event, text)
    return found


def laid(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """name -> text of the triggers in the database that are in force."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                "WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())
