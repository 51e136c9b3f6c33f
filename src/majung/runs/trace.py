"""From a published number back to its source rows, weights and definitions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from majung.evidence import Source
from majung.evidence.lineage import node
from majung.runs.kept import load_run
from majung.runs.run import KEYS, Run, RunError


@dataclass(frozen=True)
class Step:
    """One published row that a figure rests on next. figure: its id, with which to trace on; '' for a statement of the
    programme that is no result row (a budget, a cost)."""

    name: str
    figure: str
    values: dict[str, object]


@dataclass(frozen=True)
class SourceLines:
    """The lines of one evidence table, from one source, on which a figure rests."""

    table: str
    file: str
    lines: tuple[int, ...]
    source: Source
    frame: pd.DataFrame


@dataclass(frozen=True)
class Trace:
    """A figure's chain. column: the one number asked for, '' for the whole row."""

    run: str
    figure: str
    table: str
    key: tuple[str, ...]
    column: str
    values: dict[str, object]
    steps: tuple[Step, ...]
    definitions: tuple[str, ...]
    sources: tuple[SourceLines, ...]


def trace(run: Run, figure: str) -> Trace:
    """The chain of a figure of this run. Raises RunError for an unknown figure or column."""
    name, _, column = figure.partition(".")
    if name not in run.figures:
        raise RunError(f"figure {name!r} is not of run {run.id}")
    table, key = run.figures.row(name)
    values = row_values(run, table, key)
    if column and column not in values:
        raise RunError(f"figure {name} has no column {column!r}; it has {', '.join(values)}")
    start = node(table, *key)
    return Trace(
        run=run.id,
        figure=name,
        table=table,
        key=key,
        column=column,
        values=values,
        steps=_steps(run, start),
        definitions=tuple(
            ancestor for ancestor in run.lineage.ancestors(start) if ancestor.split("/", 1)[0] in _DEFINITIONS
        ),
        sources=_source_lines(run, start),
    )


def find_figure(figure: str, runs: Path, run: str | None = None) -> Run:
    """The kept run that published a figure: the named one, else the newest that has it."""
    name = figure.partition(".")[0]
    folders = [runs / run] if run else [f.parent for f in sorted(runs.glob("*/manifest.json"), key=_age)]
    for folder in folders:
        found = load_run(folder)
        if name in found.figures:
            return found
    looked = ", ".join(f.name for f in folders) or "no runs"
    raise RunError(f"figure {name!r} is not in {runs} (looked into: {looked}); is the run kept elsewhere? Use --runs")


def row_values(run: Run, table: str, key: tuple[str, ...]) -> dict[str, object]:
    """The columns of one result row, without its key."""
    frame, place = run.tables[table], run.figures.place(table, *key)
    return {str(column): frame[column].iat[place] for column in frame.columns if column not in KEYS[table]}


_DEFINITIONS = {"weights", "definitions", "gap weights", "project_gaps", "project costs", "budgets"}
"""Nodes that are the programme's own statements: weights, definitions, tables of the charter."""


def _age(file: Path) -> float:
    return -file.stat().st_mtime


def _steps(run: Run, start: str) -> tuple[Step, ...]:
    """The nearest published rows beneath a node, nearest first: unpublished ones in between are passed through."""
    found, seen = [], {start}
    queue = list(run.lineage.parents(start))
    for name in queue:
        if name in seen:
            continue
        seen.add(name)
        table, *key = name.split("/")
        if figure := run.figures.named(name):
            found.append(Step(name, figure, row_values(run, table, tuple(key))))
        elif table in _DEFINITIONS:
            found.append(Step(name, "", {}))
        else:
            queue.extend(run.lineage.parents(name))
    return tuple(found)


def resting_on(run: Run, table: str, key: tuple[str, ...]) -> tuple[str, ...]:
    """The nearest published rows that rest on a row, by name: unpublished ones in between are passed through."""
    start = node(table, *key)
    found, seen = [], {start}
    queue = list(run.lineage.children(start))
    for name in queue:
        if name in seen:
            continue
        seen.add(name)
        if run.figures.named(name):
            found.append(name)
        else:
            queue.extend(run.lineage.children(name))
    return tuple(sorted(found))


def _source_lines(run: Run, start: str) -> tuple[SourceLines, ...]:
    found = []
    for table, rows in run.lineage.source_rows(start).items():
        frame = run.evidence.rows(table, rows)
        for source, own in frame.groupby("source", sort=True):
            file, numbers = run.evidence.lines(table, own.index.to_numpy())
            found.append(SourceLines(table, file, numbers, run.evidence.source(str(source)), own))
    return tuple(found)
