"""A programme and what it is defined by: its files, organisations, people."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from majung.taskforce.journal.chain import Draft, append
from majung.taskforce.journal.images import image
from majung.taskforce.models import Journaled, Organisation, Person, Programme, ProgrammeFile, User
from majung.taskforce.models.base import witness
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.rules.words import OrganisationKind, Text


def found(key: str, name: Text, country: str, at: datetime, *, exercise: bool = False, **given: Any) -> Programme:
    """Found a programme: the one deed that has no subject yet. Only the loader on the server does it."""
    from django.db import transaction

    rows: list[Journaled] = []

    class Seen:
        def saw(self, row: Journaled) -> None:
            rows.append(row)

    with transaction.atomic():
        seen = witness.set(Seen())
        try:
            programme = Programme(key=key, name=name, country=country, exercise=exercise, **given)
            programme.save()
        finally:
            witness.reset(seen)
        images = [image(row) for row in rows]
        subject = f"programme/{key}"
        append([Draft(programme.pk, at, "programme.found", None, "system:loader", subject, {}, images)])
    return programme


@operation("programme.describe", en="Change the programme's description", ko="프로그램 소개 수정")
def describe(act: Act, programme: Programme, *, name: Text, summary: Text, record_note: dict[str, Any]) -> None:
    programme.name, programme.summary, programme.record_note = name, summary, record_note
    programme.save()


@operation("programme.set_file", en="Change a definition file", ko="정의 파일 수정")
def set_file(act: Act, programme: Programme, *, path: str, text: str) -> ProgrammeFile:
    """Put a definition (criteria, an industry, projects) into force; the version before stays in the journal."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    file = ProgrammeFile.objects.filter(programme=programme, path=path).first()
    if file is None:
        file = ProgrammeFile(programme=programme, path=path)
    file.text, file.sha256 = text, digest
    file.save()
    return file


@operation("organisation.add", en="Add an organisation", ko="기관 추가")
def add_organisation(
    act: Act, programme: Programme, *, key: str, name: Text, kind: OrganisationKind = OrganisationKind.MINISTRY
) -> Organisation:
    organisation = Organisation(programme=programme, key=key, name=name, kind=kind)
    organisation.save()
    return organisation


@operation("person.add", en="Add a person", ko="구성원 추가")
def add_person(
    act: Act,
    programme: Programme,
    *,
    key: str,
    post: Text,
    organisation: Organisation | None = None,
    name: str = "",
    email: str = "",
    language: str = "ko",
) -> Person:
    """Add somebody by the post held; the name may stay unknown."""
    person = Person(
        programme=programme, key=key, post=post, organisation=organisation, name=name, email=email, language=language
    )
    person.save()
    return person


@operation("person.give_account", en="Give a person an account", ko="계정 연결")
def give_account(act: Act, person: Person, *, username: str) -> None:
    """Tie a sign-in account to a person; mandates, not the account, say what may be done."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Invalid(f"no account {username!r}; an administrator makes it first", f"계정 {username!r}이(가) 없다")
    if Person.objects.filter(programme=person.programme, user=user).exclude(pk=person.pk).exists():
        raise Invalid(
            f"account {username!r} already belongs to somebody else", f"계정 {username!r}은(는) 다른 구성원의 것이다"
        )
    person.user = user
    person.save()
