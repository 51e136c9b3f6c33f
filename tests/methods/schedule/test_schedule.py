from datetime import date, timedelta
from itertools import pairwise, product

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.schedule import Change, Group, Room, explain, problem, relax, schedule, working_days

MONDAY = date(2024, 7, 1)
COSTS = {"window": 3, "gap": 2, "notice": 1, "meeting": 5, "member": 4, "required": 8}


def day(n):
    """Monday, 1 July 2024, is 0."""
    return MONDAY + timedelta(days=n)


def group(name, people, first=0, last=4, meetings=1, gap=1, required=""):
    return Group(name, frozenset(people), day(first), day(last), meetings, gap, frozenset(required))


HALL = Room("hall", 50)


def case(*groups, rooms=(HALL,), slots=1, **changes):
    return problem(groups, rooms, **{"slots": slots, "holidays": (), "weekend": (5, 6)} | changes)


def solve(setting, objective="earliest"):
    return schedule(setting, objective=objective, effort=2.0)


def broken_rules(setting, meetings):
    """Every rule of the problem that these meetings break, said by a reader who knows only the problem."""
    found = []
    rooms = {room.name: room.seats for room in setting.rooms}
    groups = {g.name: g for g in setting.groups}
    for g in setting.groups:
        days = sorted(m.day for m in meetings if m.group == g.name)
        if len(days) != g.meetings:
            found.append(f"{g.name} meets {len(days)} times")
        found += [f"{g.name} too soon" for a, b in pairwise(days) if (b - a).days < g.minimum_gap]
        for d in days:
            if not g.first <= d <= g.last or d.weekday() in setting.weekend or d in setting.holidays:
                found.append(f"{g.name} on {d}")
            if d < setting.earliest:
                found.append(f"{g.name} on short notice")
            found += [f"{p} is away" for p in g.required if d in setting.away.get(p, ())]
    found += [f"{m.group} does not fit" for m in meetings if len(groups[m.group].people) > rooms[m.room]]
    found += [f"slot {m.slot}" for m in meetings if not 0 <= m.slot < setting.slots]
    for i, m in enumerate(meetings):
        for n in meetings[:i]:
            if (m.day, m.slot) == (n.day, n.slot):
                if m.room == n.room:
                    found.append(f"{m.room} twice")
                if groups[m.group].people & groups[n.group].people:
                    found.append(f"{m.group} and {n.group} share people")
    return found


def test_groups_that_share_people_meet_one_after_the_other():
    found = solve(case(group("a", "pq"), group("b", "qr"), group("c", "rs"), rooms=(Room("x", 5), Room("y", 5))))
    # a and c share nobody: they meet on the first day, b on the second.
    assert [(m.day, m.group) for m in found.meetings] == [(day(0), "a"), (day(0), "c"), (day(1), "b")]
    assert (found.status, found.value, found.bound, found.gap) == ("optimal", 1, 1, 0)


def test_the_even_objective_spreads_the_meetings():
    groups = [group(name, name) for name in "abcdefg"]
    found = solve(case(*groups, slots=4, rooms=(Room("x", 9), Room("y", 9))), "even")
    loads = [sum(m.day == day(n) for m in found.meetings) for n in range(5)]
    assert sorted(loads) == [1, 1, 1, 2, 2]
    assert found.value == 11


def test_a_large_meeting_takes_the_large_room():
    big, small = group("big", "abcdef", last=0), group("small", "xy", last=0)
    found = solve(case(big, small, rooms=(Room("small room", 2), Room("hall", 6))))
    assert {m.group: m.room for m in found.meetings} == {"big": "hall", "small": "small room"}
    # Two that need the hall on the only day: no schedule, although two rooms are free.
    assert solve(case(big, group("wide", "uvw", last=0), rooms=(Room("r", 2), Room("h", 6)))).status == "infeasible"


def test_nothing_on_holidays_weekends_days_away_or_without_notice():
    one = group("one", "pq", last=9, required="p")
    assert solve(case(one)).meetings[0].day == day(0)
    assert solve(case(one, holidays=[day(0)])).meetings[0].day == day(1)
    assert solve(case(one, holidays=[day(n) for n in range(5)])).meetings[0].day == day(7)
    assert solve(case(one, away={"p": [day(0), day(1)]})).meetings[0].day == day(2)
    assert solve(case(one, away={"q": [day(0)]})).meetings[0].day == day(0)  # q is not required
    assert solve(case(one, announced=day(-2), notice=5)).meetings[0].day == day(3)


def test_working_days_of_the_window_of_a_feast_month():
    # Chuseok 2025: 3 October and 5 to 9 October; 11, 12, 18, 19 are weekends.
    korea = holidays.country_holidays("KR", years=2025)
    whole = case(group("a", "p"), holidays=set(korea))
    assert [d.day for d in working_days(whole, date(2025, 10, 1), date(2025, 10, 14))] == [1, 2, 10, 13, 14]


