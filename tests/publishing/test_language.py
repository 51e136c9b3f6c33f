"""Both languages say the same things, in the forms that the house look prescribes."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from majung.methods.labelled import InputError
from majung.publishing.language import LANGUAGES, Language


def _texts(language: str) -> dict[str, str]:
    raw = tomllib.loads((resources.files("majung.publishing") / "text" / f"{language}.toml").read_text("utf-8"))

    def flat(part: dict[str, Any], before: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in part.items():
            found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
        return found

    return flat(raw)


def test_both_languages_have_the_same_keys() -> None:
    ko, en = _texts("ko"), _texts("en")
    assert set(ko) == set(en)


def test_both_languages_fill_the_same_holes() -> None:
    """A hole that one language leaves out loses a number."""
    ko, en = _texts("ko"), _texts("en")

    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", text))

    assert {key for key in ko if holes(ko[key]) != holes(en[key])} == set()


def test_every_korean_particle_is_a_pair_of_forms() -> None:
    for key, text in _texts("ko").items():
        for pair in re.findall(r"\{\w+\|([^}]*)\}", text):
            assert re.fullmatch(r"[가-힣]+/[가-힣]+", pair), key


@pytest.mark.parametrize(
    ("language", "billions", "printed"),
    [
        ("ko", 217.0, "2,170억원"),
        ("ko", 2167.0, "2조\u00a01,670억원"),
        ("ko", 2600.0, "2조\u00a06,000억원"),
        ("ko", 1000.0, "1조원"),
        ("ko", 0.9, "9억원"),
        ("en", 217.0, "KRW\u00a0217.0\u00a0bn"),
    ],
)
def test_money(language: str, billions: float, printed: str) -> None:
    assert Language(language).money(billions) == printed


def test_numbers_have_a_true_minus_and_never_a_negative_zero() -> None:
    words = Language("en")
    assert words.number(-4.04) == "\u22124.0"
    assert words.number(-0.04) == "0.0"
    assert words.signed(0.04) == "0.0"
    assert words.signed(1.26) == "+1.3"
    assert words.number(float("nan")) == "–"
    assert words.number(None) == "–"


def test_intervals_have_an_en_dash_and_are_left_out_where_there_is_none() -> None:
    words = Language("ko")
    assert words.span(0.67, 0.95) == "0.67–0.95"
    assert words.span(float("nan"), 0.95) == ""


def test_a_probability_that_is_neither_never_nor_always_is_not_rounded_to_it() -> None:
    words = Language("en")
    assert words.chance(0.0) == "0\u00a0%"
    assert words.chance(0.003) == "<\u00a01\u00a0%"
    assert words.chance(0.9991) == ">\u00a099\u00a0%"
    assert words.chance(1.0) == "100\u00a0%"


def test_particles_follow_the_word() -> None:
    words = Language("ko")
    assert words.fill("{name|은/는}", name="클라우드") == "클라우드는"
    assert words.fill("{name|은/는}", name="지능형 로봇") == "지능형 로봇은"


def test_names_are_listed() -> None:
    assert Language("en").listed(["a", "b", "c"]) == "a, b and c"
    assert Language("ko").listed(["가"]) == "가"


def test_an_unknown_language_or_key_is_named() -> None:
    with pytest.raises(InputError, match=r"'fr'.*ko, en"):
        Language("fr")
    with pytest.raises(KeyError, match=r"en\.toml has no nowhere\.at\.all"):
        Language("en").find("nowhere.at.all")


def test_languages_are_those_with_a_text_file() -> None:
    files = {p.name.removesuffix(".toml") for p in (resources.files("majung.publishing") / "text").iterdir()}
    assert files == set(LANGUAGES)
