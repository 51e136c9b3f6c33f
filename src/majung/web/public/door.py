"""What happens before and around every page of the public site: bounds of requests, pages for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from majung.web.public.config import config
from majung.web.public.store import Unavailable
from majung.web.public.words import public_words

FORM = "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "POST")
log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class BoundedMiddleware:
    """Forms only, and not longer than a form is: anything else is refused before it is read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)})
        if request.method == "POST":
            length = request.META.get("CONTENT_LENGTH") or ""
            if not length.isdigit():
                return HttpResponse(status=411)
            if int(length) > config.BODY:
                return HttpResponse(status=413)
            if request.content_type != FORM:
                return HttpResponse(status=415)
        return self.get_response(request)


class UnavailableMiddleware:
    """An edition that may not be served is told as such; why goes to the operator's log, not to the page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Unavailable):
            return None
        log.error("edition refused: %s", error)
        answer = told(request, "unavailable", 503)
        answer.headers["Retry-After"] = "60"
        return answer


def language_of(request: HttpRequest) -> str:
    """`ko` or `en`."""
    return str(getattr(request, "LANGUAGE_CODE", "ko"))[:2]


def told(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """A page of one sentence and what to do now: the words `wrong.<name>` and `wrong.<name>_text`."""
    w = public_words(language_of(request))
    said = {"name": status, "heading": w.find(f"wrong.{name}"), "text": w.find(f"wrong.{name}_text")}
    answer = render(request, "public/wrong.html", {"w": w, **said}, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return told(request, "400", 400)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return told(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return told(request, "404", 404)


def broken(request: HttpRequest) -> HttpResponse:
    return told(request, "500", 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return told(request, "csrf", 403)
