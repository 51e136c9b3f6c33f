"""The 0-1 programme of a portfolio in matrix form.

maximise    sum_i v_i x_i + sum_s u_s y_s    x_i in {0, 1}: project i is chosen; y_s = 1 iff synergy s is complete
subject to  costs' x <= budgets              one row for each budget (a year, a fund, a year of a fund)
            x_a <= x_b                       a requires b
            sum of x over an exclusion <= 1  at most one of them
            x_i = 1                          musts
            minimum_g <= sum of x over group g <= maximum_g

Source: Salo, Keisler & Morton (eds.), Portfolio Decision Analysis, Springer 2011, ch. 1 (model and constraint kinds);
the product of binaries by linear rows: Glover & Woolsey, Operations Research 22 (1974) 180-182.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array

from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True, eq=False)
class Projects:
    """Candidates for a portfolio. Build with :func:`projects`, which validates.

    names: n labels; values: (n,) worth of each, any unit; costs: (n, B) cost in each of B budgets; groups: n labels,
    the group (area) of each; budget_names: B labels, used in messages.
    """

    names: tuple[str, ...]
    values: Floats
    costs: Floats
    groups: tuple[str, ...]
    budget_names: tuple[str, ...]


class Constraints(TypedDict, total=False):
    """The logical constraints, which every function of this package takes as keyword arguments.

    requires: pairs (a, b): a only together with b. excludes: tuples of names of which at most one is chosen. musts:
    names that are chosen. minimum_per_group, maximum_per_group: number of projects by group. synergies: extra value
    (negative: overlap), earned when all the named projects are chosen.
    """

    requires: Sequence[tuple[str, str]]
    excludes: Sequence[tuple[str, ...]]
    musts: Sequence[str]
    minimum_per_group: Mapping[str, int]
    maximum_per_group: Mapping[str, int]
    synergies: Mapping[tuple[str, ...], float]


@dataclass(frozen=True, eq=False)
class Model:
    """The programme: maximise objective @ [x, y] with low <= rows @ [x, y] <= high, all between 0 and 1, x whole.

    Columns: n projects, then one for each synergy. The first B rows are the budgets, scaled to a right-hand side of 1;
    labels: what each row means. The last `definitions` rows define the synergies and cannot be given up.
    """

    projects: Projects
    budgets: Floats
    objective: Floats
    rows: csr_array[np.float64, tuple[int, int]]
    low: Floats
    high: Floats
    labels: tuple[str, ...]
    definitions: int

    @property
    def columns(self) -> int:
        """Number of projects and synergies."""
        return len(self.objective)

    @property
    def scale(self) -> float:
        """Largest absolute value in the objective; 1 if all are 0."""
        return float(np.abs(self.objective).max(initial=0)) or 1.0


def projects(
    names: Sequence[str],
    values: ArrayLike,
    costs: ArrayLike,
    groups: Sequence[str] | None = None,
    *,
    budget_names: Sequence[str] | None = None,
) -> Projects:
    """Check and label the candidates.

    values: (n,) finite, may be negative. costs: (n, B), or (n,) for one budget, finite, not negative. groups: n labels;
    None puts all in one group "". budget_names: B labels; None names them "budget 1", ... Raises InputError that names
    the project.
    """
    labels = tuple(map(str, names))
    if not labels:
        raise InputError("there are no projects")
    twice = [name for name, count in Counter(labels).items() if count > 1]
    if twice:
        raise InputError(f"project {twice[0]!r} is named twice: merge or rename")
    v = np.array(values, dtype=np.float64)
    c = np.array(costs, dtype=np.float64)
    c = c[:, None] if c.ndim == 1 else c
    if v.shape != (len(labels),):
        raise InputError(f"values have shape {v.shape}, but there are {len(labels)} projects: give one value each")
    if c.ndim != 2 or c.shape[0] != len(labels) or c.shape[1] == 0:
        raise InputError(f"costs have shape {c.shape}: give one row a project ({len(labels)}), one column a budget")
    width = c.shape[1]
    titles = tuple(map(str, budget_names)) if budget_names is not None else _numbered(width)
    if len(titles) != width or len(set(titles)) != width:
        raise InputError(f"budget_names are {titles} for {width} columns of costs: give each column a name of its own")
    areas = tuple(map(str, groups)) if groups is not None else ("",) * len(labels)
    if len(areas) != len(labels):
        raise InputError(f"{len(areas)} groups for {len(labels)} projects: give each project one group")
    for i in np.flatnonzero(~np.isfinite(v)):
        raise InputError(f"project {labels[i]!r}: value {v[i]} is not finite")
    for i, b in np.argwhere(~np.isfinite(c) | (c < 0)):
        raise InputError(f"project {labels[i]!r}: cost {c[i, b]} in {titles[b]!r} is not a number of at least 0")
    v.setflags(write=False)
    c.setflags(write=False)
    return Projects(labels, v, c, areas, titles)


def check_choice(keyword: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a word that is no choice: type checkers see it, callers without one do not."""
    if value not in choices:
        raise InputError(f"{keyword} is {value!r}: choose from {', '.join(choices)}")


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"budget {b + 1}" for b in range(count))


