"""What can be wrong with evidence, said in English and Korean: where, what, why, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from majung.methods.labelled import InputError

Text = dict[str, str]
"""What a person reads: {"en": ..., "ko": ...}."""

Language = Literal["en", "ko"]
Level = Literal["error", "note"]

SHOWN_PER_RULE = 25
"""A message lists this many places a rule; the report (JSON, or the bad-rows CSV) lists all of them."""


_PARTICLES = {"은(는)": ("은", "는"), "이(가)": ("이", "가"), "을(를)": ("을", "를"), "와(과)": ("과", "와")}
_PARTICLES |= {"(으)로": ("으로", "로"), "(이)라는": ("이라는", "라는")}
_AFTER = re.compile(r"([가-힣0-9])([')\]]*)(" + "|".join(map(re.escape, _PARTICLES)) + ")")
_DIGITS_ENDING_IN_CONSONANT = "013678"
_DIGITS_ENDING_IN_RIEUL = "178"


def text(en: str, ko: str) -> Text:
    """One sentence in both languages; Korean particles such as 은(는) are chosen after Hangul and digits."""
    return {"en": en, "ko": _AFTER.sub(_with_particle, ko)}


def _with_particle(found: re.Match[str]) -> str:
    last, closing, particle = found.groups()
    if last in "0123456789":
        consonant, rieul = last in _DIGITS_ENDING_IN_CONSONANT, last in _DIGITS_ENDING_IN_RIEUL
    else:
        final = (ord(last) - ord("가")) % 28
        consonant, rieul = final > 0, final == 8
    if particle == "(으)로" and rieul:
        consonant = False
    after_consonant, after_vowel = _PARTICLES[particle]
    return last + closing + (after_consonant if consonant else after_vowel)


@dataclass(frozen=True)
class Problem:
    """One place where the evidence cannot be used (`error`) or should be looked at (`note`).

    file: as named inside the package. line: 1 = header; None when the file as a whole is meant. column and value: the
    cell, "" where there is none.
    """

    rule: str
    file: str
    reason: Text
    remedy: Text
    line: int | None = None
    column: str = ""
    value: str = ""
    level: Level = "error"

    def message(self, lang: Language = "en") -> str:
        """`file:line: reason; remedy`."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        remedy = self.remedy[lang]
        return f"{where}: {self.reason[lang]}" + (f"; {remedy}" if remedy else "")

    def as_dict(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "rule": self.rule,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Report:
    """Everything that a check of one package found."""

    path: str
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    hash: str = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.level == "error")

    @property
    def notes(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.level == "note")

    @property
    def ok(self) -> bool:
        """True when the package can be opened: notes do not stand in the way."""
        return not self.errors

    def lines(self, lang: Language = "en", problems: Sequence[Problem] | None = None) -> list[str]:
        """One line a problem, in the order of files and lines; long lists of one rule are cut and counted."""
        chosen = sorted(self.problems if problems is None else problems, key=_place)
        totals: Counter[tuple[str, str]] = Counter((p.rule, p.file) for p in chosen)
        shown: Counter[tuple[str, str]] = Counter()
        out: list[str] = []
        for problem in chosen:
            group = (problem.rule, problem.file)
            shown[group] += 1
            if shown[group] <= SHOWN_PER_RULE:
                out.append(problem.message(lang))
            elif shown[group] == SHOWN_PER_RULE + 1:
                rest = totals[group] - SHOWN_PER_RULE
                out.append(
                    f"{problem.file}: 같은 문제가 {rest:,}건 더 있습니다 ({problem.rule})"
                    if lang == "ko"
                    else f"{problem.file}: {rest:,} more of the same ({problem.rule})"
                )
        return out

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "ok": self.ok,
            "hash": self.hash,
            "errors": [p.as_dict() for p in sorted(self.errors, key=_place)],
            "notes": [p.as_dict() for p in sorted(self.notes, key=_place)],
        }


class EvidenceError(InputError):
    """Evidence that cannot be used as it stands. `str(error)` lists every place with reason and remedy.

    report: the problems, for programs. bad_rows: the CSV file that lists them, when one was written.
    """

    def __init__(self, report: Report, lang: Language = "en", bad_rows: str = "") -> None:
        self.report = report
        self.lang = lang
        self.bad_rows = bad_rows
        super().__init__(self.message(lang))

    def __reduce__(self) -> tuple[Any, ...]:
        return (EvidenceError, (self.report, self.lang, self.bad_rows))

    def message(self, lang: Language = "en") -> str:
        errors = self.report.errors
        if lang == "ko":
            head = f"{self.report.path}: 증거 자료에 문제가 {len(errors):,}건 있습니다"
            tail = f"모든 행의 목록: {self.bad_rows}"
        else:
            head = f"{self.report.path}: {len(errors):,} problem{'s' if len(errors) != 1 else ''} in the evidence"
            tail = f"every bad row is listed in {self.bad_rows}"
        lines = [head, *("  " + line for line in self.report.lines(lang, errors))]
        return "\n".join([*lines, tail] if self.bad_rows else lines)

    def in_language(self, lang: Language) -> EvidenceError:
        """The same error, its message in the given language."""
        return EvidenceError(self.report, lang, self.bad_rows)

    @classmethod
    def of(cls, path: str, problems: Iterable[Problem], lang: Language = "en", bad_rows: str = "") -> EvidenceError:
        return cls(Report(path, tuple(problems)), lang, bad_rows)


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return (problem.file, problem.line or 0, problem.column, problem.rule)
