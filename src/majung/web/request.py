"""Who looks, at which programme, as of which day, in which language: asked once a request, deny by default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from majung.taskforce.models import Journaled, Person, Programme
from majung.taskforce.permission import Actor, verdict
from majung.taskforce.queries.visibility import Sight, sight
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.web.words import Words, words

STAGES = ("evidence", "discovery", "diagnosis", "projects", "meetings", "measures", "announcements", "review")


@dataclass(frozen=True)
class Here:
    """The frame of a page. day: the day that is looked at, today unless `?on=` says otherwise; actor: who acts, now."""

    request: HttpRequest
    programme: Programme
    person: Person
    actor: Actor
    sight: Sight
    words: Words
    day: date
    past: bool

    @property
    def day_said(self) -> str:
        return self.words.day(self.day)

    @property
    def post(self) -> str:
        """The post under which the person is known."""
        return self.words.of(self.person.post)

    def may(self, operation: str, row: Journaled) -> bool:
        """Whether the person may do it now; on a past day nothing is done, only looked at."""
        return not self.past and verdict(self.actor, operation, row) is not None

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page of this programme."""
        frame = {"here": self, "w": self.words, "stages": STAGES}
        return render(self.request, template, {**frame, **context}, status=status)


View = Callable[..., HttpResponse]


def page(topic: str) -> Callable[[View], View]:
    """A page of a programme for signed-in people who belong to it: the view gets a `Here` in place of the request."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def look(request: HttpRequest, programme: str, **given: Any) -> HttpResponse:
            return view(here(request, programme, topic), **given)

        return look

    return decorate


def here(request: HttpRequest, programme: str, topic: str) -> Here:
    """The frame of a request. Raises Http404 for a programme that the person does not belong to: it is not told apart
    from one that does not exist."""
    found = Person.objects.select_related("programme").filter(programme__key=programme, user=request.user.pk).first()
    if found is None:
        raise Http404
    now = timezone.now()
    day, past = looked_at(request, now)
    actor = Actor(found, now)
    as_of = Actor(found, datetime.combine(day, time(12), SEOUL)) if past else actor
    language = words(topic, request.LANGUAGE_CODE)
    # Roles count as of the day: who left may still look at what was open then, never at what came later.
    seen = sight(as_of, found.programme) if past else sight(actor, found.programme)
    return Here(request, found.programme, found, actor, seen, language, day, past)


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


def _plain(request: HttpRequest, name: str, status: int) -> HttpResponse:
    language = getattr(request, "LANGUAGE_CODE", "ko")
    w = words("frame", language)
    said = {"name": name, "heading": w.find(f"error.{name}"), "text": w.find(f"error.{name}_text")}
    return render(request, "error.html", {"w": w, **said}, status=status)
