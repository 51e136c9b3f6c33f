"""Free texts: words or morphemes, TF-IDF, near-duplicates, themes. Sparse throughout, the same result every time.

Nothing here merges or drops a text: near-duplicates are pairs for a person to confirm, themes are reading aids.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import svd
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from majung.methods.labelled import Floats, InputError

Tokeniser = Callable[[Sequence[str]], list[list[str]]]
Idf = Literal["smooth", "plain"]

# Nouns, verb and adjective stems, roots, foreign words, Chinese characters, numbers: Sejong tags as Kiwi writes them.
CONTENT_TAGS = frozenset({"NNG", "NNP", "VV", "VV-R", "VV-I", "VA", "VA-R", "VA-I", "XR", "SL", "SH", "SN"})

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_BLOCK = 1024
_TINY = 1e-12


def words(texts: Sequence[str]) -> list[list[str]]:
    """Words of each text, case-folded; apostrophes and hyphens inside a word stay. For languages that write spaces."""
    return [[word.replace("’", "'") for word in _WORD.findall(text.casefold())] for text in texts]


def korean_morphemes(*, tags: Collection[str] = CONTENT_TAGS, kiwi: Any = None) -> Tokeniser:
    """A tokeniser that gives the morphemes of each text whose part of speech is in `tags`, verbs with -다, by Kiwi.

    kiwi: a kiwipiepy.Kiwi with the house's own words; None loads the default model (0.5 GB, some seconds, once for the
    tokeniser). Spacing differs between writers of Korean and endings are bound to stems, so that words by spaces would
    hardly ever match. Raises ModuleNotFoundError that names the extra if kiwipiepy is not installed.
    """
    if kiwi is None:
        try:
            from kiwipiepy import Kiwi
        except ImportError as error:
            raise ModuleNotFoundError(
                "Korean morphemes need kiwipiepy: install majung with the extra 'korean', pip install 'majung[korean]'"
            ) from error
        kiwi = Kiwi(num_workers=1)
    kept = frozenset(tags)

    def tokenise(texts: Sequence[str]) -> list[list[str]]:
        return [
            [t.form.casefold() + ("다" if t.tag[0] == "V" else "") for t in tokens if t.tag in kept]
            for tokens in kiwi.tokenize(list(texts))
        ]

    return tokenise


@dataclass(frozen=True, eq=False)
class Terms:
    """Weights of T terms in D texts.

    weights: (D, T) sparse, rows of length 1 (0 for a text without any term kept); terms: T, sorted; documents: (T,) in
    how many texts each occurs; idf: (T,).
    """

    weights: csr_array[np.float64, tuple[int, int]]
    terms: tuple[str, ...]
    documents: NDArray[np.int64]
    idf: Floats


def tf_idf(
    tokens: Sequence[Sequence[str]], *, idf: Idf, sublinear: bool, minimum_documents: int, maximum_share: float
) -> Terms:
    """Term frequency times inverse document frequency, each text scaled to length 1.

    weight = tf * idf; tf = count, or 1 + ln count if sublinear. idf: "plain", ln(D / d) (Spärck Jones 1972), which is 0
    for a term in every text; "smooth", ln((1 + D) / (1 + d)) + 1, scikit-learn's default. Terms in fewer than
    minimum_documents texts, or in more than maximum_share of them, are left out.

    Raises InputError if no text or no term is left. Source: Salton & Buckley (1988), Inf. Process. Manage. 24.
    """
    if idf not in get_args(Idf):
        raise InputError(f"unknown idf {idf!r}; known: {', '.join(get_args(Idf))}")
    if not len(tokens):
        raise InputError("there are no texts")
    if minimum_documents < 1 or not 0 < maximum_share <= 1:
        raise InputError(
            f"minimum_documents {minimum_documents} must be 1 or more, maximum_share {maximum_share} in (0, 1]"
        )
    counted = [Counter(text) for text in tokens]
    spread = Counter(term for text in counted for term in text)
    terms = sorted(t for t, d in spread.items() if minimum_documents <= d <= maximum_share * len(tokens))
    if not terms:
        raise InputError(
            f"no term is in {minimum_documents} texts or more and in at most {maximum_share:.0%} of {len(tokens)}"
        )
    place = {term: j for j, term in enumerate(terms)}
    row, column, count = [], [], []
    for i, text in enumerate(counted):
        for term in sorted(text.keys() & place.keys()):
            row.append(i)
            column.append(place[term])
            count.append(text[term])
    frequency = np.array(count, dtype=np.float64)
    documents = np.array([spread[t] for t in terms], dtype=np.int64)
    if sublinear:
        frequency = 1 + np.log(frequency)
    if idf == "plain":
        inverse = np.log(len(tokens) / documents)
    else:
        inverse = np.log((1 + len(tokens)) / (1 + documents)) + 1
    value = frequency * inverse[column]
    length = np.sqrt(np.bincount(row, value * value, len(tokens)))
    value /= np.where(length > 0, length, 1.0)[row]
    weights = csr_array((value, (row, column)), shape=(len(tokens), len(terms)))
    return Terms(weights, tuple(terms), documents, inverse)


@dataclass(frozen=True, order=True)
class Pair:
    """Two texts, first < second, and the cosine of their weights."""

    first: int
    second: int
    cosine: float


def near_duplicates(terms: Terms, *, threshold: float) -> tuple[Pair, ...]:
    """All pairs of texts with cosine >= threshold, the most alike first. Texts without terms match nothing.

    Exact: sparse products of blocks of rows, so that memory stays with the pairs kept; time grows with the sum over
    terms of their squared document counts, so leave out terms that are in most texts.
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}: give a cosine above 0, at most 1")
    w = terms.weights
    across = w.T.tocsr()
    found: list[Pair] = []
    for start in range(0, w.shape[0], _BLOCK):
        product = (w[start : start + _BLOCK] @ across).tocoo()
        first = product.row + start
        # Rounding must not part exact copies at threshold 1.
        keep = (product.data >= threshold - 1e-12) & (product.col > first)
        found += [
            Pair(int(i), int(j), min(float(c), 1.0))
            for i, j, c in zip(first[keep], product.col[keep], product.data[keep], strict=True)
        ]
    return tuple(sorted(found, key=lambda pair: (-pair.cosine, pair.first, pair.second)))


