"""record/record.toml of a programme folder: what surrounds the institution's rows.

Process and cadence in words, what followed with its figures as the sources state them, series that frame it, and
what is not reported. The rows themselves (bodies, meetings, measures) stand in the other files of the folder.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from majung.programme.model import Record, Slug, Text


class Figure(Record):
    """A figure as its source states it. dagger: it does not reconcile and is left as stated; the note says why."""

    label: Text
    unit: Text
    value: float
    year: int | None = None
    baseline: float | None = None
    baseline_year: int | None = None
    dagger: bool = False
    note: Text | None = None


class Event(Record):
    """Something that happened, as a source reports it."""

    date: date
    title: Text
    source: str = Field(min_length=1)
    area: Slug | None = None
    fields: tuple[Slug, ...] = ()
    figures: tuple[Figure, ...] = ()


class Stage(Record):
    step: int = Field(ge=1)
    id: Slug
    text: Text


class Series(Record):
    """A series of figures that frames the case; its own columns are as its source has them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Slug
    name: Text
    source: str = Field(min_length=1)
    unit: Text


class Context(Record):
    """record.toml as a whole."""

    schema_: Literal[1] = Field(alias="schema")
    programme: Slug
    licence: str
    not_reported: tuple[str, ...] = ()
    cadence: dict[str, Text] = Field(default_factory=dict)
    process: tuple[Stage, ...] = ()
    events: tuple[Event, ...] = ()
    series: tuple[Series, ...] = ()
    lights: dict[str, Text | str] = Field(default_factory=dict)
    today: dict[str, Text | str] = Field(default_factory=dict)


def read_context(file: Path, problems: list[str]) -> dict[str, Any]:
    """The context as plain data for keeping; {} where there is no such file. Problems are appended, one a line."""
    if not file.is_file():
        return {}
    try:
        context = Context.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        problems.append(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file}: not valid TOML: {error}")
    except ValidationError as error:
        for found in error.errors():
            parts = [f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in found["loc"]]
            said = found["msg"].replace("Extra inputs are not permitted", "unknown key: remove or rename it")
            problems.append(f"{file}: {''.join(parts).lstrip('.')}: {said}")
    else:
        plain: dict[str, Any] = json.loads(context.model_dump_json(by_alias=True, exclude_none=True))
        return plain
    return {}
