"""`majung evidence check|show|add|formats|import`: the evidence package at the command line.

Faults in the evidence are raised as EvidenceError, in the language asked for; the main command prints them and ends
with exit code 2.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from majung.cli import evidence_import as importing
from majung.evidence import EvidenceError, Language, Package, Problem, Report, add, check, open_package
from majung.evidence.importers import SourceFacts

app = typer.Typer(
    help="Check, show and extend an evidence package (a folder with datapackage.json, codes.csv and tables/).",
    no_args_is_help=True,
)

PackagePath = Annotated[Path, typer.Argument(metavar="PATH", help="Folder of the evidence package.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="en|ko", help="Language (default: from LANG).")]


def language(given: str | None) -> Language:
    """The language asked for, else that of the environment. Raises typer.BadParameter for another one."""
    if given is not None:
        if given not in ("en", "ko"):
            raise typer.BadParameter(f"{given!r} is not a language here; write en or ko", param_hint="--lang")
        return cast("Language", given)
    # POSIX: the first of these that is set and not empty decides.
    set_to = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ko" if set_to.startswith("ko") else "en"


@app.command("check")
def check_command(path: PackagePath, as_json: AsJson = False, lang: Lang = None) -> None:
    """Check every row, code, source and series; list each fault with file, line, reason and remedy.

    Exit code 0 when the package can be used (notes do not stand in the way), 2 when not.
    """
    chosen = language(lang)
    report = check(path)
    if as_json:
        print_json(report.as_dict())
        raise typer.Exit(0 if report.ok else 2)
    if not report.ok:
        raise EvidenceError(report, chosen)
    console = _console()
    _print_notes(console, report.notes, chosen)
    found = (
        f"이상 없음 (참고 {len(report.notes)}건)"
        if chosen == "ko"
        else f"sound ({_counted(len(report.notes), 'note')})"
    )
    console.print(f"{path}: {found}", markup=False, highlight=False)
    console.print(f"sha256 {report.hash}", markup=False, highlight=False)


@app.command("show")
def show_command(path: PackagePath, as_json: AsJson = False, lang: Lang = None) -> None:
    """Show what a package holds: tables, measures, years, countries, sources and licences."""
    chosen = language(lang)
    package = _open(path, chosen)
    if as_json:
        print_json(package.describe())
        return
    _print_package(package, chosen)


@app.command("add")
def add_command(
    path: PackagePath,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV (UTF-8) or Parquet file with the new rows.")],
    table: Annotated[str, typer.Option("--table", metavar="T", help="Canonical table, e.g. patents.")],
    source: Annotated[str, typer.Option("--source", metavar="S", help="Id of a source in datapackage.json.")],
    revise: Annotated[
        bool,
        typer.Option("--revise", help="Let rows with a known key take the old one's place; revisions.csv keeps it."),
    ] = False,
    complete: Annotated[
        int | None, typer.Option("--complete", metavar="YEAR", help="This year is counted in full: declare it so.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="R", help="Where to list bad rows (default: FILE.bad-rows.csv)."),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Add rows to a table: all of them, or none and a CSV that lists every bad row.

    FILE has the table's columns; `source` and `origin` may be left out (origin becomes the file's name and line).
    """
    chosen = language(lang)
    done = add(path, file, table=table, source=source, revise=revise, complete=complete, report=report, lang=chosen)
    if as_json:
        print_json(done.as_dict())
        return
    console = _console()
    _print_notes(console, done.notes, chosen)
    first, last = done.lines
    said = (
        f"{done.rows:,}행을 {path}/{done.file}의 {first}~{last}행에 추가했습니다"
        if chosen == "ko"
        else f"added {_counted(done.rows, 'row')} to {path}/{done.file}, lines {first} to {last}"
    )
    if done.rows:
        console.print(said, markup=False, highlight=False)
    if revise:
        revised = (
            f"{done.revised:,}건을 개정했습니다(이전 값은 revisions.csv에 남음). {done.unchanged:,}행은 그대로입니다"
            if chosen == "ko"
            else f"revised {_counted(done.revised, 'row')} (what was stays in revisions.csv); "
            f"{_counted(done.unchanged, 'row')} said nothing new"
        )
        console.print(revised, markup=False, highlight=False)
    console.print(f"sha256 {done.hash_before[:12]} -> {done.hash_after}", markup=False, highlight=False)


@app.command("formats")
def formats_command(as_json: AsJson = False, lang: Lang = None) -> None:
    """List the official formats that can be imported, and whether a real file of each was ever read."""
    importing.show_formats(as_json, language(lang))


