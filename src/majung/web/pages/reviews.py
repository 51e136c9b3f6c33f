"""Reviews: continue, add, merge, close? Performance, trends, demands and cost as they were frozen, and the decision."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import path

from majung.taskforce.models import Area, Body, Review, ReviewConclusion
from majung.taskforce.queries.dossier import dossier
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.states import REVIEW
from majung.taskforce.rules.words import Colour, Conclusion
from majung.web.parts import Fact, Lede, Offer, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported
from majung.web.templatetags.look import lights as drawn_lights


@page("reviews")
def listed(here: Here) -> HttpResponse:
    """All reviews and what they decided."""
    w = here.words
    found = list(visible(here.sight, Review).select_related("body").order_by("-period_to", "key"))
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
    found = visible(here.sight, Review).filter(key=key).select_related("body").first()
    if found is None:
        raise Http404
    frozen = bool(found.dossier)
    material = found.dossier if frozen else dossier(found, here.day)
    names = {area.key: w.of(area.name) for area in Area.objects.filter(programme=here.programme)}
    table, detail = _areas(here, material, names), _measures(here, material, names)
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
            _silent(here, material),
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
    )
    return here.show("pages/page.html", stage="review", lede=lede, parts=parts)


def _areas(here: Here, material: dict[str, Any], names: dict[str, str]) -> Table:
    w = here.words
    columns = [
        Column("area", w.find("area")),
        Column("measures", w.find("measures"), right=True),
        Column("verified", w.find("verified"), right=True),
        Column("late", w.find("late"), right=True),
        Column("silent", w.find("silent"), right=True),
        Column("demands", w.find("demands"), right=True),
        Column("answered", w.find("answered"), right=True),
    ]
    rows = []
    for area in material["areas"]:
        own = area["measures"]
        numbers = [
            len(own),
            sum(m["state"] == "verified" for m in own),
            sum(m["late_days"] > 0 for m in own),
            sum(m["lights"]["rule"] == Colour.GREY for m in own),
            area["demands"]["received"],
            area["demands"]["answered"],
        ]
        rows.append(
            Row([Cell(names.get(area["area"], area["area"]), strong=True), *[Cell(str(n), n) for n in numbers]])
        )
    return Table("areas", columns, rows, caption=w.find("dossier_topic"), empty=w.find("measures_empty"))


def _measures(here: Here, material: dict[str, Any], names: dict[str, str]) -> Table:
    w = here.words
    columns = [
        Column("area", w.find("area")),
        Column("measure", w.find("measure")),
        Column("state", w.find("state")),
        Column("lights", w.find("lights_column"), sorts=False),
        Column("reading", w.find("reading"), sorts=False),
    ]
    rows = []
    for area in material["areas"]:
        for m in area["measures"]:
            said = m["lights"]
            readings = [
                f"{w.amount(metric['readings'][-1][1])} / "
                f"{w.amount(metric['targets'][-1][1]) if metric['targets'] else '–'}"
                for metric in m["metrics"]
                if metric["readings"]
            ]
            rows.append(
                Row(
                    [
                        Cell(names.get(area["area"], area["area"])),
                        Cell(m["measure"], href=here.address("measure", m["measure"])),
                        Cell(w.state("measure", m["state"])),
                        Cell("", html=drawn_lights({"w": w}, said["rule"], said["owner"], said["reviewer"])),
                        Cell("; ".join(readings) or w.find("not_reported"), quiet=not readings),
                    ]
                )
            )
    return Table("measures", columns, rows, caption=w.find("measures_topic"), empty=w.find("measures_empty"))


def _silent(here: Here, material: dict[str, Any]) -> str:
    w = here.words
    own = [m for area in material["areas"] for m in area["measures"]]
    silent = sum(not any(metric["readings"] for metric in m["metrics"]) for m in own)
    return w.say("silent_finding", n=silent, of=len(own)) if own else w.find("measures_none")


urlpatterns = [
    path("<slug:programme>/reviews/", listed, name="review"),
    path("<slug:programme>/reviews/<str:key>/", one, name="review-page"),
]
