"""Participatory selection: which projects citizens' ballots buy, greedily or in equal shares.

Both rules work on exact rational numbers, so that a tie is a tie and not a rounding error, and both say how ties were
broken. Utility of project j to voter i, u_ij = unit_j * w_ij, by convention:

    "cost"         cost_j * [i supports j]      satisfaction is money spent on what one asked for
    "cardinality"  [i supports j]               satisfaction is the number of one's projects
    "points"       the points that i gave j     (for ordinal ballots: projects ranked below, plus one)

Sources: Peters, Pierczynski & Skowron, Proportional Participatory Budgeting with Additive Utilities, NeurIPS 2021
(Equal Shares); Rey, Schmidt & Maly, The (Computational) Social Choice Take on Indivisible Participatory Budgeting,
arXiv:2303.00621 (greedy rule, completions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from majung.methods.labelled import Floats, InputError
from majung.methods.pabulib import Election

Utility = Literal["cost", "cardinality", "points"]
Ties = Literal["name", "votes", "cheapest", "dearest"]
Completion = Literal["none", "greedy", "add1", "add1_greedy"]

# Relative distance within which floats are compared again exactly. Far above their error, far below real differences.
_CLOSE = 1e-7


@dataclass(frozen=True, eq=False)
class Selection:
    """The projects that win, in the order in which they were bought.

    winners: names. cost: their total. prices: for Equal Shares, what each winner cost those who could pay in full, per
    unit of utility (rho); for greedy, cost per unit of total utility. completed: the last winners, added by the greedy
    completion, which have no price. endowment: what each voter had to spend, after "add1"; budget per voter for greedy.
    ties: each set of projects that were exactly equal when one of them was bought, the bought one first.
    """

    winners: tuple[str, ...]
    cost: Fraction
    prices: tuple[Fraction, ...]
    completed: tuple[str, ...]
    endowment: Fraction
    ties: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class _Support:
    """Who supports a project: voters (k,) with weights (k,), whole numbers; utility is unit * weight."""

    voters: NDArray[np.int64]
    weights: NDArray[np.int64]
    unit: Fraction

    @property
    def total(self) -> int:
        return int(self.weights.sum())


def greedy(election: Election, *, utility: Utility, ties: Ties) -> Selection:
    """Buy the projects in the order of total utility per cost, each that still fits the budget.

    With utility "cost" this is the rule most cities use, the order of the number of votes; with "cardinality", votes
    per cost. A project without support is not bought. ties: among equals the first by name, most votes, lowest or
    highest cost; then by name. Raises InputError if the ballots do not carry the utility.
    """
    support = _supports(election, utility)
    rank = _tie_rank(election, support, ties)
    left, bought, equal = election.budget, [], []
    candidates = [j for j in range(len(election.names)) if support[j].total]
    density = {j: _density(election, support, j) for j in candidates}
    waiting = sorted(candidates, key=lambda j: (*density[j], rank[j]))
    for place, j in enumerate(waiting):
        if election.costs[j] <= left:
            rivals = [k for k in waiting[place + 1 :] if density[k] == density[j] and election.costs[k] <= left]
            if rivals:
                equal.append((j, *rivals))
            bought.append(j)
            left -= election.costs[j]
    prices = {j: election.costs[j] / (support[j].unit * support[j].total) for j in bought}
    return _selection(election, bought, prices, [], election.budget / len(election.voters), equal)


def _density(election: Election, support: list[_Support], j: int) -> tuple[bool, Fraction]:
    """Sorts free projects first, then by falling utility per cost."""
    cost, total = election.costs[j], support[j].unit * support[j].total
    return (False, Fraction(0)) if cost == 0 else (True, -total / cost)


def equal_shares(
    election: Election,
    *,
    utility: Utility,
    ties: Ties,
    completion: Completion,
    increment: Fraction | int = 1,
) -> Selection:
    """The Method of Equal Shares.

    Each voter gets budget / n. A project is rho-affordable if sum_i min(b_i, rho * u_ij) = cost_j, with b_i what voter
    i has left. Buy the one with the smallest rho, let its supporters pay min(b_i, rho * u_ij), repeat until none is
    affordable. ties: as for :func:`greedy`. What is left of the budget:
      "none"         stays;
      "greedy"       buys further projects by the greedy rule;
      "add1"         voters get `increment` more each, as often as the winners still fit the budget and are not
                     exhaustive (some supported project would still fit), from the start each time;
      "add1_greedy"  first the one, then the other.
    Exact: rho is a rational number in the units cost per utility. Raises InputError if the ballots do not carry the
    utility or the increment is not positive.
    """
    _check_choice("completion", completion, get_args(Completion))
    step = Fraction(increment)
    if step <= 0:
        raise InputError(f"increment {increment} must be above 0")
    support = _supports(election, utility)
    rank = _tie_rank(election, support, ties)
    endowment = election.budget / len(election.voters)
    purchase = _purchase(election, support, rank, endowment)
    if completion in ("add1", "add1_greedy"):
        # With this much each, every single supporter could pay for all projects alone: more changes nothing.
        enough = sum(election.costs, Fraction(0))
        while not _exhaustive(election, support, purchase[0]) and endowment <= enough:
            richer = _purchase(election, support, rank, endowment + step)
            if sum(election.costs[j] for j in richer[0]) > election.budget:
                break
            purchase, endowment = richer, endowment + step
    bought, prices, equal = purchase
    completed: list[int] = []
    if completion in ("greedy", "add1_greedy"):
        left = election.budget - sum(election.costs[j] for j in bought)
        rest = [j for j in range(len(election.names)) if j not in prices and support[j].total]
        for j in sorted(rest, key=lambda j: (*_density(election, support, j), rank[j])):
            if election.costs[j] <= left:
                completed.append(j)
                left -= election.costs[j]
    return _selection(election, bought, prices, completed, endowment, equal)


def _check_choice(keyword: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a word that is no choice: type checkers see it, callers without one do not."""
    if value not in choices:
        raise InputError(f"{keyword} is {value!r}: choose from {', '.join(choices)}")


