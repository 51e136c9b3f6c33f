"""What a page counts of an open review is what its frozen dossier holds, whatever happens to the measures later."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from majung.taskforce.models import Area, Measure, Review, Strategy, Submission
from majung.taskforce.operations import bodies, measures, opinions, record, reviews, system
from majung.taskforce.queries import dossier
from majung.taskforce.queries.lights import with_lights
from majung.taskforce.rules.words import Colour, Instrument

from .conftest import Institution, text

SINCE, UNTIL = date(2021, 5, 1), date(2021, 8, 31)
DAY = date(2021, 9, 1)


def several(i: Institution, areas: int) -> Review:
    """Areas with a demand and three measures each: late with a reading, read outside the period, silent."""
    loader = i.by("loader", DAY.isoformat())
    for n in range(areas):
        area = bodies.take_up(loader, i.programme, key=f"area-{n}", name=text(f"area {n}"), leads=[i.ministry])
        opinions.receive(i.by("outsider"), i.programme, title="a", text="t", area=area)
        _, task = i.strategy(f"s-{n}")
        _move(i, task.strategy, area)
        for k, on in enumerate((date(2021, 8, 1), date(2021, 4, 1), None)):
            one = measures.propose(
                loader,
                task,
                key=f"m-{n}-{k}",
                name=text("m"),
                instrument=Instrument.TAX,
                owner=i.ministry,
                due=DAY if k else UNTIL,
            )
            metric = measures.set_metric(loader, one, key="k", name=text("k"), unit=text("u"))
            measures.set_target(loader, metric, by=date(2021, 3, 31) if k == 1 else UNTIL, value=8)
            if on:
                measures.report_reading(loader, metric, on=on, value=6, source="r")
                measures.report_reading(loader, metric, on=on, value=5, source="r", why_revised="late returns")
    return reviews.open_review(
        loader, i.task_force, key="review", name=text("review"), period_from=SINCE, period_to=UNTIL
    )


def _move(i: Institution, strategy: Strategy, area: Area) -> None:
    record.complete(system(record.LOADER, i.by("loader", DAY.isoformat()).at), strategy, stated={"area": area})


def _shown_open(review: Review) -> tuple[list[dossier.AreaCounts], list[dossier.Line]]:
    rows = with_lights(dossier.of_areas(review.programme), DAY).prefetch_related(
        "metrics__targets", "metrics__readings"
    )
    return dossier.counts(review.programme, DAY), [dossier.line(row, review) for row in rows]


def test_open_and_frozen_are_the_same_and_the_frozen_stays(institution: Institution) -> None:
    i = institution
    review = several(i, 2)
    measure = Measure.objects.get(key="m-0-0")
    measures.owner_light(i.by("owner", DAY.isoformat()), measure, colour=Colour.YELLOW, reason="slow")
    before = _shown_open(review)
    reviews.freeze(i.by("secretariat", DAY.isoformat()), review)
    assert dossier.frozen(Review.objects.defer("dossier").get()) == before
    areas, lines = before
    assert areas[1:] == [  # the first is the institution's own area
        dossier.AreaCounts("area-1", measures=3, verified=0, late=1, silent=1, received=1, answered=0),
        dossier.AreaCounts("intelligent-robots", 0, 0, 0, 0, 0, 0),
    ]
    assert lines[0] == dossier.Line("area-0", "m-0-0", "proposed", "yellow", "yellow", "grey", ((5.0, 8.0),))
    assert [line.readings for line in lines[1:3]] == [(), ()]
    assert dossier.without_reading(review) == (4, 6)
    measures.drop(i.by("secretariat", DAY.isoformat()), measure, reason="no more")
    assert Submission.objects.count() == 2
    assert dossier.frozen(Review.objects.get()) == before
    assert _shown_open(review) != before


def test_many_areas_ask_no_more_than_one(institution: Institution) -> None:
    review = several(institution, 1)
    few = _asked(review)
    for n in range(1, 5):
        _another(institution, n)
    assert _asked(review) == few


def _asked(review: Review) -> int:
    with CaptureQueriesContext(connection) as queries:
        dossier.dossier(review, DAY)
        _shown_open(review)
        dossier.without_reading(review)
    return len(queries.captured_queries)


def _another(i: Institution, n: int) -> None:
    loader = i.by("loader", DAY.isoformat())
    area = bodies.take_up(loader, i.programme, key=f"area-{n}", name=text("area"), leads=[i.ministry])
    _, task = i.strategy(f"s-{n}")
    _move(i, task.strategy, area)
    one = measures.propose(loader, task, key=f"m-{n}", name=text("m"), instrument=Instrument.TAX, owner=i.ministry)
    measures.set_metric(loader, one, key="k", name=text("k"), unit=text("u"))
