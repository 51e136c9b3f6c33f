"""Ready-made sign-ins of an exercise, one a role, with random passwords that are shown once."""

from __future__ import annotations

import secrets
from datetime import datetime

from majung.methods.labelled import InputError
from majung.taskforce.models import Mandate, Person, Programme, User
from majung.taskforce.operations import programmes
from majung.taskforce.operations.exercise import GENERATOR
from majung.taskforce.permission import system
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import BodyKind, OrganisationKind


def demo_accounts(programme: Programme, at: datetime) -> list[tuple[str, str, str]]:
    """(role, user name, password) for one person a role; made anew, passwords included, each time it is called.

    at: the moment whose mandates count. Raises InputError for a programme that is no exercise.
    """
    if not programme.exercise:
        raise InputError(f"{programme.key} is no exercise: its accounts are made by an administrator, one by one")
    actor = system(GENERATOR, at)
    made = []
    for role, person in _people(programme, actor.day).items():
        username, password = f"{programme.key}-{role}", secrets.token_urlsafe(12)
        user, _ = User.objects.get_or_create(username=username)
        user.set_password(password)
        user.save()
        if person.user_id != user.pk:
            programmes.give_account(actor, person, username=username)
        made.append((role, username, password))
    return made


def _people(programme: Programme, day: object) -> dict[str, Person]:
    """The first person of each role; chairs by the kind of their body; a company's person without a mandate."""
    found: dict[str, Person] = {}
    held = Mandate.objects.filter(body__programme=programme, starts__lte=day, ends=None).order_by("pk")
    for mandate in held.select_related("person", "body"):
        role = str(mandate.role)
        if role == Role.CHAIR:
            role = {
                BodyKind.WORKING_GROUP: "chair",
                BodyKind.TASK_FORCE: "task-force-chair",
                BodyKind.STRATEGY_MEETING: "decision-maker",
            }.get(BodyKind(mandate.body.kind), "chair")
        if mandate.person not in found.values():
            found.setdefault(role, mandate.person)
    company = Person.objects.filter(programme=programme, organisation__kind=OrganisationKind.COMPANY).order_by("pk")
    if first := company.first():
        found["company"] = first
    return found
