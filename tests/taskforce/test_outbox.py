"""Notices by e-mail: urgent ones alone, the rest a digest, in the person's language, nothing closed, none twice."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import Any

import pytest
from django.core import mail

from majung.taskforce import outbox
from majung.taskforce.models import Notice
from majung.taskforce.operations import bodies, meetings, programmes
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Disclosure, Purpose, WithholdingGround

from .conftest import Institution, moment, text


@pytest.fixture
def reader(institution: Institution) -> Any:
    """A member with an address who reads English."""
    loader = institution.by("loader")
    person = programmes.add_person(
        loader, institution.programme, key="reader", post=text("post"), email="reader@example.org", language="en"
    )
    bodies.give_mandate(loader, institution.group, person=person, role=Role.MEMBER)
    return person


def test_a_convocation_is_a_mail_of_its_own_and_the_rest_one_digest(institution: Institution, reader: Any) -> None:
    i, secretariat = institution, institution.by("secretariat")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("First meeting"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
    meetings.convene(secretariat, meeting)
    paper = {"title": text("p"), "file_name": "p.txt", "media_type": "text/plain", "content": b"x"}
    meetings.add_paper(secretariat, item, **paper)  # type: ignore[arg-type]
    sent = outbox.deliver(moment("2021-04-09", 4), link="https://majung.example")
    assert (sent.mails, sent.notices, sent.failed) == (2, 3, 0)
    assert sorted(m.subject for m in mail.outbox) == ["Convocation: First meeting", "Test programme: 2 notices"]
    assert "convened for 15 Apr 2021 12:00" in next(m.body for m in mail.outbox if "Convocation" in m.subject)
    assert all(m.to == ["reader@example.org"] for m in mail.outbox)
    again = outbox.deliver(moment("2021-04-09", 5))
    assert (again.mails, again.notices) == (0, 0)


def test_a_closed_paper_is_not_announced_by_mail(institution: Institution, reader: Any) -> None:
    i, secretariat = institution, institution.by("secretariat")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("Secret title"), purpose=Purpose.DISCUSS)
    meetings.convene(secretariat, meeting)
    meetings.add_paper(
        secretariat,
        item,
        title=text("Secret paper"),
        file_name="secret.txt",
        media_type="text/plain",
        content=b"x",
        disclosure=Disclosure.BODY,
        ground=WithholdingGround.DELIBERATION,
        look_again=date(2021, 10, 1),
    )
    outbox.deliver(moment("2021-04-09", 4))
    everything = " ".join(m.subject + m.body for m in mail.outbox)
    assert "ecret" not in everything
    assert Notice.objects.filter(kind="paper").count() == 0


def test_reminders_come_once_a_thing_and_date(institution: Institution, reader: Any) -> None:
    i, secretariat = institution, institution.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, i.held_meeting(), title=text("t"), purpose=Purpose.DISCUSS)
    meetings.assign(secretariat, item, key="a1", text=text("do"), person=reader, due=date(2021, 4, 30))
    assert outbox.remind(i.programme, moment("2021-04-20")) == 0
    assert outbox.remind(i.programme, moment("2021-04-24")) == 1
    assert outbox.remind(i.programme, moment("2021-04-25")) == 0
    outbox.deliver(moment("2021-04-25"))
    assert "Action a1 is due on 2021-04-30." in "".join(m.body for m in mail.outbox)


def test_what_cannot_be_sent_waits(institution: Institution, reader: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    failed = outbox.deliver(moment("2021-04-09", 4))
    assert failed.failed == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.deliver(moment("2021-04-09", 5)).notices == 1


def test_both_languages_have_the_same_words() -> None:
    found = []
    for language in ("ko", "en"):
        file = resources.files("majung.taskforce").joinpath(f"text/notices.{language}.toml")
        table = tomllib.loads(file.read_text("utf-8"))
        found.append({(k, tuple(v) if isinstance(v, dict) else ()) for k, v in table.items()})
    assert found[0] == found[1]


def test_korean_particles_follow_the_word(institution: Institution) -> None:
    loader = institution.by("loader")
    person = programmes.add_person(loader, institution.programme, key="k", post=text("간사"), email="k@example.org")
    bodies.give_mandate(loader, institution.group, person=person, role=Role.RAPPORTEUR)
    outbox.deliver(moment("2021-04-09", 4))
    (sent,) = mail.outbox
    assert "간사를 맡습니다" in sent.body
