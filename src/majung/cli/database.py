"""The workspace's database for commands that need it; the analytical commands start without."""

from __future__ import annotations

import os

from majung.methods.labelled import InputError


def connect(*, migrate: bool = True) -> None:
    """Set Django up on MAJUNG_DATA or DATABASE_URL; make or bring up to date the tables first unless told not to.

    Raises InputError when the extra `web` is not installed or the database cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.settings")
    try:
        import django
    except ImportError as error:
        raise InputError("the task force needs the extra `web`: pip install 'majung[web]'") from error
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import OperationalError

    settings.DATA.mkdir(parents=True, exist_ok=True)
    try:
        if migrate:
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise InputError(f"the database cannot be reached: {error}; see MAJUNG_DATA and DATABASE_URL") from error
