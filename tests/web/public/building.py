"""A small institution with something of everything that is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.runs import Run
from majung.taskforce.models import Announcement, Submission
from majung.taskforce.operations import announcements, measures, meetings, opinions, runs, strategies
from majung.taskforce.publication import publish
from majung.taskforce.rules.words import Answer, Colour, Disclosure, Instrument, Opinion, Purpose, Qualifier
from taskforce.conftest import Institution, moment

SECRET = "Undisclosed quantum programme"


def both(en: str, ko: str) -> dict[str, str]:
    return {"en": en, "ko": ko}


@dataclass(frozen=True)
class Published:
    """A store with its first edition and what tests need to know of it."""

    store: Path
    key: Ed25519PrivateKey
    receipts: dict[str, str]
    figure: str


def furnish(i: Institution, run: Run) -> None:
    """The cycle once: demand, meeting, strategy, announcement, reading, consultation; a second plan under embargo."""
    loader = i.by("loader")
    theme = opinions.add_theme(
        loader, i.programme, key="outdoor", name=both("Robots outdoors", "실외 이동로봇"), area=i.area
    )
    demands = {
        name: opinions.receive(
            i.by("outsider"),
            i.programme,
            title=f"Private title {name}",
            text=f"Private text {name}",
            area=i.area,
            submitter="Someone Ltd",
            contact="someone@example.org",
        )
        for name in ("adopted", "rejected", "waiting", "merged")
    }
    for demand in demands.values():
        opinions.moderate(i.by("moderator"), demand, reason="robots", theme=theme, instrument=Instrument.REGULATION)
    opinions.merge(i.by("moderator"), demands["merged"], into=demands["adopted"], reason="the same")
    strategy, task = i.strategy()
    strategies.write(
        i.by("secretariat"),
        strategy,
        summary=both("Robots leave the factory.", "로봇이 공장 밖으로 나옵니다."),
        text=both("First paragraph.\n\nSecond <b>paragraph</b>.", "첫 문단.\n\n둘째 문단."),
    )
    pavement = measures.propose(
        i.by("rapporteur"),
        task,
        key="pavement",
        name=both("Open pavements to delivery robots", "배송로봇의 보도 통행 허용"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        verifier=i.finance,
        due=date(2021, 12, 31),
    )
    grants = measures.propose(
        i.by("rapporteur"),
        task,
        key="grants",
        name=both("Grants for robot parts", "로봇 부품 지원"),
        instrument=Instrument.FISCAL,
        owner=i.ministry,
        verifier=i.finance,
        due=date(2021, 5, 10),
    )
    robots = measures.set_metric(
        i.by("owner"),
        pavement,
        key="robots",
        name=both("Delivery robots outdoors", "실외 배송로봇"),
        unit=both("robots", "대"),
        baseline=40,
        baseline_on=date(2020, 12, 31),
        source="Survey 2020",
    )
    measures.set_target(i.by("owner"), robots, by=date(2023, 12, 31), value=1200)
    measures.set_target(i.by("owner"), robots, by=date(2025, 12, 31), value=3000)
    firms = measures.set_metric(
        i.by("owner"), grants, key="firms", name=both("Firms supported", "지원 기업"), unit=both("firms", "개사")
    )
    measures.set_target(i.by("owner"), firms, by=date(2024, 12, 31), value=150, qualifier=Qualifier.AT_LEAST)
    meeting = i.held_meeting()
    secretariat = i.by("secretariat", "2021-04-15")
    item = meetings.add_item(
        secretariat, meeting, title=both("Robots on pavements", "로봇의 보도 통행"), purpose=Purpose.DECIDE, theme=theme
    )
    decision = meetings.decide(
        secretariat,
        item,
        key="2021-04",
        text=both("Pavements are opened step by step.", "보도를 단계적으로 엽니다."),
        basis="charter 3",
        votes_for=2,
    )
    for measure in (pavement, grants):
        measures.ground(i.by("rapporteur"), measure, decision=decision)
        measures.ground(i.by("rapporteur"), measure, submission=demands["adopted"])
        measures.agree(i.by("chair", "2021-04-16"), measure)
    record = runs.take_in(loader, i.programme, key=run.id, manifest=run.manifest)
    measures.ground(i.by("rapporteur"), pavement, run=record, figure=cited(run))
    parts = both("Parts of robots", "로봇 부품")
    strategies.choose_project(loader, i.area, key="parts", name=parts, run=record, decision=decision)
    opinions.answer(
        i.by("rapporteur", "2021-04-20"),
        demands["adopted"],
        answer=Answer.PARTLY,
        reason=both("In marked zones first.", "정해진 구역에서 먼저 허용합니다."),
        measure=pavement,
    )
    opinions.answer(
        i.by("rapporteur", "2021-04-21"),
        demands["rejected"],
        answer=Answer.REJECTED,
        reason=both("There is no safety standard yet.", "안전 기준이 아직 없습니다."),
        link="https://example.org/safety",
    )
    meetings.end(i.by("chair", "2021-04-15"), meeting)
    meetings.draft_minutes(
        i.by("secretariat", "2021-04-16"),
        meeting,
        proceedings="Opened at noon.\n\nDecided <script>alert(1)</script> after a discussion.",
        remarks="The chair asked for zones.",
        disclosure=Disclosure.PUBLIC,
    )
    meetings.approve_minutes(i.by("chair", "2021-04-17"), meeting)
    meetings.publish_minutes(i.by("secretariat", "2021-04-18"), meeting)
    announce(i, strategy, "robots", both("Robots for everyday life", "일상으로 들어오는 로봇"))
    measures.start(i.by("owner", "2021-05-01"), pavement)
    measures.start(i.by("owner", "2021-05-01"), grants)
    measures.report_reading(i.by("owner", "2021-06-02"), robots, on=date(2021, 5, 31), value=160, source="Survey 2021")
    measures.owner_light(i.by("owner", "2021-06-02"), pavement, colour=Colour.GREEN, reason="on its way")
    _opinions(i)
    hidden, hidden_task = i.strategy("hidden")
    plan = measures.propose(
        i.by("rapporteur"),
        hidden_task,
        key="hidden-measure",
        name=both(f"{SECRET} measure", f"{SECRET} 대책"),
        instrument=Instrument.FISCAL,
        owner=i.ministry,
        verifier=i.finance,
    )
    measures.ground(i.by("rapporteur"), plan, decision=decision)
    measures.ground(i.by("rapporteur"), plan, submission=demands["adopted"])
    schedule(i, hidden, "hidden", both(SECRET, SECRET), "2021-07-01")


def schedule(i: Institution, strategy, key: str, title: dict[str, str], day: str) -> Announcement:  # type: ignore[no-untyped-def]
    """An announcement under embargo until 10:00 in Seoul on the day."""
    secretariat = i.by("secretariat", "2021-04-22")
    strategies.circulate(secretariat, strategy)
    strategies.send_to_budget_review(secretariat, strategy)
    strategies.clear(i.by("loader", "2021-04-22"), strategy)
    sitting = meetings.plan(secretariat, i.task_force, key=f"sm-{key}", name=both("TF", "TF"), starts=moment(day))
    item = meetings.add_item(secretariat, sitting, title=title, purpose=Purpose.INFORM, strategy=strategy)
    strategies.table(secretariat, strategy)
    announcement = announcements.draft(secretariat, strategy, key=key, title=title)
    announcements.clear(i.by("vice_minister", "2021-04-22"), announcement)
    announcements.schedule(secretariat, announcement, embargo_until=moment(day, 1), item=item)
    return announcement


def announce(i: Institution, strategy, key: str, title: dict[str, str]) -> Announcement:  # type: ignore[no-untyped-def]
    announcement = schedule(i, strategy, key, title, "2021-04-29")
    announcements.announce(i.by("secretariat", "2021-04-29", 1), announcement)
    announcements.correct(
        i.by("secretariat", "2021-05-03"), announcement, notice=both("A unit was wrong.", "단위를 고쳤습니다.")
    )
    return announcement


def _opinions(i: Institution) -> None:
    loader = i.by("loader", "2021-05-20")
    consultation = opinions.open_consultation(
        loader,
        i.group,
        key="pavements",
        question=both("Where may robots go?", "로봇은 어디까지 갈 수 있어야 합니까?"),
        area=i.area,
        closes=date(2021, 9, 30),
    )
    empty = opinions.open_consultation(loader, i.group, key="new", question=both("And drones?", "드론은 어떻습니까?"))
    assert empty.pk
    shown = []
    for number in range(8):
        said = opinions.propose_statement(loader, consultation, text=both(f"Sentence {number}", f"문장 {number}"))
        opinions.show_statement(loader, said)
        shown.append(said)
    opinions.propose_statement(loader, consultation, text=both("Not yet read by a person", "아직 읽지 않은 문장"))
    for person in range(44):
        camp = person % 2
        for number, said in enumerate(shown):
            if (person + number) % 7 == 0:
                continue
            yes = (number < 5) == bool(camp) if number < 7 else True
            if (person * 3 + number) % 11 == 0:
                yes = not yes
            opinions.vote(loader, said, voter=f"v{person}", opinion=Opinion.AGREE if yes else Opinion.DISAGREE)


def cited(run: Run) -> str:
    """The figure that a measure rests on: a number computed from source rows."""
    candidate, indicator = run.tables["indicators"].dropna(subset="value")[["candidate", "indicator"]].iloc[0]
    return run.figure("indicators", candidate, indicator)


def first_edition(i: Institution, store: Path, run: Run) -> Published:
    key = Ed25519PrivateKey.generate()
    assert run.folder is not None
    publish(i.by("secretariat", "2021-06-10"), i.programme, store, key, run.folder.parent)
    codes = {s.title.split()[-1]: s.receipt for s in Submission.objects.filter(programme=i.programme)}
    return Published(store, key, codes, cited(run))
