"""Korean grammar that depends on the word: particles."""

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
