"""Whole pieces of work in a real browser, each step by the person whose step it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from majung.runs import Run
from majung.taskforce import jobs
from majung.taskforce.models import Announcement, Decision, Measure, MinutesRevision, RunRecord, Submission
from majung.taskforce.operations import announcements, bodies, meetings, programmes, runs, strategies
from majung.taskforce.programme_folder import EVIDENCE, keep_evidence
from majung.taskforce.rules.words import Disclosure, Purpose, WithholdingGround
from majung.web import analyses
from taskforce.conftest import Institution, moment, text
from web.conftest import forget_runs

from .conftest import Clock, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
GROUP = "intelligent-robots-working-group"


def test_from_kick_off_to_the_first_decision(visit: Visit, institution: Institution, clock: Clock) -> None:
    i = institution
    secretariat, chair = visit("secretariat"), visit("chair", language="ko")
    secretariat.goto(f"bodies/{GROUP}/")
    secretariat.do(
        "Plan a meeting",
        key="kick-off",
        name_ko="착수 회의",
        name_en="Kick-off",
        starts="2021-04-20T14:00",
        place_ko="서울",
        place_en="Seoul",
    )
    secretariat.goto("meetings/kick-off/")
    assert "Kick-off" in secretariat.heading()
    secretariat.do(
        "Put an item on the agenda", title_ko="로봇을 채택한다", title_en="Take up robots", purpose=Purpose.DECIDE.value
    )
    secretariat.do("Convene the meeting")

    clock.set("2021-04-20T14:00")
    for who in ("chair", "member"):
        secretariat.goto("meetings/kick-off/")
        secretariat.do("Record attendance", person=f"person/{i.people[who].key}", presence="present")
    assert "Quorate" in secretariat.page.content()
    chair.goto("meetings/kick-off/")
    chair.do("개회")
    clock.pass_(hours=1)
    secretariat.goto("meetings/kick-off/")
    secretariat.do(
        "Record a decision",
        "1. Take up robots",
        key="2021-01",
        text_ko="로봇을 채택한다",
        text_en="Robots are taken up",
        basis="charter, article 4",
        votes_for=2,
    )
    assert "1 decision" in secretariat.heading()
    chair.goto("meetings/kick-off/")
    chair.do("폐회")
    secretariat.goto("meetings/kick-off/")
    secretariat.do("Draft the minutes", proceedings="Opened, decided, closed", remarks="All agreed")
    assert not secretariat.page.get_by_role("button", name="Approve the minutes").count(), (
        "who drafted does not approve"
    )
    chair.goto("")
    assert "회의록 승인" in chair.page.locator("#table-due").inner_text(), "it waits on the chair's desk"
    chair.goto("meetings/kick-off/")
    chair.do("회의록 승인")

    decision = Decision.objects.get(key="2021-01")
    assert (decision.body_id, decision.votes_for) == (i.group.pk, 2)
    minutes = MinutesRevision.objects.get()
    assert (minutes.drafted_by, minutes.approved_by) == (i.people["secretariat"], i.people["chair"])
    secretariat.goto("registers/")
    assert "2021-01" in secretariat.page.locator("#table-decisions").inner_text()


def test_a_measure_from_proposal_to_verification(visit: Visit, institution: Institution, clock: Clock) -> None:
    i = institution
    i.strategy()
    milestone = bodies.set_milestone(
        i.by("secretariat"), i.group, key="half", name=text("half-way"), due=moment("2021-12-31").date()
    )
    rapporteur, chair, owner, verifier = (visit(who) for who in ("rapporteur", "chair", "owner", "verifier"))
    rapporteur.goto("strategies/robots-2021/")
    rapporteur.do(
        "Propose a measure",
        "task",
        key="pavements",
        name_ko="보도 통행 허용",
        name_en="Allow robots on pavements",
        instrument="regulation",
        owner="organisation/motie",
        verifier="organisation/moef",
        due="2021-10-31",
    )
    chair.goto("measures/pavements/")
    with pytest.raises(AssertionError, match="rests on nothing"):
        chair.do("Agree a measure")
    rapporteur.goto("measures/pavements/")
    rapporteur.do("State what a measure rests on", milestone=f"milestone/{milestone.key}")
    chair.goto("measures/pavements/")
    chair.do("Agree a measure")
    owner.goto("measures/pavements/")
    assert not owner.page.get_by_role("button", name="Agree a measure").count()
    owner.do("Start a measure")
    owner.do(
        "Set a metric",
        key="robots",
        name_ko="로봇",
        name_en="Robots",
        unit_ko="대",
        unit_en="robots",
        baseline=10,
        baseline_on="2020-12-31",
    )
    owner.do("Set a target", "Robots", by="2021-12-31", value=100)
    clock.set("2021-10-01T10:00")
    owner.goto("measures/pavements/")
    owner.do("Report a reading", "Robots", on="2021-09-30", value=55, source="survey, p. 2")
    assert "67" in owner.page.locator("#table-metrics").inner_text(), "half of the way where three quarters are due"
    owner.do("Report a measure done", evidence="Statute in force since 1 October")
    assert not owner.page.get_by_role("button", name="Verify").count(), "who owns does not verify"
    verifier.goto("")
    due = verifier.page.locator("#table-due")
    assert "Allow robots on pavements" in due.inner_text()
    verifier.follow(due.get_by_role("button", name="Verify").first)
    assert Measure.objects.get(key="pavements").state == "verified", "one click from the desk"
    owner.goto("measures/pavements/")
    assert "Verified" in owner.heading() or "verified" in owner.heading()


def test_from_demand_to_receipt_to_measure(visit: Visit, institution: Institution, clock: Clock) -> None:
    i = institution
    i.strategy()
    secretariat, moderator, rapporteur = (visit(who) for who in ("secretariat", "moderator", "rapporteur"))
    secretariat.goto("demands/")
    secretariat.do(
        "Put forward a demand or proposal",
        title="Delivery robots",
        text="Let them on pavements",
        area="area/intelligent-robots",
        submitter="An association",
    )
    demand = Submission.objects.get()
    assert demand.key in secretariat.page.locator("#table-demands").inner_text(), "the receipt stands on the list"
    moderator.goto(f"demands/{demand.key}/")
    moderator.do(
        "Moderate a submission", reason="within the area", area="area/intelligent-robots", instrument="regulation"
    )
    rapporteur.goto("strategies/robots-2021/")
    rapporteur.do(
        "Propose a measure",
        "task",
        key="pavements",
        name_ko="보도 통행 허용",
        name_en="Allow robots on pavements",
        instrument="regulation",
        owner="organisation/motie",
        verifier="organisation/moef",
    )
    rapporteur.goto("measures/pavements/")
    rapporteur.do("State what a measure rests on", submission=f"submission/{demand.key}")
    rapporteur.goto("")
    assert "Delivery robots" in rapporteur.page.locator("#table-due").inner_text(), "it waits on the desk"
    rapporteur.goto(f"demands/{demand.key}/")
    rapporteur.do(
        "Answer the submission",
        answer="adopted",
        reason_ko="채택한다",
        reason_en="It is taken up",
        measure="measure/pavements",
    )
    assert "Allow robots on pavements" in rapporteur.page.content()
    rapporteur.page.get_by_role("link", name="Allow robots on pavements").first.click()
    rapporteur.page.wait_for_url("**/measures/pavements/")
    assert demand.key in rapporteur.page.content(), "and back to the demand"


def test_an_announcement_goes_out_at_its_minute(visit: Visit, institution: Institution, clock: Clock) -> None:
    i = institution
    strategy, _ = i.strategy()
    i_secretariat = i.by("secretariat", "2021-04-10")
    strategies.circulate(i_secretariat, strategy)
    strategies.send_to_budget_review(i_secretariat, strategy)
    strategies.clear(i.by("loader", "2021-04-10"), strategy)
    sitting = i.held_meeting("m2", "2021-04-13")
    item = meetings.add_item(
        i.by("secretariat", "2021-04-13"), sitting, title=text("t"), purpose=Purpose.INFORM, strategy=strategy
    )
    strategies.table(i_secretariat, strategy)
    announcement = announcements.draft(i_secretariat, strategy, key="a1", title=text("The plan"))
    announcements.clear(i.by("vice_minister", "2021-04-11"), announcement)
    secretariat = visit("secretariat")
    secretariat.goto("announcements/a1/")
    secretariat.do("Schedule an announcement", embargo_until="2021-04-14T14:00", item=f"agendaitem/{item.pk}")
    secretariat.goto("announcements/")
    assert "0 d 4 h" in secretariat.page.locator("#table-plan").inner_text()
    clock.set("2021-04-14T13:59")
    secretariat.goto("announcements/a1/")
    with pytest.raises(AssertionError, match="embargo"):
        secretariat.do("Announce")
    assert Announcement.objects.get().state == "scheduled"
    clock.set("2021-04-14T14:00")
    secretariat.goto("announcements/a1/")
    secretariat.do("Announce")
    announced = Announcement.objects.get()
    assert announced.state == "announced"
    assert announced.announced_at == moment("2021-04-14", 5)
    assert announced.frozen_hash in secretariat.page.content()
    secretariat.goto("announcements/")
    assert "The plan" in secretariat.page.locator("#table-announced").inner_text()


def test_a_former_member_sees_what_was_open_then_and_no_more(
    visit: Visit, institution: Institution, clock: Clock
) -> None:
    i = institution
    day = "2021-04-12"
    closed = {
        "file_name": "p.txt",
        "media_type": "text/plain",
        "content": b"closed",
        "disclosure": Disclosure.BODY,
        "ground": WithholdingGround.DELIBERATION,
        "look_again": moment("2030-01-01").date(),
    }
    before = i.held_meeting("before", day)
    item = meetings.add_item(i.by("secretariat", day), before, title=text("old"), purpose=Purpose.DISCUSS)
    old = meetings.add_paper(i.by("secretariat", day), item, title=text("Old paper"), **closed)  # type: ignore[arg-type]
    secretariat, member = visit("secretariat"), visit("member")
    assert "Old paper" in member.goto("meetings/before/").content()

    secretariat.goto(f"bodies/{GROUP}/")
    secretariat.do("End a mandate", "member", ends="2021-04-14")
    clock.set("2021-04-15T10:00")
    after = i.held_meeting("after", "2021-04-16")
    item = meetings.add_item(i.by("secretariat", "2021-04-16"), after, title=text("new"), purpose=Purpose.DISCUSS)
    meetings.add_paper(i.by("secretariat", "2021-04-16"), item, title=text("New paper"), **closed)  # type: ignore[arg-type]
    clock.set("2021-04-16T13:00")
    roster = secretariat.goto(f"bodies/{GROUP}/").locator("#table-roster").inner_text()
    then = secretariat.goto(f"bodies/{GROUP}/?on=2021-04-14").locator("#table-roster").inner_text()
    assert "\nmember\t" in then
    assert "\nmember\t" not in roster

    assert member.status(f"papers/{old.pk}/") == 404, "today no longer"
    member.goto("")
    assert "no mandate" in member.page.content()
    page = member.goto("meetings/before/?on=2021-04-13")
    assert "Old paper" in page.content(), "as of a day on which the mandate held"
    assert not page.locator(".deeds").count(), "the past is looked at, not changed"
    assert "New paper" not in member.page.content()
    for address in ("meetings/after/", "meetings/after/?on=2021-04-13"):
        member.status(address)
        assert "New paper" not in member.page.content(), address


@pytest.fixture
def analysed(visit: Visit, institution: Institution, kept_run: Run, tmp_path: Any, settings: Any) -> Iterator[Run]:
    """The miniature programme's definitions with the institution, and their run taken in."""
    assert kept_run.folder is not None
    settings.RUNS, settings.DATA = kept_run.folder.parent, tmp_path / "data"
    loader, inputs = institution.by("loader"), kept_run.folder / "inputs"
    for file in sorted(inputs.rglob("*.toml")):
        path = file.relative_to(inputs).as_posix()
        programmes.set_file(loader, institution.programme, path=path, text=file.read_text("utf-8"))
    programmes.set_file(loader, institution.programme, path=EVIDENCE, text=keep_evidence(inputs / "evidence"))
    runs.take_in(loader, institution.programme, key=kept_run.id, manifest=kept_run.manifest)
    yield kept_run
    forget_runs()


