"""Pages that stand on a run: each shows the run's own numbers, in both languages, quickly, with its chain."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from majung.runs import Run, RunError
from majung.taskforce.models import Comparison, Job, Panel, RunRecord
from majung.taskforce.operations import runs
from majung.web import analyses
from majung.web.pages import compare, discovery, portfolio
from taskforce.conftest import Institution, text
from web.conftest import forget_runs

SignIn = Callable[..., Client]
PAGES = ("discovery", "industries", "compare", "projects", "evidence", "weights", "trace")


@pytest.fixture
def taken_in(institution: Institution, kept_run: Run, settings: Any) -> Iterator[Run]:
    """The run taken in by the institution."""
    assert kept_run.folder is not None
    settings.RUNS = kept_run.folder.parent
    runs.take_in(institution.by("loader"), institution.programme, key=kept_run.id, manifest=kept_run.manifest)
    yield kept_run
    forget_runs()


def _page(client: Client, address: str) -> str:
    answer = client.get(f"/test-2021/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_without_a_run_the_page_says_who_makes_one(
    institution: Institution, sign_in: SignIn, address: str, language: str
) -> None:
    page = _page(sign_in("analyst", language), f"{address}/")
    assert 'class="empty"' in page
    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_shows_the_run(taken_in: Run, sign_in: SignIn, language: str) -> None:
    client = sign_in("member", language)
    first = str(taken_in.tables["ranking"].iloc[0]["candidate"])
    for address in ("discovery/", "industries/", f"industries/{first}/", "compare/", "projects/", "evidence/"):
        page = _page(client, address)
        assert f'<html lang="{language}"' in page
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert not re.search(r"\sstyle=|\{\w+\}", page), address


def test_numbers_lead_to_their_trace_and_the_trace_to_file_and_line(taken_in: Run, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    candidate = str(taken_in.tables["ranking"].iloc[0]["candidate"])
    figure = taken_in.figure("ranking", candidate)
    assert f'href="/test-2021/trace/{figure}.rank/"' in _page(client, f"industries/{candidate}/")
    page = _page(client, f"trace/{figure}.rank/")
    assert re.search(r"<code>tables/\w+\.csv:[\d,]+", page)
    # The row it rests on leads on, and the row that rests on it leads back.
    below = taken_in.figure("contributions", candidate, str(taken_in.tables["contributions"].iloc[0]["criterion"]))
    assert f"/test-2021/trace/{below}/" in page
    assert f"/test-2021/trace/{figure}/" in _page(client, f"trace/{below}/")


def test_who_has_no_mandate_follows_a_figure_but_not_into_the_institution(taken_in: Run, sign_in: SignIn) -> None:
    candidate = str(taken_in.tables["ranking"].iloc[0]["candidate"])
    address = f"trace/{taken_in.figure('ranking', candidate)}/"
    chain = f"/test-2021/chain/runrecord/{taken_in.id}/"
    assert chain in _page(sign_in("member"), address)
    client = sign_in("outsider")
    for page in (_page(client, address), _page(client, "projects/")):
        assert chain not in page
    assert client.get(chain).status_code == 404


def test_an_unknown_figure_is_not_there(taken_in: Run, sign_in: SignIn) -> None:
    assert sign_in("auditor").get("/test-2021/trace/ZZZZZ/").status_code == 404


@pytest.fixture
def copied(taken_in: Run, settings: Any, tmp_path: Path) -> Path:
    """The run in a folder of its own that a test may damage, not read yet."""
    assert taken_in.folder is not None
    settings.RUNS = tmp_path
    forget_runs()
    return Path(shutil.copytree(taken_in.folder, tmp_path / taken_in.id))


@pytest.mark.parametrize("file", ["tables/ranking.parquet", "lineage-diagnosis.parquet", "evidence/patents.parquet"])
def test_an_altered_run_is_not_shown(copied: Path, taken_in: Run, sign_in: SignIn, file: str) -> None:
    member = sign_in("member")
    figure = taken_in.figure("ranking", str(taken_in.tables["ranking"].iloc[0]["candidate"]))
    assert figure in _page(member, f"trace/{figure}/")
    content = bytearray((copied / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / file).write_bytes(bytes(content))
    forget_runs()
    for client, address in ((member, "discovery/"), (member, f"trace/{figure}/")):
        page = _page(client, address)
        assert f"{file}: missing, or not what the manifest states" in page
        assert 'class="empty"' in page


def test_a_run_whose_manifest_was_made_to_fit_is_not_shown(copied: Path, sign_in: SignIn) -> None:
    """Who alters a file and its hash in the manifest alters what was taken in, which the journal holds."""
    file = copied / "tables" / "ranking.parquet"
    frame = pd.read_parquet(file)
    frame.loc[0, "score"] += 1
    frame.to_parquet(file)
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["files"]["tables/ranking.parquet"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (copied / "manifest.json").write_text(json.dumps(manifest))
    assert "is not the one that was taken in" in _page(sign_in("member"), "discovery/")


def test_a_part_is_checked_again_when_it_is_read(copied: Path, sign_in: SignIn, taken_in: Run) -> None:
    record = RunRecord.objects.get()
    run = analyses.run_of(record)
    (copied / "tables" / "projects.parquet").write_bytes(b"not what was kept")
    assert len(run.tables["ranking"]) == len(taken_in.tables["ranking"])
    with pytest.raises(RunError, match=r"projects\.parquet is not the file"):
        run.tables["projects"]


def test_numbers_computed_anew_by_other_libraries_are_taken_in_again(
    copied: Path, taken_in: Run, institution: Institution, sign_in: SignIn
) -> None:
    """The same digest with other files: refused until they are taken in, which the journal then holds."""
    file = copied / "tables" / "ranking.parquet"
    pd.read_parquet(file).to_parquet(file, compression="none")
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["files"]["tables/ranking.parquet"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (copied / "manifest.json").write_text(json.dumps(manifest))
    member = sign_in("member")
    assert "is not the one that was taken in" in _page(member, "discovery/")
    runs.take_in(institution.by("loader"), institution.programme, key=taken_in.id, manifest=manifest)
    assert RunRecord.objects.get().revision == 2
    assert "is not the one that was taken in" not in _page(member, "discovery/")


def test_the_runs_own_weights_give_the_runs_own_order(taken_in: Run, institution: Institution) -> None:
    record = analyses.record_of(institution.programme)
    assert record is not None
    material = analyses.material_of(record, "en")
    own = tuple(discovery._own_weight(material, c.id) for c in material.criteria)
    moved = discovery.reranked(material, own)
    scores = {str(r["candidate"]): float(r["score"]) for r in material.rows("ranking")}
    assert [m.candidate for m in moved] == [str(r["candidate"]) for r in material.ranked()]
    assert all(abs(m.score - scores[m.candidate]) < 1e-6 for m in moved)


def test_all_weight_on_one_criterion_orders_by_it(taken_in: Run, institution: Institution, sign_in: SignIn) -> None:
    record = analyses.record_of(institution.programme)
    assert record is not None
    material = analyses.material_of(record, "en")
    scores = discovery.criterion_scores(material)
    moved = discovery.reranked(material, (1.0, *(0.0 for _ in material.criteria[1:])))
    assert [m.score for m in moved] == sorted((s[0] for s in scores.values()), reverse=True)
    first, *others = material.criteria
    query = "&".join([f"w-{first.id}=100", *(f"w-{c.id}=0" for c in others)])
    page = _page(sign_in("member"), f"discovery/?{query}")
    assert material.industry(moved[0].candidate) in page
    assert "Back to the run" in page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_discovery_says_how_well_it_would_have_done_or_why_nobody_can_tell(
    taken_in: Run, sign_in: SignIn, language: str
) -> None:
    page = _page(sign_in("member", language), "discovery/").partition('id="backtest"')[2].partition("</section>")[0]
    tested, begins = taken_in.tables["backtest"], taken_in.tables["evidence_begins"]
    last = begins.loc[begins["begins"].idxmax()]
    assert str(last["begins"]) in page, "the year for which the whole ranking has to wait"
    assert f"/trace/{taken_in.figure('evidence_begins', last['criterion'])}.begins/" in page
    assert ('id="table-backtest"' in page) is bool(len(tested))
    assert ('class="empty"' in page) is not bool(len(tested))
    for one in tested.itertuples():
        assert f"{one.auc:.2f}" in page
        assert f"/trace/{taken_in.figure('backtest', one.indicator)}" in page


def test_at_the_flip_weight_two_candidates_are_level(taken_in: Run, institution: Institution) -> None:
    record = analyses.record_of(institution.programme)
    assert record is not None
    material = analyses.material_of(record, "en")
    a, b = (str(r["candidate"]) for r in material.ranked()[:2])
    scores = discovery.criterion_scores(material)
    flips = compare.flips_of(material, a, b)
    for k, flip in enumerate(flips):
        if flip.at is None:
            continue
        rest = sum(f.weight for j, f in enumerate(flips) if j != k)
        weights = [flip.at if j == k else (1 - flip.at) * f.weight / rest for j, f in enumerate(flips)]
        level = [sum(w * s for w, s in zip(weights, scores[c], strict=True)) for c in (a, b)]
        assert abs(level[0] - level[1]) < 1e-6


def test_another_budget_is_solved_and_more_budget_never_buys_less(taken_in: Run, institution: Institution) -> None:
    record = analyses.record_of(institution.programme)
    assert record is not None
    own = analyses.material_of(record, "en").charter.budgets.amounts
    looks = [portfolio.what(record.key, record.digest, tuple(s * a for a in own)) for s in (0.6, 1.0, 1.4)]
    found = [look.value for look in looks if look.found]
    assert found == sorted(found)
    for look in looks:
        assert all(cost <= budget + 1e-9 for cost, budget in zip(look.costs, look.budgets, strict=True))


def test_a_run_is_asked_for_by_those_who_may(taken_in: Run, institution: Institution, sign_in: SignIn) -> None:
    assert "run-ask" not in _page(sign_in("member"), "discovery/")
    assert sign_in("member").post("/test-2021/runs/ask/", follow=True).status_code == 200
    assert Job.objects.count() == 0
    answer = sign_in("analyst").post("/test-2021/runs/ask/", follow=True)
    assert Job.objects.count() == 1
    assert 'hx-get="/test-2021/runs/jobs/"' in answer.content.decode()


@pytest.fixture
def panel(institution: Institution) -> Panel:
    return runs.open_panel(
        institution.by("loader"), institution.group, key="p", question=text("?"), items=["a", "b", "c"]
    )


def test_a_judge_sees_the_contradiction_before_sending(panel: Panel, sign_in: SignIn) -> None:
    page = _page(sign_in("judge"), "weights/p/?a/b=9&b/c=9&a/c=1/9")
    assert "You said a counts 1/9 times c; by way of b it would be 81 times" in page
    assert Comparison.objects.count() == 0


def test_a_judge_compares_and_the_group_has_a_result(panel: Panel, sign_in: SignIn) -> None:
    client = sign_in("judge")
    answer = client.post("/test-2021/weights/p/", {"a/b": "2", "b/c": "2", "a/c": ""}, follow=True)
    page = answer.content.decode()
    assert Comparison.objects.get().matrix == {"a/b": 2.0, "b/c": 2.0}
    # 4 : 2 : 1
    assert "57.1" in page
    assert "28.6" in page
    assert "14.3" in page


@pytest.mark.parametrize("given", ["x", "1/0", "12", "0"])
def test_what_is_no_step_of_the_scale_is_refused(panel: Panel, sign_in: SignIn, given: str) -> None:
    answer = sign_in("judge").post("/test-2021/weights/p/", {"a/b": given, "b/c": "2"})
    assert "is not a step of the scale" in answer.content.decode()
    assert Comparison.objects.count() == 0


def test_who_is_no_judge_sees_the_group_only(panel: Panel, sign_in: SignIn) -> None:
    client = sign_in("member")
    assert 'id="pairs"' not in _page(client, "weights/p/")
    client.post("/test-2021/weights/p/", {"a/b": "2", "b/c": "2"})
    assert Comparison.objects.count() == 0


def test_tables_of_the_run_are_exported(taken_in: Run, sign_in: SignIn) -> None:
    answer = sign_in("member").get("/test-2021/industries/?industries.as=csv&industries.sort=name")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(taken_in.tables["ranking"])
    assert lines[1:] == sorted(lines[1:], key=str.casefold)


def test_a_page_takes_a_constant_number_of_queries(
    taken_in: Run, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("member")
    with django_assert_max_num_queries(10):
        _page(client, "discovery/")
