"""The strategy paper of a run: built once a language, rendered as PDF and HTML, put into place whole."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from majung.publishing import html, pdf
from majung.publishing.blocks import Page, Paper
from majung.publishing.chapters.industry import industry
from majung.publishing.chapters.notes import notes
from majung.publishing.chapters.opening import opening, provenance
from majung.publishing.chapters.portfolio import selection
from majung.publishing.chapters.standing import standing
from majung.publishing.charts import stylesheet
from majung.publishing.language import LANGUAGES, Language
from majung.publishing.material import Material
from majung.runs import Run

WORDS = (
    "brand",
    "illustrative",
    "illustrative_band",
    "table_open",
    "figure_word",
    "trace_title",
    "skip",
    "other_language",
    "footer",
    "pdf_link",
    "ids",
)


def build(run: Run, language: str) -> Paper:
    """The paper of `run` in `language` (`ko` or `en`)."""
    words = Language(language)
    material = Material(run, words)
    standings, selections, last = standing(material), selection(material), notes(material)
    industries: list[tuple[Page, str, bool]] = [
        (industry(material, row), str(int(row["rank"])), bool(row["area"])) for row in material.ranked()
    ]
    entries = [("", page.outline, page.anchor, False) for page in standings]
    entries += [(rank, page.outline.split(". ", 1)[1], page.anchor, area) for page, rank, area in industries]
    entries += [("", page.outline, page.anchor, False) for page in [*selections, last]]
    first = opening(material, entries)
    programme = material.text(material.charter.name)
    return Paper(
        language=language,
        title=f"{words.find('title')} · {programme}",
        programme=programme,
        run=run.id,
        illustrative=material.illustrative,
        provenance=provenance(material),
        pages=[first, *standings, *[page for page, _, _ in industries], *selections, last],
        words={name: words.find(name) for name in WORDS},
    )


def write_paper(run: Run, folder: Path | str, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write `strategy.<language>.pdf` and `.html` of `run` into `folder`, with the sheet and the font beside them.

    Everything is made in a temporary folder first and moved into place only when all of it is there; other files in
    `folder` are left alone. Returns the documents (PDF and HTML of each language, in order). Raises InputError for a
    language without text or where Typst is missing.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target) as work:
        made = Path(work)
        papers = {language: build(run, language) for language in languages}
        # Typst leaves Python alone while it sets a document: the languages are set side by side.
        with ThreadPoolExecutor() as pool:
            printed = dict(
                zip(papers, pool.map(lambda paper: pdf.render(paper, _created(run)), papers.values()), strict=True)
            )
            for language, paper in papers.items():
                (made / f"strategy.{language}.html").write_text(html.render(paper, languages), "utf-8")
        for language, document in printed.items():
            (made / f"strategy.{language}.pdf").write_bytes(document)
            names += [f"strategy.{language}.pdf", f"strategy.{language}.html"]
        package = resources.files("majung.publishing")
        sheet = (package / "templates" / "paper.css").read_text("utf-8")
        (made / "paper.css").write_text(stylesheet() + sheet, "utf-8")
        (made / "fonts").mkdir()
        (target / "fonts").mkdir(exist_ok=True)
        beside = ["paper.css"]
        for name in ("PretendardVariable.woff2", "OFL.txt"):
            (made / "fonts" / name).write_bytes((package / "fonts" / name).read_bytes())
            beside.append(f"fonts/{name}")
        for name in (*beside, *names):
            (made / name).replace(target / name)
    return [target / name for name in names]


def _created(run: Run) -> dt.datetime | None:
    """When the run was made, if its manifest says so."""
    try:
        found = dt.datetime.fromisoformat(str(run.manifest.get("created")))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
