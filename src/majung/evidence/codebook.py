"""codes.csv: every classification, code and measure with its labels and units in both languages."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from majung.evidence.canonical import CODES_COLUMNS, KINDS
from majung.evidence.problems import Problem, Text, text
from majung.evidence.reading import RawTable, read_table

CODE = re.compile(r"[A-Za-z0-9]+(?:[-_.+][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Entry:
    """A declared code, measure or classification. unit: of a measure, else empty. line: in codes.csv."""

    kind: str
    classification: str
    code: str
    label: Text
    unit: Text
    note: str
    line: int

    @property
    def aggregate(self) -> bool:
        """Declared as an aggregate: called `all` or `all-...`, or its note begins with "aggregate"."""
        return self.code == "all" or self.code.startswith("all-") or self.note.casefold().startswith("aggregate")


@dataclass(frozen=True)
class Codebook:
    """codes: by (classification, code); measures and classifications: by name. rows: every line's cells, in order."""

    codes: Mapping[tuple[str, str], Entry] = field(default_factory=dict)
    measures: Mapping[str, Entry] = field(default_factory=dict)
    classifications: Mapping[str, Entry] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()

    def codes_of(self, classification: str) -> list[str]:
        return [code for (one, code) in self.codes if one == classification]

    def nearest(self, classification: str, code: str) -> str | None:
        """The declared code that was probably meant."""
        return nearest(code, self.codes_of(classification), cutoff=0.8)


def spelling(code: str) -> str:
    """A code or label without case, spaces and punctuation: two codes with one spelling are one code written twice."""
    return re.sub(r"[^\w]|_", "", code.casefold().replace("&", " and "))


def nearest(value: str, choices: list[str], cutoff: float = 0.7) -> str | None:
    """The choice that `value` probably means: another spelling of it, or one at least so alike (0..1); else None."""
    same = {spelling(choice): choice for choice in choices}
    if spelling(value) in same:
        return same[spelling(value)]
    near = difflib.get_close_matches(spelling(value), list(same), n=1, cutoff=cutoff)
    return same[near[0]] if near else None


def read_codebook(folder: Path, path: str) -> tuple[Codebook, list[Problem]]:
    """Read codes.csv; an unreadable one gives an empty codebook and its problems."""
    raw, problems = read_table(folder / path, path)
    if raw is None:
        return Codebook(), problems
    missing = [name for name in CODES_COLUMNS if name not in raw.cells.columns]
    extra = [str(name) for name in raw.cells.columns if name not in CODES_COLUMNS]
    for name in missing:
        reason = text(f"column '{name}' is missing", f"'{name}' 열이 없습니다")
        remedy = text(f"the columns are {', '.join(CODES_COLUMNS)}", f"필요한 열: {', '.join(CODES_COLUMNS)}")
        problems.append(Problem("missing-column", path, reason, remedy, 1, name))
    for name in extra:
        reason = text(f"column '{name}' is not known", f"'{name}' 열은 알 수 없는 열입니다")
        problems.append(Problem("unknown-column", path, reason, text("take it out", "빼십시오"), 1, name))
    if missing:
        return Codebook(), problems
    entries, entry_problems = _entries(raw)
    codes: dict[tuple[str, str], Entry] = {}
    measures: dict[str, Entry] = {}
    classifications: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "code":
            first = codes.setdefault((entry.classification, entry.code), entry)
        else:
            shelf = measures if entry.kind == "measure" else classifications
            first = shelf.setdefault(entry.code, entry)
        if first is not entry:
            entry_problems.append(
                _fault(
                    path,
                    entry,
                    "duplicate-key",
                    "code",
                    text(
                        f"{entry.kind} '{entry.code}' is declared already in line {first.line}",
                        f"'{entry.code}'은(는) {first.line}행에 이미 있습니다",
                    ),
                    text("keep one of the two lines", "한 줄만 남기십시오"),
                )
            )
    for (classification, _), entry in codes.items():
        if classification not in classifications:
            entry_problems.append(
                _fault(
                    path,
                    entry,
                    "unknown-code",
                    "classification",
                    text(
                        f"classification '{classification}' is not declared",
                        f"'{classification}' 분류가 선언되지 않았습니다",
                    ),
                    text(
                        f"add a line classification,,{classification},...",
                        f"classification,,{classification},... 줄을 넣으십시오",
                    ),
                )
            )
    entry_problems += _double_spellings(path, list(codes.values()))
    rows = tuple(tuple(row) for row in raw.cells[list(CODES_COLUMNS)].itertuples(index=False, name=None))
    return Codebook(codes, measures, classifications, rows), problems + entry_problems


