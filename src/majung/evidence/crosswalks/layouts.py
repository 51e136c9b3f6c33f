"""Official concordances as their publishers lay them out; columns are found by name, so that a moved or renamed one is
named in the error. `unsd`, `hs` and `hs-conversion` were tried on real files, `wipo` and `tls901` were not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from majung.evidence.codebook import spelling
from majung.evidence.crosswalks.concordance import Concordance, Link, Match, weight_of
from majung.evidence.importers.context import Context
from majung.evidence.importers.inputs import find_inputs
from majung.evidence.importers.old_workbook import read_old_workbook
from majung.evidence.importers.workbook import cell_text, open_workbook
from majung.evidence.problems import EvidenceError, Text, text
from majung.methods.labelled import InputError

HEADER_WITHIN = 30
"""The header is looked for in so many first rows: official workbooks begin with titles and notes."""

NOTHING = "n/a"
"""What UN tables write where no code corresponds."""


@dataclass(frozen=True)
class Columns:
    """Names of the columns of an official file. Each may be a pattern (a regular expression, whole name, any case).

    digits: length of numeric codes; spreadsheets eat leading zeros, which are put back. needs_note: a sheet without the
    note's column is another table, and passed over.
    """

    code_from: str
    code_to: str
    weight: str = ""
    note: str = ""
    match: Match = "exact"
    digits: int = 0
    needs_note: bool = False
    publisher: Text | None = None


LAYOUTS: dict[str, Columns] = {
    # unstats.un.org/unsd/classifications/Econ/tables: ISIC4_ISIC31.txt and its kin: "ISIC4code","partialISIC4",
    # "ISIC31code","partialISIC31","Detail" (older ones: "ISIC3", "Rev31"); partial 1 = only a part of it corresponds.
    "unsd": Columns(
        r"^(.+code|(ISIC|Rev)[\d.]+)$",
        r"^(.+code|(ISIC|Rev)[\d.]+)$",
        note="Detail",
        publisher=text("UN Statistics Division, correspondence tables", "유엔 통계국 연계표"),
    ),
    # UN Trade Statistics workbooks. The sheet "Correlations" ("HS 2022", "HS 2017", "Relationship") holds all that
    # corresponds. The sheet before it, "Conversions" ("From HS 2022", "To HS 2017", also written "From" twice), gives
    # each code one: the UN's own choice among several, which hides that there were several.
    "hs": Columns(
        r"^HS ?\d{4}( code)?$",
        r"^HS ?\d{4}( code)?$",
        note="Relationship",
        digits=6,
        needs_note=True,
        publisher=text("UN Statistics Division, HS correlation tables", "유엔 통계국 HS 상관표"),
    ),
    "hs-conversion": Columns(
        r"^From HS ?\d{4}$",
        r"^(From|To) HS ?\d{4}$",
        digits=6,
        publisher=text("UN Statistics Division, HS conversion tables", "유엔 통계국 HS 변환표"),
    ),
    # WIPO, IPC-Technology Concordance Table: field number, sector, field, IPC code with a trailing %.
    "wipo": Columns(
        r"^IPC[_ ]code$",
        r"^(Field[_ ]number|Field_en|Field[_ ]no\.?)$",
        match="prefix",
        publisher=text("WIPO, IPC-Technology Concordance", "WIPO IPC 기술 연계표"),
    ),
    # PATSTAT, TLS901_TECHN_FIELD_IPC.
    "tls901": Columns(
        "ipc_maingroup_symbol",
        "techn_field_nr",
        match="prefix",
        publisher=text("EPO PATSTAT, TLS901_TECHN_FIELD_IPC", "EPO PATSTAT TLS901"),
    ),
}


def read_official(
    file: str | Path,
    layout: str | Columns,
    *,
    id_: str,
    name: Text,
    source: str,
    target: str,
    licence: str,
    citation: str,
    url: str = "",
    sheet: str | None = None,
    weights: str = "",
) -> Concordance:
    """Read a concordance as published: CSV (comma, semicolon or tab; UTF-8 or cp949) or Excel.

    layout: a name of LAYOUTS, or Columns with the names of the file's own columns. sheet: of a workbook; the first one
    with the columns without it. licence: as the publisher states it; it is stored with the concordance. Codes are
    tidied (:func:`tidy`). Raises InputError naming file, row and remedy.
    """
    place = Path(file)
    columns = LAYOUTS.get(layout) if isinstance(layout, str) else layout
    if columns is None:
        raise InputError(f"no layout is called {layout!r}; there are {', '.join(LAYOUTS)}, or name the columns")
    links: dict[tuple[str, str], Link] = {}
    found, rows = _find_header(place, columns, sheet)
    first, second, weight, note = found
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if max(first, second) >= len(cells):
            raise InputError(f"{place}:{number}: the row ends before the code columns; look for a line break in a cell")
        code_from = tidy(cells[first], columns.match, columns.digits)
        code_to = tidy(cells[second], "exact", columns.digits)
        if code_from.lower() == NOTHING:  # a new code that had no forerunner
            continue
        if code_to.lower() == NOTHING:
            code_to = ""
        if not code_from:
            raise InputError(f"{place}:{number}: the code to convert from is empty; fill it in or take the row out")
        share = weight_of(cells[weight], place, number) if weight is not None and weight < len(cells) else None
        said = cells[note] if note is not None and note < len(cells) else ""
        links.setdefault((code_from, code_to), Link(code_from, code_to, share, said))
    if not links:
        raise InputError(f"{place}: the header is there, but no row follows")
    return Concordance(id_, name, source, target, licence, citation, tuple(links.values()), columns.match, weights, url)


_IPC = re.compile(r"^([A-H]\d{2}[A-Z])\s*(\d{1,4})?\s*(?:/\s*(\d{0,6}))?\s*%?$")


def tidy(code: str, match: Match, digits: int = 0) -> str:
    """A code as the tables hold it: IPC symbols with main groups of four digits and no blanks; numeric codes without
    dots and padded to `digits`."""
    plain = code.strip()
    if match == "prefix":
        found = _IPC.fullmatch(plain)
        if found:
            subclass, group, rest = found.groups()
            if group is None:
                return subclass
            padded = subclass + group.zfill(4)
            return f"{padded}/{rest}" if rest else padded + "/" if "/" in plain else padded
        return re.sub(r"[\s%]", "", plain)
    if digits and re.fullmatch(r"[\d.]+", plain):
        number = re.sub(r"\.0$", "", plain) if plain.count(".") == 1 and len(plain) <= digits + 2 else plain
        return number.replace(".", "").zfill(digits)
    return re.sub(r"(?<=\d)\.0$", "", plain)


def _find_header(
    place: Path, columns: Columns, sheet: str | None
) -> tuple[tuple[int, int, int | None, int | None], Iterator[tuple[int, list[str]]]]:
    tried: list[str] = []
    for label, rows in _sheets(place, sheet):
        for start, (_, row) in enumerate(rows[:HEADER_WITHIN]):
            found = _match_columns(row, columns)
            if found is not None:
                return found, iter(rows[start + 1 :])
        shown = next((", ".join(cell for cell in row if cell) for _, row in rows if any(row)), "nothing")
        tried.append(f"{label}: {shown[:120]}")
    raise InputError(
        f"{place}: no columns named {columns.code_from} and {columns.code_to} in the first {HEADER_WITHIN} rows "
        f"({'; '.join(tried)}); name the columns of this file explicitly"
    )


def _match_columns(row: Sequence[str], columns: Columns) -> tuple[int, int, int | None, int | None] | None:
    def hits(pattern: str) -> list[int]:
        return [
            i
            for i, cell in enumerate(row)
            if cell and (spelling(cell) == spelling(pattern) or re.fullmatch(pattern, cell.strip(), re.IGNORECASE))
        ]

    first = hits(columns.code_from)
    if not first:
        return None
    second = [i for i in hits(columns.code_to) if i != first[0]]
    if not second:
        return None
    weight = hits(columns.weight) if columns.weight else []
    note = hits(columns.note) if columns.note else []
    if (columns.weight and not weight) or (columns.needs_note and not note):
        return None
    return first[0], second[0], weight[0] if weight else None, note[0] if note else None


def _sheets(place: Path, sheet: str | None) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    if place.suffix.lower() in (".xlsx", ".xlsm"):
        yield from _workbook(place, sheet)
        return
    if place.suffix.lower() == ".xls":
        sheets = read_old_workbook(find_inputs([place])[0])
        for name in [_known_sheet(place, sheet, list(sheets))] if sheet else sheets:
            yield name, list(enumerate(sheets[name], 1))
        return
    try:
        content = place.read_bytes()
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    for encoding in ("utf-8-sig", "cp949"):
        try:
            decoded = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"{place}: neither UTF-8 nor cp949; save it as CSV UTF-8")
    first = decoded.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    try:
        yield place.name, [(number, row) for number, row in enumerate(rows, 1)]
    except csv.Error as error:
        raise InputError(f"{place}: cannot be read as CSV ({error})") from error


def _workbook(place: Path, sheet: str | None) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    inputs = find_inputs([place])
    context = Context()
    with open_workbook(inputs[0], context) as book:
        for name in [_known_sheet(place, sheet, book.names)] if sheet else book.names:
            rows = [(number, [cell_text(cell) for cell in row]) for number, row in book.rows_of(name)]
            if context.bad_rows:
                raise EvidenceError.of(str(place), context.bad_rows)
            yield name, rows


def _known_sheet(place: Path, sheet: str, names: Sequence[str]) -> str:
    if sheet not in names:
        raise InputError(f"{place}: no sheet {sheet!r}; there are {', '.join(names)}")
    return sheet
