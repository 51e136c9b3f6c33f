"""One command a stage. Bad input ends in one clear message and exit code 2; nothing half-written stays behind."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from majung import __version__
from majung.cli import (
    analysts,
    demo,
    download,
    evidence,
    institution,
    journal,
    notices,
    programme,
    public,
    retention,
    running,
    tables,
    workspace,
)
from majung.cli.evidence import language
from majung.cli.progress import console, errors, stages
from majung.methods.labelled import InputError
from majung.publishing import write_paper
from majung.runs import Run, find_figure, find_run, load_run, reproduce, run_programme, trace

app = typer.Typer(
    name="majung",
    help="Run a new-industry strategy task force: discover, diagnose, select, report, reproduce, trace.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(evidence.app, name="evidence")
app.add_typer(journal.app, name="journal")
app.add_typer(notices.app, name="notices")
app.add_typer(public.app, name="public")
app.add_typer(programme.app, name="programme")
app.command("exercise")(programme.exercise_command)
app.command("retention")(retention.retention_command)
evidence.app.command("download")(download.download_command)
analysts.register(app)
demo.register(app)
institution.register(app)
workspace.register(app)
running.register(app)

Language = Literal["ko", "en"]

ProgrammeArgument = Annotated[
    Path, typer.Argument(help="Programme folder (programme.toml, industries, projects, evidence).")
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder in which runs are kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for other programs.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of names and sentences: ko or en.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute again even if these inputs have been run before.")]

FOUNDING_CASE = Path("programmes/korea-2021")
RUNS = Path("runs")


def main() -> None:
    """Run the command and turn bad input into one message and exit code 2."""
    try:
        app()
    except InputError as error:
        # Refusals of the task force are said in both languages.
        said = getattr(error, "said", {}).get(language(None), str(error))
        errors.print(said, style="red", markup=False, highlight=False)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    server: Annotated[str, typer.Option(envvar="MAJUNG_SERVER", help="Address of a workspace to work against.")] = "",
    token: Annotated[str, typer.Option(envvar="MAJUNG_TOKEN", help="Token for it (`majung token`).")] = "",
) -> None:
    context.obj = institution.Chosen(server, token)
    if version:
        console.print(__version__)
        raise typer.Exit


@app.command()
def discover(
    programme: ProgrammeArgument = FOUNDING_CASE, runs: Runs = RUNS, lang: Lang = "en", json_: Json = False
) -> None:
    """Rank the candidate industries by the four criteria, with their uncertainty."""
    run = _run(programme, runs)
    if json_:
        names = ("ranking", "contributions", "exclusions", "checks")
        _print_json(_with_licences(run, {name: _records(run, name) for name in names}))
    else:
        tables.print_ranking(run, lang)
        tables.print_licences(run, lang)


@app.command()
def diagnose(
    programme: ProgrammeArgument = FOUNDING_CASE,
    industry: Annotated[str, typer.Option(help="One industry in detail; all in brief without it.")] = "",
    runs: Runs = RUNS,
    lang: Lang = "en",
    json_: Json = False,
) -> None:
    """Technology level and gap, market situation, position of each ranked industry."""
    run = _run(programme, runs)
    known = [i.id for i in run.programme.candidates]
    if industry and industry not in known:
        raise InputError(f"no ranked industry {industry!r}; ranked are: {', '.join(known)}")
    if json_:
        names = ("position", "technology", "market", "gaps")
        rows = {n: [r for r in _records(run, n) if industry in ("", r["candidate"])] for n in names}
        _print_json(_with_licences(run, rows))
    else:
        tables.print_diagnosis(run, lang, industry)
        tables.print_licences(run, lang)


@app.command()
def select(
    programme: ProgrammeArgument = FOUNDING_CASE, runs: Runs = RUNS, lang: Lang = "en", json_: Json = False
) -> None:
    """The core projects under the budgets, and what would bring the others in."""
    run = _run(programme, runs)
    if json_:
        names = ("projects", "portfolio", "portfolio_years", "rejections")
        _print_json(_with_licences(run, {n: _records(run, n) for n in names}))
    else:
        tables.print_portfolio(run, lang)
        tables.print_licences(run, lang)


@app.command()
def report(
    run: Annotated[str | None, typer.Argument(help="Run id or folder; the latest run without it.")] = None,
    runs: Runs = RUNS,
    json_: Json = False,
) -> None:
    """Write the strategy paper of a run: PDF and HTML, Korean and English."""
    with stages() as progress:
        loaded = load_run(find_run(run, runs))
        progress("paper")
        paper = _write_paper(loaded)
    if json_:
        _print_json({"run": loaded.id, "files": [str(file) for file in paper]})
    else:
        tables.print_where_to_look(loaded, paper)


@app.command(name="reproduce")
def reproduce_(
    run: Annotated[str | None, typer.Argument(help="Run id or folder; the latest run without it.")] = None,
    runs: Runs = RUNS,
    json_: Json = False,
) -> None:
    """Recompute a run from its own inputs and compare every number. Exit code 1 if they differ."""
    with stages() as progress:
        result = reproduce(find_run(run, runs), progress)
    if json_:
        _print_json(
            {
                "run": result.run.id,
                "identical": result.identical,
                "digest": result.run.manifest["digest"],
                "recomputed": result.recomputed_digest,
                "tampered": result.tampered,
                "differences": [vars(d) for d in result.differences],
                "versions": result.versions,
            }
        )
    else:
        tables.print_reproduction(result)
    if not result.identical:
        raise typer.Exit(1)


@app.command(name="trace")
def trace_(
    context: typer.Context,
    figure: Annotated[
        str,
        typer.Argument(
            help="Figure id as printed beside a number, e.g. K7QX2P or K7QX2P.level; or a reference of the "
            "institution, e.g. measure/pavements: what it rests on and what rests on it."
        ),
    ],
    runs: Runs = RUNS,
    run: Annotated[str | None, typer.Option(help="Look into this run only.")] = None,
    rows: Annotated[int, typer.Option(help="Source rows to print of each table.")] = 5,
    programme: institution.Programme_ = "",
    as_: institution.As = "",
    lang: Lang = "en",
    json_: Json = False,
) -> None:
    """Where a published number comes from, down to the source rows; or the chain of a measure, decision, demand…"""
    if "/" in figure:
        institution.trace_reference(context, figure, programme, as_, lang, json_)
        return
    found = trace(find_figure(figure, runs, run), figure)
    if json_:
        _print_json(tables.trace_as_data(found))
    else:
        tables.print_trace(found, rows, lang)


def _run(programme: Path, runs: Path) -> Run:
    with stages() as progress:
        return run_programme(programme, runs, progress=progress)


def _write_paper(run: Run) -> list[Path]:
    if run.folder is None:
        raise InputError(f"run {run.id} is not kept in a folder: nowhere to write its paper")
    return write_paper(run, run.folder / "paper")


def _with_licences(run: Run, data: dict[str, Any]) -> dict[str, Any]:
    return data | {"licences": tables.licences_as_data(run)}


def _records(run: Run, table: str) -> list[dict[str, Any]]:
    """Rows as plain data; missing numbers as null."""
    return json.loads(run.tables[table].to_json(orient="records", double_precision=15))  # type: ignore[no-any-return]


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
