"""A programme's charter with other weights or budgets: the text of programme.toml changed there and nowhere else.

The reason that stood beside the old numbers does not hold for the new ones: in its place stands who asked for them,
when and beside which run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from majung.programme import ProgrammeError
from majung.taskforce.rules.words import Text

LANGUAGES = ("ko", "en")


@dataclass(frozen=True)
class Asked:
    """By whom a run with other weights or budgets was asked for (a post, which is no personal datum), when, beside
    which run, and where the weights come from if not from that person."""

    post: Text
    day: date
    run: str
    weights_of: Text | None = None

    @property
    def source(self) -> str:
        """Where the numbers come from, as the `source` of a definition."""
        return f"asked for on {self.day.isoformat()}, beside run {self.run or '-'}"

    def reason(self, weights: Text | None = None, budgets: Text | None = None) -> Text:
        """The reason of these numbers, which are given in words."""
        told = {}
        for code in LANGUAGES:
            parts = [part[code] for part in (weights, budgets) if part]
            if code == "ko":
                beside = f"분석 {self.run}에 견주려고 " if self.run else ""
                whose = f" 가중치의 출처: {self.weights_of['ko']}." if weights and self.weights_of else ""
                told[code] = f"{self.day.isoformat()} {self.post['ko']} 요청. {beside}{', '.join(parts)}.{whose}"
            else:
                beside = f" beside run {self.run}" if self.run else ""
                whose = f" The weights are those of {self.weights_of['en']}." if weights and self.weights_of else ""
                told[code] = (
                    f"Asked for by {self.post['en']} on {self.day.isoformat()}{beside}: {'; '.join(parts)}.{whose}"
                )
        return told


def altered(
    text: str,
    asked: Asked,
    criteria: Sequence[Mapping[str, Any]] | None = None,
    budgets: Mapping[str, float] | None = None,
) -> str:
    """programme.toml with other weights and intervals of its criteria, other yearly budgets in the charter's unit, or
    both; their reasons, and what was asked for at its head (`asked`). Nothing else changes, which is checked.

    criteria: [{id, weight, low, high}]. budgets: year -> amount, for every budget year; their intervals move with them,
    in proportion. Raises ProgrammeError when criteria or years are not those of the programme, or when the lines to
    change are written so that they cannot be.
    """
    before = tomllib.loads(text)
    weighed = _weights_said(before, criteria) if criteria is not None else None
    paid = _budgets_said(before, budgets) if budgets is not None else None
    if criteria is not None:
        text = _with_weights(text, criteria, asked.reason(weighed), asked.source)
    if budgets is not None:
        text = _with_budgets(text, budgets, asked.reason(None, paid), asked.source)
    return f"asked = {_inline(asked.reason(weighed, paid))}\n{text}"


def _with_weights(text: str, criteria: Sequence[Mapping[str, Any]], reason: Text, source: str) -> str:
    before = tomllib.loads(text)
    wanted = {entry["id"]: entry for entry in criteria}
    stands: dict[str, Text | str] = {"rationale": reason, "source": source}
    for criterion in before["criteria"]:
        criterion |= {name: float(wanted[criterion["id"]][name]) for name in ("weight", "low", "high")}
        criterion |= {name: value for name, value in stands.items() if name in criterion}
    known = [criterion["id"] for criterion in before["criteria"]]
    position, inside, lines = -1, False, []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("["):
            inside = bare.startswith("[[criteria]]")
            position += inside
        name = bare.partition("=")[0].strip()
        if inside and name in ("weight", "low", "high"):
            line = f"{name} = {float(wanted[known[position]][name])!r}"
        elif inside and name in stands:
            line = f"{name} = {_inline(stands[name])}"
        lines.append(line)
    changed = "\n".join(lines) + "\n"
    if _read(changed) != before:
        raise ProgrammeError(
            "programme.toml: write weight, low, high, rationale and source of each [[criteria]] each on one line of "
            "its own",
            "programme.toml: [[criteria]]마다 weight, low, high, rationale, source를 각각 한 줄에 적는다",
        )
    return changed


def _with_budgets(text: str, budgets: Mapping[str, float], reason: Text, source: str) -> str:
    before = tomllib.loads(text)
    section = before["budgets"]
    amounts = [float(budgets[str(year)]) for year in section["years"]]
    new = {"amounts": amounts}
    for end in ("low", "high"):
        if end in section:
            pairs = zip(section[end], section["amounts"], amounts, strict=True)
            new[end] = [edge * now / was if was else now for edge, was, now in pairs]
    # A whole amount is written as a person writes it.
    written = {name: f"[{', '.join(f'{value:.15g}' for value in values)}]" for name, values in new.items()}
    stands = {name: value for name, value in (("rationale", reason), ("source", source)) if name in section}
    written |= {name: _inline(value) for name, value in stands.items()}
    inside, lines = False, []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("["):
            inside = bare == "[budgets]"
        name = bare.partition("=")[0].strip()
        if inside and name in written:
            line = f"{name} = {written[name]}"
        lines.append(line)
    changed = "\n".join(lines) + "\n"
    section |= {name: [float(f"{value:.15g}") for value in values] for name, values in new.items()} | stands
    if _read(changed) != before:
        raise ProgrammeError(
            "programme.toml: write amounts, low, high, rationale and source of [budgets] each on one line of its own",
            "programme.toml: [budgets]의 amounts, low, high, rationale, source를 각각 한 줄에 적는다",
        )
    return changed


def _weights_said(before: dict[str, Any], criteria: Sequence[Mapping[str, Any]]) -> Text:
    """Weights in words, each beside the programme's own. Raises ProgrammeError when the criteria are not its own."""
    wanted = {entry["id"]: entry for entry in criteria}
    known = [criterion["id"] for criterion in before.get("criteria", ())]
    if sorted(known) != sorted(wanted):
        raise ProgrammeError(
            f"the criteria set weighs {', '.join(wanted)}; the programme's criteria are {', '.join(known)}",
            f"가중치를 준 기준은 {', '.join(wanted)}인데 프로그램의 기준은 {', '.join(known)}이다",
        )
    told = {}
    for code, own, head in (("ko", "프로그램", "가중치"), ("en", "the programme's", "weights")):
        parts = [
            f"{c.get('name', {}).get(code, c['id'])} {wanted[c['id']]['weight']:.3g} ({own} {c['weight']:.3g})"
            for c in before["criteria"]
        ]
        told[code] = f"{head} {', '.join(parts)}"
    return told


