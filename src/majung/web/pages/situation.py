"""The situation room: where does the cycle stand, what is stuck?"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.safestring import mark_safe

from majung.taskforce.models import Action, MeetingSeries, Submission
from majung.taskforce.queries.calendar import holidays_of
from majung.taskforce.queries.situation import STAGES, AreaLine, Situation, situation
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import Text
from majung.web.charts.cycle import cell
from majung.web.charts.month import Mark, month
from majung.web.request import Here, page
from majung.web.words import Words

SHOWN = 6
"""Late things that stand on the page; the registers hold all."""
LINES = 20
"""Areas on one page of the matrix; the findings are of all."""


@page("situation")
def show(here: Here) -> HttpResponse:
    """Matrix of areas and stages, the month, what is late and unanswered, the announcement queue."""
    found = situation(here.programme, here.day)
    w = here.words
    asked = here.request.GET.get("areas", "")
    at = min(int(asked) if asked.isdigit() and len(asked) < 6 else 0, max(0, len(found.areas) - 1) // LINES)
    return here.show(
        "pages/situation.html",
        stage="situation",
        found=found,
        heading=heading(found, w),
        cycle_finding=cycle_finding(found, w),
        lines=[_line(line, w) for line in found.areas[at * LINES : (at + 1) * LINES]],
        before=str(at - 1) if at else "",
        after=str(at + 1) if (at + 1) * LINES < len(found.areas) else "",
        columns=[w.find(f"stages.{stage}") for stage in STAGES],
        month=_month(here, found),
        month_name=_month_name(found.day, w),
        month_finding=w.counted(len(found.meetings), "month_finding") if found.meetings else w.find("month_none"),
        stuck_finding=stuck_finding(found, w),
        queue_finding=w.counted(found.queue_count, "queue_finding") if found.queue else w.find("queue_none"),
        late=_late(found, w),
        waiting=[_waiting(s, found.day, w) for s in found.waiting],
    )


def heading(found: Situation, w: Words) -> str:
    """The finding: who disagrees, what is late, what is unanswered."""
    parts = []
    differing = found.differing
    if len(differing) == 1:
        parts.append(w.say("differ", area=w.of(differing[0].area.name)))
    elif differing:
        parts.append(w.counted(len(differing), "differ_more"))
    if found.late_count:
        parts.append(w.counted(found.late_count, "late"))
    if found.waiting_count:
        parts.append(w.counted(found.waiting_count, "unanswered"))
    if found.silent:
        whole = found.silent == found.measures
        parts.append(w.say("silent_all" if whole else "silent", n=found.silent, of=found.measures))
    if not parts:
        return w.find("heading_calm" if found.received_count else "heading_quiet")
    sentence = parts[0]
    for part in parts[1:]:
        rest = part if w.code == "ko" else part[0].lower() + part[1:]
        sentence = w.say("join", first=sentence, rest=rest)
    return sentence


def cycle_finding(found: Situation, w: Words) -> str:
    # What lies behind an area counts, whatever of the way there is on record: an announced one is past its measures.
    reached = sum(STAGES.index(line.now) > STAGES.index("measures") for line in found.areas)
    if not found.areas:
        return w.find("cycle_topic")
    if reached == len(found.areas):
        return w.say("cycle_finding_all", all=reached)
    key = "cycle_finding" if reached else "cycle_finding_none"
    return w.say(key, at=reached, all=len(found.areas))


def stuck_finding(found: Situation, w: Words) -> str:
    if not found.late_count and not found.waiting_count:
        return w.find("stuck_none")
    return w.say("stuck_finding", late=found.late_count, waiting=found.waiting_count)


def _line(line: AreaLine, w: Words) -> dict[str, Any]:
    now = STAGES.index(line.now)
    done = [stage in line.done for stage in STAGES]
    cells = [
        {
            "svg": mark_safe(cell(i, now, done)),  # noqa: S308  (numbers only)
            "now": i == now,
            "said": w.find("now" if i == now else "behind" if done[i] else "to_come"),
        }
        for i in range(len(STAGES))
    ]
    return {
        "line": line,
        "cells": cells,
        "stage": w.find(f"stages.{line.now}"),
        "step": f"{now + 1}/{len(STAGES)}",
        "leads": " · ".join(w.of(lead.name) for lead in line.leads),
        "rule": line.worst("rule"),
        "owner": line.worst("owner"),
        "reviewer": line.worst("reviewer"),
        "measures": w.counted(line.measures, "of_measures"),
    }


def _month_name(day: date, w: Words) -> str:
    if w.code == "ko":
        return f"{day.year}년 {day.month}월"
    return f"{day:%B} {day.year}"


def _month(here: Here, found: Situation) -> str:
    w = here.words
    marks = []
    for meeting in found.meetings:
        planned = meeting.state in ("planned", "convened", "postponed")
        kind = "planned" if planned else "held" if meeting.time_known else "record"
        marks.append(Mark(day_of(meeting.starts), w.of(meeting.body.name), kind))
    series = MeetingSeries.objects.filter(programme=here.programme).first()
    window = (series.first_day, series.last_day) if series else None
    drawn = month(
        found.day.year,
        found.day.month,
        marks,
        label=_month_name(found.day, w),
        free=frozenset(holidays_of(here.programme.country, found.day.year)),
        window=window,
        window_name=w.say("window", first=window[0], last=window[1]) if window else "",
        today=found.day,
        today_name=w.find("today") if not here.past else w.day(found.day, year=False),
    )
    return mark_safe(drawn)  # noqa: S308  (names are escaped where they are drawn)


def _late(found: Situation, w: Words) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "days": (found.day - item.due).days,
            "name": w.of(item.name),
            "by": w.say("owner", owner=w.of(item.owner.name)),
            "link": ("measure", item.key),
        }
        for item in found.late_measures
        if item.due
    ]
    rows += [
        {
            "days": (found.day - item.due).days,
            "name": w.of(item.text),
            "by": w.say("owner", owner=w.of(item.organisation.name if item.organisation else _post(item))),
            "link": ("action", item.key),
        }
        for item in found.late_actions
        if item.due
    ]
    rows = sorted(rows, key=lambda row: -row["days"])[:SHOWN]
    for row in rows:
        row["said"] = w.counted(row["days"], "late_days")
    return rows


def _post(action: Action) -> Text | None:
    return action.person.post if action.person else None


def _waiting(submission: Submission, day: date, w: Words) -> dict[str, Any]:
    left = (submission.answer_due - day).days if submission.answer_due else None
    if left is None:
        said = w.find("no_due")
    else:
        said = w.counted(left, "days_left") if left >= 0 else w.counted(-left, "late_days")
    return {
        "said": said,
        "late": left is not None and left < 0,
        "submission": submission,
        "area": w.of(submission.area.name) if submission.area else "",
    }


urlpatterns = [path("<slug:programme>/situation/", show, name="situation")]
