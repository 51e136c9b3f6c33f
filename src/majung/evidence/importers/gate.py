"""The last gate before a row is written: is it a row of its canonical table? What is not goes to the bad-row report."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from majung.evidence.canonical import FLOWS, SIGNED_COLUMNS, SIGNED_ROWS, TABLES, USES
from majung.evidence.codebook import CODE
from majung.evidence.countries import accepted_codes, explain_unknown
from majung.evidence.importers.context import Context
from majung.evidence.importers.format import Batch
from majung.evidence.problems import Text, text

Explain = Callable[[str], tuple[Text, Text]]
FIRST_YEAR, LAST_YEAR = 1800, 2100
_CORRECT = text("correct it in the file, or ask its publisher", "파일에서 고치거나 발행 기관에 문의하십시오")


def admit(batch: Batch, context: Context) -> pd.DataFrame:
    """The rows of a batch that are sound, with the table's columns in order (and `released`, where given).

    Raises KeyError for a table or column that the module should have known: a fault of the importer, not of the file.
    """
    spec = TABLES[batch.table]
    frame = batch.frame.reset_index(drop=True)
    if "origin" not in frame.columns:
        frame["origin"] = context.file + ", line " + frame["line"].astype(str)
    frame["source"] = ""
    sound = pd.Series(True, index=frame.index)

    def check(column: str, bad: pd.Series[bool], rule: str, explain: Explain) -> None:
        nonlocal sound
        hit = bad & sound
        if not hit.any():
            return
        sound &= ~bad
        here = frame[hit]
        files = here["file"].tolist() if "file" in here.columns else [None] * len(here)
        for value, line, file in zip(here[column].tolist(), here["line"].tolist(), files, strict=True):
            reason, remedy = explain(str(value))
            context.bad(rule, int(line), reason, remedy, column=column, value=value, file=file)

    # NaN and "" are what the module's own reading left after it reported them: they are dropped here, not twice said.
    told = frame["value"].isna()
    for column in spec.key:
        told |= frame[column].isna() if frame[column].dtype.kind in "fiu" else frame[column].isin(["", "nan"])
    sound &= ~told
    for column in spec.places:
        check(column, ~frame[column].isin(list(accepted_codes())), "unknown-country", explain_unknown)
    year = pd.to_numeric(frame["year"], errors="coerce")
    check("year", ~(year.between(FIRST_YEAR, LAST_YEAR) & (year % 1 == 0)), "wrong-year", _year)
    for column, words in (("use", USES), ("flow", FLOWS)):
        if column in spec.key:
            check(column, ~frame[column].isin(list(words)), "unknown-code", _word)
    for column in ("classification", "code", "measure", "row", "column", "conversation", "statement"):
        if column in spec.key:
            fits = {value: CODE.fullmatch(str(value)) is not None for value in frame[column].unique()}
            check(column, ~frame[column].map(fits).astype(bool), "unknown-code", _code)
    value = frame["value"].astype("float64")
    check("value", ~pd.Series(np.isfinite(value), index=frame.index), "infinite-value", _infinite)
    check("value", (value < 0) & ~_may_be_negative(frame, batch.table, context), "negative-value", _negative)
    out = frame.loc[sound, [*spec.columns, *(c for c in ("released",) if c in frame.columns)]].copy()
    out["year"] = out["year"].astype("float64").astype("int64")
    out["value"] = out["value"].astype("float64")
    return out


def _may_be_negative(frame: pd.DataFrame, table: str, context: Context) -> pd.Series[bool]:
    signed = {name for one in (table, "*") for name in context.declarations.get(one, {}).get("signed", ())}
    if "use" in frame.columns:
        return frame["row"].isin([*SIGNED_ROWS, *signed]) | frame["column"].isin([*SIGNED_COLUMNS, *signed])
    if "voter" in frame.columns:
        return frame["value"] >= -1
    return frame["measure"].isin(list(signed))


def _year(value: str) -> tuple[Text, Text]:
    return text(f"'{value}' is not a calendar year", f"'{value}'은(는) 연도가 아닙니다"), _CORRECT


def _word(value: str) -> tuple[Text, Text]:
    return text(f"'{value}' is not known here", f"'{value}'은(는) 알 수 없습니다"), _CORRECT


def _code(value: str) -> tuple[Text, Text]:
    return text(f"'{value}' is not a code", f"'{value}'은(는) 코드가 아닙니다"), _CORRECT


def _infinite(value: str) -> tuple[Text, Text]:
    return text(f"value {value} is too large for a number", f"값 {value}이(가) 수의 범위를 넘습니다"), _CORRECT


def _negative(value: str) -> tuple[Text, Text]:
    reason = text(f"value {value} is negative", f"값 {value}이(가) 음수입니다")
    return reason, text("a quantity of this kind cannot be: correct it", "음수일 수 없는 양입니다. 고치십시오")
