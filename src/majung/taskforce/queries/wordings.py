"""What an announcement says: its wordings in order, the last of them in force, and what each correction changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from majung.taskforce.models import Announcement, Decision
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import Text

TEXTS = ("name", "summary", "text")
COLUMNS = ("name", "owner", "instrument", "due", "decisions", "figures")


@dataclass(frozen=True)
class Change:
    """One thing that a correction changed. what: name, summary, text (of the strategy); task, measure (added or taken
    out); measure.<column>; target, budget. name: of the task, measure or metric. when: the target's day or the budget's
    year. before, after: the values as frozen, None where there was none."""

    what: str
    name: Text
    before: Any
    after: Any
    when: str = ""


@dataclass(frozen=True)
class Wording:
    """One wording. number: 0 as announced, n of correction n. notice, decision, changes: of the correction."""

    number: int
    at: datetime
    frozen: Mapping[str, Any]
    digest: str
    notice: Text
    decision: Decision | None = None
    changes: tuple[Change, ...] = ()


def wordings(announcement: Announcement, day: date) -> list[Wording]:
    """The wordings that there were on a day, the one in force last; none before it was announced."""
    if announcement.announced_at is None or not announcement.frozen:
        return []
    first = Wording(0, announcement.announced_at, announcement.frozen, announcement.frozen_hash, {})
    found = [first]
    for correction in announcement.corrections.select_related("decision").order_by("number"):
        if day_of(correction.at) > day:
            break
        changed = tuple(changes(found[-1].frozen, correction.frozen))
        found.append(
            Wording(
                correction.number,
                correction.at,
                correction.frozen,
                correction.frozen_hash,
                correction.notice,
                correction.decision,
                changed,
            )
        )
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs between two wordings, in the order in which a reader meets it."""
    found = [Change(what, {}, before[what], after[what]) for what in TEXTS if before[what] != after[what]]
    old, new = _keyed(before["tasks"]), _keyed(after["tasks"])
    found += _appeared("task", old, new)
    old, new = ({m["key"]: m for task in wording["tasks"] for m in task["measures"]} for wording in (before, after))
    found += _appeared("measure", old, new)
    for key in (key for key in new if key in old):
        found += _of_measure(old[key], new[key])
    return found


def _of_measure(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    name = new["name"]
    found = [
        Change(f"measure.{column}", name, old[column], new[column]) for column in COLUMNS if old[column] != new[column]
    ]
    found += _differ("target", _targets(old), _targets(new))
    found += _differ("budget", _budget(old), _budget(new))
    return found


def _appeared(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    gone = [Change(what, row["name"], True, None) for key, row in old.items() if key not in new]
    return gone + [Change(what, row["name"], None, True) for key, row in new.items() if key not in old]


Dated = dict[tuple[str, str], tuple[Text, Any]]


def _differ(what: str, old: Dated, new: Dated) -> list[Change]:
    found = []
    for key in sorted({*old, *new}):
        (was_name, was), (now_name, now) = old.get(key, ({}, None)), new.get(key, ({}, None))
        if was != now:
            found.append(Change(what, now_name or was_name, was, now, key[1]))
    return found


def _targets(measure: Mapping[str, Any]) -> Dated:
    return {
        (metric["key"], target["by"]): (metric["name"], target["value"])
        for metric in measure["metrics"]
        for target in metric["targets"]
    }


def _budget(measure: Mapping[str, Any]) -> Dated:
    """KRW million by year; the stages of a year are told apart."""
    return {(b["stage"], str(b["year"])): (measure["name"], float(b["krw_million"])) for b in measure["budget"]}


def _keyed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["key"]: row for row in rows}
