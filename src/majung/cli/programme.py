"""`majung programme`: a programme folder into the database and out of it."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from majung.cli.database import connect
from majung.cli.evidence import language
from majung.cli.progress import console
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    from majung.taskforce.models import Programme

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
        console.print(f"applied: {line[language(None)]}", markup=False, soft_wrap=True)


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


def exercise_command(
    folder: Annotated[Path, typer.Argument(help="Programme folder whose definitions the exercise uses.")] = Path(
        "programmes/korea-2021"
    ),
    key: Annotated[str, typer.Option(help="Key of the exercise.")] = "exercise",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its present day; today.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same exercise.")] = 1,
    scale: Annotated[int, typer.Option(min=0, max=1000, help="Groups of a large exercise; 0: a small one.")] = 0,
    accounts: Annotated[bool, typer.Option(help="Sign-ins for every role; passwords are shown once.")] = True,
) -> None:
    """Generate an exercise: a watermarked programme in which every page has something to show."""
    connect()
    from majung.taskforce.exercise import large, small
    from majung.taskforce.exercise.accounts import demo_accounts
    from majung.taskforce.models import Mandate, Measure, Meeting, Submission
    from majung.taskforce.rules.clock import SEOUL

    day = (until or datetime.now(SEOUL)).date()
    if scale:
        programme = large.generate(folder, key, groups=scale, until=day, seed=seed)
    else:
        programme = small.generate(folder, key, until=day, seed=seed)
    made = {
        "mandates": Mandate.objects.filter(body__programme=programme).count(),
        "meetings": Meeting.objects.filter(programme=programme).count(),
        "measures": Measure.objects.filter(programme=programme).count(),
        "demands": Submission.objects.filter(programme=programme).count(),
    }
    counted = ", ".join(f"{count} {name}" for name, count in made.items())
    console.print(f"{programme.key} (exercise): {counted}", markup=False)
    if accounts:
        at = datetime.combine(day, time(12), SEOUL)
        for role, username, password in demo_accounts(programme, at):
            console.print(f"{role:<18} {username:<34} {password}", markup=False, soft_wrap=True)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx).")],
    lang: Annotated[Literal["ko", "en"], typer.Option("--lang", help="Language of sheets and columns.")] = "en",
    key: Annotated[str, typer.Option("--programme", help="Fill in this programme's rows.")] = "",
) -> None:
    """Write the spreadsheet for organisations, people, mandates, meetings and measures."""
    connect()
    from majung.taskforce.record.workbook import write

    console.print(f"{write(file, lang, _programme(key) if key else None)}", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Workbook made from the template.")],
    key: Annotated[str, typer.Option("--programme", help="The programme's key.")],
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day from which rows count; today.")] = None,
) -> None:
    """Enter the new rows of a spreadsheet: all of them or none."""
    connect()
    from majung.taskforce.record.workbook import read
    from majung.taskforce.rules.clock import SEOUL

    day = (at or datetime.now(SEOUL)).date()
    loaded = read(file, _programme(key), datetime.combine(day, time(), SEOUL))
    counted = ", ".join(f"{count} {kind}" for kind, count in loaded.entered.items()) or "nothing new"
    console.print(f"{key}: entered {counted}", markup=False)


def _programme(key: str) -> Programme:
    from majung.taskforce.models import Programme

    found = Programme.objects.filter(key=key).first()
    if found is None:
        raise InputError(f"no programme {key!r} in the database; load its folder first")
    return found
