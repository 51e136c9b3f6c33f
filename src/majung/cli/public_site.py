"""`majung public serve` and `majung public batch`: on the public site's machine, without the workspace's database."""

from __future__ import annotations

import importlib
import os
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from majung.cli.progress import console, errors
from majung.cli.serving import serve as run_server
from majung.methods.labelled import InputError

SETTINGS = "majung.web.public.settings"


def register(app: typer.Typer) -> None:
    """Hang them into `majung public`."""
    app.command()(serve)
    app.command()(batch)
    app.command()(keygen)


def serve(
    port: Annotated[int, typer.Option(help="Port of this machine.")] = 8030,
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine need MAJUNG_HOSTS.")] = (
        "127.0.0.1"
    ),
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 1,
) -> None:
    """Serve the public site from the store of MAJUNG_PUBLIC; see docs/public-site.md for the other settings."""
    config = _settings()
    if not config.PUBLIC_STORE.is_dir():
        raise InputError(
            f"{config.PUBLIC_STORE}: no store here; set MAJUNG_PUBLIC, fill it with `majung public publish`"
        )
    if config.PUBLIC_KEY is not None and not config.PUBLIC_KEY.is_file():
        raise InputError(f"MAJUNG_PUBLIC_KEY: {config.PUBLIC_KEY} is not there")
    console.print(f"Public site at http://{host}:{port}/ (Ctrl+C ends)")
    run_server("majung.web.public.wsgi:application", host, port, workers)


def batch(
    out: Annotated[Path, typer.Argument(help="File to write; it must not exist yet.")],
    key: Annotated[Path, typer.Option("--key", help="The public site's own private key (PEM).")],
    programme: Annotated[str, typer.Option(help="Key of the programme; needed when the inbox has several.")] = "",
) -> None:
    """Sign what lies in the inbox into a batch for `majung public take-in`, and move it aside."""
    config = _settings()
    from majung.taskforce.inbox import Inbox
    from majung.taskforce.inbox import batch as write
    from majung.taskforce.journal import keys

    there = sorted(f.parent.name for f in config.PUBLIC_DATA.glob("*/inbox"))
    if not programme and len(there) > 1:
        raise InputError(f"the inbox holds several programmes; choose one with --programme: {', '.join(there)}")
    chosen = programme or (there[0] if there else "")
    if chosen not in there:
        console.print(f"Nothing in the inbox{f' of {chosen}' if chosen else ''}.", markup=False)
        return
    sent = write(
        chosen, Inbox(config.PUBLIC_DATA / chosen / "inbox", config.INBOX), keys.load(key), out, datetime.now(UTC)
    )
    for name in sent.damaged:
        errors.print(f"{name}: damaged, set aside", style="red", markup=False)
    if not sent.entries:
        console.print(f"Nothing in the inbox of {chosen}.", markup=False)
        return
    more = f"; {sent.left} wait for another batch" if sent.left else ""
    console.print(
        f"{sent.entries:,} {'entry' if sent.entries == 1 else 'entries'} in {out}{more}", markup=False, soft_wrap=True
    )


def keygen(
    file: Annotated[Path, typer.Argument(help="Where to put the private key; the public half goes beside it.")],
) -> None:
    """Make the public site's own key: it signs batches, nothing else."""
    from majung.taskforce.journal import keys

    public = keys.make(file)
    console.print(f"{file}\n{public}: give this one to whoever takes batches in", markup=False, soft_wrap=True)


def _settings() -> ModuleType:
    """The public site's settings, whatever the environment says of the workspace's."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    try:
        return importlib.import_module(SETTINGS)
    except ImportError as error:
        raise InputError("the public site needs the extra `web`: pip install 'majung[web]'") from error