@dataclass(frozen=True, eq=False)
class Themes:
    """K themes of D texts over T terms.

    loadings: (D, K) and profiles: (K, T), both not negative, profiles of length 1; ordered by falling weight; of: (D,)
    the strongest theme of each text, -1 if none; error: relative error |V - W H| / |V| after each round.
    """

    loadings: Floats
    profiles: Floats
    of: NDArray[np.int64]
    error: Floats
    terms: tuple[str, ...]

    def words(self, most: int) -> tuple[tuple[str, ...], ...]:
        """The heaviest terms of each theme."""
        order = np.argsort(-self.profiles, axis=1, kind="stable")[:, :most]
        return tuple(tuple(self.terms[t] for t in row if self.profiles[k, t] > 0) for k, row in enumerate(order))


def themes(terms: Terms, *, number: int, rounds: int, tolerance: float) -> Themes:
    """Non-negative factorisation V ~ W H of the weights, W (D, K) loadings, H (K, T) profiles.

    Minimises |V - W H|^2 by hierarchical alternating least squares from a start by singular vectors, so that nothing is
    random; stops after `rounds`, or when the relative error falls by less than `tolerance`. A local optimum: look at
    other numbers of themes too. Raises InputError unless 1 <= number <= min(D, T).

    Source: Lee & Seung (1999), Nature 401; Cichocki & Phan (2009), IEICE Trans. E92-A; start: Boutsidis & Gallopoulos
    (2008), NNDSVD, Pattern Recognition 41.
    """
    v = terms.weights
    if not 1 <= number <= min(v.shape):
        raise InputError(f"{number} themes of {v.shape[0]} texts and {v.shape[1]} terms: give 1 to {min(v.shape)}")
    if rounds < 1 or tolerance < 0:
        raise InputError(f"rounds {rounds} must be 1 or more, tolerance {tolerance} not negative")
    total = float((v.data**2).sum())
    if total == 0:
        raise InputError("every weight is 0: with plain idf, terms that are in every text weigh nothing")
    w, h = _start(v, number)
    across = v.T.tocsr()
    errors: list[float] = []
    for _ in range(rounds):
        _improve(h.T, np.asarray(across @ w), w.T @ w)
        vht, hht = np.asarray(v @ h.T), h @ h.T
        _improve(w, vht, hht)
        # |V - WH|^2 = |V|^2 - 2 <V H', W> + <W'W, HH'>, without forming WH.
        square = total - 2 * float((vht * w).sum()) + float(((w.T @ w) * hht).sum())
        errors.append(float(np.sqrt(max(square, 0.0) / total)))
        if len(errors) > 1 and errors[-2] - errors[-1] < tolerance:
            break
    length = np.sqrt((h**2).sum(axis=1))
    w = w * length
    h = h / np.where(length > 0, length, 1.0)[:, None]
    order = np.argsort(-(w**2).sum(axis=0), kind="stable")
    w, h = w[:, order], h[order]
    return Themes(w, h, np.where(w.max(axis=1) > 0, w.argmax(axis=1), -1), np.array(errors), terms.terms)


def _improve(factor: Floats, target: Floats, gram: Floats) -> None:
    """One pass over the columns of `factor`, each set to its best non-negative value given the others, in place."""
    for k in range(gram.shape[0]):
        if gram[k, k] > _TINY:
            factor[:, k] = np.maximum(factor[:, k] + (target[:, k] - factor @ gram[:, k]) / gram[k, k], 0.0)


def _start(v: csr_array[np.float64, tuple[int, int]], number: int) -> tuple[Floats, Floats]:
    """The better non-negative half of each singular pair."""
    if number < min(v.shape) - 1:
        left, values, right = svds(v, k=number, v0=np.full(min(v.shape), min(v.shape) ** -0.5))
        order = np.argsort(-values, kind="stable")
        left, values, right = left[:, order], values[order], right[order]
    else:
        left, values, right = svd(v.toarray(), full_matrices=False)
        left, values, right = left[:, :number], values[:number], right[:number]
    w, h = np.zeros((v.shape[0], number)), np.zeros((number, v.shape[1]))
    for k in range(number):
        halves = []
        for sign in (1, -1):
            a, b = np.maximum(sign * left[:, k], 0), np.maximum(sign * right[k], 0)
            halves.append((float(np.linalg.norm(a) * np.linalg.norm(b)), a, b))
        size, a, b = max(halves, key=lambda half: half[0])
        if size > 0:
            scale = np.sqrt(values[k] * size)
            w[:, k], h[k] = scale * a / np.linalg.norm(a), scale * b / np.linalg.norm(b)
    # Exact zeros can never come back in a start; a little of the mean lets them.
    mean = float(v.data.mean()) * 1e-2
    return np.maximum(w, mean), np.maximum(h, mean)
