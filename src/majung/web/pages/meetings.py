"""Meetings: what do we decide, on what?"""

from __future__ import annotations

import functools

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from majung.taskforce.models import AgendaItem, Body, Mandate, Meeting, MinutesRevision, Outcome, Paper
from majung.taskforce.operations.meetings import missing_from_minutes
from majung.taskforce.papers import place
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.states import MEETING
from majung.taskforce.rules.words import Disclosure, OutcomeKind, Presence, Purpose
from majung.taskforce.wire.references import refer
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.pages.office import office_links
from majung.web.pages.sitting import Sitting, sit
from majung.web.parts import Fact, Lede, Offer, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

COMING = ("planned", "convened", "postponed")
SAFE_TYPES = ("application/pdf", "image/png", "image/jpeg", "text/plain")


@page("meetings")
def listed(here: Here) -> HttpResponse:
    """Bodies and all meetings."""
    w = here.words
    bodies = Body.objects.filter(programme=here.programme).select_related("parent").order_by("pk")
    meetings = visible(here.sight, Meeting).order_by("-starts", "key")
    chairs = _chairs(here)
    tables = (
        Table(
            "bodies",
            [Column("body", w.find("body")), Column("kind", w.find("kind")), Column("chair", w.find("chair"))],
            [
                Row(
                    [
                        Cell(w.of(b.name), href=here.address("body", b.key), strong=True),
                        Cell(w.find(f"kinds.{b.kind}")),
                        Cell(chairs.get(b.pk) or w.find("not_reported"), quiet=b.pk not in chairs),
                    ]
                )
                for b in bodies
            ],
            caption=w.find("bodies_topic"),
            empty=w.find("bodies_empty"),
        ),
        meetings_table(here, meetings),
    )
    file = exported(here.request, *tables)
    if file:
        return file
    coming = meetings.filter(state__in=COMING).count()
    lede = Lede(w.find("topic"), w.counted(coming, "coming") if coming else w.find("coming_none"), w.find("stand"))
    parts = [
        Part(
            w.find("meetings_topic"),
            w.counted(len(tables[1].rows), "meetings") if tables[1].rows else w.find("meetings_none"),
            tables=[tables[1]],
            empty=w.find("meetings_empty"),
            links=[
                (w.find("calendar"), here.address("calendar")),
                (w.find("registers"), here.address("registers")),
                (w.find("feed"), here.address("calendar-feed")),
            ],
        ),
        Part(
            w.find("bodies_topic"),
            w.counted(len(tables[0].rows), "bodies"),
            tables=[tables[0]],
            empty=w.find("bodies_empty"),
            offers=offers(here, here.programme, ["body.found", "area.take_up"]),
        ),
    ]
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _chairs(here: Here) -> dict[int, str]:
    """Body -> the post that its charter names for the chair, else that of who holds the chair's mandate."""
    w = here.words
    held = visible(here.sight, Mandate).on(here.day).filter(role=Role.CHAIR).order_by("-pk")  # type: ignore[attr-defined]
    chairs = {mandate.body_id: w.of(mandate.person.post) for mandate in held.select_related("person")}
    named = Body.objects.filter(programme=here.programme).values_list("pk", "chair_post")
    return chairs | {pk: w.of(post) for pk, post in named if post}


def meetings_table(here: Here, meetings: QuerySet[Meeting], name: str = "meetings") -> Table:
    w = here.words
    columns = [
        Column("when", w.find("when")),
        Column("meeting", w.find("meeting")),
        Column("body", w.find("body")),
        Column("state", w.find("state")),
    ]
    name_said = said("name", w.code)
    rows = Backed(
        meetings,
        functools.partial(_meeting_row, here),
        whole=lambda found: found.select_related("body"),
        sorts={
            "when": "starts",
            "meeting": name_said,
            "body": said("body__name", w.code),
            "state": labelled("state", MEETING, w.code),
        },
        finds=[
            within(name_said),
            within("key"),
            within("source"),
            through("body", Body, name_said),
            in_state("state", MEETING, w.code),
        ],
    )
    return Table(name, columns, rows, caption=w.find("meetings_topic"), empty=w.find("meetings_empty"))


def _meeting_row(here: Here, m: Meeting) -> Row:
    w = here.words
    return Row(
        [
            Cell(w.moment(m.starts, time_known=m.time_known), m.starts),
            Cell(w.of(m.name), href=here.address("meeting", m.key), sub=m.source),
            Cell(w.of(m.body.name)),
            Cell(w.state("meeting", m.state)),
        ]
    )


