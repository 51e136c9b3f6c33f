"""A person's meetings for a calendar program, and the page on which its secret address is made and switched off."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from majung.taskforce.ical import feed
from majung.taskforce.models import CalendarFeed, Meeting
from majung.taskforce.permission import Actor
from majung.taskforce.queries.visibility import sight, visible
from majung.web.parts import Fact, Lede, Part, offers
from majung.web.request import Here, page

SIGNER = signing.Signer(salt="majung.ical")


@page("feed")
def show(here: Here) -> HttpResponse:
    """The address, since when it holds, and what a person can do with it."""
    w = here.words
    found = CalendarFeed.objects.filter(person=here.person, on=True).first()
    facts = []
    if found is not None:
        address = here.request.build_absolute_uri(here.address("feed", _token(found)))
        facts = [
            Fact(w.find("address"), html=format_html('<a href="{}">{}</a>', address, address)),
            Fact(w.find("made"), w.moment(found.made)),
        ]
    deeds = ["person.renew_feed", *(["person.close_feed"] if found else [])]
    part = Part(
        w.find("address_topic"),
        w.say("since", when=w.moment(found.made)) if found else w.find("none"),
        w.find("note"),
        facts=facts,
        empty=w.find("empty"),
        offers=offers(here, here.person, deeds),
        links=[(w.find("calendar"), here.address("calendar"))],
    )
    lede = Lede(w.find("topic"), w.find("heading"), w.find("stand"))
    return here.show("pages/page.html", stage="meetings", lede=lede, parts=[part])


@login_not_required
def ical(request: HttpRequest, programme: str, token: str) -> HttpResponse:  # noqa: ARG001
    """The person's meetings for a calendar program, which cannot sign in: the address is the secret."""
    try:
        person, number = SIGNER.unsign_object(token)
        found = CalendarFeed.objects.select_related("person__programme").get(person=person, number=number, on=True)
    except (signing.BadSignature, ValueError, TypeError, CalendarFeed.DoesNotExist) as error:
        raise Http404 from error
    person = found.person
    if person.programme.key != programme:
        raise Http404
    now = timezone.now()
    seen = sight(Actor(person, now), person.programme)
    rows = visible(seen, Meeting).filter(body__in=seen.own).order_by("starts")
    return HttpResponse(feed(person.programme, rows, person.language, now), content_type="text/calendar; charset=utf-8")


def _token(found: CalendarFeed) -> str:
    return SIGNER.sign_object([found.person_id, found.number])


urlpatterns = [
    path("<slug:programme>/calendar/feed/", show, name="calendar-feed"),
    path("<slug:programme>/calendar/<str:token>.ics", ical, name="feed"),
]
