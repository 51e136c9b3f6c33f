"""The founding programme without its loader: form, sums, links to the evidence, figures that must stand as stated."""

from __future__ import annotations

import csv
import itertools
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from majung.evidence import check
from majung.programme import load_programme

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMME = REPOSITORY / "programmes" / "korea-2021"
FILES = sorted(PROGRAMME.rglob("*.toml"))
INDUSTRIES = sorted((PROGRAMME / "industries").glob("*.toml"))
PROJECTS = sorted((PROGRAMME / "projects").glob("*.toml"))
HANGUL = re.compile(r"[가-힣]")
AREAS = {"cloud", "blockchain", "intelligent-robots", "digital-healthcare", "metaverse"}
EXCLUDED = {"system-semiconductors", "future-cars", "bio-health", "hydrogen"}
BRIEF_LABELS = {"unit"}  # units such as "%" need no letters
#: Classifications whose codes an industry definition may use, and the table in which they must occur.
CLASSIFICATIONS = {
    "vc_vertical": "investment",
    "vc_industry": "investment",
    "kr_vc": "investment",
    "wipo35": "patents",
    "se14": "publications",
    "kti": "value_added",
    "bok_broad": "satellites",
    "tech_level": "surveys",
    "wiod56": "input_output",
}


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(PROGRAMME))


@cache
def programme() -> dict[str, Any]:
    return read(PROGRAMME / "programme.toml")