def slide(visitor: Visitor, field: str, value: object) -> None:
    """Move a slider as its user does: what it shows follows at once, the page when it is let go."""
    visitor.page.evaluate(
        """([name, value]) => { const field = document.getElementById(name); field.value = value;
        for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true})); }""",
        [field, str(value)],
    )


def expect(visitor: Visitor, where: str, words: str) -> None:
    """The words are there, or come within the time that a page has; spaces that hold a line together count as such."""
    visitor.page.locator(where).get_by_text(words).first.wait_for()


def test_from_a_budget_change_to_a_portfolio_decision(
    visit: Visit, institution: Institution, clock: Clock, analysed: Run
) -> None:
    i = institution
    sitting = i.held_meeting("select", "2021-04-14")
    clock.set("2021-04-14T15:00")
    secretariat, member = visit("secretariat"), visit("member", scripts=False)

    secretariat.goto("projects/")
    slide(secretariat, "b-2022", 45)
    secretariat.page.wait_for_url("**b-2022=45**")
    asked = secretariat.page.locator("#look h2")
    asked.filter(has_text="With KRW 145.0 bn").wait_for()
    assert secretariat.page.locator("#b-2021").input_value() == "100", "the other year stays"
    finding = asked.inner_text()
    member.goto("projects/?b-2021=100&b-2022=45")
    assert member.page.locator("#look h2").inner_text() == finding, "the same without scripts"
    assert not member.page.get_by_role("button", name="Register this portfolio").count()

    secretariat.follow(secretariat.page.get_by_role("button", name="Register this portfolio as a run"))
    expect(secretariat, "#jobs", "other budgets (2021 KRW 100.0 bn, 2022 KRW 45.0 bn)")
    done = jobs.work("worker", beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    run = RunRecord.objects.get(key=done.result["run"])
    assert run.changes == {"budgets": {"2021": 100.0, "2022": 45.0}}
    secretariat.page.locator("#jobs a").first.wait_for()
    secretariat.goto("projects/")
    assert analysed.id in secretariat.page.content(), "what was only asked for is not in force"

    secretariat.goto("projects/?b-2021=100&b-2022=45")
    secretariat.follow(secretariat.page.get_by_role("link", name=f"Open run {run.key}"))
    assert run.key in secretariat.page.locator("#aside").inner_text()
    secretariat.do("Put an item on the agenda", "meeting, Wed\xa014\xa0Apr\xa02021\xa012:00")
    assert "It lies before 1 meeting" in secretariat.page.locator("#decide").inner_text()

    secretariat.goto("meetings/select/")
    assert run.key in secretariat.page.locator("#table-agenda").inner_text()
    secretariat.do(
        "Record a decision",
        f"1. Portfolio of core projects (run {run.key})",
        key="2021-02",
        text_ko="핵심 과제를 정한다",
        text_en="The core projects are chosen",
        basis="charter, article 5",
        votes_for=2,
    )
    decision = Decision.objects.get(key="2021-02")
    assert (decision.resting_on, decision.body_id) == (run, sitting.body_id)
    secretariat.goto(f"projects/?run={run.key}")
    assert "The core projects are chosen" in secretariat.page.locator("#decide").inner_text()
    # What was decided is the run's: its yearly budgets are those that were asked for, each with a trace of its own.
    kept = analyses.run_of(run)
    assert list(kept.tables["portfolio_years"]["budget"]) == [100.0, 45.0]
    secretariat.goto(f"trace/{kept.figure('portfolio_years', 2022)}/")
    assert run.key in secretariat.page.content()


def test_from_the_judges_weights_to_a_new_ranking(
    visit: Visit, institution: Institution, clock: Clock, analysed: Run
) -> None:
    criteria = [c.id for c in analysed.programme.charter.criteria]
    runs.open_panel(institution.by("secretariat"), institution.group, key="p", question=text("What?"), items=criteria)
    judge, analyst = visit("judge"), visit("analyst")
    judge.goto("weights/p/")
    for k in range(1, len(criteria)):
        judge.page.select_option(f"#pair-{k}", "9")
    judge.follow(judge.page.locator("#pairs button.first"))
    assert "Judges who answered: 1" in judge.page.content()
    assert not judge.page.get_by_role("button", name="Ask for a run").count()

    analyst.goto("weights/p/")
    analyst.follow(analyst.page.get_by_role("button", name="Ask for a run with the group's weights"))
    assert "the judges' weights" in analyst.page.locator("#jobs").inner_text()
    done = jobs.work("worker", beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    link = analyst.page.locator("#jobs a").first
    link.wait_for()
    analyst.follow(link)
    run = RunRecord.objects.get(key=done.result["run"])
    kept = analyses.run_of(run)
    rows = analyst.page.locator("#table-beside tbody tr")
    assert rows.count() == len(kept.tables["ranking"])
    old = analysed.tables["ranking"].set_index("candidate")["rank"]
    for shown, row in zip(rows.all(), kept.tables["ranking"].sort_values("rank").itertuples(), strict=True):
        cells = [cell.split("\n")[0].strip() for cell in shown.locator("td").all_inner_texts()]
        assert cells[:2] == [str(row.rank), str(old[row.candidate])], "new and old place side by side"

    # The sliders' weights can be asked for as well, from the run that is shown.
    slide(analyst, f"w-{criteria[0]}", 0)
    analyst.page.wait_for_url(f"**w-{criteria[0]}=0**")
    ask = analyst.page.get_by_role("button", name="Ask for a run with these weights")
    ask.wait_for()
    analyst.follow(ask)
    done = jobs.work("worker", beating=False)
    assert done is not None
    assert (done.state, done.error) == ("done", "")
    asked = RunRecord.objects.get(key=done.result["run"]).changes["criteria"]
    assert [entry["id"] for entry in asked if entry["weight"] == 0] == [criteria[0]]