def _fault(path: str, entry: Entry, rule: str, column: str, reason: Text, remedy: Text) -> Problem:
    return Problem(rule, path, reason, remedy, entry.line, column, entry.code)


def _entries(raw: RawTable) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for row in raw.cells[list(CODES_COLUMNS)].itertuples(name=None):
        line = int(row[0])
        kind, classification, code, label_en, label_ko, unit_en, unit_ko, note = (str(cell) for cell in row[1:])
        entry = Entry(kind, classification, code, text(label_en, label_ko), text(unit_en, unit_ko), note, line)
        found = _entry_problems(raw.file, entry)
        problems += found
        if kind in KINDS and code:
            entries.append(entry)
    return entries, problems


def _entry_problems(path: str, entry: Entry) -> list[Problem]:
    out: list[Problem] = []
    if entry.kind not in KINDS:
        out.append(
            _fault(
                path,
                entry,
                "unknown-code",
                "kind",
                text(f"kind '{entry.kind}' is not known", f"kind '{entry.kind}'은(는) 알 수 없습니다"),
                text(f"write one of {', '.join(KINDS)}", f"다음 가운데 하나: {', '.join(KINDS)}"),
            )
        )
        return out
    needed = {"code": entry.code, "label_en": entry.label["en"], "label_ko": entry.label["ko"]}
    if entry.kind == "code":
        needed["classification"] = entry.classification
    if entry.kind == "measure":
        needed |= {"unit_en": entry.unit["en"], "unit_ko": entry.unit["ko"]}
    for column, value in needed.items():
        if not value.strip():
            out.append(
                _fault(
                    path,
                    entry,
                    "empty-value",
                    column,
                    text(
                        f"'{column}' of {entry.kind} '{entry.code}' is empty",
                        f"'{entry.code}'의 '{column}'이(가) 비어 있습니다",
                    ),
                    text("fill it in (labels and units in both languages)", "채워 넣으십시오(이름과 단위는 두 언어로)"),
                )
            )
    if entry.code and not CODE.fullmatch(entry.code):
        out.append(
            _fault(
                path,
                entry,
                "unknown-code",
                "code",
                text(f"'{entry.code}' is not a code", f"'{entry.code}'은(는) 코드 형식이 아닙니다"),
                text(
                    f"write a slug such as '{slug(entry.code)}' and put the name into the labels",
                    f"'{slug(entry.code)}'처럼 적고 이름은 label 열에 두십시오",
                ),
            )
        )
    if entry.kind == "measure" and entry.classification:
        out.append(
            _fault(
                path,
                entry,
                "unknown-code",
                "classification",
                text(
                    f"measure '{entry.code}' names a classification; a measure has one unit wherever it is used",
                    f"측정값 '{entry.code}'에 분류가 적혀 있습니다. 측정값의 단위는 어디서나 하나입니다",
                ),
                text("leave 'classification' empty", "'classification'을 비우십시오"),
            )
        )
    return out


def slug(name: str) -> str:
    """A lower-case slug for a name: `Oil & gas` becomes `oil-and-gas`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("&", " and ")).strip("-") or "code"


def _double_spellings(path: str, entries: list[Entry]) -> list[Problem]:
    out: list[Problem] = []
    for what in ("code", "label"):
        seen: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            value = entry.code if what == "code" else entry.label["en"]
            first = seen.setdefault((entry.classification, spelling(value)), entry)
            if first is entry or first.code == entry.code or not spelling(value):
                continue
            out.append(
                _fault(
                    path,
                    entry,
                    "double-spelling",
                    "code",
                    text(
                        f"'{entry.code}' and '{first.code}' (line {first.line}) are two spellings of one {what}",
                        f"'{entry.code}'와(과) '{first.code}'({first.line}행)은(는) 같은 항목의 다른 표기입니다",
                    ),
                    text("merge them into one code", "하나의 코드로 합치십시오"),
                )
            )
    return out
