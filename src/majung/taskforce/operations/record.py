"""What is on record, entered as it is known: the loader's deeds, which no mandate allows.

History is not acted out again. A strategy known only as announced is entered as announced, without the decision that
nobody recorded; a meeting of which only the day is known is entered as held, without attendance. What is not on record
stays not reported.
"""

from __future__ import annotations

from typing import Any

from majung.taskforce.journal.canonical import sha256
from majung.taskforce.models import Announcement, Journaled, Programme
from majung.taskforce.operations.act import Act, Invalid, NotAllowed, operation
from majung.taskforce.operations.announcements import material

LOADER = "record"


@operation("record.enter", en="Enter from the record", ko="기록에서 옮김")
def enter(act: Act, programme: Programme, *, row: Journaled) -> Journaled:
    """Enter a new row as the record states it."""
    _loader_only(act)
    if row.pk is not None:
        raise Invalid("this row is there already", "이미 있는 행이다")
    row.save()
    return row


@operation("record.complete", en="Complete from the record", ko="기록에 따라 보완")
def complete(act: Act, row: Journaled, *, stated: dict[str, Any]) -> None:
    """Bring a row to what the record states: the state it reached, dates, sources. stated: column -> value."""
    _loader_only(act)
    if row.APPEND_ONLY:
        raise Invalid("this row is written once and never changed", "한 번 쓰면 바꿀 수 없는 행이다")
    for column, value in stated.items():
        setattr(row, column, value)
    row.save()


@operation("record.freeze", en="Freeze what was announced, from the record", ko="기록에 따라 발표 자료 확정")
def freeze(act: Act, announcement: Announcement) -> None:
    """Freeze the material of an announcement that is on record as made: what is known of it."""
    _loader_only(act)
    if announcement.state not in ("announced", "corrected") or announcement.frozen:
        raise Invalid("only what was announced is frozen, and once", "발표한 것만 한 번 확정한다")
    announcement.text = announcement.text or announcement.strategy.revisions.order_by("number").last()
    announcement.frozen = material(announcement)
    announcement.frozen_hash = sha256(announcement.frozen)
    announcement.save()


def _loader_only(act: Act) -> None:
    if act.actor.system != LOADER:
        raise NotAllowed("only the loader enters the record", "기록은 불러오기로만 옮긴다")
