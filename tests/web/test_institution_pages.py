"""Every page of the institution opens for every role in both languages, and offers only what may be done."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from majung.taskforce.models import Meeting
from majung.taskforce.operations import meetings, opinions
from majung.taskforce.rules.words import Answer, Disclosure, Purpose, WithholdingGround
from taskforce.conftest import Institution, moment, text

SignIn = Callable[..., Client]

LISTS = (
    "",
    "situation/",
    "meetings/",
    "calendar/",
    "calendar/?month=2021-05&wish=most",
    "registers/",
    "measures/",
    "demands/",
    "announcements/",
    "reviews/",
)
ONES = (
    "bodies/intelligent-robots-working-group/",
    "bodies/task-force/",
    "meetings/m/",
    "measures/measure/",
    "demands/d-2021-0001/",
    "consultations/c/",
    "announcements/announcement/",
    "strategies/robots-2021/",
    "reviews/review/",
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_empty_pages_say_what_will_appear(institution: Institution, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    for address in LISTS:
        answer = client.get(f"/test-2021/{address}")
        assert answer.status_code == 200, address


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_with_one_of_everything(institution: Institution, rows: Any, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    for address in (*LISTS, *ONES):
        answer = client.get(f"/test-2021/{address}")
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert page.count("<h1") == 1, address
        assert len(page.encode()) < 150_000, address


@pytest.mark.parametrize("who", ["chair", "rapporteur", "member", "judge", "owner", "verifier", "analyst", "outsider"])
def test_each_role_sees_pages_and_only_its_deeds(
    institution: Institution, rows: Any, sign_in: SignIn, who: str
) -> None:
    client = sign_in(who)
    for address in (*LISTS, *ONES):
        assert client.get(f"/test-2021/{address}").status_code in (200, 404), address
    measure = client.get("/test-2021/measures/measure/")
    if measure.status_code == 200:
        page = measure.content.decode()
        assert ("do/measure.change/" in page) == (who == "owner")
        assert ("do/light.reviewer/" in page) == (who == "verifier")


def test_the_journal_is_for_auditors(institution: Institution, sign_in: SignIn) -> None:
    assert sign_in("auditor").get("/test-2021/journal/").status_code == 200
    assert sign_in("chair").get("/test-2021/journal/").status_code == 403


def test_a_deed_is_done_on_its_form(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("secretariat")
    address = "/test-2021/do/meeting.plan/?subject=body/intelligent-robots-working-group&next=/test-2021/meetings/"
    form = client.get(address).content.decode()
    assert 'name="name.ko"' in form
    assert 'type="datetime-local"' in form
    sent = {"key": "k1", "name.ko": "첫 회의", "name.en": "First", "starts": "2021-05-14T10:00", "time_known": "on"}
    done = client.post(address, sent)
    assert (done.status_code, done.headers["location"]) == (302, "/test-2021/meetings/")
    meeting = Meeting.objects.get(key="k1")
    assert meeting.starts == moment("2021-05-14", 1), "ten o'clock in Seoul"
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "First" in again.content.decode(), "what was entered stays on the form"


def test_a_deed_on_an_old_version_says_what_changed(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    from majung.taskforce.models import Measure

    client = sign_in("owner")
    measure = Measure.objects.get(key="measure")
    address = f"/test-2021/do/measure.change/?subject=measure/measure&expected={measure.revision}"
    assert client.post(address, {"due": "2021-12-31"}).status_code == 302
    late = client.post(address, {"due": "2022-06-30"})
    assert late.status_code == 409
    assert "Change a measure&#x27;s plan" in late.content.decode()


def test_nobody_is_sent_elsewhere(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("secretariat")
    address = "/test-2021/do/room.add/?next=https://example.org/"
    answer = client.post(address, {"key": "r", "name.ko": "방", "name.en": "Room", "seats": "8"})
    assert answer.headers["location"] == "/test-2021/"


def test_who_may_not_finds_no_form(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("judge")
    where = "?subject=body/intelligent-robots-working-group"
    assert client.get(f"/test-2021/do/meeting.plan/{where}").status_code == 403
    assert client.post(f"/test-2021/do/meeting.plan/{where}", {"key": "x"}).status_code == 403
    assert client.get("/test-2021/do/record.nothing/").status_code == 404


def test_a_closed_paper_of_another_group_does_not_exist(institution: Institution, sign_in: SignIn) -> None:
    i, secretariat = institution, institution.by("secretariat")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
    paper = meetings.add_paper(
        secretariat,
        item,
        title=text("Closed paper"),
        file_name="p.html",
        media_type="text/html",
        content=b"<script>alert(1)</script>",
        disclosure=Disclosure.BODY,
        ground=WithholdingGround.DELIBERATION,
        look_again=moment("2030-01-01").date(),
    )
    assert sign_in("outsider").get(f"/test-2021/papers/{paper.pk}/").status_code == 404
    answer = sign_in("member").get(f"/test-2021/papers/{paper.pk}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    answer.close()


def test_a_former_member_sees_what_was_then(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    mandate = Mandate.objects.get(person=i.people["member"])
    bodies.end_mandate(i.by("secretariat", "2021-06-30"), mandate)
    client = sign_in("secretariat")
    then = client.get("/test-2021/bodies/intelligent-robots-working-group/?on=2021-06-30").content.decode()
    after = client.get("/test-2021/bodies/intelligent-robots-working-group/?on=2021-07-01").content.decode()
    assert ">member<" in then
    assert ">member<" not in after


def test_the_calendar_feed_needs_no_sign_in_but_its_secret(
    institution: Institution, rows: Any, sign_in: SignIn, client: Client
) -> None:
    page = sign_in("chair").get("/test-2021/meetings/").content.decode()
    address = page.split('href="/test-2021/calendar/')[2].split('"')[0]
    assert address.endswith(".ics")
    answer = client.get(f"/test-2021/calendar/{address}")
    assert answer.status_code == 200
    assert b"BEGIN:VEVENT" in answer.content
    assert client.get(f"/test-2021/calendar/x{address}").status_code == 404


def test_exports_are_escaped(institution: Institution, sign_in: SignIn) -> None:
    i = institution
    opinions.receive(i.by("outsider"), i.programme, title="=HYPERLINK(1)", text="t")
    answer = sign_in("secretariat").get("/test-2021/demands/?demands.as=csv")
    assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")


def test_a_deed_on_a_metric_finds_it(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    """A metric's key names it within its measure only: addresses carry its number."""
    client = sign_in("owner")
    page = client.get("/test-2021/measures/measure/").content.decode()
    address = page.split("do/reading.report/?")[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"/test-2021/do/reading.report/?{address}").status_code == 200


