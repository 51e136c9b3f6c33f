"""The invariants of the design, one test or more each; each fails when its guard is taken out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from majung.taskforce.models import Decision, JournalEntry, Mandate, Meeting, Strategy
from majung.taskforce.operations import Conflict, Invalid, announcements, bodies, measures, meetings, strategies
from majung.taskforce.permission import verdict
from majung.taskforce.queries.lights import lights
from majung.taskforce.queries.tracing import orphans, unbacked
from majung.taskforce.rules.words import (
    Ballot,
    BodyKind,
    Colour,
    Disclosure,
    Instrument,
    Presence,
    Purpose,
    WithholdingGround,
)

from .conftest import Institution, moment, text


def a_measure(i: Institution, key: str = "measure", **given: object):  # type: ignore[no-untyped-def]
    task = Strategy.objects.filter(key="robots-2021").first()
    task = task.tasks.get() if task else i.strategy()[1]
    return measures.propose(
        i.by("rapporteur"),
        task,
        key=key,
        name=text(key),
        instrument=Instrument.FISCAL,
        owner=i.ministry,
        verifier=i.finance,
        **given,
    )


def decided(i: Institution, key: str = "2021-01") -> Decision:
    meeting = Meeting.objects.filter(key="m1").first() or i.held_meeting()
    secretariat = i.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, meeting, title=text("decide"), purpose=Purpose.DECIDE)
    return meetings.decide(secretariat, item, key=key, text=text("agreed"), basis="charter 1", votes_for=2)


# 1. Every change of state goes through one operation: guard, permission, row lock, journal entry, one transaction.


def test_an_operation_that_fails_half_way_leaves_nothing(institution: Institution) -> None:
    i = institution
    before = JournalEntry.objects.count()
    with pytest.raises(Invalid):
        # The new mandate of the successor would be written before the second refusal.
        bodies.end_mandate(
            i.by("secretariat", "2021-06-30"),
            Mandate.objects.get(person=i.people["member"]),
            ends=moment("2021-03-01").date(),
            successor=i.people["outsider"],
        )
    assert JournalEntry.objects.count() == before
    assert Mandate.objects.get(person=i.people["member"]).ends is None


def test_one_deed_is_one_entry_with_every_row_it_wrote(institution: Institution) -> None:
    i = institution
    mandate = Mandate.objects.get(person=i.people["member"])
    bodies.end_mandate(i.by("secretariat", "2021-06-30"), mandate, successor=i.people["outsider"])
    entry = JournalEntry.objects.order_by("seq").last()
    assert entry is not None
    assert entry.operation == "mandate.end"
    assert [row["table"] for row in entry.rows] == ["mandate", "mandate"]
    assert entry.acted_as == "secretariat@task-force"


# 3. A decision belongs to a quorate meeting in session or held, or to a written procedure. Roles count as of the date.


def test_no_decision_without_quorum(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-15")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DECIDE)
    meetings.convene(secretariat, meeting)
    meetings.attend(secretariat, meeting, person=i.people["member"], presence=Presence.PRESENT)
    meetings.open_(secretariat, meeting)
    assert meetings.seats(meeting) == (1, 3)
    with pytest.raises(Invalid, match="1 of 3 voting mandates"):
        meetings.decide(secretariat, item, key="d", text=text("d"), basis="b")
    meetings.attend(
        secretariat,
        meeting,
        person=i.people["outsider"],
        presence=Presence.PROXY,
        mandate=Mandate.objects.get(person=i.people["absent_member"]),
    )
    meetings.decide(secretariat, item, key="d", text=text("d"), basis="b", votes_for=2)


def test_no_decision_before_the_meeting_and_none_outside_an_item_to_decide(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-15")
    planned = meetings.plan(secretariat, i.group, key="p", name=text("p"), starts=moment("2021-04-16"))
    item = meetings.add_item(secretariat, planned, title=text("t"), purpose=Purpose.DECIDE)
    with pytest.raises(Invalid, match="in session or held"):
        meetings.decide(secretariat, item, key="d", text=text("d"), basis="b")
    sitting = i.held_meeting()
    informing = meetings.add_item(secretariat, sitting, title=text("t"), purpose=Purpose.INFORM)
    with pytest.raises(Invalid, match="only an item to decide"):
        meetings.decide(secretariat, informing, key="d", text=text("d"), basis="b")


def test_a_motion_that_did_not_carry_is_no_decision(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, i.held_meeting(), title=text("t"), purpose=Purpose.DECIDE)
    with pytest.raises(Invalid, match="did not carry"):
        meetings.decide(secretariat, item, key="d", text=text("d"), basis="b", votes_for=1, votes_against=1)
    with pytest.raises(Invalid, match="more votes than"):
        meetings.decide(secretariat, item, key="d", text=text("d"), basis="b", votes_for=3)


def test_who_left_before_the_day_does_not_make_the_quorum(institution: Institution) -> None:
    i = institution
    bodies.end_mandate(i.by("secretariat", "2021-04-10"), Mandate.objects.get(person=i.people["member"]))
    secretariat = i.by("secretariat", "2021-04-15")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    attended = meetings.attend(secretariat, meeting, person=i.people["member"], presence=Presence.PRESENT)
    assert attended.presence == Presence.OBSERVER
    assert meetings.seats(meeting) == (0, 2)


def test_a_written_procedure_decides_with_quorum_and_majority(institution: Institution) -> None:
    i, chair = institution, institution.by("chair")
    procedure = meetings.start_procedure(chair, i.group, key="w1", question=text("?"), basis="charter 4")
    meetings.vote_in_writing(i.by("chair"), procedure, ballot=Ballot.FOR)
    with pytest.raises(Invalid, match="has voted already"):
        meetings.vote_in_writing(i.by("chair"), procedure, ballot=Ballot.FOR)
    with pytest.raises(Invalid, match="not all have voted"):
        meetings.close_procedure(chair, procedure, key="2021-02")
    meetings.vote_in_writing(i.by("member"), procedure, ballot=Ballot.FOR)
    meetings.vote_in_writing(i.by("absent_member"), procedure, ballot=Ballot.AGAINST)
    decision = meetings.close_procedure(chair, procedure, key="2021-02")
    assert decision is not None
    assert (decision.votes_for, decision.votes_against, procedure.state) == (2, 1, "adopted")

    alone = meetings.start_procedure(chair, i.group, key="w2", question=text("?"), basis="charter 4")
    meetings.vote_in_writing(i.by("chair"), alone, ballot=Ballot.FOR)
    late = i.by("chair", "2021-04-30")
    assert meetings.close_procedure(late, alone, key="2021-03") is None
    assert alone.state == "failed"


# 4. An announced measure traces to a decision and to at least one opinion, assessment or milestone; orphans are listed.


def test_a_measure_without_grounds_is_neither_agreed_nor_announced(institution: Institution) -> None:
    i = institution
    measure = a_measure(i)
    with pytest.raises(Invalid, match="rests on nothing"):
        measures.agree(i.by("chair"), measure)
    strategy = Strategy.objects.get()
    announcement = announcements.draft(i.by("secretariat"), strategy, key="a", title=text("a"))
    measures.ground(i.by("rapporteur"), measure, decision=decided(i))
    assert unbacked(strategy) == [measure]
    with pytest.raises(Invalid, match="without a decision, or without an opinion"):
        announcements.clear(i.by("vice_minister"), announcement)
    milestone = bodies.set_milestone(i.by("rapporteur"), i.group, key="ms", name=text("ms"))
    measures.ground(i.by("rapporteur"), measure, milestone=milestone)
    announcements.clear(i.by("vice_minister"), announcement)
    assert list(orphans(i.programme)) == []


def test_a_ground_is_one_thing(institution: Institution) -> None:
    i = institution
    measure, decision = a_measure(i), decided(i)
    with pytest.raises(Invalid):
        measures.ground(i.by("rapporteur"), measure)
    with pytest.raises(Invalid):
        measures.ground(i.by("rapporteur"), measure, decision=decision, figure="K7QX2")


# 5. Who verifies is not who owns; who approves is not who drafted. Withholding needs a ground and a re-review date.


def test_the_owner_is_not_the_verifier(institution: Institution) -> None:
    i = institution
    _, task = i.strategy()
    with pytest.raises(Invalid, match="who verifies is not who owns"):
        measures.propose(
            i.by("rapporteur"),
            task,
            key="m",
            name=text("m"),
            instrument=Instrument.TAX,
            owner=i.ministry,
            verifier=i.ministry,
        )
    measure = a_measure(i)
    with pytest.raises(Invalid, match="who verifies is not who owns"):
        measures.change(i.by("owner"), measure, verifier=i.ministry)


def test_who_reported_does_not_verify(institution: Institution) -> None:
    i = institution
    measure = a_measure(i)
    measures.ground(i.by("rapporteur"), measure, decision=decided(i))
    measures.agree(i.by("chair"), measure)
    measures.start(i.by("owner"), measure)
    measures.report_done(i.by("owner"), measure, evidence="statute")
    loader = i.by("loader")
    bodies.give_mandate(loader, i.task_force, person=i.people["owner"], role="verifier", represents=i.finance)  # type: ignore[arg-type]
    assert verdict(i.by("owner"), "measure.verify", measure) is not None
    with pytest.raises(Invalid, match="not who reported it"):
        measures.verify(i.by("owner"), measure)
    measures.verify(i.by("verifier"), measure)


def test_who_drafted_does_not_approve(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-15")
    meeting = i.held_meeting()
    meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.INFORM)
    meetings.end(i.by("chair", "2021-04-15"), meeting)
    loader = i.by("loader")
    bodies.give_mandate(loader, i.group, person=i.people["chair"], role="rapporteur")  # type: ignore[arg-type]
    meetings.draft_minutes(i.by("chair", "2021-04-16"), meeting, proceedings="opened, discussed", remarks="gist")
    with pytest.raises(Invalid, match="who approves is not who drafted"):
        meetings.approve_minutes(i.by("chair", "2021-04-17"), meeting)
    meetings.draft_minutes(i.by("rapporteur", "2021-04-17"), meeting, proceedings="opened", remarks="gist")
    meetings.approve_minutes(i.by("chair", "2021-04-18"), meeting)
    assert meeting.state == "approved"


def test_minutes_lacking_what_the_law_asks_for_are_not_approved(institution: Institution) -> None:
    i = institution
    meeting = i.held_meeting()
    meetings.add_item(i.by("secretariat", "2021-04-15"), meeting, title=text("t"), purpose=Purpose.DECIDE)
    meetings.end(i.by("chair", "2021-04-15"), meeting)
    meetings.draft_minutes(i.by("rapporteur", "2021-04-16"), meeting, proceedings="opened", remarks=" ")
    with pytest.raises(Invalid, match=r"gist of remarks, outcome of item 1 \(to decide\)"):
        meetings.approve_minutes(i.by("chair", "2021-04-17"), meeting)


def test_withholding_needs_a_ground_and_a_day(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-12")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
    paper = {"title": text("p"), "file_name": "p.pdf", "media_type": "application/pdf", "content": b"x"}
    closed = {**paper, "disclosure": Disclosure.BODY, "ground": WithholdingGround.DELIBERATION}
    for wrong in (
        {**paper, "disclosure": Disclosure.BODY},
        closed,
        {**closed, "look_again": moment("2021-04-01").date()},
    ):
        with pytest.raises(Invalid, match="eight grounds"):
            meetings.add_paper(secretariat, item, **wrong)  # type: ignore[arg-type]
    meetings.add_paper(secretariat, item, **closed, look_again=moment("2021-10-12").date())  # type: ignore[arg-type]


# 6. "Late" is computed, never set. Lights are kept three times. No reading is grey, never invented.


def test_late_is_computed(institution: Institution) -> None:
    measure = a_measure(institution, due=moment("2021-06-30").date())
    assert "late" not in {field.name for field in measure._meta.get_fields()}
    assert [measure.late_by(moment(day).date()) for day in ("2021-06-30", "2021-07-01")] == [0, 1]


def test_lights_are_three_and_grey_without_reading(institution: Institution) -> None:
    i = institution
    measure = a_measure(i)
    day = moment("2021-09-01").date()
    assert lights(measure, day).rule == Colour.GREY
    measures.owner_light(i.by("owner", "2021-08-01"), measure, colour=Colour.GREEN, reason="on plan")
    measures.reviewer_light(i.by("verifier", "2021-08-01"), measure, colour=Colour.RED, reason="no demand")
    said = lights(measure, day)
    assert (said.rule, said.owner, said.reviewer) == (Colour.GREY, Colour.GREEN, Colour.RED)
    assert said.differ
    assert not said.agree
    with pytest.raises(Invalid):
        measures.owner_light(i.by("owner", "2021-08-01"), measure, colour=Colour.GREY, reason="x")
    metric = measures.set_metric(
        i.by("owner"),
        measure,
        key="k",
        name=text("k"),
        unit=text("u"),
        baseline=15,
        baseline_on=moment("2020-12-31").date(),
    )
    measures.set_target(i.by("owner"), metric, by=moment("2024-12-31").date(), value=300)
    measures.report_reading(i.by("owner", "2022-01-05"), metric, on=moment("2021-12-31").date(), value=40, source="r")
    fresh = type(measure).objects.get(pk=measure.pk)
    # A quarter of the way is due (71.25), 25 of it is reached: 35 %.
    assert lights(fresh, moment("2022-02-01").date()).rule == Colour.RED


# 7. A task force closes only when each open measure is transferred, verified or dropped with a reason.


def test_a_task_force_does_not_close_over_open_measures(institution: Institution) -> None:
    i = institution
    measure = a_measure(i)
    with pytest.raises(Invalid, match="measures are still open: measure"):
        bodies.close(i.by("vice_minister"), i.task_force)
    with pytest.raises(Invalid, match="give a reason"):
        measures.drop(i.by("secretariat"), measure, reason="  ")
    measures.drop(i.by("secretariat"), measure, reason="no demand")
    bodies.close(i.by("vice_minister"), i.task_force)
    assert (i.task_force.state, i.task_force.closed_on) == ("closed", moment("2021-04-09").date())


# 8. Two people who edit the same thing at once: the second is told what changed; nothing is lost.


def test_the_second_editor_is_told_and_nothing_is_lost(institution: Institution) -> None:
    i = institution
    measure = a_measure(i)
    seen = measure.revision
    measures.change(i.by("owner"), measure, due=moment("2021-12-31").date(), expected=seen)
    with pytest.raises(Conflict, match="Change a measure's plan") as refused:
        measures.change(i.by("secretariat"), measure, due=moment("2022-06-30").date(), expected=seen)
    assert [entry.operation for entry in refused.value.since] == ["measure.change"]
    measure.refresh_from_db()
    assert measure.due == moment("2021-12-31").date()


# 10 is in test_journal.py (erasure). Others:


def test_an_announcement_waits_for_its_minute(institution: Institution) -> None:
    i = institution
    strategy, _ = i.strategy()
    secretariat = i.by("secretariat")
    strategies.circulate(secretariat, strategy)
    strategies.send_to_budget_review(secretariat, strategy)
    strategies.clear(i.by("loader"), strategy)
    meeting = meetings.plan(secretariat, i.task_force, key="sm", name=text("sm"), starts=moment("2021-04-29"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.INFORM, strategy=strategy)
    strategies.table(secretariat, strategy)
    announcement = announcements.draft(secretariat, strategy, key="a", title=text("a"))
    with pytest.raises(Invalid, match="who clears is not who drafted"):
        announcements.clear(secretariat, announcement)
    announcements.clear(i.by("vice_minister"), announcement)
    minute = moment("2021-04-29", 1)
    announcements.schedule(secretariat, announcement, embargo_until=minute, item=item)
    early = i.by("secretariat", "2021-04-29", 0)
    with pytest.raises(Invalid, match="under embargo until"):
        announcements.announce(early, announcement)
    announcements.announce(i.by("secretariat", "2021-04-29", 1), announcement)
    assert announcement.announced_at == minute
    text_then = announcement.frozen["summary"]
    announcements.correct(i.by("secretariat", "2021-05-03"), announcement, notice=text("corrected"))
    assert (announcement.state, announcement.frozen["summary"]) == ("corrected", text_then)
    assert i.task_force.kind == BodyKind.TASK_FORCE
    assert minute + timedelta(0) == minute


def test_words_and_both_languages_are_checked_at_the_door(institution: Institution) -> None:
    i = institution
    with pytest.raises(Invalid, match="is not one of"):
        bodies.give_mandate(i.by("secretariat"), i.group, person=i.people["outsider"], role="king")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="both languages"):
        meetings.plan(i.by("secretariat"), i.group, key="m", name={"ko": "x"}, starts=moment("2021-05-15"))
