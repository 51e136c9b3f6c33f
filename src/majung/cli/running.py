"""`majung worker`: the process that does what waits in the background."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import Annotated

import typer

from majung.cli.database import connect
from majung.cli.progress import console


def register(root: typer.Typer) -> None:
    """Hang the commands into the main command."""
    root.command("worker")(worker_command)


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
