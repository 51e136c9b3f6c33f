"""Chain: what a thing of the institution rests on and what rests on it, from the source rows to the review.

The picture and the lists hold what the person may see; every name leads to its page, and to its own chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from majung.publishing.blocks import Picture
from majung.publishing.charts import Link, Theme
from majung.publishing.charts import chain as drawn_chain
from majung.taskforce.operations.act import Refusal
from majung.taskforce.queries.trace import Graph, Node
from majung.taskforce.wire.answers import trace_of
from majung.web.request import Here, page
from majung.web.words import Words, words

STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("evidence", ("runrecord", "criteriaset", "panel", "source", "figure")),
    ("deliberation", ("submission", "meeting", "writtenprocedure", "decision", "milestone")),
    ("plan", ("area", "strategy", "coreproject", "measure", "metric")),
    ("outcome", ("announcement", "review", "reviewconclusion", "reading")),
)
"""The stages of the cycle in order, each with its kinds in order: columns of the picture, order of the lists."""
ORDER = [kind for _, kinds in STAGES for kind in kinds]
SHOWN = 6
"""Names in a column of the picture; the lists under it have all."""


@dataclass(frozen=True)
class Named:
    """Something in a chain. href: its own page, chain: its chain, place: file and lines of source rows."""

    kind: str
    name: str
    note: str
    href: str
    chain: str
    place: str = ""


@page("chain")
def chain(here: Here, reference: str) -> HttpResponse:
    """The chain of a row of the institution (`decision/2021-01`), of a figure of a run or of a source row."""
    try:
        graph = trace_of(here.sight, reference)
    except Refusal as refusal:
        raise Http404 from refusal
    start = next((node for node in graph.nodes if node.reference == graph.start), None)
    if start is None:
        raise Http404
    below, above, beside = sides(graph)
    w = here.words
    this = named(here, start, graph)
    return here.show(
        "trace/chain.html",
        stage="",
        this=this,
        heading=w.say("heading", name=this.name, below=len(below), above=len(above)),
        picture=picture(w, start, below, above),
        parts=[
            ("below", w.counted(len(below), "below_heading"), by_kind(here, below, graph)),
            ("above", w.counted(len(above), "above_heading"), by_kind(here, above, graph)),
            *([("beside", w.find("beside_heading"), by_kind(here, beside, graph))] if beside else []),
        ],
        left_out=[w.find(f"kinds.{kind}") for kind in graph.left_out],
    )


def sides(graph: Graph) -> tuple[list[Node], list[Node], list[Node]]:
    """(what the start rests on, what rests on it, what is only shown beside them)."""
    over: dict[str, list[str]] = {}
    for edge in graph.edges:
        over.setdefault(edge.parent, []).append(edge.child)
    below, above = _reached(graph.start, _under(graph)), _reached(graph.start, over)
    nodes = [node for node in graph.nodes if node.reference != graph.start]
    return (
        [n for n in nodes if n.reference in below],
        [n for n in nodes if n.reference in above and n.reference not in below],
        [n for n in nodes if n.reference not in below | above],
    )


def _reached(start: str, links: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    queue = list(links.get(start, ()))
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue.extend(links.get(name, ()))
    return found


def by_kind(here: Here, nodes: Iterable[Node], graph: Graph) -> list[tuple[str, list[Named]]]:
    """Nodes by their kind, kinds in the order of the cycle."""
    groups: dict[str, list[Named]] = {}
    for node in sorted(nodes, key=lambda n: ORDER.index(n.kind) if n.kind in ORDER else len(ORDER)):
        groups.setdefault(node.kind, []).append(named(here, node, graph))
    return [(here.words.find(f"kinds.{kind}", kind), found) for kind, found in groups.items()]


def name_of(w: Words, node: Node) -> str:
    """What a node is called; a run by its key."""
    return node.reference.partition("/")[2] if node.kind == "runrecord" else w.of(node.label)


def named(here: Here, node: Node, graph: Graph) -> Named:
    """A node by its name, its page and its own chain."""
    kind, _, key = node.reference.partition("/")
    name, place = name_of(here.words, node), ""
    if kind == "source":
        file, _, title = name.partition(": ")
        name = title or file
        if node.lines:
            first, last = node.lines[0], node.lines[-1]
            place = f"{file}:{first:,}" + (f"–{last:,}" if last != first else "")
    own_chain = "" if kind in ("source", "figure") else here.address("chain", node.reference)
    return Named(
        here.words.find(f"kinds.{kind}", kind), name, key, _page_of(here, kind, key, graph, node), own_chain, place
    )


PAGES = {
    "announcement": "announcement",
    "meeting": "meeting",
    "measure": "measure",
    "panel": "panel",
    "review": "review-page",
    "strategy": "strategy",
    "submission": "demand",
}
"""Kinds that have a page of their own, by the name of its address."""


def _page_of(here: Here, kind: str, key: str, graph: Graph, node: Node) -> str:
    match kind:
        case "figure":
            run, _, figure = key.partition("/")
            return here.in_run(run, "trace", figure)
        case "runrecord":
            return here.in_run(key, "discovery")
        case "decision":
            return f"{here.address('registers')}#d-{key}"
        case "metric" | "reading":
            under = _reached(node.reference, _under(graph))
            measure = next((name.partition("/")[2] for name in sorted(under) if name.startswith("measure/")), "")
            return f"{here.address('measure', measure)}#metrics" if measure else ""
    return here.address(PAGES[kind], key) if kind in PAGES else ""


def _under(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in graph.edges:
        found.setdefault(edge.child, []).append(edge.parent)
    return found


def columns(w: Words, nodes: Iterable[Node]) -> list[tuple[str, list[Link]]]:
    """Nodes as columns of the picture, a stage of the cycle each."""
    found = []
    listed = list(nodes)
    for stage, kinds in STAGES:
        own = sorted((n for n in listed if n.kind in kinds), key=lambda n: kinds.index(n.kind))
        if own:
            links = [Link(name_of(w, n), w.find(f"kinds.{n.kind}", n.kind)) for n in own[:SHOWN]]
            more = [Link(w.say("more", n=len(own) - SHOWN))] if len(own) > SHOWN else []
            found.append((w.find(f"stages.{stage}"), links + more))
    return found


def picture(w: Words, start: Node, below: list[Node], above: list[Node]) -> Picture:
    """The chain as a small graph: what it rests on at the left, what rests on it at the right."""
    left, right = columns(w, below), columns(w, above)
    this = (w.find("this"), [Link(name_of(w, start), w.find(f"kinds.{start.kind}", start.kind))])
    alt = w.say("alt", name=name_of(w, start), below=len(below), above=len(above))

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return drawn_chain([*left, this, *right], here=len(left), width=width, label=alt, dense=dense, theme=theme)

    return Picture(
        "fig-chain", w.find("picture_title"), w.find("picture_unit"), lru_cache(maxsize=4)(draw), alt, wide=1232
    )


def of_run(here: Here, run: str, figure: str) -> tuple[list[tuple[str, list[Named]]], list[Node], list[Named]]:
    """What of the institution rests on a run: (by kind, the nodes, those of them that name this very figure). Nothing
    for somebody without a mandate, who reads analyses but not what is done with them."""
    if not here.sight.member:
        return [], [], []
    there = replace(here, words=words("chain", here.words.code))
    graph = trace_of(here.sight, f"runrecord/{run}")
    _, above, _ = sides(graph)
    above = [node for node in above if node.kind not in ("figure", "source")]
    citing = {edge.child for edge in graph.edges if edge.parent == f"figure/{run}/{figure}"}
    return by_kind(there, above, graph), above, [named(there, n, graph) for n in above if n.reference in citing]


urlpatterns: list[URLPattern] = [path("<slug:programme>/chain/<path:reference>/", chain, name="chain")]
