"""A programme's charter with other weights or budgets: the text of programme.toml changed there and nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from majung.methods.labelled import InputError


def with_weights(text: str, criteria: Sequence[Mapping[str, Any]]) -> str:
    """programme.toml with other weights and intervals of its criteria; nothing else changes, which is checked.

    criteria: [{id, weight, low, high}]. Raises InputError when they are not those of the programme.
    """
    before = tomllib.loads(text)
    wanted = {entry["id"]: entry for entry in criteria}
    known = [criterion["id"] for criterion in before.get("criteria", ())]
    if sorted(known) != sorted(wanted):
        raise InputError(
            f"the criteria set weighs {', '.join(wanted)}; the programme's criteria are {', '.join(known)}"
        )
    position, inside, lines = -1, False, []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("["):
            inside = bare.startswith("[[criteria]]")
            position += inside
        name = bare.partition("=")[0].strip()
        if inside and name in ("weight", "low", "high"):
            line = f"{name} = {float(wanted[known[position]][name])!r}"
        lines.append(line)
    changed = "\n".join(lines) + "\n"
    for criterion in before["criteria"]:
        criterion |= {name: float(wanted[criterion["id"]][name]) for name in ("weight", "low", "high")}
    if tomllib.loads(changed) != before:
        raise InputError("programme.toml: write weight, low and high of each [[criteria]] on lines of their own")
    return changed


def with_budgets(text: str, budgets: Mapping[str, float]) -> str:
    """programme.toml with other yearly budgets, in the charter's unit; nothing else changes, which is checked.

    budgets: year -> amount, for every budget year. Their intervals move with them, in proportion. Raises InputError
    when the years are not those of the programme.
    """
    before = tomllib.loads(text)
    section = before.get("budgets", {})
    years = [str(year) for year in section.get("years", ())]
    if sorted(years) != sorted(budgets):
        raise InputError(f"budgets are given for {', '.join(budgets)}; the programme's years are {', '.join(years)}")
    amounts = [float(budgets[year]) for year in years]
    new = {"amounts": amounts}
    for end in ("low", "high"):
        if end in section:
            pairs = zip(section[end], section["amounts"], amounts, strict=True)
            new[end] = [edge * now / was if was else now for edge, was, now in pairs]
    # A whole amount is written as a person writes it: unchanged budgets leave the text as it was.
    written = {name: f"[{', '.join(f'{value:.15g}' for value in values)}]" for name, values in new.items()}
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
    before["budgets"] |= {name: [float(f"{value:.15g}") for value in values] for name, values in new.items()}
    if _read(changed) != before:
        raise InputError("programme.toml: write amounts, low and high of [budgets] each on one line of its own")
    return changed


def _read(text: str) -> dict[str, Any]:
    """The text as TOML; empty where a line of a longer array was left behind."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
