"""From which address a request came; used to slow down guessing and to open the metrics, never kept."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

FORWARDED = "X-Forwarded-For"


def address_of(request: HttpRequest) -> str:
    """The address of the other side; behind a proxy the one that the proxy saw (the last it names)."""
    if settings.BEHIND_PROXY and (said := request.headers.get(FORWARDED)):
        return str(said.split(",")[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


def from_this_machine(request: HttpRequest) -> bool:
    """Whether it was asked on this machine itself, not through a proxy on it."""
    if FORWARDED in request.headers or "Forwarded" in request.headers or "X-Real-IP" in request.headers:
        return False
    try:
        return ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
