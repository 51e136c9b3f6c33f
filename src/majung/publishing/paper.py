"""The strategy paper of a run: built once a language, rendered as PDF and HTML, put into place whole."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from majung.publishing import html, pdf
from majung.publishing.blocks import Page, Paper
from majung.publishing.chapters.industry import anchor, industry
from majung.publishing.chapters.notes import notes
from majung.publishing.chapters.opening import opening, provenance
from majung.publishing.chapters.portfolio import selection
from majung.publishing.chapters.standing import standing
from majung.publishing.charts import stylesheet
from majung.publishing.language import LANGUAGES, Language
from majung.publishing.material import Material, Run

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
    programme = material.text(material.programme.name)
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
    """Write `paper/strategy.<language>.pdf` and `.html` of `run` into `folder`, with the sheet and font beside them.

    Everything is made in a temporary folder first; `paper/` is replaced only when all of it is there. Returns the
    written documents (PDF and HTML of each language, in order). Raises InputError for a language without text.
    """
    target = Path(folder) / "paper"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".paper-", dir=target.parent))
    names: list[str] = []
    try:
        for language in languages:
            paper = build(run, language)
            (made / f"strategy.{language}.pdf").write_bytes(pdf.render(paper, _created(run)))
            (made / f"strategy.{language}.html").write_text(html.render(paper, languages), "utf-8")
            names += [f"strategy.{language}.pdf", f"strategy.{language}.html"]
        package = resources.files("majung.publishing")
        sheet = (package / "templates" / "paper.css").read_text("utf-8")
        (made / "paper.css").write_text(stylesheet() + sheet, "utf-8")
        (made / "fonts").mkdir()
        for name in ("PretendardVariable.woff2", "OFL.txt"):
            (made / "fonts" / name).write_bytes((package / "fonts" / name).read_bytes())
        made.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return [target / name for name in names]


def _created(run: Run) -> dt.datetime | None:
    """When the run was made, if its manifest says so."""
    text = run.manifest.get("created") if isinstance(run.manifest, dict) else getattr(run.manifest, "created", None)
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


__all__ = ["anchor", "build", "write_paper"]
