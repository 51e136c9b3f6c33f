"""`majung programme`: a programme folder into the database and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from majung.cli.database import connect
from majung.cli.progress import console

app = typer.Typer(help="The institution's programme: load a folder, write it back, spreadsheets.", no_args_is_help=True)


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Programme folder with its record.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Where the folder says otherwise than the database, the folder rules.")
    ] = False,
) -> None:
    """Load a programme folder: all of it or nothing. A second time nothing changes."""
    connect()
    from majung.taskforce.record.loading import load as run

    loaded = run(folder, apply=apply)
    if loaded.nothing:
        console.print(f"{loaded.programme.key}: nothing new; the database holds all of it", markup=False)
        return
    if loaded.entered:
        counted = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in loaded.entered.items())
        console.print(f"{loaded.programme.key}: entered {counted}", markup=False, soft_wrap=True)
    for line in loaded.applied:
        console.print(f"applied: {line}", markup=False, soft_wrap=True)


@app.command()
def export(
    key: Annotated[str, typer.Argument(help="The programme's key.")],
    folder: Annotated[Path, typer.Argument(help="Folder to write; it must not exist yet, or be empty.")],
    personal: Annotated[
        bool, typer.Option("--personal", help="With names, addresses and what people outside wrote.")
    ] = False,
) -> None:
    """Write a programme back as a folder that `load` accepts."""
    connect()
    from majung.taskforce.record.exporting import export as write

    console.print(f"{write(key, folder, personal=personal)}", markup=False)
