"""Every step from every state: taken where the lifecycle has it, refused elsewhere before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from majung.taskforce.models import Body, Journaled, JournalEntry, Meeting, Programme
from majung.taskforce.models.base import Keyed
from majung.taskforce.operations import OPERATIONS, Invalid, WrongState
from majung.taskforce.operations.act import OPERATIONS as REGISTERED
from majung.taskforce.operations.act import Act, operation
from majung.taskforce.rules.states import LIFECYCLES, Lifecycle

from .conftest import Institution

Rows = dict[type[Journaled], Journaled]


@operation("test.put_into_state", en="(test)", ko="(시험)")
def put_into_state(act: Act, programme: Programme, *, row: Keyed, column: str, state: str) -> None:
    fresh = type(row)._default_manager.get(pk=row.pk)
    setattr(fresh, column, state)
    fresh.save()


REGISTERED.pop("test.put_into_state")

CASES = [
    (lifecycle, step.operation, state)
    for lifecycle in LIFECYCLES.values()
    for step in lifecycle.steps
    for state in lifecycle.labels
]


def column_of(row: Journaled, lifecycle: Lifecycle) -> str:
    return next(column for column, own in row.LIFECYCLES.items() if own is lifecycle)


def test_every_step_is_an_operation_on_a_row_that_has_the_lifecycle() -> None:
    for lifecycle in LIFECYCLES.values():
        for step in lifecycle.steps:
            assert lifecycle in OPERATIONS[step.operation].subject.LIFECYCLES.values(), step.operation


@pytest.mark.parametrize("entity", [name for name, lifecycle in LIFECYCLES.items() if lifecycle.steps])
def test_steps_are_taken_from_their_sources_only(institution: Institution, rows: Rows, entity: str) -> None:
    lifecycle, loader = LIFECYCLES[entity], institution.by("loader", "2021-04-16")
    for step in lifecycle.steps:
        registered = OPERATIONS[step.operation]
        row = rows[registered.subject]
        column = column_of(row, lifecycle)
        for state in lifecycle.labels:
            put_into_state(loader, institution.programme, row=row, column=column, state=state)
            row.refresh_from_db()
            before = JournalEntry.objects.count()
            if state in step.sources:
                # Called without its arguments: it passes the state and then misses them, or is done.
                try:
                    registered.call(loader, row)
                except (TypeError, Invalid):
                    assert JournalEntry.objects.count() == before
                else:
                    row.refresh_from_db()
                    assert getattr(row, column) == step.target
            else:
                with pytest.raises(WrongState):
                    registered.call(loader, row)
                assert JournalEntry.objects.count() == before


def test_every_state_can_be_reached() -> None:
    """From the initial state, by steps or by an operation that sets it as part of a larger deed."""
    set_by_deeds = {
        ("written_procedure", "adopted"),
        ("written_procedure", "failed"),
        ("strategy", "announced"),
        *(("job", state) for state in LIFECYCLES["job"].labels),
    }
    for lifecycle in LIFECYCLES.values():
        reached = {lifecycle.initial} | {s for e, s in set_by_deeds if e == lifecycle.entity}
        for _ in lifecycle.labels:
            reached |= {step.target for step in lifecycle.steps if reached & set(step.sources)}
        assert reached == set(lifecycle.labels), lifecycle.entity


def test_the_documentation_draws_every_step() -> None:
    page = (Path(__file__).parents[2] / "docs" / "taskforce" / "states.md").read_text("utf-8")
    arrows = page.count(" --> ") - page.count("[*] --> ")
    assert arrows == sum(len(step.sources) for lifecycle in LIFECYCLES.values() for step in lifecycle.steps)


def test_a_wrong_state_says_what_is_possible_now(institution: Institution, rows: Rows) -> None:
    meeting = rows[Meeting]
    put_into_state(institution.by("loader"), institution.programme, row=meeting, column="state", state="planned")
    meeting.refresh_from_db()
    with pytest.raises(WrongState, match="Convene the meeting"):
        OPERATIONS["meeting.open"].call(institution.by("chair"), meeting)
    assert isinstance(institution.group, Body)
