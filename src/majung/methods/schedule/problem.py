"""What has to be scheduled: groups that share people, days, slots, rooms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from majung.methods.labelled import InputError


@dataclass(frozen=True)
class Group:
    """A group that meets.

    people: all who belong to it; nobody is in two meetings at once. required: those of them without whom it cannot
    meet, so not on a day they are away. first, last: its window, both days included. meetings: how many in the window;
    minimum_gap: calendar days from one of them to the next, at least 1.
    """

    name: str
    people: frozenset[str]
    first: date
    last: date
    meetings: int = 1
    minimum_gap: int = 1
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Room:
    """A room with seats; it holds one meeting at a time."""

    name: str
    seats: int


@dataclass(frozen=True)
class Problem:
    """Groups to be scheduled. Build with :func:`problem`, which validates."""

    groups: tuple[Group, ...]
    rooms: tuple[Room, ...]
    slots: int
    holidays: frozenset[date]
    weekend: frozenset[int]
    away: Mapping[str, frozenset[date]]
    announced: date | None
    notice: int

    @property
    def earliest(self) -> date:
        """First day on which an invitation sent when the schedule is announced is in time."""
        return date.min if self.announced is None else self.announced + timedelta(days=self.notice)

    def works(self, day: date) -> bool:
        """Whether the day is a working day."""
        return day.weekday() not in self.weekend and day not in self.holidays


def problem(
    groups: Sequence[Group],
    rooms: Sequence[Room],
    *,
    slots: int,
    holidays: Collection[date],
    weekend: Collection[int],
    away: Mapping[str, Collection[date]] | None = None,
    announced: date | None = None,
    notice: int = 0,
) -> Problem:
    """Check a scheduling problem.

    slots: meetings that fit one after the other into a day; holidays: days that are not worked, of the country and the
    house; weekend: weekdays not worked, Monday 0 (in most countries {5, 6}); away: days on which a person cannot come;
    announced, notice: no meeting earlier than `notice` calendar days after `announced`.

    Raises InputError that names group, room or person: names given twice, windows that end before they begin, required
    people who do not belong, groups that fit into no room.
    """
    for kind, names in (("group", [g.name for g in groups]), ("room", [r.name for r in rooms])):
        if not names:
            raise InputError(f"there is no {kind}")
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise InputError(f"{kind} {twice[0]!r} is named twice")
    if slots < 1 or notice < 0:
        raise InputError(f"slots a day is {slots} and notice {notice}: give at least 1 and 0")
    if not set(weekend) <= set(range(7)) or len(set(weekend)) == 7:
        raise InputError(f"weekend is {sorted(weekend)}: give weekdays from 0, Monday, to 6, not all of them")
    largest = max(rooms, key=lambda r: r.seats)
    for g in groups:
        if g.last < g.first:
            raise InputError(f"group {g.name!r}: its window ends on {g.last}, before it begins on {g.first}")
        if g.meetings < 1 or g.minimum_gap < 1:
            raise InputError(f"group {g.name!r}: {g.meetings} meetings, gap {g.minimum_gap}: both must be 1 or more")
        if not g.people:
            raise InputError(f"group {g.name!r} has no people")
        strangers = g.required - g.people
        if strangers:
            raise InputError(f"group {g.name!r}: {min(strangers)!r} is required but does not belong to it")
        if len(g.people) > largest.seats:
            raise InputError(
                f"group {g.name!r} has {len(g.people)} people; the largest room, {largest.name!r}, "
                f"has {largest.seats} seats"
            )
    return Problem(
        tuple(groups),
        tuple(rooms),
        slots,
        frozenset(holidays),
        frozenset(weekend),
        MappingProxyType({person: frozenset(days) for person, days in (away or {}).items()}),
        announced,
        notice,
    )


def working_days(case: Problem, first: date, last: date) -> tuple[date, ...]:
    """The working days from first to last, both included."""
    span = (last - first).days + 1
    return tuple(day for i in range(span) if case.works(day := first + timedelta(days=i)))
