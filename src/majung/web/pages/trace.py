"""Trace: where a number comes from, down to file and line, and what rests on it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from majung.evidence.canonical import TABLES
from majung.publishing.blocks import Picture
from majung.publishing.charts import Link, Theme, chain
from majung.publishing.language import missing
from majung.publishing.material import Material
from majung.runs import KEYS, RunError, Trace, trace
from majung.runs.trace import SourceLines, resting_on
from majung.taskforce.models import RunRecord
from majung.taskforce.wire.references import refer
from majung.web.analyses import material_in, material_of, on_run, run_of, standing_on
from majung.web.pages.chain import columns, of_run
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words, words

SHOWN = 7
"""Nodes of one column of the graph; the lists under it have all."""
LINES = 25
"""Source rows of one table on the page; the export of the evidence has all."""


@dataclass(frozen=True)
class Node:
    """A published row near the figure: its name in words, its figure id, its first number."""

    name: str
    figure: str
    value: str


@dataclass(frozen=True)
class Lines:
    """The rows of one evidence table from one source."""

    title: str
    file: str
    span: str
    source: str
    licence: str
    count: int
    table: Table


@on_run("trace", "evidence")
def find(here: Here, record: RunRecord, material: Material) -> HttpResponse:  # noqa: ARG001
    """The form that takes a figure id as printed in a paper."""
    asked = here.request.GET.get("figure", "").strip().upper()
    if "/" in asked:
        return HttpResponseRedirect(here.address("chain", here.request.GET["figure"].strip()))
    name, _, column = asked.partition(".")
    if name:
        return HttpResponseRedirect(here.address("trace", f"{name}{f'.{column.lower()}' if column else ''}"))
    return here.show("trace/find.html", stage="evidence")


@on_run("trace", "evidence")
def show(here: Here, record: RunRecord, material: Material, figure: str) -> HttpResponse:
    """The chain of one figure, in both directions."""
    name = figure.partition(".")[0]
    record, material = _holding(here, record, material, name)
    if name not in material.run.figures:
        raise Http404
    here = _aside(here, record, material, name)
    try:
        kept = chain_of(record.key, record.digest, here.words.code, figure)
    except RunError as error:
        raise Http404 from error
    w, found, steps, above, lines = here.words, kept.found, kept.steps, kept.above, kept.lines
    file = exported(here.request, *(part.table for part in lines))
    if file is not None:
        return file
    this = kept.this
    groups, resting, citing = of_run(here, record.key, name)
    rows = sum(part.count for part in lines)
    return here.show(
        "trace/trace.html",
        stage="evidence",
        found=found,
        this=this,
        heading=w.say("heading", name=this.name, rows=w.number(rows, 0), tables=w.count(len(lines)))
        if lines
        else w.say("heading_stated", name=this.name),
        record=record,
        picture=_picture(w, this, steps, above, lines, columns(words("chain", w.code), resting)),
        groups=groups,
        citing=citing,
        resting=len(resting),
        chain_of=refer(record) if here.sight.member else "",
        mode=w.find(f"mode.{record.mode}", default=record.mode),
        values=[
            (w.find(f"column.{c}", default=c), _printed(w, v))
            for c, v in found.values.items()
            if _shown(material, c, v)
        ],
        steps=steps,
        above=above,
        definitions=kept.definitions,
        lines=[(part, arranged(part.table, here.request)) for part in lines],
    )


@dataclass(frozen=True)
class Chain:
    """All that the page shows of a figure; a run never changes, so it is made once a language."""

    found: Trace
    this: Node
    steps: list[Node]
    above: list[Node]
    definitions: list[Node]
    lines: list[Lines]


@lru_cache(maxsize=128)
def chain_of(key: str, digest: str, language: str, figure: str) -> Chain:
    """The chain of a figure of a run. Raises RunError for an unknown column."""
    material, w = material_in(key, digest, language), words("trace", language)
    run = material.run
    found = trace(run, figure)
    steps = [_node(material, w, s.name.split("/"), s.figure, s.values) for s in found.steps]
    above = [
        _node(material, w, name.split("/"), run.figures.named(name), {})
        for name in resting_on(run, found.table, found.key)
    ]
    lines = [_lines(material, w, k, source) for k, source in enumerate(found.sources)]
    this = _node(material, w, [found.table, *found.key], found.figure, found.values, found.column)
    definitions = [_definition(material, w, d) for d in found.definitions]
    return Chain(found, this, steps, above, definitions, lines)


def _holding(here: Here, record: RunRecord, material: Material, figure: str) -> tuple[RunRecord, Material]:
    """The run that has the figure: the one shown, else the newest that was taken in and has it."""
    if figure in material.run.figures:
        return record, material
    for other in RunRecord.objects.filter(programme=here.programme).exclude(pk=record.pk).order_by("-pk"):
        with contextlib.suppress(RunError):
            if figure in run_of(other).figures:
                return other, material_of(other, here.words.code)
    return record, material


def _aside(here: Here, record: RunRecord, material: Material, figure: str) -> Here:
    """The frame of the page of a figure: back to the run in force means back to the same row there, if it has it."""
    here = standing_on(here, record)
    if here.aside is None:
        return here
    back = reverse("discovery", args=[here.programme.key])
    with contextlib.suppress(RunError, KeyError):
        table, key = material.run.figures.row(figure)
        same = run_of(here.aside.in_force).figure(table, *key)
        back = reverse("trace", args=[here.programme.key, same])
    return replace(here, aside=replace(here.aside, back=back))


def _node(
    material: Material, w: Words, parts: list[str], figure: str, values: Mapping[str, object], column: str = ""
) -> Node:
    wanted = column or next(
        (c for c in ("score", "value", "level", "contribution", "weight", "size", "auc", "begins") if c in values), ""
    )
    value = values.get(wanted) if wanted else None
    return Node(material.row_name(*parts), figure, "" if value is None else _printed(w, value))


def _definition(material: Material, w: Words, name: str) -> Node:
    table, *key = name.split("/")
    known = table in KEYS and len(key) == len(KEYS[table])
    try:
        figure = material.figure(table, *key) if known else ""
    except KeyError:
        figure = ""
    row = dict(material.row(table, **dict(zip(KEYS[table], key, strict=True)))) if known else {}
    return _node(material, w, [table, *key], figure, row)


def _shown(material: Material, column: str, value: object) -> bool:
    other = "_en" if material.language.code == "ko" else "_ko"
    return not column.endswith(other) and not (isinstance(value, str) and not value)


def _printed(w: Words, value: object) -> str:
    """A value of a result row: yes or no, a whole number whole, others with about three digits."""
    if value is None or (isinstance(value, float) and missing(value)):
        return w.find("not_reported")
    if str(value) in ("True", "False"):
        return w.find("holds_true" if str(value) == "True" else "holds_false")
    if isinstance(value, str):
        return value
    number = float(str(value))
    return w.number(number, 0) if number.is_integer() else w.figure(number)


def _lines(material: Material, w: Words, k: int, source: SourceLines) -> Lines:
    frame = source.frame.head(LINES)
    columns = [
        c
        for c in ("line", "country", "classification", "code", "measure", "year", "value")
        if c in frame or c == "line"
    ]
    rows = []
    for number, (_, row) in zip(source.lines, frame.iterrows(), strict=False):
        cells = []
        for column in columns:
            if column == "line":
                cells.append(Cell(f"{number:,}", number, strong=True))
            elif column == "value":
                cells.append(Cell(w.figure(row[column]), float(row[column]) if not missing(row[column]) else None))
            elif column == "year":
                cells.append(Cell(str(int(row[column])), int(row[column])))
            elif column == "country":
                cells.append(Cell(material.country_name(str(row[column]))))
            elif column == "code":
                cells.append(Cell(material.code(str(row.get("classification", "")), str(row[column]))))
            elif column == "classification":
                cells.append(Cell(material.classification(str(row[column]))))
            elif column == "measure":
                cells.append(Cell(material.run.evidence.measure_label(str(row[column]))[material.language.code]))
            else:
                cells.append(Cell(str(row[column])))
        rows.append(Row(cells))
    heads = {c: w.find(f"evidence_column.{c}") for c in columns}
    first, last = source.lines[0], source.lines[-1]
    title = dict(TABLES[source.table].holds)[material.language.code] if source.table in TABLES else source.table
    return Lines(
        title,
        source.file,
        f"{source.file}:{first:,}" + (f"–{last:,}" if last != first else ""),
        source.source.title,
        str(source.source.license),
        len(source.lines),
        Table(
            f"rows{k}",
            [Column(c, heads[c], c in ("line", "value", "year")) for c in columns],
            rows,
            caption=w.say("first_rows", n=len(rows), all=w.number(len(source.lines), 0)),
        ),
    )


def _picture(
    w: Words,
    this: Node,
    steps: list[Node],
    above: list[Node],
    lines: list[Lines],
    beyond: list[tuple[str, list[Link]]],
) -> Picture:
    """The chain as a small graph; beyond: what of the institution rests on the run, a column a stage."""

    def short(nodes: list[Node]) -> list[Link]:
        links = [Link(n.name, n.value, n.figure) for n in nodes[:SHOWN]]
        return links + ([Link(w.say("more", n=len(nodes) - SHOWN))] if len(nodes) > SHOWN else [])

    files = [Link(part.title, w.say("rows_in", span=part.span, n=w.number(part.count, 0))) for part in lines[:SHOWN]]
    parts = [
        (w.find("col.sources"), files),
        (w.find("col.steps"), short(steps)),
        (w.find("col.this"), [Link(this.name, this.value, this.figure)]),
        (w.find("col.above"), short(above)),
        *beyond,
    ]
    alt = w.say("alt", name=this.name, steps=len(steps), files=len(lines), above=len(above))

    @lru_cache(maxsize=4)
    def draw(width: float, theme: Theme, dense: bool) -> str:
        return chain(parts, here=2, width=width, label=alt, dense=dense, theme=theme)

    return Picture("fig-chain", w.find("picture_title"), w.find("picture_unit"), draw, alt, wide=1232)


urlpatterns: list[URLPattern] = [
    path("<slug:programme>/trace/", find, name="trace-find"),
    path("<slug:programme>/trace/<str:figure>/", show, name="trace"),
]
