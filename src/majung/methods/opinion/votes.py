"""The vote matrix: who agreed with, disagreed with or passed on which statement, and what nobody showed them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from majung.methods.labelled import Floats, InputError

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
Repeated = Literal["last", "refuse"]


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes of P participants on S statements. Build with :func:`votes` or :func:`votes_from_table`.

    matrix: (P, S) sparse, sorted; a stored 1 is agree, a stored 0 pass, a stored -1 disagree; what is not stored was
    not seen. participants, statements: their labels. repeated: votes that a later vote of the same person replaced.
    """

    matrix: csr_array[np.int8, tuple[int, int]]
    participants: NDArray[Any]
    statements: NDArray[Any]
    repeated: int

    @property
    def cast(self) -> Integers:
        """(P,) number of votes of each participant, passes included."""
        return np.diff(self.matrix.indptr).astype(np.int64)

    def without(self, statements: Collection[object]) -> Votes:
        """The votes without these (moderated) statements; everyone stays. Raises InputError for an unknown label."""
        unknown = set(statements) - set(self.statements.tolist())
        if unknown:
            raise InputError(f"statement {min(unknown, key=str)!r} is not in the votes")
        keep = np.array([label not in statements for label in self.statements.tolist()], dtype=bool)
        if not keep.any():
            raise InputError("no statement would be left")
        entry = keep[self.matrix.indices]
        before = np.concatenate([[0], np.cumsum(entry)])
        matrix = csr_array(
            (self.matrix.data[entry], (np.cumsum(keep) - 1)[self.matrix.indices[entry]], before[self.matrix.indptr]),
            shape=(len(self.participants), int(keep.sum())),
        )
        return Votes(matrix, self.participants, self.statements[keep], self.repeated)


def votes(participants: ArrayLike, statements: ArrayLike, values: ArrayLike, *, repeated: Repeated) -> Votes:
    """Votes from one record a vote.

    participants, statements: (N,) labels, numbers or strings; values: (N,) 1 agree, 0 pass, -1 disagree (the exports of
    Polis; its database has the opposite sign). repeated: what to do with a second vote of the same person on the same
    statement: "last" keeps the later record, "refuse" raises. Rows and columns are sorted by label.

    Raises InputError for other values, for lengths that differ, for no votes.
    """
    if repeated not in get_args(Repeated):
        raise InputError(f"unknown rule for repeated votes {repeated!r}; known: {', '.join(get_args(Repeated))}")
    people, row = np.unique(np.asarray(participants), return_inverse=True)
    labels, column = np.unique(np.asarray(statements), return_inverse=True)
    given = np.asarray(values)
    if given.ndim != 1 or not row.shape == column.shape == given.shape:
        raise InputError(f"{row.size} participants, {column.size} statements and {given.size} votes: give one a record")
    if not given.size:
        raise InputError("there are no votes")
    answer = _answers(given)
    if (answer == _UNSEEN).any():
        raise InputError(f"record {int(np.argmax(answer == _UNSEEN))} is NaN: leave out what was not seen")
    key = row.astype(np.int64) * len(labels) + column
    order = np.argsort(key, kind="stable")
    key = key[order]
    last = np.append(key[1:] != key[:-1], True)
    if repeated == "refuse" and not last.all():
        n = int(order[np.argmin(last)])
        person, label = people[row[n]].item(), labels[column[n]].item()
        raise InputError(f"{person!r} votes twice on {label!r}: say repeated='last' if the later vote counts")
    rows, columns = np.divmod(key[last], len(labels))
    start = np.searchsorted(rows, np.arange(len(people) + 1))
    matrix = csr_array((answer[order[last]], columns, start), shape=(len(people), len(labels)))
    return Votes(matrix, people, labels, int((~last).sum()))


def votes_from_table(values: ArrayLike, participants: ArrayLike, statements: ArrayLike) -> Votes:
    """Votes from a table (P, S) of 1, 0, -1, with NaN for what was not seen. Labels must be unique."""
    table = np.asarray(values, dtype=np.float64)
    people, labels = np.asarray(participants), np.asarray(statements)
    if table.ndim != 2 or table.shape != (len(people), len(labels)) or 0 in table.shape:
        raise InputError(f"the table has shape {table.shape}, the labels say ({len(people)}, {len(labels)})")
    for axis, names in (("participant", people), ("statement", labels)):
        if len(set(names.tolist())) != len(names):
            raise InputError(f"a {axis} label is given twice: merge or rename")
    answer = _answers(table.ravel()).reshape(table.shape)
    row, column = np.nonzero(answer != _UNSEEN)
    start = np.searchsorted(row, np.arange(len(people) + 1))
    return Votes(csr_array((answer[row, column], column, start), shape=table.shape), people, labels, 0)


@dataclass(frozen=True, eq=False)
class StraightLines:
    """Participants who gave one answer only.

    flagged: (P,); answer: (P,) that answer where it was the only one, NaN elsewhere; chance: (P,) probability that
    someone who draws each answer from the shares of the statement would give this one answer everywhere.
    """

    flagged: Bools
    answer: Floats
    chance: Floats


def straight_lines(ballots: Votes, *, minimum_votes: int, chance: float) -> StraightLines:
    """Flag those with at least minimum_votes votes, all the same, whose chance of that is at most `chance`.

    The chance keeps apart who clicked the same button fifty times from who agreed with seven statements that nearly
    everyone agrees with. Flagged people stay in every computation: who reads the map decides.
    """
    if minimum_votes < 1 or not 0 < chance <= 1:
        raise InputError(f"minimum_votes {minimum_votes} must be positive and chance {chance} within (0, 1]")
    m = ballots.matrix
    columns = m.shape[1]
    shares = np.stack([np.bincount(m.indices[m.data == v], minlength=columns) for v in (-1, 0, 1)]).astype(np.float64)
    shares /= np.maximum(shares.sum(axis=0), 1)
    row = np.repeat(np.arange(m.shape[0]), ballots.cast)
    low, high = np.full(m.shape[0], 2), np.full(m.shape[0], -2)
    np.minimum.at(low, row, m.data)
    np.maximum.at(high, row, m.data)
    same = low == high
    logs = np.bincount(row, np.log(shares[m.data + 1, m.indices]), m.shape[0])
    likely = np.where(same, np.exp(logs), np.nan)
    return StraightLines(
        flagged=same & (ballots.cast >= minimum_votes) & (np.exp(logs) <= chance),
        answer=np.where(same, low, np.nan),
        chance=likely,
    )


_UNSEEN = 2


def _answers(given: NDArray[Any]) -> NDArray[np.int8]:
    """Votes as small integers, NaN as _UNSEEN."""
    unseen = np.isnan(given) if given.dtype.kind == "f" else np.zeros(given.shape, dtype=bool)
    known = unseen | (given == 1) | (given == 0) | (given == -1)
    if not known.all():
        n = int(np.argmin(known))
        raise InputError(f"vote {given[n].item()!r} in place {n} is not 1 (agree), 0 (pass) or -1 (disagree)")
    answer = np.full(given.shape, _UNSEEN, dtype=np.int8)
    answer[~unseen] = given[~unseen].astype(np.int8)
    return answer