@dataclass
class _Rows:
    """Collects sparse rows while a model is built."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    coefficient: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def add(self, coefficients: Mapping[int, float], low: float, high: float, label: str) -> None:
        self.row += [len(self.low)] * len(coefficients)
        self.column += coefficients.keys()
        self.coefficient += coefficients.values()
        self.low.append(low)
        self.high.append(high)
        self.labels.append(label)


def build(projects: Projects, budgets: ArrayLike, constraints: Constraints) -> Model:
    """The matrix form; checks budgets (B,) and every name that a constraint mentions (InputError names it)."""
    limits = np.atleast_1d(np.array(budgets, dtype=np.float64))
    width = projects.costs.shape[1]
    if limits.shape != (width,):
        raise InputError(f"budgets have shape {limits.shape}, costs have {width} columns: give one budget each")
    for b in np.flatnonzero(~np.isfinite(limits) | (limits < 0)):
        raise InputError(f"budget {projects.budget_names[b]!r} is {limits[b]}: give a number of at least 0")
    kinds = Constraints.__annotations__
    for kind in constraints:
        if kind not in kinds:
            raise TypeError(f"unknown constraint {kind!r}: choose from {', '.join(kinds)}")
    index = {name: i for i, name in enumerate(projects.names)}

    def positions(names: Sequence[str], kind: str) -> list[int]:
        for name in names:
            if name not in index:
                raise InputError(f"{kind} names {name!r}, which is not a project")
        return [index[name] for name in dict.fromkeys(names)]

    n = len(projects.names)
    rows = _Rows()
    for column, limit, title in zip(projects.costs.T, limits, projects.budget_names, strict=True):
        scale = 1 / limit if limit > 0 else 1.0
        spent = {int(i): float(column[i] * scale) for i in np.flatnonzero(column)}
        rows.add(spent, -np.inf, float(limit * scale), f"budget {title!r} of {limit:g}")
    for pair in constraints.get("requires", ()):
        members = positions(pair, "requires")
        if len(pair) != 2 or len(members) != 2:
            raise InputError(f"requires has {pair!r}: name two different projects")
        rows.add(dict(zip(members, (1.0, -1.0), strict=True)), -np.inf, 0.0, f"{pair[0]!r} requires {pair[1]!r}")
    for names in constraints.get("excludes", ()):
        members = positions(names, "excludes")
        if len(members) < 2:
            raise InputError(f"excludes has {names!r}: name at least two different projects")
        rows.add(dict.fromkeys(members, 1.0), -np.inf, 1.0, f"at most one of {', '.join(map(repr, names))}")
    musts = constraints.get("musts", ())
    for i in positions(musts, "musts"):
        rows.add({i: 1.0}, 1.0, np.inf, f"{projects.names[i]!r} is a must")
    _add_groups(rows, projects, constraints)
    constraint_count = len(rows.low)
    bonuses: list[float] = []
    for names, bonus in constraints.get("synergies", {}).items():
        members = positions(names, "synergies")
        if len(members) < 2 or not np.isfinite(bonus):
            raise InputError(f"synergies has {names!r}: {bonus}: name at least two different projects, a finite value")
        y = n + len(bonuses)
        bonuses.append(float(bonus))
        # y <= x_i for each member and y >= sum x - (k - 1): y is their product, whatever the sign of its worth.
        for i in members:
            rows.add({y: 1.0, i: -1.0}, -np.inf, 0.0, "")
        rows.add({y: 1.0, **dict.fromkeys(members, -1.0)}, 1.0 - len(members), np.inf, "")
    where = (np.array(rows.row, dtype=np.int32), np.array(rows.column, dtype=np.int32))
    shape = (len(rows.low), n + len(bonuses))
    return Model(
        projects=projects,
        budgets=limits,
        objective=np.concatenate([projects.values, bonuses]),
        rows=csr_array(coo_array((np.array(rows.coefficient, dtype=np.float64), where), shape=shape)),
        low=np.array(rows.low),
        high=np.array(rows.high),
        labels=tuple(rows.labels),
        definitions=len(rows.low) - constraint_count,
    )


def _add_groups(rows: _Rows, projects: Projects, constraints: Constraints) -> None:
    members: dict[str, dict[int, float]] = {}
    for i, group in enumerate(projects.groups):
        members.setdefault(group, {})[i] = 1.0
    kinds: tuple[Literal["minimum_per_group", "maximum_per_group"], ...] = ("minimum_per_group", "maximum_per_group")
    for kind in kinds:
        for group, count in constraints.get(kind, {}).items():
            if group not in members:
                raise InputError(f"{kind} names group {group!r}, which no project belongs to")
            if count < 0:
                raise InputError(f"{kind} of group {group!r} is {count}: give a number of at least 0")
            if kind == "minimum_per_group":
                label = f"at least {count} of group {group!r} (it has {len(members[group])})"
                rows.add(members[group], float(count), np.inf, label)
            else:
                rows.add(members[group], -np.inf, float(count), f"at most {count} of group {group!r}")
