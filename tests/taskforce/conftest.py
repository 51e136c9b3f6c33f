"""A small institution, built through the operations: enough to walk the whole cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from majung.taskforce.models import (
    Area,
    Body,
    CoreTask,
    Journaled,
    Mandate,
    Meeting,
    Organisation,
    Person,
    Programme,
    Strategy,
)
from majung.taskforce.operations import (
    Actor,
    announcements,
    bodies,
    measures,
    meetings,
    opinions,
    programmes,
    reviews,
    runs,
    strategies,
    system,
)
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import BodyKind, Instrument, Presence, Purpose


def text(word: str) -> dict[str, str]:
    return {"ko": word, "en": word}


def moment(day: str, hour: int = 3) -> datetime:
    """A moment on a day; 03:00 UTC is noon in Seoul."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


@pytest.fixture(autouse=True)
def _papers(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "papers"},
        },
    }


@dataclass
class Institution:
    """A programme with a task force, a robots working group, two ministries and one person a role."""

    programme: Programme
    task_force: Body
    group: Body
    area: Area
    ministry: Organisation
    finance: Organisation
    people: dict[str, Person]

    def by(self, who: str, day: str = "2021-04-09", hour: int = 3) -> Actor:
        """The person acting on a day; `loader` is the machine."""
        at = moment(day, hour)
        return system("loader", at) if who == "loader" else Actor(self.people[who], at)

    def held_meeting(self, key: str = "m1", day: str = "2021-04-15") -> Meeting:
        """A meeting of the working group in session, quorate."""
        secretariat = self.by("secretariat", day)
        meeting = meetings.plan(
            secretariat, self.group, key=key, name=text("meeting"), starts=moment(day), place=text("Seoul")
        )
        meetings.convene(secretariat, meeting)
        for who in ("chair", "member"):
            meetings.attend(secretariat, meeting, person=self.people[who], presence=Presence.PRESENT)
        meetings.open_(self.by("chair", day), meeting)
        return meeting

    def strategy(self, key: str = "robots-2021") -> tuple[Strategy, CoreTask]:
        secretariat = self.by("secretariat")
        strategy = strategies.draft(
            secretariat, self.programme, key=key, name=text("plan"), area=self.area, summary=text("summary")
        )
        return strategy, strategies.add_task(secretariat, strategy, key=f"{key}-t1", name=text("task"))


@pytest.fixture
def institution(db: None) -> Institution:
    return build()


def build() -> Institution:
    """The institution in the present transaction."""
    at = moment("2021-04-01")
    loader = system("loader", at)
    programme = programmes.found("test-2021", text("Test programme"), "KOR", at)
    finance = programmes.add_organisation(loader, programme, key="moef", name=text("Finance"))
    ministry = programmes.add_organisation(loader, programme, key="motie", name=text("Industry"))
    task_force = bodies.found(loader, programme, key="task-force", kind=BodyKind.TASK_FORCE, name=text("TF"))
    roles = {
        "secretariat": (Role.SECRETARIAT, "task-force", finance),
        "auditor": (Role.AUDITOR, "task-force", None),
        "moderator": (Role.MODERATOR, "task-force", None),
        "analyst": (Role.ANALYST, "task-force", None),
        "administrator": (Role.ADMINISTRATOR, "task-force", None),
        "vice_minister": (Role.CHAIR, "task-force", finance),
        "chair": (Role.CHAIR, "group", ministry),
        "rapporteur": (Role.RAPPORTEUR, "group", ministry),
        "member": (Role.MEMBER, "group", finance),
        "absent_member": (Role.MEMBER, "group", ministry),
        "judge": (Role.JUDGE, "group", finance),
        "owner": (Role.OWNER, "group", ministry),
        "verifier": (Role.VERIFIER, "task-force", finance),
    }
    people = {
        who: programmes.add_person(loader, programme, key=who.replace("_", "-"), post=text(who), organisation=where)
        for who, (_, _, where) in roles.items()
    }
    people["outsider"] = programmes.add_person(loader, programme, key="outsider", post=text("outsider"))
    area = bodies.take_up(loader, programme, key="intelligent-robots", name=text("Robots"), leads=[ministry])
    group = area.body
    assert group is not None
    for who, (role, place, where) in roles.items():
        body = task_force if place == "task-force" else group
        bodies.give_mandate(loader, body, person=people[who], role=role, represents=where)
    return Institution(programme, task_force, group, area, ministry, finance, people)


@pytest.fixture
def rows(institution: Institution) -> dict[type[Journaled], Journaled]:
    """One row of every kind that is the subject of an operation."""
    i, loader = institution, institution.by("loader")
    day = date(2021, 5, 1)
    meeting = meetings.plan(loader, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(loader, meeting, title=text("item"), purpose=Purpose.DECIDE)
    series = meetings.set_series(loader, i.group, key="s", first_day=10, last_day=20)
    procedure = meetings.start_procedure(loader, i.group, key="w", question=text("?"), basis="charter")
    strategy, task = i.strategy()
    measure = measures.propose(
        loader,
        task,
        key="measure",
        name=text("measure"),
        instrument=Instrument.FISCAL,
        owner=i.ministry,
        verifier=i.finance,
    )
    metric = measures.set_metric(loader, measure, key="metric", name=text("metric"), unit=text("unit"))
    consultation = opinions.open_consultation(loader, i.group, key="c", question=text("?"), area=i.area)
    submission = opinions.receive(i.by("outsider"), i.programme, title="t", text="t", area=i.area)
    meetings.convene(loader, meeting)
    meetings.open_(loader, meeting)
    action = meetings.assign(loader, item, key="action", text=text("do"), person=i.people["member"])
    made: list[Journaled] = [
        i.programme,
        i.group,
        i.area,
        i.people["outsider"],
        Mandate.objects.get(person=i.people["member"]),
        bodies.set_milestone(loader, i.group, key="milestone", name=text("milestone"), due=day),
        meeting,
        item,
        series,
        procedure,
        action,
        strategy,
        task,
        measure,
        metric,
        measures.set_milestone(loader, measure, name=text("half"), due=day),
        consultation,
        submission,
        opinions.propose_statement(loader, consultation, text=text("statement")),
        announcements.draft(loader, strategy, key="announcement", title=text("announcement")),
        reviews.open_review(loader, i.task_force, key="review", name=text("r"), period_from=day, period_to=day),
        runs.open_panel(loader, i.group, key="panel", question=text("?"), items=["a", "b", "c"]),
    ]
    return {type(row): row for row in made}
