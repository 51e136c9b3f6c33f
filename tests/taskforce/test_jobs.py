"""Runs in the background: claimed once, shown alive, stopped, started again; and weights from judges."""

from __future__ import annotations

import hashlib
import shutil
import threading
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from majung.runs import load_run
from majung.taskforce import jobs
from majung.taskforce.models import Job, JournalEntry, Panel, RunRecord
from majung.taskforce.operations import Invalid, bodies, programmes, runs, strategies
from majung.taskforce.programme_folder import EVIDENCE
from majung.taskforce.queries.runs import in_force
from majung.taskforce.queries.weights import panel_weights
from majung.taskforce.rules.roles import Role
from miniature import Miniature

from .conftest import Institution, moment, text

NOW = moment("2021-05-01")


def clock() -> Any:
    return NOW


def ask(i: Institution, **given: Any) -> Job:
    return runs.ask(i.by("analyst"), i.programme, **given)


@pytest.fixture
def defined(institution: Institution, tmp_path: Path, settings: Any) -> Institution:
    """The programme in miniature as its definitions and evidence."""
    settings.DATA, settings.RUNS = tmp_path / "data", tmp_path / "runs"
    folder = Miniature(tmp_path / "programme").write()
    digest = hashlib.sha256(b"mini").hexdigest()
    shutil.copytree(folder / "evidence", settings.DATA / "evidence" / digest)
    loader = institution.by("loader")
    for file in folder.rglob("*.toml"):
        path = file.relative_to(folder).as_posix()
        programmes.set_file(loader, institution.programme, path=path, text=file.read_text("utf-8"))
    programmes.set_file(loader, institution.programme, path=EVIDENCE, text=digest)
    return institution


def test_a_run_from_asking_to_being_taken_in(defined: Institution) -> None:
    asked = ask(defined)
    done = jobs.work("w1", clock=clock, beating=False)
    assert done is not None
    assert (done.pk, done.state, done.stage, done.done, done.of) == (asked.pk, "done", "writing", 5, 5)
    record = RunRecord.objects.get()
    assert done.result == {"run": record.key, "digest": record.digest}
    assert record.job == done
    entry = JournalEntry.objects.order_by("seq").last()
    assert entry is not None
    assert (entry.operation, entry.acted_as) == ("run.take_in", "system:worker")
    assert jobs.work("w1", clock=clock, beating=False) is None

    # The same inputs are the same run: nothing is computed or registered twice.
    ask(defined)
    again = jobs.work("w1", clock=clock, beating=False)
    assert again is not None
    assert again.result == done.result
    assert RunRecord.objects.count() == 1


