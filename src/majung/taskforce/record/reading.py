"""Reading the record's files: each row checked against its table's columns, each problem named with file and place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from django.db import models
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from majung.programme.model import Text
from majung.taskforce.models.base import Bilingual
from majung.taskforce.programme_folder import CONTEXT
from majung.taskforce.record.kinds import BY_NAME, Kind, named
from majung.taskforce.rules.clock import SEOUL

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


def read_rows(folder: Path, problems: list[str]) -> list[Entry]:
    """The rows of every file of a record folder but the context; problems are appended, one a line."""
    entries: list[Entry] = []
    for file in sorted(folder.glob("*.toml")):
        if file.name != CONTEXT:
            entries += _read_file(file, problems)
    return finish(entries, problems)


def _read_file(file: Path, problems: list[str]) -> list[Entry]:
    try:
        if file.stat().st_size > MOST_BYTES:
            problems.append(f"{file}: larger than {MOST_BYTES // 2**20} MB; split it into several files")
            return []
        document = tomllib.loads(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        problems.append(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8")
        return []
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file}: not valid TOML: {error}")
        return []
    default, whole = document.pop("at", None), document.pop("whole", False) is True
    document.pop("programme", None)
    entries: list[Entry] = []
    for name, rows in document.items():
        kind = BY_NAME.get(name)
        if kind is None or not isinstance(rows, list):
            near = difflib.get_close_matches(name, BY_NAME, n=1)
            hint = f"did you mean [[{near[0]}]]?" if near else f"one of {', '.join(BY_NAME)}"
            problems.append(f"{file}: [[{name}]] is no kind of row; {hint}")
            continue
        for number, row in enumerate(rows, 1):
            entry = read_row(kind, row, f"{file}: {name}[{number}]", problems, default)
            if entry is not None:
                entry.whole = whole
                entries.append(entry)
    return entries


def read_row(
    kind: Kind, row: Mapping[str, Any], place: str, problems: list[str], default: date | None = None
) -> Entry | None:
    """One row, checked; None where it has a problem. The moment stays open (datetime.min) where none is stated."""
    try:
        checked = schema(kind).model_validate(dict(row))
    except ValidationError as error:
        for found in error.errors():
            where = ".".join(str(part) for part in found["loc"] if not isinstance(part, int))
            problems.append(f"{place}.{where}: {_reason(found, kind)}")
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


def _reason(found: Any, kind: Kind) -> str:
    if found["type"] == "extra_forbidden":
        asked = str(found["loc"][-1])
        near = difflib.get_close_matches(asked, kind.fields, n=1)
        columns = ", ".join(kind.fields)
        return f"unknown column; did you mean {near[0]!r}?" if near else f"unknown column; there are {columns}"
    if found["type"] == "missing":
        return "missing; state it"
    given = found.get("input")
    shown = f" (found {given!r})" if isinstance(given, str | int | float) and not isinstance(given, bool) else ""
    return f"{found['msg'][0].lower()}{found['msg'][1:]}{shown}"


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


def finish(entries: Iterable[Entry], problems: list[str]) -> list[Entry]:
    """Tell rows of one identity apart, and give each row without a moment that of the row it follows."""
    known: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key, number = entry.key, 1
        while (entry.kind.name, entry.key) in known:
            if "key" in entry.kind.identity:
                first = known[entry.kind.name, entry.key].place
                problems.append(
                    f"{entry.place}: {entry.kind.name} {entry.key!r} stands twice (also {first}); remove one"
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
            problems.append(f"{entry.place}: no moment; state `at` (the day of the event) here or for the whole file")
    return list(known.values())


def _followed(kind: Kind, key: str | None, known: Mapping[tuple[str, str], Entry]) -> Entry | None:
    from majung.taskforce.record.kinds import BY_MODEL, target

    if key is None:
        return None
    return known.get((BY_MODEL[target(kind.fields[kind.follows])].name, key))
