"""Method, weights, sources and licences, and how to recompute and trace every number."""

from __future__ import annotations

from majung.publishing.blocks import Cell, Column, Commands, Page, Prose, Row, Section, Table
from majung.publishing.chapters.opening import provenance
from majung.publishing.material import Material


def notes(material: Material) -> Page:
    """The last page."""
    language = material.language
    say = language.say
    ranked = material.ranked()
    example = f"{material.figure('ranking', ranked[0]['candidate'])}.score" if ranked else "XXXXX"
    paragraphs = [say(f"notes.method.{k}") for k in range(1, 7)]
    return Page(
        anchor="notes",
        kicker=say("notes.kicker"),
        heading=[say("notes.finding")],
        provenance=provenance(material),
        sections=[
            Section(
                say("notes.reproduce.topic"),
                say("notes.reproduce.heading"),
                say("notes.reproduce.note"),
                [
                    Commands(
                        [
                            (f"majung reproduce {material.run.id}", say("notes.reproduce.reproduce")),
                            (f"majung trace {example}", say("notes.reproduce.trace")),
                        ]
                    )
                ],
            ),
            Section(say("notes.method.topic"), say("notes.method.heading"), "", [Prose(paragraphs)]),
            Section(
                say("notes.weights.topic"),
                say("notes.weights.heading"),
                say("notes.weights.note"),
                [_weights(material)],
                full=True,
            ),
            Section(
                say("notes.sources.topic"),
                say("notes.sources.heading", n=len(material.sources())),
                say("notes.sources.note"),
                [_sources(material)],
                full=True,
            ),
        ],
        outline=say("notes.outline"),
    )


def _weights(material: Material) -> Table:
    language = material.language
    say = language.say
    rows = []
    for criterion in material.criteria:
        names = {"": criterion.name, **{i.id: i.name for i in criterion.indicators}}
        scales = {i.id: f"{language.figure(i.low)}–{language.figure(i.high)} {i.unit}" for i in criterion.indicators}
        for row in material.rows("weights", criterion=criterion.id):
            indicator = str(row["indicator"] or "")
            rows.append(
                Row(
                    [
                        Cell(names.get(indicator, indicator), strong=not indicator),
                        Cell(scales.get(indicator, ""), quiet=True),
                        Cell(language.number(row["weight"], 2)),
                        Cell(language.span(row["low"], row["high"], 2), quiet=True),
                    ],
                    figure=material.figure("weights", criterion.id, indicator),
                )
            )
    return Table(
        [
            Column(say("head.criterion"), room=1),
            Column(say("head.reference"), room=0.9),
            Column(say("head.weight"), right=True),
            Column(say("head.span"), right=True),
        ],
        rows,
    )


def _sources(material: Material) -> Table:
    say = material.language.say
    return Table(
        [
            Column(say("head.source"), room=1.2),
            Column(say("head.edition"), room=0.9),
            Column(say("head.licence"), room=1.9),
            Column(say("head.retrieved")),
        ],
        [
            Row(
                [
                    Cell(s["title"] or s["id"], s["publisher"]),
                    Cell(s["edition"]),
                    Cell(s["license"], s["license_note"]),
                    Cell(s["retrieved"]),
                ]
            )
            for s in material.sources()
        ],
        figures=False,
    )
