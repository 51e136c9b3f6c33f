"""The first page and a person's account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, URLPattern, path, reverse

from majung.taskforce.models import Person
from majung.web.request import STAGES, language_of
from majung.web.words import words


def start(request: HttpRequest) -> HttpResponse:
    """Straight into the one programme, or the choice between several."""
    user = request.user.pk or 0
    held = Person.objects.filter(user_id=user).select_related("programme").order_by("programme__key")
    seats = [(person, first_page(person.programme.key)) for person in held]
    if len(seats) == 1:
        return HttpResponseRedirect(seats[0][1])
    w = words("frame", language_of(request))
    heading = w.say("start.many", n=len(seats)) if seats else w.find("start.none")
    return render(request, "start.html", {"seats": seats, "heading": heading})


def first_page(programme: str) -> str:
    """Where work begins in a programme: what is due, else the first page that is built."""
    for name in ("home", "situation", *STAGES):
        try:
            return reverse(name, args=[programme])
        except NoReverseMatch:
            continue
    return reverse("style")


def account(request: HttpRequest) -> HttpResponse:
    """Password, second factor, sign out."""
    return render(request, "account.html", {"stage": "account"})


urlpatterns: list[URLPattern] = [
    path("", start, name="start"),
    path("account/", account, name="account"),
]
