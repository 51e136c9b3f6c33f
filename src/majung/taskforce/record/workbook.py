"""Organisations, people, mandates, meetings and measures as a spreadsheet: template, export, import."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import openpyxl  # type: ignore[import-untyped]
from django.db import models, transaction
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from majung.evidence.problems import text
from majung.taskforce.models import Programme
from majung.taskforce.operations import Refusal
from majung.taskforce.record.exporting import rows
from majung.taskforce.record.kinds import BY_NAME, Names
from majung.taskforce.record.loading import Loaded, enter
from majung.taskforce.record.reading import Entry, finish, read_row, refuse
from majung.taskforce.rules.words import Text

Language = Literal["ko", "en"]
MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_COLUMNS = 20 << 20, 200 << 20, 20_000, 40

SHEETS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "organisation": ({"en": "Organisations", "ko": "기관"}, ("key", "name.ko", "name.en", "kind")),
    "person": ({"en": "People", "ko": "구성원"}, ("key", "post.ko", "post.en", "organisation")),
    "mandate": ({"en": "Mandates", "ko": "위촉"}, ("body", "person", "role", "represents", "starts", "ends")),
    "meeting": (
        {"en": "Meetings", "ko": "회의"},
        ("key", "body", "name.ko", "name.en", "starts", "minutes_long", "place.ko", "place.en"),
    ),
    "measure": (
        {"en": "Measures", "ko": "대책"},
        ("key", "task", "name.ko", "name.en", "instrument", "owner", "verifier", "starts", "due"),
    ),
}
COLUMNS: dict[str, Text] = {
    "key": {"en": "key", "ko": "키"},
    "name.ko": {"en": "name (Korean)", "ko": "이름(한국어)"},
    "name.en": {"en": "name (English)", "ko": "이름(영어)"},
    "post.ko": {"en": "post (Korean)", "ko": "직위(한국어)"},
    "post.en": {"en": "post (English)", "ko": "직위(영어)"},
    "place.ko": {"en": "place (Korean)", "ko": "장소(한국어)"},
    "place.en": {"en": "place (English)", "ko": "장소(영어)"},
    "kind": {"en": "kind", "ko": "종류"},
    "organisation": {"en": "organisation", "ko": "기관"},
    "body": {"en": "body", "ko": "회의체"},
    "person": {"en": "person", "ko": "구성원"},
    "role": {"en": "role", "ko": "역할"},
    "represents": {"en": "represents", "ko": "대표 기관"},
    "starts": {"en": "starts", "ko": "시작"},
    "ends": {"en": "ends", "ko": "종료"},
    "minutes_long": {"en": "minutes", "ko": "시간(분)"},
    "task": {"en": "core task", "ko": "핵심 과제"},
    "instrument": {"en": "instrument", "ko": "수단"},
    "owner": {"en": "owner", "ko": "소관"},
    "verifier": {"en": "verifier", "ko": "점검"},
    "due": {"en": "due", "ko": "기한"},
}


def write(file: Path, language: Language, programme: Programme | None = None) -> Path:
    """The template; with a programme, its rows in it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    names = Names.of(programme) if programme else None
    for kind, (title, columns) in SHEETS.items():
        sheet = book.create_sheet(title[language])
        sheet.append([COLUMNS[column][language] for column in columns])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        if programme is None or names is None:
            continue
        for row in rows(programme, BY_NAME[kind], names, {}, at=False):
            sheet.append([_shown(row, column) for column in columns])
            for cell in sheet[sheet.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    book.save(file)
    return file


def _shown(row: dict[str, Any], column: str) -> Any:
    name, _, language = column.partition(".")
    value = row.get(name)
    if language:
        return (value or {}).get(language)
    return value.astimezone().replace(tzinfo=None) if isinstance(value, datetime) else value


def read(file: Path, programme: Programme, at: datetime) -> Loaded:
    """Enter the rows of a spreadsheet that are new; all or nothing.

    Raises Refusal with every problem in both languages: file, sheet, row, column, reason and remedy.
    """
    problems: list[Text] = []
    entries = finish(_entries(file, at, problems), problems)
    refuse(problems)
    result, differences = Loaded(programme), list[Text]()
    with transaction.atomic():
        enter(programme, entries, result, differences, False)
        head = text(
            "the database has these rows otherwise, and rules; nothing was entered: change them in the workspace, or "
            "leave the rows out",
            "이 행들은 데이터베이스와 다르고, 데이터베이스가 우선한다. 아무것도 들어가지 않았다. 작업공간에서 고치거나 "
            "행을 빼라",
        )
        refuse(differences, head)
    return result


def _entries(file: Path, at: datetime, problems: list[Text]) -> Iterator[Entry]:
    book = _opened(file)
    titles = {title[lang]: kind for kind, (title, _) in SHEETS.items() for lang in ("ko", "en")}
    labels = {said[lang]: column for column, said in COLUMNS.items() for lang in ("ko", "en")}
    for sheet in book.worksheets:
        kind = titles.get(sheet.title)
        if kind is None:
            known = ", ".join(titles)
            problems.append(
                text(
                    f"{file}: sheet {sheet.title!r} is none of {known}; rename or remove it",
                    f"{file}: 시트 {sheet.title!r}은(는) 양식에 없다. {known} 가운데 하나로 바꾸거나 지우라",
                )
            )
            continue
        heads: list[str | None] = []
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS), 1):
            place = f"{file}: {sheet.title}!{number}"
            if number > MOST_ROWS + 1:
                problems.append(
                    text(
                        f"{place}: more than {MOST_ROWS:,} rows; split the file",
                        f"{place}: {MOST_ROWS:,}행보다 많다. 파일을 나누라",
                    )
                )
                break
            problems += [
                text(
                    f"{place}, cell {cell.coordinate}: a formula; put its value there",
                    f"{place}, 셀 {cell.coordinate}: 수식이다. 값을 적으라",
                )
                for cell in cells
                if cell.data_type == "f"
            ]
            if number == 1:
                heads = [labels.get(str(cell.value).strip()) if cell.value is not None else None for cell in cells]
                for cell, head in zip(cells, heads, strict=True):
                    if cell.value is not None and head not in SHEETS[kind][1]:
                        problems.append(
                            text(
                                f"{place}, cell {cell.coordinate}: unknown column {cell.value!r}; take the template's",
                                f"{place}, 셀 {cell.coordinate}: 모르는 열 {cell.value!r}이다. 양식의 열을 쓰라",
                            )
                        )
                continue
            row = _row(kind, dict(zip(heads, (cell.value for cell in cells), strict=True)))
            entry = read_row(BY_NAME[kind], row, place, problems, at) if row else None
            if entry is not None:
                yield entry


