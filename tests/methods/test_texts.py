import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.texts import korean_morphemes, near_duplicates, tf_idf, themes, words

ALL = {"idf": "smooth", "sublinear": False, "minimum_documents": 1, "maximum_share": 1.0}
LISTS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), min_size=2, max_size=8)


def test_words_fold_case_and_keep_what_belongs_together():
    assert words(["The well-known Drivers' union doesn’t agree.", "Ärger über 5G!", " "]) == [
        ["the", "well-known", "drivers", "union", "doesn't", "agree"],
        ["ärger", "über", "5g"],
        [],
    ]


def test_weights_by_hand():
    # a is in both of two texts, b in one: plain idf 0 and ln 2; smooth 1 and ln(3/2) + 1.
    smooth = tf_idf([["a", "a", "b"], ["a"]], **ALL)
    b = np.log(1.5) + 1
    assert smooth.terms == ("a", "b")
    assert smooth.documents.tolist() == [2, 1]
    np.testing.assert_allclose(smooth.idf, [1, b])
    np.testing.assert_allclose(smooth.weights.toarray(), [[2 / np.hypot(2, b), b / np.hypot(2, b)], [1, 0]])
    plain = tf_idf([["a", "a", "b"], ["a"]], **ALL | {"idf": "plain"})
    np.testing.assert_allclose(plain.weights.toarray(), [[0, 1], [0, 0]])
    logged = tf_idf([["a", "a", "b"], ["a"]], **ALL | {"sublinear": True})
    np.testing.assert_allclose(logged.weights.toarray()[0, 0] * b, logged.weights.toarray()[0, 1] * (1 + np.log(2)))


def test_rare_and_common_terms_are_left_out():
    tokens = [["a", "b"], ["a", "c"], ["a", "c"], ["a"]]
    found = tf_idf(tokens, **ALL | {"minimum_documents": 2, "maximum_share": 0.75})
    assert found.terms == ("c",)
    assert found.weights.sum(axis=1).tolist() == [0, 1, 1, 0]


@given(LISTS)
def test_near_duplicates_are_those_of_all_pairs(tokens):
    if not any(tokens):
        return
    found = tf_idf(tokens, **ALL)
    dense = found.weights.toarray()
    cosine = dense @ dense.T
    expected = {(i, j) for i in range(len(tokens)) for j in range(i + 1, len(tokens)) if cosine[i, j] >= 0.7 - 1e-12}
    pairs = near_duplicates(found, threshold=0.7)
    assert {(p.first, p.second) for p in pairs} == expected
    assert [p.cosine for p in pairs] == sorted((p.cosine for p in pairs), reverse=True)
    assert all(p.cosine == pytest.approx(cosine[p.first, p.second]) for p in pairs)


def test_copies_match_at_one_whatever_their_order_or_length_and_across_blocks():
    rng = np.random.default_rng(3)
    tokens = [[f"w{t}" for t in rng.integers(0, 3000, 12)] for _ in range(1500)]
    tokens[1400] = tokens[7][::-1] * 3
    pairs = near_duplicates(tf_idf(tokens, **ALL), threshold=1.0)
    assert [(p.first, p.second) for p in pairs] == [(7, 1400)]


def planted(rng, topics=3, texts=90):
    """Each text draws its words from one of disjoint vocabularies, plus a few that all share."""
    of = np.arange(texts) % topics
    tokens = [
        [f"t{k}w{n:02d}" for n in rng.integers(0, 12, 15)] + [f"common{n}" for n in rng.integers(0, 5, 4)] for k in of
    ]
    return tokens, of


def test_planted_themes_are_found():
    tokens, of = planted(np.random.default_rng(5))
    found = themes(tf_idf(tokens, **ALL), number=3, rounds=200, tolerance=1e-6)
    for k in range(3):
        assert len(set(of[found.of == k])) == 1
    assert all(len({word[:2] for word in top}) == 1 for top in found.words(8))
    assert (found.loadings >= 0).all()
    assert (found.profiles >= 0).all()
    np.testing.assert_allclose((found.profiles**2).sum(axis=1), 1)


@settings(deadline=None)
@given(LISTS, st.integers(1, 4))
def test_the_error_falls_and_is_that_of_the_product(tokens, number):
    if not any(tokens):
        return
    terms = tf_idf(tokens, **ALL)
    number = min(number, *terms.weights.shape)
    found = themes(terms, number=number, rounds=30, tolerance=0.0)
    v = terms.weights.toarray()
    assert (np.diff(found.error**2) <= 1e-12).all()
    rest = np.linalg.norm(v - found.loadings @ found.profiles) / np.linalg.norm(v)
    assert found.error[-1] == pytest.approx(rest, abs=1e-6)