groups_ = st.builds(
    lambda people, first, length, meetings, gap: (people, first, first + length, meetings, gap),
    st.sets(st.sampled_from("pqrst"), min_size=1),
    st.integers(0, 3),
    st.integers(0, 4),
    st.integers(1, 2),
    st.integers(1, 3),
)


def cheapest_by_enumeration(setting):
    """Smallest "earliest" value of all schedules, or None: every choice of times is tried."""
    options = []
    for g in setting.groups:
        times = [
            (d, s)
            for d in working_days(setting, g.first, g.last)
            for s in range(setting.slots)
            if d >= setting.earliest
        ]
        options.append(list(product(times, repeat=g.meetings)))
    best = None
    rooms = sorted((room.seats for room in setting.rooms), reverse=True)
    for choice in product(*options):
        value, ok, cells = 0, True, {}
        for g, times in zip(setting.groups, choice, strict=True):
            ok &= all(b[0] - a[0] >= timedelta(days=g.minimum_gap) for a, b in pairwise(times))
            for d, s in times:
                cells.setdefault((d, s), []).append(g)
                value += (d - g.first).days * setting.slots + s
        for there in cells.values():
            sizes = sorted((len(g.people) for g in there), reverse=True)
            ok &= len(sizes) <= len(rooms) and all(a <= b for a, b in zip(sizes, rooms, strict=False))
            ok &= not any(a.people & b.people for i, a in enumerate(there) for b in there[:i])
        if ok and (best is None or value < best):
            best = value
    return best


@settings(deadline=None, max_examples=25)
@given(
    st.lists(groups_, min_size=1, max_size=3), st.integers(1, 2), st.lists(st.integers(1, 5), min_size=1, max_size=2)
)
def test_schedules_are_right_and_as_early_as_enumeration_finds(made, slots, seats):
    seats = [*seats, 5]
    setting = case(
        *(group(f"g{i}", *args) for i, args in enumerate(made)),
        slots=slots,
        rooms=[Room(f"r{i}", s) for i, s in enumerate(seats)],
    )
    best, found = cheapest_by_enumeration(setting), solve(setting)
    if best is None:
        assert found.status == "infeasible"
        explained = explain(setting, costs=COSTS, widest=7, effort=2.0)
        assert explained.relaxations
        for relaxation in explained.relaxations:
            eased = relax(setting, relaxation.changes)
            assert broken_rules(eased, solve(eased).meetings) == []
    else:
        assert (found.status, found.value) == ("optimal", best)
        assert broken_rules(setting, found.meetings) == []


def only(setting, kind, **how):
    """The smallest relaxation of one kind, checked to solve the case."""
    explained = explain(setting, **{"costs": {kind: 1}, "widest": 14, "effort": 2.0} | how)
    (relaxation,) = explained.relaxations
    assert relaxation.proven
    eased = relax(setting, relaxation.changes)
    assert broken_rules(eased, solve(eased).meetings) == []
    return set(relaxation.changes)


def test_each_kind_of_relaxation_by_hand():
    # Friday to Monday, two meetings a week apart: the window lacks four days, the gap may not exceed three.
    twice = case(group("a", "pq", first=4, last=7, meetings=2, gap=7))
    assert solve(twice).status == "infeasible"
    assert only(twice, "window") in ({Change("window", "a", 4)}, {Change("window", "a", -4)})
    assert only(twice, "gap") == {Change("gap", "a", 4)}
    assert only(twice, "meeting") == {Change("meeting", "a", 1)}
    explained = explain(twice, costs=COSTS, widest=14, effort=2.0)
    assert [r.cost for r in explained.relaxations] == [5, 8, 12]
    assert explained.impossible == {"notice", "member", "required"}
    # One day, one slot, two rooms, one shared person.
    shared = case(group("a", "pq", last=0), group("b", "qr", last=0), rooms=(Room("x", 5), Room("y", 5)))
    assert only(shared, "member") in ({Change("member", "a", 1, "q")}, {Change("member", "b", 1, "q")})
    # The chair is away in the whole window.
    chaired = case(group("a", "pq", required="p"), away={"p": [day(n) for n in range(5)]})
    assert only(chaired, "required") == {Change("required", "a", 1, "p")}
    assert only(chaired, "window") in ({Change("window", "a", 3)}, {Change("window", "a", -3)})
    # Invitations would be in time three days after the window.
    late = case(group("a", "p"), announced=day(-3), notice=10)
    assert only(late, "notice") == {Change("notice", "a", 3)}
    assert only(late, "window") == {Change("window", "a", 3)}


