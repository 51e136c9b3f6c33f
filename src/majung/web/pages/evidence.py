"""Evidence: what is known, how old it is, under which licence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path

from majung.evidence.canonical import TABLES
from majung.publishing.material import Material
from majung.taskforce.models import RunRecord
from majung.web.analyses import on_run, pages_of
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words


@on_run("evidence")
def evidence(here: Here, record: RunRecord, material: Material) -> HttpResponse:
    """Tables, series, sources with licences, the snapshot's hash, the command that recomputes."""
    w = here.words
    found = described(material)
    tables, series, sources = _tables(w, found), _series(w, material, found), _sources(w, material, found)
    file = exported(here.request, tables, series, sources)
    if file is not None:
        return file
    rows = sum(t["rows"] for t in found["tables"])
    notes = pages_of(record, here, "notes")[0]
    return here.show(
        "evidence/evidence.html",
        stage="evidence",
        heading=w.say(
            "heading",
            rows=w.number(rows, 0),
            sources=len(found["sources"]),
            cut=material.cut,
        ),
        hash=str(material.run.manifest["hashes"]["evidence"]),
        record=record,
        material=material,
        tables=arranged(tables, here.request),
        series=arranged(series, here.request),
        sources=arranged(sources, here.request),
        reproduce=notes.sections[0],
        weights=notes.sections[2],
        licences=len({s["license"] for s in found["sources"]}),
    )


_described: dict[str, dict[str, Any]] = {}


def described(material: Material) -> dict[str, Any]:
    """What the package says of itself; kept by content hash."""
    name = material.run.evidence.hash
    if name not in _described:
        while len(_described) >= 4:
            _described.pop(next(iter(_described)))
        _described[name] = material.run.evidence.describe()
    return _described[name]


def _tables(w: Words, found: dict[str, Any]) -> Table:
    return Table(
        "tables",
        [
            Column("table", w.find("table_name")),
            Column("rows", w.find("rows"), right=True),
            Column("from", w.find("first_year"), right=True),
            Column("to", w.find("last_year"), right=True),
            Column("countries", w.find("countries"), right=True),
            Column("files", w.find("files")),
        ],
        [
            Row(
                [
                    Cell(t["table"], sub=dict(TABLES[t["table"]].holds)[w.code], strong=True),
                    Cell(w.number(t["rows"], 0), t["rows"]),
                    Cell(str(t["years"][0]), t["years"][0]),
                    Cell(str(t["years"][1]), t["years"][1]),
                    Cell(str(t["countries"]), t["countries"]),
                    Cell(", ".join(t["files"])),
                ]
            )
            for t in found["tables"]
        ],
    )


def _series(w: Words, material: Material, found: dict[str, Any]) -> Table:
    evidence = material.run.evidence
    rows = []
    for t in found["tables"]:
        for s in t["series"]:
            through = s["complete_through"]
            rows.append(
                Row(
                    [
                        Cell(evidence.measure_label(s["measure"])[w.code], sub=t["table"], strong=True),
                        Cell(material.classification(s["classification"])),
                        Cell(s["unit"][w.code] if isinstance(s["unit"], dict) else str(s["unit"])),
                        Cell(w.number(s["rows"], 0), s["rows"]),
                        Cell(f"{s['years'][0]}–{s['years'][1]}", s["years"][1]),
                        Cell(str(through) if through else w.find("not_reported"), through, quiet=not through),
                    ]
                )
            )
    return Table(
        "series",
        [
            Column("measure", w.find("measure_name")),
            Column("classification", w.find("classification")),
            Column("unit", w.find("unit_name")),
            Column("rows", w.find("rows"), right=True),
            Column("years", w.find("years_name"), right=True),
            Column("through", w.find("complete_through"), right=True),
        ],
        rows,
        source=w.find("complete_note"),
    )


def _sources(w: Words, material: Material, found: dict[str, Any]) -> Table:
    used = {s["id"]: s["tables"] for s in found["sources"]}
    rows = []
    for s in material.sources():
        retrieved = date.fromisoformat(str(s["retrieved"])) if s["retrieved"] else None
        rows.append(
            Row(
                [
                    Cell(s["title"] or s["id"], sub=s["publisher"], strong=True),
                    Cell(s["edition"] or w.find("not_reported"), quiet=not s["edition"]),
                    Cell(s["license"], sub=s["license_note"]),
                    Cell(w.day(retrieved), retrieved, quiet=not retrieved),
                    Cell(", ".join(used.get(s["id"], []))),
                ]
            )
        )
    return Table(
        "sources",
        [
            Column("source", w.find("head.source")),
            Column("edition", w.find("head.edition")),
            Column("licence", w.find("head.licence")),
            Column("retrieved", w.find("head.retrieved")),
            Column("tables", w.find("used_in")),
        ],
        rows,
    )


urlpatterns: list[URLPattern] = [path("<slug:programme>/evidence/", evidence, name="evidence")]
