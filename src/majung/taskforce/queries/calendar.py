"""When can all meet? Dates for the working groups of a month, free of clashes, or what would have to give for them.

Rests on `majung.methods.schedule`. People are those with a mandate in a body on the first day of the month; the chair
and the rapporteur are required. Who already sits in a meeting on a day does not come to another one that day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from majung.methods.schedule import (
    Change,
    Explanation,
    Group,
    Kind,
    Problem,
    Schedule,
    explain,
    problem,
    relax,
    schedule,
)
from majung.methods.schedule import Room as Hall
from majung.taskforce.models import Body, Mandate, Meeting, MeetingSeries, Programme, Room
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Text

Wish = Literal["least", "most"]

SLOTS = (time(10, 0), time(14, 0))
"""When meetings begin on a day."""
COSTS: dict[Kind, int] = {"window": 3, "gap": 2, "notice": 2, "meeting": 5, "member": 4}
"""What a unit of each relaxation costs: a day of window, gap or notice, a meeting, a member excused."""
WIDEST = 10
EFFORT = 1.0
SEATS_ANYWHERE = 1_000
GONE = ("cancelled",)


@dataclass(frozen=True)
class Sitting:
    """A proposed meeting. room: None where no rooms are kept."""

    series: MeetingSeries
    starts: datetime
    room: Room | None


@dataclass(frozen=True)
class MonthPlan:
    """Proposals for a month, or why there are none.

    status: optimal, feasible (gap says how far from the bound at most), infeasible, undecided, or nothing-to-plan.
    relaxations: for an infeasible month, the changes that would each solve it, cheapest first, in words.
    """

    year: int
    month: int
    status: str
    gap: float | None
    sittings: tuple[Sitting, ...]
    relaxations: tuple[tuple[tuple[Change, ...], Text], ...]
    holidays: dict[date, Text]


@cache
def holidays_of(country: str, year: int) -> dict[date, Text]:
    """Public holidays of a country (ISO 3166-1 alpha-3) in a year, with their names."""
    import holidays

    english = holidays.country_holidays(country, years=year, language="en_US")
    korean = holidays.country_holidays(country, years=year, language="ko" if country == "KOR" else "en_US")
    return {day: {"en": name, "ko": korean.get(day, name)} for day, name in sorted(english.items())}


def month_plan(
    programme: Programme,
    year: int,
    month: int,
    *,
    today: date,
    wish: Wish = "least",
    changes: Sequence[Change] = (),
) -> MonthPlan:
    """Dates for every series of the programme in a month.

    wish: plan the least or the most meetings that each series allows. changes: relaxations that were accepted. Meetings
    that are already planned in the month count towards the number and are kept.
    """
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    days = {day: name for day, name in holidays_of(programme.country, year).items() if first <= day <= last}
    series = _series(programme, first, last)
    kept = Meeting.objects.filter(
        programme=programme,
        starts__gte=datetime.combine(first, time(), SEOUL),
        starts__lt=datetime.combine(last + timedelta(days=1), time(), SEOUL),
    ).exclude(state__in=GONE)
    case = _case(programme, series, list(kept), first, today, wish, days)
    if case is None:
        return MonthPlan(year, month, "nothing-to-plan", None, (), (), days)
    found = schedule(relax(case, changes) if changes else case, objective="earliest", effort=EFFORT)
    if found.status == "infeasible":
        why = explain(case, costs=COSTS, widest=WIDEST, effort=EFFORT)
        return MonthPlan(year, month, found.status, None, (), _said(why, series), days)
    return MonthPlan(year, month, found.status, found.gap, _sittings(found, series, programme), (), days)


def _series(programme: Programme, first: date, last: date) -> dict[str, MeetingSeries]:
    running = MeetingSeries.objects.filter(programme=programme, starts__lte=last, body__state="active")
    chosen = running.select_related("body", "body__parent").order_by("key")
    return {series.key: series for series in chosen if series.ends is None or series.ends >= first}


def _case(
    programme: Programme,
    series: dict[str, MeetingSeries],
    kept: list[Meeting],
    first: date,
    today: date,
    wish: Wish,
    holidays: dict[date, Text],
) -> Problem | None:
    members: dict[int, set[str]] = {}
    required: dict[int, set[str]] = {}
    held = Mandate.objects.on(max(first, today)).filter(body__programme=programme).exclude(role=Role.OBSERVER)
    for body, person, role in held.values_list("body_id", "person__key", "role"):
        members.setdefault(body, set()).add(person)
        if role in (Role.CHAIR, Role.RAPPORTEUR):
            required.setdefault(body, set()).add(person)
    away: dict[str, set[date]] = {}
    taken: dict[int, list[date]] = {}
    for meeting in kept:
        day = day_of(meeting.starts)
        taken.setdefault(meeting.body_id, []).append(day)
        for person in members.get(meeting.body_id, ()):
            away.setdefault(person, set()).add(day)
    groups = []
    for key, one in series.items():
        wanted = one.per_month_least if wish == "least" else one.per_month_most
        wanted -= len(taken.get(one.body_id, ()))
        people = frozenset(members.get(one.body_id, ()))
        if wanted < 1 or not people:
            continue
        end = monthrange(first.year, first.month)[1]
        gap = max(1, one.gap_days)
        # A seat that is never free within the gap of a meeting that is planned already keeps the new ones off it.
        seat = f"#{key}"
        near = {day + timedelta(days=n) for day in taken.get(one.body_id, ()) for n in range(1 - gap, gap)}
        if near:
            away[seat] = near
            people |= {seat}
        groups.append(
            Group(
                key,
                people,
                first.replace(day=min(one.first_day, end)),
                first.replace(day=min(one.last_day, end)),
                meetings=wanted,
                minimum_gap=gap,
                required=people & (required.get(one.body_id, set()) | away.keys()),
            )
        )
    if not groups:
        return None
    rooms = [Hall(room.key, room.seats) for room in Room.objects.filter(programme=programme).order_by("key")]
    rooms = rooms or [Hall(f"#{number}", SEATS_ANYWHERE) for number in range(len(groups))]
    notice = max(series[group.name].body.follows.notice_days for group in groups)
    return problem(
        groups,
        rooms,
        slots=len(SLOTS),
        holidays=holidays,
        weekend={5, 6},
        away=away,
        announced=today,
        notice=_calendar_days(today, notice, holidays),
    )


def _calendar_days(today: date, working: int, holidays: dict[date, Text]) -> int:
    """Calendar days after which so many working days have passed."""
    day, left = today, working
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in holidays
    return (day - today).days


def _sittings(found: Schedule, series: dict[str, MeetingSeries], programme: Programme) -> tuple[Sitting, ...]:
    rooms = {room.key: room for room in Room.objects.filter(programme=programme)}
    return tuple(
        Sitting(
            series[meeting.group],
            datetime.combine(meeting.day, SLOTS[meeting.slot], SEOUL),
            rooms.get(meeting.room),
        )
        for meeting in found.meetings
    )


def _said(why: Explanation, series: dict[str, MeetingSeries]) -> tuple[tuple[tuple[Change, ...], Text], ...]:
    said = []
    for relaxation in why.relaxations:
        parts = [_change(change, series[change.group].body) for change in relaxation.changes]
        said.append((relaxation.changes, {lang: "; ".join(part[lang] for part in parts) for lang in ("en", "ko")}))
    return tuple(said)


def _change(change: Change, body: Body) -> Text:
    name, n = body.name, abs(change.amount)
    match change.kind:
        case "window":
            side = ("later", "뒤로") if change.amount > 0 else ("earlier", "앞으로")
            return {
                "en": f"{name['en']}: window {n} day{'s' * (n != 1)} {side[0]}",
                "ko": f"{name['ko']}: 회의 기간을 {side[1]} {n}일 늘림",
            }
        case "gap":
            return {
                "en": f"{name['en']}: {n} day{'s' * (n != 1)} less between its meetings",
                "ko": f"{name['ko']}: 회의 간격을 {n}일 줄임",
            }
        case "notice":
            return {
                "en": f"{name['en']}: {n} day{'s' * (n != 1)} less notice",
                "ko": f"{name['ko']}: 소집 통지 기간을 {n}일 줄임",
            }
        case "meeting":
            return {
                "en": f"{name['en']}: {n} meeting{'s' * (n != 1)} fewer",
                "ko": f"{name['ko']}: 회의를 {n}번 줄임",
            }
        case _:
            return {
                "en": f"{name['en']}: without {change.person}",
                "ko": f"{name['ko']}: {change.person} 없이 개최",
            }
