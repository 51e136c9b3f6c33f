"""The bad-row report of an import: every row that could not be used, and what was left out by rule, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from majung.evidence.adding import write_atomically
from majung.evidence.importers.context import LeftOut
from majung.evidence.problems import Language, Problem

_HEADER: dict[Language, tuple[str, ...]] = {
    "en": ("kind", "file", "line", "column", "value", "rows", "reason", "remedy"),
    "ko": ("구분", "파일", "행", "열", "값", "행 수", "이유", "고칠 방법"),
}
_KINDS: dict[Language, tuple[str, str]] = {"en": ("bad", "left out"), "ko": ("잘못된 행", "제외")}


def write_report(path: Path, bad: Sequence[Problem], left_out: Sequence[LeftOut], lang: Language) -> str:
    """Write the report (with a byte-order mark, for spreadsheets); gives its path, "" if it cannot be written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER[lang])
    writer.writerows(_bad_lines(bad, lang))
    writer.writerows(_left_out_lines(left_out, lang))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, out.getvalue().encode("utf-8-sig", "replace"))
    except OSError:
        return ""
    return str(path)


def _harmless(value: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return "'" + value if value.startswith(("=", "+", "@", "\t", "\r")) else value


def _bad_lines(bad: Iterable[Problem], lang: Language) -> Iterator[tuple[str, ...]]:
    for one in bad:
        where = (one.file, str(one.line or ""), one.column, _harmless(one.value))
        yield (_KINDS[lang][0], *where, "1", one.reason[lang], one.remedy[lang])


def _left_out_lines(left_out: Iterable[LeftOut], lang: Language) -> Iterator[tuple[str, ...]]:
    for one in left_out:
        where = (one.file, str(one.line or ""), one.column, _harmless(one.value))
        yield (_KINDS[lang][1], *where, str(one.count), one.reason[lang], "")
