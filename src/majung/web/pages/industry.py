"""Diagnosis: where each industry stands; one page an industry."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from majung.publishing.language import missing
from majung.publishing.material import Material
from majung.taskforce.models import RunRecord
from majung.web.analyses import on_run, pages_of
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words


@on_run("industry", "diagnosis")
def diagnosis(here: Here, record: RunRecord, material: Material) -> HttpResponse:
    """Every ranked industry in one line: position, level, gap, market."""
    table = overview(here, material)
    file = exported(here.request, table)
    if file is not None:
        return file
    return here.show(
        "industry/diagnosis.html",
        stage="diagnosis",
        heading=_heading(here.words, material),
        run=record.key,
        cut=material.cut,
        table=arranged(table, here.request),
    )


def _heading(w: Words, material: Material) -> str:
    areas = [material.row("position", candidate=a["candidate"]) for a in material.areas()]
    behind = sum(str(p.get("technology")) in ("behind", "far") for p in areas)
    return w.say(
        "heading_all" if behind == len(areas) else "heading", behind=w.count(behind), areas=w.count(len(areas))
    )


def overview(here: Here, material: Material) -> Table:
    """A row an industry, areas marked."""
    w = here.words
    rows = []
    for row in material.ranked():
        candidate = row["candidate"]
        position = material.row("position", candidate=candidate)
        technology = material.row("technology", candidate=candidate, measure="patents")
        level, gap = technology.get("level"), technology.get("gap_years")
        reached = bool(technology.get("gap_reached", True))
        rows.append(
            Row(
                [
                    Cell(
                        material.industry(candidate),
                        sub=w.listed(material.leads.get(candidate, [])),
                        href=here.address("industry", candidate),
                        strong=bool(row["area"]),
                    ),
                    Cell(str(int(row["rank"])), int(row["rank"])),
                    Cell(material.localized(position, "verdict") or w.find("not_reported")),
                    Cell(
                        w.number(level) if not missing(level) else w.find("not_reported"),
                        None if missing(level) else float(level or 0),
                        material.country_name(str(technology["leader"])) if technology else "",
                        quiet=missing(level),
                    ),
                    Cell(
                        w.number(gap) if not missing(gap) and reached else w.find("gap_none"),
                        float(gap) if not missing(gap) and reached else None,  # type: ignore[arg-type]
                        quiet=missing(gap) or not reached,
                    ),
                ],
                material.figure("position", candidate) if position else "",
                marked=bool(row["area"]),
            )
        )
    return Table(
        "industries",
        [
            Column("name", w.find("head.industry")),
            Column("rank", w.find("head.rank"), right=True),
            Column("verdict", w.find("verdict")),
            Column("level", w.find("level"), right=True),
            Column("gap", w.find("gap_years"), right=True),
        ],
        rows,
        figures=True,
    )


@on_run("industry", "diagnosis")
def industry(here: Here, record: RunRecord, material: Material, candidate: str) -> HttpResponse:
    """The page of one industry."""
    found = pages_of(record, here, "industry", candidate)
    if not found:
        raise Http404
    ranked = [str(row["candidate"]) for row in material.ranked()]
    at = ranked.index(candidate)
    near = [ranked[k] for k in (at - 1, at + 1) if 0 <= k < len(ranked)]
    return here.show(
        "industry/industry.html",
        stage="diagnosis",
        page=found[0],
        illustrative=material.illustrative,
        near=[(c, material.industry(c)) for c in near],
        candidate=candidate,
        name=material.industry(candidate),
    )


urlpatterns: list[URLPattern] = [
    path("<slug:programme>/industries/", diagnosis, name="diagnosis"),
    path("<slug:programme>/industries/<slug:candidate>/", industry, name="industry"),
]
