"""The chain of a published figure as a public document: what it was computed from, down to file and line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from majung.publishing.language import LANGUAGES, Language
from majung.publishing.material import Material
from majung.runs import Run, RunError, trace
from majung.runs.trace import SourceLines
from majung.taskforce.queries.runs import taken_in
from majung.taskforce.rules.words import Text

ROWS = 25
"""Source rows of one file that a chain shows; the place names them all."""
OPEN = ("CC0", "CC-BY", "ODC-", "ODbL", "PDDL", "KOGL", "OGL-")
"""Beginnings of the licences whose rows may be shown to everybody. Under any other only their place is."""
PRINCIPAL = ("score", "value", "level", "contribution", "weight", "size", "share", "cost", "auc", "begins")
"""The column that stands for a row where no column was asked for: the first that the row has."""


def chains(cited: Iterable[tuple[str, str]], runs: Path) -> dict[str, dict[str, Any]]:
    """The documents of cited figures, (run, figure) pairs, by figure. A run that is not kept in `runs`, or does not
    have the figure, gives a document that says so: {"run", "figure", "missing": True}."""
    found: dict[str, dict[str, Any]] = {}
    by_run: dict[str, set[str]] = {}
    for key, figure in cited:
        by_run.setdefault(key, set()).add(figure)
    for key, figures in sorted(by_run.items()):
        run = None
        with suppress(RunError):
            run = taken_in(key, runs)
        read = {code: Material(run, Language(code)) for code in LANGUAGES} if run else {}
        for figure in sorted(figures):
            try:
                found[figure] = chain(run, read, figure) if run else _missing(key, figure)
            except RunError:
                found[figure] = _missing(key, figure)
    return found


def chain(run: Run, read: dict[str, Material], figure: str) -> dict[str, Any]:
    """One figure's document. read: the run in each language. Raises RunError for a figure that the run has not."""
    found = trace(run, figure)
    return {
        "run": run.id,
        "figure": figure,
        "missing": False,
        "name": _said(read, lambda m: m.row_name(found.table, *found.key)),
        "column": found.column,
        "value": _value(found.values, found.column),
        "steps": [
            {
                "figure": step.figure,
                "name": {code: material.row_name(*step.name.split("/")) for code, material in read.items()},
                "value": _value(step.values),
            }
            for step in found.steps
        ],
        "statements": len(found.definitions),
        "sources": [_source(read, source) for source in found.sources],
    }


def _missing(key: str, figure: str) -> dict[str, Any]:
    return {"run": key, "figure": figure, "missing": True}


def _said(read: dict[str, Material], name: Callable[[Material], str]) -> Text:
    return {code: name(material) for code, material in read.items()}


def _value(values: dict[str, object], column: str = "") -> float | str | None:
    """The number that stands for a row; None where it has none or none is reported."""
    wanted = column or next((c for c in PRINCIPAL if c in values), "")
    value = values.get(wanted)
    if isinstance(value, str):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _source(read: dict[str, Material], source: SourceLines) -> dict[str, Any]:
    shown = source.source.license.replace(" ", "-").startswith(OPEN)
    return {
        "table": source.table,
        "file": source.file,
        "first": source.lines[0],
        "last": source.lines[-1],
        "count": len(source.lines),
        "title": source.source.title,
        "publisher": source.source.publisher,
        "edition": source.source.edition,
        "license": source.source.license,
        "citation": source.source.citation,
        "url": source.source.url,
        "retrieved": source.source.retrieved.isoformat(),
        "open": shown,
        "rows": [_row(read, line, row) for line, row in _first(source)] if shown else [],
    }


def _first(source: SourceLines) -> list[tuple[int, dict[str, Any]]]:
    rows = source.frame.head(ROWS).to_dict("records")
    return [(line, {str(k): v for k, v in row.items()}) for line, row in zip(source.lines, rows, strict=False)]


def _row(read: dict[str, Material], line: int, row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"line": line}
    if "country" in row:
        told["country"] = _said(read, lambda m: m.country_name(str(row["country"])))
    if "code" in row:
        told["code"] = _said(read, lambda m: m.code(str(row.get("classification", "")), str(row["code"])))
    if "measure" in row:
        told["measure"] = next(iter(read.values())).run.evidence.measure_label(str(row["measure"]))
    if "year" in row:
        told["year"] = int(row["year"])
    if "value" in row:
        told["value"] = _value(row, "value")
    return told
