"""POST /programmes/{programme}/operations/{name}: one address an operation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import BaseModel, Field

from majung.taskforce.operations import OPERATIONS, Operation
from majung.taskforce.wire.deeds import operation, perform
from majung.taskforce.wire.forms import Line, form
from majung.web.api.problems import CHANGING
from majung.web.api.who import actor_of, programme_of

router = Router(tags=["operations"])
ADDRESS = "/programmes/{programme}/operations/"


class Row(BaseModel, extra="allow"):
    """A row as it is now; its other columns depend on its kind, as the registers describe them."""

    reference: str
    revision: int | None


class Deed(BaseModel):
    """What was done: the subject as it is now, what was made, and the numbers of the journal entries."""

    operation: str
    subject: Row
    result: Row | list[Row] | None = Field(description="What the operation made, if anything.")
    entries: list[int] = Field(description="Sequence numbers in the journal.")


def _address(asked: Operation) -> None:
    def do(request: HttpRequest, programme: str, data: Any) -> Any:
        within = programme_of(programme)
        return vars(perform(actor_of(request, within), within, asked.name, data))

    do.__annotations__ = {"request": HttpRequest, "programme": Path[Line], "data": form(asked), "return": Any}
    do.__doc__ = None
    router.add_api_operation(
        ADDRESS + asked.name,
        ["POST"],
        do,
        response={200: Deed, **CHANGING},
        operation_id=asked.name.replace(".", "_"),
        summary=f"{asked.label['en']} · {asked.label['ko']}",
        description=asked.doc or None,
    )


for _operation in list(OPERATIONS.values()):
    if _operation.for_people:
        _address(_operation)


def unknown(request: HttpRequest, programme: str, name: str) -> Any:  # noqa: ARG001
    """An operation that does not exist."""
    operation(name)


router.add_api_operation(ADDRESS + "{name}", ["POST"], unknown, response=CHANGING, include_in_schema=False)
