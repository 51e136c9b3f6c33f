"""What is done: one function a deed, the only way state changes. `act` says how; one module a topic says what.

Importing this package registers every operation (`act.OPERATIONS`).
"""

from majung.taskforce.operations import (
    announcements,
    bodies,
    calendar,
    measures,
    meetings,
    opinions,
    programmes,
    record,
    retention,
    reviews,
    runs,
    strategies,
)
from majung.taskforce.operations.act import (
    OPERATIONS,
    Conflict,
    Invalid,
    NotAllowed,
    Operation,
    Refusal,
    WrongState,
)
from majung.taskforce.permission import Actor, system

__all__ = [
    "OPERATIONS",
    "Actor",
    "Conflict",
    "Invalid",
    "NotAllowed",
    "Operation",
    "Refusal",
    "WrongState",
    "announcements",
    "bodies",
    "calendar",
    "measures",
    "meetings",
    "opinions",
    "programmes",
    "record",
    "retention",
    "reviews",
    "runs",
    "strategies",
    "system",
]
