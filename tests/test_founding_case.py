"""The founding case as a stranger runs it: one command, four documents, and every number checkable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from majung.runs import Run, load_run, trace

ROOT = Path(__file__).parents[1]


def majung(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "majung", *arguments], cwd=ROOT, env=env, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs after `majung demo --no-serve`."""
    folder = tmp_path_factory.mktemp("founding") / "runs"
    done = majung("demo", "--no-serve", "--runs", str(folder))
    assert done.returncode == 0, done.stderr
    assert "majung reproduce" in done.stdout
    return folder


@pytest.fixture(scope="module")
def run(runs: Path) -> Run:
    return load_run(next(runs.iterdir()))


pytestmark = pytest.mark.slow


def test_leaves_one_run_with_four_documents(runs: Path) -> None:
    (folder,) = runs.iterdir()
    papers = {file.name for file in (folder / "paper").iterdir()}
    assert {f"strategy.{lang}.{kind}" for lang in ("ko", "en") for kind in ("pdf", "html")} <= papers


def test_ranks_at_least_twenty_candidates_and_the_five_areas_whatever_their_place(run: Run) -> None:
    ranking = run.tables["ranking"]
    assert len(ranking) >= 20
    assert set(ranking[ranking["area"]]["candidate"]) == {
        "cloud", "blockchain", "intelligent-robots", "digital-healthcare", "metaverse",
    }  # fmt: skip
    assert set(run.tables["exclusions"]["industry"]) == {
        "system-semiconductors", "future-cars", "bio-health", "hydrogen",
    }  # fmt: skip
    assert ranking["own_evidence"].max() < 0.5, "statistics do not see new industries, and the run says so"


def test_nothing_after_the_cut_is_used(run: Run) -> None:
    used: dict[str, set[int]] = {}
    for name, frame in run.tables.items():
        if name == "ranking":
            for candidate in frame["candidate"]:
                for table, lines in run.lineage.source_rows(f"ranking/{candidate}").items():
                    used.setdefault(table, set()).update(lines)
    assert used
    for table, lines in used.items():
        assert run.evidence.tables[table].loc[sorted(lines), "year"].max() <= 2020


def test_each_area_has_an_answer_and_a_portfolio_within_every_year(run: Run) -> None:
    projects = run.tables["projects"]
    assert projects[projects["needed_most"]]["area"].tolist() == list(run.programme.areas)
    years = run.tables["portfolio_years"]
    assert (years["cost"] <= years["budget"] + 1e-9).all()
    assert run.tables["portfolio"]["status"].iloc[0] == "optimal"
    assert set(projects[projects["chosen"]]["area"]) == set(run.programme.areas)
    assert len(run.tables["rejections"]) == (~projects["chosen"]).sum()


def test_market_of_a_country_that_is_not_measured_is_said(run: Run) -> None:
    market = run.tables["market"].set_index(["candidate", "measure"])
    assert not market.loc[("foodtech", "size"), "measured"]
    assert market.loc[("intelligent-robots", "size"), "observes"] == "parent"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_ids_printed_in_the_paper_lead_to_source_rows(run: Run, language: str) -> None:
    assert run.folder is not None
    text = "\n".join(page.extract_text() for page in PdfReader(run.folder / "paper" / f"strategy.{language}.pdf").pages)
    assert run.id in text
    for candidate in run.tables["ranking"]["candidate"]:
        figure = run.figure("ranking", candidate)
        assert figure in text
    found = trace(run, run.figure("technology", "intelligent-robots", "patents"))
    assert found.sources[0].source.license.startswith("CC")


def test_printed_numbers_are_the_runs_own(run: Run) -> None:
    """The row of the full ranking in the paper: score, interval, chance, mean rank, PROMETHEE, shares, figure id."""
    assert run.folder is not None
    text = "\n".join(page.extract_text() for page in PdfReader(run.folder / "paper" / "strategy.en.pdf").pages[:5])
    for row in run.tables["ranking"].to_dict("records"):
        chance = 100 * row["p_selected"]
        shown = "0 %" if chance == 0 else "< 1 %" if chance < 0.5 else f"{chance:.0f} %"
        own, measured = (f"{100 * row[c]:.0f} %" for c in ("own_evidence", "measured"))
        expected = (
            f"{row['score']:.1f} {row['score_low']:.1f}–{row['score_high']:.1f} {shown} {row['expected_rank']:.1f} "
            f"{row['promethee_rank']} {own} {measured} {run.figure('ranking', row['candidate'])}"
        )
        assert expected in text, expected


def test_reproduces(runs: Path) -> None:
    done = majung("reproduce", "--runs", str(runs))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Reproduced" in done.stdout
