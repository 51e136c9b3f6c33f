"""Whoever looks: axe finds nothing on any page of the institution, in either language, light and dark, wide and narrow;
no page scrolls sideways; the keyboard reaches everything; every field has a label; without scripts all can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from taskforce.conftest import Institution

from .conftest import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PAGES = (
    "",
    "situation/",
    "meetings/",
    "meetings/m/",
    "bodies/intelligent-robots-working-group/",
    "calendar/?month=2021-04",
    "registers/",
    "measures/",
    "measures/measure/",
    "demands/",
    "demands/d-2021-0001/",
    "consultations/c/",
    "announcements/",
    "announcements/announcement/",
    "strategies/robots-2021/",
    "reviews/",
    "reviews/review/",
)
FORMS = (
    "do/meeting.plan/?subject=body/intelligent-robots-working-group",
    "do/measure.propose/?subject=coretask/robots-2021-t1",
    "do/submission.receive/?subject=programme/test-2021",
    "do/meeting.attend/?subject=meeting/m",
)
LOOKS = {
    "ko": ((1440, "light"), (390, "dark")),
    "en": ((390, "light"), (1440, "dark")),
}
"""Every page in both languages, both widths and both schemes."""


def troubles(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing(visit: Visit, institution: Institution, rows: Any, language: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    person = visit("secretariat", language=language)
    found = {}
    for address in (*PAGES, *FORMS):
        page = person.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        for width, scheme in LOOKS[language]:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            wrong = troubles(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append("scrolls sideways")
            if wrong:
                found[address, width, scheme] = wrong
    assert found == {}


def test_the_keyboard_reaches_everything_in_order(visit: Visit, institution: Institution, rows: Any) -> None:
    page = visit("secretariat").goto("do/meeting.plan/?subject=body/intelligent-robots-working-group")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip", "the first stop skips to the page's own"
    shown = page.evaluate("document.activeElement.getBoundingClientRect().left")
    assert shown >= 0, "and is seen while it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.closest('main') !== null")
    assert first, "after it, the page's own first control"
    names = []
    for _ in range(24):
        names.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        # Inside a field for days the focus stands on its day, month or hour: the browser marks that.
        seen = outline != "none" or page.evaluate("document.activeElement.type") == "datetime-local"
        assert seen, f"{names[-1]}: the focus cannot be seen"
        if names[-1] == "Cancel":
            break
        page.keyboard.press("Tab")
    asked = [name for name in dict.fromkeys(names) if name]
    assert asked[:4] == ["name.ko", "name.en", "starts", "key"], "what is needed first, the proposed key last"
    assert asked[-2:] == ["Plan a meeting", "Cancel"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_errors_stand_beside_their_fields(visit: Visit, institution: Institution, language: str) -> None:
    person = visit("secretariat", language=language)
    page = person.goto("do/meeting.plan/?subject=body/intelligent-robots-working-group")
    person.fill(name_ko="회의", key="k")
    person.follow(page.locator("button.first"))
    assert page.locator("#f-starts").get_attribute("aria-invalid") == "true"
    said = page.locator("#w-starts").inner_text()
    assert said == {"ko": "꼭 적는다", "en": "This has to be filled in"}[language]
    assert "w-starts" in str(page.locator("#f-starts").get_attribute("aria-describedby"))
    assert page.locator("#w-name").count(), "both languages are asked for"
    assert page.locator("#f-name-ko").input_value() == "회의", "what was entered stays"


def test_all_is_read_without_scripts_and_printed(visit: Visit, institution: Institution, rows: Any) -> None:
    person = visit("secretariat", scripts=False)
    page = person.goto("measures/?measures.sort=due")
    assert "measure" in page.locator("#table-measures").inner_text()
    person.follow(page.locator("#table-measures tbody a").first)
    assert page.locator("h1").count() == 1
    page.emulate_media(media="print")
    assert not page.locator(".deeds").first.is_visible(), "what cannot be pressed on paper is not printed"
    assert page.locator(".facts").first.is_visible()
