"""References to rows and back."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Model

from majung.taskforce.models import Programme
from majung.taskforce.operations.act import Invalid, Refusal
from majung.taskforce.queries.visibility import VISIBLE

KINDS: dict[str, type[Model]] = {str(kind._meta.model_name): kind for kind in VISIBLE}
"""Every kind of row that has a reference, by the word that stands before the slash."""
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Unknown(Refusal):
    """There is no such row in this programme."""


def keyed(kind: type[Model]) -> bool:
    """Whether rows of a kind are named by a key."""
    return any(field.name == "key" for field in kind._meta.concrete_fields) and kind._meta.model_name != "metric"


def refer(row: Model) -> str:
    """The reference by which `resolve` finds the row again."""
    return f"{row._meta.model_name}/{getattr(row, 'key', row.pk) if keyed(type(row)) else row.pk}"


def named(reference: str, kind: type[Model]) -> dict[str, Any]:
    """What a reference says of a row of this kind, as a condition: {"key": ...} or {"pk": ...}. Raises Invalid for
    something else than a reference to this kind."""
    word, _, name = reference.partition("/")
    expected = kind._meta.model_name
    if word != expected or not name:
        raise Invalid(
            f"{reference!r} is not a reference to this kind of row: write {expected}/…",
            f"{reference!r}: {expected}/… 형식으로 적는다",
        )
    if keyed(kind):
        return {"key": name}
    if not NUMBER.fullmatch(name):
        raise Invalid(
            f"{reference!r}: rows of this kind are named by number, e.g. {expected}/12",
            f"{reference!r}: {expected}/12처럼 번호로 적는다",
        )
    return {"pk": int(name)}


def resolve(programme: Programme, reference: str, kind: type[Model]) -> Any:
    """The row that a reference names. Raises Unknown when this programme has none, Invalid for another kind."""
    condition = named(reference, kind)
    rows = kind._default_manager.filter(**condition)
    if keyed(kind) and kind is not Programme:
        rows = rows.filter(programme=programme)
    row: Any = rows.first()
    within = getattr(row, "in_programme", None) or getattr(row, "programme", None)
    if row is None or within is None or within.pk != programme.pk:
        raise Unknown(f"there is no {reference} in {programme.key}", f"{programme.key}에 {reference}이(가) 없다")
    return row
