"""`majung notices`: reminders into the outbox, the outbox out as e-mail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from majung.cli.database import connect
from majung.cli.progress import console

app = typer.Typer(help="Notices by e-mail: reminders of what is due, and sending what waits.")


@app.command()
def send(
    link: Annotated[str, typer.Option(help="Address of the workspace, printed in each mail.")] = "",
) -> None:
    """Remind of what is due, then send what waits: urgent notices alone, the rest as one digest a person. Run it daily,
    and as often as urgent notices should go out."""
    connect()
    from majung.taskforce import outbox
    from majung.taskforce.models import Programme

    now = datetime.now(UTC)
    reminders = sum(outbox.remind(programme, now) for programme in Programme.objects.all())
    sent = outbox.deliver(now, link=link)
    console.print(f"{reminders} reminders; {sent.mails} mails with {sent.notices} notices; {sent.failed} wait")
    if sent.failed:
        raise typer.Exit(1)
