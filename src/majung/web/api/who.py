"""Who asks: a token of a program, or the session of a browser with its CSRF token. Failures are counted and slowed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import Throttled
from ninja.security import APIKeyCookie, HttpBearer

from majung.taskforce.models import ApiToken, Person, Programme, User
from majung.taskforce.operations.act import NotAllowed
from majung.taskforce.permission import Actor
from majung.taskforce.wire.references import Unknown
from majung.web.running.address import address_of

FAILURES = 20
"""Wrong tokens from one address within the window before it has to wait. A right token is never made to wait."""
WINDOW = 600


class Token(HttpBearer):
    """`Authorization: Bearer majung_…`: a person's key, made with `majung token`."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        known = (
            ApiToken.objects.select_related("user")
            .filter(
                digest=ApiToken.digest_of(token), revoked__isnull=True, expires__gt=timezone.now(), user__is_active=True
            )
            .first()
        )
        if known is not None:
            return known.user
        _failed(request)
        return None


class Session(APIKeyCookie):
    """The session of somebody who is signed in to the workspace; requests that change something carry X-CSRFToken."""

    param_name = settings.SESSION_COOKIE_NAME
    openapi_name = "session"

    def _get_key(self, request: HttpRequest) -> str | None:
        if not request.user.is_authenticated:
            return None
        return super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:  # noqa: ARG002
        return request.user if isinstance(request.user, User) and request.user.is_active else None


def _failed(request: HttpRequest) -> None:
    """Count a wrong token of this address; raises Throttled when there were too many."""
    place = "api-failures:" + hashlib.sha256(address_of(request).encode()).hexdigest()
    cache.add(place, 0, WINDOW)
    try:
        failures = cache.incr(place)
    except ValueError:  # it ran out between the two lines
        return
    if failures > FAILURES:
        raise Throttled(wait=WINDOW)


def programme_of(key: str) -> Programme:
    """The programme of an address. Raises Unknown."""
    found = Programme.objects.filter(key=key).first()
    if found is None:
        raise Unknown(f"there is no programme {key}", f"프로그램 {key}이(가) 없다")
    return found


def actor_of(request: Any, programme: Programme) -> Actor:
    """The person that the account is in this programme, acting now. Raises NotAllowed for an account without one."""
    person = Person.objects.filter(programme=programme, user=request.auth).first()
    if person is None:
        raise NotAllowed(
            f"this account belongs to nobody in {programme.key}: an administrator ties it to a person",
            f"이 계정은 {programme.key}의 구성원이 아니다. 관리자가 구성원과 연결한다",
        )
    return Actor(person, now())


def now() -> datetime:
    """The moment that counts: now, or where a set clock stands (MAJUNG_CLOCK)."""
    at: datetime = settings.CLOCK or timezone.now()
    return at
