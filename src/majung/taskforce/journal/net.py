"""The net below the operations: database triggers that refuse what no operation does, on SQLite and PostgreSQL.

Journal, anchors and rows written once: no UPDATE, no DELETE. Rows of state: no DELETE, and an UPDATE must add one to
`revision`. Mandates: nothing but `ends` and `revision` ever changes. A net holds honest mistakes and raw SQL by hand;
whoever drops the triggers is found by `journal.verify`, which looks for them and compares rows with their images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps

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
    """Create every trigger anew."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for number, (table, event, refused, said) in enumerate(rules()):
            if table not in existing:
                continue
            name = f"{PREFIX}{table}_{event.lower()}_{number}"
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $net$ "
                    f"BEGIN IF {refused} THEN RAISE EXCEPTION '{said}'; END IF; "
                    f"RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $net$"
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                )
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {refused} "
                    f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
                )


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that should be there and are not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {row[0] for row in cursor.fetchall()}
    wanted = (f"{PREFIX}{table}_{event.lower()}_{number}" for number, (table, event, _, _) in enumerate(rules()))
    return [name for name in wanted if name not in there]
