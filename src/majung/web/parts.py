"""The parts of a page of the institution: a finding with what stands behind it, and the deeds that can be done there.

A view builds `Part`s and shows them with `pages/page.html`: the heading is the finding, each part again a finding with
its tables, facts, pictures and deeds. A deed is offered only to who may do it now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from majung.taskforce.models import Body, Journaled
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.rules.states import Lifecycle
from majung.taskforce.wire.references import refer
from majung.web.request import Here
from majung.web.tables import Table


@dataclass(frozen=True)
class Offer:
    """A deed on offer: done at once by a button, or on a form that asks for what it needs.

    asks: opens a form; about: the name of what it acts on, where that is not what the page is about.
    """

    label: str
    operation: str
    subject: str
    expected: int
    asks: bool
    address: str
    about: str = ""


@dataclass(frozen=True)
class Laid:
    """Offers as they are laid out: a few at hand, the others folded away by what they act on."""

    first: Sequence[Offer]
    folded: Sequence[tuple[str, Sequence[Offer]]]
    count: int


AT_HAND = 3
"""Deeds that stand on the page; further ones are folded."""
WEIGHTY = frozenset(
    {
        "announcement.announce",
        "announcement.withdraw",
        "body.close",
        "consultation.close",
        "meeting.publish_minutes",
        "panel.close",
        "person.close_feed",
        "person.renew_feed",
        "retention.apply",
        "review.decide",
        "review.freeze",
        "strategy.return_to_draft",
    }
)
"""Deeds that ask for nothing but are not taken back: they are confirmed on a page that says what follows."""
LAST = ("cancel", "close", "drop", "erase", "hide", "merge", "postpone", "suspend", "transfer", "withdraw")
"""Ends of names of deeds that break off: never among those at hand."""


def laid(offers: Sequence[Offer]) -> Laid:
    """The page's own deeds first, those that break off last; deeds on other things by their names."""
    own = [o for o in offers if not o.about]
    own.sort(key=lambda o: o.operation.rpartition(".")[2] in LAST)
    groups: dict[str, list[Offer]] = {}
    for one in offers:
        if one.about:
            groups.setdefault(one.about, []).append(one)
    breaking = [o for o in own if o.operation.rpartition(".")[2] in LAST]
    first = own if len(own) <= AT_HAND + 1 and not groups else [o for o in own if o not in breaking][:AT_HAND]
    rest = [o for o in own if o not in first]
    folded = ([("", rest)] if rest else []) + list(groups.items())
    return Laid(first, folded, sum(len(group) for _, group in folded))


@dataclass(frozen=True)
class Fact:
    """A line of a list of facts. html: ready markup in place of text."""

    name: str
    text: str = ""
    html: str = ""
    href: str = ""


@dataclass(frozen=True)
class Part:
    """One section of a page. prose: paragraphs; pictures: safe markup; empty: what will appear, and by whom."""

    topic: str
    finding: str
    note: str = ""
    facts: Sequence[Fact] = ()
    prose: Sequence[str] = ()
    pictures: Sequence[Any] = ()
    tables: Sequence[Table] = ()
    offers: Sequence[Offer] = ()
    links: Sequence[tuple[str, str]] = ()
    empty: str = ""
    full: bool = False
    anchor: str = ""

    @property
    def laid(self) -> Laid:
        return laid(self.offers)

    @property
    def bare(self) -> bool:
        """Nothing to show but what will appear."""
        filled = self.facts or self.prose or self.pictures or any(t.rows for t in self.tables)
        return bool(self.empty) and not filled


@dataclass(frozen=True)
class Lede:
    """The head of a page. chain: the address of the chain of what the page is about."""

    kicker: str
    heading: str
    stand: str = ""
    provenance: str = ""
    offers: Sequence[Offer] = field(default=())
    chain: str = ""

    @property
    def laid(self) -> Laid:
        return laid(self.offers)


def offer(here: Here, operation: str, subject: Journaled, about: str = "", **given: object) -> list[Offer]:
    """The deed, if the person may do it to the subject now and its state has such a step; an empty list otherwise.

    about: the subject's name, where the page is about something else; given: arguments that the form starts with, as
    references or words.
    """
    registered = OPERATIONS[operation]
    if not here.may(operation, subject) or not _possible(subject, operation):
        return []
    name = refer(subject)
    asks = bool(registered.parameters) or operation in WEIGHTY
    query = urlencode({"subject": name, "expected": subject.revision, "next": here.request.get_full_path(), **given})
    address = reverse("deed", args=[here.programme.key, operation])
    return [
        Offer(registered.label[here.words.code], operation, name, subject.revision, asks, f"{address}?{query}", about)
    ]


def offers(here: Here, subject: Journaled, names: Iterable[str], about: str = "") -> list[Offer]:
    """Those of the named deeds that can be done now."""
    return [found for name in names for found in offer(here, name, subject, about)]


def steps(here: Here, subject: Journaled, lifecycle: Lifecycle, state: str, about: str = "") -> list[Offer]:
    """Every step that the person may take from the present state."""
    return offers(here, subject, [step.operation for step in lifecycle.open_steps(state)], about)


def with_parents(bodies: Iterable[Body]) -> list[Body]:
    """Bodies of one programme with the bodies that they answer to at hand: no query more for a permission."""
    found = list(bodies)
    by_number = {body.pk: body for body in found}
    for body in found:
        if body.parent_id in by_number:
            body.parent = by_number[body.parent_id]
    return found


def _possible(subject: Journaled, operation: str) -> bool:
    for column, lifecycle in subject.LIFECYCLES.items():
        step = lifecycle.step(operation)
        if step is not None:
            return getattr(subject, column) in step.sources
    return True
