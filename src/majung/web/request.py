"""Who looks, at which programme, as of which day, in which language: asked once a request, deny by default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from majung.methods.labelled import InputError
from majung.taskforce.models import Journaled, Mandate, Person, Programme, RunRecord
from majung.taskforce.operations.act import Refusal
from majung.taskforce.permission import Actor, mandates, verdict
from majung.taskforce.queries.visibility import Sight, looking_back, sight
from majung.taskforce.rules.clock import day_of
from majung.web.words import Words, words

STAGES = ("evidence", "discovery", "diagnosis", "projects", "meetings", "measures", "announcements", "review")
"""The eight stages of the cycle and the names of the addresses at which each begins; a name without a page yet is
printed as a word, not a link."""
OF_A_RUN = frozenset(
    {"evidence", "discovery", "diagnosis", "industry", "compare", "projects", "weights", "panel", "trace", "trace-find"}
)
"""Pages that show a run, or lead on to one that does: among them one stays with the run that one looks at."""
ACROSS = ("demands", "calendar", "registers", "trace-find", "journal", "retention")
"""Pages beside the cycle, at the foot of every page."""


@dataclass(frozen=True)
class Aside:
    """A run that is shown though another is in force. asked_with: what it was asked with instead of the definitions,
    in words; empty for an earlier run of the definitions. back: where the page is of the run in force; the same address
    without a run where it is empty."""

    record: RunRecord
    in_force: RunRecord
    asked_with: str
    back: str = ""


@dataclass(frozen=True)
class Here:
    """The frame of a page. day: the day that is looked at, today unless `?on=` says otherwise; actor: who acts, now;
    aside: the run that is shown, where it is not the one in force."""

    request: HttpRequest
    programme: Programme
    person: Person
    actor: Actor
    sight: Sight
    words: Words
    day: date
    past: bool
    aside: Aside | None = None

    @property
    def day_said(self) -> str:
        return self.words.day(self.day)

    @property
    def across(self) -> tuple[str, ...]:
        """The pages beside the cycle that the person may open."""
        closed = {"journal": not self.sight.journal, "retention": not self.sight.retention}
        return tuple(name for name in ACROSS if not closed.get(name))

    @property
    def post(self) -> str:
        """The post under which the person is known."""
        return self.words.of(self.person.post)

    @property
    def clock(self) -> str:
        """The moment at which a set clock stands (MAJUNG_CLOCK), empty for a running one."""
        return self.words.moment(settings.CLOCK) if settings.CLOCK else ""

    def address(self, name: str, *args: object) -> str:
        """The address of a page of this programme; of one that shows a run, with the run that is looked at."""
        return self.kept(name, reverse(name, args=[self.programme.key, *args]))

    def in_run(self, run: str, name: str, *args: object) -> str:
        """The address of a page of this programme that shows the run of this key."""
        return f"{reverse(name, args=[self.programme.key, *args])}?{urlencode({'run': run})}"

    def kept(self, name: str, address: str) -> str:
        """The address of the page `name` with the run that is looked at, if that page shows one."""
        return f"{address}?{urlencode({'run': self.aside.record.key})}" if self.aside and name in OF_A_RUN else address

    def deed(self, do: Callable[[], Any], to: str, said: str = "") -> HttpResponse:
        """Do an operation and go to the address `to`; a refusal is told there in the reader's language."""
        try:
            do()
        except Refusal as refusal:
            messages.error(self.request, refusal.said[self.words.code])
        except InputError as error:
            messages.error(self.request, getattr(error, "said", {}).get(self.words.code, str(error)))
        else:
            if said:
                messages.success(self.request, said)
        return HttpResponseRedirect(to)

    def may(self, operation: str, row: Journaled) -> bool:
        """Whether the person may do it now; on a past day nothing is done, only looked at."""
        return not self.past and verdict(self.actor, operation, row, self.held) is not None

    @functools.cached_property
    def held(self) -> list[Mandate]:
        """The person's mandates today, asked for once."""
        return mandates(self.actor, self.actor.day)

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page of this programme."""
        frame = {"here": self, "w": self.words, "stages": STAGES}
        return render(self.request, template, {**frame, **context}, status=status)


View = Callable[..., HttpResponseBase]


def page(topic: str) -> Callable[[View], View]:
    """A page of a programme for signed-in people who belong to it: the view gets a `Here` in place of the request."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def look(request: HttpRequest, programme: str, **given: Any) -> HttpResponseBase:
            return view(here(request, programme, topic), **given)

        return look

    return decorate


def here(request: HttpRequest, programme: str, topic: str) -> Here:
    """The frame of a request. Raises Http404 for a programme that the person does not belong to: it is not told apart
    from one that does not exist."""
    found = Person.objects.select_related("programme").filter(programme__key=programme, user=request.user.pk).first()
    if found is None:
        raise Http404
    now = settings.CLOCK or timezone.now()
    day, past = looked_at(request, now)
    actor = Actor(found, now)
    language = words(topic, language_of(request))
    # Who left may still look at what was open then, never at what came later.
    seen = looking_back(actor, found.programme, day) if past else sight(actor, found.programme)
    return Here(request, found.programme, found, actor, seen, language, day, past)


def actor_of(request: HttpRequest, programme: str) -> Actor:
    """The signed-in person of a programme, acting now. Raises Http404 like :func:`here`."""
    return here(request, programme, "frame").actor


def language_of(request: HttpRequest) -> str:
    """`ko` or `en`."""
    return str(getattr(request, "LANGUAGE_CODE", "ko"))[:2]


def looked_at(request: HttpRequest, now: datetime) -> tuple[date, bool]:
    """The day that a page shows, and whether it is a past one."""
    today = day_of(now)
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today, False
    return (asked, True) if asked < today else (today, False)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _plain(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _plain(request, "404", 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _plain(request, "500", 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _plain(request, "csrf", 403)


def _plain(request: HttpRequest, name: str, status: int) -> HttpResponse:
    w = words("frame", language_of(request))
    said = {"name": status, "heading": w.find(f"error.{name}"), "text": w.find(f"error.{name}_text")}
    return render(request, "error.html", {"w": w, **said}, status=status)