@app.command("import")
def import_command(
    format_: importing.FormatName,
    files: importing.Files,
    into: importing.Into,
    source: importing.SourceId = "",
    edition: importing.Edition = "",
    licence: importing.Licence = "",
    title: importing.Title = "",
    publisher: importing.Publisher = "",
    url: importing.Url = "",
    retrieved: importing.Retrieved = "",
    released: importing.Released = "",
    option: importing.Options = None,
    mapping: importing.Mapping = None,
    report: importing.ReportPath = None,
    form: importing.Form = "auto",
    replace: importing.Replace = False,
    strict: importing.Strict = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Bring official files, as published, into an evidence package.

    Bad rows are listed in a report and never taken; an interrupted import goes on where it stopped; the package is
    checked at the end.
    """
    chosen = language(lang)
    facts = SourceFacts(
        id=source,
        title=title,
        publisher=publisher,
        edition=edition,
        license=licence,
        retrieved=importing.day(retrieved, "--retrieved"),
        released=importing.day(released, "--released"),
        url=url,
    )
    importing.run_import(
        format_,
        files,
        into,
        facts,
        options=option or [],
        mapping=mapping,
        report=report,
        form=form,
        replace=replace,
        strict=strict,
        as_json=as_json,
        lang=chosen,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _console() -> Console:
    return Console(soft_wrap=True)


def _open(path: Path, lang: Language) -> Package:
    try:
        return open_package(path)
    except EvidenceError as error:
        raise error.in_language(lang) from None


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_notes(console: Console, notes: tuple[Problem, ...], lang: Language) -> None:
    head = "참고" if lang == "ko" else "note"
    for line in Report("", notes).lines(lang):
        console.print(f"{head}: {line}", markup=False, highlight=False)


_HEADS: dict[Language, dict[str, str]] = {
    "en": {
        "table": "table",
        "measure": "classification / measure",
        "unit": "unit",
        "rows": "rows",
        "codes": "codes",
        "countries": "countries",
        "years": "years",
        "complete": "complete to",
        "source": "source",
        "title": "title",
        "edition": "edition",
        "licence": "licence",
        "retrieved": "retrieved",
        "published": "released",
    },
    "ko": {
        "table": "표",
        "measure": "분류 / 측정값",
        "unit": "단위",
        "rows": "행",
        "codes": "코드",
        "countries": "국가",
        "years": "연도",
        "complete": "완결 연도",
        "source": "출처",
        "title": "제목",
        "edition": "판",
        "licence": "라이선스",
        "retrieved": "수집일",
        "published": "공표일",
    },
}


def _print_package(package: Package, lang: Language) -> None:
    described = package.describe()
    heads = _HEADS[lang]
    console = Console()
    console.print(f"{package.title} ({package.name} {package.version})", style="bold", markup=False, highlight=False)
    console.print(f"sha256 {package.hash}", markup=False, highlight=False)
    tables = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("table", "measure", "unit"):
        tables.add_column(heads[head], overflow="fold")
    for head in ("rows", "codes", "countries", "years", "complete"):
        tables.add_column(heads[head], justify="right")
    for table in described["tables"]:
        for row in _table_rows(package, table, lang):
            tables.add_row(*row)
    console.print(tables)
    console.print()
    sources = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("source", "title", "edition", "licence", "retrieved", "published"):
        sources.add_column(heads[head], overflow="fold")
    for source in package.sources.values():
        released = source.released.isoformat() if source.released else "-"
        sources.add_row(source.id, source.title, source.edition, source.license, source.retrieved.isoformat(), released)
    console.print(sources)
    console.print()
    licences = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("licence", "source", "rows"):
        licences.add_column(heads[head], justify="right" if head == "rows" else "left", overflow="fold")
    for licence in package.licences():
        licences.add_row(licence.name, ", ".join(licence.sources), f"{licence.rows:,}")
    console.print(licences)
    if described["revisions"]:
        said = (
            f"개정 {described['revisions']:,}건 (revisions.csv)"
            if lang == "ko"
            else f"{_counted(described['revisions'], 'revision')} recorded in revisions.csv"
        )
        console.print(said, markup=False, highlight=False)


def _table_rows(package: Package, table: Mapping[str, Any], lang: Language) -> list[tuple[str, ...]]:
    def span(years: list[int]) -> str:
        return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"

    if not table["series"]:
        unit = package.unit(table["table"])[lang]
        return [(table["table"], "", unit, f"{table['rows']:,}", "", str(table["countries"]), span(table["years"]), "")]
    return [
        (
            table["table"] if number == 0 else "",
            f"{series['classification']} / {series['measure']}",
            series["unit"][lang],
            f"{series['rows']:,}",
            str(series["codes"]),
            str(series["countries"]),
            span(series["years"]),
            str(series["complete_through"] or "-"),
        )
        for number, series in enumerate(table["series"])
    ]
