"""What went wrong, as one model for every refusal, in both languages, each with its status."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import BaseModel, Field

from majung.taskforce.operations.act import OPERATIONS, Conflict, NotAllowed, Refusal, WrongState
from majung.taskforce.wire.deeds import Unreadable
from majung.taskforce.wire.references import Unknown
from majung.taskforce.wire.rows import reference

Kind = Literal[
    "unreadable",
    "not-signed-in",
    "not-allowed",
    "unknown",
    "wrong-state",
    "conflict",
    "invalid",
    "too-many",
]


class Happened(BaseModel):
    """Something that was done in between."""

    seq: int
    at: datetime
    operation: str
    label: dict[str, str]
    actor: str | None


class Wrong(BaseModel):
    """A field that does not fit, and why."""

    field: str
    says: str


class Problem(BaseModel):
    """Why nothing was done, and what to do. since: what changed in between. where: fields that do not fit."""

    kind: Kind
    en: str
    ko: str
    since: list[Happened] = Field(default_factory=list)
    where: list[Wrong] = Field(default_factory=list)


RESPONSES: dict[int, Any] = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    422: Problem,
    429: Problem,
}
"""What every address may answer beside its result."""
CHANGING: dict[int, Any] = {**RESPONSES, 409: Problem}

_HTTP: dict[int, tuple[Kind, str, str]] = {
    400: ("unreadable", "the request cannot be read", "요청을 읽을 수 없다"),
    401: ("not-signed-in", "sign in, or send a valid token", "로그인하거나 유효한 토큰을 보낸다"),
    403: (
        "not-allowed",
        "not allowed; a browser sends X-CSRFToken with it",
        "할 수 없다. 브라우저는 X-CSRFToken을 보낸다",
    ),
    404: ("unknown", "there is nothing at this address", "이 주소에는 아무것도 없다"),
    429: ("too-many", "too many wrong tokens from this address; wait", "잘못된 토큰이 너무 많다. 기다린다"),
}


def status_of(refusal: Refusal) -> tuple[int, Kind]:
    """The status and kind of a refusal."""
    match refusal:
        case Unknown():
            return 404, "unknown"
        case NotAllowed():
            return 403, "not-allowed"
        case WrongState():
            return 409, "wrong-state"
        case Conflict():
            return 409, "conflict"
        case _:
            return 422, "invalid"


def problem(refusal: Refusal) -> tuple[int, Problem]:
    """A refusal as it is answered."""
    status, kind = status_of(refusal)
    said = Problem(kind=kind, en=refusal.said["en"], ko=refusal.said["ko"])
    if isinstance(refusal, Conflict):
        said.since = [
            Happened(
                seq=entry.seq,
                at=entry.at,
                operation=entry.operation,
                label=OPERATIONS[entry.operation].label if entry.operation in OPERATIONS else {},
                actor=reference(entry.actor) if entry.actor else None,
            )
            for entry in refusal.since
        ]
    if isinstance(refusal, Unreadable):
        said.where = [Wrong(field=field, says=says) for field, says in refusal.where]
    return status, said


def install(api: NinjaAPI) -> None:
    """Answer every refusal with a Problem."""

    def answer(request: HttpRequest, status: int, said: Problem) -> HttpResponse:
        return api.create_response(request, said.model_dump(), status=status)

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, *problem(error))

    def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
        where = [
            (".".join(str(part) for part in e["loc"] if part not in ("body", "query", "data", "filters")), e["msg"])
            for e in error.errors
        ]
        return answer(request, *problem(Unreadable(where)))

    def http(request: HttpRequest, error: Any) -> HttpResponse:
        status = getattr(error, "status_code", 404)
        kind, en, ko = _HTTP.get(status, ("unreadable", HTTPStatus(status).phrase, HTTPStatus(status).phrase))
        response = answer(request, status, Problem(kind=kind, en=en, ko=ko))
        if isinstance(error, Throttled) and error.wait:
            response["Retry-After"] = str(error.wait)
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response

    api.add_exception_handler(Refusal, refused)
    api.add_exception_handler(ValidationError, unreadable)
    api.add_exception_handler(HttpError, http)
    api.add_exception_handler(Http404, http)
