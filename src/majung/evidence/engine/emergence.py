# mypy: disable-error-code="import-untyped"
"""Emergence counts: records of each topic by period, totals, and the unconnected author groups behind a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from majung.evidence.engine.arithmetic import count, unique
from majung.evidence.engine.base import small
from majung.methods.emergence import ACTIVE_PERIODS, BASE_PERIODS
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERIODS = BASE_PERIODS + ACTIVE_PERIODS


def emergence_counts(records: ir.Table, *, first: int, width: int = 1, periods: int = PERIODS) -> ir.Table:
    """Distinct records of each topic in each period: topic, period (0 … periods - 1), records; no row for none.

    records: topic, record, year (one row an assignment; repeated rows count once). first: first year of period 0.
    width: years a period. `majung.methods.emergence.emergence_score` takes them as a (topics, 10) array.
    """
    seen = _in_periods(records, first, width, periods)
    seen = unique(seen.select("topic", "period", "record"))
    return seen.group_by(["topic", "period"]).agg(records=seen.count())


def period_totals(records: ir.Table, *, first: int, width: int = 1, periods: int = PERIODS) -> ir.Table:
    """Distinct records of the whole data set in each period: period, records."""
    seen = _in_periods(records, first, width, periods)
    seen = unique(seen.select("period", "record"))
    return seen.group_by("period").agg(records=seen.count())


def author_sets(authors: ir.Table, *, rounds: int = 60) -> ir.Table:
    """Unconnected author groups behind each topic: topic, author_sets.

    authors: topic, record, author (one row an authorship; NULL authors are left out). Two authors are connected within
    a topic if a chain of common records joins them. Each author starts with its own name as label; in each round an
    author takes the least label among its records, then that label's own label (pointer jumping), until nothing
    changes: the labels left are the groups. Rounds are queries that run at once, usually fewer than ten. Raises
    InputError if `rounds` do not suffice.
    """
    edges = unique(authors.select("topic", "record", "author").drop_null(how="any")).cache()
    labels = unique(edges.select("topic", "author"))
    labels = labels.mutate(label=labels["author"]).cache()
    for _ in range(rounds):
        seen = edges.join(labels, ["topic", "author"])
        least = seen.group_by(["topic", "record"]).agg(label=seen["label"].min())
        spread = edges.join(least, ["topic", "record"])
        found = spread.group_by(["topic", "author"]).agg(label=spread["label"].min()).cache()
        heads = found.select(topic="topic", head="author", beyond="label")
        jumped = found.join(heads, [found["topic"] == heads["topic"], found["label"] == heads["head"]])
        jumped = jumped.select(
            topic=found["topic"], author=found["author"], label=ibis.least(found["label"], heads["beyond"])
        ).cache()
        both = jumped.join(labels.rename(before="label"), ["topic", "author"])
        changed = small(both.agg(changed=count(both["label"] != both["before"])))[0]["changed"]
        labels = jumped
        if changed == 0:
            return labels.group_by("topic").agg(author_sets=labels["label"].nunique())
    raise InputError(f"author groups were still growing together after {rounds} rounds: allow more rounds")


def _in_periods(records: ir.Table, first: int, width: int, periods: int) -> ir.Table:
    if width < 1 or periods < 1:
        raise InputError(f"width {width} and periods {periods} must be at least 1")
    known = records.drop_null(["topic", "record", "year"], how="any")
    known = known.filter(known["year"].between(first, first + width * periods - 1))
    return known.mutate(period=((known["year"] - first) / float(width)).floor().cast("int64"))
