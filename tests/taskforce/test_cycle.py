"""The whole cycle once, thinly: meeting, decision, measure, announcement, reading, review; demand to answer."""

from __future__ import annotations

from majung.taskforce.models import JournalEntry, Meeting
from majung.taskforce.operations import announcements, measures, meetings, opinions, reviews, strategies
from majung.taskforce.queries.tracing import orphans
from majung.taskforce.rules.words import Answer, BodyKind, Conclusion, Instrument, Purpose

from .conftest import Institution, moment, text


def decision(institution: Institution, meeting: Meeting, key: str):  # type: ignore[no-untyped-def]
    secretariat = institution.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, meeting, title=text("decide"), purpose=Purpose.DECIDE)
    return meetings.decide(secretariat, item, key=key, text=text("agreed"), basis="charter 1", votes_for=2)


def test_from_demand_to_review(institution: Institution) -> None:
    i = institution
    demand = opinions.receive(
        i.by("outsider"), i.programme, title="Delivery robots", text="Let them on pavements", area=i.area
    )
    opinions.moderate(i.by("moderator"), demand, reason="robots", instrument=Instrument.REGULATION)
    taken = decision(i, i.held_meeting(), "2021-01")
    strategy, task = i.strategy()
    measure = measures.propose(
        i.by("rapporteur"),
        task,
        key="pavements",
        name=text("Allow robots on pavements"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        verifier=i.finance,
    )
    measures.ground(i.by("rapporteur"), measure, decision=taken)
    measures.ground(i.by("rapporteur"), measure, submission=demand)
    measures.agree(i.by("chair"), measure)
    opinions.answer(i.by("rapporteur"), demand, answer=Answer.ADOPTED, reason=text("yes"), measure=measure)
    metric = measures.set_metric(i.by("owner"), measure, key="robots", name=text("robots"), unit=text("robots"))
    measures.set_target(i.by("owner"), metric, by=moment("2022-12-31").date(), value=100)

    secretariat = i.by("secretariat", "2021-04-20")
    strategies.circulate(secretariat, strategy)
    strategies.send_to_budget_review(secretariat, strategy)
    strategies.clear(i.by("loader", "2021-04-20"), strategy)
    sitting = i.held_meeting("m2", "2021-04-29")
    item = meetings.add_item(
        i.by("secretariat", "2021-04-29"), sitting, title=text("t"), purpose=Purpose.INFORM, strategy=strategy
    )
    strategies.table(secretariat, strategy)
    announcement = announcements.draft(secretariat, strategy, key="a1", title=text("plan"))
    announcements.clear(i.by("vice_minister", "2021-04-21"), announcement)
    announcements.schedule(secretariat, announcement, embargo_until=moment("2021-04-29", 1), item=item)
    announcements.announce(i.by("secretariat", "2021-04-29", 2), announcement)

    measures.start(i.by("owner", "2021-05-01"), measure)
    measures.report_reading(
        i.by("owner", "2021-09-01"), metric, on=moment("2021-08-31").date(), value=40, source="report"
    )
    measures.report_done(i.by("owner", "2022-12-01"), measure, evidence="statute in force")
    measures.verify(i.by("verifier", "2022-12-05"), measure)
    review = reviews.open_review(
        i.by("secretariat", "2022-12-06"),
        i.task_force,
        key="r1",
        name=text("review"),
        period_from=moment("2021-04-09").date(),
        period_to=moment("2022-12-06").date(),
    )
    reviews.freeze(i.by("secretariat", "2022-12-06"), review)
    reviews.conclude(
        i.by("secretariat", "2022-12-06"),
        review,
        area=i.area,
        conclusion=Conclusion.CONTINUE,
        reason=text("on track"),
        decision=taken,
    )
    reviews.decide(i.by("vice_minister", "2022-12-07"), review)

    strategy.refresh_from_db()
    assert (review.state, measure.state, strategy.state, demand.state) == (
        "decided",
        "verified",
        "announced",
        "answered",
    )
    assert announcement.frozen["tasks"][0]["measures"][0]["decisions"] == ["2021-01"]
    assert review.dossier["areas"][0]["measures"][0]["metrics"][0]["readings"] == [["2021-08-31", 40.0]]
    assert list(orphans(i.programme)) == []
    assert i.group.kind == BodyKind.WORKING_GROUP
    entries = list(JournalEntry.objects.order_by("seq"))
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
