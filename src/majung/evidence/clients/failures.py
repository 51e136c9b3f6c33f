"""Why a download did not come to an end, in English and Korean, with what to do next."""

from __future__ import annotations

import re
from typing import Any, Literal

from majung.evidence.problems import Language, Text, text
from majung.methods.labelled import InputError

Rule = Literal[
    "offline",  # the site cannot be reached
    "refused",  # the site answered that it will not
    "busy",  # too many requests, or the site is down for now
    "bad-answer",  # what came is not what was asked for
    "too-large",  # beyond a bound of ours
    "changed",  # the source changed under a paged download
    "bad-query",  # cannot be asked like that
    "not-cached",  # asked for what is kept here only, and it is not
    "disk",  # the file or the cache cannot be written
    "missing-extra",  # httpx is not installed
    "altered",  # the file is not the one its sidecar describes
]

SHOWN = 200
"""Characters of a server's own words that a message repeats."""


class DownloadError(InputError):
    """A download that could not be finished. `str(error)` is one message: what, why, what to do.

    rule: for programs. reason and remedy: {"en", "ko"}.
    """

    def __init__(self, rule: Rule, reason: Text, remedy: Text, lang: Language = "en") -> None:
        self.rule: Rule = rule
        self.reason = reason
        self.remedy = remedy
        self.lang = lang
        super().__init__(self.message(lang))

    def __reduce__(self) -> tuple[Any, ...]:
        return (DownloadError, (self.rule, self.reason, self.remedy, self.lang))

    def message(self, lang: Language = "en") -> str:
        remedy = self.remedy[lang]
        return self.reason[lang] + (f"\n{remedy}" if remedy else "")

    def in_language(self, lang: Language) -> DownloadError:
        """The same error, its message in the given language."""
        return DownloadError(self.rule, self.reason, self.remedy, lang)


class BadAnswerError(Exception):
    """An answer that is not what was asked for, as its check found; the fetcher tries again and then gives up.

    reason: {"en", "ko"}, the end of a sentence that begins with the site's name.
    """

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason["en"])


def plain(words: str) -> str:
    """A server's own words for a message: one line, no control characters or tags, cut to a length."""
    without_tags = re.sub(r"<[^>]*>", " ", words)
    one_line = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", without_tags).strip()
    return one_line if len(one_line) <= SHOWN else one_line[:SHOWN] + "…"


def nothing() -> Text:
    """No remedy beyond what the reason says."""
    return text("", "")
