"""Addresses of the public site."""

from __future__ import annotations

from django.urls import path

from majung.web.public import office, pages, saying

urlpatterns = [
    path("", pages.root, name="public-root"),
    path("health/", pages.health, name="public-health"),
    path("<str:programme>/", pages.front, name="public-front"),
    path("<str:programme>/areas/<str:key>/", pages.area, name="public-area"),
    path("<str:programme>/announcements/", pages.announcements, name="public-announcements"),
    path("<str:programme>/announcements/<str:key>/", pages.announcement, name="public-announcement"),
    path(
        "<str:programme>/announcements/<str:key>/announcement.<str:end>",
        office.announcement_file,
        name="public-announcement-file",
    ),
    path("<str:programme>/figures/<str:key>/", pages.figure, name="public-figure"),
    path("<str:programme>/answers/", pages.answers, name="public-answers"),
    path("<str:programme>/consultations/<str:key>/", pages.consultation, name="public-consultation"),
    path("<str:programme>/consultations/<str:key>/vote/", saying.vote, name="public-vote"),
    path("<str:programme>/consultations/<str:key>/statement/", saying.statement, name="public-statement"),
    path("<str:programme>/demand/", saying.demand, name="public-demand"),
    path("<str:programme>/receipt/", pages.receipt_entrance, name="public-receipts"),
    path("<str:programme>/receipt/<str:name>/", pages.receipt, name="public-receipt"),
    path("<str:programme>/minutes/", pages.minutes_list, name="public-minutes-all"),
    path("<str:programme>/minutes/<str:key>/", pages.minutes, name="public-minutes"),
    path("<str:programme>/minutes/<str:key>/minutes.<str:end>", office.minutes_file, name="public-minutes-file"),
    path("<str:programme>/data/", pages.data, name="public-data"),
    path("<str:programme>/data/edition.zip", pages.edition_zip, name="public-zip"),
]

handler400 = "majung.web.public.door.bad"
handler403 = "majung.web.public.door.denied"
handler404 = "majung.web.public.door.not_found"
handler500 = "majung.web.public.door.broken"
