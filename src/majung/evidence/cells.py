"""Checking a table file cell by cell: columns, types, codes, sources. Vectorised: only bad cells cost time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from majung.evidence.canonical import FLOWS, SIGNED_COLUMNS, SIGNED_ROWS, USES, CanonicalTable
from majung.evidence.codebook import Codebook, nearest, slug, spelling
from majung.evidence.countries import accepted_codes, explain_unknown
from majung.evidence.problems import Problem, Text, text
from majung.evidence.reading import RawTable

Mask = pd.Series  # of bool, same index as the table

# [0-9], not \d: full-width digits are digits to some regular-expression engines and not to others.
NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_YEAR = r"[12][0-9]{3}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SHEET_ERRORS = r"#(?:REF|N/A|NA|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC|GETTING_DATA|FIELD)[!?]?|#{3,}"
_MISSING = {"nan", "na", "n/a", "null", "none", "nil", "-", "--", "–", ".", "..", "...", ":", "x", "missing", "없음"}
_MISSING |= {"not available", "n.a.", "해당없음", "미상", "결측"}
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


@dataclass(frozen=True)
class Rules:
    """What the cells of one table file are checked against."""

    spec: CanonicalTable
    codebook: Codebook
    sources: Collection[str]
    fields: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    classification: str = ""
    codes_path: str = "codes.csv"


@dataclass
class _Finder:
    """Turns masks of bad cells into problems; a cell already found bad is not reported again."""

    raw: RawTable
    problems: list[Problem] = field(default_factory=list)
    bad: dict[str, Mask] = field(default_factory=dict)

    def cells(self, column: str) -> pd.Series[str]:
        return self.raw.cells[column]

    def fresh(self, column: str) -> Mask:
        none = pd.Series(False, index=self.raw.cells.index)
        return ~self.bad.get(column, none)

    def report(self, rule: str, column: str, mask: Mask, explain: Callable[[str], tuple[Text, Text]]) -> None:
        hit = mask.to_numpy(dtype=bool) & self.fresh(column).to_numpy(dtype=bool)
        if not hit.any():
            return
        explained: dict[str, tuple[Text, Text]] = {}
        for line, value in self.cells(column)[hit].items():
            if value not in explained:
                explained[value] = explain(value)
            reason, remedy = explained[value]
            self.problems.append(Problem(rule, self.raw.file, reason, remedy, int(str(line)), column, value))
        known = self.bad.get(column)
        now = pd.Series(hit, index=self.raw.cells.index)
        self.bad[column] = now if known is None else known | now


def check_cells(raw: RawTable, rules: Rules) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Type and check every cell.

    Returns the typed frame (index: line numbers; rows with a bad key left out, a bad value or source has value NaN, so
    that the checks that follow see only sound rows), or None when the columns do not fit, and every problem.
    """
    finder = _Finder(raw)
    finder.problems += _column_problems(raw, rules)
    wanted = rules.spec.columns
    if any(column not in raw.cells.columns for column in wanted):
        return None, finder.problems
    for column in (*wanted, *(c for c in rules.spec.optional if c in raw.cells.columns)):
        _check_text(finder, column)
    for column in rules.spec.places:
        finder.report("unknown-country", column, ~_in(finder.cells(column), accepted_codes()), explain_unknown)
    _check_year(finder)
    _check_codes(finder, rules)
    _check_source(finder, rules)
    _check_value(finder, rules)
    if "released" in raw.cells.columns:
        _check_released(finder)
    return _typed(finder, rules), finder.problems


def _column_problems(raw: RawTable, rules: Rules) -> list[Problem]:
    out: list[Problem] = []
    header = [str(name) for name in raw.cells.columns]
    known = (*rules.spec.columns, *rules.spec.optional)
    for column in rules.spec.columns:
        if column not in header:
            near = nearest(column, [name for name in header if name not in known])
            remedy = (
                text(f"rename '{near}' to '{column}'?", f"'{near}' 열의 이름을 '{column}'(으)로 바꾸십시오?")
                if near
                else text(
                    f"the columns are {', '.join(rules.spec.columns)}", f"필요한 열: {', '.join(rules.spec.columns)}"
                )
            )
            reason = text(f"column '{column}' is missing", f"'{column}' 열이 없습니다")
            out.append(Problem("missing-column", raw.file, reason, remedy, 1, column))
    for column in header:
        if column not in known:
            reason = text(f"column '{column}' is not known", f"'{column}' 열은 알 수 없는 열입니다")
            remedy = text("take it out or rename it", "빼거나 이름을 고치십시오")
            out.append(Problem("unknown-column", raw.file, reason, remedy, 1, column))
    if not out and rules.fields and tuple(header) != rules.fields:
        reason = text(
            "the header is not the list of fields in datapackage.json",
            "머리글이 datapackage.json의 필드 목록과 다릅니다",
        )
        remedy = text(f"write the columns as {','.join(rules.fields)}", f"열 순서: {','.join(rules.fields)}")
        out.append(Problem("missing-column", raw.file, reason, remedy, 1))
    return out


