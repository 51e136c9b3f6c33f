"""GET: lists and details of every register, who one is, and which operations there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router
from ninja.params import functions
from pydantic import BaseModel

from majung.taskforce.models import Mandate, Person
from majung.taskforce.queries.trace import Graph, Orphan, orphans
from majung.taskforce.queries.visibility import sight
from majung.taskforce.queries.weights import PanelWeights
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import Text
from majung.taskforce.wire.answers import trace_of, weights_of
from majung.taskforce.wire.forms import Line, listed
from majung.taskforce.wire.registers import REGISTERS, Register, detail, listing, page_shape, parameters, row_shape
from majung.web.api.problems import RESPONSES
from majung.web.api.who import actor_of, now, programme_of

router = Router(tags=["registers"])
general = Router(tags=["general"])
PROGRAMME = "/programmes/{programme}"


class Parameter(BaseModel):
    """A parameter of an operation: its JSON schema, and whether it must be given."""

    name: str
    required: bool
    form: dict[str, Any]


class Known(BaseModel):
    """An operation that exists: what it is done to, what it is given."""

    name: str
    label: Text
    doc: str
    parameters: list[Parameter]


class Holds(BaseModel):
    """A mandate in force."""

    role: str
    body: str
    represents: str | None


class Me(BaseModel):
    """The person that the account is in a programme."""

    programme: str
    person: str
    mandates: list[Holds]


@general.get("/operations", response={200: list[Known], **RESPONSES}, operation_id="operations", by_alias=True)
def list_operations(request: HttpRequest) -> Any:  # noqa: ARG001
    """Every operation with its parameters. · 모든 작업과 인자"""
    return listed()


@general.get("/me", response={200: list[Me], **RESPONSES}, operation_id="me")
def me(request: Any) -> Any:
    """Who the account is in each programme, with the mandates of today. · 프로그램별 구성원과 오늘의 위임"""
    persons = list(Person.objects.filter(user=request.auth).select_related("programme").order_by("programme__key"))
    held = Mandate.objects.on(day_of(now())).filter(person__in=persons)
    by_person: dict[int, list[dict[str, Any]]] = {}
    for mandate in held.select_related("body", "represents").order_by("pk"):
        speaks = f"organisation/{mandate.represents.key}" if mandate.represents else None
        told = {"role": mandate.role, "body": f"body/{mandate.body.key}", "represents": speaks}
        by_person.setdefault(mandate.person_id, []).append(told)
    return [
        {
            "programme": person.programme.key,
            "person": f"person/{person.key}",
            "mandates": by_person.get(person.pk, []),
        }
        for person in persons
    ]


@router.get(
    PROGRAMME + "/panels/{key}/weights",
    response={200: PanelWeights, **RESPONSES},
    operation_id="weights_of_panel",
    summary="What a panel's judges say · 조사 결과",
)
def weights(request: HttpRequest, programme: Path[Line], key: Path[Line]) -> Any:
    """The group's weights with and without inconsistent judges, aggregated by judgments and by priorities; dispersion,
    and each judge's worst triad. Judges are named to secretariat, analysts and auditors; others see it once the panel
    is closed."""
    within = programme_of(programme)
    return asdict(weights_of(sight(actor_of(request, within), within), key))


@router.get(
    PROGRAMME + "/trace",
    response={200: Graph, **RESPONSES},
    operation_id="trace",
    summary="What something rests on and what rests on it · 양방향 추적",
)
def trace(request: HttpRequest, programme: Path[Line], of: Line) -> Any:
    """Of a row (`measure/pavements`), a published figure (`figure/RUN/ID`) or a source row (`source/RUN/TABLE/LINE`):
    nodes and edges, each edge from what rests to what it rests on, within what you see."""
    within = programme_of(programme)
    return asdict(trace_of(sight(actor_of(request, within), within), of))


@router.get(
    PROGRAMME + "/orphans",
    response={200: list[Orphan], **RESPONSES},
    operation_id="orphans",
    summary="Where a chain ends that should not · 끊어진 연결",
)
def list_orphans(request: HttpRequest, programme: Path[Line]) -> Any:
    """Announced measures, announcements, decisions and runs that lack an end of their chain."""
    within = programme_of(programme)
    return [asdict(orphan) for orphan in orphans(sight(actor_of(request, within), within), within)]


def _addresses(register: Register) -> None:
    def many(request: HttpRequest, programme: str, filters: Any) -> Any:
        within = programme_of(programme)
        seen = sight(actor_of(request, within), within)
        asked = filters.model_dump()
        limit, offset = asked.pop("limit"), asked.pop("offset")
        return vars(listing(register.name, seen, asked, limit, offset))

    def one(request: HttpRequest, programme: str, key: str) -> Any:
        within = programme_of(programme)
        return detail(register.name, sight(actor_of(request, within), within), key)

    wanted: Any = parameters(register)
    asked_in_query: Any = Annotated[wanted, functions.Query(...)]
    many.__annotations__ = {"request": HttpRequest, "programme": Path[Line], "filters": asked_in_query, "return": Any}
    one.__annotations__ = {"request": HttpRequest, "programme": Path[Line], "key": Path[Line], "return": Any}
    name = register.name.replace("-", "_")
    said = f"{register.label['en']} · {register.label['ko']}"
    for path, view, answer, what in (
        (f"{PROGRAMME}/{register.name}", many, page_shape(register.name), "list"),
        (f"{PROGRAMME}/{register.name}/{{key}}", one, row_shape(register.name), "get"),
    ):
        router.add_api_operation(
            path,
            ["GET"],
            view,
            response={200: answer, **RESPONSES},
            operation_id=f"{what}_{name}",
            summary=f"{said[0].upper()}{said[1:]}" if what == "list" else f"One of the {said}",
        )


for _register in REGISTERS.values():
    _addresses(_register)
