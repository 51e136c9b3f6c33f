"""Operations and registers over HTTP: what is answered, to whom, and how it is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from majung.taskforce.models import ApiToken, JournalEntry, Measure, Paper
from majung.taskforce.operations import bodies, measures, meetings, programmes
from majung.taskforce.wire.registers import REGISTERS
from majung.web.api.who import FAILURES
from taskforce.conftest import Institution, moment, text

from .conftest import Call

PLAN = {
    "subject": "body/intelligent-robots-working-group",
    "key": "m9",
    "name": text("meeting"),
    "starts": "2026-12-15T10:00:00+09:00",
}


def test_an_operation_answers_with_the_row_and_its_journal_entry(call: Call) -> None:
    status, done = call("secretariat", "operations/meeting.plan", PLAN)
    assert status == 200
    assert done["result"]["reference"] == "meeting/m9"
    assert done["result"]["revision"] == 1
    assert done["result"]["body"] == "body/intelligent-robots-working-group"
    assert done["result"]["starts"] == "2026-12-15T01:00:00Z"
    assert done["subject"]["reference"] == "body/intelligent-robots-working-group"
    entry = JournalEntry.objects.get(seq=done["entries"][0])
    assert (entry.operation, entry.acted_as) == ("meeting.plan", "secretariat@task-force")
    assert call("secretariat", "meetings/m9")[1]["state"] == "planned"


def test_a_step_without_result_answers_with_the_subject_as_it_is_now(call: Call) -> None:
    call("secretariat", "operations/meeting.plan", PLAN)
    status, done = call("chair", "operations/meeting.convene", {"subject": "meeting/m9", "expected": 1})
    assert (status, done["result"], done["subject"]["state"]) == (200, None, "convened")


@pytest.mark.parametrize(
    ("who", "name", "body", "status", "kind"),
    [
        ("", "meeting.plan", PLAN, 401, "not-signed-in"),
        ("observer", "meeting.plan", PLAN, 401, "not-signed-in"),
        ("member", "meeting.plan", PLAN, 403, "not-allowed"),
        ("outsider", "organisation.add", {"key": "x", "name": text("x")}, 403, "not-allowed"),
        ("secretariat", "meeting.plan", {**PLAN, "subject": "body/none"}, 404, "unknown"),
        ("secretariat", "meeting.none", {}, 404, "unknown"),
        ("secretariat", "meeting.plan", {**PLAN, "subject": "meeting/m1"}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "starts": "tomorrow"}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "name": {"ko": "가"}}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "disclosure": "secret"}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "key": "not a slug"}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "minutes_long": 10**6}, 422, "invalid"),
        ("secretariat", "meeting.plan", {**PLAN, "unknown": 1}, 422, "invalid"),
        ("secretariat", "organisation.add", {"key": "moef", "name": text("x")}, 422, "invalid"),
    ],
)
def test_refusals(
    call: Call, tokens: dict[str, str], who: str, name: str, body: dict[str, Any], status: int, kind: str
) -> None:
    tokens["observer"] = "majung_wrong"
    answered, problem = call(who, f"operations/{name}", body)
    assert (answered, problem["kind"]) == (status, kind)
    assert problem["en"]
    assert problem["ko"]


def test_what_does_not_fit_is_named_by_field(call: Call) -> None:
    _, problem = call("secretariat", "operations/meeting.plan", {**PLAN, "starts": "tomorrow", "key": 5})
    assert {wrong["field"] for wrong in problem["where"]} == {"starts", "key"}


def test_a_step_that_the_state_does_not_have(call: Call) -> None:
    call("secretariat", "operations/meeting.plan", PLAN)
    status, problem = call("chair", "operations/meeting.end", {"subject": "meeting/m9"})
    assert (status, problem["kind"]) == (409, "wrong-state")
    assert "Convene the meeting" in problem["en"]


def test_who_comes_second_is_told_what_happened(call: Call) -> None:
    call("secretariat", "operations/meeting.plan", PLAN)
    call("secretariat", "operations/meeting.convene", {"subject": "meeting/m9", "expected": 1})
    again = {"subject": "meeting/m9", "expected": 1, "reason": text("late")}
    status, problem = call("chair", "operations/meeting.cancel", again)
    assert (status, problem["kind"]) == (409, "conflict")
    assert [(h["operation"], h["actor"]) for h in problem["since"]] == [("meeting.convene", "person/secretariat")]
    assert call("chair", "meetings/m9")[1]["state"] == "convened"


def test_files_are_base64_and_money_is_decimal(call: Call, institution: Institution) -> None:
    call("secretariat", "operations/meeting.plan", PLAN)
    item = call(
        "secretariat", "operations/meeting.add_item", {"subject": "meeting/m9", "title": text("i"), "purpose": "inform"}
    )[1]["result"]["reference"]
    paper = {
        "subject": item,
        "title": text("paper"),
        "file_name": "a.txt",
        "media_type": "text/plain",
        "content": base64.b64encode(b"material").decode(),
    }
    status, done = call("member", "operations/item.add_paper", paper)
    assert (status, done["result"]["size"]) == (200, 8)
    assert Paper.objects.get().sha256 == done["result"]["sha256"]
    _, task = institution.strategy()
    measures.propose(
        institution.by("loader"),
        task,
        key="cash",
        name=text("c"),
        instrument="fiscal",
        owner=institution.ministry,
    )
    budget = {"subject": "measure/cash", "year": 2022, "amount": "1250.500"}
    assert call("owner", "operations/budget.set", budget)[1]["result"]["amount"] == "1250.500"
    assert call("owner", "operations/budget.set", {**budget, "amount": "1.23456"})[0] == 422
    assert call("owner", "operations/budget.set", {**budget, "amount": "-1"})[1]["kind"] == "invalid"


def test_rows_of_another_programme_are_unknown(call: Call) -> None:
    at = moment("2021-04-01")
    other = programmes.found("other", text("Other"), "KOR", at)
    assert call("secretariat", "meetings", programme="other")[0] == 403
    assert call("secretariat", "meetings", programme="none")[0] == 404
    assert call("secretariat", "operations/programme.set_file", {"path": "a", "text": "b"}, programme="other")[0] == 403
    subject = {"subject": f"programme/{other.key}", "path": "a", "text": "b"}
    assert call("secretariat", "operations/programme.set_file", subject)[0] == 404


def test_closed_papers_of_one_working_group_are_invisible_to_another(call: Call, institution: Institution) -> None:
    i, loader = institution, institution.by("loader")
    health = programmes.add_organisation(loader, i.programme, key="mohw", name=text("Health"))
    area = bodies.take_up(loader, i.programme, key="digital-healthcare", name=text("h"), leads=[health])
    assert area.body is not None
    closed = meetings.plan(
        loader, area.body, key="closed", name=text("c"), starts=moment("2021-05-01"), disclosure="body"
    )
    item = meetings.add_item(loader, closed, title=text("i"), purpose="inform")
    assert call("member", "meetings")[1]["total"] == 0
    assert call("member", "meetings/closed")[0] == 404
    assert call("member", f"items/{item.pk}")[0] == 404
    assert call("secretariat", "meetings/closed")[0] == 200
    assert call("vice_minister", f"items/{item.pk}")[0] == 200


def test_the_journal_is_for_auditors(call: Call) -> None:
    assert call("secretariat", "journal")[0] == 403
    status, page = call("auditor", "journal?limit=5&after=3")
    assert status == 200
    assert [row["seq"] for row in page["rows"]] == [4, 5, 6, 7, 8]


def test_names_of_people_are_for_who_needs_them(call: Call, institution: Institution) -> None:
    loader = institution.by("loader")
    programmes.add_person(loader, institution.programme, key="x", post=text("x"), name="A Name", email="a@example.org")
    assert call("secretariat", "people/x")[1]["name"] == "A Name"
    seen = call("member", "people/x")[1]
    assert (seen["name"], seen["email"], seen["post"]) == (None, None, text("x"))
    assert "salt" not in seen


def test_mandates_as_of_a_day(call: Call) -> None:
    group = "body=body/intelligent-robots-working-group"
    assert call("member", f"mandates?{group}&on=2021-03-31")[1]["total"] == 0
    everyone = call("member", f"mandates?{group}&on=2021-04-01")[1]
    assert everyone["total"] == 6
    assert {row["role"] for row in everyone["rows"]} >= {"chair", "rapporteur", "member"}


def test_measures_come_with_their_three_lights(call: Call, institution: Institution) -> None:
    _, task = institution.strategy()
    loader = institution.by("loader")
    measures.propose(
        loader,
        task,
        key="late",
        name=text("late"),
        instrument="fiscal",
        owner=institution.ministry,
        due=moment("2021-05-01").date(),
    )
    measures.owner_light(institution.by("owner"), Measure.objects.get(), colour="green", reason="soon")
    (row,) = call("member", "measures?owner=organisation/motie")[1]["rows"]
    assert row["late_days"] > 365
    lamps = row["traffic_lights"]
    assert (lamps["rule"], lamps["owner"], lamps["reviewer"]) == ("red", "green", "grey")
    assert call("member", "measures?owner=organisation/moef")[1]["total"] == 0
    assert call("member", "measures?owner=body/x")[0] == 422
    assert call("outsider", "measures")[1]["total"] == 0


def test_pages(call: Call, institution: Institution) -> None:
    page = call("member", "people?limit=3&offset=12")[1]
    assert (page["total"], page["limit"], page["offset"], len(page["rows"])) == (14, 3, 12, 2)
    assert call("member", "people?limit=0")[0] == 422
    assert call("member", "people?limit=100000")[0] == 422


def test_every_register_costs_the_same_for_many_rows(
    call: Call, rows: dict[Any, Any], django_assert_max_num_queries: Any
) -> None:
    for name, register in REGISTERS.items():
        with django_assert_max_num_queries(10):
            status, page = call("auditor", name)
        assert status == 200, name
        if register.kind in rows:
            assert page["total"] >= 1
            reference = page["rows"][0]["reference"]
            assert call("auditor", f"{name}/{reference.partition('/')[2]}")[0] == 200


def test_who_am_i(call: Call) -> None:
    (me,) = call("owner", "/me")[1]
    assert me["person"] == "person/owner"
    assert me["mandates"] == [
        {"role": "owner", "body": "body/intelligent-robots-working-group", "represents": "organisation/motie"}
    ]


def test_operations_are_listed_with_their_parameters(call: Call) -> None:
    known = {one["name"]: one for one in call("outsider", "/operations")[1]}
    assert {"meeting.plan", "measure.verify"} <= set(known)
    required = {p["name"] for p in known["meeting.plan"]["parameters"] if p["required"]}
    assert required == {"subject", "key", "name", "starts"}


def test_tokens_end_and_are_revoked(call: Call) -> None:
    token = ApiToken.objects.get(user__username="member")
    token.expires = moment("2021-01-01")
    token.save()
    assert call("member", "bodies")[0] == 401
    revoked = ApiToken.objects.get(user__username="chair")
    revoked.revoked = moment("2021-01-01")
    revoked.save()
    assert call("chair", "bodies")[0] == 401
    gone = ApiToken.objects.get(user__username="owner").user
    gone.is_active = False
    gone.save()
    assert call("owner", "bodies")[0] == 401


def test_wrong_tokens_are_slowed_and_right_ones_are_not(call: Call, client: Client) -> None:
    wrong = {"Authorization": "Bearer majung_guess"}
    answers = [client.get("/api/v1/me", headers=wrong).status_code for _ in range(FAILURES + 1)]
    assert answers == [401] * FAILURES + [429]
    slowed = client.get("/api/v1/me", headers=wrong)
    assert slowed["Retry-After"] == "600"
    assert call("member", "/me")[0] == 200


def test_a_browser_session_needs_its_csrf_token(institution: Institution, tokens: dict[str, str]) -> None:
    from majung.taskforce.models import User

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="secretariat"), backend="django.contrib.auth.backends.ModelBackend")
    url = "/api/v1/programmes/test-2021/operations/organisation.add"
    body = {"key": "new", "name": text("new")}
    assert browser.get("/api/v1/programmes/test-2021/bodies").status_code == 200
    refused = browser.post(url, body, content_type="application/json")
    assert (refused.status_code, refused.json()["kind"]) == (403, "not-allowed")
    browser.cookies["csrftoken"] = "a" * 32
    done = browser.post(url, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert done.status_code == 200
    assert Client().post(url, body, content_type="application/json").status_code == 401


def test_every_refusal_is_documented(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            wanted = {"400", "401", "403", "404", "422", "429"} | ({"409"} if method == "post" else set())
            assert wanted <= set(said["responses"]), path
            assert all(said["responses"][s]["content"]["application/json"]["schema"] == problem for s in wanted)


def test_what_a_panel_says(call: Call, institution: Institution) -> None:
    panel = {"subject": "body/intelligent-robots-working-group", "key": "p", "question": text("?")}
    assert call("analyst", "operations/panel.open", {**panel, "items": ["a", "b", "c"]})[0] == 200
    assert call("analyst", "panels/p/weights")[1]["kind"] == "invalid"
    matrix = {"a/b": 2, "b/c": 2, "a/c": 4}
    assert call("judge", "operations/panel.compare", {"subject": "panel/p", "matrix": matrix})[0] == 200
    assert call("member", "panels/p/weights")[0] == 403
    assert call("outsider", "panels/p/weights")[0] == 404
    assert call("analyst", "panels/p/weights")[1]["judges"][0]["judge"] == "person/judge"
    call("analyst", "operations/panel.close", {"subject": "panel/p"})
    status, said = call("member", "panels/p/weights")
    assert (status, said["judges"][0]["judge"]) == (200, "judge 1")
    assert said["groups"][0]["weights"]["a"] == pytest.approx(4 / 7)


def test_trace_and_orphans(call: Call, institution: Institution) -> None:
    _, task = institution.strategy()
    loader = institution.by("loader")
    measures.propose(loader, task, key="m", name=text("m"), instrument="fiscal", owner=institution.ministry)
    status, graph = call("member", "trace?of=measure/m")
    assert (status, graph["start"]) == (200, "measure/m")
    assert {node["reference"] for node in graph["nodes"]} >= {"measure/m", "strategy/robots-2021"}
    assert call("outsider", "trace?of=measure/m")[0] == 404
    assert call("member", "trace?of=person/chair")[0] == 422
    assert call("member", "trace")[0] == 422
    assert call("member", "orphans") == (200, [])
