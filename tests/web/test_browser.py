"""Pages in a real browser: axe finds nothing, no page scrolls sideways, weights and budgets move without a reload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from majung.runs import Run
from majung.taskforce.models import Panel, Person, User
from majung.taskforce.operations import programmes, runs
from taskforce.conftest import Institution
from web.conftest import forget_runs

pytestmark = pytest.mark.browser
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture
def institution_seen(institution: Institution, kept_run: Run, settings: Any) -> Iterator[Institution]:
    """The institution with a run taken in, a panel, and accounts for an analyst and a judge."""
    assert kept_run.folder is not None
    settings.RUNS = kept_run.folder.parent
    loader = institution.by("loader")
    runs.take_in(loader, institution.programme, key=kept_run.id, manifest=kept_run.manifest)
    runs.open_panel(
        loader,
        institution.group,
        key="p",
        question={"ko": "무엇이 더 중요한가?", "en": "What matters more?"},
        items=["investment", "ripple_effects", "growth_potential"],
    )
    for who in ("analyst", "judge"):
        User.objects.create_user(who, password="a-long-word")
        programmes.give_account(loader, Person.objects.get(pk=institution.people[who].pk), username=who)
    yield institution
    forget_runs()


@pytest.fixture
def opened(chrome: Any, live_server: Any, institution_seen: Institution) -> Iterator[Any]:
    """`opened(who, language)`: a page of a signed-in person; errors in its console fail the test."""
    contexts, problems = [], []

    def go(who: str, language: str = "en") -> Any:
        context = chrome.new_context(
            viewport={"width": 1440, "height": 900},
            extra_http_headers={"accept-language": language},
            base_url=live_server.url,
        )
        contexts.append(context)
        if who:
            client = Client()
            client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield go
    for context in contexts:
        context.close()
    assert problems == []


def _axe(page: Any, rules: dict[str, Any]) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=rules).response["violations"]
    return [f"{page.url} {v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_on_any_page(opened: Any, kept_run: Run, language: str) -> None:
    """All rules in the light on a wide page; colours once more in the dark; no page scrolls sideways on a phone."""
    candidate = str(kept_run.tables["ranking"].iloc[0]["candidate"])
    figure = kept_run.figure("ranking", candidate)
    page = opened("judge", language)
    problems = []
    for address in (
        "/style/",
        "/test-2021/discovery/?w-investment=90",
        "/test-2021/industries/",
        f"/test-2021/industries/{candidate}/",
        "/test-2021/compare/",
        "/test-2021/projects/",
        "/test-2021/evidence/",
        f"/test-2021/trace/{figure}/",
        f"/test-2021/chain/runrecord/{kept_run.id}/",
        "/test-2021/projects/?b-2022=45",
        "/test-2021/weights/p/?investment/ripple_effects=9&ripple_effects/growth_potential=9",
    ):
        page.emulate_media(color_scheme="light")
        page.goto(address)
        problems += _axe(page, RULES)
        page.emulate_media(color_scheme="dark")
        problems += _axe(page, COLOURS)
        page.set_viewport_size({"width": 390, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append(f"{address} scrolls sideways")
        page.set_viewport_size({"width": 1440, "height": 900})
    out = opened("", language)
    out.goto("/accounts/login/")
    problems += _axe(out, RULES)
    assert problems == []


@pytest.mark.django_db(transaction=True)
def test_a_judges_weights_move_the_group_and_an_analyst_moves_the_order(opened: Any) -> None:
    judge = opened("judge")
    judge.goto("/test-2021/weights/p/")
    for k, value in ((1, "9"), (2, "1/9"), (3, "9")):
        judge.select_option(f"#pair-{k}", value)
    judge.wait_for_selector("#said .told.wrong")
    assert "by way of" in judge.inner_text("#said")
    judge.select_option("#pair-2", "9")
    judge.select_option("#pair-3", "1")
    judge.wait_for_selector("#said .told:not(.wrong)")
    judge.click("button.first")
    judge.wait_for_selector("#table-group")
    assert Panel.objects.get().comparisons.count() == 1

    analyst = opened("analyst")
    analyst.goto("/test-2021/discovery/")
    before = analyst.inner_text("h2 >> nth=0")
    analyst.evaluate(
        """() => { const s = document.querySelector("#weights input"); s.value = 100;
        for (const kind of ["input", "change"]) s.dispatchEvent(new Event(kind, {bubbles: true})); }"""
    )
    analyst.wait_for_url("**w-investment=100**")
    analyst.wait_for_function("before => document.querySelector('h2').innerText !== before", arg=before)


@pytest.mark.django_db(transaction=True)
def test_everything_is_there_without_script(chrome: Any, live_server: Any, institution_seen: Institution) -> None:
    context = chrome.new_context(java_script_enabled=False, extra_http_headers={"accept-language": "en"})
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/?next=/test-2021/projects/")
    page.fill("#id_login", "analyst")
    page.fill("#id_password", "a-long-word")
    page.click("form.form button")
    page.wait_for_url("**/test-2021/projects/")
    page.goto(f"{live_server.url}/test-2021/projects/?budget=60")
    assert page.inner_text("#look h2").startswith("With KRW")
    page.goto(f"{live_server.url}/test-2021/industries/?industries.sort=-name")
    assert page.get_attribute("#table-industries th >> nth=0", "aria-sort") == "descending"
    context.close()


@pytest.mark.django_db(transaction=True)
def test_core_projects_fold_on_a_phone_and_lie_open_on_a_desk(opened: Any, kept_run: Run) -> None:
    page = opened("analyst")
    page.goto("/test-2021/projects/")
    fold = page.locator("details.fold").first
    assert page.locator("#table-projects").is_visible()
    assert fold.locator("h2").is_visible(), "the paper's sections lie open"
    page.set_viewport_size({"width": 390, "height": 900})
    assert not page.locator("#table-projects").is_visible()
    assert not fold.locator("h2").is_visible()
    rows = page.locator(".compact li")
    assert rows.count() == len(kept_run.tables["projects"])
    rows.first.locator("summary").click()
    assert rows.first.locator("a.id").is_visible(), "a project opens to its numbers and their trace"
    fold.locator("summary").first.click()
    assert fold.locator("h2").is_visible()
