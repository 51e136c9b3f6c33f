"""What an operation is given, as a pydantic model built from its registered parameters."""

from __future__ import annotations

import inspect
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Model
from pydantic import (
    AfterValidator,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
    create_model,
)

from majung.taskforce.models import Programme
from majung.taskforce.operations.act import OPERATIONS, Operation
from majung.taskforce.rules.words import Text
from majung.taskforce.wire.references import keyed

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
DEEPEST = 12


def _day(value: date) -> date:
    if not FIRST <= value <= LAST:
        raise ValueError(f"a day between {FIRST} and {LAST}")
    return value


def _moment(value: datetime) -> datetime:
    _day(value.date())
    return value


def _plain(value: Any, depth: int = 0) -> Any:
    """Free data: no control zero, no half characters, nothing endless, numbers that a database holds."""
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST}")
    match value:
        case str():
            if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError("text with characters that are none")
        case bool() | None:
            pass
        case int():
            if abs(value) >= 2**53:
                raise ValueError("whole numbers up to 2^53")
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                raise ValueError("a finite number")
        case list():
            for entry in value:
                _plain(entry, depth + 1)
        case dict():
            for name, entry in value.items():
                _plain(name)
                _plain(entry, depth + 1)
        case _:
            raise ValueError("plain data only")
    return value


Line = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200_000)]
Day = Annotated[date, AfterValidator(_day)]
Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Money = Annotated[
    Decimal,
    Field(max_digits=16, decimal_places=3, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,13}(\.[0-9]{1,3})?$", "examples": ["1250.5"]}),
]
Data = Annotated[dict[str, JsonValue], AfterValidator(_plain)]
_PLAIN: dict[Any, Any] = {
    str: Line,
    int: Whole,
    float: Number,
    bool: bool,
    date: Day,
    datetime: Moment,
    Decimal: Money,
    bytes: Base64Bytes,
}


class Said(BaseModel):
    """Text in both languages."""

    model_config = ConfigDict(extra="forbid")

    ko: Line
    en: Line


_FORMS: dict[str, type[BaseModel]] = {}


def form(operation: Operation) -> type[BaseModel]:
    """The model of an operation's request: `subject`, `expected` and its parameters."""
    if operation.name not in _FORMS:
        _FORMS[operation.name] = _form(operation)
    return _FORMS[operation.name]


def _form(operation: Operation) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    subject: Any = reference_to(operation.subject)
    told = f"The {operation.subject._meta.verbose_name} that it is done to"
    if operation.subject is Programme:
        fields["subject"] = (
            subject | None,
            Field(None, description=f"{told}; the programme of the address if absent."),
        )
    else:
        fields["subject"] = (subject, Field(description=f"{told}."))
    fields["expected"] = (
        Annotated[int, Field(ge=0, le=2**31 - 1)] | None,
        Field(None, description="The subject's revision that you saw; if it has moved on, nothing is done (409)."),
    )
    for name, (hint, default) in operation.parameters.items():
        if name in fields:
            raise ValueError(f"{operation.name}: a parameter may not be called {name!r}")
        required = default is inspect.Parameter.empty
        fields[name] = (told_type(hint), ... if required else None) if required else (told_type(hint) | None, None)
    title = "".join(part.title() for part in operation.name.replace("_", ".").split("."))
    model: type[BaseModel] = create_model(
        f"{title}Request", __config__=ConfigDict(extra="forbid"), __doc__=operation.doc or None, **fields
    )
    return model


def listed() -> list[dict[str, Any]]:
    """Every operation with its label and parameters, as data."""
    known = []
    for one in (one for one in OPERATIONS.values() if one.for_people):
        said = form(one).model_json_schema()
        required = set(said.get("required", ()))
        told = [{"name": n, "required": n in required, "form": f} for n, f in said["properties"].items()]
        known.append({"name": one.name, "label": one.label, "doc": one.doc, "parameters": told})
    return known


def reference_to(kind: type[Model]) -> Any:
    """A string that names a row of this kind."""
    word = kind._meta.model_name
    name = r"[^/\x00]{1,200}" if keyed(kind) else "[1-9][0-9]{0,17}"
    example = f"{word}/{'a-key' if keyed(kind) else '12'}"
    return Annotated[str, StringConstraints(pattern=f"^{word}/{name}$"), Field(examples=[example])]


def told_type(hint: Any) -> Any:
    """How a parameter of this type is told in JSON."""
    if hint == Text:
        return Said
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        parts = [told_type(part) for part in inner]
        return typing.Union[tuple(parts)]  # noqa: UP007  (built from a list)
    if origin is list:
        return Annotated[list[told_type(inner[0])], Field(max_length=500)]  # type: ignore[misc]
    if origin is dict:
        if inner[1] is float:
            return Annotated[dict[Line, Number], Field(max_length=2000)]
        return Data
    if isinstance(hint, type) and issubclass(hint, Model):
        return reference_to(hint)
    return _PLAIN.get(hint, hint)