def test_a_mixture_is_offered_where_it_is_cheaper():
    # a needs its chair, away all week; b needs a second day for its gap: each alone has a cheap cure of its own kind.
    both = case(
        group("a", "pq", required="p"),
        group("b", "xy", first=0, last=4, meetings=2, gap=6),
        rooms=(Room("x", 5), Room("y", 5)),
        away={"p": [day(n) for n in range(14)]},
    )
    costs = {"window": 3, "gap": 2, "required": 1}
    explained = explain(both, costs=costs, widest=14, effort=2.0)
    best = explained.relaxations[0]
    assert set(best.changes) == {Change("required", "a", 1, "p"), Change("gap", "b", 2)}
    assert best.cost == 5
    assert explained.impossible == {"gap", "required"}


def test_a_case_that_has_a_schedule_needs_no_change():
    explained = explain(case(group("a", "p")), costs=COSTS, widest=5, effort=1.0)
    assert [r.changes for r in explained.relaxations] == [()]


def test_when_nothing_helps_it_says_so():
    # Six groups share a person and one slot on Monday; a window may only grow to Tuesday (Sunday is not worked).
    crowd = case(*(group(f"g{i}", "p", last=0) for i in range(6)))
    explained = explain(crowd, costs={"window": 1, "gap": 1}, widest=1, effort=2.0)
    assert explained.relaxations == ()
    assert explained.impossible == {"window", "gap"}


@pytest.mark.slow
def test_every_infeasible_month_of_2021_to_2028_is_explained():
    # Five working groups that share people, two meetings a week apart between the 10th and the 20th, one slot a day.
    korea = frozenset(holidays.country_holidays("KR", years=range(2021, 2029)))
    infeasible, working = 0, []
    people = ["abcdefgh", "ghijkl", "lmnopa", "qrstuv", "vwxyzb"]
    for year, month in product(range(2021, 2029), range(1, 13)):
        window = date(year, month, 10), date(year, month, 20)
        groups = [Group(f"g{i}", frozenset(p), *window, 2, 7, frozenset(p[0])) for i, p in enumerate(people)]
        rooms = [Room("x", 8), Room("y", 8)]
        month_ = problem(groups, rooms, slots=1, holidays=korea, weekend=(5, 6))
        working.append(len(working_days(month_, *window)))
        found = solve(month_)
        if found.status == "optimal":
            assert broken_rules(month_, found.meetings) == []
            continue
        assert found.status == "infeasible"
        infeasible += 1
        explained = explain(month_, costs=COSTS, widest=10, effort=2.0)
        assert explained.relaxations
        assert not explained.undecided
        for relaxation in explained.relaxations:
            eased = relax(month_, relaxation.changes)
            assert broken_rules(eased, solve(eased).meetings) == []
    assert (min(working), max(working)) == (4, 9)
    assert 0 < infeasible < 96


def test_the_same_settinggives_the_same_schedule():
    groups = [group(f"g{i}", "pqrstuvw"[i : i + 3], meetings=2, gap=2) for i in range(6)]
    made = case(*groups, slots=3, rooms=(Room("x", 5), Room("y", 5)))
    assert solve(made) == solve(made)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: case(), "there is no group"),
        (lambda: case(group("a", "p"), rooms=()), "there is no room"),
        (lambda: case(group("a", "p"), group("a", "q")), "'a' is named twice"),
        (lambda: case(group("a", "p", first=3, last=2)), "'a': its window ends"),
        (lambda: case(group("a", "p", meetings=0)), "'a': 0 meetings"),
        (lambda: case(group("a", "")), "'a' has no people"),
        (lambda: case(group("a", "p", required="z")), "'z' is required"),
        (lambda: case(group("a", "pqr"), rooms=(Room("den", 2),)), "'a' has 3 people; the largest room, 'den', has 2"),
        (lambda: case(group("a", "p"), slots=0), "slots a day is 0"),
        (lambda: case(group("a", "p"), weekend=range(7)), "weekend"),
        (lambda: schedule(case(group("a", "p")), objective="late", effort=1), "unknown objective"),
        (lambda: schedule(case(group("a", "p")), objective="even", effort=0), "effort"),
        (lambda: explain(case(group("a", "p")), costs={"rooms": 1}, widest=1, effort=1), "rooms"),
        (lambda: explain(case(group("a", "p")), costs={}, widest=1, effort=1), "no kind"),
        (lambda: explain(case(group("a", "p")), costs={"gap": 0}, widest=1, effort=1), "1 or more"),
        (lambda: relax(case(group("a", "p")), [Change("gap", "b", 1)]), "no group 'b'"),
        (lambda: relax(case(group("a", "p")), [Change("member", "a", 1, "z")]), "'z' does not belong"),
    ],
)
def test_unusable_problems_are_refused_by_name(make, message):
    with pytest.raises(InputError, match=message):
        make()
