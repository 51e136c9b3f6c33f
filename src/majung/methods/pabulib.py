"""Elections in which citizens choose projects: the ballots, and the Pabulib `.pb` format.

The format: three sections, META (key;value), PROJECTS and VOTES, each with a header line; fields are separated by
semicolons, lists by commas. Source: Stolicki, Szufa & Talmon, Pabulib: A Participatory Budgeting Library,
arXiv:2012.06539 (2020).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from majung.methods.labelled import InputError

VoteType = Literal["approval", "choose-1", "cumulative", "scoring", "ordinal"]
VOTE_TYPES: tuple[VoteType, ...] = ("approval", "choose-1", "cumulative", "scoring", "ordinal")


@dataclass(frozen=True, eq=False)
class Election:
    """Projects, a budget and ballots. Build with :func:`election` or :func:`read_pabulib`, which validate.

    names, costs: m projects; budget, costs: exact. voters: n labels. The entries of the ballots, in any order: voter
    voter_of[e] gave project project_of[e] the weight points[e] > 0: 1 for an approval, the points given, or for an
    ordinal ballot the number of projects ranked below plus one. points are whole; the weight is points / unit. notes:
    contradictions found in the source, such as another number of votes than it declares; meta: its remaining entries.
    """

    names: tuple[str, ...]
    costs: tuple[Fraction, ...]
    budget: Fraction
    voters: tuple[str, ...]
    vote_type: VoteType
    voter_of: NDArray[np.int64]
    project_of: NDArray[np.int64]
    points: NDArray[np.int64]
    unit: int
    notes: tuple[str, ...]
    meta: Mapping[str, str]


def election(
    costs: Mapping[str, Fraction | int],
    budget: Fraction | int,
    ballots: Mapping[str, Sequence[str] | Mapping[str, Fraction | int]],
    *,
    vote_type: VoteType = "approval",
    notes: Sequence[str] = (),
    meta: Mapping[str, str] | None = None,
) -> Election:
    """Check and index an election.

    costs: by project, at least 0. ballots: by voter, the projects approved or ranked (best first), or points by
    project; an empty one counts as a voter. Entries of 0 points are dropped. Raises InputError that names the voter and
    project.
    """
    names = tuple(costs)
    index = {name: j for j, name in enumerate(names)}
    if not names or not ballots:
        raise InputError(f"an election needs projects and voters: there are {len(names)} and {len(ballots)}")
    if budget <= 0:
        raise InputError(f"the budget is {budget}: give a number above 0")
    for name, cost in costs.items():
        if cost < 0:
            raise InputError(f"project {name!r}: cost {cost} is negative")
    voter_of: list[int] = []
    project_of: list[int] = []
    weights: list[Fraction | int] = []
    for i, (voter, ballot) in enumerate(ballots.items()):
        for name in ballot:
            if name not in index:
                raise InputError(f"voter {voter!r} names {name!r}, which is not a project")
        if len(set(ballot)) != len(ballot):
            raise InputError(f"voter {voter!r} names a project twice")
        given: Sequence[Fraction | int]
        if isinstance(ballot, Mapping):
            given = list(ballot.values())
            if any(weight < 0 for weight in given):
                raise InputError(f"voter {voter!r} gives negative points: give at least 0")
        else:
            given = range(len(ballot), 0, -1) if vote_type == "ordinal" else [1] * len(ballot)
        voter_of += [i] * len(ballot)
        project_of += [index[name] for name in ballot]
        weights += given
    unit = lcm(*(weight.denominator for weight in weights))
    points = np.array([int(weight * unit) for weight in weights], dtype=np.int64)
    positive = points > 0
    return Election(
        names=names,
        costs=tuple(map(Fraction, costs.values())),
        budget=Fraction(budget),
        voters=tuple(ballots),
        vote_type=vote_type,
        voter_of=np.array(voter_of, dtype=np.int64)[positive],
        project_of=np.array(project_of, dtype=np.int64)[positive],
        points=points[positive],
        unit=unit,
        notes=tuple(notes),
        meta=dict(meta or {}),
    )


def read_pabulib(text: str | Iterable[str]) -> Election:
    """The election in the text, or the lines, of a Pabulib `.pb` file.

    Decimal commas in costs and budget are read as points, so thousands must not be separated. Raises InputError that
    names the line or label for a missing section, column or key, a repeated project or voter, an unreadable number, an
    unknown vote type. What does not touch the outcome is noted: a project that one voter names twice (counted once, at
    its first place), a declared number of votes or projects that does not match.
    """
    lines = text.splitlines() if isinstance(text, str) else text
    meta, projects, votes = _sections(lines)
    declared = meta.get("vote_type", "")
    vote_type = next((known for known in VOTE_TYPES if known == declared), None)
    if vote_type is None:
        raise InputError(f"META has vote_type {declared!r}: known are {', '.join(VOTE_TYPES)}")
    if "budget" not in meta:
        raise InputError("META has no budget")
    costs = {}
    for name, row in projects.items():
        if "cost" not in row:
            raise InputError(f"project {name!r} has no cost")
        costs[name] = _number(row["cost"], f"cost of project {name!r}")
    notes: list[str] = []
    ballots: dict[str, Sequence[str] | Mapping[str, Fraction | int]] = {}
    for voter, row in votes.items():
        listed = [name.strip() for name in row.get("vote", "").split(",") if name.strip()]
        chosen = list(dict.fromkeys(listed))
        if vote_type in ("cumulative", "scoring"):
            points = [point.strip() for point in row.get("points", "").split(",") if point.strip()]
            if len(points) != len(listed):
                raise InputError(f"voter {voter!r} names {len(listed)} projects but gives {len(points)} points")
            if len(chosen) != len(listed):
                raise InputError(f"voter {voter!r} gives points to a project twice")
            given = zip(chosen, points, strict=True)
            ballots[voter] = {name: _number(point, f"points of voter {voter!r}") for name, point in given}
        else:
            if len(chosen) != len(listed):
                notes.append(f"voter {voter!r} names a project twice")
            ballots[voter] = chosen
    counted = {"num_projects": len(projects), "num_votes": len(votes)}
    for key, count in counted.items():
        if key in meta and meta[key] != str(count):
            notes.append(f"{key} is declared {meta[key]}, counted {count}")
    budget = _number(meta["budget"], "budget")
    return election(costs, budget, ballots, vote_type=vote_type, notes=notes, meta=meta)


Table = dict[str, dict[str, str]]


def _sections(lines: Iterable[str]) -> tuple[dict[str, str], Table, Table]:
    """META by key, and the rows of PROJECTS and VOTES by their first field, each a dictionary by column."""
    meta: dict[str, str] = {}
    tables: dict[str, Table] = {}
    section, header = "", None
    for number, raw in enumerate(csv.reader(lines, delimiter=";"), start=1):
        row = [field.strip().removeprefix("\ufeff") for field in raw]
        if not any(row):
            continue
        if row[0].lower() in ("meta", "projects", "votes") and not any(row[1:]):
            section, header = row[0].lower(), None
            tables[section] = {}
        elif not section:
            raise InputError(f"line {number}: {row[0]!r} comes before the META section")
        elif header is None:
            header = row
        elif section == "meta":
            meta[row[0]] = row[1] if len(row) > 1 else ""
        else:
            if row[0] in tables[section]:
                raise InputError(f"line {number}: {row[0]!r} appears twice in {section.upper()}")
            fields = zip(header, row, strict=False)
            tables[section][row[0]] = {key: field for key, field in fields if field.lower() != "none"}
    for name in ("meta", "projects", "votes"):
        if name not in tables:
            raise InputError(f"there is no {name.upper()} section")
    return meta, tables["projects"], tables["votes"]


def _number(text: str, what: str) -> Fraction:
    try:
        return Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"{what} is {text!r}, not a number") from error
