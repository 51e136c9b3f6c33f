"""The Django app; after each `migrate` the database's own safety net is laid anew."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TaskforceConfig(AppConfig):
    name = "majung.taskforce"
    label = "taskforce"
    verbose_name = "Task force"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_lay_net, sender=self)


def _lay_net(using: str, **_: Any) -> None:
    from django.db import connections

    from majung.taskforce.journal.net import lay

    lay(connections[using])
