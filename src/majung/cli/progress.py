"""What the terminal shows while a run is under way. Goes to stderr, so that output can be piped."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

WIDTH = 110
"""Columns when the output goes to a file or another program and nobody's window sets them."""

console = Console()
errors = Console(stderr=True)
for _console in (console, errors):
    if not _console.is_terminal:
        _console.width = WIDTH

STAGES = {
    "evidence": "Reading and checking the evidence",
    "discovery": "Discovering: four criteria, ranking",
    "diagnosis": "Diagnosing technology and market",
    "selection": "Selecting core projects",
    "writing": "Keeping the run",
    "paper": "Writing the strategy paper",
}


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """A progress bar over the stages; yields the function that begins one.

    The solver's library sometimes prints a line of its own to standard output; while stages run, that goes to stderr,
    so that `--json` stays JSON.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with _bar() as begin:
            yield begin
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def _bar() -> Iterator[Callable[[str], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(STAGES))

        def begin(stage: str) -> None:
            bar.update(task, description=STAGES[stage], completed=list(STAGES).index(stage))
            if not errors.is_terminal:
                errors.print(STAGES[stage], style="dim")

        yield begin
        bar.update(task, completed=len(STAGES), description="Done")
