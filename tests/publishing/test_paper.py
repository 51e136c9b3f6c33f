"""The strategy paper: its numbers are the run's, its pages are whole, and it loads nothing."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest
from illustrative import AREAS, CANDIDATES, IllustrativeRun, illustrative_run

from majung.methods.labelled import InputError
from majung.publishing import build, write_paper
from majung.publishing.blocks import Paper

LANGUAGES = ("ko", "en")
languages = pytest.mark.parametrize("language", LANGUAGES)
NB = "\u00a0"


@pytest.fixture(scope="module")
def pdf_pages(paper_folder: Path) -> dict[str, list[str]]:
    """Text of every page, one space between words."""
    found = {}
    for language in LANGUAGES:
        reader = pypdf.PdfReader(paper_folder / f"strategy.{language}.pdf")
        found[language] = [" ".join(page.extract_text().split()) for page in reader.pages]
    return found


def number(value: float, digits: int = 1) -> str:
    """An independent statement of the house form."""
    text = f"{abs(value):,.{digits}f}"
    return ("\u2212" if value < 0 and float(text.replace(",", "")) else "") + text


def percent(share: float) -> str:
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"


def name(candidate: str, language: str) -> str:
    return CANDIDATES[candidate][0 if language == "ko" else 1]


# ---------- numbers


@languages
def test_every_number_of_the_ranking_is_printed(run: IllustrativeRun, pdf_pages: Any, language: str) -> None:
    page = pdf_pages[language][2]
    for row in run.tables["ranking"].itertuples():
        line = (
            f" {row.rank} {name(row.candidate, language)} {number(row.score)} "
            f"{number(row.score_low)}–{number(row.score_high)} {percent(row.p_selected)} {number(row.expected_rank)} "
            f"{row.promethee_rank} {100 * row.own_evidence:.0f} % {100 * row.measured:.0f} % "
            f"{row.tie + ' ' if row.tie else ''}{run.figure('ranking', row.candidate)}"
        )
        assert line in page


@languages
def test_every_number_of_the_technology_table_is_printed(run: IllustrativeRun, pdf_pages: Any, language: str) -> None:
    measures = {"ko": ("특허", "논문", "피인용"), "en": ("Patents", "Publications", "Citations")}[language]
    countries = {"ko": ("미국", "중국", "한국"), "en": ("US", "China", "Korea")}[language]
    leaders = dict(zip(("USA", "CHN", "KOR"), countries, strict=True))
    order = list(run.tables["ranking"].sort_values("rank")["candidate"])
    for row in run.tables["technology"].itertuples():
        page = pdf_pages[language][3 + order.index(row.candidate)]
        measure = measures[("patents", "publications", "citations").index(row.measure)]
        place = f"세계 {row.world_rank}위 · 선두" if language == "ko" else f"rank {row.world_rank} · leader"
        if row.leader == "KOR":
            gap = "한국이 선두" if language == "ko" else "Korea leads"
        elif not row.gap_reached:
            gap = "자료 안에서 미도달" if language == "ko" else "not reached"
        else:
            gap = f"{number(row.gap_years)}{'년' if language == 'ko' else ' years'}"
        span = "" if math.isnan(row.gap_low) else f" {number(row.gap_low)}–{number(row.gap_high)}"
        line = (
            f"{measure} {place} {leaders[row.leader]} {number(row.level)} {number(row.level_low)}–"
            f"{number(row.level_high)} {gap}{span} {run.figure('technology', row.candidate, row.measure)}"
        )
        assert line in page


@languages
def test_every_number_of_the_projects_is_printed(run: IllustrativeRun, pdf_pages: Any, language: str) -> None:
    names = {p.id: getattr(p.name, language) for group in run.programme.projects.values() for p in group}
    page = pdf_pages[language][3 + len(CANDIDATES)]
    states = {
        "ko": {"core": "채택 · 핵심", "chosen": "채택", "edge": "경계", "out": "제외"},
        "en": {"core": "Chosen · core", "chosen": "Chosen", "edge": "Borderline", "out": "Out"},
    }[language]
    mark = {"ko": " 가장 필요", "en": " needed most"}[language]
    for row in run.tables["projects"].itertuples():
        if row.chosen:
            state = states["core"] if row.core_index >= 1 else states["chosen"]
        else:
            state = states["edge"] if row.core_index > 0 else states["out"]
        cost = number(row.cost * 10, 0) if language == "ko" else number(row.cost)
        line = (
            f"{names[row.project]}{mark if row.needed_most else ''} {number(row.value)} {row.core_index:.2f} "
            f"{cost}{' *' if row.estimate else ''} {state} {run.figure('projects', row.project)}"
        )
        assert line in page


@languages
def test_budgets_and_rejections_are_printed(run: IllustrativeRun, pdf_pages: Any, language: str) -> None:
    page = pdf_pages[language][4 + len(CANDIDATES)]

    def money(value: float) -> str:
        return number(value * 10, 0) if language == "ko" else number(value)

    for row in run.tables["portfolio_years"].itertuples():
        assert f"{row.year} {money(row.cost)} / {money(row.budget)} {run.figure('portfolio_years', row.year)}" in page
    never = {"ko": "돈으로 안 됨", "en": "not by this"}[language]
    for row in run.tables["rejections"].itertuples():
        extra = never if math.isnan(row.enters_at_budget) else f"+{money(row.enters_at_budget)}"
        reason = getattr(row, f"reason_{language}")
        assert f"{reason} {extra} +{number(row.enters_at_value)} {run.figure('rejections', row.project)}" in page


@languages
def test_every_indicator_stands_on_its_industrys_page(run: IllustrativeRun, pdf_pages: Any, language: str) -> None:
    order = list(run.tables["ranking"].sort_values("rank")["candidate"])
    missing = {"ko": "미측정", "en": "not measured"}[language]
    for row in run.tables["indicators"].itertuples():
        page = pdf_pages[language][3 + order.index(row.candidate)]
        figure = run.figure("indicators", row.candidate, row.indicator)
        before = page[: page.index(f" {figure}")]
        if math.isnan(row.value):
            assert before.endswith(missing)
        else:
            digits = 0 if row.value >= 100 else 1 if row.value >= 10 else 2
            assert f" {number(row.value, digits)} " in before[-32:]


def _strings(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            if field.name == "draw":
                yield thing.draw(920, "page", False)  # type: ignore[attr-defined]
            else:
                yield from _strings(getattr(thing, field.name))
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _strings(value)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            yield from _strings(value)


def _changed(before: Paper, after: Paper) -> set[str]:
    a, b = Counter(_strings(before)), Counter(_strings(after))
    return {text for text in (a - b) | (b - a) if "<svg" not in text}


def test_a_changed_number_changes_what_is_printed_of_it_and_nothing_else() -> None:
    run, other = illustrative_run(), illustrative_run()
    technology = other.tables["technology"]
    at = (technology["candidate"] == "fintech") & (technology["measure"] == "publications")
    level = float(technology.loc[at, "level"].iloc[0])
    technology.loc[at, "level"] = level + 1.5
    assert _changed(build(run, "en"), build(other, "en")) == {number(level), number(level + 1.5)}  # type: ignore[arg-type]


def test_the_heading_follows_the_ranking() -> None:
    run = illustrative_run()
    assert "four of the five areas" in _heading(build(run, "en"))  # type: ignore[arg-type]
    ranking = run.tables["ranking"]
    ranking["area"] = ranking["rank"] <= 5
    assert "all five areas" in _heading(build(run, "en"))  # type: ignore[arg-type]
    ranking["area"] = ranking["rank"] > 19
    assert "none of the five areas" in _heading(build(run, "en"))  # type: ignore[arg-type]
    assert "ranks 20" in _heading(build(run, "en"))  # type: ignore[arg-type]


def _heading(paper: Paper) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in paper.pages[0].heading)


def test_the_solvers_answer_is_said_in_its_own_words() -> None:
    run = illustrative_run()
    for status, words in (
        ("optimal", "it is proven that no better"),
        ("feasible", "is not proven"),
        ("infeasible", "No combination keeps the budget"),
        ("interrupted", "Solver status: interrupted"),
    ):
        run.tables["portfolio"]["status"] = status
        page = next(p for p in build(run, "en").pages if p.anchor == "portfolio")  # type: ignore[arg-type]
        assert words in page.stand


def test_ties_are_named_with_what_they_share(run: IllustrativeRun, pdf_pages: Any) -> None:
    assert (
        f"T1: Internet of things and Blockchain (97 % of the evidence shared {run.figure('overlap', *_pair(run))})"
        in (pdf_pages["en"][2])
    )


def _pair(run: IllustrativeRun) -> tuple[str, str]:
    row = run.tables["overlap"].iloc[0]
    return str(row["candidate"]), str(row["other"])


# ---------- the PDF as a document


@languages
def test_one_page_an_industry(pdf_pages: Any, language: str) -> None:
    pages = pdf_pages[language]
    for rank, candidate in enumerate(CANDIDATES, start=1):
        head = f" {rank}. {name(candidate, language)} {name(candidate, language)} "
        assert [n for n, page in enumerate(pages) if head in page] == [2 + rank]


@languages
def test_the_pdf_says_what_it_is(run: IllustrativeRun, paper_folder: Path, language: str) -> None:
    reader = pypdf.PdfReader(paper_folder / f"strategy.{language}.pdf")
    root = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert run.id in reader.metadata["/Keywords"]
    assert reader.metadata.title
    xmp = reader.xmp_metadata
    assert xmp is not None
    packet = xmp.stream.get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>A<", packet)
    assert "pdfuaid:part" in packet
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts
    assert all("Pretendard" in font for font in fonts)


def test_the_same_run_gives_the_same_bytes(run: IllustrativeRun, paper_folder: Path, tmp_path: Path) -> None:
    write_paper(run, tmp_path, languages=("ko",))  # type: ignore[arg-type]
    again, first = tmp_path / "strategy.ko.pdf", paper_folder / "strategy.ko.pdf"
    assert again.read_bytes() == first.read_bytes()


# ---------- the page


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@languages
def test_the_page_holds_under_a_strict_policy(paper_folder: Path, language: str) -> None:
    text = (paper_folder / f"strategy.{language}.html").read_text("utf-8")
    for tag, attributes in _Tags(text).tags:
        assert tag not in ("script", "style", "iframe", "object", "base")
        assert not any(key == "style" or key.startswith("on") for key in attributes)
        for key in ("src", "href"):
            link = attributes.get(key) or ""
            assert link.startswith("#") or "/" not in link
            if link and not link.startswith("#"):
                assert (paper_folder / link).is_file()
    sheet = (paper_folder / "paper.css").read_text("utf-8")
    assert "@import" not in sheet
    assert re.findall(r'url\("([^"]*)"\)', sheet) == ["fonts/PretendardVariable.woff2"]
    assert (paper_folder / "fonts" / "PretendardVariable.woff2").is_file()
    assert "SIL Open Font License" in (paper_folder / "fonts" / "OFL.txt").read_text("utf-8")


@languages
def test_the_page_is_one_document_with_working_links(paper_folder: Path, language: str) -> None:
    tags = _Tags((paper_folder / f"strategy.{language}.html").read_text("utf-8")).tags
    ids = [a["id"] for _, a in tags if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {(a.get("href") or "")[1:] for t, a in tags if t == "a" and (a.get("href") or "").startswith("#")}
    assert targets <= set(ids)
    assert sum(t == "h1" for t, _ in tags) == 1
    assert next(a for t, a in tags if t == "html")["lang"] == language
    levels = [int(t[1]) for t, _ in tags if re.fullmatch("h[1-6]", t)]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


@languages
def test_page_and_pdf_print_the_same_figure_ids(paper_folder: Path, run: IllustrativeRun, language: str) -> None:
    text = (paper_folder / f"strategy.{language}.html").read_text("utf-8")
    for candidate in CANDIDATES:
        assert f'id="f-{run.figure("ranking", candidate)}"' in text
    for area in AREAS:
        assert run.figure("position", area) in text


@languages
def test_names_cannot_inject_markup(paper_folder: Path, language: str) -> None:
    text = (paper_folder / f"strategy.{language}.html").read_text("utf-8")
    assert "<media>" not in text
    assert "<미디어>" not in text
    assert "&lt;media&gt;" in text or "&lt;미디어&gt;" in text


# ---------- marking and writing


@languages
def test_an_illustrative_run_is_marked_on_every_page(pdf_pages: Any, paper_folder: Path, language: str) -> None:
    word = {"ko": "예시 값", "en": "Illustrative"}[language]
    assert all(page.startswith(word) for page in pdf_pages[language])
    text = (paper_folder / f"strategy.{language}.html").read_text("utf-8")
    assert 'class="wm"' in text
    assert text.count('class="ill"') == len(re.findall("<figure", text))


def test_a_real_run_is_not_marked(run: IllustrativeRun) -> None:
    real = illustrative_run()
    real.manifest["illustrative"] = False
    assert not build(real, "en").illustrative  # type: ignore[arg-type]
    assert build(run, "en").illustrative  # type: ignore[arg-type]


def test_a_failed_paper_leaves_the_old_one_whole(run: IllustrativeRun, tmp_path: Path) -> None:
    (tmp_path / "strategy.ko.pdf").write_bytes(b"old")
    with pytest.raises(InputError, match="no text in language 'fr'"):
        write_paper(run, tmp_path, languages=("ko", "fr"))  # type: ignore[arg-type]
    assert [file.name for file in tmp_path.iterdir()] == ["strategy.ko.pdf"]
    assert (tmp_path / "strategy.ko.pdf").read_bytes() == b"old"


def test_other_files_of_the_folder_are_left_alone(run: IllustrativeRun, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    (tmp_path / "notes.txt").write_text("mine")
    written = write_paper(run, tmp_path, languages=("en",))  # type: ignore[arg-type]
    assert [file.name for file in written] == ["strategy.en.pdf", "strategy.en.html"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".unfinished-*"))


def test_a_run_without_projects_still_has_a_paper() -> None:
    run = illustrative_run()
    for table in ("projects", "project_gaps", "portfolio", "portfolio_years", "rejections"):
        run.tables[table] = run.tables[table].iloc[:0]
    anchors = [page.anchor for page in build(run, "ko").pages]  # type: ignore[arg-type]
    assert "portfolio" not in anchors
    assert len(anchors) == 4 + len(CANDIDATES)
