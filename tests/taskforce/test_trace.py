"""The chain both ways over the whole cycle, within a person's sight, in a constant number of queries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from majung.methods.labelled import InputError
from majung.runs import Run, save
from majung.runs import trace as trace_figure
from majung.taskforce.models import Decision, Ground, Measure, Reading, Review, ReviewConclusion, RunRecord, Submission
from majung.taskforce.operations import measures, meetings, runs
from majung.taskforce.queries.trace import KINDS, Graph, orphans, trace, trace_evidence
from majung.taskforce.queries.visibility import Sight, sight
from majung.taskforce.wire.answers import trace_of
from majung.taskforce.wire.references import Unknown

from .conftest import Institution, moment, text
from .test_cycle import test_from_demand_to_review as walk_the_cycle

DAY = "2023-01-01"


def eyes(i: Institution, who: str = "secretariat") -> Sight:
    return sight(i.by(who, DAY), i.programme)


@pytest.fixture
def cycle(institution: Institution) -> Institution:
    walk_the_cycle(institution)
    return institution


@pytest.fixture
def published(cycle: Institution, mini_run: Run, tmp_path: Path) -> tuple[Institution, Run, str, Path]:
    """A measure that cites a figure of a kept run."""
    kept = save(mini_run, tmp_path / "runs")
    loader = cycle.by("loader", DAY)
    record = runs.take_in(loader, cycle.programme, key=kept.id, manifest=kept.manifest)
    figure = kept.figure("ranking", kept.tables["ranking"]["candidate"].iloc[0])
    measures.ground(loader, Measure.objects.get(), run=record, figure=figure)
    return cycle, kept, figure, tmp_path / "runs"


def linked(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.child.split("/")[0], edge.parent.split("/")[0]) for edge in graph.edges}


@pytest.mark.parametrize("kind", [Submission, Decision, Measure, Reading, Review, ReviewConclusion])
def test_the_whole_chain_from_anywhere(cycle: Institution, tmp_path: Path, kind: Any) -> None:
    start = kind.objects.first()
    graph = trace(eyes(cycle), start, tmp_path)
    kinds = {node.kind for node in graph.nodes}
    assert graph.start in {node.reference for node in graph.nodes}
    assert (
        kinds
        >= {
            Submission: {"submission", "measure", "metric", "reading", "announcement", "review"},
            Decision: {"meeting", "decision", "measure", "announcement", "reading", "review"},
            Measure: {"submission", "meeting", "decision", "measure", "announcement", "reading", "review"},
            Reading: {"submission", "meeting", "decision", "measure", "reading", "review", "reviewconclusion"},
            Review: {"submission", "meeting", "decision", "measure", "reading", "review"},
            ReviewConclusion: {"submission", "meeting", "decision", "measure", "reading", "review"},
        }[kind]
    )
    ends = {end for edge in graph.edges for end in (edge.child, edge.parent)}
    assert ends <= {node.reference for node in graph.nodes}
    assert {node.reference for node in graph.nodes} - ends == set()
    assert all(node.label["ko"] and node.label["en"] for node in graph.nodes)
    assert graph.left_out == []


def test_edges_say_who_rests_on_whom(cycle: Institution, tmp_path: Path) -> None:
    graph = trace(eyes(cycle), Measure.objects.get(), tmp_path)
    assert linked(graph) >= {
        ("measure", "submission"),
        ("measure", "decision"),
        ("decision", "meeting"),
        ("metric", "measure"),
        ("reading", "metric"),
        ("announcement", "measure"),
        ("announcement", "meeting"),
        ("review", "measure"),
        ("review", "reading"),
        ("reviewconclusion", "review"),
        ("reviewconclusion", "decision"),
    }
    assert len(graph.edges) == len(set(graph.edges))


def test_down_to_the_source_rows_and_up_again(published: tuple[Institution, Run, str, Path]) -> None:
    i, kept, figure, place = published
    graph = trace(eyes(i), Measure.objects.get(), place)
    assert linked(graph) >= {
        ("measure", "runrecord"),
        ("measure", "figure"),
        ("figure", "figure"),
        ("figure", "source"),
    }
    sources = [node for node in graph.nodes if node.kind == "source"]
    assert sources
    assert all(node.lines for node in sources)

    chain = trace_figure(kept, figure)
    source = chain.sources[0]
    record = RunRecord.objects.get()
    up = trace_evidence(eyes(i), record, f"{source.table}/{source.lines[0]}", place)
    assert {"source", "figure", "measure", "decision", "meeting", "announcement", "reading", "review"} <= {
        node.kind for node in up.nodes
    }
    assert trace_evidence(eyes(i), record, figure, place).start == f"figure/{kept.id}/{figure}"
    with pytest.raises(InputError, match="no published figure"):
        trace_evidence(eyes(i), record, f"{source.table}/999999", place)
    with pytest.raises(InputError, match="not kept here"):
        trace_evidence(eyes(i), record, figure, place / "none")


def test_a_run_that_is_not_kept_here_ends_at_its_figure(published: tuple[Institution, Run, str, Path]) -> None:
    i, kept, figure, place = published
    graph = trace(eyes(i), RunRecord.objects.get(), place / "none")
    assert f"figure/{kept.id}/{figure}" in {node.reference for node in graph.nodes}
    assert not [node for node in graph.nodes if node.kind == "source"]


def test_closed_meetings_are_left_out_for_others(cycle: Institution, tmp_path: Path) -> None:
    seen = eyes(cycle, "judge")
    open_ = trace(seen, Measure.objects.get(), tmp_path)
    assert "decision" in {node.kind for node in open_.nodes}
    # What a person without a mandate sees of an announced measure: no demand, no meeting.
    public = trace(eyes(cycle, "absent_member"), Measure.objects.get(), tmp_path)
    assert "submission" in {node.kind for node in public.nodes}
    outside = {node.kind for node in trace(eyes(cycle, "outsider"), Measure.objects.get(), tmp_path).nodes}
    assert outside.isdisjoint({"decision", "meeting", "review"})
    assert "announcement" in outside
    with pytest.raises(Unknown):
        trace_of(eyes(cycle, "outsider"), "decision/2021-01")


def test_the_number_of_queries_does_not_grow(cycle: Institution, tmp_path: Path) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            trace(eyes(cycle), Decision.objects.get(key="2021-01"), tmp_path)
        return len(queries)

    count()  # what a frozen dossier holds is read once a process
    before = count()
    loader, decision = cycle.by("loader", DAY), Decision.objects.get(key="2021-01")
    task = Measure.objects.get().task
    for number in range(6):
        one = measures.propose(
            loader, task, key=f"more-{number}", name=text("m"), instrument="fiscal", owner=cycle.ministry
        )
        measures.ground(loader, one, decision=decision)
        metric = measures.set_metric(loader, one, key="k", name=text("m"), unit=text("u"))
        measures.report_reading(loader, metric, on=moment("2022-01-01").date(), value=1, source="s")
    assert Ground.objects.count() > 6
    assert count() == before < 90


def test_orphans_are_named(cycle: Institution) -> None:
    i, loader = cycle, cycle.by("loader", DAY)
    assert {orphan.reference for orphan in orphans(eyes(i), i.programme)} == set()
    measures.propose(
        loader, Measure.objects.get().task, key="bare", name=text("b"), instrument="fiscal", owner=i.ministry
    )
    runs.take_in(
        loader, i.programme, key="r", manifest={"id": "r", "digest": "0" * 64, "mode": "real-time", "cut_year": 2020}
    )
    meeting = i.held_meeting("m3", "2021-06-15")
    item = meetings.add_item(i.by("secretariat", "2021-06-15"), meeting, title=text("x"), purpose="decide")
    meetings.decide(i.by("secretariat", "2021-06-15"), item, key="2021-09", text=text("x"), basis="c", votes_for=2)
    found = {orphan.reference for orphan in orphans(eyes(i), i.programme)}
    assert found == {"measure/bare", "runrecord/r", "decision/2021-09"}
    assert {o.reference for o in orphans(eyes(i, "outsider"), i.programme)} == {"measure/bare"}


def test_every_kind_of_the_chain_can_be_asked_for(cycle: Institution) -> None:
    assert set(KINDS) >= {"meeting", "decision", "measure", "reading", "review", "submission", "runrecord", "panel"}
    assert trace_of(eyes(cycle), "measure/pavements").start == "measure/pavements"
    for wrong in ("measure/none", "source/none/trade/1", "figure/none/ABCDE", "source/none"):
        with pytest.raises(Unknown):
            trace_of(eyes(cycle), wrong)
