"""`majung evidence formats|import`: official files into an evidence package at the command line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from majung.cli.progress import errors
from majung.evidence import EvidenceError, Language, Problem, Report
from majung.evidence.importers import Imported, SourceFacts, formats, import_files
from majung.methods.labelled import InputError

FormatName = Annotated[str, typer.Argument(metavar="FORMAT", help="Id of the format (`majung evidence formats`).")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as published; folders and ZIPs too.")]
Into = Annotated[Path, typer.Option("--into", metavar="PACKAGE", help="Evidence package, new or to add to.")]
SourceId = Annotated[str, typer.Option("--source", metavar="ID", help="Id of the source (default: the format's).")]
Edition = Annotated[str, typer.Option(help="Edition or release of the files.")]
Licence = Annotated[str, typer.Option("--license", help="Licence as its distributor states it.")]
Title = Annotated[str, typer.Option(help="Title of the source (default: the format's).")]
Publisher = Annotated[str, typer.Option(help="Publisher of the source (default: the format's).")]
Url = Annotated[str, typer.Option(help="Public page of the source (default: the format's).")]
Retrieved = Annotated[str, typer.Option(metavar="DATE", help="Day of the download (default: the files' own date).")]
Released = Annotated[str, typer.Option(metavar="DATE", help="Day on which the publisher released this edition.")]
Options = Annotated[list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="Options of the format.")]
Mapping = Annotated[Path | None, typer.Option("--map", metavar="TOML", help="Mapping file (format `mapping`).")]
ReportPath = Annotated[Path | None, typer.Option("--report", metavar="CSV", help="Where bad rows are listed.")]
Form = Annotated[str, typer.Option("--as", metavar="auto|csv|parquet", help="Form of the tables (auto: by size).")]
Replace = Annotated[bool, typer.Option(help="Take away what this source had from other files.")]
Strict = Annotated[bool, typer.Option(help="Any bad row is an error.")]


def show_formats(as_json: bool, lang: Language) -> None:
    """List the formats: id, what it is, tables, whether a real file was seen."""
    known = formats()
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in known.values()], ensure_ascii=False, indent=2))
        return
    heads = {"en": ("format", "what", "tables", "provenance"), "ko": ("형식", "내용", "표", "시험")}[lang]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for one in known.values():
        table.add_row(one.id, one.title[lang], ", ".join(one.tables), one.provenance[lang])
    Console().print(table)


def run_import(
    format_: str,
    files: list[Path],
    into: Path,
    source: SourceFacts,
    *,
    options: list[str],
    mapping: Path | None,
    report: Path | None,
    form: str,
    replace: bool,
    strict: bool,
    as_json: bool,
    lang: Language,
) -> None:
    """Import and say what was done, in the language asked for."""
    try:
        with _progress() as progress:
            done = import_files(
                format_,
                files,
                into,
                source=source,
                options=dict(_pair(one) for one in options),
                mapping=_mapping(mapping),
                report=report,
                form=form,
                replace=replace,
                strict=strict,
                lang=lang,
                progress=progress,
            )
    except EvidenceError as error:
        raise error.in_language(lang) from None
    if as_json:
        typer.echo(json.dumps(done.as_dict(), ensure_ascii=False, indent=2))
        return
    _print(done, lang)


def day(value: str, option: str) -> date | None:
    """A day given on the command line. Raises typer.BadParameter when it is none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a date; write YYYY-MM-DD", param_hint=option) from None


def _pair(given: str) -> tuple[str, str]:
    name, found, value = given.partition("=")
    if not found:
        raise typer.BadParameter(f"{given!r}: write NAME=VALUE", param_hint="--option")
    return name.strip(), value.strip()


def _mapping(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: the mapping file cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid TOML ({error})") from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda file, rows: bar.update(task, description=f"{file}  {rows:,}")


def _print(done: Imported, lang: Language) -> None:
    console = Console(soft_wrap=True)

    def say(words: str) -> None:
        console.print(words, markup=False, highlight=False)

    ko = lang == "ko"
    for line in Report("", tuple(done.notes)).lines(lang):
        say(f"{'참고' if ko else 'note'}: {line}")
    for table, rows in done.rows.items():
        say(f"{table}: {rows:,}행" if ko else f"{table}: {rows:,} rows")
    if done.parts_kept:
        kept, read = done.parts_kept, done.parts_read
        say(f"이미 읽은 파일 {kept}개, 새로 읽은 파일 {read}개" if ko else f"files read: {read}; read before: {kept}")
    bad, out = len(done.bad) + done.uncounted, sum(one.count for one in done.left_out)
    if bad:
        say(_examples(done.bad, lang))
    if done.report:
        say(
            f"잘못된 행 {bad:,}건, 규칙에 따라 뺀 행 {out:,}건: {done.report}"
            if ko
            else f"{bad:,} bad rows and {out:,} left out by rule are listed in {done.report}"
        )
    say(f"{'출처' if ko else 'source'}: {done.source.title} ({done.source.edition}; {done.source.license})")
    if done.hash:
        say(f"sha256 {done.hash}")


def _examples(bad: Any, lang: Language) -> str:
    problems: list[Problem] = list(bad)[:3]
    return "\n".join(("잘못된 행" if lang == "ko" else "bad row") + f": {one.message(lang)}" for one in problems)
