"""`majung evidence diff`: the difference of two snapshots in words, as a table, or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from majung.cli.evidence import AsJson, Lang, language, print_json
from majung.evidence import EvidenceError, Language, Package, difference, open_package
from majung.methods.labelled import InputError

Snapshot = Annotated[
    Path, typer.Argument(help="Folder of an evidence package, of a programme, or of a run (its inputs).")
]


def diff_command(
    a: Snapshot,
    b: Snapshot,
    rows: Annotated[int, typer.Option("--rows", help="Also print so many differing rows as a table.")] = 0,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every differing row there.")] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Say how snapshot B differs from snapshot A: new, gone, revised and restated rows, sources, licences, codes.

    Exit code 0 whether they differ or not.
    """
    chosen = language(lang)
    found = difference(open_anywhere(a, chosen), open_anywhere(b, chosen))
    if csv is not None:
        found.rows.to_csv(csv, index=False)
    if as_json:
        print_json(found.as_dict())
        return
    console = Console(soft_wrap=True)
    console.print(f"sha256 {found.hash_a[:12]} -> {found.hash_b[:12]}", markup=False, highlight=False)
    for sentence in found.sentences(chosen):
        console.print(sentence, markup=False, highlight=False)
    if rows > 0 and len(found.rows):
        _print_rows(console, found.rows.head(rows), chosen)
        if len(found.rows) > rows:
            rest = len(found.rows) - rows
            said = f"외 {rest:,}행 (--csv FILE)" if chosen == "ko" else f"and {rest:,} more rows (--csv FILE)"
            console.print(said, markup=False, highlight=False)


def open_anywhere(place: Path, lang: Language) -> Package:
    """The evidence package in a folder: the package itself, a programme's or a run's copy of it."""
    for folder in (place, place / "evidence", place / "inputs" / "evidence"):
        if (folder / "datapackage.json").is_file():
            try:
                return open_package(folder)
            except EvidenceError as error:
                raise error.in_language(lang) from None
    said = {
        "en": f"{place}: no evidence package here; give the folder that holds datapackage.json, a programme or a run",
        "ko": f"{place}: 증거 자료 묶음이 없습니다. datapackage.json이 든 폴더나 프로그램, 실행 폴더를 지정하십시오",
    }
    raise InputError(said[lang])


_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("what", "table", "series", "country", "code", "year", "before", "after", "source"),
    "ko": ("종류", "표", "계열", "국가", "코드", "연도", "이전", "이후", "출처"),
}
_KINDS: dict[Language, dict[str, str]] = {
    "en": {"new": "new", "gone": "gone", "revised": "revised", "restated": "restated"},
    "ko": {"new": "추가", "gone": "삭제", "revised": "개정", "restated": "출처 변경"},
}


def _print_rows(console: Console, rows: pd.DataFrame, lang: Language) -> None:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(_HEADS[lang]):
        shown.add_column(head, justify="right" if number in (6, 7) else "left")
    for row in rows.to_dict("records"):
        before, after = (f"{row[c]:,.6g}" if row[c] == row[c] else "" for c in ("before", "after"))
        sources = [str(s) for s in (row["source_before"], row["source_after"]) if isinstance(s, str)]
        shown.add_row(
            _KINDS[lang][row["kind"]],
            row["table"],
            f"{row['classification']}/{row['measure']}" if row["measure"] else "",
            row["country"],
            f"{row['code']} {row['detail']}".strip(),
            str(row["year"]),
            before,
            after,
            " → ".join(dict.fromkeys(sources)),
        )
    console.print(shown)
