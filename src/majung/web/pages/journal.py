"""The journal: has anything been altered? For auditors."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path

from majung.taskforce.models import Anchor, JournalEntry
from majung.taskforce.models.journal import Head
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.queries.visibility import visible
from majung.web.parts import Fact, Lede, Part
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

SHOWN = 500


@page("journal")
def show(here: Here) -> HttpResponse:
    """The last entries, the head and its anchors, and how to verify all of it."""
    if not here.sight.journal:
        raise PermissionDenied
    w = here.words
    before = here.request.GET.get("before", "")
    # Without the rows' images: those of one deed can be megabytes.
    entries = visible(here.sight, JournalEntry).defer("rows", "arguments").order_by("-seq")
    if before.isdigit():
        entries = entries.filter(seq__lt=int(before))
    found = list(entries.select_related("actor")[:SHOWN])
    table = Table(
        "journal",
        [
            Column("seq", w.find("seq"), right=True),
            Column("recorded", w.find("recorded")),
            Column("at", w.find("at")),
            Column("deed", w.find("deed")),
            Column("as", w.find("as")),
            Column("subject", w.find("subject")),
            Column("hash", w.find("hash")),
        ],
        [
            Row(
                [
                    Cell(f"{e.seq:,}", e.seq),
                    Cell(w.moment(e.recorded), e.recorded),
                    Cell(w.moment(e.at), e.at),
                    Cell(OPERATIONS[e.operation].label[w.code] if e.operation in OPERATIONS else e.operation),
                    Cell(e.acted_as),
                    Cell(e.subject),
                    Cell(e.hash[:16], e.hash, quiet=True),
                ]
            )
            for e in found
        ],
        caption=w.find("entries_topic"),
        empty=w.find("entries_empty"),
    )
    file = exported(here.request, table)
    if file:
        return file
    head = Head.objects.filter(pk=1).first()
    anchors = list(Anchor.objects.order_by("-seq", "-pk")[:8])
    last = anchors[0] if anchors else None
    since = head.seq - last.seq if head and last else head.seq if head else 0
    facts = [
        Fact(w.find("head"), f"{head.seq:,} · {head.hash}" if head else "–"),
        *[
            Fact(w.say("anchor", n=a.seq, when=w.moment(a.signed)), f"{a.key_id} · {a.printed_in or '–'}")
            for a in anchors
        ],
    ]
    finding = w.say("anchored", n=since) if last else w.find("unanchored")
    links = [(w.find("earlier"), f"?before={found[-1].seq}")] if len(found) == SHOWN else []
    parts = [
        Part(w.find("state_topic"), finding, w.find("state_note"), facts=facts, prose=[w.find("how")]),
        Part(
            w.find("entries_topic"),
            w.counted(head.seq if head else 0, "entries"),
            tables=[table],
            empty=w.find("entries_empty"),
            full=True,
            links=links,
        ),
    ]
    lede = Lede(w.find("topic"), w.counted(head.seq if head else 0, "heading"), w.find("stand"))
    return here.show("pages/page.html", stage="journal", lede=lede, parts=parts, across=True)


urlpatterns = [path("<slug:programme>/journal/", show, name="journal")]
