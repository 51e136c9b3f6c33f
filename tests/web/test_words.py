"""Both languages of a topic have the same keys and holes; a topic shadows nothing of the frame."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

import pytest

FOLDER = resources.files("majung.web").joinpath("text")
TOPICS = sorted({file.name.split(".")[0] for file in FOLDER.iterdir() if file.name.endswith(".toml")})
HOLE = re.compile(r"\{(\w+)")


def flat(table: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{key}.")
        else:
            found[before + key] = str(value)
    return found


def read(topic: str, language: str) -> dict[str, Any]:
    return tomllib.loads(FOLDER.joinpath(f"{topic}.{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_say_the_same_things(topic: str) -> None:
    ko, en = flat(read(topic, "ko")), flat(read(topic, "en"))
    assert set(ko) == set(en)
    holes = {key: (set(HOLE.findall(ko[key])), set(HOLE.findall(en[key]))) for key in ko}
    assert {key: pair for key, pair in holes.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic != "frame"])
def test_a_topic_shadows_nothing_of_the_frame(topic: str) -> None:
    assert set(read(topic, "en")) & set(read("frame", "en")) == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_a_measure_has_one_korean_name(topic: str) -> None:
    """대책 is a measure of a strategy; 조치 stands only in 조치 사항, an action that a meeting assigns."""
    assert {key: text for key, text in flat(read(topic, "ko")).items() if re.search("조치(?! 사항)", text)} == {}
