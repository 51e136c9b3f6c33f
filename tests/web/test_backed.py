"""Tables that stay in the database, and pages whose queries do not grow with what is on record."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from majung.taskforce.models import Measure, Meeting, Organisation, Review
from majung.taskforce.operations import announcements, bodies, measures, meetings, opinions, reviews
from majung.taskforce.rules.states import MEASURE
from majung.taskforce.rules.words import Instrument, Purpose
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.tables import ROWS, Cell, Column, Row, Table, arranged, exported
from taskforce.conftest import Institution, moment, text

SignIn = Callable[..., Client]
Rows = dict[Any, Any]
DAY = dt.date(2021, 5, 1)

PAGES = (
    "",
    "situation/",
    "meetings/",
    "meetings/?meetings.find=meeting&meetings.sort=-body",
    "meetings/m/",
    "bodies/intelligent-robots-working-group/",
    "calendar/?month=2021-04",
    "registers/",
    "registers/?actions.find=do&actions.sort=who",
    "measures/",
    "measures/?measures.find=measure&measures.sort=owner",
    "measures/measure/",
    "demands/",
    "demands/?demands.find=a&demands.sort=-area",
    "announcements/",
    "announcements/announcement/",
    "strategies/robots-2021/",
    "reviews/",
    "reviews/r-0/",
    "reviews/r-0/?measures.find=robots&measures.sort=-area",
)


def _grow(i: Institution, rows: Rows, numbers: Iterable[int]) -> None:
    """One more of everything that pages list for each number; names run against the numbers."""
    loader, task = i.by("loader"), rows[Measure].task
    for n in numbers:
        measure = measures.propose(
            loader,
            task,
            key=f"measure-{n:02d}",
            name=text(f"Measure {99 - n}"),
            instrument=Instrument.FISCAL,
            owner=i.ministry if n % 2 else i.finance,
            due=DAY + dt.timedelta(days=n) if n % 3 else None,
        )
        measures.set_metric(loader, measure, key="metric", name=text("metric"), unit=text("unit"))
        measures.set_metric(loader, rows[Measure], key=f"metric-{n}", name=text("metric"), unit=text("unit"))
        meetings.plan(loader, i.group, key=f"m-{n}", name=text("meeting"), starts=moment("2021-04-16", n % 12))
        item = meetings.add_item(loader, rows[Meeting], title=text("item"), purpose=Purpose.INFORM)
        meetings.assign(loader, item, key=f"action-{n}", text=text("do"), person=i.people["member"], due=DAY)
        area = bodies.take_up(loader, i.programme, key=f"area-{n}", name=text(f"area {n}"), leads=[i.ministry])
        opinions.receive(i.by("outsider"), i.programme, title=f"a {n}", text="t", area=area)
        announcements.draft(loader, task.strategy, key=f"announcement-{n}", title=text("announcement"))
        reviews.open_review(loader, i.task_force, key=f"r-{n}", name=text("r"), period_from=DAY, period_to=DAY)


def _asked(client: Client) -> dict[str, int]:
    counted = {}
    for address in PAGES:
        with CaptureQueriesContext(connection) as asked:
            status = client.get(f"/test-2021/{address}").status_code
        assert status == 200, address
        counted[address] = len(asked.captured_queries)
    return counted


@pytest.mark.parametrize("who", ["secretariat", "chair"])
def test_thirty_rows_ask_no_more_of_the_database_than_few(
    institution: Institution, rows: Rows, sign_in: SignIn, who: str
) -> None:
    client = sign_in(who)
    _grow(institution, rows, range(2))
    few = _asked(client)
    _grow(institution, rows, range(2, 30))
    many = _asked(client)
    assert {page: (few[page], n) for page, n in many.items() if n > few[page]} == {}
    assert max(many.values()) <= 30
    first, second = (client.get(f"/test-2021/situation/?areas={n}").content.decode() for n in (0, 1))
    assert ("area 29" in first, "area 29" in second) == (False, True)
    assert ("areas=1" in first, "areas=0" in second) == (True, True)


# ---------- a backed table does what one in memory does


def _row(measure: Measure) -> Row:
    due = measure.due.isoformat() if measure.due else "–"
    cells = [
        Cell(measure.name["en"], sub=measure.key),
        Cell(measure.owner.name["en"]),
        Cell(MEASURE.labels[measure.state]["en"]),
        Cell(due, measure.due),
    ]
    return Row(cells)


COLUMNS = [Column("name", "Name"), Column("owner", "Owner"), Column("state", "State"), Column("due", "Due")]


def _tables() -> tuple[Table, Table]:
    """(in the database, in memory)."""
    name = said("name", "en")
    backed = Backed(
        Measure.objects.order_by("key"),
        _row,
        whole=lambda rows: rows.select_related("owner"),
        sorts={
            "name": name,
            "owner": said("owner__name", "en"),
            "state": labelled("state", MEASURE, "en"),
            "due": "due",
        },
        finds=[
            within(name),
            within("key"),
            through("owner", Organisation, said("name", "en")),
            in_state("state", MEASURE, "en"),
            within(Cast("due", CharField())),
        ],
    )
    kept = [_row(m) for m in Measure.objects.select_related("owner").order_by("key")]
    return Table("t", COLUMNS, backed), Table("t", COLUMNS, kept)


QUERIES = (
    "",
    *(f"t.sort={turn}{c.key}" for c in COLUMNS for turn in ("", "-")),
    "t.sort=nonsense",
    "t.find=MEASURE+9",
    "t.find=finance&t.sort=-due",
    "t.find=proposed",
    "t.find=2021-05-0",
    "t.find=measure-1+industry",
    "t.find=100%25",
    "t.find=nobody",
    "t.page=1",
    "t.page=99",
)


def test_the_database_finds_and_sorts_as_memory_does(institution: Institution, rows: Rows) -> None:
    _grow(institution, rows, range(12))
    for query in QUERIES:
        backed, kept = (arranged(table, RequestFactory().get(f"/?{query}")) for table in _tables())
        assert [row.cells for row in backed.shown] == [row.cells for row in kept.shown], query
        assert (backed.found, backed.links, len(backed.rows)) == (kept.found, kept.links, len(kept.rows)), query
        files = [exported(RequestFactory().get(f"/?{query}&t.as=csv"), table) for table in _tables()]
        lines = [list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")))) for file in files if file]
        assert lines[0] == lines[1], query
        assert len(lines[0]) == 1 + kept.found, query


def test_only_a_page_of_rows_is_brought(institution: Institution, rows: Rows) -> None:
    _grow(institution, rows, range(3))
    made: list[int] = []

    def counted(measure: Measure) -> Row:
        made.append(measure.pk)
        return _row(measure)

    table = Table("t", COLUMNS, Backed(Measure.objects.order_by("key"), counted))
    shown = arranged(table, RequestFactory().get("/"))
    assert len(made) == len(shown.shown) == 4 <= ROWS
    assert table.rows[1].cells[0].sub == "measure-00"
    assert len(made) == 5


def test_a_review_calls_its_measures_by_name_open_and_frozen(
    institution: Institution, rows: Rows, sign_in: SignIn
) -> None:
    _grow(institution, rows, range(2))
    client = sign_in("secretariat")
    review = Review.objects.get(key="r-0")

    def shown() -> tuple[bool, bool]:
        page = client.get("/test-2021/reviews/r-0/").content.decode()
        return "Measure 99" in page, "measure-00" in page

    assert shown() == (True, True)
    reviews.freeze(institution.by("loader"), review)
    assert shown() == (True, True)
