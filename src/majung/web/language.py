"""The page's language: `?lang=` chooses and is kept in a cookie; else the cookie, the browser's wish, Korean."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE = "majung_lang"
YEAR = 365 * 24 * 3600


class LanguageMiddleware:
    """Sets `request.LANGUAGE_CODE` and the language of libraries (allauth)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        kept = request.COOKIES.get(COOKIE, "")
        wished = translation.get_language_from_request(request)
        language = next((x for x in (asked, kept, wished) if x in ("ko", "en")), "ko")
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "Accept-Language, Cookie"]))
        if asked == language and asked != kept:
            response.set_cookie(
                COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
        return response
