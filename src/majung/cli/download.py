"""`majung evidence download`: fetch raw files from OpenAlex, the World Bank, the OECD or UN Comtrade.

Without a source it lists them. Faults are raised as DownloadError, in the language asked for; the main command prints
them and ends with exit code 2.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, ProgressColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from majung.cli.evidence import language
from majung.cli.progress import errors
from majung.evidence import Language
from majung.evidence.clients import SITES, Downloaded, DownloadError, Progress, Query, download
from majung.evidence.clients.query import MAX_RECORDS
from majung.evidence.problems import text

Fresh = Annotated[bool, typer.Option("--fresh", help="Ask again for what was fetched before.")]
Offline = Annotated[bool, typer.Option("--offline", help="Take only what was fetched before.")]
CacheFolder = Annotated[
    Path | None, typer.Option("--cache", metavar="FOLDER", help="Where answers are kept between commands.")
]
KEYS = {"openalex": "OPENALEX_API_KEY"}
"""Where the key of a site is taken from: the environment, so that it stands in no history of commands."""


def download_command(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help=f"{', '.join(SITES)}; without it they are listed.")
    ] = None,
    query: Annotated[
        str,
        typer.Option(
            "--query",
            help="Search words (openalex), indicator (world-bank), dataflow (oecd), commodities (comtrade).",
        ),
    ] = "",
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="NAME=VALUE", help="A condition; give it as often as needed."),
    ] = None,
    into: Annotated[
        Path, typer.Option("--into", metavar="FOLDER", help="Where the raw file and its sidecar are written.")
    ] = Path("downloads"),
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most records to take.")] = MAX_RECORDS,
    mail: Annotated[
        str, typer.Option("--mail", envvar="MAJUNG_MAIL", help="Who asks; sent to OpenAlex, written nowhere.")
    ] = "",
    fresh: Fresh = False,
    offline: Offline = False,
    cache: CacheFolder = None,
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Another address of the interface, e.g. a mirror.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", metavar="en|ko", help="Language (default: from LANG).")] = None,
) -> None:
    """Download a raw file and, beside it, where it is from: address, date, SHA-256, licence (docs/downloads.md).

    Run again after a stop, it goes on where it stopped: what was fetched is kept. Import the file with
    `majung evidence import`.
    """
    chosen = language(lang)
    if source is None:
        _print_sites(chosen)
        return
    try:
        asked = Query(query, _pairs(filters or []), limit, mail, os.environ.get(KEYS.get(source, ""), ""))
        with _bar(source) as progress:
            done = download(
                source, asked, into, cache=cache, base=base_url, fresh=fresh, offline=offline, progress=progress
            )
    except DownloadError as error:
        raise error.in_language(chosen) from None
    if as_json:
        typer.echo(json.dumps(done.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print_done(done, chosen)


def _pairs(filters: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for one in filters:
        name, equals, value = one.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise DownloadError(
                "bad-query",
                text(f"'{one}' is no filter.", f"'{one}'은(는) 조건이 아닙니다."),
                text("Write --filter NAME=VALUE.", "--filter 이름=값으로 적으십시오."),
            )
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


@contextmanager
def _bar(source: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr; yields the function that moves it."""
    counted: tuple[ProgressColumn, ...] = (DownloadColumn(),) if source == "oecd" else (MofNCompleteColumn(),)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), *counted)
    with Bar(*columns, console=errors, transient=not errors.is_terminal) as bar:
        task = bar.add_task(source, total=None)
        yield lambda now: bar.update(task, completed=now.done, total=now.total)


def _print_done(done: Downloaded, lang: Language) -> None:
    console = Console(soft_wrap=True)

    def line(en: str, ko: str) -> None:
        console.print(ko if lang == "ko" else en, markup=False, highlight=False)

    found = done.sidecar
    many = "" if found.records is None else f"{found.records:,}"
    records = (f"{many} records, ", f"{many}건, ") if many else ("", "")
    console.print(str(done.file), markup=False, highlight=False)
    line(
        f"{records[0]}{found.bytes:,} bytes, retrieved {found.retrieved}"
        f" ({done.asked} requests, {done.kept} answers kept from before)",
        f"{records[1]}{found.bytes:,}바이트, 수집일 {found.retrieved}"
        f"(요청 {done.asked}건, 전에 받아 둔 응답 {done.kept}건)",
    )
    line(f"licence: {found.licence}", f"라이선스: {found.licence}")
    console.print(f"sha256 {found.sha256}", markup=False, highlight=False)
    site = SITES[found.source]
    then = next((words for suffix, words in site.importer.items() if done.file.name.endswith(suffix)), "")
    format_, _, options = then.partition(" ")
    if format_:
        command = f"majung evidence import {format_} {done.file} --into PACKAGE {options}".rstrip()
        line(f"next: {command}", f"다음: {command}")
    for note in found.notes:
        line(f"note: {note['en']}", f"참고: {note['ko']}")


def _print_sites(lang: Language) -> None:
    heads = (
        ("자료원", "이름", "라이선스", "직접 내려받는 곳") if lang == "ko" else ("source", "name", "licence", "by hand")
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for site in SITES.values():
        table.add_row(site.id, site.title, site.licence, site.manual)
    Console().print(table)
