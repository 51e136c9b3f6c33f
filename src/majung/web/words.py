"""Words of the pages: `text/frame.<language>.toml` for every page, `text/<topic>.<language>.toml` for a topic's own.

Both languages of a file have the same keys. Numbers, money, particles come from `majung.publishing.language`; here are
the forms that only pages need: days, moments, states.
"""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from majung.publishing.language import NBSP, Language
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.states import LIFECYCLES
from majung.taskforce.rules.words import Text, Word

WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def _topic(topic: str, language: str) -> dict[str, Any]:
    file = resources.files("majung.web").joinpath(f"text/{topic}.{language}.toml")
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


@cache
def words(topic: str, language: str) -> Words:
    """The words of a topic in a language."""
    return Words(topic, language)


class Words(Language):
    """Words of a topic, of the frame, and of the paper, in this order."""

    def __init__(self, topic: str, language: str) -> None:
        super().__init__(language)
        self.topic = topic
        self._layers = [_topic(topic, language), _topic("frame", language), self._texts]

    def find(self, key: str, default: str | None = None) -> str:
        """Text at the dotted `key`: the topic's, else the frame's, else the paper's. KeyError names the file."""
        for layer in self._layers:
            at: Any = layer
            for part in key.split("."):
                at = at.get(part) if isinstance(at, dict) else None
            if at is not None and not isinstance(at, dict):
                return str(at)
        if default is not None:
            return default
        raise KeyError(f"web/text/{self.topic}.{self.code}.toml has no {key}")

    def of(self, text: Text | None) -> str:
        """A bilingual text in this language; the other language where this one is missing; "" for none."""
        if not text:
            return ""
        return text.get(self.code) or next(iter(text.values()), "")

    def word(self, word: Word) -> str:
        return word.label[self.code]

    def state(self, entity: str, state: str) -> str:
        return LIFECYCLES[entity].labels[state][self.code]

    def day(self, day: date | None, *, year: bool = True) -> str:
        """`2021. 4. 9.(금)` or `Fri 9 Apr 2021`; without the year inside a month; words for a day not reported."""
        if day is None:
            return self.find("not_reported")
        weekday = WEEKDAYS[self.code][day.weekday()]
        if self.code == "ko":
            said = f"{f'{day.year}. ' if year else ''}{day.month}. {day.day}.({weekday})"
        else:
            said = f"{weekday} {day.day} {MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
        return said.replace(" ", NBSP)

    def moment(self, at: datetime | None, *, year: bool = True, time_known: bool = True) -> str:
        """A day with its time in Seoul."""
        if at is None:
            return self.find("not_reported")
        local = at.astimezone(SEOUL)
        return self.day(local.date(), year=year) + (f"{NBSP}{local:%H:%M}" if time_known else "")

    def amount(self, value: float | None, digits: int | None = None) -> str:
        """A number as stated: whole numbers whole, others with their decimals; words for one not reported."""
        if value is None:
            return self.find("not_reported")
        if digits is not None:
            return self.number(value, digits)
        return self.number(value, 0) if float(value).is_integer() else self.number(value, 1)

    def counted(self, number: int, key: str) -> str:
        """`3 measures`, `1 measure`; Korean has one form. The text at `key` is "{n} measure|{n} measures"."""
        one, _, many = self.find(key).partition("|")
        return (one if number == 1 or not many else many).replace("{n}", f"{number:,}")
