"""A large exercise for load tests: working groups by the hundred, each with 25 meetings and 250 measures.

What a page may stumble over is in it: meetings on every working day and still to come, announcements out and waiting,
measures that something backs and a few that nothing does.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from majung.methods.labelled import InputError
from majung.taskforce import models as m
from majung.taskforce.exercise.small import WATERMARK, copy_of, text
from majung.taskforce.operations.exercise import fill
from majung.taskforce.operations.standing import restate
from majung.taskforce.record.loading import load
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import BodyKind, Colour, Instrument, Judge, OutcomeKind, Presence, Purpose

MEETINGS, TASKS, MEASURES, READINGS, MILESTONES, SEATS, DEMANDS = 25, 5, 250, 11, 3, 6, 20
YEAR = 360
"""Days that an exercise lasts."""
BACKED = 0.99
"""Share of measures with a decision behind them, and with a demand."""
PLANS = ("announced",) * 7 + ("scheduled", "cleared", "drafted")
"""How announcements stand, group by group."""
STATES = ("in-progress", "in-progress", "agreed", "proposed", "verified", "suspended")


def generate(
    folder: Path, key: str, *, groups: int, until: date, seed: int = 1, progress: Callable[[int], None] = lambda _: None
) -> m.Programme:
    """Fill an exercise with `groups` working groups. progress is called with the groups that are done.

    Raises InputError when there is a programme of this key already.
    """
    if m.Programme.objects.filter(key=key).exists():
        raise InputError(f"there is a programme {key!r} already; give the exercise another key (--key)")
    first = until - timedelta(days=YEAR)
    with tempfile.TemporaryDirectory() as place:
        programme = load(copy_of(folder, Path(place), key, first, WATERMARK)).programme
    chance = random.Random(seed)  # noqa: S311  (no secret)
    at = datetime.combine(first, time(9), SEOUL)
    force = m.Body.objects.get(programme=programme, kind=BodyKind.TASK_FORCE)
    for role in (Role.SECRETARIAT, Role.AUDITOR):
        person = m.Person(programme=programme, key=role.value, post=role.label)
        fill(programme, [person], at)
        fill(programme, [m.Mandate(body=force, person=person, role=role, starts=first)], at)
    for number in range(groups):
        _group(programme, number, first, at, chance)
        progress(number + 1)
    return programme


def _group(p: m.Programme, number: int, first: date, at: datetime, chance: random.Random) -> None:
    """One working group with all that hangs on it, table by table."""
    own = f"g{number + 1:03d}"
    force = m.Body.objects.get(programme=p, kind=BodyKind.TASK_FORCE)
    ministries = list(m.Organisation.objects.filter(programme=p, kind="ministry").order_by("pk"))
    name = text(f"Group {number + 1} (exercise)", f"제{number + 1}작업반(연습)")
    body = m.Body(programme=p, key=own, kind=BodyKind.WORKING_GROUP, name=name, parent=force, founded=first)
    fill(p, [body], at)
    area = m.Area(programme=p, key=own, name=name, body=body, taken_up=first)
    fill(p, [area], at)
    owner, verifier = ministries[number % len(ministries)], ministries[(number + 1) % len(ministries)]
    fill(p, [m.Lead(area=area, organisation=owner, starts=first)], at)
    people = [
        m.Person(programme=p, key=f"{own}-p{seat}", post=text(f"Member {seat}", f"위원 {seat}"), organisation=owner)
        for seat in range(SEATS)
    ]
    fill(p, people, at)
    roles = (Role.CHAIR, Role.RAPPORTEUR, *[Role.MEMBER] * (SEATS - 2))
    mandates = [
        m.Mandate(body=body, person=person, role=role, represents=owner, starts=first)
        for person, role in zip(people, roles, strict=True)
    ]
    fill(p, mandates, at)
    decisions = _sittings(p, number, body, name, mandates, first, at)
    demands = _demands(p, area, first, at, chance)
    plan = PLANS[number % len(PLANS)]
    announced = datetime.combine(first + timedelta(days=60 + number), time(11), SEOUL)
    out = plan == "announced"
    strategy = m.Strategy(
        programme=p,
        key=own,
        area=area,
        name=name,
        state="announced" if out else "tabled",
        announced_on=announced.date() if out else None,
    )
    fill(p, [strategy], at)
    announcement = m.Announcement(
        programme=p,
        key=own,
        strategy=strategy,
        position=number + 1,
        title=name,
        state=plan,
        announced_at=announced if out else None,
        embargo_until=at + timedelta(days=365 + number) if plan == "scheduled" else None,
    )
    fill(p, [announcement], at)
    tasks = [
        m.CoreTask(programme=p, key=f"{own}-t{n + 1}", strategy=strategy, position=n + 1, name=text("Task", "과제"))
        for n in range(TASKS)
    ]
    fill(p, tasks, at)
    measures = [
        m.Measure(
            programme=p,
            key=f"{own}-m{n + 1:03d}",
            task=tasks[n % TASKS],
            name=text(f"Measure {n + 1} (exercise)", f"대책 {n + 1}(연습)"),
            instrument=chance.choice(list(Instrument)),
            owner=owner,
            verifier=verifier if verifier.pk != owner.pk else None,
            starts=first,
            due=first + timedelta(days=chance.randrange(200, 700)),
            state=chance.choice(STATES),
        )
        for n in range(MEASURES)
    ]
    fill(p, measures, at)
    for rows in _of_measures(measures, first, chance):
        fill(p, rows, at)
    grounds = [
        m.Ground(measure=one, **{behind: chance.choice(choices)})
        for one in measures
        for behind, choices in (("decision", decisions), ("submission", demands))
        if chance.random() < BACKED
    ]
    fill(p, grounds, at)
    restate(one.pk for one in measures)


def _sittings(
    p: m.Programme,
    number: int,
    body: m.Body,
    name: dict[str, str],
    mandates: list[m.Mandate],
    first: date,
    at: datetime,
) -> list[m.Decision]:
    """A meeting a fortnight, each group on its own working day; the last are still to come."""
    monday = first + timedelta(days=42 - first.weekday())
    start = monday + timedelta(days=number % 5 + 7 * (number // 5 % 2))
    days = [start + timedelta(days=14 * n) for n in range(MEETINGS)]
    held = [day for day in days if day <= first + timedelta(days=YEAR)]
    meetings = [
        m.Meeting(
            programme=p,
            key=f"{day}-{body.key}",
            body=body,
            name=name,
            starts=datetime.combine(day, time(14), SEOUL),
            state="held" if day in held else "planned",
            quorate=True if day in held else None,
        )
        for day in days
    ]
    fill(p, meetings, at)
    items = [
        m.AgendaItem(meeting=meeting, position=position, title=text("Item", "안건"), purpose=Purpose.DISCUSS)
        for meeting in meetings
        for position in (1, 2)
    ]
    fill(p, items, at)
    decisions = _outcomes(p, body, items[: 2 * len(held)], mandates, at)
    attending = [
        m.Attendance(meeting=meeting, person=mandate.person, mandate=mandate, presence=Presence.PRESENT)
        for meeting in meetings[: len(held)]
        for mandate in mandates
    ]
    fill(p, attending, at)
    return decisions


def _outcomes(
    p: m.Programme, body: m.Body, items: list[m.AgendaItem], mandates: list[m.Mandate], at: datetime
) -> list[m.Decision]:
    """Of each meeting's two items one is decided, one gives somebody something to do."""
    kinds = (OutcomeKind.DECISION, OutcomeKind.ACTION)
    outcomes = [
        m.Outcome(item=item, kind=kinds[item.position - 1], text=text("As proposed", "원안대로")) for item in items
    ]
    fill(p, outcomes, at)
    decisions = [
        m.Decision(
            programme=p,
            key=f"{body.key}-d{n + 1:02d}",
            body=body,
            outcome=outcome,
            text=text("As proposed", "원안대로"),
            basis="exercise",
            taken_on=outcome.item.meeting.starts.date(),
        )
        for n, outcome in enumerate(outcomes[::2])
    ]
    fill(p, decisions, at)
    actions = [
        m.Action(
            programme=p,
            key=f"{body.key}-a{n + 1:02d}",
            outcome=outcome,
            text=text("To do", "할 일"),
            person=mandates[n % len(mandates)].person,
            due=outcome.item.meeting.starts.date() + timedelta(days=60),
            state="open" if n % 3 == 0 else "done",
        )
        for n, outcome in enumerate(outcomes[1::2])
    ]
    fill(p, actions, at)
    return decisions


