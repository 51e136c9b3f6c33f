"""May this person do this, here, on this day? Asked of the one matrix in rules/permissions.toml; no rule means no."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from majung.taskforce.models.base import Journaled
from majung.taskforce.models.bodies import Body, Mandate, Person
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.roles import Role

SCOPES = ("programme", "body", "organisation", "verification", "self")
ANYONE = "anyone"


@dataclass(frozen=True)
class Actor:
    """Who acts and when. at: the moment the deed counts from; roles are those held on that day.

    system: a process of the machine (loader, clock, worker) in place of a person; only the command line makes one.
    """

    person: Person | None
    at: datetime
    system: str = ""

    def __post_init__(self) -> None:
        if (self.person is None) == (not self.system):
            raise ValueError("an actor is a person or a system process, one of the two")
        if self.at.tzinfo is None:
            raise ValueError("an actor acts at a moment with a time zone")

    @property
    def day(self) -> date:
        """The day in Seoul."""
        return day_of(self.at)


def system(name: str, at: datetime) -> Actor:
    return Actor(None, at, name)


@cache
def matrix() -> dict[str, dict[str, str]]:
    """operation -> role (or `anyone`) -> scope. Raises ValueError at an unknown role or scope."""
    text = resources.files("majung.taskforce.rules").joinpath("permissions.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    for name, row in table.items():
        for role, scope in row.items():
            if role != ANYONE and role not in set(Role):
                raise ValueError(f"permissions.toml: {name}: no role {role!r}")
            if scope not in SCOPES:
                raise ValueError(f"permissions.toml: {name}: no scope {scope!r}")
    return table


def verdict(actor: Actor, operation: str, row: Journaled, held: Sequence[Mandate] | None = None) -> str | None:
    """In which capacity the actor may do it, None if in none. Mandates count as of the actor's day; held: those, where
    many deeds are asked about at once."""
    if actor.system:
        return f"system:{actor.system}"
    rules = matrix().get(operation, {})
    person = actor.person
    if person is None or person.programme_id != row.in_programme.pk:
        return None
    if ANYONE in rules and (rules[ANYONE] == "programme" or row.of_person == person.pk):
        return ANYONE
    for mandate in mandates(actor, actor.day) if held is None else held:
        scope = rules.get(mandate.role)
        if scope and _covers(scope, mandate, row, person.pk):
            return f"{mandate.role}@{mandate.body.key}"
    return None


def mandates(actor: Actor, day: date) -> list[Mandate]:
    """The actor's mandates in force on a day, with their bodies."""
    if actor.person is None:
        return []
    return list(Mandate.objects.on(day).filter(person=actor.person).select_related("body").order_by("pk"))


def _covers(scope: str, mandate: Mandate, row: Journaled, person: int) -> bool:
    match scope:
        case "programme":
            return True
        case "body":
            return mandate.body_id in {body.pk for body in _line(row.in_body)}
        case "organisation":
            return mandate.represents_id is not None and mandate.represents_id in row.owners
        case "verification":
            return mandate.represents_id is not None and mandate.represents_id in row.verifiers
        case _:
            return row.of_person == person


def _line(body: Body | None) -> Iterator[Body]:
    """The body and those it answers to."""
    while body is not None:
        yield body
        body = body.parent
