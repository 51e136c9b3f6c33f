"""Reviews: continue, add, merge, close? Performance, trends, demands and cost as they were frozen, and the decision."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from django.db.models import F
from django.http import Http404, HttpResponse
from django.urls import path

from majung.taskforce.models import Area, Body, CoreTask, Measure, Review, ReviewConclusion
from majung.taskforce.queries import dossier
from majung.taskforce.queries.dossier import AreaCounts, Line
from majung.taskforce.queries.lights import with_lights
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.states import MEASURE, REVIEW
from majung.taskforce.rules.words import Conclusion, Text
from majung.taskforce.wire.references import refer
from majung.web.backed import Backed, Kept, in_state, labelled, said, through, within
from majung.web.parts import Fact, Lede, Offer, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported
from majung.web.templatetags.look import lights as drawn_lights
from majung.web.words import words


@page("reviews")
def listed(here: Here) -> HttpResponse:
    """All reviews and what they decided."""
    w = here.words
    found = list(visible(here.sight, Review).select_related("body").defer("dossier").order_by("-period_to", "key"))
    rows = [
        Row(
            [
                Cell(w.of(r.name), href=here.address("review-page", r.key), strong=True, sub=r.source),
                Cell(w.of(r.body.name)),
                Cell(f"{w.day(r.period_from)} – {w.day(r.period_to)}", r.period_to),
                Cell(w.state("review", r.state)),
            ]
        )
        for r in found
    ]
    columns = [
        Column("review", w.find("review")),
        Column("body", w.find("body")),
        Column("period", w.find("period")),
        Column("state", w.find("state")),
    ]
    table = Table("reviews", columns, rows, caption=w.find("topic"), empty=w.find("list_empty"))
    file = exported(here.request, table)
    if file:
        return file
    heading = w.counted(len(found), "heading") if found else w.find("heading_none")
    parts = [
        Part(
            w.find("topic"),
            w.counted(len(found), "list_finding") if found else w.find("heading_none"),
            tables=[table],
            empty=w.find("list_empty"),
            full=True,
            offers=_open(here),
        )
    ]
    return here.show(
        "pages/page.html", stage="review", lede=Lede(w.find("topic"), heading, w.find("stand")), parts=parts
    )


def _open(here: Here) -> list[Offer]:
    bodies = Body.objects.filter(programme=here.programme, kind="task-force", state="active")
    return [o for body in bodies for o in offer(here, "review.open", body)]


@page("reviews")
def one(here: Here, key: str) -> HttpResponse:
    """A review: its dossier (frozen, or as it would be now), and the conclusions."""
    w = here.words
    seen = visible(here.sight, Review).filter(key=key).select_related("body", "programme")
    found = seen.defer("dossier").first()
    if found is None:
        raise Http404
    frozen = bool(found.dossier_hash)
    names = {area.key: w.of(area.name) for area in Area.objects.filter(programme=here.programme)}
    counts, lines, silent = _frozen(here, found, names) if frozen else _open_dossier(here, found, names)
    table, detail = _areas(here, counts, names), _measures(here, lines)
    file = exported(here.request, table, detail)
    if file:
        return file
    conclusions = list(
        visible(here.sight, ReviewConclusion)
        .filter(review=found)
        .select_related("area", "into", "decision")
        .order_by("pk")
    )
    facts = [
        Fact(
            w.of(c.area.name) if c.area else w.find("whole"),
            " · ".join(
                [
                    Conclusion(c.conclusion).label[w.code],
                    w.of(c.reason),
                    w.say("by_decision", number=c.decision.key),
                ]
            ),
        )
        for c in conclusions
    ]
    parts = [
        Part(
            w.find("dossier_topic"),
            w.find("dossier_frozen" if frozen else "dossier_open"),
            w.find("dossier_note"),
            tables=[table],
            full=True,
            offers=steps(here, found, REVIEW, found.state),
        ),
        Part(
            w.find("measures_topic"),
            w.say("silent_finding", n=silent, of=len(lines)) if lines else w.find("measures_none"),
            tables=[detail],
            empty=w.find("measures_empty"),
            full=True,
        ),
        Part(
            w.find("conclusions_topic"),
            w.counted(len(facts), "conclusions") if facts else w.find("conclusions_none"),
            w.find("conclusions_note"),
            facts=facts,
            empty=w.find("conclusions_empty"),
            offers=offers(here, found, ["review.conclude"]),
        ),
    ]
    heading = w.say("one_heading", name=w.of(found.name), state=w.state("review", found.state))
    provenance = w.say("digest", digest=found.dossier_hash) if frozen else ""
    lede = Lede(
        f"{w.of(found.body.name)} · {w.day(found.period_from)} – {w.day(found.period_to)}",
        heading,
        provenance=provenance or found.source,
        chain=here.address("chain", refer(found)),
    )
    return here.show("pages/page.html", stage="review", lede=lede, parts=parts)


def _frozen(here: Here, review: Review, names: dict[str, str]) -> tuple[list[AreaCounts], Sequence[Row], int]:
    """(areas, measures, how many without a reading) as they were frozen."""
    w = here.words
    counts, lines = dossier.frozen(review)

    def shown(part: Sequence[dossier.Kept]) -> list[Row]:
        named = Measure.objects.filter(programme=here.programme, key__in=[kept[1] for kept in part])
        called = dict(named.values_list("key", "name"))
        return [_row(here, names, Line(*kept), called.get(kept[1])) for kept in part]

    rows = Kept(
        lines,
        shown,
        sorts={
            "area": lambda kept: names.get(kept[0], kept[0]).casefold(),
            "measure": lambda kept: kept[1].casefold(),
            "state": lambda kept: w.state("measure", kept[2]).casefold(),
        },
        words=lambda kept: f"{names.get(kept[0], kept[0])} {kept[1]} {w.state('measure', kept[2])}",
    )
    return counts, rows, sum(not kept[-1] for kept in lines)


def _open_dossier(here: Here, review: Review, names: dict[str, str]) -> tuple[list[AreaCounts], Sequence[Row], int]:
    """The same as it would be frozen today; the database keeps the measures."""
    w = here.words
    silent, total = dossier.without_reading(review)
    area = said("task__strategy__area__name", w.code)
    rows = Backed(
        dossier.of_areas(here.programme),
        lambda measure: _row(here, names, dossier.line(measure, review), measure.name),
        whole=lambda rows: with_lights(rows.annotate(area=F("task__strategy__area__key")), here.day).prefetch_related(
            "metrics__targets", "metrics__readings"
        ),
        sorts={"area": area, "measure": "key", "state": labelled("state", MEASURE, w.code)},
        finds=[
            within("key"),
            within(said("name", w.code)),
            through("task", CoreTask, said("strategy__area__name", w.code)),
            in_state("state", MEASURE, w.code),
        ],
        total=total,
    )
    return dossier.counts(here.programme, here.day), rows, silent


def _areas(here: Here, counts: list[AreaCounts], names: dict[str, str]) -> Table:
    w = here.words
    heads = ("measures", "verified", "late", "silent", "demands", "answered")
    columns = [Column("area", w.find("area")), *[Column(head, w.find(head), right=True) for head in heads]]
    rows = [
        Row([Cell(names.get(area, area), strong=True), *[Cell(str(n), n) for n in numbers]])
        for area, *numbers in counts
    ]
    return Table("areas", columns, rows, caption=w.find("dossier_topic"), empty=w.find("measures_empty"))


def _measures(here: Here, rows: Sequence[Row]) -> Table:
    w = here.words
    columns = [
        Column("area", w.find("area")),
        Column("measure", w.find("measure")),
        Column("state", w.find("state")),
        Column("lights", w.find("lights_column"), sorts=False),
        Column("reading", w.find("reading"), sorts=False),
    ]
    return Table("measures", columns, rows, caption=w.find("measures_topic"), empty=w.find("measures_empty"))


def _row(here: Here, names: dict[str, str], line: Line, name: Text | None) -> Row:
    w = here.words
    readings = [f"{w.amount(last)} / {w.amount(aim) if aim is not None else '–'}" for last, aim in line.readings]
    return Row(
        [
            Cell(names.get(line.area, line.area)),
            Cell(
                w.of(name) if name else line.measure,
                href=here.address("measure", line.measure),
                sub=line.measure if name else "",
            ),
            Cell(w.state("measure", line.state)),
            Cell("", html=_drawn(w.code, line.rule, line.owner, line.reviewer)),
            Cell("; ".join(readings) or w.find("not_reported"), quiet=not readings),
        ]
    )


@functools.cache
def _drawn(language: str, rule: str, owner: str, reviewer: str) -> str:
    return drawn_lights({"w": words("reviews", language)}, rule, owner, reviewer)


urlpatterns = [
    path("<slug:programme>/reviews/", listed, name="review"),
    path("<slug:programme>/reviews/<str:key>/", one, name="review-page"),
]
