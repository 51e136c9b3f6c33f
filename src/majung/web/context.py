"""What every template finds: the words of the frame as `w`, until a page brings its topic's."""

from __future__ import annotations

from django.http import HttpRequest

from majung.web.words import words


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor."""
    return {"w": words("frame", getattr(request, "LANGUAGE_CODE", "ko")[:2])}
