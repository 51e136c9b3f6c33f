"""The number of the next row in a sequence that starts at 1."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet


def following(rows: QuerySet[Any, Any], column: str = "number") -> int:
    """One after the largest. Not their count: a record may have brought rows whose numbers have gaps. Within a deed
    nobody else takes the same number."""
    last: int | None = rows.aggregate(last=Max(column))["last"]
    return (last or 0) + 1
