"""Words and number forms of one language: text from `text/<language>.toml`, Korean particles, units and dates."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from majung.methods.labelled import InputError
from majung.programme.korean import particle

LANGUAGES = ("ko", "en")
NBSP = "\u00a0"
MINUS = "\u2212"

_HOLE = re.compile(r"\{(\w+)(?:\|([^}/]+)/([^}]+))?\}")


def missing(value: object) -> bool:
    """None, NaN and infinities are not numbers to print."""
    if value is None:
        return True
    try:
        return not math.isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return True


@cache
def _texts(language: str) -> dict[str, Any]:
    path = resources.files("majung.publishing") / "text" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


class Language:
    """Words and forms of `language` (`ko` or `en`)."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise InputError(f"no text in language {language!r}; there is {', '.join(LANGUAGES)}")
        self.code = language
        self._texts = _texts(language)

    def find(self, key: str, default: str | None = None) -> str:
        """Text at the dotted `key`."""
        at: Any = self._texts
        for part in key.split("."):
            at = at.get(part) if isinstance(at, dict) else None
        if at is None:
            if default is not None:
                return default
            raise KeyError(f"text/{self.code}.toml has no {key}")
        return str(at)

    def say(self, key: str, **values: object) -> str:
        """Text at `key` with its holes filled; `{name|은/는}` adds the Korean particle that fits."""
        return self.fill(self.find(key), **values)

    def fill(self, template: str, **values: object) -> str:
        """`template` with `{hole}` and `{hole|은/는}` filled."""

        def put(match: re.Match[str]) -> str:
            word = str(values[match[1]])
            return word + particle(word, match[2], match[3]) if match[2] else word

        return _HOLE.sub(put, template)

    def count(self, number: int) -> str:
        """A small whole number in words (`다섯`, `five`), larger ones in digits."""
        words = self.find("count").split()
        return words[number] if 0 <= number < len(words) else str(number)

    def listed(self, names: Sequence[str]) -> str:
        """`a, b and c`."""
        if len(names) < 2:
            return "".join(names)
        head = ", ".join(names[:-1])
        if self.code == "ko":
            return f"{head}, {names[-1]}"
        return f"{head} and {names[-1]}"

    # ---------- numbers

    def number(self, value: object, digits: int = 1) -> str:
        """`1,234.5` with a true minus; nothing to print is an en dash."""
        if missing(value):
            return "–"
        amount = float(value)  # type: ignore[arg-type]
        text = f"{abs(amount):,.{digits}f}"
        negative = amount < 0 and any(c not in "0.," for c in text)
        return MINUS + text if negative else text

    def figure(self, value: object) -> str:
        """A number of unknown size with about three significant digits."""
        if missing(value):
            return "–"
        size = abs(float(value))  # type: ignore[arg-type]
        if size == 0:
            return "0"
        return self.number(value, 0 if size >= 100 else 1 if size >= 10 else 2)

    def signed(self, value: object, digits: int = 1) -> str:
        """A change: with plus or minus."""
        text = self.number(value, digits)
        return f"+{text}" if not missing(value) and float(value) > 0 and text.strip("0.,") else text  # type: ignore[arg-type]

    def span(self, low: object, high: object, digits: int | None = None) -> str:
        """`0.67–0.95`; nothing where there is no interval."""
        if missing(low) or missing(high):
            return ""
        a, b = (self.figure(v) if digits is None else self.number(v, digits) for v in (low, high))
        return f"{a}–{b}" if MINUS not in b else f"{a} – {b}"

    def percent(self, share: object, digits: int = 0) -> str:
        """`7.9 %` of a share 0..1."""
        return "–" if missing(share) else f"{self.number(float(share) * 100, digits)}{NBSP}%"  # type: ignore[arg-type]

    def chance(self, probability: object) -> str:
        """A probability in whole percent; what is neither never nor always is not rounded to it."""
        if missing(probability):
            return "–"
        p = float(probability)  # type: ignore[arg-type]
        if 0 < p < 0.005:
            return f"<{NBSP}1{NBSP}%"
        if 0.995 < p < 1:
            return f">{NBSP}99{NBSP}%"
        return self.percent(p)

    def money(self, billions: object, plain_unit: bool = True) -> str:
        """KRW billion as `2,170억원`, `2조 1,670억원` or `KRW 217.0 bn`; without its unit if `plain_unit` is False."""
        if missing(billions):
            return "–"
        amount = float(billions)  # type: ignore[arg-type]
        if self.code == "ko":
            if not plain_unit:
                return self.number(amount * 10, 0)
            hundred_millions = round(amount * 10)
            trillions, rest = divmod(abs(hundred_millions), 10_000)
            if trillions:
                sign = MINUS if amount < 0 else ""
                return f"{sign}{trillions:,}조{f'{NBSP}{rest:,}억' if rest else ''}원"
            return f"{self.number(hundred_millions, 0)}억원"
        return f"KRW{NBSP}{self.number(amount, 1)}{NBSP}bn" if plain_unit else self.number(amount, 1)

    def years(self, value: object) -> str:
        """`6.9년`, `6.9 years`."""
        return f"{self.number(value, 1)}{self.find('unit.years')}"