def _exhaustive(election: Election, support: list[_Support], bought: list[int]) -> bool:
    left = election.budget - sum(election.costs[j] for j in bought)
    taken = set(bought)
    return all(j in taken or not support[j].total or election.costs[j] > left for j in range(len(election.names)))


def _supports(election: Election, utility: Utility) -> list[_Support]:
    _check_choice("utility", utility, get_args(Utility))
    if utility == "points" and election.vote_type in ("approval", "choose-1"):
        raise InputError(f'{election.vote_type} ballots carry no points: use utility="cost" or "cardinality"')
    order = np.argsort(election.project_of, kind="stable")
    ends = np.searchsorted(election.project_of[order], np.arange(len(election.names) + 1))
    supports = []
    for j, (start, end) in enumerate(pairwise(ends)):
        entries = order[start:end]
        voters = election.voter_of[entries]
        if utility == "points":
            supports.append(_Support(voters, election.points[entries], Fraction(1, election.unit)))
        else:
            # A free project has utility 1, whatever the convention: it has to be bought by those who want it.
            unit = election.costs[j] if utility == "cost" and election.costs[j] else Fraction(1)
            supports.append(_Support(voters, np.ones(len(voters), dtype=np.int64), unit))
    return supports


def _tie_rank(election: Election, support: list[_Support], ties: Ties) -> list[int]:
    """Place of each project in the order by which ties are broken."""
    _check_choice("ties", ties, get_args(Ties))
    keys: list[Fraction | int]
    if ties == "votes":
        keys = [-len(s.voters) for s in support]
    elif ties == "name":
        keys = [0] * len(support)
    else:
        keys = [cost if ties == "cheapest" else -cost for cost in election.costs]
    order = sorted(range(len(support)), key=lambda j: (keys[j], election.names[j]))
    return [order.index(j) for j in range(len(support))]


def _selection(
    election: Election,
    bought: list[int],
    prices: dict[int, Fraction],
    completed: list[int],
    endowment: Fraction,
    equal: list[tuple[int, ...]],
) -> Selection:
    names = election.names
    return Selection(
        winners=tuple(names[j] for j in bought + completed),
        cost=sum((election.costs[j] for j in bought + completed), Fraction(0)),
        prices=tuple(prices[j] for j in bought),
        completed=tuple(names[j] for j in completed),
        endowment=endowment,
        ties=tuple(tuple(names[j] for j in tied) for tied in equal),
    )


