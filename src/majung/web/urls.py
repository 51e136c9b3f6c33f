"""Addresses of the workspace."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from majung.web import api, running
from majung.web.pages import (
    announcements,
    bodies,
    calendar,
    chain,
    compare,
    deeds,
    demands,
    discovery,
    evidence,
    feed,
    home,
    industry,
    journal,
    measures,
    meetings,
    office,
    portfolio,
    registers,
    retention,
    reviews,
    runs,
    situation,
    start,
    style,
    trace,
    weights,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include(running)),
    path("", include(announcements)),
    path("", include(bodies)),
    path("", include(calendar)),
    path("", include(chain)),
    path("", include(compare)),
    path("", include(deeds)),
    path("", include(demands)),
    path("", include(discovery)),
    path("", include(evidence)),
    path("", include(feed)),
    path("", include(industry)),
    path("", include(journal)),
    path("", include(measures)),
    path("", include(meetings)),
    path("", include(office)),
    path("", include(portfolio)),
    path("", include(registers)),
    path("", include(retention)),
    path("", include(reviews)),
    path("", include(runs)),
    path("", include(situation)),
    path("", include(start)),
    path("", include(style)),
    path("", include(trace)),
    path("", include(weights)),
    # Addresses that begin with a programme's key come last.
    path("", include(home)),
]

handler403 = "majung.web.request.denied"
handler404 = "majung.web.request.not_found"
handler500 = "majung.web.request.broken"
