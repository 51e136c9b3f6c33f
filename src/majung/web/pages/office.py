"""Papers to hand on: a meeting's convocation and minutes, an announcement, as HWPX or DOCX in the page's language.

Each is made of what the person sees on the page that links to it, and is not found where the page is not.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import path

from majung.publishing.office import RENDERERS
from majung.taskforce.models import AgendaItem, Announcement, Decision, Organisation
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.states import ACTION, MEETING
from majung.web.office import announcement, minutes
from majung.web.office.file import sent
from majung.web.pages.sitting import Sitting, errands, rulings, sit
from majung.web.request import Here, page
from majung.web.words import words


def office_links(here: Here, kind: str, key: str) -> list[tuple[str, str]]:
    """What the person is offered: (label, address) of each format; of the past day that the page looks at, if any."""
    w = words("office", here.words.code)
    on = f"?on={here.day.isoformat()}" if here.past else ""
    return [
        (w.say(f"link_{kind}", format=end.upper()), here.address(f"{kind}-file", key, end) + on) for end in RENDERERS
    ]


@page("office")
def minutes_file(here: Here, key: str, end: str) -> HttpResponse:
    """The last version of the minutes that the person may read."""
    sitting = sit(here, key)
    last = sitting.minutes
    if last is None:
        raise Http404
    level = minutes.Level(last.disclosure, last.ground, last.look_again)
    draft = last.approved_on is None
    told = minutes.Minutes(last.number, last.proceedings, last.remarks, last.approved_on, level, draft)
    name = f"{here.programme.key}-{key}-minutes-{last.number}-{here.words.code}"
    return sent(minutes.minutes(_gathering(here, sitting), told, here.words), name, end)


@page("office")
def convocation_file(here: Here, key: str, end: str) -> HttpResponse:
    """Agenda and papers of the meeting, as far as the person may read them."""
    name = f"{here.programme.key}-{key}-convocation-{here.words.code}"
    return sent(minutes.convocation(_gathering(here, sit(here, key)), here.words), name, end)


def _gathering(here: Here, sitting: Sitting) -> minutes.Gathering:
    meeting = sitting.meeting
    decided, asked = rulings(here, meeting), errands(here, meeting)
    results: dict[int, list[minutes.Result]] = {}
    for outcome in sitting.outcomes:
        decision, action = decided.get(outcome.pk), asked.get(outcome.pk)
        results.setdefault(outcome.item_id, []).append(
            minutes.Result(
                outcome.kind,
                outcome.text,
                ruling=minutes.Ruling(
                    decision.key,
                    decision.basis,
                    votes_of(decision),
                    decision.dissent,
                    decision.resting_on.key if decision.resting_on else "",
                )
                if decision
                else None,
                errand=minutes.Errand(
                    action.organisation.name if action.organisation else action.person.post if action.person else {},
                    action.due,
                    ACTION.labels[action.state],
                )
                if action
                else None,
                to=outcome.referred_to.name if outcome.referred_to else {},
            )
        )
    laid: dict[int, list[minutes.Laid]] = {}
    for paper in sitting.papers:
        level = minutes.Level(paper.disclosure, paper.ground, paper.look_again)
        laid.setdefault(paper.item_id, []).append(
            minutes.Laid(paper.title, paper.number, paper.file_name, paper.sha256, level)
        )
    return minutes.Gathering(
        programme=here.programme.name,
        body=meeting.body.name,
        name=meeting.name,
        when=meeting.starts if meeting.time_known else day_of(meeting.starts),
        place=meeting.place or (meeting.room.name if meeting.room else {}),
        points=[_point(item, laid.get(item.pk, []), results.get(item.pk, [])) for item in sitting.items],
        seats=[
            minutes.Seat(
                a.person.post,
                a.presence,
                a.mandate.represents.name if a.mandate and a.mandate.represents else {},
                a.mandate.person.post if a.mandate and a.mandate.person_id != a.person_id else {},
            )
            for a in sitting.attendance
        ],
        quorate=sitting.quorum[2] if sitting.quorum else None,
        mandates=sitting.quorum[:2] if sitting.quorum else None,
        state=MEETING.labels[meeting.state],
        convened_on=meeting.convened_on,
        exercise=here.programme.exercise,
    )


def _point(item: AgendaItem, laid: list[minutes.Laid], results: list[minutes.Result]) -> minutes.Point:
    return minutes.Point(
        item.position,
        item.title,
        item.purpose,
        item.presenter.name if item.presenter else {},
        item.resting_on.key if item.resting_on else "",
        item.withdrawn,
        laid,
        results,
    )


def votes_of(decision: Decision) -> tuple[int, int, int] | None:
    """For, against, abstentions; None for a decision without a count."""
    if decision.votes_for is None:
        return None
    return decision.votes_for, decision.votes_against or 0, decision.abstentions or 0


@page("office")
def announcement_file(here: Here, key: str, end: str) -> HttpResponse:
    """What was announced, in the wording that holds now. Not found before it is announced."""
    found = visible(here.sight, Announcement).filter(key=key).select_related("item__meeting").first()
    if found is None or not found.frozen or found.announced_at is None:
        raise Http404
    corrections = list(found.corrections.order_by("number"))
    last = corrections[-1] if corrections else None
    frozen = last.frozen if last else found.frozen
    measures = [m for task in frozen["tasks"] for m in task["measures"]]
    numbers = {number for m in measures for number in m["decisions"]}
    known = visible(here.sight, Decision).filter(programme=here.programme, key__in=numbers)
    owners = Organisation.objects.filter(programme=here.programme, key__in={m["owner"] for m in measures})
    told = announcement.Announced(
        programme=here.programme.name,
        title=found.title,
        at=found.announced_at,
        meeting=found.item.meeting.name if found.item else {},
        frozen=frozen,
        frozen_hash=last.frozen_hash if last else found.frozen_hash,
        of=last.number if last else 0,
        corrections=[(c.number, c.at, c.notice) for c in corrections],
        owners={o.key: o.name for o in owners},
        decisions={d.key: (d.text, d.basis) for d in known},
        source=found.source,
        exercise=here.programme.exercise,
    )
    name = f"{here.programme.key}-{key}-announcement-{here.words.code}"
    return sent(announcement.announcement(told, here.words), name, end)


urlpatterns = [
    path(f"<slug:programme>/{where}/<str:key>/{kind}.<str:end>", view, name=f"{kind}-file")
    for where, kind, view in (
        ("meetings", "minutes", minutes_file),
        ("meetings", "convocation", convocation_file),
        ("announcements", "announcement", announcement_file),
    )
]
