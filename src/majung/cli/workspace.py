"""`majung serve` opens the workspace; `majung accounts` makes sign-ins."""

from __future__ import annotations

import gc
import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from majung.cli.database import connect
from majung.cli.progress import console
from majung.cli.serving import serve as run_server
from majung.methods.labelled import InputError

accounts = typer.Typer(help="Sign-ins of the workspace: an account is tied to a person of a programme.")


def register(root: typer.Typer) -> None:
    """Hang them into the main command."""
    root.command("serve")(serve_command)
    root.add_typer(accounts, name="accounts")


def serve_command(
    port: Annotated[int, typer.Option(help="Port of this machine.")] = 8020,
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine need MAJUNG_HOSTS.")] = (
        "127.0.0.1"
    ),
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 1,
) -> None:
    """Open the workspace in the browser: brings the tables up to date, lays out the static files, serves."""
    connect()
    from django.core.management import call_command
    from django.db import connections

    call_command("collectstatic", verbosity=0, interactive=False)
    # What the workers need is loaded once, before they are forked, and frozen, so that its memory stays shared.
    import_module("majung.web.urls")
    gc.freeze()
    # SQLite's locks are not inherited, and on PostgreSQL two processes would talk on one line.
    connections.close_all()
    os.environ["DJANGO_SETTINGS_MODULE"] = "majung.web.settings"
    console.print(f"Workspace at http://{host}:{port}/ (Ctrl+C ends)")
    run_server("majung.web.wsgi:application", host, port, workers)


@accounts.command("add")
def add(
    name: Annotated[str, typer.Argument(help="User name to sign in with.")],
    person: Annotated[str, typer.Option(help="Key of the person the account belongs to.")],
    programme: Annotated[str, typer.Option(help="Key of the programme.")],
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password; asked for without it, made if there is no terminal.")
    ] = None,
    email: Annotated[str, typer.Option(help="E-mail address by which the identity provider knows the account.")] = "",
    language: Annotated[str, typer.Option(help="Language of the account: ko or en.")] = "ko",
) -> None:
    """Make a sign-in and tie it to a person; an existing account is tied to the further programme."""
    connect()
    from allauth.account.models import EmailAddress

    from majung.taskforce.models import Person, Programme, User
    from majung.taskforce.operations import programmes, system

    held = Programme.objects.filter(key=programme).first()
    if held is None:
        known = ", ".join(Programme.objects.order_by("key").values_list("key", flat=True)) or "none"
        raise InputError(f"no programme {programme!r}; there is: {known}")
    whose = Person.objects.filter(programme=held, key=person).first()
    if whose is None:
        some = ", ".join(Person.objects.filter(programme=held).order_by("key").values_list("key", flat=True)[:20])
        raise InputError(f"no person {person!r} in {programme}; there is: {some or 'none'}")
    user = User.objects.filter(username=name).first()
    if user is None:
        password, told = _password(password_file)
        _sound(password)
        user = User.objects.create_user(name, email=email, password=password, language=language)
        if email:
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if told:
            console.print(f"password of {name}: {password}", markup=False, highlight=False)
    programmes.give_account(system("accounts", datetime.now(UTC)), whose, username=name)
    console.print(f"{name} signs in as {whose.post.get(language, person)} of {programme}", markup=False)


@accounts.command("password")
def password_command(
    name: Annotated[str, typer.Argument(help="User name.")],
    password_file: Annotated[
        Path | None, typer.Option(help="File with the new password; asked for without it.")
    ] = None,
) -> None:
    """Set a new password; open sessions of the account end."""
    connect()
    from majung.taskforce.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise InputError(f"no account {name!r}")
    password, told = _password(password_file)
    _sound(password)
    user.set_password(password)
    user.save()
    if told:
        console.print(f"password of {name}: {password}", markup=False, highlight=False)


def _password(file: Path | None) -> tuple[str, bool]:
    """A password and whether it was made here and has to be told."""
    import secrets
    import sys

    if file is not None:
        return file.read_text("utf-8").strip(), False
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True), False
    return secrets.token_urlsafe(12), True


def _sound(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise InputError(f"password: {' '.join(error.messages)}") from error
