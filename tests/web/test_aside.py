"""A run that is looked at beside the one in force stays with the reader: on top of every page and in every link."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from majung.programme import load_programme
from majung.runs import Run, compute, load_run, save
from majung.taskforce.operations import runs
from majung.web.request import OF_A_RUN
from miniature import Miniature
from taskforce.conftest import Institution, text
from web.conftest import forget_runs

SignIn = Callable[..., Client]
WEIGHTS = {"investment": 0.4, "ripple_effects": 0.2, "growth_potential": 0.2, "competitiveness": 0.2}


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A run of the definitions and one with other weights, kept in one folder."""
    place = tmp_path_factory.mktemp("two")
    found = []
    for number, weights in enumerate((None, WEIGHTS)):
        programme = Miniature(place / f"programme{number}")
        programme.weights = weights or programme.weights
        kept = save(compute(load_programme(programme.write())), place / "runs").folder
        assert kept is not None
        found.append(load_run(kept))
    return found[0], found[1]


@pytest.fixture
def beside(institution: Institution, two_runs: tuple[Run, Run], settings: Any) -> Iterator[tuple[Run, Run]]:
    """(the run in force, another that was asked for with other weights), both taken in; a panel to look at."""
    force, other = two_runs
    assert force.folder is not None
    settings.RUNS = Path(force.folder).parent
    loader = institution.by("loader")
    criteria = [{"id": k, "weight": v, "low": v, "high": v} for k, v in WEIGHTS.items()]
    runs.take_in(loader, institution.programme, key=force.id, manifest=force.manifest)
    runs.take_in(loader, institution.programme, key=other.id, manifest=other.manifest, changes={"criteria": criteria})
    runs.open_panel(loader, institution.task_force, key="weights", question=text("Which?"), items=list(WEIGHTS))
    yield force, other
    forget_runs()


class Links(HTMLParser):
    """The links of a page outside the band that leads back, and the forms that ask for a page with their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(re.sub(r'<aside class="band" id="aside".*?</aside>', "", page, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form" and given.get("method") == "get":
            self.forms.append((given.get("action", ""), {}))
        if tag == "input" and self.forms:
            self.forms[-1][1][given.get("name", "")] = given.get("value", "")


def asked(address: str, of: str) -> tuple[str, list[str]]:
    """(name of the page that an address on the page `of` leads to, the runs that it names)."""
    parts = urlsplit(address)
    name = resolve(parts.path or urlsplit(of).path).url_name or ""
    return name, parse_qs(parts.query).get("run", [])


def inside(address: str) -> bool:
    return address.startswith(("/test-2021/", "?")) and not address.startswith("/test-2021/api")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_link_among_pages_of_a_run_keeps_the_run(beside: tuple[Run, Run], sign_in: SignIn, language: str) -> None:
    force, other = beside
    client = sign_in("analyst", language)
    waiting, seen, names, traces = [f"/test-2021/discovery/?run={other.id}"], set[str](), set[str](), 0
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        name, _ = asked(address, address)
        if name == "trace":
            # The figures of the run in force that stand beside this one's lead to that run.
            traces += urlsplit(address).path.split("/")[3].partition(".")[0] in other.figures
            if traces > 6 or urlsplit(address).path.split("/")[3].partition(".")[0] not in other.figures:
                continue
        names.add(name)
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        band = re.search(r'<aside class="band" id="aside".*?</aside>', page, flags=re.DOTALL)
        assert band is not None, f"{address} does not say which run it shows"
        assert other.id in band[0]
        assert force.id in band[0]
        assert "40" in band[0], "what it was asked with"
        found = Links(page)
        for link in filter(inside, found.links):
            to, named = asked(link, address)
            if to in OF_A_RUN:
                assert named == [other.id], f"{address} → {link}"
                if link.startswith("/") and not re.search(r"\.(as|sort|page)=", link):
                    waiting.append(link.partition("#")[0])
        for action, fields in found.forms:
            if asked(action, address)[0] in OF_A_RUN:
                assert fields.get("run") == other.id, f"{address}: a form without the run"
    assert names == OF_A_RUN


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_band_leads_back_to_the_same_page_of_the_run_in_force(
    beside: tuple[Run, Run], sign_in: SignIn, language: str
) -> None:
    force, other = beside
    client = sign_in("member", language)
    candidate = str(other.tables["ranking"].iloc[0]["candidate"])
    here, there = other.figure("ranking", candidate), force.figure("ranking", candidate)
    for address, back in (
        (f"/test-2021/industries/{candidate}/?run={other.id}", f"/test-2021/industries/{candidate}/"),
        (f"/test-2021/trace/{here}/?run={other.id}", f"/test-2021/trace/{there}/"),
        (f"/test-2021/trace/{here}/", f"/test-2021/trace/{there}/"),
    ):
        page = client.get(address).content.decode()
        band = re.search(r'id="aside".*?href="([^"]*)".*?</aside>', page, flags=re.DOTALL)
        assert band is not None, address
        link = html.unescape(band[1])
        to = urlsplit(address).path if link.startswith("?") else link
        assert to == back
        assert "run=" not in link
        assert 'id="aside"' not in client.get(to).content.decode()


def test_asking_from_another_run_stays_with_it(beside: tuple[Run, Run], sign_in: SignIn) -> None:
    _, other = beside
    client = sign_in("analyst")
    given = {"run": other.id, "w-investment": "70", **{f"w-{c}": "10" for c in list(WEIGHTS)[1:]}}
    answer = client.post("/test-2021/runs/ask/", given)
    parts = urlsplit(answer["Location"])
    assert parts.path == "/test-2021/discovery/"
    assert parse_qs(parts.query)["run"] == [other.id]
    assert parse_qs(parts.query)["w-investment"] == ["70"]
    page = client.get(answer["Location"].partition("#")[0]).content.decode()
    panel = page.partition(f'id="{parts.fragment}"')[2]
    assert panel.index('id="jobs"') < panel.index("<figure"), "the progress stands in the panel of the weights"
    assert panel.index("<button") < panel.index('id="jobs"'), "and the button above it"
