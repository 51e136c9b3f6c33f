"""Why there is no schedule, said by what would make one possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import get_args

from majung.methods.labelled import InputError
from majung.methods.schedule.model import Change, Kind, Model, cp_model, solver
from majung.methods.schedule.problem import Group, Problem


@dataclass(frozen=True)
class Relaxation:
    """Changes that together make a schedule possible, and their cost; proven: nothing cheaper of these kinds does."""

    changes: tuple[Change, ...]
    cost: int
    proven: bool

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of rules it gives up."""
        return frozenset(change.kind for change in self.changes)


@dataclass(frozen=True)
class Explanation:
    """The smallest relaxation of each kind alone, and the cheapest of all kinds together, cheapest first.

    impossible: kinds that alone do not help, proved within the widest window; undecided: the effort ran out. Without
    any relaxation, not even giving up all kinds together helps.
    """

    relaxations: tuple[Relaxation, ...]
    impossible: frozenset[Kind]
    undecided: frozenset[Kind]


def explain(case: Problem, *, costs: Mapping[Kind, int], widest: int, effort: float) -> Explanation:
    """The smallest changes after which there is a schedule.

    costs: what one unit of each kind costs (a day of window, gap or notice; a meeting; a member or a required person
    excused); a kind that is left out is never given up. widest: days by which a window may grow at either end. effort:
    CP-SAT's deterministic seconds for each of the questions. A case that has a schedule gives one relaxation without
    changes. See :func:`relax` to apply one.
    """
    unknown = set(costs) - set(get_args(Kind))
    if unknown or not costs:
        raise InputError(f"costs name {sorted(unknown) or 'no kind'}; known: {', '.join(get_args(Kind))}")
    if min(costs.values()) < 1 or widest < 1 or effort <= 0:
        raise InputError("costs and widest must be whole numbers of 1 or more, and effort positive")
    found: list[Relaxation] = []
    impossible: set[Kind] = set()
    undecided: set[Kind] = set()
    for kind in costs:
        answer = _cheapest(case, {kind: costs[kind]}, widest, effort)
        if isinstance(answer, Relaxation):
            found.append(answer)
            if not answer.changes:
                return Explanation((answer,), frozenset(), frozenset())
        else:
            (impossible if answer else undecided).add(kind)
    if len(costs) > 1:
        answer = _cheapest(case, costs, widest, effort)
        if isinstance(answer, Relaxation) and len(answer.kinds) > 1 and all(answer.cost < r.cost for r in found):
            found.append(answer)
    found.sort(key=lambda r: (r.cost, len(r.changes)))
    return Explanation(tuple(found), frozenset(impossible), frozenset(undecided))


def _cheapest(case: Problem, costs: Mapping[Kind, int], widest: int, effort: float) -> Relaxation | bool:
    """The cheapest relaxation of these kinds; else whether it is proved that there is none."""
    model = Model(case, costs, widest)
    model.cp.minimize(model.price(costs))
    run = solver(effort)
    cp = cp_model()
    ended = run.solve(model.cp)
    if ended in (cp.OPTIMAL, cp.FEASIBLE):
        return Relaxation(model.changes(run.value), round(run.objective_value), ended == cp.OPTIMAL)
    return bool(ended == cp.INFEASIBLE)


def relax(case: Problem, changes: Sequence[Change]) -> Problem:
    """The problem after the changes. Less notice holds for the whole schedule: the largest cut of any group.

    Raises InputError for a group or person unknown.
    """
    groups = {group.name: group for group in case.groups}
    notice = case.notice
    for change in changes:
        if change.group not in groups:
            raise InputError(f"there is no group {change.group!r}")
        group = groups[change.group]
        if change.kind == "notice":
            notice = min(notice, case.notice - change.amount)
        else:
            groups[change.group] = _relaxed(group, change)
    return replace(case, groups=tuple(groups.values()), notice=notice, away=MappingProxyType(dict(case.away)))


def _relaxed(group: Group, change: Change) -> Group:
    match change.kind:
        case "window" if change.amount >= 0:
            return replace(group, last=group.last + timedelta(days=change.amount))
        case "window":
            return replace(group, first=group.first + timedelta(days=change.amount))
        case "gap":
            return replace(group, minimum_gap=group.minimum_gap - change.amount)
        case "meeting":
            return replace(group, meetings=group.meetings - change.amount)
        case _:
            if change.person not in group.people:
                raise InputError(f"group {group.name!r}: {change.person!r} does not belong to it")
            gone = {change.person}
            return replace(group, people=group.people - gone, required=group.required - gone)