@page("meetings")
def meeting(here: Here, key: str) -> HttpResponse:
    """What do we decide, on what: agenda, papers, attendance and quorum, outcomes, minutes with their checks."""
    w = here.words
    sitting = sit(here, key)
    found, items, papers, outcomes = sitting.meeting, sitting.items, sitting.papers, sitting.outcomes
    decisions = [o for o in outcomes if o.kind == OutcomeKind.DECISION]
    if decisions:
        heading = w.counted(len(decisions), "decided").replace("{name}", w.of(found.name))
    elif found.state in COMING:
        heading = w.say("will", name=w.of(found.name), when=w.moment(found.starts, time_known=found.time_known))
    else:
        heading = w.say("was", name=w.of(found.name), when=w.moment(found.starts, time_known=found.time_known))
    lacking = missing_from_minutes(found) if found.state in ("held", "drafted") else []
    last = sitting.minutes
    parts = [
        Part(
            w.find("agenda_topic"),
            w.counted(len(items), "items") if items else w.find("items_none"),
            tables=[_agenda(here, items, papers, outcomes)],
            empty=w.find("items_empty"),
            links=office_links(here, "convocation", found.key),
            offers=[*offer(here, "meeting.add_item", found), *_item_offers(here, found, items)],
        ),
        Part(
            w.find("attendance_topic"),
            _quorum(here, sitting),
            w.find("attendance_note"),
            facts=[
                Fact(
                    w.of(a.person.post),
                    f"{Presence(a.presence).label[w.code]}"
                    + (f" · {w.of(a.mandate.represents.name)}" if a.mandate and a.mandate.represents else ""),
                )
                for a in sitting.attendance
            ],
            empty=w.find("attendance_empty"),
            offers=offer(here, "meeting.attend", found),
        ),
        Part(
            w.find("minutes_topic"),
            _minutes_finding(here, found, last),
            w.say("lacking", what=", ".join(text[w.code] for text in lacking)) if lacking else "",
            prose=[last.proceedings, last.remarks] if last else (),
            facts=[
                Fact(w.find("revision"), str(last.number)),
                Fact(w.find("approved"), w.day(last.approved_on)),
                Fact(w.find("disclosure"), Disclosure(last.disclosure).label[w.code]),
            ]
            if last
            else (),
            empty=w.find("minutes_empty"),
            links=office_links(here, "minutes", found.key) if last else (),
            offers=steps(here, found, MEETING, found.state),
        ),
    ]
    stand = " · ".join(
        filter(None, [w.of(found.place), w.of(found.room.name) if found.room else "", w.of(found.reason)])
    )
    lede = Lede(
        f"{w.of(found.body.name)} · {w.state('meeting', found.state)}",
        heading,
        stand,
        found.source,
        chain=here.address("chain", refer(found)),
    )
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _minutes_finding(here: Here, meeting: Meeting, last: MinutesRevision | None) -> str:
    w = here.words
    if last is None:
        return w.find("minutes_missing" if meeting.state in ("held", "drafted") else "minutes_none")
    return w.say("minutes_approved" if last.approved_on else "minutes_drafted", n=last.number)


def _quorum(here: Here, sitting: Sitting) -> str:
    w = here.words
    if sitting.quorum is None:
        return w.find("attendance_none")
    present, voting, met = sitting.quorum
    return w.say("quorate" if met else "not_quorate", n=present, of=voting)


def _agenda(here: Here, items: list[AgendaItem], papers: list[Paper], outcomes: list[Outcome]) -> Table:
    w = here.words
    columns = [
        Column("no", w.find("no")),
        Column("item", w.find("item")),
        Column("purpose", w.find("purpose")),
        Column("rests", w.find("rests_on")),
        Column("papers", w.find("papers"), sorts=False),
        Column("outcome", w.find("outcome"), sorts=False),
    ]
    rows = []
    for item in items:
        own_papers = [p for p in papers if p.item_id == item.pk]
        came = [f"{OutcomeKind(o.kind).label[w.code]}: {w.of(o.text)}" for o in outcomes if o.item_id == item.pk]
        first = own_papers[0] if own_papers else None
        rows.append(
            Row(
                [
                    Cell(str(item.position), item.position),
                    Cell(w.of(item.title), sub=w.of(item.presenter.name) if item.presenter else "", strong=True),
                    Cell(Purpose(item.purpose).label[w.code]),
                    Cell(
                        item.resting_on.key if item.resting_on else "–",
                        href=here.address("chain", refer(item.resting_on)) if item.resting_on else "",
                    ),
                    Cell(
                        w.of(first.title) if first else "–",
                        href=here.address("paper", first.pk) if first else "",
                        sub=w.counted(len(own_papers), "papers_n") if len(own_papers) > 1 else "",
                    ),
                    Cell("; ".join(came) or "–"),
                ]
            )
        )
    return Table("agenda", columns, rows, caption=w.find("agenda_topic"), empty=w.find("items_empty"), controls=False)


def _item_offers(here: Here, meeting: Meeting, items: list[AgendaItem]) -> list[Offer]:
    """Deeds on every item: papers before, outcomes during and after the meeting."""
    names = ["item.add_paper"]
    if meeting.state in ("in-session", "held", "drafted"):
        names += ["item.decide", "item.assign", "item.note"]
    found = []
    for item in items:
        item.meeting = meeting
        if not item.withdrawn:
            fitting = [name for name in names if name != "item.decide" or item.purpose == Purpose.DECIDE]
            found += offers(here, item, fitting, f"{item.position}. {here.words.of(item.title)}")
    return found


@page("meetings")
def paper(here: Here, number: int) -> HttpResponseBase:
    """A paper, to whoever may read it; hostile kinds are only ever downloaded."""
    found = visible(here.sight, Paper).filter(pk=number).first()
    if found is None:
        raise Http404
    file = place(found.sha256)
    if not default_storage.exists(file):
        raise Http404
    shown = found.media_type in SAFE_TYPES
    response = FileResponse(
        default_storage.open(file),
        as_attachment=not shown,
        filename=found.file_name,
        content_type=found.media_type if shown else "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


urlpatterns = [
    path("<slug:programme>/meetings/", listed, name="meetings"),
    path("<slug:programme>/meetings/<str:key>/", meeting, name="meeting"),
    path("<slug:programme>/papers/<int:number>/", paper, name="paper"),
]
