"""What is due from me: approvals, answers, verifications, readings, votes; my bodies and my next meetings."""

from __future__ import annotations

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.utils.html import format_html

from majung.taskforce.models import AgendaItem, Announcement, Journaled, Measure, Meeting, Metric, Programme, Submission
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.queries.home import Due, Home, home
from majung.taskforce.queries.situation import WAITING
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.roles import Role
from majung.taskforce.wire.references import refer
from majung.web.parts import WEIGHTY, Lede, Part, offer
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

OWN = 8
"""Demands of one's own that are listed."""


@page("home")
def show(here: Here) -> HttpResponse:
    """The desk of the signed-in person."""
    found = home(here.programme, here.person, here.day)
    w = here.words
    due = _due_table(here, found)
    file = exported(here.request, due)
    if file:
        return file
    late = sum(1 for d in found.due if d.late(here.day))
    heading = w.counted(len(found.due), "heading") if found.due else w.find("heading_none")
    parts = [
        Part(
            w.find("due_topic"),
            w.counted(late, "late") if late else w.find("late_none"),
            w.find("due_note"),
            tables=[due],
            empty=w.find("due_empty"),
        ),
        Part(
            w.find("bodies_topic"),
            w.counted(len(found.mandates), "bodies") if found.mandates else w.find("bodies_none"),
            tables=[_mandates_table(here, found)],
            empty=w.find("bodies_empty"),
        ),
        Part(
            w.find("meetings_topic"),
            w.counted(len(found.meetings), "meetings") if found.meetings else w.find("meetings_none"),
            tables=[_meetings_table(here, found)],
            empty=w.find("meetings_empty"),
        ),
    ]
    demands = _demands(here)
    if demands is not None:
        parts.insert(1, demands)
    lede = Lede(here.post, heading, w.find("stand"))
    return here.show("pages/page.html", stage="home", lede=lede, parts=parts)


def _demands(here: Here) -> Part | None:
    """What the person put forward and what became of it; for who has no mandate, the way to put something forward."""
    w = here.words
    mine = visible(here.sight, Submission).filter(person=here.person).order_by("-received_on", "-pk")
    count = mine.count()
    if not count and here.sight.member:
        return None
    columns = [Column("demand", w.find("demand")), Column("state", w.find("state")), Column("until", w.find("until"))]
    rows = [
        Row(
            [
                Cell(s.title or s.key, sub=s.key, href=here.address("demand", s.key)),
                Cell(w.state("submission", s.state)),
                Cell(w.day(s.answer_due) if s.state in WAITING and s.answer_due else "–"),
            ]
        )
        for s in mine[:OWN]
    ]
    table = Table("demands", columns, rows, controls=False, caption=w.find("demands_topic"))
    return Part(
        w.find("demands_topic"),
        w.counted(count, "demands") if count else w.find("demands_none"),
        tables=[table],
        links=[(w.find("demands_all"), here.address("demands"))] if count > OWN else (),
        empty=w.find("demands_empty"),
        offers=offer(here, "submission.receive", here.programme),
    )


def _due_table(here: Here, found: Home) -> Table:
    w = here.words
    columns = [
        Column("what", w.find("what")),
        Column("name", w.find("name")),
        Column("due", w.find("due")),
        Column("late", w.find("late_column"), right=True),
    ]
    rows = []
    for due in found.due:
        late = due.late(here.day)
        rows.append(
            Row(
                [
                    Cell(w.find(f"kind.{due.kind}"), href=_deed(here, due), html=_at_once(here, due)),
                    Cell(w.of(due.name), sub=refer(due.subject).partition("/")[2], href=place_of(here, due.subject)),
                    Cell(w.day(due.due) if due.due else w.find("no_date"), due.due),
                    Cell(str(late) if late else "–", late or None, strong=bool(late)),
                ]
            )
        )
    return Table("due", columns, rows, empty=w.find("due_empty"), caption=w.find("due_topic"))


def _at_once(here: Here, due: Due) -> str:
    """A button for what asks for nothing further: done with one click, from here."""
    if OPERATIONS[due.deed].parameters or due.deed in WEIGHTY or here.past:
        return ""
    return format_html(
        '<form class="deed" method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button>{}<span class="vh"> – {}</span></button></form>',
        _deed(here, due),
        get_token(here.request),
        here.words.find(f"kind.{due.kind}"),
        here.words.of(due.name),
    )


def _deed(here: Here, due: Due) -> str:
    address = reverse("deed", args=[here.programme.key, due.deed])
    return f"{address}?subject={refer(due.subject)}&next={here.request.path}"


def place_of(here: Here, row: Journaled) -> str:
    """The page on which a row is shown; the page it hangs on where it has none of its own; empty if none."""
    if isinstance(row, Metric):
        row = row.measure
    if isinstance(row, AgendaItem):
        row = row.meeting
    if isinstance(row, Programme):
        return here.address("retention")
    names: dict[type[Journaled], str] = {
        Announcement: "announcement",
        Measure: "measure",
        Meeting: "meeting",
        Submission: "demand",
    }
    name = names.get(type(row))
    return here.address(name, row.key) if name else ""  # type: ignore[attr-defined]


def _mandates_table(here: Here, found: Home) -> Table:
    w = here.words
    columns = [Column("body", w.find("body")), Column("role", w.find("role")), Column("since", w.find("since"))]
    rows = [
        Row(
            [
                Cell(w.of(m.body.name), href=here.address("body", m.body.key)),
                Cell(Role(m.role).label[w.code], sub=w.of(m.represents.name) if m.represents else ""),
                Cell(w.day(m.starts), m.starts),
            ]
        )
        for m in found.mandates
    ]
    return Table("mandates", columns, rows, controls=False, caption=w.find("bodies_topic"))


def _meetings_table(here: Here, found: Home) -> Table:
    w = here.words
    columns = [Column("when", w.find("when")), Column("meeting", w.find("meeting")), Column("state", w.find("state"))]
    rows = [
        Row(
            [
                Cell(w.moment(m.starts, time_known=m.time_known), m.starts),
                Cell(w.of(m.name), sub=w.of(m.body.name), href=here.address("meeting", m.key)),
                Cell(w.state("meeting", m.state)),
            ]
        )
        for m in found.meetings
    ]
    return Table("meetings", columns, rows, controls=False, caption=w.find("meetings_topic"))


urlpatterns = [path("<slug:programme>/", show, name="home")]
