"""Words of the public site: the pages of the task force speak plainly, the public is addressed formally in Korean.

What stands under `formal` in text/public.*.toml takes the place of the frame's words of the same name.
"""

from __future__ import annotations

from functools import cache

from majung.web.words import Words

TOPIC = "public"


class PublicWords(Words):
    """Words of the public topic, formal ones first."""

    def __init__(self, language: str) -> None:
        super().__init__(TOPIC, language)

    def find(self, key: str, default: str | None = None) -> str:
        formal = super().find(f"formal.{key}", "")
        return formal or super().find(key, default)


@cache
def public_words(language: str) -> PublicWords:
    """`ko` or `en`."""
    return PublicWords(language)