@cache
def codes_in_tables() -> dict[str, set[str]]:
    """Classification -> codes that occur in its table (input-output: sectors with output)."""
    found: dict[str, set[str]] = defaultdict(set)
    for table in sorted((PROGRAMME / "evidence" / "tables").glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if "use" not in row:
                    found[row["classification"]].add(row["code"])
                elif row["row"] == "GO" and float(row["value"]) > 0:
                    found["wiod56"].add(row["column"])
    return found


def all_projects() -> list[dict[str, Any]]:
    return [project for path in PROJECTS for project in read(path)["projects"]]


def texts(value: object, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every table that holds `ko` or `en`, with its place."""
    if isinstance(value, dict):
        if "ko" in value or "en" in value:
            yield place, value
            return
        for key, inner in value.items():
            yield from texts(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{place}[{number}]")


def judgements(value: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every number of ours with an interval, with its place."""
    if isinstance(value, dict):
        if "low" in value and "high" in value and not isinstance(value["low"], list):
            yield place, value
        for key, inner in value.items():
            yield from judgements(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from judgements(inner, f"{place}[{number}]")


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_text_is_given_in_korean_and_english(path: Path) -> None:
    found = list(texts(read(path), name(path)))
    assert found
    for place, text in found:
        assert set(text) == {"ko", "en"}, place
        if place.endswith(".queries"):
            assert HANGUL.search(text["ko"]["include"]), f"{place}: no Korean in the Korean query"
            assert not HANGUL.search(text["en"]["include"] + text["en"]["consider"]), place
            continue
        assert text["ko"].strip(), place
        assert text["en"].strip(), place
        assert not HANGUL.search(text["en"]), f"{place}: Korean in the English text"
        if place.rpartition(".")[2] not in BRIEF_LABELS:
            assert HANGUL.search(text["ko"]), f"{place}: no Korean in the Korean text"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_judgement_has_bounds_reason_and_source(path: Path) -> None:
    for place, entry in judgements(read(path), name(path)):
        value = entry["weight"] if "weight" in entry else entry["share"]
        assert 0 <= entry["low"] <= value <= entry["high"] <= 1, place
        assert entry["source"].strip(), place
        assert len(entry["rationale"]["en"]) >= 8, place


def test_criteria_indicators_and_gaps_each_sum_to_one() -> None:
    criteria = programme()["criteria"]
    groups = [criteria, programme()["gaps"], *(criterion["indicators"] for criterion in criteria)]
    for group in groups:
        assert sum(entry["weight"] for entry in group) == pytest.approx(1, abs=1e-9)
        assert sum(entry["low"] for entry in group) <= 1 <= sum(entry["high"] for entry in group)


def test_the_four_criteria_weigh_the_same_because_the_article_gives_no_weights() -> None:
    criteria = programme()["criteria"]
    assert {criterion["id"] for criterion in criteria} == {
        "investment",
        "ripple_effects",
        "growth_potential",
        "competitiveness",
    }
    assert {(c["weight"], c["low"], c["high"]) for c in criteria} == {(0.25, 0.10, 0.40)}
    assert all("no weights" in criterion["source"] for criterion in criteria)


def test_scales_can_be_computed() -> None:
    for indicator in itertools.chain.from_iterable(criterion["indicators"] for criterion in programme()["criteria"]):
        scale = indicator["scale"]
        assert scale["target"] > scale["reference"], indicator["id"]
        assert not scale["log"] or scale["reference"] > 0, indicator["id"]
        assert indicator["classification"] in CLASSIFICATIONS, indicator["id"]


def test_ranked_candidates_and_excluded_groups() -> None:
    ids = {read(path)["id"] for path in INDUSTRIES}
    assert ids == {path.stem for path in INDUSTRIES}
    assert {exclusion["industry"] for exclusion in programme()["exclusions"]} == EXCLUDED
    assert len(ids - EXCLUDED) >= 24
    assert ids >= AREAS | EXCLUDED


@pytest.mark.parametrize("path", INDUSTRIES, ids=name)
def test_definition_weights_sum_to_one_in_each_classification(path: Path) -> None:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for code in read(path)["codes"]:
        groups[code["classification"]].append(code)
    for classification, codes in groups.items():
        assert sum(code["weight"] for code in codes) == pytest.approx(1, abs=1e-6), classification
        assert sum(code["low"] for code in codes) <= 1 + 1e-9, classification
        assert sum(code["high"] for code in codes) >= 1 - 1e-9, classification
        assert len({code["code"] for code in codes}) == len(codes), classification


@pytest.mark.parametrize("path", INDUSTRIES, ids=name)
def test_definition_codes_are_declared_and_have_figures(path: Path) -> None:
    with (PROGRAMME / "evidence" / "codes.csv").open(encoding="utf-8", newline="") as file:
        declared = {(row["classification"], row["code"]) for row in csv.DictReader(file) if row["kind"] == "code"}
    for code in read(path)["codes"]:
        key = (code["classification"], code["code"])
        assert code["classification"] in CLASSIFICATIONS, key
        assert key in declared, key
        assert code["code"] in codes_in_tables()[code["classification"]], key
        assert code["observes"] in {"industry", "parent"}, key


@pytest.mark.parametrize("path", INDUSTRIES, ids=name)
def test_no_two_weights_of_a_definition_share_a_rationale(path: Path) -> None:
    for language in ("ko", "en"):
        reasons = [code["rationale"][language] for code in read(path)["codes"]]
        assert len(set(reasons)) == len(reasons), [reason for reason in reasons if reasons.count(reason) > 1]


def test_robots_and_drones_share_one_vertical() -> None:
    verticals = {}
    for industry in ("intelligent-robots", "drones"):
        codes = read(PROGRAMME / "industries" / f"{industry}.toml")["codes"]
        verticals[industry] = {c["code"]: c["weight"] for c in codes if c["classification"] == "vc_vertical"}
    assert verticals["intelligent-robots"] == verticals["drones"] == {"robotics-and-drones": 1.0}


def test_own_venture_is_defined_only_where_korea_publishes_it() -> None:
    defined = {path.stem for path in INDUSTRIES for code in read(path)["codes"] if code["classification"] == "kr_vc"}
    assert defined == {"digital-healthcare", "bio-health"}


def test_each_area_has_a_definition_a_lead_and_at_least_three_projects() -> None:
    organisations = {organisation["id"] for organisation in programme()["organisations"]}
    leads = {area["industry"]: set(area["leads"]) for area in programme()["areas"]}
    assert set(leads) == AREAS == {path.stem for path in PROJECTS}
    assert leads["metaverse"] == {"msit", "mcst"}
    assert set().union(*leads.values()) <= organisations
    for path in PROJECTS:
        assert len(read(path)["projects"]) >= 3, path.stem


def test_projects_link_to_existing_projects_gaps_and_budget_years() -> None:
    projects = {project["id"]: project for project in all_projects()}
    assert len(projects) == len(all_projects())
    gaps = {gap["id"] for gap in programme()["gaps"]}
    years = {str(year) for year in programme()["budgets"]["years"]}
    for identity, project in projects.items():
        assert set(project["requires"]) <= set(projects) - {identity}
        assert all(identity in projects[other]["excludes"] for other in project["excludes"]), identity
        assert not set(project["requires"]) & set(project["excludes"]), identity
        closed = [closing["gap"] for closing in project["closes"]]
        assert set(closed) <= gaps, identity
        assert len(set(closed)) == len(closed) > 0, identity
        assert set(project["costs"]) <= years, identity
        assert all(cost > 0 for cost in project["costs"].values()), identity
        assert 0 < project["cost_low"] <= 1 <= project["cost_high"], identity


def test_every_gap_of_every_area_can_be_narrowed_but_not_by_one_project_alone() -> None:
    for path in PROJECTS:
        shares: dict[str, float] = defaultdict(float)
        for project in read(path)["projects"]:
            for closing in project["closes"]:
                shares[closing["gap"]] += closing["share"]
                assert closing["share"] < 0.75, project["id"]
        assert set(shares) == {"technology", "market", "workforce", "regulation"}, path.stem


def test_the_budget_is_derived_and_binds_in_every_year() -> None:
    budget = programme()["budgets"]
    assert budget["estimate"] is True
    assert sum(budget["amounts"]) == pytest.approx(2600 * 5 / 6, abs=1)
    wanted: dict[int, float] = defaultdict(float)
    for project in all_projects():
        for year, cost in project["costs"].items():
            wanted[int(year)] += cost
    rows = zip(budget["years"], budget["amounts"], budget["low"], budget["high"], strict=True)
    for year, amount, low, high in rows:
        assert low < amount < high
        assert wanted[year] > amount, year


def test_splits_of_published_amounts_stay_within_them() -> None:
    costs = {project["id"]: project["costs"] for project in all_projects()}
    robots = [project["costs"] for project in read(PROGRAMME / "projects" / "intelligent-robots.toml")["projects"]]
    assert sum(cost["2021"] for cost in robots) <= 217.0
    assert sum(cost["2022"] for cost in robots) <= 244.0
    assert costs["social-problem-robots"]["2021"] == 10.7
    assert costs["blockchain-diffusion"]["2022"] + costs["blockchain-pilots"]["2022"] == pytest.approx(18.9)
    metaverse = read(PROGRAMME / "projects" / "metaverse.toml")["projects"]
    full = sum(p["costs"]["2022"] for p in metaverse if p["id"] != "metaverse-platforms-core")
    assert full <= 556


STATED_TARGETS = [
    ("manufacturing-process-models", 32, 2021, None),
    ("manufacturing-process-models", 37, 2022, None),
    ("service-robot-deployment", 1700, 2021, None),
    ("service-robot-deployment", 1500, 2021, None),
    ("service-robot-deployment", 1600, 2022, None),
    ("robot-regulation-roadmap", 9, 2022, None),
    ("robot-regulation-roadmap", 4, 2021, None),
    ("blockchain-pilots", 24, 2022, None),
    ("blockchain-pilots", 11, 2022, None),
    ("blockchain-pilots", 13, 2022, None),
    ("public-digital-services", 300, 2024, 15),
    ("cloud-firms", 3000, 2024, 1200),
    ("cloud-talent", 10000, 2024, None),
    ("metaverse-platforms", 5, 2026, 12),
    ("metaverse-talent", 40000, 2026, None),
    ("metaverse-suppliers", 220, 2026, None),
    ("metaverse-model-cases", 50, 2026, None),
]


@pytest.mark.parametrize(("project", "target", "year", "baseline"), STATED_TARGETS)
def test_targets_and_baselines_stand_as_stated(project: str, target: int, year: int, baseline: int | None) -> None:
    targets = next(p["targets"] for p in all_projects() if p["id"] == project)
    assert (target, year, baseline) in [(t["target"], t["target_year"], t.get("baseline")) for t in targets]


def test_figures_that_do_not_reconcile_keep_their_mark() -> None:
    robots = (PROGRAMME / "projects" / "intelligent-robots.toml").read_text(encoding="utf-8")
    assert "1,512 †" in robots
    assert "+10 % †" in robots
    events = {(str(e["date"]), f["value"]) for e in record()["events"] for f in e["figures"] if f.get("dagger")}
    assert events == {("2021-04-29", 1500), ("2022-03-06", 10)}


def record() -> dict[str, Any]:
    return read(PROGRAMME / "record" / "record.toml")


def test_the_record_holds_the_dates_and_figures_of_the_case() -> None:
    stated = {
        "2021-02-24": {2022},
        "2021-04-09": {5},
        "2021-04-29": {217.0, 54, 1700, 1500, 200, 1200, 100, 12, 33, 9, 4, 32, 10.7},
        "2021-06-23": {5, 10000000},
        "2021-08-27": set(),
        "2021-09-06": {3, 11, 300, 3000, 10000},
        "2021-09-15": {2.6},
        "2021-11-02": {2.6},
        "2022-01-20": {4, 24, 556, 5, 40000, 220, 50},
        "2022-03-06": {244.0, 10, 1600, 37},
        "2022-03-14": {24, 11, 13, 18.9},
    }
    assert {str(e["date"]): {f["value"] for f in e["figures"]} for e in record()["events"]} == stated


def test_cited_facts_in_the_evidence_agree_with_the_record() -> None:
    with (PROGRAMME / "evidence" / "cited_facts.csv").open(encoding="utf-8", newline="") as file:
        facts = {
            (r["country"], r["classification"], r["code"], int(r["year"]), r["measure"]): float(r["value"])
            for r in csv.DictReader(file)
        }
    series = {entry["id"]: entry for entry in record()["series"]}
    for row in series["technology-level"]["korea"]:
        assert facts["KOR", "tech_level", "all", row["year"], "level"] == row["level"]
        assert facts.get(("KOR", "tech_level", "all", row["year"], "gap_years")) == row.get("gap_years")
    for row in series["venture-investment"]["all"]:
        assert facts["KOR", "kr_vc", "all", row["year"], "krw_100m"] == row["amount"]
        assert facts.get(("KOR", "kr_vc", "all", row["year"], "deals")) == row.get("deals")
    for row in series["venture-investment"]["bio_and_medical"]:
        assert facts["KOR", "kr_vc", "bio-medical", row["year"], "krw_100m"] == row["amount"]
    for sector, value in series["inducement-2019"]["employment"].items():
        assert facts["KOR", "bok_broad", sector, 2019, "employment_inducement"] == value


@pytest.mark.slow
def test_tidy_reproduces_the_committed_tables_byte_for_byte(tmp_path: Path) -> None:
    shared = Path(os.environ.get("MAJUNG_SHARED", REPOSITORY.parent / "shared"))
    sources = shared / "data"
    if not (sources / "ncses").is_dir():
        pytest.skip(f"the public statistics files are not at {sources}; set MAJUNG_SHARED")
    pytest.importorskip("openpyxl", reason="reading the input-output workbook needs openpyxl (extra dev)")
    script = PROGRAMME / "evidence" / "tidy.py"
    run = subprocess.run(
        [sys.executable, "-B", str(script), str(sources), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    committed = {path.name: path.read_bytes() for path in (PROGRAMME / "evidence" / "tables").glob("*.csv")}
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == committed


def test_the_evidence_passes_its_check_without_a_remark() -> None:
    report = check(PROGRAMME / "evidence")
    assert [problem.message() for problem in report.problems] == []


def test_the_programme_loads() -> None:
    loaded = load_programme(PROGRAMME)
    assert len(loaded.industries) == len(INDUSTRIES)
    assert sum(map(len, loaded.projects.values())) == len(all_projects())
