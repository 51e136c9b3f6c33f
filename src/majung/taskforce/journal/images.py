"""The image of a row: its values as plain data that hash alike before and after the database."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from majung.taskforce.models.base import Journaled

LEFT_OUT = frozenset({"id", "revision", "salt"})


def image(row: Journaled) -> dict[str, Any]:
    """{"table", "id", "revision", "values"}: every concrete column of the row but its salt.

    A personal value stands as the HMAC-SHA-256 of the value under the row's salt; once the salt is erased (with the
    value) the digests of earlier versions say nothing any more.
    """
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in LEFT_OUT:
            continue
        value = plain(field, getattr(row, field.attname))
        if field.name in row.PERSONAL:
            value = digest_of(value, row.salt)  # type: ignore[attr-defined]
        values[field.attname] = value
    return {"table": row._meta.model_name, "id": row.pk, "revision": row.revision, "values": values}


def digest_of(value: object, salt: str) -> str:
    """The salted digest of a personal value; "" for an empty one."""
    if value in ("", None):
        return ""
    return "hmac:" + hmac.new(salt.encode(), str(value).encode(), hashlib.sha256).hexdigest()


def plain(field: models.Field[Any, Any], value: Any) -> Any:
    """A column's value as JSON holds it, the same whether it was just set or read back."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, ensure_ascii=False))
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    value = target.to_python(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal(1).scaleb(-target.decimal_places)))  # type: ignore[attr-defined]
    if isinstance(value, str):
        return str.__str__(value) if type(value) is str else str(value)
    return value


def reference(row: models.Model) -> str:
    """How a row is named to people and programs: `meeting/2021-04-cloud`, or by number where it has no key."""
    return f"{row._meta.model_name}/{getattr(row, 'key', None) or row.pk}"
