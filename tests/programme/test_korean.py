"""Particles and sums of money as a Korean reader expects them."""

from __future__ import annotations

import pytest

from majung.programme.korean import particle, won


@pytest.mark.parametrize(
    ("word", "closed", "opened", "expected"),
    [
        ("클라우드", "이", "가", "가"),
        ("로봇", "은", "는", "은"),
        ("블록체인", "으로", "로", "으로"),
        ("서울", "으로", "로", "로"),
        ("메타버스(가상)", "을", "를", "을"),
        ("지표 3", "이", "가", "이"),
        ("지표 2", "이", "가", "가"),
        ("AI", "은", "는", "는"),
    ],
)
def test_particle_follows_the_last_sound(word: str, closed: str, opened: str, expected: str) -> None:
    assert particle(word, closed, opened) == expected


@pytest.mark.parametrize(
    ("billions", "text"),
    [(217.0, "2,170억원"), (2166.7, "2조 1,667억원"), (2600.0, "2조 6,000억원"), (1000.0, "1조원"), (4.35, "44억원")],
)
def test_won(billions: float, text: str) -> None:
    assert won(billions) == text
