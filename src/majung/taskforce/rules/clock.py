"""The institution's day: dates count in Seoul."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def day_of(at: datetime) -> date:
    """The day in Seoul of a moment with a time zone."""
    return at.astimezone(SEOUL).date()