class _Purse:
    """What the voters have left, in floats for speed and exactly on demand.

    A voter who could not pay a price in full has nothing left. Any other has endowment - sum over the projects bought
    of price * weight, so that an exact sum over voters needs one rational operation a project, not one a voter.
    """

    def __init__(self, count: int, endowment: Fraction) -> None:
        self.endowment = endowment
        self.left: Floats = np.full(count, float(endowment))
        self.empty = np.zeros(count, dtype=bool)
        self.prices: list[Fraction] = []
        self.weights: list[NDArray[np.int64]] = []

    def total(self, voters: NDArray[np.int64]) -> Fraction:
        """Exact sum of what these voters have left."""
        solvent = voters[~self.empty[voters]]
        spent = (price * int(paid[solvent].sum()) for price, paid in zip(self.prices, self.weights, strict=True))
        return self.endowment * len(solvent) - sum(spent, Fraction(0))

    def pay(self, support: _Support, price: Fraction) -> None:
        """Each supporter pays price * weight, or what is left."""
        due = float(price) * support.weights
        left = self.left[support.voters]
        close = np.abs(left - due) <= _CLOSE * float(self.endowment)
        short = (left < due) & ~close
        for k in np.flatnonzero(close & ~self.empty[support.voters]):
            short[k] = self.total(support.voters[k : k + 1]) <= price * int(support.weights[k])
        broke = support.voters[short]
        self.left[support.voters] = left - due
        self.empty[broke] = True
        self.left[self.empty] = 0.0
        paid = np.zeros(len(self.left), dtype=np.int64)
        paid[support.voters] = support.weights
        self.prices.append(price)
        self.weights.append(paid)


def _purchase(
    election: Election, support: list[_Support], rank: list[int], endowment: Fraction
) -> tuple[list[int], dict[int, Fraction], list[tuple[int, ...]]]:
    """Equal Shares without completion: projects in order, rho of each, ties."""
    purse = _Purse(len(election.voters), endowment)
    free = [j for j, s in enumerate(support) if s.total and election.costs[j] == 0]
    bought = sorted(free, key=lambda j: rank[j])
    prices = dict.fromkeys(bought, Fraction(0))
    equal: list[tuple[int, ...]] = []
    # Purses only shrink, so that a price per utility only rises: the last one is a lower bound.
    bound = {
        j: float(election.costs[j] / (s.unit * s.total)) for j, s in enumerate(support) if s.total and j not in prices
    }
    while bound:
        best = np.inf
        close: list[int] = []
        for j in sorted(bound, key=bound.__getitem__):
            if bound[j] > best * (1 + _CLOSE):
                break
            rho = _approximate(purse, support[j], float(election.costs[j])) / float(support[j].unit)
            if np.isnan(rho):
                if purse.total(support[j].voters) < election.costs[j]:
                    del bound[j]
                    continue
                rho = float(_exact(purse, support[j], election.costs[j]))
            bound[j] = max(bound[j], rho)
            best = min(best, bound[j])
            close.append(j)
        exact = {j: _exact(purse, support[j], election.costs[j]) for j in close if bound[j] <= best * (1 + _CLOSE)}
        if not exact:
            break
        least = min(rho for rho in exact.values())
        tied = sorted((j for j, rho in exact.items() if rho == least), key=lambda j: rank[j])
        if len(tied) > 1:
            equal.append(tuple(tied))
        winner = tied[0]
        bought.append(winner)
        prices[winner] = least
        del bound[winner]
        purse.pay(support[winner], least * support[winner].unit)
    return bought, prices, equal


def _approximate(purse: _Purse, support: _Support, cost: float) -> float:
    """Price per weight at which the supporters can just pay, in floats; NaN if that needs an exact look."""
    left = np.clip(purse.left[support.voters], 0, None)
    weights = support.weights
    if left.sum() < cost * (1 + _CLOSE):
        return float("nan")
    worth = left / weights
    order = np.argsort(worth)
    # With the k poorest paying all they have, the others share the rest.
    given = np.concatenate([[0.0], np.cumsum(left[order])[:-1]])
    sharing = weights.sum() - np.concatenate([[0], np.cumsum(weights[order])[:-1]])
    price = (cost - given) / sharing
    return float(price[np.argmax(price <= worth[order])])


def _exact(purse: _Purse, support: _Support, cost: Fraction) -> Fraction:
    """Price per utility at which the supporters can just pay. They can: the caller has made sure."""
    voters, weights = support.voters, support.weights
    worth = purse.left[voters] / weights
    margin = _CLOSE * float(purse.endowment)

    def settle(poor: NDArray[np.bool_]) -> tuple[Fraction, NDArray[np.bool_]]:
        """From voters who are poor for sure to all that cannot pay the price, which rises with each one."""
        while True:
            price = (cost - purse.total(voters[poor])) / int(weights[~poor].sum())
            doubtful = np.flatnonzero(~poor & (worth < float(price) + margin))
            more = [k for k in doubtful if purse.total(voters[k : k + 1]) < price * int(weights[k])]
            if not more:
                return price, poor
            poor = poor.copy()
            poor[more] = True

    guess = _approximate(purse, support, float(cost))
    price, poor = settle(purse.empty[voters] | (worth < guess - margin))
    if (poor & ~purse.empty[voters] & (worth > float(price) - margin)).any():
        # The guess was too high: begin with those who have nothing.
        price, _ = settle(purse.empty[voters])
    return price / support.unit
