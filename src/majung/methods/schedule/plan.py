"""The best schedule, with its bound."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from majung.methods.labelled import InputError
from majung.methods.schedule.model import Model, cp_model, solver
from majung.methods.schedule.problem import Problem, Room

Objective = Literal["earliest", "even"]
Key = tuple[int, date, int]
Status = Literal["optimal", "feasible", "infeasible", "undecided"]


@dataclass(frozen=True, order=True)
class Meeting:
    """When and where a group meets; slot 0 is the first of the day."""

    day: date
    slot: int
    group: str
    room: str


@dataclass(frozen=True)
class Schedule:
    """Meetings in order of time, and how good they are.

    status: "optimal"; "feasible", the effort ran out before the proof; "infeasible", proved: ask `explain`;
    "undecided", the effort ran out before either. value, bound: the objective reached and what no schedule can undercut
    (None without a schedule).
    """

    meetings: tuple[Meeting, ...]
    status: Status
    objective: Objective
    value: int | None
    bound: int | None

    @property
    def gap(self) -> float | None:
        """(value - bound) / max(1, value); 0 when optimal."""
        return None if self.value is None or self.bound is None else (self.value - self.bound) / max(1, self.value)


def schedule(case: Problem, *, objective: Objective, effort: float) -> Schedule:
    """A schedule that breaks no rule and minimises the objective, by CP-SAT.

    objective: "earliest" minimises, over all meetings, slots a day * (calendar days since the window began) + slot;
    "even" the sum over days of the squared number of meetings. effort: the most work, in CP-SAT's deterministic seconds
    (one is some two to four real ones); the same version of OR-Tools gives the same schedule again.
    """
    if objective not in get_args(Objective):
        raise InputError(f"unknown objective {objective!r}; known: {', '.join(get_args(Objective))}")
    if effort <= 0:
        raise InputError(f"effort is {effort}: give a positive number of seconds")
    model = Model(case, (), 0)
    goal = _earliest if objective == "earliest" else _even
    model.cp.minimize(goal(model))
    first = _greedy(model)
    if first is not None:
        taken, days = set(first), {(g, day) for g, day, _ in first}
        for key, var in model.x.items():
            model.cp.add_hint(var, key in taken)
        for at, var in model.meets.items():
            model.cp.add_hint(var, at in days)
    run = solver(effort)
    cp = cp_model()
    ended = run.solve(model.cp)
    if ended == cp.INFEASIBLE:
        return Schedule((), "infeasible", objective, None, None)
    if ended in (cp.OPTIMAL, cp.FEASIBLE):
        met = [key for key, var in model.x.items() if run.value(var)]
    elif first is not None:  # the effort ran out before the solver had turned the hint into a solution
        met = first
    else:
        return Schedule((), "undecided", objective, None, None)
    value = _value(case, objective, met)
    bound = value if ended == cp.OPTIMAL else math.ceil(run.best_objective_bound - 1e-6)
    return Schedule(_with_rooms(case, met), "optimal" if value == bound else "feasible", objective, value, bound)


def _value(case: Problem, objective: Objective, met: list[Key]) -> int:
    if objective == "earliest":
        return sum((day - case.groups[g].first).days * case.slots + slot for g, day, slot in met)
    return sum(n * n for n in Counter(day for _, day, _ in met).values())


def _greedy(model: Model) -> list[Key] | None:
    """Groups with most rivals first, each at the earliest time that is free; None if a group finds none."""
    case = model.case
    groups, seats = case.groups, sorted((room.seats for room in case.rooms), reverse=True)
    rivals = [sum(bool(one.people & other.people) for other in groups) for one in groups]
    here: dict[tuple[date, int], list[int]] = {}
    met: list[Key] = []

    def free(g: int, day: date, slot: int) -> bool:
        there = here.get((day, slot), [])
        if len(there) == len(seats) or any(groups[g].people & groups[h].people for h in there):
            return False
        sizes = sorted((len(groups[h].people) for h in [g, *there]), reverse=True)
        return all(size <= room for size, room in zip(sizes, seats, strict=False))

    for g in sorted(range(len(groups)), key=lambda g: (-rivals[g], g)):
        days: list[date] = []
        for day in model.dates:
            if len(days) == groups[g].meetings:
                break
            if (g, day) not in model.meets or (days and (day - days[-1]).days < groups[g].minimum_gap):
                continue
            slot = next((s for s in range(case.slots) if free(g, day, s)), None)
            if slot is not None:
                here.setdefault((day, slot), []).append(g)
                met.append((g, day, slot))
                days.append(day)
        if len(days) < groups[g].meetings:
            return None
    return met


def _earliest(model: Model) -> Any:
    case = model.case
    return sum(var * ((day - case.groups[g].first).days * case.slots + slot) for (g, day, slot), var in model.x.items())


def _even(model: Model) -> Any:
    cost = []
    for day in model.dates:
        here = [meets for (_, d), meets in model.meets.items() if d == day]
        # n^2 = 1 + 3 + 5 + ...: the n-th meeting of a day costs 2n - 1, so the solver takes the cheap ones first.
        steps = [model.cp.new_bool_var("") for _ in here]
        model.cp.add(sum(steps) == sum(here))
        cost += [(2 * n + 1) * step for n, step in enumerate(steps)]
    return sum(cost)


def _with_rooms(case: Problem, met: list[Key]) -> tuple[Meeting, ...]:
    """Smallest meetings first, each into the smallest free room that holds it: that never blocks a larger one."""
    free: dict[tuple[date, int], list[Room]] = {}
    meetings = []
    for g, day, slot in sorted(met, key=lambda key: (len(case.groups[key[0]].people), key)):
        rooms = free.setdefault((day, slot), sorted(case.rooms, key=lambda room: (room.seats, room.name)))
        room = next(room for room in rooms if room.seats >= max(len(case.groups[g].people), 1))
        rooms.remove(room)
        meetings.append(Meeting(day, slot, case.groups[g].name, room.name))
    return tuple(sorted(meetings))
