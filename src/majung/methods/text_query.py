"""Queries over the words of a text: AND, OR, NOT, parentheses, "phrases", prefixes* and NEAR/n. Each match says why.

    ("cloud computing" OR cloud*) AND NOT ("point cloud" OR "cloud cover")
    (remote OR 원격) NEAR/4 (monitoring OR patient*)

Operators are written in capitals. A term is one word, a phrase one or more in quotation marks; a word that ends in *
stands for every word that begins so. NOT binds most, then NEAR, then AND, then OR; NEAR/n joins terms, phrases, and
OR of these: at most n words stand between them, in either order. Two terms side by side are an error: write AND, OR or
quotation marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from majung.methods.labelled import InputError

Split = Callable[[str], Sequence[str]]
"""Cuts a term of a query into the words that texts are cut into."""

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<phrase>[^"]*)"|(?P<near>NEAR/\d+)(?![^\s()])|(?P<word>[^\s()"]+))'
)
MAXIMUM_DEPTH = 50
_LAST = chr(0x10FFFF)


def split_words(text: str) -> list[str]:
    """Words of a text, case-folded, hyphens and apostrophes apart: for languages that write spaces."""
    return _WORD.findall(text.casefold())


class Words:
    """The words of a text, indexed once for all the queries that are asked of it."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self._places.setdefault(word, []).append(place)
        self._sorted = sorted(self._places)

    def places(self, word: str, prefix: bool) -> Sequence[int]:
        """Where a word stands, or every word that begins so; ascending."""
        if not prefix:
            return self._places.get(word, ())
        first = bisect_left(self._sorted, word)
        last = bisect_right(self._sorted, word + _LAST, first)
        return sorted(place for one in self._sorted[first:last] for place in self._places[one])


@dataclass(frozen=True)
class Hit:
    """A term as written in the query, and the words start .. end - 1 of the text that it met."""

    term: str
    start: int
    end: int


