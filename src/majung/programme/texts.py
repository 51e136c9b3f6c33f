"""Texts into industries by the queries of their definitions: every decision names the words that made it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from majung.methods.classification import Measured, Share, measure, share_of
from majung.methods.labelled import InputError
from majung.methods.text_query import Query, Words, parse_query, split_words
from majung.methods.texts import korean_morphemes
from majung.programme.model import Industry, LanguageQuery, Queries, Text

TextLanguage = Literal["ko", "en"]
Band = Literal["sure", "likely", "passing", "wide"]
"""Where a text meets the queries. sure: the include query in the head; likely: the include query below it and the
consider query in the head; passing: the include query below the head only; wide: the consider query only.

The head says what a text is about: of real descriptions that meet a query below their title only, one in nine is about
the industry, however many of its terms they name (docs/texts.md).
"""

BANDS: tuple[Band, ...] = ("sure", "likely", "passing", "wide")
PUT_IN: frozenset[Band] = frozenset({"sure", "likely"})
"""The bands that put a text into the industry; the others leave it to a person."""
HEAD_WORDS = 40
"""A text without a title has its first words as its head; a short one is all head."""
Cutter = Callable[[Sequence[str]], Sequence[Sequence[str]]]
HANGUL = re.compile("[가-힣]")
COLUMNS = ("id", "kind", "language", "title", "text", "industries")


@dataclass(frozen=True)
class Document:
    """A text to be classified. text: all of it; title: how it begins, where it has a title. kind: paper, patent,
    project, demand or what the file says. industries: the labels of a labelled sample, None for a text without
    labels."""

    id: str
    text: str
    language: TextLanguage
    kind: str = ""
    industries: frozenset[str] | None = None
    title: str = ""


@dataclass(frozen=True)
class Finding:
    """A text met an industry's query. terms: of the query, as written, each once; words: of the text, in its order."""

    industry: str
    band: Band
    terms: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Classified:
    """findings: industries whose queries were met, surest first. industries: those it is put into. ask: why a person
    should look, None where nobody need."""

    document: Document
    findings: tuple[Finding, ...]
    ask: Text | None

    @property
    def industries(self) -> tuple[str, ...]:
        return tuple(f.industry for f in self.findings if f.band in PUT_IN)


def language_of(text: str) -> TextLanguage:
    """Korean where a tenth of the letters or more are Hangul: acronyms and names stand in Korean texts in Latin."""
    letters = sum(c.isalpha() for c in text)
    return "ko" if letters and len(HANGUL.findall(text)) >= 0.1 * letters else "en"


def read_documents(file: str | Path) -> tuple[Document, ...]:
    """Read a CSV with columns id, text and, where known, title, kind, language (ko, en) and industries (ids, separated
    by semicolons; the column makes it a labelled sample). Raises InputError naming file, row and remedy."""
    place = Path(file)
    try:
        content = place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    reader = csv.DictReader(io.StringIO(content, newline=""))
    header = reader.fieldnames or []
    if not {"id", "text"} <= set(header):
        raise InputError(
            f"{place}: the columns are {', '.join(COLUMNS)} (id and text at least), not {', '.join(header)}"
        )
    found: dict[str, Document] = {}
    for number, row in enumerate(reader, 2):
        cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        if not cells["id"] or not (cells["text"] or cells["title"]):
            raise InputError(f"{place}: row {number}: id or text is empty; fill it in")
        if cells["id"] in found:
            raise InputError(f"{place}: row {number}: id {cells['id']!r} stands twice; give each text its own")
        if cells["language"] not in ("", "ko", "en"):
            raise InputError(f"{place}: row {number}: language {cells['language']!r}; write ko or en, or leave it out")
        text = " ".join(part for part in (cells["title"], cells["text"]) if part)
        language: TextLanguage = (
            "ko" if cells["language"] == "ko" else "en" if cells["language"] == "en" else language_of(text)
        )
        labels = frozenset(one.strip() for one in cells["industries"].split(";") if one.strip())
        found[cells["id"]] = Document(
            cells["id"], text, language, cells["kind"], labels if "industries" in header else None, cells["title"]
        )
    if not found:
        raise InputError(f"{place}: no texts")
    return tuple(found.values())


def english(texts: Sequence[str]) -> list[list[str]]:
    """Words of English texts."""
    return [split_words(text) for text in texts]


