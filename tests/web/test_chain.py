"""The chain of evidence and institution: both ways, no further than a person may see, a source row in three clicks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from majung.runs import Run
from majung.taskforce.models import RunRecord
from majung.taskforce.operations import announcements, measures, meetings, reviews, runs
from majung.taskforce.rules.words import Instrument, Purpose
from taskforce.conftest import Institution, moment, text
from web.conftest import forget_runs

SignIn = Callable[..., Client]
SOURCE = re.compile(r"<code>tables/\w+\.(?:csv|parquet):[\d,]+")
"""A file of the evidence and a line in it."""
LINK = re.compile(r'href="(/test-2021/(?:trace|chain)/[^"#]+)"')


@pytest.fixture
def walked(institution: Institution, kept_run: Run, settings: Any) -> Iterator[Run]:
    """The whole cycle on one run: an item and a decision rest on it, a measure on the decision and on a figure of the
    run; the measure's plan is announced, it has a reading, and a review looks at it."""
    i = institution
    assert kept_run.folder is not None
    settings.RUNS = kept_run.folder.parent
    loader = i.by("loader")
    record = runs.take_in(loader, i.programme, key=kept_run.id, manifest=kept_run.manifest)
    meeting = i.held_meeting()
    secretariat = i.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, meeting, title=text("choose"), purpose=Purpose.DECIDE, resting_on=record)
    decision = meetings.decide(secretariat, item, key="d-1", text=text("Robots are chosen"), basis="charter")
    strategy, task = i.strategy()
    measure = measures.propose(
        loader,
        task,
        key="pavements",
        name=text("Robots on pavements"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        verifier=i.finance,
    )
    measures.ground(loader, measure, decision=decision)
    first = str(kept_run.tables["ranking"].iloc[0]["candidate"])
    measures.ground(loader, measure, run=record, figure=kept_run.figure("ranking", first))
    metric = measures.set_metric(loader, measure, key="m", name=text("robots"), unit=text("robots"))
    measures.report_reading(
        i.by("loader", "2021-05-02"), metric, on=moment("2021-05-01").date(), value=3.0, source="survey, p. 2"
    )
    announcements.draft(loader, strategy, key="a-1", title=text("The plan for robots"))
    day = moment("2021-06-30").date()
    review = reviews.open_review(
        loader, i.task_force, key="half", name=text("Half-year"), period_from=moment("2021-04-01").date(), period_to=day
    )
    reviews.freeze(i.by("loader", "2021-07-01"), review)
    yield kept_run
    forget_runs()


def _page(client: Client, address: str) -> str:
    answer = client.get(address if address.startswith("/") else f"/test-2021/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def _section(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_decision_leads_down_to_its_run_and_up_to_the_review(walked: Run, sign_in: SignIn, language: str) -> None:
    page = _page(sign_in("auditor", language), "chain/decision/d-1/")
    below, above = _section(page, "below"), _section(page, "above")
    assert f"chain/runrecord/{walked.id}/" in below
    assert "chain/meeting/m1/" in below
    for reference in ("measure/pavements", "announcement/a-1", "review/half"):
        assert f"chain/{reference}/" in above, reference
        assert f"chain/{reference}/" not in below
    assert re.search(r"chain/reading/\d+/", above)
    assert not re.search(r"\{\w+\}|\sstyle=", page)


def test_a_figure_leads_on_into_the_institution(walked: Run, sign_in: SignIn) -> None:
    figure = walked.figure("ranking", str(walked.tables["ranking"].iloc[0]["candidate"]))
    other = walked.figure("ranking", str(walked.tables["ranking"].iloc[1]["candidate"]))
    client = sign_in("auditor")
    for name, cited in ((figure, True), (other, False)):
        found = _section(_page(client, f"trace/{name}/"), "institution")
        for reference in ("meeting/m1", "decision/d-1", "measure/pavements", "announcement/a-1", "review/half"):
            assert f"chain/{reference}/" in found, reference
        assert ("names this figure" in found) is cited


def test_the_pages_of_decision_measure_and_announcement_lead_to_their_chains(walked: Run, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    for address, reference in (
        ("registers/", "decision/d-1"),
        ("measures/pavements/", "measure/pavements"),
        ("announcements/a-1/", "announcement/a-1"),
        ("meetings/m1/", "meeting/m1"),
        ("reviews/half/", "review/half"),
    ):
        assert f'href="/test-2021/chain/{reference}/"' in _page(client, address)
        _page(client, f"chain/{reference}/")


def test_what_a_person_may_not_see_has_no_chain_and_stands_in_none(
    walked: Run, institution: Institution, sign_in: SignIn
) -> None:
    assert sign_in("auditor").get("/test-2021/chain/announcement/a-1/").status_code == 200
    outside = sign_in("outsider")
    for reference in ("announcement/a-1", f"runrecord/{walked.id}", "decision/none", "nothing/1", "measure"):
        assert outside.get(f"/test-2021/chain/{reference}/").status_code == 404, reference


@pytest.mark.parametrize(
    "address", ["industries/{candidate}/", "discovery/", "projects/", "measures/pavements/", "announcements/a-1/"]
)
def test_every_number_is_three_clicks_from_its_source_row(walked: Run, sign_in: SignIn, address: str) -> None:
    """Every link to a trace or chain that the page has is followed, and from there at most two more."""
    client = sign_in("auditor")
    candidate = str(walked.tables["ranking"].iloc[0]["candidate"])
    kept: dict[str, str] = {}

    def opened(link: str) -> str:
        if link not in kept:
            kept[link] = _page(client, link)
        return kept[link]

    def clicks(link: str) -> int | None:
        seen, links = set[str](), [link]
        for count in (1, 2, 3):
            if any(SOURCE.search(opened(one)) for one in links):
                return count
            seen.update(links)
            # What lies under it, not what rests on it: the way down.
            links = [
                html.unescape(found)
                for one in links
                for found in LINK.findall(opened(one).partition('id="institution"')[0].partition('id="above"')[0])
            ]
            links = [one for one in dict.fromkeys(links) if one not in seen][:40]
        return None

    page = _page(client, address.format(candidate=candidate))
    numbers = [html.unescape(link) for link in dict.fromkeys(LINK.findall(page))]
    assert numbers
    stated = {}
    for link in numbers:
        if clicks(link) is None:
            stated[link] = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", opened(link).partition("<h1>")[2][:120]))
    # What the programme itself states (a budget, a weight) has no source row, and its trace says so.
    assert {link: said for link, said in stated.items() if "stated by the programme itself" not in said} == {}
    record = RunRecord.objects.get()
    assert record.key == walked.id
