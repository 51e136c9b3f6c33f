"""What waits for a person is what can be done next."""

from __future__ import annotations

from datetime import date

from majung.taskforce.operations import bodies, measures
from majung.taskforce.queries.home import home
from majung.taskforce.rules.words import Instrument

from .conftest import Institution, text


def test_a_measure_that_stands_still_is_begun_before_it_is_reported_done(institution: Institution) -> None:
    i, owner = institution, institution.by("owner")
    _, task = i.strategy()
    measure = measures.propose(
        i.by("loader"),
        task,
        key="m",
        name=text("m"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        due=date(2021, 4, 20),
    )

    def asked() -> list[str]:
        return [one.deed for one in home(i.programme, i.people["owner"], date(2021, 4, 9)).due]

    milestone = bodies.set_milestone(i.by("loader"), i.group, key="half", name=text("half"))
    measures.ground(i.by("loader"), measure, milestone=milestone)
    measures.agree(i.by("loader"), measure)
    assert asked() == ["measure.start"]
    measures.start(owner, measure)
    assert asked() == ["measure.report_done"]
    measures.suspend(owner, measure, reason="r")
    assert asked() == ["measure.start"]