def test_at_the_end_no_entry_can_be_improved():
    # Karush-Kuhn-Tucker: the gradient is 0 where a loading is positive and not negative where it is 0.
    tokens, _ = planted(np.random.default_rng(8), texts=40)
    terms = tf_idf(tokens, **ALL)
    found = themes(terms, number=3, rounds=3000, tolerance=0.0)
    w, h, v = found.loadings, found.profiles, terms.weights.toarray()
    for factor, gradient in ((w, (w @ h - v) @ h.T), (h, w.T @ (w @ h - v))):
        assert np.abs(gradient[factor > 1e-6]).max() < 1e-4
        assert gradient[factor <= 1e-6].min() > -1e-4


def test_one_theme_is_the_first_singular_pair():
    # The best non-negative matrix of rank one is the leading singular pair (Perron, Frobenius).
    tokens, _ = planted(np.random.default_rng(9), texts=30)
    terms = tf_idf(tokens, **ALL)
    found = themes(terms, number=1, rounds=500, tolerance=0.0)
    _, values, right = np.linalg.svd(terms.weights.toarray())
    np.testing.assert_allclose(found.profiles[0], np.abs(right[0]), atol=1e-6)
    assert found.error[-1] == pytest.approx(np.sqrt(1 - values[0] ** 2 / (values**2).sum()), abs=1e-9)


def test_themes_are_the_same_every_time():
    tokens, _ = planted(np.random.default_rng(5))
    one, two = (themes(tf_idf(tokens, **ALL), number=4, rounds=20, tolerance=1e-9) for _ in range(2))
    assert (one.loadings == two.loadings).all()


def test_a_text_without_terms_has_no_theme_and_no_double():
    terms = tf_idf([["a", "b"], [], ["a", "b"], [], ["c"]], **ALL)
    assert themes(terms, number=2, rounds=50, tolerance=0.0).of[[1, 3]].tolist() == [-1, -1]
    assert [(p.first, p.second) for p in near_duplicates(terms, threshold=0.9)] == [(0, 2)]


def test_korean_morphemes_match_across_spacing_and_endings():
    pytest.importorskip("kiwipiepy")
    tokenise = korean_morphemes()
    one, two, three = tokenise(["반도체 산업을 육성해야 합니다.", "반도체산업 육성", "AI 인재가 부족하다."])
    assert {"반도체", "산업", "육성"} <= set(one) & set(two)
    assert {"ai", "인재"} <= set(three)
    assert not {"을", "가", "."} & {*one, *two, *three}
    terms = tf_idf([one, two, three], **ALL)
    assert [(p.first, p.second) for p in near_duplicates(terms, threshold=0.5)] == [(0, 1)]


def test_without_kiwi_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    with pytest.raises(ModuleNotFoundError, match=r"majung\[korean\]"):
        korean_morphemes()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf_idf([], **ALL), "no texts"),
        (lambda: tf_idf([[]], **ALL), "no term"),
        (lambda: tf_idf([["a"]], **ALL | {"idf": "bm25"}), "unknown idf"),
        (lambda: tf_idf([["a"]], **ALL | {"minimum_documents": 0}), "minimum_documents 0"),
        (lambda: near_duplicates(tf_idf([["a"]], **ALL), threshold=0.0), "threshold"),
        (lambda: themes(tf_idf([["a"], ["b"]], **ALL), number=3, rounds=1, tolerance=0), "give 1 to 2"),
        (lambda: themes(tf_idf([["a"]], **ALL), number=1, rounds=0, tolerance=0), "rounds 0"),
        (
            lambda: themes(tf_idf([["a"], ["a"]], **ALL | {"idf": "plain"}), number=1, rounds=1, tolerance=0),
            "every weight",
        ),
    ],
)
def test_unusable_texts_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_the_example_of_the_reference_page_runs_and_says_what_its_comments_say():
    page = Path(__file__).parents[2] / "docs" / "methods" / "texts.md"
    code = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict = {}
    exec(code[1], names)  # noqa: S102 our own page
    assert [(p.first, p.second, round(p.cosine, 2)) for p in near_duplicates(names["terms"], threshold=0.7)] == [
        (0, 1, 0.78)
    ]
    assert names["found"].of.tolist() == [0, 0, 1, 1, 0]
    assert names["found"].words(3) == (("capacity", "grid", "need"), ("chip", "design", "engineers"))
