"""Calendar: when can all groups meet, and what gives way where they cannot?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.safestring import mark_safe

from majung.taskforce.models import Meeting, MeetingSeries
from majung.taskforce.queries.calendar import MonthPlan, holidays_of, month_plan
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.web.charts.month import Mark, month
from majung.web.pages.meetings import COMING, meetings_table
from majung.web.parts import Fact, Lede, Part, offer
from majung.web.request import Here, page


@page("meetings")
def calendar(here: Here) -> HttpResponse:
    """A month: what stands, what is proposed for all groups at once, and the relaxations where nothing fits."""
    w = here.words
    year, number = _asked_month(here)
    wish = "most" if here.request.GET.get("wish") == "most" else "least"
    begins = datetime(year, number, 1, tzinfo=SEOUL)
    ends = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=SEOUL)
    standing = (
        visible(here.sight, Meeting)
        .filter(starts__gte=begins, starts__lt=ends)
        .exclude(state="cancelled")
        .order_by("starts")
    )
    stands = list(standing.select_related("body"))
    plan = month_plan(here.programme, year, number, today=here.day, wish=wish)  # type: ignore[arg-type]
    marks = [
        Mark(
            day_of(m.starts),
            w.of(m.body.name),
            "planned" if m.state in COMING else "held" if m.time_known else "record",
        )
        for m in stands
    ] + [Mark(day_of(s.starts), w.of(s.series.body.name), "planned") for s in plan.sittings]
    series = MeetingSeries.objects.filter(programme=here.programme).first()
    name = w.say("month_name", year=year, month=number)
    drawn = month(
        year,
        number,
        marks,
        label=name,
        free=frozenset(holidays_of(here.programme.country, year)),
        window=(series.first_day, series.last_day) if series else None,
        window_name=w.find("window") if series else "",
        today=here.day,
        today_name=w.find("today"),
    )
    picture = mark_safe(drawn)  # noqa: S308  (names are escaped where they are drawn)
    before, after = (year - (number == 1), (number - 2) % 12 + 1), (year + (number == 12), number % 12 + 1)
    other = "most" if wish == "least" else "least"
    links = [
        (w.find("earlier"), f"?month={before[0]}-{before[1]:02d}&wish={wish}"),
        (w.find("later"), f"?month={after[0]}-{after[1]:02d}&wish={wish}"),
        (w.find(f"wish_{other}"), f"?month={year}-{number:02d}&wish={other}"),
        (w.find("feed"), here.address("calendar-feed")),
    ]
    parts = [
        Part(
            w.find("month_topic"),
            w.counted(len(stands), "month_finding") if stands else w.find("month_none"),
            w.find("month_note"),
            pictures=[picture],
            links=links,
            facts=[Fact(w.day(day, year=False), said[w.code]) for day, said in plan.holidays.items()],
        ),
        _proposals(here, plan, wish),
        Part(
            w.find("meetings_topic"),
            w.counted(len(stands), "meetings") if stands else w.find("month_none"),
            tables=[meetings_table(here, standing)],
            empty=w.find("meetings_empty"),
            offers=offer(here, "room.add", here.programme),
        ),
    ]
    lede = Lede(w.find("calendar"), f"{name}: {w.find(f'plan.{plan.status}')}")
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _proposals(here: Here, plan: MonthPlan, wish: str) -> Part:
    w = here.words
    given: dict[str, Any] = {"year": plan.year, "month": plan.month, "wish": wish}
    facts = [
        Fact(w.moment(s.starts, year=False), w.of(s.series.body.name) + (f" · {w.of(s.room.name)}" if s.room else ""))
        for s in plan.sittings
    ]
    facts += [
        Fact(w.say("relaxation", n=number), said[w.code]) for number, (_, said) in enumerate(plan.relaxations, start=1)
    ]
    may = offer(here, "calendar.accept", here.programme, **given) if plan.sittings or plan.relaxations else []
    note = w.find("relaxations_note") if plan.relaxations else w.find("proposals_note")
    return Part(
        w.find("proposals_topic"),
        w.find(f"plan.{plan.status}"),
        note,
        facts=facts,
        offers=may,
        empty=w.find("proposals_empty"),
    )


def _asked_month(here: Here) -> tuple[int, int]:
    try:
        asked = date.fromisoformat(f"{here.request.GET.get('month', '')}-01")
    except ValueError:
        return _month_to_plan(here)
    return asked.year, asked.month


def _month_to_plan(here: Here) -> tuple[int, int]:
    """This month while a meeting window is still open in it, else the next."""
    last = max(MeetingSeries.objects.filter(programme=here.programme).values_list("last_day", flat=True), default=31)
    asked = here.day
    return (asked.year + asked.month // 12, asked.month % 12 + 1) if asked.day > last else (asked.year, asked.month)


urlpatterns = [
    path("<slug:programme>/calendar/", calendar, name="calendar"),
]
