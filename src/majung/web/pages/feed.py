"""A person's meetings for a calendar program."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from majung.taskforce.ical import feed
from majung.taskforce.models import Meeting, Person
from majung.taskforce.permission import Actor
from majung.taskforce.queries.visibility import sight, visible
from majung.web.request import Here

FEED_SALT = "majung.ical"


def feed_address(here: Here) -> str:
    return here.address("feed", signing.dumps(here.person.pk, salt=FEED_SALT))


@login_not_required
def ical(request: HttpRequest, programme: str, token: str) -> HttpResponse:  # noqa: ARG001
    """The person's meetings for a calendar program, which cannot sign in: the address is the secret."""
    try:
        person = Person.objects.select_related("programme").get(pk=signing.loads(token, salt=FEED_SALT))
    except (signing.BadSignature, Person.DoesNotExist) as error:
        raise Http404 from error
    if person.programme.key != programme:
        raise Http404
    now = timezone.now()
    seen = sight(Actor(person, now), person.programme)
    rows = visible(seen, Meeting).filter(body__in=seen.own).order_by("starts")
    return HttpResponse(feed(person.programme, rows, person.language, now), content_type="text/calendar; charset=utf-8")


urlpatterns = [
    path("<slug:programme>/calendar/<str:token>.ics", ical, name="feed"),
]
