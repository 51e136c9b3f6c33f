"""`majung worker` does what waits in the background; `majung backup` and `majung restore`."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from majung.cli.database import connect
from majung.cli.progress import console, errors
from majung.methods.labelled import InputError


def register(root: typer.Typer) -> None:
    """Hang the commands into the main command."""
    root.command("worker")(worker_command)
    root.command("backup")(backup_command)
    root.command("restore")(restore_command)


def worker_command(
    once: Annotated[bool, typer.Option("--once", help="Do what waits now, then end.")] = False,
    poll: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds between two looks at the queue.")] = 2.0,
) -> None:
    """Do background jobs: runs of the analysis. Start as many workers as there are cores to spare."""
    connect()
    from majung.taskforce.jobs import work, worker_name

    def end(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    name = worker_name()
    while True:
        job = work(name)
        if job is not None:
            told = job.error or job.result.get("run", "")
            console.print(f"job {job.pk} {job.kind}: {job.state} {told}", markup=False, highlight=False)
        elif once:
            return
        else:
            time.sleep(poll)


def backup_command(
    file: Annotated[Path, typer.Argument(help="File to write (.tar.gz).")],
) -> None:
    """Write database, papers, runs and evidence into one file, while the server goes on. Keys are not in it."""
    connect(migrate=False)
    from majung.taskforce.backup import backup

    if file.exists():
        raise InputError(f"{file} is there already; choose another name")
    manifest = backup(file, datetime.now(UTC))
    console.print(f"{file}: {len(manifest['files'])} files", markup=False, highlight=False)


def restore_command(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    key: Annotated[list[Path] | None, typer.Option("--key", help="Public key (PEM) that is trusted.")] = None,
) -> None:
    """Put a backup back (stop server and workers first) and prove the journal. Exit code 1 if it does not hold."""
    connect(migrate=False)
    from django.conf import settings

    from majung.taskforce.backup import restore
    from majung.taskforce.journal import keys

    trusted = [keys.load_public(one.read_bytes()) for one in key or ()]
    if not trusted and settings.SIGNING_KEY.exists():
        trusted = [keys.load(settings.SIGNING_KEY).public_key()]
    result = restore(file, datetime.now(UTC), trusted)
    console.print(
        f"{result.entries:,} entries, {result.rows:,} rows, {result.anchors:,} anchors; head {result.head}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for finding in result.findings:
        errors.print(f"{finding.where}: {finding.said['en']}", style="red", markup=False, soft_wrap=True)
    if not result.sound:
        raise typer.Exit(1)
    console.print("The journal holds.")
