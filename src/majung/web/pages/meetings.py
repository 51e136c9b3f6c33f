"""Bodies and meetings: who sits where, when can all meet, what was decided on what."""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.files.storage import default_storage
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.safestring import mark_safe

from majung.taskforce.ical import feed
from majung.taskforce.models import (
    Action,
    AgendaItem,
    Attendance,
    Body,
    Charter,
    Decision,
    Mandate,
    Meeting,
    MeetingSeries,
    MinutesRevision,
    Organisation,
    Outcome,
    Paper,
    Person,
)
from majung.taskforce.operations.meetings import missing_from_minutes, seats
from majung.taskforce.permission import Actor
from majung.taskforce.queries.calendar import MonthPlan, holidays_of, month_plan
from majung.taskforce.queries.visibility import sight, visible
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.taskforce.rules.roles import VOTING, Role
from majung.taskforce.rules.states import ACTION, MEETING
from majung.taskforce.rules.words import Disclosure, OutcomeKind, Presence, Purpose
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.charts.month import Mark, month
from majung.web.parts import Fact, Lede, Offer, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

COMING = ("planned", "convened", "postponed")
FEED_SALT = "majung.ical"
SAFE_TYPES = ("application/pdf", "image/png", "image/jpeg", "text/plain")


@page("meetings")
def listed(here: Here) -> HttpResponse:
    """Bodies and all meetings."""
    w = here.words
    bodies = Body.objects.filter(programme=here.programme).select_related("parent").order_by("pk")
    meetings = visible(here.sight, Meeting).order_by("-starts", "key")
    tables = (
        Table(
            "bodies",
            [Column("body", w.find("body")), Column("kind", w.find("kind")), Column("chair", w.find("chair"))],
            [
                Row(
                    [
                        Cell(w.of(b.name), href=here.address("body", b.key), strong=True),
                        Cell(w.find(f"kinds.{b.kind}")),
                        Cell(w.of(b.chair_post) or w.find("not_reported"), quiet=not b.chair_post),
                    ]
                )
                for b in bodies
            ],
            caption=w.find("bodies_topic"),
            empty=w.find("bodies_empty"),
        ),
        _meetings_table(here, meetings),
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
                (w.find("feed"), _feed_address(here)),
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


def _meetings_table(here: Here, meetings: QuerySet[Meeting], name: str = "meetings") -> Table:
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
    tables = _roster(here, roster), _meetings_table(here, meetings)
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
            tables=[_meetings_table(here, standing)],
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


@page("meetings")
def meeting(here: Here, key: str) -> HttpResponse:
    """What do we decide, on what: agenda, papers, attendance and quorum, outcomes, minutes with their checks."""
    w = here.words
    found = visible(here.sight, Meeting).filter(key=key).select_related("body", "room", "series").first()
    if found is None:
        raise Http404
    items = list(
        visible(here.sight, AgendaItem)
        .filter(meeting=found)
        .select_related("presenter", "strategy", "resting_on")
        .order_by("position")
    )
    for item in items:
        item.meeting = found
    papers = list(visible(here.sight, Paper).filter(item__meeting=found).select_related("item").order_by("pk"))
    outcomes = list(
        visible(here.sight, Outcome).filter(item__meeting=found).select_related("decision", "item").order_by("pk")
    )
    attendance = list(
        visible(here.sight, Attendance)
        .filter(meeting=found)
        .select_related("person", "mandate__represents")
        .order_by("pk")
    )
    minutes = list(visible(here.sight, MinutesRevision).filter(meeting=found).order_by("number"))
    decisions = [o for o in outcomes if o.kind == OutcomeKind.DECISION]
    present, voting = seats(found)
    if decisions:
        heading = w.counted(len(decisions), "decided").replace("{name}", w.of(found.name))
    elif found.state in COMING:
        heading = w.say("will", name=w.of(found.name), when=w.moment(found.starts, time_known=found.time_known))
    else:
        heading = w.say("was", name=w.of(found.name), when=w.moment(found.starts, time_known=found.time_known))
    lacking = missing_from_minutes(found) if found.state in ("held", "drafted") else []
    last = minutes[-1] if minutes else None
    parts = [
        Part(
            w.find("agenda_topic"),
            w.counted(len(items), "items") if items else w.find("items_none"),
            tables=[_agenda(here, items, papers, outcomes)],
            empty=w.find("items_empty"),
            offers=[*offer(here, "meeting.add_item", found), *_item_offers(here, found, items)],
        ),
        Part(
            w.find("attendance_topic"),
            _quorum(here, found, present, voting),
            w.find("attendance_note"),
            facts=[
                Fact(
                    w.of(a.person.post),
                    f"{Presence(a.presence).label[w.code]}"
                    + (f" · {w.of(a.mandate.represents.name)}" if a.mandate and a.mandate.represents else ""),
                )
                for a in attendance
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
            offers=steps(here, found, MEETING, found.state),
        ),
    ]
    stand = " · ".join(
        filter(None, [w.of(found.place), w.of(found.room.name) if found.room else "", w.of(found.reason)])
    )
    lede = Lede(f"{w.of(found.body.name)} · {w.state('meeting', found.state)}", heading, stand, found.source)
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=parts)


def _minutes_finding(here: Here, meeting: Meeting, last: MinutesRevision | None) -> str:
    w = here.words
    if last is None:
        return w.find("minutes_missing" if meeting.state in ("held", "drafted") else "minutes_none")
    return w.say("minutes_approved" if last.approved_on else "minutes_drafted", n=last.number)


def _quorum(here: Here, meeting: Meeting, present: int, voting: int) -> str:
    w = here.words
    if not meeting.attendance.exists():
        return w.find("attendance_none")
    return w.say(
        "quorate" if present >= meeting.body.follows.quorum * voting > 0 else "not_quorate", n=present, of=voting
    )


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
                    Cell(item.resting_on.key if item.resting_on else "–"),
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
    place = f"{found.sha256[:2]}/{found.sha256}"
    if not default_storage.exists(place):
        raise Http404
    shown = found.media_type in SAFE_TYPES
    response = FileResponse(
        default_storage.open(place),
        as_attachment=not shown,
        filename=found.file_name,
        content_type=found.media_type if shown else "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


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
            Cell(d.key, strong=True),
            Cell(w.of(d.text), sub=w.say("supersedes", number=d.supersedes.key) if d.supersedes else ""),
            Cell(w.of(d.body.name), href=_meeting_of(here, d)),
            Cell(w.day(d.taken_on), d.taken_on),
            Cell(d.basis),
            Cell(votes if d.votes_for is not None else w.find("no_count")),
            Cell(d.resting_on.key if d.resting_on else "–"),
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


def _feed_address(here: Here) -> str:
    return here.address("feed", signing.dumps(here.person.pk, salt=FEED_SALT))


@login_not_required
def ical(request: HttpRequest, programme: str, token: str) -> HttpResponse:  # noqa: ARG001
    """The person's meetings for a calendar program, which cannot sign in: the address is the secret."""
    try:
        person = Person.objects.select_related("programme").get(pk=signing.loads(token, salt=FEED_SALT))
    except (signing.BadSignature, Person.DoesNotExist) as error:
        raise Http404 from error
    if person.programme.key != programme:
        raise Http404
    now = timezone.now()
    seen = sight(Actor(person, now), person.programme)
    rows = visible(seen, Meeting).filter(body__in=seen.own).order_by("starts")
    return HttpResponse(feed(person.programme, rows, person.language, now), content_type="text/calendar; charset=utf-8")


urlpatterns = [
    path("<slug:programme>/meetings/", listed, name="meetings"),
    path("<slug:programme>/meetings/<str:key>/", meeting, name="meeting"),
    path("<slug:programme>/bodies/<str:key>/", body, name="body"),
    path("<slug:programme>/calendar/", calendar, name="calendar"),
    path("<slug:programme>/calendar/<str:token>.ics", ical, name="feed"),
    path("<slug:programme>/papers/<int:number>/", paper, name="paper"),
    path("<slug:programme>/registers/", registers, name="registers"),
]
