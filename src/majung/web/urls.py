"""Addresses of the workspace."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from majung.web import api
from majung.web.pages import home, situation

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include(home)),
    path("", include(situation)),
]

handler403 = "majung.web.request.denied"
handler404 = "majung.web.request.not_found"
handler500 = "majung.web.request.broken"
