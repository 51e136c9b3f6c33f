"""Every page, in both languages, from the store alone."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest
from django.test import Client

from majung.runs import Run, trace
from majung.taskforce.editions import verify
from majung.taskforce.rules.receipts import receipt_name
from majung.web.public import pages
from majung.web.words import words

from .building import SECRET, Published

FORM = "application/x-www-form-urlencoded"
PAGES = (
    "",
    "areas/intelligent-robots/",
    "announcements/",
    "announcements/robots/",
    "announcements/robots/?text=0",
    "answers/",
    "consultations/pavements/",
    "consultations/new/",
    "demand/",
    "receipt/",
    "minutes/",
    "minutes/m1/",
    "data/",
)


class Checked(HTMLParser):
    """Addresses of a page; tags that do not close, ids that come twice."""

    VOID = frozenset(("meta", "link", "input", "br", "img", "hr", "circle", "rect", "path", "line", "polyline"))

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.hrefs.append(str(given["href"]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(f"/test-2021/{address}")
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole_in_both_languages(client: Client, address: str, language: str) -> None:
    client.cookies["majung_lang"] = language
    page = read(client, address)
    assert f'<html lang="{language}"' in page
    assert "<h1>" in page
    checked = Checked()
    checked.feed(page)
    assert checked.wrong == []
    assert [i for i in checked.ids if checked.ids.count(i) > 1 and i != "wm"] == []
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script", page)
    assert "Private t" not in page
    assert "someone@example.org" not in page
    if language == "ko":
        text = re.sub(r"<[^>]+>", "\n", page)
        plain = [line for line in text.splitlines() if re.search(r"[가-힣]다\.?$", line.strip())]
        assert [line for line in plain if not line.strip().rstrip(".").endswith("니다")] == [], "not 합니다체"


def test_every_link_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    left = ["/test-2021/"]
    while left:
        address = left.pop()
        path = address.split("#")[0]
        if path in seen or not path or len(seen) > 150:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, address
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        checked = Checked()
        checked.feed(answer.content.decode())
        base = path.split("?")[0]
        for href in checked.hrefs:
            if href.startswith("?"):
                if "text=" in href:
                    left.append(base + href)
            elif href.startswith("/"):
                left.append(href)
            elif not href.startswith(("#", "https://")):
                pytest.fail(f"{href} on {address}")
    assert any("minutes/m1" in address for address in seen)


def test_the_root_leads_to_the_only_programme(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/test-2021/"
    assert client.get("/health/").content == b"ok\n"


def test_the_front_says_what_is_done_and_whether_it_works(client: Client) -> None:
    page = read(client, "")
    assert "2 measures under way in 1 industry. 1 is late." in page
    assert "Robots for everyday life" in page
    assert "Where may robots go?" in page
    assert "There is no safety standard yet." in page
    assert "30\u00a0Sep\u00a02021" in page, "the next date"


def test_an_area_shows_targets_against_readings_and_never_a_zero_for_what_is_missing(client: Client) -> None:
    page = read(client, "areas/intelligent-robots/")
    assert "1 of 2 indicators reported so far" in page
    assert "target 3,000" in page
    assert 'aria-label="Firms supported: no reading reported; target 150 firms (2024)"' in page
    table = client.get("/test-2021/areas/intelligent-robots/?metrics.as=csv").content.decode("utf-8-sig")
    assert "160" in table
    assert "31" in page, "late since 10 May"


def test_an_announcement_names_its_grounds_and_keeps_what_was_first_said(client: Client) -> None:
    page = read(client, "announcements/robots/")
    assert "Pavements are opened step by step." in page
    assert "/test-2021/minutes/m1/" in page
    assert "A unit was wrong." in page
    assert "&lt;b&gt;paragraph" in page
    assert "This is an earlier wording" in read(client, "announcements/robots/?text=0")
    assert "This is an earlier wording" not in read(client, "announcements/robots/?text=99")


def test_a_figure_opens_its_chain_down_to_file_and_line(client: Client, published: Published, kept_run: Run) -> None:
    found = trace(kept_run, published.figure)
    assert found.sources, "the figure rests on evidence, or this test shows nothing"
    assert f'href="/test-2021/figures/{published.figure}/"' in read(client, "announcements/robots/")
    page = read(client, f"figures/{published.figure}/")
    for source in found.sources:
        assert f"{source.file}:{source.lines[0]}" in page
        assert source.source.license in page
        first = source.frame.iloc[0]
        table = read(client, f"figures/{published.figure}/?rows0.as=csv")
        assert str(int(first["year"])) in table
    assert kept_run.id in page
    assert "/test-2021/announcements/robots/#m-pavement" in page
    assert "TF" in page, "the meeting at which it was announced"
    assert client.get("/test-2021/figures/NOSUCH/").status_code == 404


def test_an_area_names_its_core_projects_with_run_and_decision(client: Client, kept_run: Run) -> None:
    page = read(client, "areas/intelligent-robots/")
    assert "Parts of robots" in page
    assert kept_run.id in page
    assert "2021-04" in page


def test_minutes_of_others_are_text_not_markup(client: Client) -> None:
    page = read(client, "minutes/m1/")
    assert "&lt;script&gt;" in page
    assert "Pavements are opened step by step." in page


def test_the_opinion_map_says_how_stable_it_is(client: Client) -> None:
    page = read(client, "consultations/pavements/")
    assert "2 groups vote alike" in page
    assert "agreement" in page
    assert page.count('class="o0"') == page.count('class="o1"')
    assert "Not yet read by a person" not in page
    assert "The map appears once 30 people" in read(client, "consultations/new/")


def test_a_stability_that_is_not_known_is_said_so() -> None:
    for language, said in (("en", "not known"), ("ko", "안정성은 모릅니다")):
        assert said in pages._stability({"stability": None}, words("public", language))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("adopted", "Your demand was adopted in part and became a measure. It stands at “In progress”."),
        ("merged", "Your demand was adopted in part and became a measure."),
        ("rejected", "Your demand was not adopted."),
        ("waiting", "The answer to your demand is late."),
    ],
)
def test_a_receipt_tells_what_happened(client: Client, published: Published, name: str, said: str) -> None:
    code = published.receipts[name]
    answer = client.post("/test-2021/receipt/", f"code={code[:4].lower()}-{code[4:8]}+{code[8:]}", content_type=FORM)
    assert answer.status_code == 302
    assert code not in answer.headers["Location"]
    shown = client.get(answer.headers["Location"])
    assert said in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]


def test_a_receipt_has_the_whole_way_of_a_demand(client: Client, published: Published) -> None:
    page = read(client, f"receipt/{receipt_name(published.receipts['adopted'])}/")
    for said in (
        "It took 11 days from receipt to answer.",
        "Put under one theme with 3 demands for the same",
        "Discussed in: meeting",
        "In marked zones first.",
        "Open pavements to delivery robots",
        "/test-2021/areas/intelligent-robots/#m-pavement",
        "Next: the measure is due",
    ):
        assert said in page, said
    assert client.post("/test-2021/receipt/", "code=23456789ABCD", content_type=FORM).status_code == 404


def test_what_is_under_embargo_is_nowhere(client: Client) -> None:
    for address in PAGES:
        page = read(client, address)
        assert "hidden" not in re.sub(r'type="hidden"|aria-hidden', "", page)
        assert SECRET not in page
    assert client.get("/test-2021/announcements/hidden/").status_code == 404


def test_the_edition_is_downloaded_as_it_was_signed(client: Client, published: Published, tmp_path) -> None:  # type: ignore[no-untyped-def]
    answer = client.get("/test-2021/data/edition.zip")
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "edition")
    assert verify(tmp_path / "edition", published.key.public_key()) == []
    assert answer.content == client.get("/test-2021/data/edition.zip").content
    assert "given beforehand" in read(client, "data/")


def test_headers_forbid_what_the_site_does_not_use(client: Client) -> None:
    answer = client.get("/test-2021/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies, "reading leaves no cookie"
