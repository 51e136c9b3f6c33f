"""Guests of a demonstration: one person a role beside those on record, each with a sign-in made for the occasion.

They are no part of the record: their posts say so, their mandates begin on the day of the demonstration, and the
journal names the demonstration as who made them.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from majung.methods.labelled import InputError
from majung.taskforce.models import Area, Body, Lead, Mandate, Organisation, Person, Programme, User
from majung.taskforce.operations import bodies, programmes, system
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import BodyKind, Text

ACTOR = "demonstration"
SEATS: dict[str, tuple[Role | None, BodyKind | None, Text]] = {
    "secretariat": (Role.SECRETARIAT, BodyKind.TASK_FORCE, {"ko": "시연용 사무국", "en": "Demonstration: secretariat"}),
    "chair": (Role.CHAIR, BodyKind.WORKING_GROUP, {"ko": "시연용 작업반장", "en": "Demonstration: chair of a group"}),
    "rapporteur": (Role.RAPPORTEUR, BodyKind.WORKING_GROUP, {"ko": "시연용 간사", "en": "Demonstration: rapporteur"}),
    "member": (Role.MEMBER, BodyKind.WORKING_GROUP, {"ko": "시연용 위원", "en": "Demonstration: member"}),
    "judge": (Role.JUDGE, BodyKind.TASK_FORCE, {"ko": "시연용 평가자", "en": "Demonstration: judge of weights"}),
    "analyst": (Role.ANALYST, BodyKind.TASK_FORCE, {"ko": "시연용 분석가", "en": "Demonstration: analyst"}),
    "officer": (Role.OWNER, BodyKind.WORKING_GROUP, {"ko": "시연용 대책 담당", "en": "Demonstration: measure officer"}),
    "verifier": (Role.VERIFIER, BodyKind.TASK_FORCE, {"ko": "시연용 점검 담당", "en": "Demonstration: verifier"}),
    "moderator": (
        Role.MODERATOR,
        BodyKind.POLICY_COUNCIL,
        {"ko": "시연용 수요 관리", "en": "Demonstration: moderator"},
    ),
    "auditor": (Role.AUDITOR, BodyKind.TASK_FORCE, {"ko": "시연용 감사", "en": "Demonstration: auditor"}),
    "decision-maker": (
        Role.CHAIR,
        BodyKind.STRATEGY_MEETING,
        {"ko": "시연용 의장", "en": "Demonstration: decision maker"},
    ),
    "company": (None, None, {"ko": "시연용 기업", "en": "Demonstration: company"}),
}
"""What each guest is: role and kind of body of the mandate (a company has none), and the post that says so."""


def guests(programme: Programme, at: datetime) -> list[tuple[str, str, str]]:
    """(role, user name, password) of one guest a role; passwords are made anew each time.

    at: the moment of the demonstration. Raises InputError for a programme without areas.
    """
    area = Area.objects.filter(programme=programme, closed_on=None).select_related("body").order_by("pk").first()
    if area is None:
        raise InputError(f"{programme.key} has no area: there is nothing to demonstrate")
    actor = system(ACTOR, at)
    made = []
    for seat, (role, kind, post) in SEATS.items():
        key = f"guest-{seat}"
        person = Person.objects.filter(programme=programme, key=key).first() or programmes.add_person(
            actor, programme, key=key, post=post
        )
        body = _body(programme, area, kind)
        if role is not None and body is not None and not Mandate.objects.on(actor.day).filter(person=person).exists():
            bodies.give_mandate(actor, body, person=person, role=role, represents=_represents(programme, area, seat))
        user, _ = User.objects.get_or_create(username=key)
        password = secrets.token_urlsafe(9)
        user.set_password(password)
        user.save()
        if person.user_id != user.pk:
            programmes.give_account(actor, person, username=key)
        made.append((seat, key, password))
    return made


def _body(programme: Programme, area: Area, kind: BodyKind | None) -> Body | None:
    if kind == BodyKind.WORKING_GROUP:
        return area.body
    return Body.objects.filter(programme=programme, kind=kind, state="active").order_by("pk").first()


def _represents(programme: Programme, area: Area, seat: str) -> Organisation | None:
    """The officer speaks for the lead ministry, the verifier for another organisation."""
    lead = Lead.objects.filter(area=area).select_related("organisation").order_by("pk").first()
    if seat == "officer":
        return lead.organisation if lead else None
    if seat == "verifier":
        others = Organisation.objects.filter(programme=programme)
        return (others.exclude(pk=lead.organisation_id) if lead else others).order_by("pk").first()
    return None
