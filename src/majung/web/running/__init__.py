"""What keeps the server running: is it alive and ready, its figures for a collector, its log. No personal data."""

from __future__ import annotations

from django.urls import path

from majung.web.running.health import alive, ready
from majung.web.running.metrics import metrics

urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
