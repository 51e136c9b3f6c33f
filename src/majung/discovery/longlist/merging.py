"""From signals to candidates: codes that mean the same are one, and what is defined already is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from majung.discovery.longlist.signals import KINDS, Kind, Signal, Tie
from majung.methods.labelled import Floats
from majung.methods.texts import tf_idf
from majung.programme import Industry, Text

ALIKE = 0.5
"""Labels whose TF-IDF vectors have at least this cosine are one candidate; every pair of a candidate must."""
HELD = 0.25
"""A definition holds a candidate if a code of it has at least this weight there."""

_WORD = re.compile(r"[a-z0-9]+")
_GENERIC = frozenset([
    "and", "the", "of", "for", "in", "other", "related", "technology", "technologies", "tech", "service",
    "services", "product", "products", "software", "equipment", "system", "systems", "general", "information",
    "services", "b2b", "b2c", "non", "financial", "sciences", "science", "methods", "processes", "apparatus",
    "development", "applications", "special", "specialized", "goods", "consumer", "commercial", "business",
    "industrial", "supplies", "parts"
])  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An industry definition that holds codes of a candidate: the largest weight of one of them there. itself: the
    definition says that such a code is the industry, not a parent of it. area: it is one of the programme's areas."""

    industry: str
    weight: float
    itself: bool
    area: bool


@dataclass(frozen=True)
class Candidate:
    """A candidate with its signals, the strongest first. name: the label of its strongest code; labels: of all its
    codes. known: definitions that hold it, the largest weight first; none means that nobody has defined it.
    residual: it consists of residual classes ("other ...") only: what grows in them is not said. ties: those of its
    codes that move together."""

    id: str
    name: Text
    labels: tuple[Text, ...]
    signals: tuple[Signal, ...]
    known: tuple[Known, ...]
    residual: bool
    ties: tuple[Tie, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The different kinds of signals, of which more say more."""
        there = {signal.kind for signal in self.signals}
        return tuple(kind for kind in KINDS if kind in there)


def merge(
    signals: Sequence[Signal],
    ties: Sequence[Tie],
    labels: dict[tuple[str, str], Text],
    industries: Sequence[Industry],
    areas: Sequence[str],
) -> tuple[Candidate, ...]:
    """Candidates, those with more kinds of signals first, then by the standing of their strongest signal; residual ones
    last.

    labels: (classification, code) -> label. Codes are joined by complete linkage: where the words of their English
    labels are alike (without generic ones), where a definition says of both that they are the industry itself, and
    where they move together (ties). So every two codes of a candidate are alike, and no chain joins what is not. The
    weights of a definition join nothing: they say how much of the industry lies in a code, not how much of the code is
    the industry.
    """
    codes = tuple(dict.fromkeys((one.classification, one.code) for one in signals))
    if not codes:
        return ()
    groups = _groups(codes, labels, ties, industries)
    found = []
    for number in sorted(set(groups.tolist())):
        members = [code for code, group in zip(codes, groups, strict=True) if group == number]
        own = sorted(
            (s for s in signals if (s.classification, s.code) in members),
            key=lambda s: (-s.standing, KINDS.index(s.kind), s.classification, s.code),
        )
        first = (own[0].classification, own[0].code)
        ordered = [first, *(code for code in members if code != first)]
        found.append(
            Candidate(
                "-".join(first).replace("_", "-"),
                labels[first],
                tuple(labels[code] for code in ordered),
                tuple(own),
                _known(members, industries, areas),
                all(_residual(labels[code].en) for code in members),
                tuple(t for t in ties if all((t.classification, code) in members for code in t.codes)),
            )
        )
    found.sort(key=lambda c: (c.residual, -len(c.kinds), -c.signals[0].standing, c.id))
    return tuple(found)


def _groups(
    codes: Sequence[tuple[str, str]],
    labels: dict[tuple[str, str], Text],
    ties: Sequence[Tie],
    industries: Sequence[Industry],
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    if len(codes) == 1:
        return np.ones(1, dtype=np.int32)
    alike = np.maximum(_by_label([labels[code].en for code in codes]), _by_definition(codes, industries))
    place = {code: i for i, code in enumerate(codes)}
    for tie in ties:
        i, j = (place[(tie.classification, code)] for code in tie.codes)
        alike[i, j] = alike[j, i] = max(float(alike[i, j]), tie.correlation)
    np.fill_diagonal(alike, 1.0)
    distance = squareform(np.clip(1 - alike, 0, 1), checks=False)
    return np.asarray(fcluster(linkage(distance, "complete"), 1 - ALIKE, criterion="distance"), dtype=np.int32)


def _by_label(names: Sequence[str]) -> Floats:
    """(n, n) cosines of the labels' words; 1 for equal labels, 0 for labels of generic words only."""
    tokens = [_words(name) for name in names]
    size = len(names)
    if not any(tokens):
        return np.zeros((size, size))
    weights = tf_idf(tokens, idf="smooth", sublinear=False, minimum_documents=1, maximum_share=1.0).weights
    return np.asarray((weights @ weights.T).toarray(), dtype=np.float64)


def _residual(name: str) -> bool:
    return name.casefold().startswith("other ")


def _words(name: str) -> list[str]:
    found = [word for word in _WORD.findall(name.casefold()) if word not in _GENERIC]
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found]


def _by_definition(codes: Sequence[tuple[str, str]], industries: Sequence[Industry]) -> Floats:
    itself = [
        {i.id for i in industries for c in i.codes if (c.classification, c.code) == code and c.observes == "industry"}
        for code in codes
    ]
    size = len(codes)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            if itself[i] & itself[j]:
                found[i, j] = found[j, i] = 1.0
    return found


def _known(codes: Sequence[tuple[str, str]], industries: Sequence[Industry], areas: Sequence[str]) -> tuple[Known, ...]:
    found = []
    for industry in industries:
        own = [c for c in industry.codes if (c.classification, c.code) in codes]
        weight = max((c.weight for c in own), default=0.0)
        itself = any(c.observes == "industry" for c in own)
        if weight >= HELD or itself:
            found.append(Known(industry.id, weight, itself, industry.id in areas))
    return tuple(sorted(found, key=lambda one: (not one.itself, -one.weight, one.industry)))
