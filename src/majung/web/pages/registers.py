"""Registers: what was decided, by whom, on what ground; what remains?"""

from __future__ import annotations

import functools

from django.db.models import CharField
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.urls import path

from majung.taskforce.models import Action, Body, Decision, Meeting, Organisation, Person
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.states import ACTION
from majung.taskforce.wire.references import refer
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.parts import Lede, Part, offers
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported


@page("registers")
def registers(here: Here) -> HttpResponse:
    """What was decided, by whom, on what ground; what remains to be done."""
    w = here.words
    decided = visible(here.sight, Decision).order_by("-taken_on", "key")
    text_said, body_said = said("text", w.code), said("body__name", w.code)
    decisions = Table(
        "decisions",
        [
            Column("no", w.find("no")),
            Column("decision", w.find("decision")),
            Column("body", w.find("body")),
            Column("on", w.find("on")),
            Column("basis", w.find("basis")),
            Column("votes", w.find("votes")),
            Column("rests", w.find("rests_on")),
        ],
        Backed(
            decided,
            functools.partial(_decision_row, here),
            whole=lambda rows: rows.select_related("body", "outcome__item__meeting", "supersedes", "resting_on"),
            sorts={
                "no": "key",
                "decision": text_said,
                "body": body_said,
                "on": "taken_on",
                "basis": "basis",
                "votes": "votes_for",
                "rests": "resting_on__key",
            },
            finds=[
                within("key"),
                within(text_said),
                within("basis"),
                within(Cast("taken_on", CharField())),
                through("body", Body, said("name", w.code)),
            ],
        ),
        caption=w.find("decisions_topic"),
        empty=w.find("decisions_empty"),
    )
    assigned = visible(here.sight, Action).order_by("due", "key")
    actions = Table(
        "actions",
        [
            Column("no", w.find("no")),
            Column("action", w.find("action")),
            Column("who", w.find("who")),
            Column("due", w.find("due")),
            Column("state", w.find("state")),
            Column("from", w.find("from_meeting")),
        ],
        Backed(
            assigned,
            functools.partial(_action_row, here),
            whole=lambda rows: rows.select_related("organisation", "person", "outcome__item__meeting"),
            sorts={
                "no": "key",
                "action": text_said,
                "who": Coalesce(said("organisation__name", w.code), said("person__post", w.code)),
                "due": "due",
                "state": labelled("state", ACTION, w.code),
                "from": said("outcome__item__meeting__name", w.code),
            },
            finds=[
                within("key"),
                within(text_said),
                within("note"),
                within(Cast("due", CharField())),
                through("organisation", Organisation, said("name", w.code)),
                through("person", Person, said("post", w.code)),
                through("outcome__item__meeting", Meeting, said("name", w.code)),
                in_state("state", ACTION, w.code),
            ],
        ),
        caption=w.find("actions_topic"),
        empty=w.find("actions_empty"),
    )
    still_open = assigned.filter(state="open").select_related(
        "organisation", "person", "programme", "outcome__item__meeting__body__parent__parent__parent"
    )
    file = exported(here.request, decisions, actions)
    if file:
        return file
    n, late = len(decisions.rows), assigned.filter(state="open", due__lt=here.day).count()
    heading = w.counted(n, "heading") if n else w.find("heading_none")
    parts = [
        Part(
            w.find("decisions_topic"),
            w.counted(n, "decisions") if n else w.find("decisions_none"),
            tables=[decisions],
            empty=w.find("decisions_empty"),
            full=True,
        ),
        Part(
            w.find("actions_topic"),
            w.counted(late, "actions_late") if late else w.find("actions_fine"),
            tables=[actions],
            empty=w.find("actions_empty"),
            full=True,
            links=[(w.find("measures"), here.address("measures"))],
            offers=[
                o
                for a in still_open[:30]
                for o in offers(here, a, ["action.complete", "action.drop"], f"{a.key} {w.of(a.text)}")
            ],
        ),
    ]
    lede = Lede(w.find("topic"), heading, w.find("stand"))
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _decision_row(here: Here, d: Decision) -> Row:
    w = here.words
    votes = f"{d.votes_for}–{d.votes_against or 0}–{d.abstentions or 0}"
    return Row(
        [
            Cell(d.key, href=here.address("chain", refer(d)), strong=True),
            Cell(w.of(d.text), sub=w.say("supersedes", number=d.supersedes.key) if d.supersedes else ""),
            Cell(w.of(d.body.name), href=_meeting_of(here, d)),
            Cell(w.day(d.taken_on), d.taken_on),
            Cell(d.basis),
            Cell(votes if d.votes_for is not None else w.find("no_count")),
            Cell(
                d.resting_on.key if d.resting_on else "–",
                href=here.address("chain", refer(d.resting_on)) if d.resting_on else "",
            ),
        ],
        anchor=f"d-{d.key}",
    )


def _action_row(here: Here, a: Action) -> Row:
    w = here.words
    return Row(
        [
            Cell(a.key, strong=True),
            Cell(w.of(a.text), sub=a.note),
            Cell(w.of(a.organisation.name) if a.organisation else w.of(a.person.post) if a.person else "–"),
            Cell(w.day(a.due) if a.due else "–", a.due),
            Cell(w.state("action", a.state)),
            Cell(w.of(a.outcome.item.meeting.name), href=here.address("meeting", a.outcome.item.meeting.key)),
        ]
    )


def _meeting_of(here: Here, decision: Decision) -> str:
    return here.address("meeting", decision.outcome.item.meeting.key) if decision.outcome else ""


urlpatterns = [
    path("<slug:programme>/registers/", registers, name="registers"),
]
