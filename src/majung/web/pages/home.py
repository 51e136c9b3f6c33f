"""The front door: to the programme of the signed-in person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from majung.taskforce.models import Person
from majung.web.request import Here, not_found, page


def front(request: HttpRequest) -> HttpResponse:
    """The person's first programme."""
    person = Person.objects.filter(user=request.user.pk).select_related("programme").order_by("programme__key").first()
    return redirect("home", person.programme.key) if person else not_found(request)


@page("home")
def home(here: Here) -> HttpResponse:
    return here.show("home.html", stage="home")


urlpatterns = [
    path("", front, name="front"),
    path("<slug:programme>/", home, name="home"),
]
