"""What is due from the signed-in person."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from majung.web.request import Here, page


@page("home")
def home(here: Here) -> HttpResponse:
    return here.show("home.html", stage="home")


urlpatterns = [
    path("<slug:programme>/", home, name="home"),
]