def _demands(p: m.Programme, area: m.Area, first: date, at: datetime, chance: random.Random) -> list[m.Submission]:
    days = [first + timedelta(days=chance.randrange(340)) for _ in range(DEMANDS)]
    demands = [
        m.Submission(
            programme=p,
            key=f"{area.key}-s{n + 1:02d}",
            area=area,
            instrument=chance.choice(list(Instrument)),
            title=f"수요 {n + 1}(연습)",
            text="연습 수요",
            received_on=day,
            answer_due=day + timedelta(days=30),
            state=chance.choice(("received", "moderated", "answered")),
        )
        for n, day in enumerate(days)
    ]
    fill(p, demands, at)
    return demands


def _of_measures(measures: list[m.Measure], first: date, chance: random.Random) -> Iterator[list[m.Journaled]]:
    """The rows of the measures, one table at a time: each is written before the next is made."""
    metrics = [
        m.Metric(measure=one, key="reached", name=text("Places", "개소"), unit=text("places", "곳"), baseline=0.0,
                 baseline_on=first)
        for one in measures
    ]  # fmt: skip
    yield list(metrics)
    yield [m.Target(metric=one, by=first + timedelta(days=700), value=100.0) for one in metrics]
    yield [
        m.Reading(
            metric=one,
            on=first + timedelta(days=30 * (n + 1)),
            value=float(chance.randrange(0, 12) * (n + 1)),
            reported_on=first + timedelta(days=30 * (n + 1) + 3),
            source="exercise",
        )
        for one in metrics
        for n in range(READINGS)
    ]
    yield [m.BudgetYear(measure=one, year=first.year, amount=Decimal(chance.randrange(1, 900))) for one in measures]
    yield [
        m.MeasureMilestone(measure=one, name=text("Step", "단계"), due=first + timedelta(days=90 * (n + 1)))
        for one in measures
        for n in range(MILESTONES)
    ]
    yield [
        m.Light(
            measure=one,
            judge=judge,
            colour=chance.choice((Colour.GREEN, Colour.YELLOW, Colour.RED)),
            on=first + timedelta(days=300),
            reason="exercise",
        )
        for one in measures
        for judge in (Judge.OWNER, Judge.REVIEWER)
    ]