def _matches(cells: pd.Series[str], pattern: str) -> Mask:
    return cells.str.fullmatch(pattern)


def _check_text(finder: _Finder, column: str) -> None:
    cells = finder.cells(column)
    if column != "released":
        finder.report(
            "empty-value",
            column,
            cells.str.strip() == "",
            lambda _: (
                text(f"'{column}' is empty", f"'{column}' 칸이 비어 있습니다"),
                text("fill it in, or delete the row if nothing is known", "채우거나, 알 수 없으면 행을 지우십시오"),
            ),
        )
    finder.report(
        "formula",
        column,
        cells.str.startswith("="),
        lambda value: (
            text(f"'{column}' holds a formula ({value})", f"'{column}' 칸에 수식이 있습니다 ({value})"),
            text("paste the value instead", "값으로 붙여 넣으십시오"),
        ),
    )
    finder.report(
        "spreadsheet-error",
        column,
        cells.str.startswith("#") & _matches(cells, _SHEET_ERRORS),
        lambda value: (
            text(
                f"'{column}' holds a spreadsheet error ({value})",
                f"'{column}' 칸에 스프레드시트 오류가 있습니다 ({value})",
            ),
            text("repair the formula in the spreadsheet and save again", "원래 표의 수식을 고쳐 다시 저장하십시오"),
        ),
    )
    finder.report(
        "stray-space",
        column,
        cells != cells.str.strip(),
        lambda value: (
            text(
                f"'{column}' has space around {value.strip()!r}",
                f"'{column}' 칸 앞뒤에 공백이 있습니다 ({value.strip()!r})",
            ),
            text("take the space away", "공백을 지우십시오"),
        ),
    )
    finder.report(
        "control-character",
        column,
        cells.str.contains("[\x00-\x1f\x7f]", regex=True),
        lambda value: (
            text(
                f"'{column}' holds a control character ({value!r})", f"'{column}' 칸에 제어 문자가 있습니다 ({value!r})"
            ),
            text("take it out", "지우십시오"),
        ),
    )


def _in(cells: pd.Series[str], accepted: Collection[str]) -> Mask:
    return cells.isin(list(accepted))


def _check_year(finder: _Finder) -> None:
    cells = finder.cells("year")
    finder.report("wrong-year", "year", ~_matches(cells, _YEAR), _explain_year)
    number = pd.to_numeric(cells.where(finder.fresh("year"), "2000"), errors="coerce")
    finder.report("wrong-year", "year", ~number.between(_FIRST_YEAR, _LAST_YEAR), _explain_year)


def _explain_year(value: str) -> tuple[Text, Text]:
    found = re.search(r"(?<![0-9])[12][0-9]{3}(?![0-9])", value)
    remedy = (
        text(f"write {found.group()}?", f"{found.group()}(으)로 적으십시오?")
        if found and _FIRST_YEAR <= int(found.group()) <= _LAST_YEAR
        else text("write a calendar year such as 2018", "2018과 같은 역년을 적으십시오")
    )
    return text(f"'{value}' is not a calendar year", f"'{value}'은(는) 연도가 아닙니다"), remedy


