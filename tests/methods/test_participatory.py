"""Greedy and Equal Shares against published examples and a plain implementation; reading Pabulib text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.pabulib import Election, election, read_pabulib
from majung.methods.participatory import Completion, Utility, equal_shares, greedy

# equalshares.net/explanation, examples 1 and 2 (Peters & Skowron): 11 voters, budget 1100.
COSTS = {"bike path": 700, "outdoor gym": 400, "new park": 250, "new playground": 200, "library for kids": 100}
BALLOTS = {
    "bike path": [0, 1, 2, 3, 4, 5, 10],
    "outdoor gym": [0, 1, 2, 3, 4, 5],
    "new park": [1, 3, 4, 6, 9],
    "new playground": [6, 7, 8, 9],
    "library for kids": [6, 8, 9],
}


def eleven_voters(supporters: dict[str, list[int]]) -> Election:
    ballots = {str(i): [name for name, voters in supporters.items() if i in voters] for i in range(11)}
    return election(COSTS, 1100, ballots)


def plain_equal_shares(e: Election, utility: Utility, endowment: Fraction) -> tuple[list[str], list[Fraction]]:
    """The definition, voter by voter in rational numbers; ties by name."""
    u: dict[tuple[int, int], Fraction] = {}
    for i, j, w in zip(e.voter_of.tolist(), e.project_of.tolist(), e.points.tolist(), strict=True):
        worth = {"cost": e.costs[j] or Fraction(1), "cardinality": Fraction(1), "points": Fraction(w, e.unit)}
        u[i, j] = worth[utility]
    left = [endowment] * len(e.voters)
    bought: list[int] = []
    prices: list[Fraction] = []
    while True:
        offers = []
        for j, name in enumerate(e.names):
            supporters = [i for i in range(len(e.voters)) if (i, j) in u]
            if j in bought or not supporters or sum(left[i] for i in supporters) < e.costs[j]:
                continue
            poor: set[int] = set()
            while True:
                rich = [i for i in supporters if i not in poor]
                rho = (e.costs[j] - sum(left[i] for i in poor)) / sum(u[i, j] for i in rich)
                more = {i for i in rich if left[i] < rho * u[i, j]}
                if not more:
                    break
                poor |= more
            offers.append((rho, name, j))
        if not offers:
            return [e.names[j] for j in bought], prices
        rho, _, j = min(offers)
        bought.append(j)
        prices.append(rho)
        for i in range(len(e.voters)):
            left[i] -= min(left[i], rho * u.get((i, j), Fraction(0)))


@st.composite
def elections(draw: st.DrawFn) -> Election:
    m, n = draw(st.integers(1, 7)), draw(st.integers(1, 14))
    costs = {f"p{j}": Fraction(draw(st.integers(0, 8)), draw(st.sampled_from([1, 2]))) for j in range(m)}
    kind = draw(st.sampled_from(["approval", "cumulative", "ordinal"]))
    ballots = {}
    for i in range(n):
        chosen = draw(st.lists(st.sampled_from(sorted(costs)), unique=True, max_size=m))
        if kind == "cumulative":
            ballots[f"v{i}"] = {
                name: Fraction(draw(st.integers(0, 6)), draw(st.sampled_from([1, 3]))) for name in chosen
            }
        else:
            ballots[f"v{i}"] = chosen
    return election(costs, draw(st.integers(1, 20)), ballots, vote_type=kind)


def test_equal_shares_example_1_of_equalshares_net() -> None:
    found = equal_shares(eleven_voters(BALLOTS), utility="cost", ties="name", completion="none")
    assert found.winners == ("bike path", "new playground", "library for kids")
    # Paid by each supporter: 100, 50 and 33.3, so per unit of cost utility 1/7, 1/4 and 1/3.
    assert found.prices == (Fraction(1, 7), Fraction(1, 4), Fraction(1, 3))
    assert found.endowment == 100
    assert found.ties == ()


def test_equal_shares_example_2_of_equalshares_net() -> None:
    moved = BALLOTS | {"bike path": [0, 1, 2, 3, 4, 5], "outdoor gym": [0, 1, 2, 3, 4, 5, 10]}
    found = equal_shares(eleven_voters(moved), utility="cost", ties="name", completion="none")
    assert found.winners == ("outdoor gym", "new park", "new playground")
    # Effective vote counts 1 / rho: the page gives 7, 4.13 and 3.31, having rounded purses of 300/7 to 43 on the way.
    assert [1 / rho for rho in found.prices] == [7, Fraction(70, 17), Fraction(56, 17)]


def test_greedy_takes_the_most_votes_first_as_in_example_1() -> None:
    found = greedy(eleven_voters(BALLOTS), utility="cost", ties="name")
    assert found.winners == ("bike path", "outdoor gym")
    assert found.cost == 1100


def test_completion_spends_what_equal_shares_leaves() -> None:
    e = eleven_voters(BALLOTS)
    plain = equal_shares(e, utility="cost", ties="name", completion="none")
    filled = equal_shares(e, utility="cost", ties="name", completion="greedy")
    assert plain.cost == 1000
    assert filled.winners == plain.winners
    smaller = election({"a": 60, "b": 50, "c": 40}, 100, {"1": ["a"], "2": ["a"], "3": ["b"], "4": ["c"], "5": ["c"]})
    # Each has 20, enough for c only. Add-one stops at 30, where the supporters of a can pay too and nothing is left.
    assert equal_shares(smaller, utility="cost", ties="name", completion="none").winners == ("c",)
    added = equal_shares(smaller, utility="cost", ties="name", completion="add1")
    assert (added.winners, added.endowment, added.cost) == (("a", "c"), 30, 100)
    assert added.ties == (("a", "c"),)


@settings(max_examples=80, deadline=None)
@given(elections(), st.sampled_from(["cost", "cardinality", "points"]))
def test_equal_shares_equals_the_definition_exactly(e: Election, utility: Utility) -> None:
    if utility == "points" and e.vote_type == "approval":
        with pytest.raises(InputError, match="carry no points"):
            equal_shares(e, utility=utility, ties="name", completion="none")
        return
    found = equal_shares(e, utility=utility, ties="name", completion="none")
    names, prices = plain_equal_shares(e, utility, e.budget / len(e.voters))
    assert list(found.winners) == names
    assert list(found.prices) == prices
    assert found.cost <= e.budget


@settings(max_examples=40, deadline=None)
@given(elections(), st.sampled_from(["greedy", "add1", "add1_greedy"]))
def test_completions_never_overspend_and_keep_their_promise(e: Election, completion: Completion) -> None:
    found = equal_shares(e, utility="cardinality", ties="name", completion=completion)
    assert found.cost <= e.budget
    assert len(set(found.winners)) == len(found.winners)
    supported = {e.names[j] for j in e.project_of.tolist()}
    assert set(found.winners) <= supported
    missing = [cost for name, cost in zip(e.names, e.costs, strict=True) if name in supported - set(found.winners)]
    if completion != "add1":
        assert all(cost > e.budget - found.cost for cost in missing)
    if completion == "add1":
        names, _ = plain_equal_shares(e, "cardinality", found.endowment)
        assert list(found.winners) == names


@settings(max_examples=40, deadline=None)
@given(elections())
def test_greedy_buys_by_density_what_fits(e: Election) -> None:
    found = greedy(e, utility="cardinality", ties="name")
    left, expected = e.budget, []
    votes = [int((e.project_of == j).sum()) for j in range(len(e.names))]
    order = sorted(
        (j for j in range(len(e.names)) if votes[j]),
        key=lambda j: (-Fraction(votes[j]) / e.costs[j] if e.costs[j] else -Fraction(10**9), e.names[j]),
    )
    for j in order:
        if e.costs[j] <= left:
            expected.append(e.names[j])
            left -= e.costs[j]
    assert list(found.winners) == expected


def test_supporters_who_can_just_pay_with_all_they_have() -> None:
    # After p (1/7 each) the supporters of q own exactly its cost, at a rho of 1/3; r costs them 26/105.
    only_q, only_r, with_p = ["q"], ["r"], ["p", "q"]
    ballots = [only_q] * 2 + [only_r] * 5 + [with_p] * 3 + [["p", "q", "r"]] * 4 + [[]]
    e = election({"p": 1, "q": 2, "r": 2}, 5, {str(i): ballot for i, ballot in enumerate(ballots)})
    found = equal_shares(e, utility="cardinality", ties="name", completion="none")
    assert found.winners == ("p", "r")
    assert found.prices == (Fraction(1, 7), Fraction(26, 105))


def test_many_voters_with_near_ties_stay_exact() -> None:
    # b costs one part in 10^12 more than a: floats of these purses cannot tell them apart, rationals can.
    costs = {"b": Fraction(10**12), "a": Fraction(10**12 + 1)}
    e = election(costs, 4 * 10**12, {str(i): ["a", "b"] for i in range(100)})
    found = equal_shares(e, utility="cardinality", ties="name", completion="none")
    assert found.winners == ("b", "a")
    assert found.ties == ()
    equal = election({"b": 10**12, "a": 10**12}, 4 * 10**12, {str(i): ["a", "b"] for i in range(100)})
    assert equal_shares(equal, utility="cardinality", ties="name", completion="none").ties == (("a", "b"),)


@pytest.mark.parametrize(("ties", "first"), [("name", "a"), ("votes", "c"), ("cheapest", "b"), ("dearest", "c")])
def test_tie_rules(ties: str, first: str) -> None:
    e = election({"c": 4, "b": 1, "a": 2}, 4, {"1": ["a", "b", "c"], "2": ["a", "c"], "3": ["c"], "4": ["c"]})
    # Votes per cost: c 4/4, b 1/1, a 2/2.
    found = greedy(e, utility="cardinality", ties=ties)  # type: ignore[arg-type]
    assert found.winners[0] == first
    assert set(found.ties[0]) == {"a", "b", "c"}


def test_free_projects_are_bought_if_somebody_wants_them() -> None:
    e = election({"free": 0, "unwanted": 0, "dear": 9}, 5, {"1": ["free", "dear"]})
    for found in (
        greedy(e, utility="cost", ties="name"),
        equal_shares(e, utility="cost", ties="name", completion="add1_greedy"),
    ):
        assert found.winners == ("free",)


PB = """META
key;value
budget;100,5
vote_type;cumulative
num_votes;3
num_projects;2
unit;Example
PROJECTS
project_id;cost;name
7;60;"Trees; and shade"
8;40.5;Benches
VOTES
voter_id;age;vote;points
1;30;7,8;2,1
2;;8;3
"""


def test_pabulib_is_read_exactly() -> None:
    e = read_pabulib(PB)
    assert e.names == ("7", "8")
    assert e.costs == (60, Fraction(81, 2))
    assert e.budget == Fraction(201, 2)
    assert (e.voters, e.vote_type, e.unit) == (("1", "2"), "cumulative", 1)
    assert (e.voter_of.tolist(), e.project_of.tolist(), e.points.tolist()) == ([0, 0, 1], [0, 1, 1], [2, 1, 3])
    assert e.meta["unit"] == "Example"
    assert e.notes == ("num_votes is declared 3, counted 2",)
    assert read_pabulib(PB.splitlines()).costs == e.costs


def test_ordinal_ballots_count_places_from_below() -> None:
    text = PB.replace("cumulative", "ordinal").replace(";points", "").replace(";2,1", "").replace(";3\n", "\n")
    e = read_pabulib(text.replace("num_votes\n", "num_votes;2\n"))
    assert e.points.tolist() == [2, 1, 1]


def test_a_project_named_twice_is_counted_once_and_noted() -> None:
    text = PB.replace("cumulative", "approval").replace("7,8;2,1", "7,8,7").replace(";points", "").replace("8;3", "8")
    e = read_pabulib(text)
    assert e.project_of.tolist() == [0, 1, 1]
    assert "voter '1' names a project twice" in e.notes


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("META\n", "", "comes before the META section"),
        ("VOTES\n", "", "'voter_id' appears|no VOTES|appears twice|not a number"),
        ("cumulative", "acclamation", "vote_type 'acclamation'"),
        ("budget;100,5\n", "", "no budget"),
        ("100,5", "much", "budget is 'much'"),
        ("100,5", "0", "budget is 0"),
        ("8;40.5", "8;-1", "project '8': cost -1"),
        ("8;40.5", "7;40.5", "'7' appears twice in PROJECTS"),
        ("2;;8;3", "2;;9;3", "voter '2' names '9'"),
        ("2;;8;3", "2;;8;3,4", "names 1 projects but gives 2 points"),
        ("2;;8;3", "2;;8,8;3,4", "voter '2' gives points to a project twice"),
        ("2;;8;3", "2;;8;-3", "voter '2' gives negative points"),
        ("2;;8;3", "1;;8;3", "'1' appears twice in VOTES"),
        ("project_id;cost", "project_id;price", "project '7' has no cost"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_pabulib(PB.replace(old, new, 1))


def test_elections_and_increments_are_checked() -> None:
    with pytest.raises(InputError, match="needs projects and voters"):
        election({"a": 1}, 1, {})
    with pytest.raises(InputError, match="names a project twice"):
        election({"a": 1}, 1, {"1": ["a", "a"]})
    with pytest.raises(InputError, match="ties is 'luck'"):
        greedy(eleven_voters(BALLOTS), utility="cost", ties="luck")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="completion is 'all': choose from none, greedy, add1, add1_greedy"):
        equal_shares(eleven_voters(BALLOTS), utility="cost", ties="name", completion="all")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="increment 0"):
        equal_shares(eleven_voters(BALLOTS), utility="cost", ties="name", completion="add1", increment=0)
