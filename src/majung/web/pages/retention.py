"""Retention: which personal data have been kept long enough, since when, under which rule? Erased with one click."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.utils.html import format_html

from majung.taskforce.models import Person, Submission
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.queries.retention import Expired, due, erasures, periods
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import ErasureRule
from majung.taskforce.wire.references import refer
from majung.web.parts import Fact, Lede, Part, offer
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

SHOWN = 200
"""Erasures that are listed."""
DEEDS: dict[type[Person] | type[Submission], str] = {Person: "person.erase", Submission: "submission.erase"}


@page("retention")
def show(here: Here) -> HttpResponse:
    """What is due for erasure, what was erased, and the periods."""
    if not here.sight.retention:
        raise PermissionDenied
    w = here.words
    expired = due(here.programme, here.day)
    waiting, done = _due_table(here, expired), _done_table(here)
    file = exported(here.request, waiting, done)
    if file:
        return file
    heading = w.counted(len(expired), "heading") if expired else w.find("heading_none")
    parts = [
        Part(
            w.find("due_topic"),
            w.say("due_since", day=w.day(expired[0].since)) if expired else w.find("due_none"),
            w.find("due_note"),
            tables=[waiting],
            empty=w.find("due_empty"),
            offers=offer(here, "retention.apply", here.programme) if expired else (),
        ),
        Part(
            w.find("rules_topic"),
            w.counted(len(periods()), "rules"),
            w.find("rules_note"),
            facts=[Fact(w.find(f"kind.{kind}"), period.said[w.code]) for kind, period in periods().items()],
        ),
        Part(
            w.find("done_topic"),
            w.counted(len(done.rows), "done_finding") if done.rows else w.find("done_none"),
            w.find("done_note"),
            tables=[done],
            empty=w.find("done_empty"),
        ),
    ]
    lede = Lede(w.find("topic"), heading, w.find("stand"))
    return here.show("pages/page.html", stage="retention", lede=lede, parts=parts)


def _due_table(here: Here, expired: list[Expired]) -> Table:
    w = here.words
    columns = [
        Column("what", w.find("what")),
        Column("rule", w.find("rule")),
        Column("event", w.find("event")),
        Column("since", w.find("since")),
        Column("erase", w.find("erase"), sorts=False),
    ]
    rows = [
        Row(
            [
                _named(here, one.row),
                Cell(w.word(one.period.rule), sub=w.counted(one.period.days, "days")),
                Cell(w.day(one.event), one.event),
                Cell(w.day(one.since), one.since),
                Cell(w.find("erase_button"), quiet=True, html=_button(here, one)),
            ]
        )
        for one in expired
    ]
    return Table("due", columns, rows, empty=w.find("due_empty"), caption=w.find("due_topic"))


def _done_table(here: Here) -> Table:
    w = here.words
    marks = list(erasures(here.programme)[:SHOWN])
    kinds = {kind._meta.model_name: kind for kind in DEEDS}
    rows_of = {
        name: kind._default_manager.in_bulk([mark.row for mark in marks if mark.table == name])
        for name, kind in kinds.items()
    }
    columns = [Column("what", w.find("what")), Column("rule", w.find("rule")), Column("when", w.find("when"))]
    rows = [
        Row(
            [
                _named(here, rows_of[mark.table][mark.row]),
                Cell(w.word(ErasureRule(mark.rule))),
                Cell(w.moment(mark.erased), day_of(mark.erased)),
            ]
        )
        for mark in marks
    ]
    return Table("done", columns, rows, empty=w.find("done_empty"), caption=w.find("done_topic"))


def _named(here: Here, row: Person | Submission) -> Cell:
    """What it is about without a name: the post, or the number of the demand."""
    w = here.words
    if isinstance(row, Person):
        return Cell(w.of(row.post), sub=f"{w.find('kind.person')} · {row.key}")
    return Cell(row.key, sub=w.find("kind.submission"), href=here.address("demand", row.key))


def _button(here: Here, one: Expired) -> str:
    """The erasure with its rule: done with one click, from here."""
    operation = DEEDS[type(one.row)]
    if not here.may(operation, one.row):
        return format_html('<span class="sm">{}</span>', here.words.find("not_yours"))
    return format_html(
        '<form class="deed" method="post" action="{}?subject={}&amp;next={}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="rule" value="{}">'
        '<button>{}<span class="vh"> – {}</span></button></form>',
        reverse("deed", args=[here.programme.key, operation]),
        refer(one.row),
        here.request.path,
        get_token(here.request),
        one.period.rule,
        here.words.find("erase_button"),
        OPERATIONS[operation].label[here.words.code] + f" ({one.row.key})",
    )


urlpatterns = [path("<slug:programme>/retention/", show, name="retention")]