def _check_codes(finder: _Finder, rules: Rules) -> None:
    for column, words in (("use", USES), ("flow", FLOWS)):
        if column in rules.spec.key:
            finder.report(
                "unknown-code", column, ~_in(finder.cells(column), words), partial(_explain_word, column, words)
            )
    if rules.spec.coded is None:
        accepted = set(rules.codebook.codes_of(rules.classification))
        for column in ("row", "column"):
            finder.report(
                "unknown-code",
                column,
                ~_in(finder.cells(column), accepted),
                partial(_explain_code, rules, rules.classification),
            )
        return
    within, coded = rules.spec.coded
    finder.report(
        "unknown-code",
        within,
        ~_in(finder.cells(within), rules.codebook.classifications),
        lambda value: (
            text(f"classification '{value}' is not declared", f"'{value}' 분류가 선언되지 않았습니다"),
            _suggest(value, list(rules.codebook.classifications), rules),
        ),
    )
    if "measure" in rules.spec.key:
        finder.report(
            "unknown-measure",
            "measure",
            ~_in(finder.cells("measure"), rules.codebook.measures),
            lambda value: (
                text(f"measure '{value}' is not declared", f"측정값 '{value}'이(가) 선언되지 않았습니다"),
                _suggest(value, list(rules.codebook.measures), rules),
            ),
        )
    classification = finder.cells(within)
    for one in classification.unique():
        if one in rules.codebook.classifications:
            here = classification == one
            known = _in(finder.cells(coded), rules.codebook.codes_of(one))
            _double_spellings(finder, coded, str(one), here & ~known)
            finder.report("unknown-code", coded, here & ~known, partial(_explain_code, rules, one))


def _explain_word(column: str, words: tuple[str, ...], value: str) -> tuple[Text, Text]:
    return (
        text(f"{column} '{value}' is not known", f"{column} '{value}'은(는) 알 수 없습니다"),
        text(f"write one of {', '.join(words)}", f"다음 가운데 하나: {', '.join(words)}"),
    )


def _double_spellings(finder: _Finder, column: str, classification: str, undeclared: Mask) -> None:
    """Codes that differ only in case, spaces or punctuation, when none of the spellings is declared."""
    codes = finder.cells(column)[undeclared]
    seen: dict[str, str] = {}
    for value in codes.value_counts(sort=True).index:
        first = seen.setdefault(spelling(str(value)), str(value))
        if first != value:
            reason = text(
                f"'{value}' and '{first}' are two spellings of one code in '{classification}'",
                f"'{value}'와(과) '{first}'은(는) '{classification}'에서 같은 코드의 다른 표기입니다",
            )
            remedy = text(f"write '{slug(first)}' for both", f"둘 다 '{slug(first)}'(으)로 적으십시오")
            line = int(str(codes.index[codes == value][0]))
            problem = Problem("double-spelling", finder.raw.file, reason, remedy, line, column, str(value))
            finder.problems.append(problem)


def _suggest(value: str, choices: list[str], rules: Rules) -> Text:
    near = nearest(value, choices)
    if near:
        return text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?")
    return text(f"declare it in {rules.codes_path}", f"{rules.codes_path}에 선언하십시오")


def _explain_code(rules: Rules, classification: str, value: str) -> tuple[Text, Text]:
    near = rules.codebook.nearest(classification, value)
    remedy = (
        text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?")
        if near
        else text(
            f"declare it in {rules.codes_path}: code,{classification},{slug(value)},...",
            f"{rules.codes_path}에 선언하십시오: code,{classification},{slug(value)},...",
        )
    )
    return (
        text(
            f"code '{value}' is not declared in classification '{classification}'",
            f"코드 '{value}'은(는) '{classification}' 분류에 없습니다",
        ),
        remedy,
    )


def _check_source(finder: _Finder, rules: Rules) -> None:
    finder.report(
        "unknown-source",
        "source",
        ~_in(finder.cells("source"), rules.sources),
        lambda value: (
            text(f"source '{value}' is not declared", f"출처 '{value}'이(가) 선언되지 않았습니다"),
            text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?")
            if (near := nearest(value, list(rules.sources)))
            else text(
                'add it to "sources" in datapackage.json, with its licence',
                'datapackage.json의 "sources"에 라이선스와 함께 넣으십시오',
            ),
        ),
    )


def _check_released(finder: _Finder) -> None:
    cells = finder.cells("released")
    wrong = (cells != "") & ~_matches(cells, _DATE)
    parsed = pd.to_datetime(cells.where(~wrong, ""), format="%Y-%m-%d", errors="coerce")
    finder.report(
        "wrong-date",
        "released",
        wrong | (parsed.isna() & (cells != "")),
        lambda value: (
            text(f"released '{value}' is not a date", f"공표일 '{value}'은(는) 날짜가 아닙니다"),
            text("write YYYY-MM-DD or leave it empty", "YYYY-MM-DD로 적거나 비우십시오"),
        ),
    )


