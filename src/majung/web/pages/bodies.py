"""Bodies: who sits here, for whom, since when, with what mandate?"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import path

from majung.taskforce.models import Action, Body, Charter, Mandate, Meeting, MeetingSeries
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.roles import VOTING, Role
from majung.web.pages.meetings import meetings_table
from majung.web.parts import Fact, Lede, Part, offer, offers
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported


@page("meetings")
def body(here: Here, key: str) -> HttpResponse:
    """Who sits here, for whom, since when; charter, series, meetings."""
    w = here.words
    found = Body.objects.filter(programme=here.programme, key=key).select_related("parent").first()
    if found is None:
        raise Http404
    held = visible(here.sight, Mandate).filter(body=found).on(here.day)  # type: ignore[attr-defined]
    roster = list(held.select_related("person", "represents").order_by("role", "pk"))
    for m in roster:
        m.body = found
    voting = sum(1 for m in roster if m.role in VOTING)
    charters = list(visible(here.sight, Charter).filter(body=found).order_by("number"))
    series = visible(here.sight, MeetingSeries).filter(body=found).order_by("pk")
    meetings = visible(here.sight, Meeting).filter(body=found).order_by("-starts")
    open_actions = visible(here.sight, Action).filter(outcome__item__meeting__body=found, state="open")
    tables = _roster(here, roster), meetings_table(here, meetings)
    file = exported(here.request, *tables)
    if file:
        return file
    rules = found.follows
    facts = (
        [Fact(w.find("answers_to"), w.of(found.parent.name), href=here.address("body", found.parent.key))]
        if found.parent
        else []
    )
    facts += [
        Fact(w.find("founded"), w.day(found.founded)),
        Fact(w.find("quorum"), w.percent(rules.quorum)),
        Fact(w.find("notice_days"), w.counted(rules.notice_days, "working_days")),
        *[
            Fact(
                w.find("window"),
                w.say("window_is", first=s.first_day, last=s.last_day, least=s.per_month_least, most=s.per_month_most),
            )
            for s in series
        ],
    ]
    heading = (
        w.say("body_heading", name=w.of(found.name), n=len(roster), voting=voting)
        if roster
        else w.say("body_empty", name=w.of(found.name))
    )
    parts = [
        Part(
            w.find("roster_topic"),
            w.say("roster_on", day=w.day(here.day)),
            w.find("roster_note"),
            tables=[tables[0]],
            empty=w.find("roster_empty"),
            offers=[
                *offer(here, "mandate.give", found),
                *[o for m in roster for o in offer(here, "mandate.end", m, w.of(m.person.post))],
            ],
        ),
        Part(
            w.find("charter_topic"),
            w.counted(len(charters), "charters") if charters else w.find("charter_none"),
            prose=[w.of(charters[-1].text)] if charters else (),
            facts=facts,
            offers=offer(here, "charter.adopt", found),
        ),
        Part(
            w.find("actions_topic"),
            w.counted(open_actions.count(), "actions") if open_actions else w.find("actions_none"),
            facts=[Fact(w.day(a.due), w.of(a.text)) for a in open_actions.order_by("due", "key")[:12]],
            links=[(w.find("registers"), here.address("registers"))] if open_actions else (),
            empty=w.find("actions_empty"),
        ),
        Part(
            w.find("meetings_topic"),
            w.counted(len(tables[1].rows), "meetings") if tables[1].rows else w.find("meetings_none"),
            tables=[tables[1]],
            empty=w.find("meetings_empty"),
            offers=offers(here, found, ["meeting.plan", "series.set", "procedure.start", "panel.open", "body.close"]),
        ),
    ]
    lede = Lede(w.find(f"kinds.{found.kind}"), heading, w.of(found.note))
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _roster(here: Here, roster: list[Mandate]) -> Table:
    w = here.words
    columns = [
        Column("post", w.find("post")),
        Column("role", w.find("role")),
        Column("for", w.find("represents")),
        Column("since", w.find("since")),
        Column("until", w.find("until")),
    ]
    rows = [
        Row(
            [
                Cell(w.of(m.person.post), strong=True, sub=m.person.name if here.sight.persons else ""),
                Cell(Role(m.role).label[w.code]),
                Cell(w.of(m.represents.name) if m.represents else "–"),
                Cell(w.day(m.starts), m.starts),
                Cell(w.day(m.ends) if m.ends else "–", m.ends),
            ]
        )
        for m in roster
    ]
    return Table("roster", columns, rows, caption=w.find("roster_topic"), empty=w.find("roster_empty"))


urlpatterns = [
    path("<slug:programme>/bodies/<str:key>/", body, name="body"),
]
