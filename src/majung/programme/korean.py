"""Korean as it is written: particles that depend on the word before them, and sums of money."""

from __future__ import annotations

_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
# How the last sound of a digit or Latin letter ends when read in Korean: 영일이삼사오육칠팔구, 엘 엠 엔 알.
_CLOSED = set("013678lmnrLMNR")
_CLOSED_BY_RIEUL = set("178lrLR")


def particle(word: str, closed: str, opened: str) -> str:
    """The form of a particle after `word`: `closed` after a final consonant, `opened` after a vowel.

    particle("클라우드", "이", "가") == "가"; particle("로봇", "은", "는") == "은". For 으로/로 a final ㄹ takes 로.
    Brackets and quotes at the end are passed over.
    """
    last = word.rstrip(")]}\u201d\u2019\"'」』 ")[-1:]
    if _FIRST <= ord(last or " ") <= _LAST:
        final = (ord(last) - _FIRST) % _FINALS
        has_final, rieul = final != 0, final == 8
    else:
        has_final, rieul = last in _CLOSED, last in _CLOSED_BY_RIEUL
    if closed == "으로" and rieul:
        return opened
    return closed if has_final else opened


def won(billions: float) -> str:
    """A sum given in billions of won: 217.0 -> '2,170억원', 2166.7 -> '2조 1,667억원', 0.04 -> '4천만원'."""
    hundred_millions = round(10 * billions)
    if 0 < hundred_millions < 10 and abs(10 * billions - hundred_millions) > 0.05:
        return f"{round(1000 * billions) / 100:g}억원" if billions >= 0.1 else f"{round(100 * billions)}천만원"
    trillions, rest = divmod(hundred_millions, 10_000)
    if not trillions:
        return f"{rest:,}억원"
    return f"{trillions:,}조 {rest:,}억원" if rest else f"{trillions:,}조원"
