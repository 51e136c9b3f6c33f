"""The rule's light in SQL is the rule's light in Python, over every state, lateness and reading."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product

import pytest

from majung.taskforce.models import Measure, Standing
from majung.taskforce.operations import bodies, measures, record, system
from majung.taskforce.operations.standing import ORIGIN, standing
from majung.taskforce.queries.lights import lights, with_lights
from majung.taskforce.queries.situation import situation
from majung.taskforce.rules.words import Colour, Direction, Instrument

from .conftest import Institution, moment, text
from .test_states import put_into_state

DAY = date(2022, 7, 1)


def test_sql_and_python_agree(institution: Institution) -> None:
    i, loader = institution, institution.by("loader", "2022-07-01")
    _, task = i.strategy()
    states = ("proposed", "agreed", "in-progress", "reported-done", "verified", "suspended", "dropped", "transferred")
    dues = (None, DAY, DAY - timedelta(days=1), DAY - timedelta(days=90), DAY - timedelta(days=91))
    readings = (None, 130.0, 195.0, 260.0)  # due by the end of June 2022, half-way: 200 of 100 -> 300
    for number, (state, due, value) in enumerate(product(states, dues, readings)):
        measure = measures.propose(
            loader,
            task,
            key=f"m{number}",
            name=text("m"),
            instrument=Instrument.TAX,
            owner=i.ministry,
            verifier=i.finance,
            due=due,
        )
        if value is not None:
            metric = measures.set_metric(
                loader,
                measure,
                key="k",
                name=text("k"),
                unit=text("u"),
                baseline=100,
                baseline_on=date(2021, 6, 30),
            )
            measures.set_target(loader, metric, by=date(2023, 6, 30), value=300)
            measures.report_reading(loader, metric, on=date(2022, 6, 30), value=value, source="r")
        put_into_state(loader, i.programme, row=measure, column="state", state=state)
    whole = Measure.objects.prefetch_related("lights", "metrics__targets", "metrics__readings")
    in_python = {m.key: lights(m, DAY).rule.value for m in whole}
    in_sql = dict(with_lights(Measure.objects.all(), DAY).values_list("key", "rule_colour"))
    assert in_sql == in_python
    assert set(in_sql.values()) == {colour.value for colour in Colour}
    line = situation(i.programme, DAY).areas[0]
    counted = [m for m in whole if m.state != "dropped"]
    assert +line.lights["rule"] == Counter(in_python[m.key] for m in counted)
    assert (line.measures, line.agreed) == (len(counted), sum(m.state != "proposed" for m in counted))
    assert line.late == sum(m.late_by(DAY) > 0 for m in counted)


@pytest.mark.parametrize(
    ("direction", "baseline", "value", "expected"),
    [
        (Direction.UP, 100.0, 150.0, 0.5),  # half of the 100 that are due half-way from 100 to 300
        (Direction.UP, None, 150.0, None),  # no baseline: a reading before the target's day says nothing
        (Direction.DOWN, 12.0, 8.5, 1.0),  # rank 12 to 5, half-way: 3.5 places due, 3.5 made
        (Direction.UP, 100.0, 90.0, 0.0),
    ],
)
def test_progress_by_hand(
    institution: Institution, direction: Direction, baseline: float | None, value: float, expected: float | None
) -> None:
    i, loader = institution, institution.by("loader", "2022-07-01")
    _, task = i.strategy()
    measure = measures.propose(loader, task, key="m", name=text("m"), instrument=Instrument.TAX, owner=i.ministry)
    metric = measures.set_metric(
        loader,
        measure,
        key="k",
        name=text("k"),
        unit=text("u"),
        direction=direction,
        baseline=baseline,
        baseline_on=date(2021, 6, 30) if baseline is not None else None,
    )
    measures.set_target(loader, metric, by=date(2023, 6, 30), value=300 if direction == Direction.UP else 5)
    measures.report_reading(loader, metric, on=date(2022, 6, 30), value=value, source="r")
    assert Standing.objects.get(measure=measure).progress == pytest.approx(expected)


def test_a_revised_reading_and_a_new_light_move_the_standing(institution: Institution) -> None:
    i, loader = institution, institution.by("loader", "2022-07-01")
    _, task = i.strategy()
    measure = measures.propose(
        loader, task, key="m", name=text("m"), instrument=Instrument.TAX, owner=i.ministry, verifier=i.finance
    )
    metric = measures.set_metric(loader, measure, key="k", name=text("k"), unit=text("u"))
    measures.set_target(loader, metric, by=date(2022, 6, 1), value=10)
    measures.report_reading(loader, metric, on=date(2022, 6, 1), value=4, source="r")
    measures.report_reading(loader, metric, on=date(2022, 6, 1), value=5, source="r", why_revised="late returns")
    measures.owner_light(i.by("owner", "2022-06-02"), measure, colour=Colour.YELLOW, reason="slow")
    measures.owner_light(i.by("owner", "2022-06-03"), measure, colour=Colour.GREEN, reason="recovered")
    row = Standing.objects.get(measure=measure)
    assert (row.progress, row.owner, row.reviewer) == (0.5, "green", "grey")
    assert_standings_follow()


def assert_standings_follow() -> None:
    """Every measure's standing is what is derived from its origin now."""
    columns = [field.attname for field in Standing._meta.concrete_fields]
    whole = Measure.objects.select_related("task__strategy").prefetch_related(*ORIGIN)
    derived = {m.pk: {c: getattr(standing(m), c) for c in columns} for m in whole}
    assert {row.pop("measure_id"): row for row in Standing.objects.values()} == {
        pk: {c: v for c, v in row.items() if c != "measure_id"} for pk, row in derived.items()
    }


def test_the_standing_follows_dates_states_and_a_strategy_that_moves(institution: Institution) -> None:
    i, loader = institution, institution.by("loader", "2022-07-01")
    strategy, task = i.strategy()
    measure = measures.propose(
        loader, task, key="m", name=text("m"), instrument=Instrument.TAX, owner=i.ministry, verifier=i.finance, due=DAY
    )
    seen = []

    def told() -> None:
        assert_standings_follow()
        row = Standing.objects.get(measure=measure)
        seen.append((row.state, row.late_from, row.way, row.area_id))

    told()
    measures.change(loader, measure, due=DAY + timedelta(days=9))
    told()
    for deed in ("agreed", "in-progress", "reported-done", "verified"):
        put_into_state(loader, i.programme, row=measure, column="state", state=deed)
        told()
    other = bodies.take_up(loader, i.programme, key="other", name=text("other"), leads=[i.ministry])
    record.complete(system(record.LOADER, moment("2022-07-01")), strategy, stated={"area": other})
    told()
    late = DAY + timedelta(days=10)
    assert seen == [
        ("proposed", DAY + timedelta(days=1), "grey", i.area.pk),
        ("proposed", late, "grey", i.area.pk),
        ("agreed", late, "grey", i.area.pk),
        ("in-progress", late, "grey", i.area.pk),
        ("reported-done", None, "grey", i.area.pk),
        ("verified", None, "green", i.area.pk),
        ("verified", None, "green", other.pk),
    ]
