"""A question by its path, as the API's addresses are written: "meetings", "meetings/2021-04-cloud"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from majung.taskforce.models import Programme
from majung.taskforce.permission import Actor
from majung.taskforce.queries.visibility import sight
from majung.taskforce.wire.deeds import Unreadable
from majung.taskforce.wire.references import Unknown
from majung.taskforce.wire.registers import REGISTERS, detail, listing, parameters


def answer(actor: Actor, programme: Programme, path: str, filters: Mapping[str, Any]) -> Any:
    """What a register, or one row of it, says to the actor. Raises Unknown, Unreadable."""
    name, _, key = path.partition("/")
    if name not in REGISTERS:
        listed = ", ".join(REGISTERS)
        raise Unknown(f"there is no register {name!r}; there are: {listed}", f"{name!r}이라는 목록은 없다: {listed}")
    seen = sight(actor, programme)
    if key:
        return detail(name, seen, key)
    try:
        asked = parameters(REGISTERS[name]).model_validate(dict(filters)).model_dump()
    except ValidationError as error:
        raise Unreadable([(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]) from error
    return vars(listing(name, seen, asked, asked.pop("limit"), asked.pop("offset")))
