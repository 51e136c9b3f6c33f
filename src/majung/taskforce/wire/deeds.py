"""An operation by name, from plain data to plain data."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from pydantic import BaseModel, ValidationError

from majung.methods.labelled import InputError
from majung.taskforce.models import Programme
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.operations.act import Invalid, Operation, Refusal, journaled, turn
from majung.taskforce.permission import Actor
from majung.taskforce.queries.visibility import hidden_fields, sight
from majung.taskforce.wire.forms import form
from majung.taskforce.wire.references import Unknown, resolve
from majung.taskforce.wire.rows import as_data, linked


class Unreadable(Invalid):
    """What was sent does not fit the operation's form. where: (field, what is wrong)."""

    def __init__(self, where: list[tuple[str, str]]) -> None:
        listed = "; ".join(f"{field}: {wrong}" for field, wrong in where[:6])
        super().__init__(f"the request does not fit: {listed}", f"요청이 형식에 맞지 않는다: {listed}")
        self.where = where


@dataclass(frozen=True)
class Done:
    """What an operation did: the subject as it is now, what was made, and the journal entries that say so."""

    operation: str
    subject: dict[str, Any]
    result: Any
    entries: list[int]


def operation(name: str) -> Operation:
    """The operation of a name. Raises Unknown."""
    if name not in OPERATIONS or not OPERATIONS[name].for_people:
        raise Unknown(f"there is no operation {name!r}", f"{name!r}이라는 작업은 없다")
    return OPERATIONS[name]


def perform(actor: Actor, programme: Programme, name: str, data: Mapping[str, Any] | BaseModel) -> Done:
    """Do an operation as the actor. Raises Unknown, Unreadable or what the operation refuses with."""
    asked = operation(name)
    read = data if isinstance(data, BaseModel) else _read(asked, data)
    given = {key: getattr(read, key) for key in read.model_fields_set}
    reference, expected = given.pop("subject", None), given.pop("expected", None)
    try:
        # The rows that are named, the deed and the answer are of one moment.
        with turn(), journaled() as entries:
            subject = programme if reference is None else resolve(programme, reference, asked.subject)
            arguments = {
                key: argument(programme, asked.parameters[key][0], value)
                for key, value in given.items()
                if value is not None or type(None) in typing.get_args(asked.parameters[key][0])
            }
            result = asked.call(actor, subject, **arguments, expected=expected)
            return Done(name, _row(actor, programme, subject), _result(actor, programme, result), entries)
    except Refusal:
        raise
    except InputError as error:
        raise Invalid(str(error), str(error)) from error


def _read(asked: Operation, data: Mapping[str, Any]) -> BaseModel:
    try:
        return form(asked).model_validate(data)
    except ValidationError as error:
        raise Unreadable([(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]) from error


def argument(programme: Programme, hint: Any, value: Any) -> Any:
    """A value of the form as the operation takes it: references become rows, models plain data."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if value is None:
        return None
    kinds = [kind for kind in (hint, *typing.get_args(hint)) if isinstance(kind, type) and issubclass(kind, Model)]
    if kinds and isinstance(value, str):
        return resolve(programme, value, kinds[0])
    if typing.get_origin(hint) is list:
        return [argument(programme, typing.get_args(hint)[0], entry) for entry in value]
    return value


def _result(actor: Actor, programme: Programme, result: Any) -> Any:
    if isinstance(result, Model):
        return _row(actor, programme, result)
    if isinstance(result, list):
        return [_result(actor, programme, entry) for entry in result]
    return None


def _row(actor: Actor, programme: Programme, row: Model) -> dict[str, Any]:
    fresh = linked(type(row)._default_manager.filter(pk=row.pk)).get()
    return as_data(fresh, hidden_fields(sight(actor, programme), fresh))
