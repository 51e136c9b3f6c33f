"""What rests on what, both ways: source row, indicator, run, meeting, decision, measure, announcement, reading, review,
demand. As nodes and edges, within a person's sight, in a number of queries that does not grow.

The steps below are walked once up (what does it rest on?) and once down (what rests on it?), in the order in which
kinds of rows rest on each other, so that one pass is enough. From a run's figures on, the chain is in the kept run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import Exists, Model, OuterRef

from majung.methods.labelled import InputError
from majung.runs import RunError
from majung.runs import trace as trace_figure
from majung.runs.trace import Trace
from majung.taskforce import models as m
from majung.taskforce.queries.runs import kept
from majung.taskforce.queries.tracing import orphans as unbacked_measures
from majung.taskforce.queries.visibility import Sight, visible
from majung.taskforce.rules.words import Text

MOST = 500
"""Nodes of a kind at most in one direction; more are said to be left out."""
MOST_FIGURES = 20
MOST_LINES = 50


@dataclass(frozen=True)
class Node:
    """Something in the chain. kind: of row, or figure, or source."""

    reference: str
    kind: str
    label: Text
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Edge:
    """`child` rests on `parent`, in the way that `label` says."""

    child: str
    parent: str
    label: Text = field(hash=False)


@dataclass
class Graph:
    """The chain of one thing. left_out: kinds of which there is more than is shown."""

    start: str
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Step:
    """Rows of `child` rest on rows of `parent`: `via` has both (`up` and `down` are its columns for them)."""

    child: type[Model]
    parent: type[Model]
    via: type[Model]
    up: str
    down: str
    label: Text


def _says(en: str, ko: str) -> Text:
    return {"en": en, "ko": ko}


def _column(child: type[Model], path: str, parent: type[Model], label: Text) -> Step:
    return Step(child, parent, child, path, "pk", label)


_IN = _says("in", "회의")
_DECIDED = _says("decided by", "결정")
_RESTS = _says("rests on the run", "근거 분석")
_GROUND = _says("rests on", "근거")
_COMPUTED = _says("computed from", "산출 근거")
_LOOKED = _says("looked at", "점검")
STEPS: tuple[Step, ...] = (
    _column(m.ReviewConclusion, "review", m.Review, _says("concludes", "결론")),
    _column(m.ReviewConclusion, "decision", m.Decision, _DECIDED),
    Step(m.Announcement, m.Measure, m.Measure, "pk", "task__strategy__announcements", _says("announces", "발표")),
    _column(m.Announcement, "item__meeting", m.Meeting, _says("announced in", "발표 회의")),
    _column(m.Announcement, "strategy", m.Strategy, _says("announces", "발표")),
    _column(m.Reading, "metric", m.Metric, _says("is a reading of", "실적")),
    _column(m.Metric, "measure", m.Measure, _says("measures", "지표")),
    _column(m.Measure, "task__strategy", m.Strategy, _says("carries out", "이행")),
    _column(m.Measure, "project", m.CoreProject, _says("carries out", "이행")),
    Step(m.Measure, m.Milestone, m.Ground, "milestone", "measure", _GROUND),
    Step(m.Measure, m.Decision, m.Ground, "decision", "measure", _GROUND),
    Step(m.Measure, m.Submission, m.Ground, "submission", "measure", _GROUND),
    Step(m.Measure, m.RunRecord, m.Ground, "run", "measure", _RESTS),
    Step(m.Measure, m.Submission, m.Response, "submission", "measure", _says("answers", "답변")),
    _column(m.Strategy, "area", m.Area, _says("is the plan for", "분야")),
    _column(m.CoreProject, "area", m.Area, _says("belongs to", "분야")),
    _column(m.CoreProject, "decision", m.Decision, _DECIDED),
    _column(m.CoreProject, "chosen_run", m.RunRecord, _RESTS),
    _column(m.Area, "decision", m.Decision, _DECIDED),
    _column(m.Area, "adopted_run", m.RunRecord, _RESTS),
    Step(m.Decision, m.Submission, m.Response, "submission", "decision", _says("answers", "답변")),
    _column(m.Decision, "resting_on", m.RunRecord, _RESTS),
    _column(m.Decision, "procedure", m.WrittenProcedure, _says("decided in writing in", "서면 의결")),
    _column(m.Decision, "outcome__item__meeting", m.Meeting, _IN),
    Step(m.Meeting, m.RunRecord, m.AgendaItem, "resting_on", "meeting", _RESTS),
    _column(m.RunRecord, "criteria_set", m.CriteriaSet, _says("weighs by", "가중치")),
    _column(m.CriteriaSet, "panel", m.Panel, _says("weights of", "조사")),
)
"""Every way in which a row rests on another, children before parents."""

_BESIDE = {(m.ReviewConclusion, m.Decision), (m.Announcement, m.Meeting)}
"""What is shown beside the things that rest on the start: by which decision, in which meeting."""
KINDS: dict[str, type[Model]] = {
    str(kind._meta.model_name): kind for step in STEPS for kind in (step.child, step.parent)
}
_LABELS = ("name", "title", "question", "text")

Found = dict[type[Model], set[int]]
Pairs = dict[Step, set[tuple[int, int]]]


def trace(seen: Sight, start: Model, runs: Path) -> Graph:
    """Everything that the row rests on and that rests on it. runs: where kept runs are."""
    left_out: set[str] = set()
    found: Found = {}
    pairs: Pairs = {}
    for steps, upwards in ((STEPS, True), (tuple(reversed(STEPS)), False)):
        reached: Found = {type(start): {start.pk}}
        for step in steps:
            _walk(seen, step, upwards, reached, pairs, left_out)
            if upwards and step.child is m.ReviewConclusion and step.parent is m.Decision:
                _looked_at(seen, reached)
        if not upwards:
            _reviews_of(seen, reached)
            _walk(seen, STEPS[0], False, reached, pairs, left_out)
            for step in STEPS:
                if (step.child, step.parent) in _BESIDE:
                    _walk(seen, step, True, reached, pairs, left_out)
        for kind, rows in reached.items():
            found.setdefault(kind, set()).update(rows)
    graph = _graph(seen, start, found, pairs)
    graph.left_out = sorted(left_out)
    _add_figures(seen, graph, found, runs)
    return graph


def trace_evidence(seen: Sight, run: m.RunRecord, name: str, runs: Path) -> Graph:
    """What rests on a published figure ("K7QX2P") or on one line of an evidence table ("trade/12") of a run: the
    figures that measures cite, the measures, and everything above. Raises InputError when nothing rests on it."""
    table, _, line = name.partition("/")
    if line and not (line.isascii() and line.isdigit() and len(line) < 10):
        raise InputError(f"source/{run.key}/{name}: write source/RUN/TABLE/LINE, the line a number")
    try:
        kept(run.key, run.digest, runs)
    except RunError as error:
        raise InputError(f"run {run.key} is not kept here: its figures cannot be looked up") from error
    cited = visible(seen, m.Ground).filter(run=run).exclude(figure="").select_related("measure").order_by("pk")[:MOST]
    graph = Graph(f"source/{run.key}/{name}" if line else f"figure/{run.key}/{name}")
    add_node, add_edge = _adders(graph)
    for figure in sorted({ground.figure for ground in cited}):
        try:
            chain = _traced(run.key, run.digest, runs, figure)
        except RunError:
            continue
        below = f"figure/{run.key}/{figure}"
        if line:
            if not any(source.table == table and int(line) in source.lines for source in chain.sources):
                continue
            add_node(Node(graph.start, "source", _says(f"{table}, line {line}", f"{table} {line}행"), (int(line),)))
            add_edge(Edge(below, graph.start, _COMPUTED))
        elif name not in (figure, *(step.figure for step in chain.steps)):
            continue
        elif name != figure:
            add_node(_figure(graph.start, name, ""))
            add_edge(Edge(below, graph.start, _COMPUTED))
        add_node(_figure(below, figure, chain.table))
        for measure in {ground.measure for ground in cited if ground.figure == figure}:
            above = trace(seen, measure, runs)
            for node in above.nodes:
                add_node(node)
            for edge in above.edges:
                add_edge(edge)
            add_edge(Edge(f"measure/{measure.key}", below, _GROUND))
    if not graph.nodes:
        raise InputError(f"no published figure that a measure rests on comes from {graph.start}")
    return graph


def _walk(seen: Sight, step: Step, upwards: bool, reached: Found, pairs: Pairs, left_out: set[str]) -> None:
    """One step from the rows reached so far; at most two queries."""
    near, far = (step.child, step.parent) if upwards else (step.parent, step.child)
    at = reached.get(near)
    if not at:
        return
    here, there = (step.down, step.up) if upwards else (step.up, step.down)
    condition = {f"{here}__in": at, f"{there}__isnull": False}
    links = step.via._default_manager.filter(**condition).values_list(step.down, step.up).distinct()
    linked = set(links[: 2 * MOST])
    wanted = {pair[1 if upwards else 0] for pair in linked}
    open_ = set(visible(seen, far).filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(open_) > MOST or len(linked) >= 2 * MOST:
        left_out.add(str(far._meta.model_name))
        open_ = set(islice(sorted(open_), MOST))
    reached.setdefault(far, set()).update(open_)
    kept = {pair for pair in linked if pair[1 if upwards else 0] in open_}
    pairs.setdefault(step, set()).update(kept)


@dataclass(frozen=True)
class _Look:
    """What a frozen dossier holds: measures by key, and their readings of the period as known when it was frozen."""

    review: int
    measures: frozenset[str]
    period: tuple[Any, Any]
    frozen: Any

    def readings(self, rows: Iterable[m.Reading]) -> set[int]:
        low, high = self.period
        return {
            row.pk
            for row in rows
            if row.metric.measure.key in self.measures and low <= row.on <= high and row.reported_on <= self.frozen
        }


def _looks(seen: Sight) -> list[_Look]:
    columns = ("pk", "dossier_hash", "period_from", "period_to", "frozen_on")
    rows = visible(seen, m.Review).filter(frozen_on__isnull=False).order_by("pk").values_list(*columns)[:MOST]
    return [_Look(pk, _held(pk, digest), (since, until), frozen) for pk, digest, since, until, frozen in rows]


@lru_cache(maxsize=16)
def _held(review: int, digest: str) -> frozenset[str]:  # noqa: ARG001  (of the content, which never changes)
    """Keys of the measures in a frozen dossier."""
    dossier = m.Review.objects.values_list("dossier", flat=True).get(pk=review)
    return frozenset(told["measure"] for area in dossier.get("areas", ()) for told in area.get("measures", ()))


def _looked_at(seen: Sight, reached: Found) -> None:
    """Reviews reach the measures and readings that their frozen dossiers hold."""
    looks = [look for look in _looks(seen) if look.review in reached.get(m.Review, ())]
    if not looks:
        return
    keys = frozenset[str]().union(*(look.measures for look in looks))
    rows = visible(seen, m.Measure).filter(key__in=keys).order_by("pk").values_list("pk", flat=True)[:MOST]
    reached.setdefault(m.Measure, set()).update(rows)
    readings = list(_with_measure(visible(seen, m.Reading).filter(metric__measure__key__in=keys))[:MOST])
    for look in looks:
        reached.setdefault(m.Reading, set()).update(look.readings(readings))


def _reviews_of(seen: Sight, reached: Found) -> None:
    """Measures and readings reach the reviews whose frozen dossiers hold them."""
    measures, readings = reached.get(m.Measure, set()), reached.get(m.Reading, set())
    if not measures and not readings:
        return
    keys = set(m.Measure.objects.filter(pk__in=measures).values_list("key", flat=True))
    rows = list(_with_measure(visible(seen, m.Reading).filter(pk__in=readings)))
    found = {look.review for look in _looks(seen) if look.measures & keys or look.readings(rows)}
    if found:
        reached.setdefault(m.Review, set()).update(found)


def _with_measure(readings: Any) -> Any:
    return readings.select_related("metric__measure").order_by("pk")


_LARGE = {"dossier", "frozen", "manifest"}
"""Columns of whole documents, which no node shows."""


def _graph(seen: Sight, start: Model, found: Found, pairs: Pairs) -> Graph:
    names: dict[tuple[type[Model], int], str] = {}
    nodes = []
    for kind, pks in found.items():
        there = {f.name for f in kind._meta.concrete_fields}
        columns = [name for name in ("key", *_LABELS) if name in there]
        for row in visible(seen, kind).filter(pk__in=pks).defer(*there & _LARGE).order_by("pk"):
            node = _node(row, columns)
            nodes.append(node)
            names[kind, row.pk] = node.reference
    edges = [
        Edge(names[step.child, child], names[step.parent, parent], step.label)
        for step, linked in pairs.items()
        for child, parent in sorted(linked)
        if (step.child, child) in names and (step.parent, parent) in names
    ]
    if found.get(m.Review):
        keys = dict(m.Measure.objects.filter(pk__in=found.get(m.Measure, ())).values_list("key", "pk"))
        rows = list(_with_measure(visible(seen, m.Reading).filter(pk__in=found.get(m.Reading, ()))))
        for look in _looks(seen):
            if (m.Review, look.review) not in names:
                continue
            ends: list[tuple[type[Model], int]] = [(m.Measure, keys[key]) for key in sorted(look.measures & set(keys))]
            ends += [(m.Reading, pk) for pk in sorted(look.readings(rows))]
            edges += [Edge(names[m.Review, look.review], names[end], _LOOKED) for end in ends if end in names]
    return Graph(names.get((type(start), start.pk), ""), nodes, list(dict.fromkeys(edges)))


def _node(row: Any, columns: list[str]) -> Node:
    kind = str(row._meta.model_name)
    named = "key" in columns and kind != "metric"
    reference = f"{kind}/{row.key if named else row.pk}"
    said: Any = next((value for name in columns if name in _LABELS and (value := getattr(row, name))), None)
    if isinstance(row, m.Reading):
        said = f"{row.value:g} ({row.on})"
    elif isinstance(row, m.CriteriaSet):
        said = _says(f"weights {row.number}", f"가중치 제{row.number}판")
    elif isinstance(row, m.ReviewConclusion):
        said = row.reason
    label = said if isinstance(said, dict) else _says(str(said or reference), str(said or reference))
    return Node(reference, kind, label)


def _add_figures(seen: Sight, graph: Graph, found: Found, runs: Path) -> None:
    """The published figures that the measures rest on, what each was computed from, down to the source lines."""
    measures = found.get(m.Measure)
    if not measures:
        return
    grounds = visible(seen, m.Ground).filter(measure__in=measures).exclude(figure="")
    cited = list(grounds.select_related("measure", "run").order_by("pk")[: MOST_FIGURES + 1])
    if len(cited) > MOST_FIGURES:
        graph.left_out.append("figure")
    add_node, add_edge = _adders(graph)
    for ground in cited[:MOST_FIGURES]:
        if ground.run is None:
            continue
        key = ground.run.key
        name = f"figure/{key}/{ground.figure}"
        chain = None
        with suppress(RunError):
            chain = _traced(key, ground.run.digest, runs, ground.figure)
        add_node(_figure(name, ground.figure, chain.table if chain else ""))
        add_edge(Edge(f"measure/{ground.measure.key}", name, _GROUND))
        add_edge(Edge(name, f"runrecord/{key}", _says("published in", "실린 분석")))
        if chain is None:
            continue
        for step in chain.steps:
            if step.figure:
                below = f"figure/{key}/{step.figure}"
                add_node(_figure(below, step.figure, step.name))
                add_edge(Edge(name, below, _COMPUTED))
        for source in chain.sources:
            below = f"source/{key}/{source.table}/{source.source.id}"
            lines = source.lines[:MOST_LINES]
            said = _says(f"{source.file}: {source.source.title}", f"{source.file}: {source.source.title}")
            add_node(Node(below, "source", said, lines))
            add_edge(Edge(name, below, _COMPUTED))


def _adders(graph: Graph) -> tuple[Callable[[Node], None], Callable[[Edge], None]]:
    references = {node.reference for node in graph.nodes}
    known = set(graph.edges)

    def add_node(node: Node) -> None:
        if node.reference not in references:
            references.add(node.reference)
            graph.nodes.append(node)

    def add_edge(edge: Edge) -> None:
        if edge not in known:
            known.add(edge)
            graph.edges.append(edge)

    return add_node, add_edge


def _figure(reference: str, figure: str, table: str) -> Node:
    said = f"{figure} ({table})" if table else figure
    return Node(reference, "figure", _says(said, said))


# A kept run never changes: where its figures come from is kept while the process lives.


@lru_cache(maxsize=512)
def _traced(key: str, digest: str, runs: Path, figure: str) -> Trace:
    """Raises RunError if the run cannot be read or has no such figure."""
    return trace_figure(kept(key, digest, runs), figure)


@dataclass(frozen=True)
class Orphan:
    """Something whose chain ends where it should not. why: what is missing."""

    reference: str
    label: Text
    why: Text


def orphans(seen: Sight, programme: m.Programme) -> list[Orphan]:
    """Announced measures without what invariant 4 asks for, announcements without measures, decisions from which
    nothing follows, runs that nothing rests on; as far as the person sees them."""
    listed = [
        Orphan(
            f"measure/{measure.key}",
            measure.name,
            _says(
                "announced without a decision, or without an opinion, assessment or milestone",
                "결정이나 근거 없이 발표",
            ),
        )
        for measure in unbacked_measures(programme)
    ]
    empty = visible(seen, m.Announcement).filter(
        ~Exists(m.Measure.objects.filter(task__strategy__announcements=OuterRef("pk")))
    )
    listed += [
        Orphan(f"announcement/{row.key}", row.title, _says("announces no measure", "발표한 대책이 없음"))
        for row in empty.order_by("key")[:MOST]
    ]
    leads: tuple[tuple[type[Model], str], ...] = (
        (m.Ground, "decision"),
        (m.Area, "decision"),
        (m.CoreProject, "decision"),
        (m.Mandate, "decision"),
        (m.Charter, "decision"),
        (m.CriteriaSet, "decision"),
        (m.Response, "decision"),
        (m.ReviewConclusion, "decision"),
        (m.Decision, "supersedes"),
    )
    idle = visible(seen, m.Decision)
    for kind, column in leads:
        idle = idle.filter(~Exists(kind._default_manager.filter(**{column: OuterRef("pk")})))
    listed += [
        Orphan(f"decision/{row.key}", row.text, _says("nothing follows from it yet", "이어진 것이 아직 없음"))
        for row in idle.order_by("key")[:MOST]
    ]
    uses: tuple[tuple[type[Model], str], ...] = (
        (m.Decision, "resting_on"),
        (m.AgendaItem, "resting_on"),
        (m.Area, "adopted_run"),
        (m.CoreProject, "chosen_run"),
        (m.Ground, "run"),
    )
    unused = visible(seen, m.RunRecord)
    for kind, column in uses:
        unused = unused.filter(~Exists(kind._default_manager.filter(**{column: OuterRef("pk")})))
    listed += [
        Orphan(
            f"runrecord/{row.key}", _says(row.key, row.key), _says("no meeting rests on it", "근거로 쓴 회의가 없음")
        )
        for row in unused.order_by("key")[:MOST]
    ]
    return listed
