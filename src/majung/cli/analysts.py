"""The analyst's commands that stand in modules of their own."""

from __future__ import annotations

import typer

from majung.cli import crosswalks, evidence, longlist, propose, snapshots, texts


def register(root: typer.Typer) -> None:
    """Hang them into the main command and into `majung evidence`."""
    evidence.app.command("diff")(snapshots.diff_command)
    evidence.app.command("crosswalks")(crosswalks.list_command)
    evidence.app.command("crosswalk-fetch")(crosswalks.fetch_command)
    evidence.app.command("crosswalk-read")(crosswalks.read_command)
    evidence.app.command("convert")(crosswalks.convert_command)
    root.command("longlist")(longlist.longlist_command)
    root.command("propose")(propose.propose_command)
    root.add_typer(texts.app, name="texts")
