"""The database's net, lifted: what somebody with its password could do, and what a flush between tests needs."""

from __future__ import annotations

from django.db import connection

from majung.taskforce.journal.net import PREFIX


def without_net() -> None:
    """Drop every trigger that majung.taskforce.journal.net laid."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.startswith(PREFIX):
                cursor.execute(f"DROP FUNCTION {name}() CASCADE" if postgres else f"DROP TRIGGER {name}")
