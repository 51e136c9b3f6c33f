"""How a deed is done: its turn, permission asked, state stepped, written rows seen, journal entry, one transaction.

An operation is a function `deed(act, subject, **arguments)` under `@operation`. It is called as
`deed(actor, subject, **arguments)`; the decorator does the rest. `expected=` names the revision of the subject that the
actor saw; if it has moved on, nothing happens and the actor is told what changed.

Deeds take turns: each locks the journal's head before it reads anything. So a guard that looks at other rows (is the
meeting still open? does the other measure wait for this one?) looks at what holds when the deed is done, and no two
deeds wait for each other. A deed takes milliseconds; reading waits for nobody.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import override

from majung.methods.labelled import InputError
from majung.taskforce.journal.chain import Draft, append, hold
from majung.taskforce.journal.images import image, reference
from majung.taskforce.models.base import Journaled, witness
from majung.taskforce.models.bodies import Person
from majung.taskforce.models.journal import JournalEntry
from majung.taskforce.models.notices import Notice
from majung.taskforce.operations.standing import restate, touched
from majung.taskforce.permission import Actor, verdict
from majung.taskforce.rules.states import Lifecycle, Step
from majung.taskforce.rules.words import Text, Word

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Journaled)


class Refusal(InputError):
    """An operation does not happen; nothing was written. said: why and what to do, in both languages."""

    def __init__(self, en: str, ko: str) -> None:
        super().__init__(en)
        self.said: Text = {"en": en, "ko": ko}


class NotAllowed(Refusal):
    """No rule of the permission matrix allows it."""


class WrongState(Refusal):
    """The subject's state has no such step."""


class Conflict(Refusal):
    """Somebody else changed the subject in between. since: what happened, oldest first."""

    def __init__(self, en: str, ko: str, since: list[JournalEntry]) -> None:
        super().__init__(en, ko)
        self.since = since


class Invalid(Refusal):
    """An argument cannot be used, or a guard of the operation does not hold."""


@dataclass
class Act:
    """A deed under way, as the operation's function sees it."""

    actor: Actor
    operation: Operation
    subject: Journaled
    acted_as: str
    written: dict[tuple[str, int], Journaled] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.actor.day

    @property
    def at(self) -> datetime:
        return self.actor.at

    @property
    def person(self) -> Person | None:
        return self.actor.person

    def saw(self, row: Journaled) -> None:
        """Called by every row that is saved."""
        self.written[row._meta.db_table, row.pk] = row

    def tell(self, person: Person, kind: str, about: Journaled, urgent: bool = False, **values: Any) -> None:
        """Put a notice into the outbox; it is sent after the transaction, if the transaction holds. What the loader
        enters has happened already: nobody is told."""
        if self.actor.system == "record":
            return
        Notice.objects.create(
            programme=self.subject.in_programme,
            person=person,
            kind=kind,
            values=values,
            about=reference(about),
            made=self.at,
            urgent=urgent,
        )


