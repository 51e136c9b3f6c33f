"""Whole pieces of work in a real browser, each step by the person whose step it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from majung.taskforce.models import Announcement, Decision, Measure, MinutesRevision, Submission
from majung.taskforce.operations import announcements, bodies, meetings, strategies
from majung.taskforce.rules.words import Disclosure, Purpose, WithholdingGround
from taskforce.conftest import Institution, moment, text

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
