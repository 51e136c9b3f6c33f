"""`majung evidence crosswalks|crosswalk-fetch|crosswalk-read|convert`: concordances and what they do to a table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from majung.cli.download import CacheFolder, Fresh, Offline
from majung.cli.evidence import AsJson, Lang, PackagePath, language, print_json
from majung.cli.snapshots import open_anywhere
from majung.evidence import Language
from majung.evidence.clients import DownloadError
from majung.evidence.crosswalks import (
    KEPT,
    LAYOUTS,
    Columns,
    Concordance,
    Official,
    catalogue,
    convert,
    fetch_official,
    find_concordance,
    kept,
    read_official,
    shipped,
    write_concordance,
)
from majung.evidence.crosswalks.convert import Split
from majung.evidence.package import Filter
from majung.methods.labelled import InputError


def list_command(
    folder: Annotated[Path, typer.Option("--folder", help="Where what was read or fetched is kept.")] = KEPT,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """List concordances: those that come with Majung, those kept here, and those that one command fetches."""
    chosen = language(lang)
    rows = [_row(one, "shipped") for one in shipped().values()]
    rows += [_row(one, "kept") for one in kept(folder).values()]
    here = {row["id"] for row in rows}
    rows += [_official_row(one) for one in catalogue().values() if one.id not in here]
    if as_json:
        print_json(rows)
        return
    heads = {
        "en": ("id", "where", "what", "links", "divided", "licence", "source"),
        "ko": ("id", "위치", "내용", "연결", "분할", "라이선스", "출처"),
    }
    where = {"shipped": {"en": "shipped", "ko": "함께 제공"}, "kept": {"en": "kept", "ko": "보관"}}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads[chosen]):
        table.add_column(head, overflow="fold", justify="right" if number in (3, 4) else "left")
    for row in rows:
        if row["links"] is not None:
            counts = str(row["links"]), str(row["split_codes"])
            at = where[row["where"]][chosen]
            table.add_row(row["id"], at, row["name"][chosen], *counts, row["licence"], row["citation"])
    console = Console()
    console.print(table)
    for how, said in _HOW.items():
        left = [row for row in rows if row["where"] == how]
        if left:
            console.print(f"\n{said[chosen]}", markup=False, highlight=False)
        for terms in dict.fromkeys(row["licence"] for row in left):
            of = [row for row in left if row["licence"] == terms]
            ids = ", ".join(row["id"] for row in of)
            console.print(f"{of[0]['publisher']}: {ids}\n  {terms}", markup=False, highlight=False)


_HOW = {
    "fetch": {
        "en": "Not here; `majung evidence crosswalk-fetch ID` brings one from its publisher:",
        "ko": "여기에 없음. `majung evidence crosswalk-fetch ID`로 발행 기관에서 받습니다:",
    },
    "by hand": {
        "en": "No address known; `majung evidence crosswalk-fetch ID` says where to look and what to do then:",
        "ko": "파일 주소를 모름. `majung evidence crosswalk-fetch ID`가 찾을 곳과 다음 명령을 알려 줍니다:",
    },
}


def _row(one: Concordance, where: str) -> dict[str, Any]:
    stated = {name: getattr(one, name) for name in ("id", "name", "source", "target", "licence", "citation", "url")}
    return stated | {"where": where, "links": len(one.links), "split_codes": len(one.split_codes())}


def _official_row(one: Official) -> dict[str, Any]:
    stated = {
        name: getattr(one, name) for name in ("id", "name", "source", "target", "publisher", "citation", "url", "page")
    }
    where = "fetch" if one.url else "by hand"
    return stated | {"licence": one.terms, "where": where, "links": None, "split_codes": None}


def fetch_command(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of a table that `evidence crosswalks` lists.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the publisher's file and the two files.")] = KEPT,
    fresh: Fresh = False,
    offline: Offline = False,
    cache: CacheFolder = None,
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Another host with the same files, e.g. a mirror.")
    ] = "",
    lang: Lang = None,
) -> None:
    """Fetch an official concordance from its publisher, keep the file as it came, and read it."""
    chosen = language(lang)
    try:
        done = fetch_official(id_, out, cache=cache, base=base_url, fresh=fresh, offline=offline)
    except DownloadError as error:
        raise error.in_language(chosen) from None
    console = Console(soft_wrap=True)

    def line(en: str, ko: str) -> None:
        console.print(ko if chosen == "ko" else en, markup=False, highlight=False)

    retrieved = done.answer.retrieved.date()
    line(
        f"{done.file}: {done.answer.bytes:,} bytes, retrieved {retrieved}",
        f"{done.file}: {done.answer.bytes:,}바이트, 수집일 {retrieved}",
    )
    if done.concordance is None:
        then = done.official.read_command(str(done.file))
        line(f"its columns are not known here; look and name them: {then}", f"열 이름을 보고 적으십시오: {then}")
    else:
        console.print(_said(done.place, done.concordance, chosen), markup=False, highlight=False)
    line(f"terms: {done.official.terms}", f"이용 조건: {done.official.terms}")


def _said(place: Path | None, one: Concordance, lang: Language) -> str:
    if lang == "ko":
        return f"{place}: 연결 {len(one.links):,}개, 여러 코드로 나뉘는 코드 {len(one.split_codes()):,}개"
    return f"{place}: {len(one.links):,} links; {len(one.split_codes()):,} codes go to several"


def read_command(
    file: Annotated[Path, typer.Argument(help="Concordance as its publisher lays it out (CSV, text, .xlsx, .xls).")],
    id_: Annotated[str, typer.Option("--id", help="Id to keep it under, e.g. hs2017-hs2012.")],
    source: Annotated[str, typer.Option("--from", help="Classification it converts from, as in codes.csv.")],
    target: Annotated[str, typer.Option("--to", help="Classification it converts to.")],
    licence: Annotated[str, typer.Option("--licence", help="Licence as the publisher states it.")],
    citation: Annotated[str, typer.Option("--citation", help="Publisher, title and edition.")],
    layout: Annotated[str, typer.Option("--layout", help=f"One of {', '.join(LAYOUTS)}; or name the columns.")] = "",
    from_column: Annotated[str, typer.Option("--from-column", help="Name of the column of codes to convert.")] = "",
    to_column: Annotated[str, typer.Option("--to-column", help="Name of the column of target codes.")] = "",
    weight_column: Annotated[str, typer.Option("--weight-column", help="Name of the column of weights.")] = "",
    weights: Annotated[str, typer.Option("--weights", help="What the weights rest on, in words.")] = "",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    prefix: Annotated[bool, typer.Option("--prefix", help="A code belongs to the longest one it begins with.")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the two files.")] = KEPT,
    lang: Lang = None,
) -> None:
    """Read an official concordance and keep it as two files (TOML and CSV) with its licence and source."""
    chosen = language(lang)
    if not layout and not (from_column and to_column):
        raise InputError(f"give --layout ({', '.join(LAYOUTS)}), or --from-column and --to-column")
    columns: str | Columns = layout
    if from_column:
        columns = Columns(from_column, to_column, weight_column, match="prefix" if prefix else "exact")
    one = read_official(
        file,
        columns,
        id_=id_,
        name={"en": f"{source} to {target}", "ko": f"{source} → {target}"},
        source=source,
        target=target,
        licence=licence,
        citation=citation,
        sheet=sheet,
        weights=weights,
    )
    place = write_concordance(one, out)
    Console(soft_wrap=True).print(_said(place, one, chosen), markup=False, highlight=False)


def convert_command(
    path: PackagePath,
    table: Annotated[str, typer.Option("--table", metavar="T", help="Canonical table, e.g. patents.")],
    by: Annotated[str, typer.Option("--by", help="Id of a shipped or kept concordance, or path of its .toml.")],
    measure: Annotated[list[str] | None, typer.Option("--measure", help="Only these measures.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only rows of this source.")] = None,
    backwards: Annotated[
        bool, typer.Option("--backwards", help="Read its links the other way, without weights.")
    ] = False,
    equal: Annotated[bool, typer.Option("--equal", help="Divide codes without stated weights equally.")] = False,
    values: Annotated[
        Path | None,
        typer.Option("--values", help="CSV (code, value): divide in proportion to the target codes' values."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the rows there, for `evidence add`.")] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Convert a table to another classification; say how much arrives, is divided, or is not mapped."""
    chosen = language(lang)
    package = open_anywhere(path, chosen)
    concordance = find_concordance(by)
    if backwards:
        back = f"{concordance.target} → {concordance.source}"
        concordance = concordance.reversed(f"{concordance.id}-backwards", {"en": back, "ko": back})
    filters: dict[str, Filter] = {}
    if measure:
        filters["measure"] = measure
    if source:
        filters["source"] = source
    rows = package.select(table, complete=False, released_by=None, **filters)
    here = sorted(set(rows.get("classification", [])))
    rows = rows[rows["classification"] == concordance.source] if concordance.source in here else rows
    everything = set(package.codebook.codes_of(concordance.source))
    split: Split = _values(values) if values else "equal" if equal else "refuse"
    done = convert(
        rows,
        concordance,
        split=split,
        aggregates=frozenset(everything - set(package.codes(concordance.source))),
        additive={str(m): package.additive(table, str(m)) for m in rows["measure"].unique()},
    )
    if out is not None:
        done.rows.drop(columns=["low", "high"]).to_csv(out, index=False)
    if as_json:
        print_json(
            {
                "concordance": concordance.id,
                "licence": concordance.licence,
                "citation": concordance.citation,
                "rows": len(done.rows),
                "aggregates_left_out": list(done.aggregates),
                "measures": [report.as_dict() for report in done.reports],
            }
        )
        return
    console = Console(soft_wrap=True)
    for sentence in done.sentences(chosen):
        console.print(sentence, markup=False, highlight=False)
    console.print(f"{concordance.citation}. {concordance.licence}", markup=False, highlight=False, style="dim")
    if out is not None:
        said = f"{len(done.rows):,}행: {out}" if chosen == "ko" else f"{len(done.rows):,} rows in {out}"
        console.print(said, markup=False, highlight=False)


def _values(file: Path) -> dict[str, float]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as UTF-8 ({error})") from error
    found: dict[str, float] = {}
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        if not {"code", "value"} <= set(row):
            raise InputError(f"{file}: the columns are code, value")
        try:
            found[str(row["code"])] = float(row["value"])
        except (TypeError, ValueError):
            raise InputError(f"{file}:{number}: value {row['value']!r} is not a number") from None
    return found