@dataclass(frozen=True)
class Operation:
    """A registered deed. parameters: name -> (type, default or inspect.Parameter.empty), the subject not among them."""

    name: str
    label: Text
    subject: type[Journaled]
    parameters: dict[str, tuple[Any, Any]]
    call: Callable[..., Any]
    doc: str

    @property
    def for_people(self) -> bool:
        """A person may do it, by the matrix; what is not is the loader's or the generator's alone."""
        return not self.name.startswith(("record.", "exercise.", "test."))


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name: what the permission matrix, the API, the command line and the documentation read."""

_pending: ContextVar[list[Draft] | None] = ContextVar("pending", default=None)
_heard: ContextVar[list[int] | None] = ContextVar("heard", default=None)


@contextmanager
def turn() -> Iterator[None]:
    """A transaction in which no other deed happens. What is read within holds until its end."""
    with transaction.atomic():
        if _pending.get() is None:
            hold()
        yield


@contextmanager
def journaled() -> Iterator[list[int]]:
    """The sequence numbers of the journal entries that are written within."""
    numbers: list[int] = []
    before = _heard.set(numbers)
    try:
        yield numbers
    finally:
        _heard.reset(before)


def operation(
    name: str, *, en: str, ko: str
) -> Callable[[Callable[Concatenate[Act, S, P], R]], Callable[Concatenate[Actor | Act, S, P], R]]:
    """Make a function an operation. Its first parameter after the act is the subject: the row whose permission is
    asked and whose state is stepped where a lifecycle has a step of this name."""

    def decorate(function: Callable[Concatenate[Act, S, P], R]) -> Callable[Concatenate[Actor | Act, S, P], R]:
        hints = typing.get_type_hints(function)
        _, subject_name, *rest = inspect.signature(function).parameters.values()
        parameters = {parameter.name: (hints[parameter.name], parameter.default) for parameter in rest}

        @functools.wraps(function)
        def do(actor: Actor | Act, subject: S, *args: P.args, **kwargs: P.kwargs) -> R:
            expected = kwargs.pop("expected", None)
            who = actor.actor if isinstance(actor, Act) else actor
            try:
                return _do(registered, function, who, subject, expected, args, kwargs)
            except ValidationError as error:
                raise _not_a_value(error) from error
            except (IntegrityError, DataError) as error:
                raise _not_stored(error) from error

        registered = Operation(
            name, {"en": en, "ko": ko}, hints[subject_name.name], parameters, do, inspect.getdoc(function) or ""
        )
        if name in OPERATIONS:
            raise ValueError(f"operation {name!r} exists twice")
        OPERATIONS[name] = registered
        return do  # type: ignore[return-value]  # wraps() keeps the parameter names that callers may use

    return decorate


def _do(
    operation: Operation,
    function: Callable[..., R],
    actor: Actor,
    subject: Journaled,
    expected: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> R:
    outermost = _pending.get() is None
    drafts: list[Draft] = [] if outermost else typing.cast("list[Draft]", _pending.get())
    with turn():
        held = _pending.set(drafts)
        try:
            fresh = type(subject)._default_manager.get(pk=subject.pk)
            acted_as = verdict(actor, operation.name, fresh)
            if acted_as is None:
                raise _not_allowed(operation, fresh)
            _unchanged(fresh, expected)
            lifecycle, step = _step(operation, fresh)
            act = Act(actor, operation, fresh, acted_as)
            seen = witness.set(act)
            try:
                result = function(act, fresh, *args, **_checked(operation, kwargs))
                if step is not None:
                    setattr(fresh, lifecycle, step.target)
                    fresh.save()
            finally:
                witness.reset(seen)
            restate(touched(act.written.values()))
            drafts.append(_draft(act, args, kwargs))
            if outermost:
                entries = append(drafts)
                if (heard := _heard.get()) is not None:
                    heard.extend(entry.seq for entry in entries)
        finally:
            _pending.reset(held)
    subject.refresh_from_db()
    return result


def _checked(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """Words as members of their list, text in both languages; columns do not check that themselves."""
    checked = dict(arguments)
    for name, value in arguments.items():
        if name not in operation.parameters:
            continue
        kinds = typing.get_args(operation.parameters[name][0]) or (operation.parameters[name][0],)
        for kind in kinds:
            if value is not None and isinstance(kind, type) and issubclass(kind, Word):
                if value not in set(kind):
                    listed = ", ".join(kind)
                    raise Invalid(f"{name}: {value!r} is not one of {listed}", f"{name}: {listed} 가운데 하나여야 한다")
                checked[name] = kind(value)
        if value and Text in (operation.parameters[name][0], *kinds) and set(value) != {"ko", "en"}:
            raise Invalid(f"{name}: give both languages, ko and en", f"{name}: 두 언어(ko, en)로 적는다")
    return checked


def _step(operation: Operation, fresh: Journaled) -> tuple[str, Step | None]:
    for column, lifecycle in fresh.LIFECYCLES.items():
        step = lifecycle.step(operation.name)
        if step is None:
            continue
        state = getattr(fresh, column)
        if state not in step.sources:
            raise _wrong_state(operation, lifecycle, state)
        return column, step
    return "", None


def _unchanged(fresh: Journaled, expected: int | None) -> None:
    if expected is None or expected == fresh.revision:
        return
    told = JournalEntry.objects.filter(programme=fresh.in_programme, subject=reference(fresh))
    entries = told.order_by("-seq")[: max(0, fresh.revision - expected)]
    since = list(reversed(entries))
    happened = ", ".join(OPERATIONS[e.operation].label["en"] for e in since if e.operation in OPERATIONS)
    ko_happened = ", ".join(OPERATIONS[e.operation].label["ko"] for e in since if e.operation in OPERATIONS)
    raise Conflict(
        f"{reference(fresh)} has changed since you opened it ({happened or 'edited'}); nothing was saved over it: "
        "look at the new version and send yours again",
        f"여는 사이에 {reference(fresh)}이(가) 바뀌었다({ko_happened or '수정'}). 덮어쓰지 않았다. "
        "새 판을 보고 다시 보낸다",
        since,
    )


def _not_a_value(error: ValidationError) -> Invalid:
    said = {}
    for language in ("en", "ko"):
        with override(language):
            columns = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            said[language] = "; ".join(
                f"{column}: {' '.join(map(str, messages))}".removeprefix(": ") for column, messages in columns.items()
            )
    return Invalid(said["en"], said["ko"])


def _not_stored(error: IntegrityError | DataError) -> Invalid:
    if isinstance(error, IntegrityError) and "unique" in str(error).lower():
        return Invalid(
            "there is such a row already (the same key or number): choose another",
            "같은 키나 번호의 행이 이미 있다. 다른 것을 쓴다",
        )
    return Invalid("the database refuses these values: a rule of the table is broken", "표의 규칙에 맞지 않는 값이다")


def _not_allowed(operation: Operation, fresh: Journaled) -> NotAllowed:
    return NotAllowed(
        f"{operation.label['en']}: none of your mandates on this day allows it on {reference(fresh)}",
        f"{operation.label['ko']}: 이 날의 위임으로는 {reference(fresh)}에 할 수 없다",
    )


def _wrong_state(operation: Operation, lifecycle: Lifecycle, state: str) -> WrongState:
    can = [OPERATIONS[s.operation].label for s in lifecycle.open_steps(state) if s.operation in OPERATIONS]
    label = lifecycle.labels[state]
    return WrongState(
        f"{operation.label['en']}: not from “{label['en']}”; possible now: "
        f"{', '.join(c['en'] for c in can) or 'nothing'}",
        f"{operation.label['ko']}: '{label['ko']}' 상태에서는 할 수 없다. 지금 가능한 것: "
        f"{', '.join(c['ko'] for c in can) or '없음'}",
    )


def _draft(act: Act, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Draft:
    named = {**dict(zip(act.operation.parameters, args, strict=False)), **kwargs}
    programme = act.subject.in_programme
    return Draft(
        programme_id=programme.pk,
        at=act.at,
        operation=act.operation.name,
        actor_id=act.person.pk if act.person else None,
        acted_as=act.acted_as,
        subject=reference(act.subject),
        arguments={name: told for name, value in named.items() if (told := _told(value)) is not None},
        rows=[image(row) for row in act.written.values()],
    )


def _told(value: object) -> Any:
    """An argument as the journal states it. Free text is left out: it stands in the rows' images, digested where it is
    personal."""
    if isinstance(value, Journaled):
        return reference(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime | Decimal):
        return str(value)
    return None
