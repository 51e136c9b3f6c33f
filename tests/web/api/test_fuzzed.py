"""The API fuzzed from its own OpenAPI: no 500, every answer as documented, whoever asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import FailureGroup, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from majung.taskforce.models import Person
from majung.taskforce.operations import bodies, programmes
from majung.taskforce.rules.roles import Role
from majung.web.api import api
from majung.web.wsgi import application
from taskforce.conftest import Institution, text

REFERENCE = re.compile(r"([a-z]+)/.+", re.DOTALL)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 2
"""Generated requests an address: one by somebody with every role that names rows which exist, one by others."""

BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _named(value: Any, known: dict[str, str]) -> Any:
    """The value with references to rows that exist, where it has references at all."""
    if isinstance(value, dict):
        return {name: _named(entry, known) for name, entry in value.items()}
    if isinstance(value, list):
        return [_named(entry, known) for entry in value]
    if isinstance(value, str) and (found := REFERENCE.fullmatch(value)):
        return known.get(found[1], value)
    return value


@pytest.fixture
def everybody(institution: Institution) -> Person:
    """One person with every role, of the ministry that owns and of the one that verifies."""
    i, loader = institution, institution.by("loader")
    person = programmes.add_person(loader, i.programme, key="everybody", post=text("everybody"))
    for role in Role:
        for body, ministry in ((i.group, i.ministry), (i.task_force, i.finance)):
            bodies.give_mandate(loader, body, person=person, role=role, represents=ministry)
    i.people["everybody"] = person
    return person


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The server would close the test's connection, and its transaction with it, after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.filterwarnings("ignore::pytest.PytestWarning")
def test_no_request_breaks_it(
    institution: Institution, everybody: Person, tokens: dict[str, str], rows: dict[Any, Any]
) -> None:
    known = {
        f"{row._meta.model_name}": f"{row._meta.model_name}/{getattr(row, 'key', row.pk)}" for row in rows.values()
    }
    known["metric"] = f"metric/{next(r for r in rows.values() if r._meta.model_name == 'metric').pk}"
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = application
    asking = itertools.cycle(("secretariat", "analyst", "chair", "owner", "auditor", "outsider", "moderator", "judge"))
    statuses: dict[int, int] = {}
    failures: list[str] = []

    def ask(case: Any) -> None:
        number = next(counted)
        who = next(asking) if number % EXAMPLES else "everybody"
        if who != "outsider":
            case.path_parameters["programme"] = "test-2021"
        if who == "everybody":
            case.body = _named(case.body, known)
        answer = case.call(headers={"Authorization": f"Bearer {tokens[who]}", "Accept-Encoding": "identity"})
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup:
            failures.append(f"{who}: {case.formatted_path}: {answer.status_code}: {str(case.body)[:300]}")

    for found in schema.get_all_operations():
        counted = itertools.count()
        BOUNDED(given(case=found.ok().as_strategy(generation_mode=GenerationMode.POSITIVE))(ask))()

    assert not failures, "\n".join(failures)
    assert {200, 403, 404, 422} <= set(statuses)
    assert sum(statuses.values()) >= EXAMPLES * len(api.get_openapi_schema()["paths"])
