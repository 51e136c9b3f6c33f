"""`majung demo`: evidence to paper, then the workspace with the founding case's record and a sign-in for every role."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

import majung
from majung.cli import tables
from majung.cli.database import connect
from majung.cli.progress import console, stages
from majung.publishing import write_paper
from majung.runs import Run, run_programme

Language = Literal["ko", "en"]
WORDS = {
    "en": {
        "signins": "Sign-ins for trying the workspace (passwords are shown once, anew each time)",
        "role": "Role",
        "user": "User",
        "password": "Password",
        "paper": "The strategy paper",
        "moved": "The demo's data came from another version of Majung or of the programme; they were moved to {place}",
    },
    "ko": {
        "signins": "작업 공간을 써 볼 계정(비밀번호는 실행할 때마다 새로 만들어 한 번만 보인다)",
        "role": "역할",
        "user": "사용자",
        "password": "비밀번호",
        "paper": "전략 보고서",
        "moved": "데모 자료가 다른 판의 마중이나 프로그램에서 온 것이어서 {place} 폴더로 옮겼다",
    },
}


def register(root: typer.Typer) -> None:
    """Hang it into the main command."""
    root.command("demo")(demo)


def demo(
    programme: Annotated[
        Path, typer.Argument(help="Programme folder (programme.toml, industries, projects, evidence).")
    ] = Path("programmes/korea-2021"),
    runs: Annotated[Path, typer.Option("--runs", help="Folder in which runs are kept.")] = Path("runs"),
    serve: Annotated[bool, typer.Option(help="Open the workspace on this machine when the paper is written.")] = True,
    exercise: Annotated[
        bool, typer.Option("--exercise", help="A watermarked exercise with generated meetings, demands and readings.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the workspace.")] = 8021,
    lang: Annotated[Language, typer.Option("--lang", help="Language of names and sentences: ko or en.")] = "en",
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute again even if these inputs have been run.")] = False,
) -> None:
    """From evidence to strategy paper, end to end; then the workspace with the record and a sign-in for every role."""
    with stages() as progress:
        run = run_programme(programme, runs, fresh=fresh, progress=progress)
        progress("paper")
        assert run.folder is not None  # noqa: S101  (it was kept under `runs`)
        paper = write_paper(run, run.folder / "paper")
    tables.print_ranking(run, lang)
    tables.print_portfolio(run, lang)
    tables.print_where_to_look(run, paper)
    settle(runs, "exercise" if exercise else "demo", programme, lang)
    connect()
    accounts = _exercise(programme, run) if exercise else _record(programme, run)
    _print_accounts(accounts, lang)
    if serve:
        from majung.cli.workspace import serve_command

        serve_command(port=port)


def settle(runs: Path, name: str, programme: Path, lang: Language) -> None:
    """Let the workspace read the runs that this command keeps; its database is a folder beside them. Only a folder of
    the demo's own is begun afresh: one that the environment names may be an institution's."""
    os.environ.setdefault("MAJUNG_RUNS", str(runs.resolve()))
    if "MAJUNG_DATA" not in os.environ:
        data = runs.resolve().parent / "var" / name
        afresh(data, programme, lang)
        os.environ["MAJUNG_DATA"] = str(data)


def afresh(data: Path, programme: Path, lang: Language) -> None:
    """Move data aside that another version made: a record rules over its folder, and a demo is there to show the
    folder. Nothing is deleted."""
    contents = hashlib.sha256()
    tables = Path(majung.__file__).parent / "taskforce" / "migrations"
    for file in sorted([*tables.glob("*.py"), *(f for f in programme.rglob("*") if f.is_file())]):
        contents.update(file.name.encode() + b"\0" + file.read_bytes())
    made_of, stamp = contents.hexdigest(), data / "made-of"
    known = stamp.read_text("utf-8") if stamp.is_file() else ""
    if known != made_of and data.is_dir() and any(data.iterdir()):
        place = data.with_name(f"{data.name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        data.rename(place)
        console.print(WORDS[lang]["moved"].format(place=place), markup=False)
    data.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_of, "utf-8")


def _record(folder: Path, run: Run) -> list[tuple[str, str, str]]:
    """The record in the database, the run registered, a journal key, a first public edition, and guests' sign-ins."""
    from django.conf import settings

    from majung.taskforce.exercise.guests import guests
    from majung.taskforce.journal import keys
    from majung.taskforce.operations import runs as deeds
    from majung.taskforce.operations import system
    from majung.taskforce.publication import publish
    from majung.taskforce.record.loading import load

    now = datetime.now(UTC)
    loaded = load(folder).programme
    deeds.take_in(system("demonstration", now), loaded, key=run.id, manifest=run.manifest)
    if not settings.SIGNING_KEY.exists():
        keys.make(settings.SIGNING_KEY)
    key = keys.load(settings.SIGNING_KEY)
    publish(system("demonstration", now), loaded, settings.PUBLIC_STORE, key, settings.RUNS)
    return guests(loaded, now)


def _exercise(folder: Path, run: Run) -> list[tuple[str, str, str]]:
    """The generated programme on the run, made once, and its sign-ins."""
    from majung.taskforce.exercise import small
    from majung.taskforce.exercise.accounts import demo_accounts
    from majung.taskforce.models import Programme
    from majung.taskforce.rules.clock import day_of

    now = datetime.now(UTC)
    made = Programme.objects.filter(key="exercise").first()
    made = made or small.generate(folder, "exercise", until=day_of(now), seed=1, analysis=run)
    return demo_accounts(made, now)


def _print_accounts(accounts: list[tuple[str, str, str]], lang: Language) -> None:
    words = WORDS[lang]
    table = Table(title=words["signins"], title_justify="left", box=None, pad_edge=False)
    for column in ("role", "user", "password"):
        table.add_column(words[column])
    for row in accounts:
        table.add_row(*row)
    console.print(table)
