"""Reading the record's files: each row checked against its table's columns, each problem named with file and place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from django.db import models
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from majung.evidence.problems import text
from majung.programme.model import Text
from majung.taskforce.models.base import Bilingual
from majung.taskforce.operations import Refusal
from majung.taskforce.programme_folder import CONTEXT
from majung.taskforce.record.kinds import BY_NAME, Kind, named
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.words import Text as Said

MOST_BYTES = 64 * 1024 * 1024


@dataclass
class Entry:
    """A row as the record states it. values: column -> value, a reference as the other row's name, stated columns
    only. at: the moment from which it counts. place: where it stands, for people. whole: what is not stated is at its
    default, as an export writes it; otherwise the operation that begins the row may fill it in."""

    kind: Kind
    key: str
    values: dict[str, Any]
    at: datetime
    place: str
    whole: bool = False


@cache
def schema(kind: Kind) -> type[BaseModel]:
    """The pydantic model of a kind's rows, derived from its table: a column of the institution is one of the record."""
    made: dict[str, Any] = {"at": (date | datetime | None, None)}
    for name, field in kind.fields.items():
        withheld = name in kind.model.PERSONAL
        needed = not (field.null or field.blank or field.has_default() or withheld)
        made[name] = (_type(field) if needed else _type(field) | None, ... if needed else None)
    return create_model(f"{kind.name.title()}Row", __config__=ConfigDict(extra="forbid", allow_inf_nan=False), **made)


def _type(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        return Annotated[str, StringConstraints(min_length=1)]
    if isinstance(field, Bilingual):
        return Text
    if isinstance(field, models.JSONField):
        return Any
    if field.choices:
        words = tuple(str(value) for value, _ in field.choices)
        return Literal[(*words, "")] if field.blank else Literal[words]
    if isinstance(field, models.DateTimeField):
        return datetime | date
    if isinstance(field, models.DateField):
        return date
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.DecimalField):
        return Annotated[Decimal, Field(max_digits=field.max_digits, decimal_places=field.decimal_places)]
    if isinstance(field, models.IntegerField):
        return (
            Annotated[int, Field(ge=0)]
            if isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField)
            else int
        )
    if isinstance(field, models.FloatField):
        return float
    if isinstance(field, models.SlugField):
        return Annotated[str, StringConstraints(max_length=field.max_length, pattern=r"^[\w-]+$")]
    return Annotated[str, StringConstraints(max_length=field.max_length)]


def read_rows(folder: Path, problems: list[Said]) -> list[Entry]:
    """The rows of every file of a record folder but the context; problems are appended, one a line."""
    entries: list[Entry] = []
    for file in sorted(folder.glob("*.toml")):
        if file.name != CONTEXT:
            entries += _read_file(file, problems)
    return finish(entries, problems)