@dataclass(frozen=True)
class Match:
    """Whether a text meets a query, and the hits that made it do so, in the order of the text."""

    matched: bool
    hits: tuple[Hit, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of the query that were met, each once."""
        return tuple(dict.fromkeys(hit.term for hit in self.hits))


_Span = tuple[int, int, tuple[Hit, ...]]


@dataclass(frozen=True)
class _Term:
    """Words that stand next to each other; the last of a word marked * may go on."""

    written: str
    words: tuple[tuple[str, bool], ...]

    def spans(self, text: Words) -> list[_Span]:
        n, words = len(self.words), text.words
        found: list[_Span] = []
        for start in text.places(*self.words[0]):
            if start + n <= len(words) and all(
                words[start + i].startswith(word) if prefix else words[start + i] == word
                for i, (word, prefix) in enumerate(self.words[1:], 1)
            ):
                found.append((start, start + n, (Hit(self.written, start, start + n),)))
        return found

    def match(self, text: Words) -> Match:
        return _of_spans(self.spans(text))


@dataclass(frozen=True)
class _Near:
    left: _Node
    right: _Node
    between: int

    def spans(self, text: Words) -> list[_Span]:
        right = _spans(self.right, text)
        return [
            (min(a, c), max(b, d), (*one, *other))
            for a, b, one in _spans(self.left, text)
            for c, d, other in right
            if (c >= b and c - b <= self.between) or (a >= d and a - d <= self.between)
        ]

    def match(self, text: Words) -> Match:
        return _of_spans(self.spans(text))


@dataclass(frozen=True)
class _Or:
    parts: tuple[_Node, ...]

    def match(self, text: Words) -> Match:
        found = [m for m in (part.match(text) for part in self.parts) if m.matched]
        return Match(bool(found), _in_order(hit for m in found for hit in m.hits))


@dataclass(frozen=True)
class _And:
    parts: tuple[_Node, ...]

    def match(self, text: Words) -> Match:
        found = []
        for part in self.parts:
            one = part.match(text)
            if not one.matched:
                return Match(False)
            found.append(one)
        return Match(True, _in_order(hit for m in found for hit in m.hits))


@dataclass(frozen=True)
class _Not:
    part: _Node

    def match(self, text: Words) -> Match:
        return Match(not self.part.match(text).matched)


_Node = _Term | _Near | _Or | _And | _Not


def _spans(node: _Node, text: Words) -> list[_Span]:
    if isinstance(node, _Or):
        return [span for part in node.parts for span in _spans(part, text)]
    assert isinstance(node, _Term | _Near)  # noqa: S101  (the parser lets nothing else into NEAR)
    return node.spans(text)


def _of_spans(spans: Sequence[_Span]) -> Match:
    return Match(bool(spans), _in_order(hit for _, _, hits in spans for hit in hits))


def _in_order(hits: Iterator[Hit]) -> tuple[Hit, ...]:
    return tuple(sorted(set(hits), key=lambda hit: (hit.start, hit.end, hit.term)))


@dataclass(frozen=True)
class Query:
    """A parsed query: written as given; match(words) on the words of a text."""

    written: str
    _root: _Node

    def match(self, words: Words | Sequence[str]) -> Match:
        """Whether the words of a text meet the query, and by which terms."""
        return self._root.match(words if isinstance(words, Words) else Words(words))

    def terms(self) -> tuple[str, ...]:
        """Every term as written, those under NOT too."""

        def walk(node: _Node) -> Iterator[str]:
            if isinstance(node, _Term):
                yield node.written
            elif isinstance(node, _Near):
                yield from walk(node.left)
                yield from walk(node.right)
            elif isinstance(node, _Not):
                yield from walk(node.part)
            else:
                for part in node.parts:
                    yield from walk(part)

        return tuple(dict.fromkeys(walk(self._root)))


def parse_query(written: str, split: Split = split_words) -> Query:
    """Read a query. split cuts its terms the way the texts are cut (:func:`split_words`, or Korean morphemes).

    Raises InputError that names the place (character, from 1) and the remedy.
    """
    parser = _Parser(written, split)
    root = parser.any_of(0)
    parser.end()
    if not _positive(root):
        raise InputError(
            f"query {written!r} consists of NOT only: nearly every text would meet it; add what it is about"
        )
    return Query(written, root)


def _positive(node: _Node) -> bool:
    """Whether the node can only be met by a text that holds one of its terms."""
    if isinstance(node, _Not):
        return False
    if isinstance(node, _And):
        return any(_positive(part) for part in node.parts)
    if isinstance(node, _Or):
        return all(_positive(part) for part in node.parts)
    return True


class _Parser:
    def __init__(self, written: str, split: Split) -> None:
        self.written = written
        self.split = split
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(written.rstrip()):
            found = _TOKEN.match(written, at)
            if found is None:
                raise InputError(f"query {written!r}: a quotation mark is not closed (character {at + 1}); close it")
            group = str(found.lastgroup)
            value = found.group(group)
            kind = value if group == "word" and value in ("AND", "OR", "NOT") else group
            self.tokens.append((kind, value, found.start(group) + 1))
            at = found.end()
        self.at = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "end"

    def take(self) -> tuple[str, str, int]:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def fault(self, reason: str, remedy: str) -> InputError:
        place = f"character {self.tokens[self.at][2]}" if self.at < len(self.tokens) else "the end"
        return InputError(f"query {self.written!r}: {reason} at {place}; {remedy}")

    def end(self) -> None:
        if self.kind == "close":
            raise self.fault("a parenthesis closes that was not opened", "take it out")
        if self.kind != "end":
            raise self.fault("two terms stand side by side", 'write AND or OR between them, or "a phrase" in quotes')

    def any_of(self, depth: int) -> _Node:
        parts = [self.all_of(depth)]
        while self.kind == "OR":
            self.take()
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else _Or(tuple(parts))

    def all_of(self, depth: int) -> _Node:
        parts = [self.near(depth)]
        while self.kind == "AND":
            self.take()
            parts.append(self.near(depth))
        return parts[0] if len(parts) == 1 else _And(tuple(parts))

    def near(self, depth: int) -> _Node:
        left = self.one(depth)
        while self.kind == "near":
            self._check_near(left)
            _, word, _ = self.take()
            right = self.one(depth)
            self._check_near(right)
            left = _Near(left, right, int(word.removeprefix("NEAR/")))
        return left

    def _check_near(self, node: _Node) -> None:
        inner = node.parts if isinstance(node, _Or) else (node,)
        for part in inner:
            if isinstance(part, _Or):
                self._check_near(part)
            elif not isinstance(part, _Term | _Near):
                raise self.fault(
                    "NEAR joins something with AND or NOT in it", "NEAR joins terms, phrases and OR of them"
                )

    def one(self, depth: int) -> _Node:
        if depth > MAXIMUM_DEPTH:
            raise self.fault(f"parentheses are nested more than {MAXIMUM_DEPTH} deep", "write it flatter")
        if self.kind == "NOT":
            self.take()
            return _Not(self.one(depth + 1))
        if self.kind == "open":
            self.take()
            inner = self.any_of(depth + 1)
            if self.kind != "close":
                if self.kind == "end":
                    raise self.fault("a parenthesis is not closed", "close it")
                raise self.fault(
                    "two terms stand side by side", 'write AND or OR between them, or "a phrase" in quotes'
                )
            self.take()
            return inner
        if self.kind in ("word", "phrase"):
            return self._term()
        raise self.fault("a term is missing", "write one, or take the operator out")

    def _term(self) -> _Term:
        kind, value, _ = self.tokens[self.at]
        if kind == "word" and value.startswith("NEAR"):
            raise self.fault(f"{value!r} has no number of words", "write NEAR/5")
        words: list[tuple[str, bool]] = []
        for piece in value.split():
            prefix = piece.endswith("*")
            cut = list(self.split(piece.rstrip("*")))
            words += [(word, prefix and i == len(cut) - 1) for i, word in enumerate(cut)]
        if not any("*" in piece for piece in value.split()):
            # A phrase is cut as a whole: morphemes depend on their neighbours.
            words = [(word, False) for word in self.split(value)]
        if not words:
            raise self.fault(f"{value!r} holds no word", "write a word")
        if "*" in value.replace("* ", " ").removesuffix("*"):
            raise self.fault(f"{value!r} has a * inside a word", "a * stands at a word's end")
        self.take()
        return _Term(f'"{value}"' if kind == "phrase" else value, tuple(words))
