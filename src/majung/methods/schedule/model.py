"""The 0-1 programme of a schedule, with every rule either hard or broken at a price.

Variables x[g, d, s]: group g meets on day d in slot s. For every group
    sum over d and s = its meetings; within any `minimum_gap` days in a row at most one
and at every (d, s)
    at most one of the groups that share a person;
    for each size c: groups with more than c people <= rooms with more than c seats.
The last is Hall's condition, and enough: rooms that fit are nested by size, so rooms need no variables.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

from majung.methods.schedule.problem import Group, Problem, working_days

Kind = Literal["window", "gap", "notice", "meeting", "member", "required"]


@dataclass(frozen=True)
class Change:
    """One rule given up for one group.

    kind and amount: "window" days more, at its end if positive, before its beginning if negative; "gap" days less;
    "notice" days less; "meeting" so many fewer; "member" or "required" 1: `person` is excused from the group.
    """

    kind: Kind
    group: str
    amount: int
    person: str | None = None


class Model:
    """The programme of a case, `kinds` of rules soft. Windows grow by at most `widest` days at either end."""

    def __init__(self, case: Problem, kinds: Collection[Kind], widest: int) -> None:
        self.case = case
        self.kinds = frozenset(kinds)
        self.widest = widest if "window" in self.kinds else 0
        self.cp = cp_model().CpModel()
        self.x: dict[tuple[int, date, int], Any] = {}
        self.meets: dict[tuple[int, date], Any] = {}
        # What giving up costs: (kind, group, person, sign) -> a variable that counts its units.
        self.given_up: dict[tuple[Kind, int, str | None, int], Any] = {}
        for g, group in enumerate(case.groups):
            self._days(g, group)
            self._meetings(g, group)
            self._required(g, group)
        self._people()
        self._rooms()

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """All days on which some group may meet."""
        return tuple(sorted({day for _, day in self.meets}))

    def _unit(self, kind: Kind, g: int, person: str | None = None, sign: int = 1, most: int = 1) -> Any:
        key = kind, g, person, sign
        if key not in self.given_up:
            self.given_up[key] = self.cp.new_int_var(0, most, "")
        return self.given_up[key]

    def _days(self, g: int, group: Group) -> None:
        case, extra = self.case, timedelta(days=self.widest)
        for day in working_days(case, group.first - extra, group.last + extra):
            late = (case.earliest - day).days if case.announced else 0
            if late > 0 and ("notice" not in self.kinds or case.announced is None or day <= case.announced):
                continue
            if "required" not in self.kinds and any(day in case.away.get(p, ()) for p in group.required):
                continue
            slots = [self.cp.new_bool_var("") for _ in range(case.slots)]
            meets = self.cp.new_bool_var("")
            self.cp.add(sum(slots) == meets)
            self.meets[g, day] = meets
            self.x |= {(g, day, s): slot for s, slot in enumerate(slots)}
            for over, sign in (((day - group.last).days, 1), ((group.first - day).days, -1)):
                if over > 0:
                    self.cp.add(self._unit("window", g, sign=sign, most=self.widest) >= over * meets)
            if late > 0:
                self.cp.add(self._unit("notice", g, most=case.notice) >= late * meets)

    def _meetings(self, g: int, group: Group) -> None:
        days = [(day, meets) for (h, day), meets in self.meets.items() if h == g]
        fewer = 0
        if "meeting" in self.kinds and group.meetings > 1:
            fewer = self._unit("meeting", g, most=group.meetings - 1)
        self.cp.add(sum(meets for _, meets in days) + fewer == group.meetings)
        if group.meetings == 1 or group.minimum_gap == 1:
            return
        if "gap" not in self.kinds:
            for day, _ in days:
                self.cp.add_at_most_one(m for other, m in days if 0 <= (other - day).days < group.minimum_gap)
            return
        less = self._unit("gap", g, most=group.minimum_gap - 1)
        for (day, one), (other, two) in combinations(days, 2):
            lacking = group.minimum_gap - abs((other - day).days)
            if lacking > 0:
                self.cp.add(less >= lacking).only_enforce_if([one, two])

    def _required(self, g: int, group: Group) -> None:
        if "required" not in self.kinds:
            return
        for person in sorted(group.required):
            for day in self.case.away.get(person, frozenset()):
                if (g, day) in self.meets:
                    self.cp.add_implication(self.meets[g, day], self._excused("required", g, person))

    def _excused(self, kind: Kind, g: int, person: str) -> Any:
        key: tuple[Kind, int, str | None, int] = kind, g, person, 1
        if key not in self.given_up:
            self.given_up[key] = self.cp.new_bool_var("")
        return self.given_up[key]

    def _people(self) -> None:
        memberships: dict[str, list[int]] = {}
        for g, group in enumerate(self.case.groups):
            for person in sorted(group.people):
                memberships.setdefault(person, []).append(g)
        times = [(day, s) for day in self.dates for s in range(self.case.slots)]
        if not self.kinds & {"member", "required"}:
            sets = sorted({tuple(of) for of in memberships.values() if len(of) > 1}, key=len, reverse=True)
            largest = [s for i, s in enumerate(sets) if not any(set(s) < set(other) for other in sets[:i])]
            for day, s in times:
                for clique in largest:
                    self.cp.add_at_most_one(self.x[g, day, s] for g in clique if (g, day, s) in self.x)
            return
        shared: dict[tuple[int, int], list[str]] = {}
        for person, of in sorted(memberships.items()):
            for pair in combinations(of, 2):
                shared.setdefault(pair, []).append(person)
        for (g, h), people in shared.items():
            overlap = self.cp.new_bool_var("")
            for person in people:
                ways = [self._excused(kind, i, person) for i in (g, h) if (kind := self._role(i, person)) in self.kinds]
                self.cp.add_bool_or([*ways, overlap.negated()])
            for day, s in times:
                if (g, day, s) in self.x and (h, day, s) in self.x:
                    self.cp.add_bool_or([self.x[g, day, s].negated(), self.x[h, day, s].negated(), overlap])

    def _role(self, g: int, person: str) -> Kind:
        return "required" if person in self.case.groups[g].required else "member"

    def _rooms(self) -> None:
        sizes = [len(group.people) for group in self.case.groups]
        levels = [
            (c, sum(room.seats > c for room in self.case.rooms)) for c in {0, *(r.seats for r in self.case.rooms)}
        ]
        for seats, rooms in levels:
            # Nobody needs a chair in an empty group, but its meeting still takes a room.
            larger = [g for g, size in enumerate(sizes) if max(size, 1) > seats]
            if len(larger) <= rooms:
                continue
            for day in self.dates:
                for s in range(self.case.slots):
                    self.cp.add(sum(self.x[g, day, s] for g in larger if (g, day, s) in self.x) <= rooms)

    def price(self, costs: Mapping[Kind, int]) -> Any:
        """What the rules given up cost together."""
        return sum(costs[kind] * unit for (kind, _, _, _), unit in self.given_up.items())

    def changes(self, value: Any) -> tuple[Change, ...]:
        """The rules given up in a solution; value: the value of a variable."""
        return tuple(
            Change(kind, self.case.groups[g].name, sign * int(value(unit)), person)
            for (kind, g, person, sign), unit in self.given_up.items()
            if value(unit)
        )


def cp_model() -> Any:
    """OR-Tools' CP-SAT, loaded when a schedule is asked for."""
    try:
        from ortools.sat.python import cp_model as module
    except ImportError as error:
        raise ModuleNotFoundError(
            "schedules need OR-Tools: install majung with the extra 'schedule', pip install 'majung[schedule]'"
        ) from error
    return module


def solver(effort: float) -> Any:
    """One worker, a fixed seed and a limit in the solver's own seconds: the same answer on every machine."""
    made = cp_model().CpSolver()
    made.parameters.num_workers = 1
    # Slots of a day are interchangeable, but looking for that and probing costs more here than it saves.
    made.parameters.symmetry_level = 0
    made.parameters.cp_model_probing_level = 0
    made.parameters.random_seed = 0
    made.parameters.max_deterministic_time = effort
    return made