def _read_file(file: Path, problems: list[Said]) -> list[Entry]:
    try:
        if file.stat().st_size > MOST_BYTES:
            most = MOST_BYTES // 2**20
            problems.append(
                text(
                    f"{file}: larger than {most} MB; split it into several files",
                    f"{file}: {most} MB보다 크다. 여러 파일로 나누라",
                )
            )
            return []
        document = tomllib.loads(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        problems.append(
            text(
                f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8",
                f"{file}: UTF-8이 아니다({error.start}번째 바이트). UTF-8로 저장하라",
            )
        )
        return []
    except tomllib.TOMLDecodeError as error:
        problems.append(text(f"{file}: not valid TOML: {error}", f"{file}: 올바른 TOML이 아니다: {error}"))
        return []
    default, whole = document.pop("at", None), document.pop("whole", False) is True
    document.pop("programme", None)
    entries: list[Entry] = []
    for name, rows in document.items():
        kind = BY_NAME.get(name)
        if kind is None or not isinstance(rows, list):
            near = difflib.get_close_matches(name, BY_NAME, n=1)
            known = ", ".join(BY_NAME)
            hint = f"did you mean [[{near[0]}]]?" if near else f"one of {known}"
            hint_ko = f"[[{near[0]}]]을(를) 뜻했는가?" if near else f"가능한 종류: {known}"
            problems.append(
                text(
                    f"{file}: [[{name}]] is no kind of row; {hint}", f"{file}: [[{name}]]라는 행 종류는 없다. {hint_ko}"
                )
            )
            continue
        for number, row in enumerate(rows, 1):
            entry = read_row(kind, row, f"{file}: {name}[{number}]", problems, default)
            if entry is not None:
                entry.whole = whole
                entries.append(entry)
    return entries


def read_row(
    kind: Kind, row: Mapping[str, Any], place: str, problems: list[Said], default: date | None = None
) -> Entry | None:
    """One row, checked; None where it has a problem. The moment stays open (datetime.min) where none is stated."""
    try:
        checked = schema(kind).model_validate(dict(row))
    except ValidationError as error:
        for found in error.errors():
            where = ".".join(str(part) for part in found["loc"] if not isinstance(part, int))
            reason = _reason(found, kind)
            problems.append({language: f"{place}.{where}: {reason[language]}" for language in reason})
        return None
    values = {name: getattr(checked, name) for name in checked.model_fields_set if name in kind.fields}
    for name, value in values.items():
        values[name] = _value(kind.fields[name], value)
    parts: list[object] = []
    for name in kind.identity:
        value = values.get(name, kind.fields[name].get_default())
        parts.append(value.timestamp() if isinstance(value, datetime) else value)
    stated = checked.model_dump()["at"] or default
    at = moment(stated) if stated else datetime.min.replace(tzinfo=SEOUL)
    return Entry(kind, named(parts), values, at, place)


_WRONG = {
    "date": "날짜가 아니다. 2021-04-09처럼 적으라",
    "datetime": "날짜나 시각이 아니다. 2021-04-09 또는 2021-04-09 14:00처럼 적으라",
    "int": "정수가 아니다",
    "float": "수가 아니다",
    "decimal": "이 자릿수의 수가 아니다",
    "finite": "유한한 수가 아니다",
    "bool": "참이나 거짓이 아니다",
    "literal": "허용된 값이 아니다: {expected}",
    "string_too_long": "{max_length}자보다 길다",
    "string_too_short": "비어 있다",
    "string_pattern": "글자, 숫자, _, -만 쓸 수 있다",
    "string": "글이 아니다",
    "greater_than_equal": "{ge}보다 작다",
    "model": "한국어(ko)와 영어(en)로 적으라",
}
"""What is wrong with a value, in Korean, by the beginning of pydantic's name for it; the longest one counts."""


def _reason(found: Any, kind: Kind) -> Said:
    if found["type"] == "extra_forbidden":
        asked = str(found["loc"][-1])
        near = difflib.get_close_matches(asked, kind.fields, n=1)
        columns = ", ".join(kind.fields)
        if near:
            return text(f"unknown column; did you mean {near[0]!r}?", f"모르는 열이다. {near[0]!r}을(를) 뜻했는가?")
        return text(f"unknown column; there are {columns}", f"모르는 열이다. 있는 열: {columns}")
    if found["type"] == "missing":
        return text("missing; state it", "빠졌다. 적으라")
    given = found.get("input")
    plain = isinstance(given, str | int | float) and not isinstance(given, bool)
    beginnings = [begin for begin in _WRONG if found["type"].startswith(begin)]
    wrong = _WRONG[max(beginnings, key=len)] if beginnings else f"쓸 수 없는 값이다({found['type']})"
    return text(
        f"{found['msg'][0].lower()}{found['msg'][1:]}" + (f" (found {given!r})" if plain else ""),
        wrong.format(**found.get("ctx", {})) + (f"(적힌 값: {given!r})" if plain else ""),
    )


def refuse(problems: Sequence[Said], head: Said | None = None) -> None:
    """Raise Refusal with every problem, one a line, under a head; nothing where there is none."""
    if problems:
        lines = [head, *problems] if head else problems
        raise Refusal("\n".join(said["en"] for said in lines), "\n".join(said["ko"] for said in lines))


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(value, Text):
        return {"ko": value.ko, "en": value.en}
    if isinstance(field, models.JSONField) and isinstance(value, dict) and set(value) == {"json"}:
        import json

        return json.loads(value["json"])
    if isinstance(field, models.DateTimeField) and value is not None:
        return moment(value)
    return value


def moment(value: date | datetime) -> datetime:
    """A day is its first minute in Seoul; a moment without a zone is Seoul's."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), SEOUL)
    return value.replace(tzinfo=SEOUL) if value.tzinfo is None else value


def finish(entries: Iterable[Entry], problems: list[Said]) -> list[Entry]:
    """Tell rows of one identity apart, and give each row without a moment that of the row it follows."""
    known: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key, number = entry.key, 1
        while (entry.kind.name, entry.key) in known:
            if "key" in entry.kind.identity:
                first = known[entry.kind.name, entry.key].place
                problems.append(
                    text(
                        f"{entry.place}: {entry.kind.name} {entry.key!r} stands twice (also {first}); remove one",
                        f"{entry.place}: {entry.kind.name} {entry.key!r}이(가) 두 번 있다(또 {first}). 하나를 지우라",
                    )
                )
                break
            number += 1
            entry.key = f"{key}~{number}"
        known[entry.kind.name, entry.key] = entry
    for entry in known.values():
        seen = entry
        for _ in range(12):
            if seen.at.year > 1:
                break
            followed = seen.values.get(seen.kind.follows) if seen.kind.follows else None
            other = _followed(seen.kind, followed, known)
            if other is None:
                break
            seen = other
        if seen.at.year > 1:
            entry.at = seen.at
        else:
            problems.append(
                text(
                    f"{entry.place}: no moment; state `at` (the day of the event) here or for the whole file",
                    f"{entry.place}: 언제인지 없다. 여기나 파일 전체에 `at`(그 일이 있던 날)을 적으라",
                )
            )
    return list(known.values())


def _followed(kind: Kind, key: str | None, known: Mapping[tuple[str, str], Entry]) -> Entry | None:
    from majung.taskforce.record.kinds import BY_MODEL, target

    if key is None:
        return None
    return known.get((BY_MODEL[target(kind.fields[kind.follows])].name, key))