@dataclass
class Classifier:
    """The queries of some industries (by id), ready to be asked. Korean is cut into morphemes by Kiwi, loaded when
    first needed (0.5 GB); cutters: other ways to cut a language."""

    queries: Mapping[str, Queries]
    cutters: dict[TextLanguage, Cutter] = field(default_factory=dict)
    _parsed: dict[TextLanguage, dict[str, tuple[Query, Query | None]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of_industries(cls, industries: Iterable[Industry]) -> Classifier:
        """The queries of those definitions that have some. Raises InputError if none has."""
        found = {one.id: one.queries for one in industries if one.queries is not None}
        if not found:
            raise InputError(
                "no industry definition has queries; add [queries.en] and [queries.ko] with include = '...' to one"
            )
        return cls(found)

    @property
    def industries(self) -> tuple[str, ...]:
        """Ids of the industries."""
        return tuple(self.queries)

    def classify(self, documents: Sequence[Document]) -> list[Classified]:
        """Ask every query of a text's language; in the order of the texts. A text whose language an industry has no
        query in is not judged for it."""
        out: dict[str, Classified] = {}
        languages: tuple[TextLanguage, ...] = ("ko", "en")
        for language in languages:
            own = [one for one in documents if one.language == language]
            if own:
                queries, cut = self._of(language), self._cut(language)
                whole, titles = cut([one.text for one in own]), cut([one.title for one in own])
                for document, words, title in zip(own, whole, titles, strict=True):
                    out[document.id] = self._judge(document, words, title or words[:HEAD_WORDS], queries)
        return [out[document.id] for document in documents]

    def _judge(
        self,
        document: Document,
        words: Sequence[str],
        head: Sequence[str],
        queries: Mapping[str, tuple[Query, Query | None]],
    ) -> Classified:
        findings = []
        indexed, first = Words(words), Words(head)
        for industry, (include, consider) in queries.items():
            met = include.match(indexed)
            if met.matched:
                in_head = include.match(first).matched
                near = consider is not None and consider.match(first).matched
                band: Band = "sure" if in_head else "likely" if near else "passing"
            else:
                if consider is None:
                    continue
                met = consider.match(indexed)
                if not met.matched:
                    continue
                band = "wide"
            said = tuple(" ".join(words[hit.start : hit.end]) for hit in met.hits)
            findings.append(Finding(industry, band, met.terms, tuple(dict.fromkeys(said))))
        findings.sort(key=lambda f: (BANDS.index(f.band), -len(f.terms), f.industry))
        return Classified(document, tuple(findings), _question(findings))

    def _cut(self, language: TextLanguage) -> Cutter:
        if language not in self.cutters:
            if language == "en":
                self.cutters[language] = english
            else:
                try:
                    self.cutters[language] = korean_morphemes()
                except ModuleNotFoundError as error:
                    raise InputError(f"there are Korean texts: {error}") from error
        return self.cutters[language]

    def _of(self, language: TextLanguage) -> Mapping[str, tuple[Query, Query | None]]:
        if language not in self._parsed:
            cut = self._cut(language)

            def split(term: str) -> Sequence[str]:
                return cut([term])[0]

            found: dict[str, tuple[Query, Query | None]] = {}
            for industry, queries in self.queries.items():
                written: LanguageQuery | None = getattr(queries, language)
                if written is not None:
                    wide = parse_query(written.consider, split) if written.consider else None
                    found[industry] = parse_query(written.include, split), wide
            self._parsed[language] = found
        return self._parsed[language]


def _question(findings: Sequence[Finding]) -> Text | None:
    def named(*bands: Band) -> str:
        return ", ".join(f.industry for f in findings if f.band in bands)

    if sum(f.band in PUT_IN for f in findings) > 1:
        several = named(*PUT_IN)
        return Text(en=f"meets several industries: {several}", ko=f"여러 산업에 해당: {several}")
    if any(f.band in PUT_IN for f in findings):
        return None
    if passing := named("passing"):
        return Text(en=f"names in passing: {passing}", ko=f"지나가며 언급: {passing}")
    if wide := named("wide"):
        return Text(en=f"meets only the wider query of {wide}", ko=f"넓은 질의에만 해당: {wide}")
    return None


@dataclass(frozen=True)
class Quality:
    """How well a labelled sample was classified. industries: by id, what was put into it (bands sure and likely)
    against the labels; pooled: all of them together; bands: of the findings in each band, the share that is right;
    asked: texts for a person; missed_but_asked: missed labels whose text goes to a person anyway."""

    texts: int
    industries: Mapping[str, Measured]
    pooled: Measured
    bands: Mapping[Band, Share]
    asked: int
    missed_but_asked: int
    wrong: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]


def quality(classified: Sequence[Classified], industries: Sequence[str], *, level: float = 0.9) -> Quality:
    """Precision, recall and F1 on a labelled sample, with intervals at `level`. wrong, missed: (text id, industry).

    Raises InputError for a text without labels or a label that is no industry with queries.
    """
    for one in classified:
        if one.document.industries is None:
            raise InputError("the texts carry no labels; add a column industries (empty where none applies)")
        unknown = sorted(one.document.industries - set(industries))
        if unknown:
            raise InputError(
                f"text {one.document.id} is labelled {unknown[0]!r}, which has no queries; "
                f"there are {', '.join(industries)}"
            )
    labels = [one.document.industries or frozenset() for one in classified]
    true = np.array([[name in own for name in industries] for own in labels], dtype=bool)
    found = np.array([[name in one.industries for name in industries] for one in classified], dtype=bool)
    bands: dict[Band, Share] = {}
    for band in BANDS:
        hits = [(f.industry in own) for one, own in zip(classified, labels, strict=True) for f in one.findings
                if f.band == band]  # fmt: skip
        bands[band] = share_of(sum(hits), len(hits), level=level)

    def places(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[tuple[str, str], ...]:
        return tuple((classified[i].document.id, industries[j]) for i, j in np.argwhere(mask))

    missed = places(true & ~found)
    asked = {one.document.id for one in classified if one.ask is not None}
    return Quality(
        len(classified),
        {name: measure(true[:, j], found[:, j], level=level) for j, name in enumerate(industries)},
        measure(true, found, level=level),
        bands,
        len(asked),
        sum(1 for text, _ in missed if text in asked),
        places(found & ~true),
        missed,
    )