def _budgets_said(before: dict[str, Any], budgets: Mapping[str, float]) -> Text:
    """Yearly budgets in words, each beside the programme's own. Raises ProgrammeError when the years are not."""
    section = before.get("budgets", {})
    years = [str(year) for year in section.get("years", ())]
    if sorted(years) != sorted(budgets):
        raise ProgrammeError(
            f"budgets are given for {', '.join(budgets)}; the programme's years are {', '.join(years)}",
            f"예산을 준 연도는 {', '.join(budgets)}인데 프로그램의 연도는 {', '.join(years)}이다",
        )
    told = {}
    for code, own, head in (("ko", "프로그램", "연도별 예산"), ("en", "the programme's", "yearly budgets")):
        parts = [
            f"{year} {budgets[year]:.15g} ({own} {amount:.15g})"
            for year, amount in zip(years, section["amounts"], strict=True)
        ]
        unit = f", {before['currency']}" if "currency" in before else ""
        told[code] = f"{head} {', '.join(parts)}{unit}"
    return told


def _inline(value: Text | str) -> str:
    """A text or a string as it is written on one line of TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"{{ {', '.join(f'{code} = {_inline(value[code])}' for code in LANGUAGES)} }}"


def _read(text: str) -> dict[str, Any]:
    """The text as TOML; empty where a line of a longer value was left behind."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
