"""`majung journal`: keys, anchors, export, verification."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from majung.cli.database import connect
from majung.cli.progress import console, errors

app = typer.Typer(help="The journal: sign its head, export it, find out whether anything was altered.")

Lang = Annotated[Literal["ko", "en"], typer.Option("--lang", help="Language: ko or en.")]
Key = Annotated[list[Path] | None, typer.Option("--key", help="Public key (PEM) that is trusted; may be repeated.")]
Outside = Annotated[
    Path | None, typer.Option("--anchors", help="Anchors printed elsewhere, as JSON: what shows a cut tail.")
]


@app.command()
def keygen(
    file: Annotated[Path | None, typer.Argument(help="Where to put the key; MAJUNG_SIGNING_KEY without it.")] = None,
) -> None:
    """Make the key that signs journal heads. Keep it outside the database and its backups."""
    connect(migrate=False)
    from django.conf import settings

    from majung.taskforce.journal import keys

    public = keys.make(file or settings.SIGNING_KEY)
    console.print(f"{file or settings.SIGNING_KEY}\n{public}: give this one to whoever verifies", markup=False)


@app.command()
def anchor(
    printed_in: Annotated[str, typer.Option(help="Where outside the database the anchor can be read.")] = "",
) -> None:
    """Sign the journal's head and print the anchor."""
    connect()
    from django.conf import settings

    from majung.taskforce.journal import anchors, keys

    made = anchors.anchor(keys.load(settings.SIGNING_KEY), datetime.now(UTC), printed_in)
    typer.echo(json.dumps(anchors.as_data(made), indent=2))


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="Folder to write, verifiable without the database.")]) -> None:
    """Write chain, state, anchors and public key as a folder."""
    connect()
    from django.conf import settings

    from majung.taskforce.journal import keys
    from majung.taskforce.journal.verify import export as write

    key = keys.load(settings.SIGNING_KEY) if settings.SIGNING_KEY.exists() else None
    console.print(f"{write(folder, key)}", markup=False)


@app.command()
def verify(
    folder: Annotated[Path | None, typer.Argument(help="An export; the database without it.")] = None,
    key: Key = None,
    anchors: Outside = None,
    lang: Lang = "en",
    json_: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Has anything been altered? Exit code 1 if so, each place named."""
    # Not migrated: that would lay the net anew and hide that it was missing.
    connect(migrate=False)
    from django.conf import settings

    from majung.taskforce.journal import keys
    from majung.taskforce.journal.verify import verify_database, verify_export

    trusted = [keys.load_public(file.read_bytes()) for file in key or ()]
    outside = json.loads(anchors.read_text("utf-8")) if anchors else []
    outside = outside if isinstance(outside, list) else [outside]
    if folder is None:
        if not trusted and settings.SIGNING_KEY.exists():
            trusted = [keys.load(settings.SIGNING_KEY).public_key()]
        result = verify_database(trusted, outside)
    else:
        result = verify_export(folder, trusted, outside)
    if json_:
        found = [{"kind": f.kind, "where": f.where, "said": f.said} for f in result.findings]
        counts = {"entries": result.entries, "rows": result.rows, "anchors": result.anchors, "head": result.head}
        typer.echo(json.dumps({"sound": result.sound, **counts, "findings": found}, ensure_ascii=False, indent=2))
    else:
        words = {
            "en": f"{result.entries:,} entries, {result.rows:,} rows, {result.anchors:,} anchors; head {result.head}",
            "ko": f"기록 {result.entries:,}건, 행 {result.rows:,}개, 앵커 {result.anchors:,}개; 머리 {result.head}",
        }
        console.print(words[lang], markup=False, highlight=False, soft_wrap=True)
        for finding in result.findings:
            errors.print(f"{finding.where}: {finding.said[lang]}", style="red", markup=False, soft_wrap=True)
        if result.unknown_keys:
            unknown = ", ".join(sorted(set(result.unknown_keys)))
            said = {"en": f"anchors by keys that are not known here: {unknown}", "ko": f"모르는 키의 앵커: {unknown}"}
            errors.print(said[lang], style="yellow", markup=False)
        if result.sound:
            console.print({"en": "Nothing was altered.", "ko": "바뀐 것이 없다."}[lang])
    if not result.sound:
        raise typer.Exit(1)
