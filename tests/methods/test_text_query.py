"""The query language: by hand, against a plain reading of the rules, and what it refuses."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.text_query import Hit, parse_query, split_words


def matches(query, text):
    return parse_query(query).match(split_words(text)).matched


@pytest.mark.parametrize(
    ("query", "yes", "no"),
    [
        ("cloud", "Public Cloud services", "clouds"),
        ("cloud*", "clouds above", "a loud noise"),
        ('"point cloud"', "a point cloud of trees", "cloud at this point"),
        ('"point cloud*"', "point clouds", "points cloud"),
        ('"robot* arm"', "robotic arm", "robotic left arm"),
        ("cloud AND NOT cover", "cloud computing", "cloud cover"),
        ("cloud AND NOT (cover OR point)", "cloud computing", "point cloud"),
        ("a OR b AND c", "a", "b"),
        ("(a OR b) AND c", "b c", "a b"),
        ("NOT a AND b", "b", "a b"),
        ("remote NEAR/1 patient*", "remote care of patients remote x patients", "remote care of patients"),
        ("patient* NEAR/0 remote", "remote patients", "remote old patients"),
        ("(remote OR tele) NEAR/2 (care OR cure)", "care and tele", "care one two three tele"),
        ("a NEAR/0 b NEAR/0 c", "c a b", "a c b x"),
        ("e-health", "An e-health app", "health e"),
        ("robot's", "the robot's arm", "robot arm"),
        ("or AND and", "this or that and more", "OR"),
        ('"NEAR"', "near", "far"),
        ("가상 OR 현실", "가상 공간", "공간"),
    ],
)
def test_by_hand(query, yes, no):
    assert matches(query, yes)
    assert not matches(query, no)


def test_a_match_says_which_terms_hit_and_where():
    query = parse_query('(cloud* OR "data center") AND NOT point')
    found = query.match(split_words("Clouds in a data center"))
    assert found.hits == (Hit("cloud*", 0, 1), Hit('"data center"', 3, 5))
    assert found.terms == ("cloud*", '"data center"')
    assert query.terms() == ("cloud*", '"data center"', "point")
    assert query.match(split_words("point cloud")).hits == ()
    near = parse_query("a NEAR/1 b").match(["a", "x", "b", "a", "x", "x", "b"])
    assert near.hits == (Hit("a", 0, 1), Hit("b", 2, 3), Hit("a", 3, 4))


# ------------------------------------------------------------------- against a plain reading of the rules

LETTERS = "abc"
leaves = st.one_of(
    st.sampled_from(LETTERS).map(lambda x: ("term", (x,))),
    st.lists(st.sampled_from(LETTERS), min_size=1, max_size=2).map(lambda xs: ("term", tuple(xs))),
    st.sampled_from(LETTERS).map(lambda x: ("prefix", x)),
)
spans = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("near"), inner, inner, st.integers(0, 3)),
        st.tuples(st.just("or"), inner, inner),
    ),
    max_leaves=4,
)
trees = st.recursive(
    spans,
    lambda inner: st.one_of(
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=6,
)


def write(tree):
    kind = tree[0]
    if kind == "term":
        return tree[1][0] if len(tree[1]) == 1 else '"' + " ".join(tree[1]) + '"'
    if kind == "prefix":
        return tree[1] + "*"
    if kind == "not":
        return f"NOT ({write(tree[1])})"
    word = f"NEAR/{tree[3]}" if kind == "near" else kind.upper()
    return f"({write(tree[1])}) {word} ({write(tree[2])})"


def places(tree, words):
    """Every stretch of the text that meets a tree without AND and NOT, by trying all stretches."""
    kind = tree[0]
    if kind == "or":
        return places(tree[1], words) | places(tree[2], words)
    if kind == "near":
        found = set()
        for (a, b), (c, d) in itertools.product(places(tree[1], words), places(tree[2], words)):
            first, second = sorted([(a, b), (c, d)])
            if second[0] >= first[1] and second[0] - first[1] <= tree[3]:
                found.add((min(a, c), max(b, d)))
        return found
    found = set()
    for i, j in itertools.combinations(range(len(words) + 1), 2):
        part = words[i:j]
        if (kind == "prefix" and len(part) == 1 and part[0].startswith(tree[1])) or (
            kind == "term" and tuple(part) == tree[1]
        ):
            found.add((i, j))
    return found


def truth(tree, words):
    if tree[0] == "and":
        return truth(tree[1], words) and truth(tree[2], words)
    if tree[0] == "not":
        return not truth(tree[1], words)
    if tree[0] == "or":
        return truth(tree[1], words) or truth(tree[2], words)
    return bool(places(tree, words))


texts = st.lists(st.sampled_from(["a", "b", "c", "ab", "x"]), max_size=9)


@given(tree=trees, words=texts)
@settings(max_examples=300, deadline=None)
def test_as_the_rules_read_plainly(tree, words):
    # "anchor" makes the query positive whatever the tree is, and is in every text.
    query = parse_query(f"anchor AND ({write(tree)})")
    found = query.match(["anchor", "y", "y", "y", "y", *words])
    assert found.matched == truth(tree, ["anchor", "y", "y", "y", "y", *words])
    if not found.matched:
        assert found.hits == ()
    assert list(found.hits) == sorted(found.hits, key=lambda hit: (hit.start, hit.end, hit.term))


@given(tree=spans, words=texts)
@settings(max_examples=100, deadline=None)
def test_hits_lie_in_the_text_and_are_the_words_they_say(tree, words):
    for hit in parse_query(write(tree)).match(words).hits:
        met = words[hit.start : hit.end]
        if hit.term.endswith("*"):
            assert met[0].startswith(hit.term[:-1])
        else:
            assert met == hit.term.strip('"').split()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "a term is missing at the end"),
        ("cloud computing", "two terms stand side by side at character 7"),
        ("(cloud computing)", "two terms stand side by side at character 8"),
        ("cloud AND", "a term is missing at the end"),
        ("AND cloud", "a term is missing at character 1"),
        ("(cloud", "a parenthesis is not closed at the end"),
        ("cloud)", "closes that was not opened at character 6"),
        ('"cloud', "quotation mark is not closed"),
        ("NOT cloud", "consists of NOT only"),
        ("a OR NOT b", "consists of NOT only"),
        ("a NEAR b", "'NEAR' has no number of words at character 3|side by side at character 3"),
        ("NEAR/ AND b", "'NEAR/' has no number of words"),
        ("a NEAR/3 (b AND c)", "NEAR joins something with AND or NOT"),
        ("NOT a NEAR/3 b", "NEAR joins something with AND or NOT"),
        ("clo*ud", "has a \\* inside a word"),
        ("*", "holds no word"),
        ('"..."', "holds no word"),
        ("(" * 60 + "a" + ")" * 60, "nested more than 50 deep"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(query, said):
    with pytest.raises(InputError, match=said):
        parse_query(query)


@given(st.text('ab "()*/ANDORTE3', max_size=25))
@settings(max_examples=300, deadline=None)
def test_any_writing_is_a_query_or_a_clear_error(written):
    try:
        query = parse_query(written)
    except InputError:
        return
    assert set(query.match(["a", "b"]).terms) <= set(query.terms())


def test_terms_are_cut_the_way_the_texts_are():
    query = parse_query('"AB CD" OR EF*', split=lambda text: [c for c in text.casefold() if c.isalpha()])
    assert query.match(["x", "a", "b", "c", "d"]).hits == (Hit('"AB CD"', 1, 5),)
    assert query.match(["e", "fgh"]).terms == ("EF*",)