def _row(kind: str, cells: dict[str | None, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column, value in cells.items():
        value = value.strip() if isinstance(value, str) else value
        if column is None or value in (None, ""):
            continue
        name, _, language = column.partition(".")
        if language:
            row.setdefault(name, {})[language] = str(value)
            continue
        field = BY_NAME[kind].fields.get(name)
        is_day = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
        if is_day and isinstance(value, datetime):
            value = value.date()
        elif isinstance(field, models.CharField | models.ForeignKey) and not isinstance(value, date):
            value = str(value)
        row[name] = value
    return row


def _opened(file: Path) -> Any:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal(
                f"{file}: larger than {MOST_BYTES >> 20} MB; split it",
                f"{file}: {MOST_BYTES >> 20} MB보다 크다. 나누라",
            )
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Refusal(
                    f"{file}: unpacks to more than {MOST_UNPACKED >> 20} MB; split it",
                    f"{file}: 풀면 {MOST_UNPACKED >> 20} MB가 넘는다. 나누라",
                )
        return openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except FileNotFoundError as error:
        raise Refusal(f"{file}: not found", f"{file}: 파일이 없다") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Refusal(
            f"{file}: not a readable .xlsx workbook ({error}); save it again as .xlsx",
            f"{file}: 읽을 수 있는 .xlsx 파일이 아니다({error}). .xlsx로 다시 저장하라",
        ) from error
