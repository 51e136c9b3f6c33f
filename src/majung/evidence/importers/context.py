"""What an importer is given while it reads: options, and the places to put bad rows, codes, measures and notes."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from majung.evidence.cells import NUMBER, explain_value
from majung.evidence.codebook import spelling
from majung.evidence.countries import explain_unknown, named_country
from majung.evidence.importers.inputs import Input
from majung.evidence.problems import Problem, Text, text
from majung.methods.labelled import InputError

MAX_BAD = 200_000
"""Bad rows that are listed one by one; what goes beyond is counted, and the import ends in an error."""

_NUMBER = re.compile(NUMBER)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")

Progress = Callable[[str, int], None]
"""Called with (file, rows read of it so far)."""


@dataclass
class LeftOut:
    """Rows that the format says to leave out (totals, regions, empty cells): counted by reason, not one by one."""

    file: str
    rule: str
    column: str
    value: str
    reason: Text
    line: int | None
    count: int = 0


@dataclass
class Context:
    """Collects what is found while one part is read. Everything a module learns beside its rows goes through here."""

    options: Mapping[str, str] = field(default_factory=dict)
    companions: Sequence[Input] = ()
    mapping: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = lambda _file, _rows: None
    file: str = ""
    bad_rows: list[Problem] = field(default_factory=list)
    uncounted: int = 0
    left_out: dict[tuple[str, str, str, str], LeftOut] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    codes: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)
    declarations: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows_read: Counter[str] = field(default_factory=Counter)
    title: str = ""
    edition: str = ""
    _places: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------------- options

    def option(self, name: str, default: str | None = None) -> str:
        """The value given with `--option name=value`. Raises InputError when there is none and no default."""
        value = self.options.get(name, default)
        if value is None:
            raise InputError(f"this format needs --option {name}=...; `majung evidence formats` says what it means")
        return value

    # ------------------------------------------------------------------------------- what cannot or shall not be used

    def bad(
        self,
        rule: str,
        line: int | None,
        reason: Text,
        remedy: Text,
        *,
        column: str = "",
        value: object = "",
        file: str | None = None,
    ) -> None:
        """A row or cell that cannot be used: it goes to the bad-row report, and its value nowhere else."""
        if len(self.bad_rows) >= MAX_BAD:
            self.uncounted += 1
            return
        shown = str(value)
        shown = shown if len(shown) <= 200 else shown[:200] + "..."
        self.bad_rows.append(Problem(rule, file or self.file, reason, remedy, line, column, shown))

    def leave_out(
        self, rule: str, reason: Text, *, column: str = "", value: object = "", line: int | None = None, count: int = 1
    ) -> None:
        """Rows that are no evidence by the format's own rules; the report says how many and where the first is.

        Give `value` only where it takes few different values (a region's name, not a figure).
        """
        if count <= 0:
            return
        key = (self.file, rule, column, str(value)[:200])
        self.left_out.setdefault(key, LeftOut(*key, reason, line)).count += count

    def note(self, rule: str, said: Text, *, line: int | None = None, file: str | None = None) -> None:
        """Something a person should know about the import, once."""
        problem = Problem(rule, file or self.file, said, text("", ""), line, level="note")
        if problem not in self.notes:
            self.notes.append(problem)

    def note_absent(self, columns: Sequence[str]) -> None:
        """Say which optional columns the current file lacks: what they would give is not there."""
        if columns:
            listed = ", ".join(columns)
            said = text(f"has no column {listed} (optional)", f"선택 열 {listed}이(가) 없습니다")
            self.note("optional-column", said)

    def count(self, rows: int) -> None:
        """Rows (or cells, where a cell is a fact) read of the current file, good or bad: the report's denominator."""
        self.rows_read[self.file] += rows
        self.progress(self.file, self.rows_read[self.file])

    # ------------------------------------------------------------------------------------------ what is declared

    def classification(self, name: str, label: Text, note: str = "") -> str:
        """Declare a classification; gives its name back."""
        self._declare("classification", "", name, label, note=note)
        return name

    def code(self, classification: str, code: str, label: Text, note: str = "") -> None:
        """Declare a code with its label; codes that are used but not declared get themselves as their label."""
        self._declare("code", classification, code, label, note=note)

    def measure(self, name: str, label: Text, unit: Text, *, signed: bool = False, additive: bool = True) -> str:
        """Declare a measure with its unit; gives its name back. signed: may be negative. additive: may be added up."""
        self._declare("measure", "", name, label, unit)
        if signed:
            self.declare("*", signed=[name])
        if not additive:
            self.declare("*", not_additive=[name])
        return name

    def _declare(
        self, kind: str, within: str, code: str, label: Text, unit: Text | None = None, note: str = ""
    ) -> None:
        unit = unit or text("", "")
        self.codes.setdefault(
            (kind, within, code),
            {
                "label_en": _clean(label["en"]) or code,
                "label_ko": _clean(label["ko"]) or _clean(label["en"]) or code,
                "unit_en": unit["en"],
                "unit_ko": unit["ko"],
                "note": _clean(note),
            },
        )

    def declare(self, table: str, **declarations: Any) -> None:
        """Declarations of docs/evidence.md for the resource (`classification`, `signed`, ...); lists are joined.

        table: a canonical table, or "*" for whichever table uses the measure.
        """
        known = self.declarations.setdefault(table, {})
        for name, value in declarations.items():
            if isinstance(value, list):
                known[name] = [*known.get(name, []), *(one for one in value if one not in known.get(name, []))]
            elif isinstance(value, dict):
                known[name] = {**known.get(name, {}), **value}
            else:
                known[name] = value

    # ----------------------------------------------------------------------------------------------- reading cells

    def numbers(
        self,
        cells: pd.Series[str],
        lines: pd.Series[int] | pd.Index[int],
        column: str,
        *,
        missing: Sequence[str] = (),
        thousands: bool = False,
    ) -> pd.Series[float]:
        """Cells as numbers; NaN where a cell is empty or a word for "missing" (left out, counted) or no number (bad).

        thousands: the format writes 1,234 for 1234.
        """
        cells = cells.astype(str).str.strip()
        empty = cells.isin(["", *missing])
        plain = cells.str.replace(",", "", regex=False) if thousands else cells
        if thousands:
            grouped = cells.str.fullmatch(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?").fillna(False)
            plain = plain.where(grouped | ~cells.str.contains(",", regex=False), "?")
        sound = plain.str.fullmatch(NUMBER).fillna(False).astype(bool)
        values = pd.to_numeric(plain.where(sound & ~empty, "nan"), errors="coerce").astype("float64")
        infinite = sound & ~pd.Series(np.isfinite(values.fillna(0.0)), index=cells.index)
        places = pd.Series(np.asarray(lines), index=cells.index)
        for at in cells.index[((~sound | infinite) & ~empty).to_numpy()]:
            reason, remedy = explain_value(str(cells[at]))
            self.bad("not-a-number", int(places[at]), reason, remedy, column=column, value=cells[at])
        if empty.any():
            self.leave_out(
                "empty-value",
                text(f"'{column}' holds no value", f"'{column}' 칸에 값이 없습니다"),
                column=column,
                line=int(places[empty].iloc[0]),
                count=int(empty.sum()),
            )
        return values.where(~infinite)

    def number(self, cell: str, line: int, column: str) -> float:
        """One cell, which may group thousands by commas, as a number; NaN after it was reported as bad."""
        plain = cell.strip()
        if _GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        value = float(plain) if _NUMBER.fullmatch(plain) else float("nan")
        if math.isfinite(value):
            return value
        reason, remedy = explain_value(cell)
        self.bad("not-a-number", line, reason, remedy, column=column, value=cell)
        return float("nan")

    def country(self, name: str, line: int, column: str) -> str:
        """One country's code, "" after a region was counted as left out or an unknown name reported as bad."""
        code = self._places.setdefault(name, named_country(name) or "")
        if code:
            return code
        reason, remedy = explain_unknown(name)
        if "region" in reason["en"]:
            self.leave_out("region", reason, column=column, value=name, line=line)
        else:
            self.bad("unknown-country", line, reason, remedy, column=column, value=name)
        return ""

    def countries(
        self, cells: pd.Series[str], lines: pd.Series[int] | pd.Index[int] | None, column: str, **translate: str
    ) -> pd.Series[str]:
        """ISO 3166-1 alpha-3 codes of country names or codes; "" where there is none.

        translate: the format's own codes (Comtrade's `W00="WLD"`). Regions and groups are left out (counted by name),
        what is not known as a country at all is a bad row. A name must be one that is listed (countries.csv with its
        aliases): nothing is taken for the nearest country. lines: None for cells that come from many lines each; an
        unknown name is then reported once, without a line.
        """
        places = None if lines is None else pd.Series(np.asarray(lines), index=cells.index)
        found: dict[str, str] = {}
        for name in cells.unique():
            code = translate.get(str(name)) or named_country(str(name))
            found[str(name)] = code or ""
            if code:
                continue
            here = cells == name
            reason, remedy = explain_unknown(str(name))
            if "region" in reason["en"]:
                first = None if places is None else int(places[here].iloc[0])
                self.leave_out("region", reason, column=column, value=name, line=first, count=int(here.sum()))
                continue
            for line in [None] if places is None else map(int, places[here]):
                self.bad("unknown-country", line, reason, remedy, column=column, value=name)
        return cells.map(found).astype(str)


def _clean(label: str) -> str:
    return " ".join(re.sub("[\x00-\x1f\x7f]", " ", label).split())[:500]


def code_of(name: str) -> str:
    """A code for a name that has none: its slug; names that are not Latin get a stable suffix.

    `Oil & gas` becomes `oil-and-gas`, `인공지능` becomes `n-` and eight digits that depend on the name only.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("&", " and ")).strip("-")
    if slug and all(c.isascii() for c in name):
        return slug
    mark = hashlib.sha256(spelling(name).encode()).hexdigest()[:8]
    return f"{slug}-{mark}" if slug else f"n-{mark}"