def test_the_weights_of_a_criteria_set_are_those_of_the_run(defined: Institution, settings: Any) -> None:
    toml = defined.programme.files.get(path="programme.toml").text
    ids = [criterion["id"] for criterion in tomllib.loads(toml)["criteria"]]
    share = 1 / len(ids)
    criteria = [{"id": name, "weight": share, "low": 0.1, "high": 0.6} for name in ids]
    chosen = runs.adopt_criteria(defined.by("secretariat"), defined.programme, criteria=criteria, origin=text("typed"))
    ask(defined, criteria_set=chosen)
    done = jobs.work("w1", clock=clock, beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    record = RunRecord.objects.get()
    assert record.criteria_set == chosen
    kept = (settings.RUNS / record.key / "inputs" / "programme.toml").read_text("utf-8")
    assert kept.count(f"weight = {share!r}") >= len(ids)


def test_a_run_is_asked_with_other_budgets_and_keeps_what_it_was_asked_with(
    defined: Institution, settings: Any
) -> None:
    ask(defined)
    jobs.work("w1", clock=clock, beating=False)
    own = RunRecord.objects.get()
    asked = ask(defined, budgets={"2021": 60.0, "2022": 100.0})
    done = jobs.work("w1", clock=clock, beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    other = RunRecord.objects.get(key=done.result["run"])
    assert other.changes == {"budgets": {"2021": 60.0, "2022": 100.0}}
    kept = load_run(settings.RUNS / other.key)
    assert list(kept.tables["portfolio_years"]["budget"]) == [60.0, 100.0]
    assert other.key != own.key
    post, day = defined.people["analyst"].post, asked.asked_at.date()
    told = kept.programme.charter.asked
    assert told is not None
    assert told == kept.programme.charter.budgets.rationale
    assert told.en.startswith(f"Asked for by {post['en']} on {day} beside run {own.key}: yearly budgets 2021 60 (")
    assert told.ko.startswith(f"{day} {post['ko']} 요청. 분석 {own.key}에 견주려고 연도별 예산 2021 60 (")
    assert load_run(settings.RUNS / own.key).programme.charter.asked is None
    # It was only looked at: the institution still stands on the run of its definitions, until it is chosen from.
    assert in_force(defined.programme) == own
    strategies.choose_project(defined.by("secretariat"), defined.area, key="p", name=text("p"), run=other)
    assert in_force(defined.programme) == other


def test_a_run_is_asked_with_the_judges_weights_as_they_stand(defined: Institution, settings: Any) -> None:
    toml = tomllib.loads(defined.programme.files.get(path="programme.toml").text)
    ids = [criterion["id"] for criterion in toml["criteria"]]
    panel = runs.open_panel(defined.by("secretariat"), defined.group, key="p", question=text("?"), items=ids)
    with pytest.raises(Invalid, match="no judge"):
        ask(defined, panel=panel)
    runs.compare(defined.by("judge"), panel, matrix={f"{ids[0]}/{other}": 3.0 for other in ids[1:]})
    ask(defined, panel=panel)
    done = jobs.work("w1", clock=clock, beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    record = RunRecord.objects.get()
    assert record.changes["panel"] == "p"
    weights = load_run(settings.RUNS / record.key).tables["weights"]
    own = weights[(weights["criterion"] == ids[0]) & (weights["indicator"] == "")]
    # Three times as much as each of the n - 1 others.
    assert own["weight"].item() == pytest.approx(3 / (2 + len(ids)))


def test_what_does_not_fit_the_definitions_is_refused_when_it_is_asked(defined: Institution) -> None:
    entry = {"id": "x", "weight": 1.0, "low": 0.5, "high": 1.0}
    with pytest.raises(Invalid, match="criteria are"):
        ask(defined, criteria=[entry])
    with pytest.raises(Invalid, match=r"sum to 0\.5"):
        ask(defined, criteria=[{**entry, "weight": 0.5}])
    with pytest.raises(Invalid, match="years are 2021, 2022"):
        ask(defined, budgets={"2021": 1.0})
    with pytest.raises(Invalid, match="zero or more"):
        ask(defined, budgets={"2021": 1.0, "2022": -1.0})
    panel = runs.open_panel(defined.by("secretariat"), defined.group, key="p", question=text("?"), items=["a", "b"])
    with pytest.raises(Invalid, match="one source"):
        ask(defined, criteria=[entry], panel=panel)
    assert not Job.objects.exists()


def test_what_cannot_be_run_fails_with_a_reason(institution: Institution) -> None:
    ask(institution)
    failed = jobs.work("w1", clock=clock, beating=False)
    assert failed is not None
    assert failed.state == "failed"
    assert "load its folder first" in failed.error


def test_cancelled_before_it_begins_and_between_stages(defined: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = ask(defined)
    runs.cancel(defined.by("secretariat"), defined.programme, job=waiting)
    assert jobs.work("w1", clock=clock, beating=False) is None
    with pytest.raises(Invalid):
        runs.cancel(defined.by("secretariat"), defined.programme, job=Job.objects.get())

    running = ask(defined)
    stages = []

    def two_stages(job: Job, progress: Any, clock: Any) -> dict[str, Any]:
        for stage in ("evidence", "discovery"):
            progress(stage)
            stages.append(stage)
            runs.cancel(defined.by("analyst"), defined.programme, job=job)
        return {}

    monkeypatch.setitem(jobs.KINDS, "run", two_stages)
    ended = jobs.work("w1", clock=clock, beating=False)
    assert ended is not None
    assert (ended.pk, ended.state, stages) == (running.pk, "cancelled", ["evidence"])


def test_a_dead_worker_s_job_starts_again_and_is_given_up_in_the_end(institution: Institution) -> None:
    asked, now = ask(institution), NOW
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        held = jobs.claim(f"w{attempt}", now)
        assert held is not None
        assert (held.pk, held.attempts) == (asked.pk, attempt)
        assert jobs.claim("other", now + jobs.STALE) is None
        now += jobs.STALE + timedelta(seconds=1)
    assert jobs.claim("last", now) is None
    asked.refresh_from_db()
    assert (asked.state, asked.ended) == ("failed", now)


def test_a_worker_that_comes_back_late_changes_nothing(
    institution: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(institution)

    def taken_over(job: Job, progress: Any, clock: Any) -> dict[str, Any]:
        later = NOW + jobs.STALE + timedelta(seconds=1)
        assert jobs.claim("w2", later) is not None
        progress("discovery")
        return {}

    monkeypatch.setitem(jobs.KINDS, "run", taken_over)
    jobs.work("w1", clock=clock, beating=False)
    asked.refresh_from_db()
    assert (asked.state, asked.worker) == ("running", "w2")


def test_a_worker_told_to_end_puts_its_job_back(institution: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(institution)

    def interrupted(*_: Any) -> dict[str, Any]:
        raise SystemExit(0)

    monkeypatch.setitem(jobs.KINDS, "run", interrupted)
    with pytest.raises(SystemExit):
        jobs.work("w1", clock=clock, beating=False)
    asked.refresh_from_db()
    assert asked.state == "queued"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_several_workers_take_each_job_once(institution: Institution) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an in-memory database has one connection: run with MAJUNG_TEST_SQLITE or PostgreSQL")
    wanted = {ask(institution).pk for _ in range(12)}
    taken: list[int] = []

    def take(name: str) -> None:
        try:
            while (job := jobs.claim(name, NOW)) is not None:
                taken.append(job.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == sorted(wanted)


CONSISTENT = {"a/b": 2.0, "b/c": 2.0, "a/c": 4.0}
CONTRARY = {"a/b": 9.0, "b/c": 9.0, "a/c": 1 / 9}


def panel_of(i: Institution, *matrices: dict[str, float]) -> Panel:
    panel = runs.open_panel(i.by("analyst"), i.group, key="p", question=text("?"), items=["a", "b", "c"])
    bodies.give_mandate(i.by("loader"), i.group, person=i.people["member"], role=Role.JUDGE)
    for matrix, who in zip(matrices, ("judge", "member"), strict=False):
        runs.compare(i.by(who), panel, matrix=matrix)
    return panel


def test_weights_with_and_without_the_inconsistent(institution: Institution) -> None:
    panel = panel_of(institution, CONSISTENT, CONTRARY)
    found = panel_weights(panel)
    consistent, contrary = found.judges
    assert consistent.judge == "person/judge"
    assert consistent.weights == pytest.approx({"a": 4 / 7, "b": 2 / 7, "c": 1 / 7})
    assert consistent.ratio == pytest.approx(0, abs=1e-9)
    assert not consistent.inconsistent
    assert contrary.inconsistent
    assert contrary.worst is not None
    assert contrary.worst.items == ("a", "b", "c")
    assert contrary.worst.ratio == pytest.approx(729)
    for group in found.groups:
        assert sum(group.weights.values()) == pytest.approx(1)
        assert group.without_inconsistent == pytest.approx(consistent.weights)
    assert found.dispersion["a"] > 1


def test_criteria_are_adopted_from_the_panel_itself(institution: Institution) -> None:
    i = institution
    panel = panel_of(i, CONSISTENT, CONTRARY)
    secretariat = i.by("secretariat")
    with pytest.raises(Invalid, match="close the panel"):
        runs.adopt_panel(secretariat, i.programme, panel=panel)
    runs.close_panel(i.by("analyst"), panel)
    with pytest.raises(Invalid, match="unknown aggregation"):
        runs.adopt_panel(secretariat, i.programme, panel=panel, aggregation="mean")
    adopted = runs.adopt_panel(secretariat, i.programme, panel=panel, without_inconsistent=True)
    weights = {entry["id"]: entry["weight"] for entry in adopted.criteria}
    assert weights == pytest.approx({"a": 4 / 7, "b": 2 / 7, "c": 1 / 7})
    assert all(entry["low"] <= entry["weight"] <= entry["high"] for entry in adopted.criteria)
    assert adopted.panel == panel
    assert "1 left out" in adopted.origin["en"]


def test_the_queue_of_an_empty_panel(institution: Institution) -> None:
    panel = panel_of(institution)
    runs.close_panel(institution.by("analyst"), panel)
    with pytest.raises(Invalid, match="no judge"):
        runs.adopt_panel(institution.by("secretariat"), institution.programme, panel=panel)
