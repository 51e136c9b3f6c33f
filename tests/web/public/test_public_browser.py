"""The public site as it is run, in a real browser: axe in both languages, light and dark; on paper; form to inbox."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from majung.taskforce.rules.receipts import receipt_name

from ..paper import wrong_on_paper
from .building import Published

# The store is made in the test database; the site served is a process of its own without any.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
PAGES = (
    "",
    "areas/intelligent-robots/",
    "announcements/robots/",
    "answers/",
    "consultations/pavements/",
    "demand/",
    "receipt/",
    "minutes/m1/",
    "data/",
    "nowhere/",
)


@pytest.fixture(scope="module")
def served(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """`majung public serve` in a process of its own: its address and the folder that it writes."""
    data = tmp_path_factory.mktemp("public-data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "MAJUNG_DATA": str(data),
        "MAJUNG_PUBLIC": str(published.store),
        "MAJUNG_PUBLIC_DATA": str(data / "site"),
    }
    log = (data / "log").open("wb")
    command = [sys.executable, "-m", "majung", "public", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/health/", timeout=2).close()  # noqa: S310
                break
            except OSError:
                assert process.poll() is None, (data / "log").read_text()
                time.sleep(0.5)
        yield address, data / "site"
    finally:
        process.terminate()
        process.wait(15)
        log.close()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_no_phone_scrolls_sideways(
    chrome: Any, served: tuple[str, Path], published: Published, language: str, scheme: str
) -> None:
    """All rules in the light on a wide page; colours once more in the dark, on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    width = 1440 if scheme == "light" else 390
    context = chrome.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        extra_http_headers={"accept-language": language},
    )
    page = context.new_page()
    wrong = []
    try:
        own = (f"receipt/{receipt_name(published.receipts['adopted'])}/", f"figures/{published.figure}/")
        for address in (*PAGES, *own):
            page.goto(f"{served[0]}/test-2021/{address}")
            assert page.locator("html").get_attribute("lang") == language
            found = Axe().run(page, options=RULES if scheme == "light" else COLOURS).response["violations"]
            wrong += [f"{address} {v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found]
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{address}: {wide} px wide on {width}"] if wide > width else []
    finally:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_whole_on_paper(
    chrome: Any, served: tuple[str, Path], published: Published, language: str
) -> None:
    context = chrome.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark",
        extra_http_headers={"accept-language": language},
    )
    sheets = {
        "": 2,
        "areas/intelligent-robots/": 3,
        "announcements/robots/": 2,
        "consultations/pavements/": 2,
        "demand/": 2,
        "data/": 2,
    }
    receipt = f"receipt/{receipt_name(published.receipts['adopted'])}/"
    wrong = []
    try:
        for address in (*PAGES, receipt, f"figures/{published.figure}/"):
            page = context.new_page()
            page.goto(f"{served[0]}/test-2021/{address}")
            if address == receipt:
                assert address not in page.get_attribute("html", "data-sheet"), "who has the address has the receipt"
            wrong += [f"{address}: {what}" for what in wrong_on_paper(page, most=sheets.get(address, 1))]
            page.close()
    finally:
        context.close()
    assert not wrong, "\n".join(wrong)


def test_a_demand_and_a_vote_without_javascript(chrome: Any, served: tuple[str, Path]) -> None:
    context = chrome.new_context(java_script_enabled=False, extra_http_headers={"accept-language": "en"})
    page = context.new_page()
    try:
        page.goto(f"{served[0]}/test-2021/")
        page.click("text=Have your say >> nth=0")
        page.fill("#id_title", "Delivery robots")
        page.fill("#id_text", "Let them on pavements.")
        page.select_option("#id_area", "intelligent-robots")
        time.sleep(5)
        page.click("button.main")
        assert "Please note this code" in page.content()
        code = page.inner_text(".code").replace("-", "")
        page.goto(f"{served[0]}/test-2021/consultations/pavements/")
        page.click("button[value=agree]")
        assert "You have voted on 1 of 8 statements" in page.content()
    finally:
        context.close()
    kept = [json.loads(f.read_text("utf-8")) for f in (served[1] / "test-2021" / "inbox").glob("*.json")]
    assert {entry["what"] for entry in kept} == {"submission", "vote"}
    assert next(e["receipt"] for e in kept if e["what"] == "submission") == code
