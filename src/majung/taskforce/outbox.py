"""The outbox: notices that operations left, and reminders of due dates, sent as e-mail in the person's language.

An urgent notice is a mail of its own; the others of a person become one digest. A mail names public things and keys,
and links into the workspace; closed content is never in it. What cannot be sent stays and is tried again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from majung.evidence import problems
from majung.taskforce.journal.images import reference
from majung.taskforce.models import (
    Action,
    Body,
    Mandate,
    Measure,
    Meeting,
    Notice,
    Paper,
    Person,
    Programme,
    Submission,
)
from majung.taskforce.models.base import Journaled
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.taskforce.rules.roles import Role

SOON = timedelta(days=7)
"""How long before a due date a reminder goes out."""
TRIES = 5


@dataclass(frozen=True)
class Delivery:
    """mails sent, notices that they carried, notices that failed and wait for the next time."""

    mails: int
    notices: int
    failed: int


@cache
def words(language: str) -> dict[str, Any]:
    """The words of notices in a language."""
    return tomllib.loads(
        resources.files("majung.taskforce").joinpath(f"text/notices.{language}.toml").read_text("utf-8")
    )


def remind(programme: Programme, now: datetime) -> int:
    """Put reminders of what is due soon or late into the outbox, one a thing, person and due date. Returns how many."""
    made = 0
    for person, kind, about, values in _due(programme, day_of(now)):
        key = reference(about)
        if not Notice.objects.filter(person=person, kind=kind, about=key, values=values).exists():
            Notice.objects.create(programme=programme, person=person, kind=kind, about=key, values=values, made=now)
            made += 1
    return made


def deliver(now: datetime, *, link: str = "") -> Delivery:
    """Send what waits. link: the workspace, printed in each mail. Persons without an address are passed by."""
    mails = notices = failed = 0
    waiting = Notice.objects.filter(sent=None, attempts__lt=TRIES).exclude(person__email="")
    for group in _mails(waiting.select_related("person", "programme").order_by("person_id", "pk")):
        with transaction.atomic():
            held = list(
                Notice.objects.select_for_update().filter(pk__in=[n.pk for n in group], sent=None).order_by("pk")
            )
            if not held:
                continue
            message = compose(held, link)
            try:
                get_connection().send_messages([message])
            except OSError as error:
                for notice in held:
                    notice.attempts, notice.error = notice.attempts + 1, str(error)[:500]
                    notice.save()
                failed += len(held)
                continue
            for notice in held:
                notice.sent, notice.error = now, ""
                notice.save()
            mails, notices = mails + 1, notices + len(held)
    return Delivery(mails, notices, failed)


def compose(notices: list[Notice], link: str = "") -> EmailMessage:
    """One mail to one person with one notice or several."""
    person, programme = notices[0].person, notices[0].programme
    language = person.language
    said = words(language)
    lines = [_filled(said["greeting"], language, post=person.post.get(language, person.key)), ""]
    for notice in notices:
        lines += [_filled(said[notice.kind]["text"], language, **_values(notice, language)), ""]
    lines.append(_filled(said["closing"], language, link=f"{link}/{programme.key}/" if link else programme.key))
    if len(notices) == 1:
        subject = _filled(said[notices[0].kind]["subject"], language, **_values(notices[0], language))
    else:
        subject = _filled(said["digest"], language, programme=programme.name[language], count=len(notices))
    return EmailMessage(subject, "\n".join(lines), settings.DEFAULT_FROM_EMAIL, [person.email])


def _mails(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """Urgent notices one by one; the others of a person and programme together."""
    together: dict[tuple[int, int], list[Notice]] = {}
    for notice in notices:
        if notice.urgent:
            yield [notice]
        else:
            together.setdefault((notice.person_id, notice.programme_id), []).append(notice)
    yield from together.values()


def _values(notice: Notice, language: str) -> dict[str, str]:
    """The holes of a notice's text: names in the language of what its values name."""
    values = {name: str(value) for name, value in notice.values.items()}
    names: dict[str, type[Body] | type[Meeting]] = {"body": Body, "meeting": Meeting}
    for hole, model in names.items():
        if hole in values:
            row = model.objects.filter(programme=notice.programme, key=values[hole]).first()
            if row is not None:
                values[hole] = row.name.get(language, row.key)
                if isinstance(row, Meeting):
                    values["starts"] = _moment(row, language)
    if "role" in values:
        values["role"] = Role(values["role"]).label[language]
    return values


def _moment(meeting: Meeting, language: str) -> str:
    at = meeting.starts.astimezone(SEOUL)
    when = f" {at:%H:%M}" if meeting.time_known else ""
    return f"{at.year}. {at.month}. {at.day}.{when}" if language == "ko" else f"{at.day} {at:%b %Y}{when}"


def _filled(template: str, language: str, **values: object) -> str:
    """Holes filled; Korean particles such as 을(를) chosen after the word before them."""
    filled = template.format_map(values)
    return problems.text("", filled)["ko"] if language == "ko" else filled


def _due(programme: Programme, day: date) -> Iterator[tuple[Person, str, Journaled, dict[str, str]]]:
    until = day + SOON
    actions = Action.objects.filter(programme=programme, state="open", due__lte=until).exclude(person=None)
    for action in actions.select_related("person"):
        if action.person is not None:
            yield action.person, "action-due", action, {"action": action.key, "due": str(action.due)}
    measures = Measure.objects.filter(
        programme=programme, state__in=("agreed", "in-progress", "suspended"), due__lte=until
    ).exclude(officer=None)
    for measure in measures.select_related("officer"):
        if measure.officer is not None:
            yield measure.officer, "measure-due", measure, {"measure": measure.key, "due": str(measure.due)}
    rapporteurs: dict[int, list[Person]] = {}
    for mandate in (
        Mandate.objects.on(day).filter(body__programme=programme, role=Role.RAPPORTEUR).select_related("person")
    ):
        rapporteurs.setdefault(mandate.body_id, []).append(mandate.person)
    waiting = Submission.objects.filter(
        programme=programme, state__in=("received", "moderated", "appealed"), answer_due__lte=until
    )
    for submission in waiting.select_related("area"):
        body = submission.area.body_id if submission.area else None
        for person in rapporteurs.get(body, []) if body else []:
            yield person, "answer-due", submission, {"submission": submission.key, "due": str(submission.answer_due)}
    papers = Paper.objects.filter(item__meeting__programme=programme, look_again__lte=until).exclude(ground="")
    for paper in papers.select_related("item__meeting"):
        meeting = paper.item.meeting
        for person in rapporteurs.get(meeting.body_id, []):
            yield person, "look-again", paper, {"meeting": meeting.key, "due": str(paper.look_again)}