def _check_value(finder: _Finder, rules: Rules) -> None:
    cells = finder.cells("value")
    finder.report("not-a-number", "value", ~_matches(cells, NUMBER), explain_value)
    number = pd.to_numeric(cells.where(finder.fresh("value"), "0"), errors="coerce")
    finder.report(
        "infinite-value",
        "value",
        ~pd.Series(np.isfinite(number.to_numpy(dtype=float)), index=cells.index),
        lambda value: (
            text(f"value {value} is too large for a number", f"값 {value}이(가) 수의 범위를 넘습니다"),
            text("correct it or delete the row", "고치거나 행을 지우십시오"),
        ),
    )
    negative = number < 0
    if "use" in rules.spec.key:
        rows, columns = (*SIGNED_ROWS, *rules.signed), (*SIGNED_COLUMNS, *rules.signed)
        allowed = _in(finder.cells("row"), rows) | _in(finder.cells("column"), columns)
        listed = ", ".join(dict.fromkeys((*SIGNED_ROWS, *SIGNED_COLUMNS, *rules.signed)))
        remedy = text(f"only {listed} may be negative", f"{listed}만 음수일 수 있습니다")
    elif "voter" in rules.spec.key:
        finder.report(
            "not-a-vote",
            "value",
            ~number.isin([-1.0, 0.0, 1.0]),
            lambda value: (
                text(f"value {value} is no vote", f"값 {value}은(는) 투표가 아닙니다"),
                text("write -1 (disagree), 0 (pass) or 1 (agree)", "-1(반대), 0(통과), 1(찬성)로 적으십시오"),
            ),
        )
        return
    else:
        allowed = _in(finder.cells("measure"), rules.signed)
        remedy = text(
            'correct it; a measure that may be negative is declared under "signed" in datapackage.json',
            '고치십시오. 음수가 될 수 있는 측정값은 datapackage.json의 "signed"에 선언하십시오',
        )
    finder.report(
        "negative-value",
        "value",
        negative & ~allowed,
        lambda value: (text(f"value {value} is negative", f"값 {value}이(가) 음수입니다"), remedy),
    )


def explain_value(value: str) -> tuple[Text, Text]:
    """Why a cell is not a number, and what to write instead."""
    plain = value.strip().casefold()
    if plain in _MISSING:
        return (
            text(f"'{value}' is no value", f"'{value}'은(는) 값이 아닙니다"),
            text("leave rows without a value out of the table", "값이 없는 행은 표에서 빼십시오"),
        )
    if re.fullmatch(r"[+-]?(inf|infinity|∞)", plain):
        return (
            text(f"value {value} is infinite", f"값 {value}이(가) 무한대입니다"),
            text("correct it or delete the row", "고치거나 행을 지우십시오"),
        )
    if re.fullmatch(r"[+-]?\d{1,3}([, ' ]\d{3})+(\.\d+)?", plain):
        return (
            text(f"'{value}' has thousands separators", f"'{value}'에 천 단위 구분 기호가 있습니다"),
            text(f"write {re.sub('[^0-9.+-]', '', plain)}", f"{re.sub('[^0-9.+-]', '', plain)}(으)로 적으십시오"),
        )
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*,\d+", plain):
        fixed = plain.replace(".", "").replace(",", ".")
        return (
            text(f"'{value}' has a decimal comma", f"'{value}'에 소수점 대신 쉼표가 있습니다"),
            text(f"write {fixed}", f"{fixed}(으)로 적으십시오"),
        )
    if re.fullmatch(r"[+-]?[\d.,]+\s*%", plain):
        return (
            text(f"'{value}' has a percent sign", f"'{value}'에 백분율 기호가 있습니다"),
            text("write the number; the unit belongs to the measure", "숫자만 적으십시오. 단위는 측정값에 속합니다"),
        )
    return (
        text(f"'{value}' is text, not a number", f"'{value}'은(는) 숫자가 아니라 글입니다"),
        text("write digits with a decimal point only", "숫자와 소수점만 적으십시오"),
    )


def _typed(finder: _Finder, rules: Rules) -> pd.DataFrame:
    cells = finder.raw.cells
    spec = rules.spec
    sound = pd.Series(True, index=cells.index)
    for column in spec.key:
        sound &= finder.fresh(column)
    frame = cells.loc[sound, list(spec.columns)].copy()
    frame["released"] = cells.loc[sound, "released"] if "released" in cells.columns else ""
    frame["year"] = frame["year"].astype("int64")
    usable = finder.fresh("value") & finder.fresh("source")
    frame["value"] = pd.to_numeric(frame["value"].where(usable, "nan"), errors="coerce").astype("float64")
    frame.index.name = spec.index
    return frame
