"""`majung retention`: which personal data are due for erasure, on this machine."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from majung.cli.database import connect
from majung.cli.progress import console
from majung.methods.labelled import InputError

HEADS = {
    "en": ("row", "rule", "counts from", "due since"),
    "ko": ("대상", "규칙", "기산일", "파기할 날"),
}
NONE = {"en": "No personal data are due for erasure.", "ko": "보존 기간이 지난 개인정보가 없다."}
NEXT = {
    "en": "majung do retention.apply --as PERSON erases them.",
    "ko": "majung do retention.apply --as 구성원 명령으로 파기한다.",
}


def retention_command(
    programme: Annotated[str, typer.Option("--programme", help="Key of the programme; all without it.")] = "",
    on: Annotated[str, typer.Option("--on", help="Day to look at (2027-01-31); today without it.")] = "",
    lang: Annotated[Literal["ko", "en"], typer.Option("--lang", help="Language: ko or en.")] = "en",
    json_: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """List the personal data whose retention period is over, by row, never by name; `majung do retention.apply` erases
    them."""
    connect()
    from majung.taskforce.models import Programme
    from majung.taskforce.queries.retention import due
    from majung.taskforce.rules.clock import day_of
    from majung.taskforce.wire.references import refer

    try:
        day = date.fromisoformat(on) if on else day_of(datetime.now(UTC))
    except ValueError as error:
        raise InputError(f"--on {on!r}: write a day as 2027-01-31") from error
    known = list(Programme.objects.order_by("key"))
    chosen = [one for one in known if programme in ("", one.key)]
    if not chosen:
        raise InputError(f"there is no programme {programme!r}; here are: {', '.join(map(str, known)) or 'none'}")
    rows: list[dict[str, Any]] = [
        {
            "programme": one.key,
            "row": refer(expired.row),
            "rule": expired.period.rule.value,
            "said": expired.period.said,
            "event": expired.event.isoformat(),
            "since": expired.since.isoformat(),
        }
        for one in chosen
        for expired in due(one, day)
    ]
    if json_:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        console.print(NONE[lang], highlight=False)
        return
    table = Table(*HEADS[lang], box=None, pad_edge=False)
    for row in rows:
        table.add_row(f"{row['programme']} {row['row']}", row["said"][lang], row["event"], row["since"])
    console.print(table)
    console.print(NEXT[lang], highlight=False)
