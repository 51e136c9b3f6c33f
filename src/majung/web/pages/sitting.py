"""All of a meeting that a person may see: what its page shows and its papers print."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from majung.taskforce.models import (
    Action,
    AgendaItem,
    Attendance,
    Decision,
    Meeting,
    MinutesRevision,
    Outcome,
    Paper,
)
from majung.taskforce.operations.meetings import seats
from majung.taskforce.queries.visibility import visible
from majung.web.request import Here


@dataclass(frozen=True)
class Sitting:
    """A meeting with what hangs on it, each as far as it is open to the person. minutes: the last version. quorum:
    voting mandates represented, all of them, whether that is enough; None where no attendance is recorded."""

    meeting: Meeting
    items: list[AgendaItem]
    papers: list[Paper]
    outcomes: list[Outcome]
    attendance: list[Attendance]
    minutes: MinutesRevision | None
    quorum: tuple[int, int, bool] | None


def sit(here: Here, key: str) -> Sitting:
    """The meeting with that key. Raises Http404 for one that the person does not see."""
    sight = here.sight
    meeting = visible(sight, Meeting).filter(key=key).select_related("body", "room", "series").first()
    if meeting is None:
        raise Http404
    items = list(
        visible(sight, AgendaItem)
        .filter(meeting=meeting)
        .select_related("presenter", "strategy", "resting_on")
        .order_by("position")
    )
    for item in items:
        item.meeting = meeting
    minutes = visible(sight, MinutesRevision).filter(meeting=meeting).order_by("number").last()
    if minutes is not None and minutes.approved_on is not None and minutes.approved_on > here.day:
        # On the day that is looked at it was a draft still.
        minutes.approved_on = None
    return Sitting(
        meeting,
        items,
        list(visible(sight, Paper).filter(item__meeting=meeting).select_related("item").order_by("pk")),
        list(
            visible(sight, Outcome)
            .filter(item__meeting=meeting)
            .select_related("decision", "item", "referred_to")
            .order_by("pk")
        ),
        list(
            visible(sight, Attendance)
            .filter(meeting=meeting)
            .select_related("person", "mandate__person", "mandate__represents")
            .order_by("pk")
        ),
        minutes,
        _quorum(meeting),
    )


def rulings(here: Here, meeting: Meeting) -> dict[int, Decision]:
    """Decisions by the outcome that they are, as far as the person sees them."""
    found = visible(here.sight, Decision).filter(outcome__item__meeting=meeting).select_related("resting_on")
    return {d.outcome_id: d for d in found if d.outcome_id}


def errands(here: Here, meeting: Meeting) -> dict[int, Action]:
    """Actions by the outcome that they are, as far as the person sees them."""
    found = visible(here.sight, Action).filter(outcome__item__meeting=meeting).order_by("pk")
    return {a.outcome_id: a for a in found.select_related("organisation", "person")}


def _quorum(meeting: Meeting) -> tuple[int, int, bool] | None:
    if not meeting.attendance.exists():
        return None
    present, voting = seats(meeting)
    return present, voting, present >= meeting.body.follows.quorum * voting > 0
