"""Rows as data, and the shape that each kind of row has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Model, QuerySet
from pydantic import BaseModel, Field, create_model

from majung.taskforce.models.base import Bilingual
from majung.taskforce.wire.references import keyed

LEFT_OUT = frozenset({"id", "seq", "salt", "user", "revision", "programme"})
_TYPES: dict[type[Any], Any] = {
    Bilingual: dict[str, str],
    models.JSONField: Any,
    models.BooleanField: bool,
    models.DateTimeField: datetime,
    models.DateField: date,
    models.DecimalField: str,
    models.FloatField: float,
    models.IntegerField: int,
}


@cache
def columns(kind: type[Model]) -> tuple[models.Field[Any, Any], ...]:
    """The columns of a kind that are told."""
    return tuple(field for field in kind._meta.concrete_fields if field.name not in LEFT_OUT)


@cache
def shape(kind: type[Model]) -> type[BaseModel]:
    """The model of a row of this kind."""
    fields: dict[str, Any] = {
        "reference": (str, Field(description="How this row is named in requests.")),
        "revision": (int | None, Field(description="Counts its versions; null for rows that have none.")),
    }
    personal = getattr(kind, "PERSONAL", ())
    for field in columns(kind):
        told = _told_type(field)
        fields[field.name] = (told | None if field.null or field.name in personal else told, ...)
    model: type[BaseModel] = create_model(kind.__name__, **fields)
    return model


def _told_type(field: models.Field[Any, Any]) -> Any:
    if field.is_relation:
        return str
    for kind, told in _TYPES.items():
        if isinstance(field, kind):
            return told
    return str


def linked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With what the references of its columns need, in the same query."""
    kind: Any = rows.model
    joined = [field.name for field in columns(kind) if field.is_relation and keyed(_related(field))]
    return rows.select_related(*joined) if joined else rows


def _related(field: models.Field[Any, Any]) -> Any:
    return field.related_model


def reference(row: Model) -> str:
    """How a row is named: by its key, or by number where it has none."""
    return f"{row._meta.model_name}/{row.key if keyed(type(row)) else row.pk}"  # type: ignore[attr-defined]


def as_data(row: Model, hidden: Iterable[str] = ()) -> dict[str, Any]:
    """A row as data; hidden columns stand as null."""
    left = frozenset(hidden)
    data: dict[str, Any] = {"reference": reference(row), "revision": getattr(row, "revision", None)}
    for field in columns(type(row)):
        data[field.name] = None if field.name in left else _told(row, field)
    return data


def _told(row: Model, field: models.Field[Any, Any]) -> Any:
    if not field.is_relation:
        value = getattr(row, field.attname)
        return str(value) if isinstance(field, models.DecimalField) and value is not None else value
    number = getattr(row, field.attname)
    if number is None:
        return None
    related = _related(field)
    if keyed(related):
        return reference(getattr(row, field.name))
    return f"{related._meta.model_name}/{number}"
