"""`majung public`: editions of the public store, what comes back from the public site, and the site itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from majung.cli import public_site
from majung.cli.database import connect
from majung.cli.progress import console, errors
from majung.methods.labelled import InputError

app = typer.Typer(help="The public store: publish signed editions, verify them, serve them, take in batches.")
public_site.register(app)

Store = Annotated[Path | None, typer.Option("--store", help="Folder of the public store; MAJUNG_PUBLIC without it.")]
Programme = Annotated[str, typer.Argument(help="Key of the programme.")]
PublicKey = Annotated[Path, typer.Option("--key", help="Public key (PEM) of whoever signed.")]


@app.command()
def publish(programme: Programme, store: Store = None) -> None:
    """Write what is public now as the next edition, signed, and put it in place."""
    connect()
    from django.conf import settings

    from majung.taskforce.journal import keys
    from majung.taskforce.models import Programme as Row
    from majung.taskforce.permission import system
    from majung.taskforce.publication import publish as write

    found = Row.objects.filter(key=programme).first()
    if found is None:
        raise InputError(f"no programme {programme!r} in this database")
    key = keys.load(settings.SIGNING_KEY)
    publisher = system("publisher", datetime.now(UTC))
    edition = write(publisher, found, store or settings.PUBLIC_STORE, key, settings.RUNS)
    console.print(f"edition {edition.number}: {edition.folder}", markup=False, soft_wrap=True)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of an edition.")],
    key: PublicKey,
) -> None:
    """Is an edition what was signed? Exit code 1 if not, each file named."""
    from majung.taskforce.editions import verify as check
    from majung.taskforce.journal import keys

    wrong = check(folder, keys.load_public(key.read_bytes()))
    for line in wrong:
        errors.print(line, style="red", markup=False)
    if wrong:
        raise typer.Exit(1)
    console.print("As it was signed.")


@app.command(name="take-in")
def take_in(
    programme: Programme,
    batch: Annotated[Path, typer.Argument(help="Batch file of the public site.")],
    key: PublicKey,
) -> None:
    """Take in what people put forward on the public site. Entries that cannot be taken in are named (exit code 1)."""
    connect()
    from majung.taskforce.intake import take_in as enter
    from majung.taskforce.journal import keys
    from majung.taskforce.models import Programme as Row

    found = Row.objects.filter(key=programme).first()
    if found is None:
        raise InputError(f"no programme {programme!r} in this database")
    taken = enter(batch, found, keys.load_public(key.read_bytes()))
    console.print(f"{taken.new} new, {taken.known} known already, {len(taken.refused)} refused")
    for number, why in taken.refused:
        errors.print(f"entry {number}: {why}", style="red", markup=False)
    if taken.refused:
        raise typer.Exit(1)
