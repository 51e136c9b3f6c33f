"""Guests of a demonstration can sign in, hold their role, and say that they are guests."""

from __future__ import annotations

from majung.taskforce.exercise.guests import SEATS, guests
from majung.taskforce.models import Mandate, Person, User
from majung.taskforce.permission import Actor, verdict

from .conftest import Institution, moment


def test_a_guest_a_role_twice_over(institution: Institution) -> None:
    i, at = institution, moment("2026-11-25")
    first = guests(i.programme, at)
    assert [seat for seat, _, _ in first] == list(SEATS)
    people = Person.objects.filter(programme=i.programme, key__startswith="guest-")
    assert all(p.post["en"].startswith("Demonstration: ") for p in people)
    mandates = Mandate.objects.count()
    again = guests(i.programme, at)
    assert Mandate.objects.count() == mandates
    assert {p for _, _, p in first}.isdisjoint({p for _, _, p in again}), "passwords are made anew"
    for _, user, password in again:
        assert User.objects.get(username=user).check_password(password)
    secretariat = Actor(people.get(key="guest-secretariat"), at)
    assert verdict(secretariat, "meeting.plan", i.group) is not None
    company = Actor(people.get(key="guest-company"), at)
    assert verdict(company, "meeting.plan", i.group) is None