def test_the_past_shows_a_former_member_nothing_of_later(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    bodies.end_mandate(i.by("secretariat", "2021-04-30"), Mandate.objects.get(person=i.people["member"]))
    for key, day in (("before", "2021-04-20"), ("after", "2021-05-20")):
        meetings.plan(
            i.by("secretariat"),
            i.group,
            key=key,
            name=text(f"closed {key}"),
            starts=moment(day),
            disclosure=Disclosure.BODY,
        )
    client = sign_in("member")
    assert client.get("/test-2021/meetings/before/").status_code == 404
    assert client.get("/test-2021/meetings/before/?on=2021-04-21").status_code == 200
    assert client.get("/test-2021/meetings/after/?on=2021-04-21").status_code == 404
    assert "closed after" not in client.get("/test-2021/meetings/?on=2021-04-21").content.decode()


def test_the_past_shows_a_former_member_no_paper_laid_since(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    meeting = meetings.plan(
        i.by("secretariat"), i.group, key="held", name=text("held"), starts=moment("2021-04-20"), disclosure="body"
    )
    item = meetings.add_item(i.by("secretariat"), meeting, title=text("item"), purpose="discuss")
    bodies.end_mandate(i.by("secretariat", "2021-04-30"), Mandate.objects.get(person=i.people["member"]))
    papers = {
        day: meetings.add_paper(
            i.by("secretariat", day),
            item,
            title=text(day),
            file_name="p.txt",
            media_type="text/plain",
            content=day.encode(),
        )
        for day in ("2021-04-19", "2021-05-03")
    }
    client = sign_in("member")
    seen = []
    for laid, paper in papers.items():
        for on in ("2021-04-18", "2021-04-21", "2021-05-03"):
            answer = client.get(f"/test-2021/papers/{paper.pk}/?on={on}")
            # Read to its end: closing it by hand would close the test's connection on PostgreSQL.
            content = b"".join(answer)  # type: ignore[arg-type]
            seen += [(laid, on)] if answer.status_code == 200 and content == laid.encode() else []
    # Only what lay before the body while the mandate held, and that as of a day on which it lay there.
    assert seen == [("2021-04-19", "2021-04-21")]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_wrong_stands_beside_its_field(institution: Institution, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    address = "/test-2021/do/meeting.plan/?subject=body/intelligent-robots-working-group"
    answer = client.post(address, {"key": "k", "name.ko": "회의", "starts": "soon"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('id="w-') == 1
    assert 'id="w-name"' in page
    again = client.post(address, {"key": "k", "name.ko": "회의", "name.en": "Meeting", "starts": "soon"})
    assert 'id="w-starts"' in again.content.decode()


def test_what_cannot_be_undone_is_confirmed_first(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    from majung.web.parts import LAST, WEIGHTY

    page = sign_in("secretariat").get("/test-2021/reviews/review/").content.decode()
    assert "review.freeze" in WEIGHTY
    assert 'class="btn" href="/test-2021/do/review.freeze/' in page
    meeting = sign_in("secretariat").get("/test-2021/meetings/m/").content.decode()
    assert "cancel" in LAST
    assert meeting.index("do/meeting.end/") > 0


def _grow(institution: Institution, task: Any, many: int, start: int = 0) -> None:
    """Rows of every list."""
    from majung.taskforce.operations import measures
    from majung.taskforce.rules.words import Instrument

    i, secretariat = institution, institution.by("secretariat")
    for n in range(start, start + many):
        meeting = meetings.plan(secretariat, i.group, key=f"q{n}", name=text(f"q{n}"), starts=moment("2021-04-15"))
        item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
        meetings.convene(secretariat, meeting)
        meetings.open_(secretariat, meeting)
        meetings.assign(secretariat, item, key=f"a{n}", text=text("do"), person=i.people["member"])
        measures.propose(
            i.by("rapporteur"),
            task,
            key=f"q{n}",
            name=text(f"q{n}"),
            instrument=Instrument.FISCAL,
            owner=i.ministry,
            verifier=i.finance,
            due=moment("2021-04-10").date(),
        )
        opinions.receive(i.by("outsider"), i.programme, title=f"q{n}", text="t", area=i.area)


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_rows(
    institution: Institution, rows: Any, sign_in: SignIn, address: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from majung.taskforce.models import CoreTask

    client, task = sign_in("auditor"), CoreTask.objects.first()
    _grow(institution, task, 1)
    client.get(f"/test-2021/{address}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/test-2021/{address}")
    _grow(institution, task, 30, start=1)
    with django_assert_max_num_queries(len(few)):
        client.get(f"/test-2021/{address}")


def test_personal_data_that_are_due_are_erased_with_one_click(institution: Institution, sign_in: SignIn) -> None:
    i = institution
    found = opinions.receive(i.by("outsider"), i.programme, title="Title", text="Text", contact="a@example.org")
    opinions.moderate(i.by("moderator"), found, reason="r")
    opinions.answer(
        i.by("secretariat"), found, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link="https://example.org/"
    )
    for who in ("chair", "moderator"):
        assert sign_in(who).get("/test-2021/retention/").status_code == 403
    for who in ("auditor", "administrator"):
        answer = sign_in(who).get("/test-2021/retention/")
        assert "<button>Erase<" not in answer.content.decode(), "they look, the secretariat erases"
    client = sign_in("secretariat")
    assert "/test-2021/retention/" in client.get("/test-2021/").content.decode()
    page = client.get("/test-2021/retention/").content.decode()
    assert "1 row of personal data is due for erasure" in page
    assert f'href="/test-2021/demands/{found.key}/"' in page
    assert "Title" not in page
    (action,) = re.findall(r'action="([^"]*submission\.erase[^"]*)"', page)
    done = client.post(html.unescape(action), {"rule": "answered"})
    assert (done.status_code, done.headers["location"]) == (302, "/test-2021/retention/")
    found.refresh_from_db()
    assert (found.title, found.text, found.contact) == ("", "", "")
    after = client.get("/test-2021/retention/").content.decode()
    assert "No personal data are due for erasure" in after
    assert "1 erased lately" in after
