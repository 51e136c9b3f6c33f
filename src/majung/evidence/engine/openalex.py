# mypy: disable-error-code="import-untyped"
"""OpenAlex works (JSON lines, one work a line) to topic × country × year × citation rank, in one pass.

Written to the OpenAlex documentation of the works entity: `authorships[].countries`, `institutions[].country_code`,
`topics[]` with subfield, field and domain, `citation_normalized_percentile.value` in [0, 1].
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from majung.evidence.countries import countries
from majung.evidence.engine.arithmetic import WEIGHT_PLACES, amount, share, total, unique, units, whole
from majung.evidence.engine.base import Engine, Paths, fault, resolve
from majung.evidence.problems import text
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TOPIC = "struct<id: string, subfield: struct<id: string>, field: struct<id: string>, domain: struct<id: string>>"

WORKS: Mapping[str, str] = {
    "id": "string",
    "publication_year": "float64",  # as a whole number DuckDB would round 2019.6 to 2020 in silence: see whole
    "type": "string",
    "is_retracted": "boolean",
    "is_paratext": "boolean",
    "authorships": "array<struct<author: struct<id: string>, "
    "institutions: array<struct<country_code: string>>, countries: array<string>>>",
    "topics": f"array<{_TOPIC}>",
    "citation_normalized_percentile": "struct<value: float64>",
}
"""What is read of a work; the rest of the line is skipped."""

LEVELS = ("topic", "subfield", "field", "domain")
"""Levels of OpenAlex's classification; the classification of the result is called `openalex-<level>`."""

TOP = {"top10": 0.9, "top1": 0.99}
"""Measures of the most cited: percentile from which a work belongs to them."""

_LONGEST = 16 << 20  # characters of a line that are looked at; DuckDB takes no longer object
_REQUIRED = ("id", "publication_year", "authorships", "topics")


def openalex_works(connection: Engine, paths: Paths) -> ir.Table:
    """A table over files of the works snapshot (`.gz` or plain JSON lines); nothing is loaded yet.

    The first line of every file is looked at: a required key that is missing or renamed, or a file that is no JSON
    lines, is an error that names it. Later lines that do not fit the schema stop the query that meets them.
    """
    files = resolve(paths)
    for file in files:
        if "://" not in file:
            _check_first_line(Path(file))
    return connection.json_lines(files, ibis.schema(dict(WORKS)))


def fractional_counts(
    works: ir.Table,
    *,
    level: str = "topic",
    types: Sequence[str] | None = ("article", "review"),
    years: tuple[int, int] | None = None,
    top: Mapping[str, float] = TOP,
) -> ir.Table:
    """Fractional counts: country, classification, code, year, measure, value, the canonical table `publications`.

    A work counts 1 in all: split evenly over its authorships, each authorship over its countries (`countries`, or where
    that is empty the distinct countries of its institutions), and all evenly over its topics. Two topics in one field
    are two parts of that field. What cannot be placed is kept, not spread over the rest: country NULL for an authorship
    without one (or a work without authorships), code NULL for a work without topics. Country codes become ISO alpha-3;
    one that is not known stays as it is, for the validation to name.

    Measures: `articles`; `articles_ranked`, of works whose citation percentile is known; one `articles_<name>` for each
    of `top`, of works at or above that percentile (OpenAlex ranks a work among those of its type, year and subfield).
    types: OpenAlex types counted, None for all. Retracted works, paratext and works without a year are left out.
    A percentile outside [0, 1] stops the query. Weights are added in fixed point of 12 places, so that the result does
    not depend on order or engine.
    """
    if level not in LEVELS:
        raise InputError(f"level {level!r} is none of {', '.join(LEVELS)}")
    flat = _flatten(_counted(works, types, years), level)
    weight = 1.0 / (flat["authorships"] * flat["places"] * flat["parts"]).cast("float64")
    flat = flat.mutate(weight=units(weight, WEIGHT_PLACES))
    limits = {"articles": None, "articles_ranked": flat["rank"].notnull()}
    limits |= {f"articles_{name}": flat["rank"] >= limit for name, limit in top.items()}
    sums = {measure: total(flat["weight"], where=where) for measure, where in limits.items()}
    counted = flat.group_by(["country", "code", "year"]).agg(**sums).cache()
    alpha3 = {country.alpha2: country.alpha3 for country in countries().values() if country.alpha2}
    parts = [
        counted.select(
            country=counted["country"].upper().substitute(alpha3, else_=counted["country"]),
            classification=ibis.literal(f"openalex-{level}"),
            code=counted["code"].re_replace("^.*/", ""),
            year=counted["year"],
            measure=ibis.literal(measure),
            value=amount(counted[measure], WEIGHT_PLACES),
        )
        for measure in sums
    ]
    long = ibis.union(*parts)
    return long.filter(long["value"] > 0)


def work_records(works: ir.Table, *, level: str = "topic", years: tuple[int, int] | None = None) -> ir.Table:
    """Which work has which topics and authors: topic, record, year, author, as :mod:`.emergence` takes them.

    One row an author (NULL where a work has none).
    """
    if level not in LEVELS:
        raise InputError(f"level {level!r} is none of {', '.join(LEVELS)}")
    counted = _counted(works, None, years)
    nobody = ibis.array([ibis.null("string")])
    authors = counted["authorships"].map(lambda a: a["author"]["id"])
    flat = counted.select(
        record=counted["id"],
        year=counted["publication_year"],
        author=ibis.ifelse(authors.length() > 0, authors, nobody),
        topic=_codes(counted, level),
    )
    flat = flat.unnest("author").unnest("topic")
    flat = flat.filter(flat["topic"].notnull())
    return unique(flat.mutate(topic=flat["topic"].re_replace("^.*/", "")))


def _counted(works: ir.Table, types: Sequence[str] | None, years: tuple[int, int] | None) -> ir.Table:
    keep = works["publication_year"].notnull()
    for flag in ("is_retracted", "is_paratext"):
        keep &= ~works[flag].coalesce(False)
    if types is not None:
        keep &= works["type"].isin(list(types))
    if years is not None:
        keep &= works["publication_year"].between(*years)
    return works.filter(keep).mutate(publication_year=lambda t: whole(t["publication_year"]))


def _codes(works: ir.Table, level: str) -> ir.ArrayValue:
    codes = works["topics"].map(lambda topic: topic["id"] if level == "topic" else topic[level]["id"])
    return ibis.ifelse(codes.length() > 0, codes, ibis.array([ibis.null("string")]))


def _flatten(works: ir.Table, level: str) -> ir.Table:
    """One row an authorship, country and topic: year, rank, country, code and the numbers that divide the work."""
    nowhere = ibis.array([ibis.null("string")])

    def places(authorship: ir.StructValue) -> ir.ArrayValue:
        of_institutions = authorship["institutions"].map(lambda one: one["country_code"])
        of_institutions = of_institutions.filter(lambda code: code.notnull()).unique()
        found = ibis.ifelse(authorship["countries"].length() > 0, authorship["countries"].unique(), of_institutions)
        return ibis.ifelse(found.length() > 0, found, nowhere)

    by_author = works["authorships"].map(places)
    base = works.select(
        year=works["publication_year"],
        rank=share(works["citation_normalized_percentile"]["value"]),
        code=_codes(works, level),
        author=ibis.ifelse(by_author.length() > 0, by_author, ibis.array([nowhere])),
    )
    base = base.mutate(authorships=base["author"].length(), parts=base["code"].length()).unnest("author")
    base = base.rename(country="author").mutate(places=lambda t: t["country"].length())
    return base.unnest("country").unnest("code")


def _check_first_line(file: Path) -> None:
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            line = lines.readline(_LONGEST)
        work = json.loads(line)
    except (ValueError, EOFError, gzip.BadGzipFile) as error:
        raise fault(
            "wrong-format",
            str(file),
            text(f"the first line is not a JSON object ({error})", f"첫 줄이 JSON 객체가 아닙니다 ({error})"),
            text("get the file of the works snapshot again", "works 스냅숏 파일을 다시 받으십시오"),
        ) from None
    keys = set(work) if isinstance(work, dict) else set()
    missing = [key for key in _REQUIRED if key not in keys]
    if missing:
        near = ", ".join(sorted(keys)[:12])
        raise fault(
            "schema-drift",
            f"{file}",
            text(
                f"a work has no '{missing[0]}'; its keys are {near}", f"'{missing[0]}' 키가 없습니다. 있는 키: {near}"
            ),
            text("is this a file of works? Has the format changed?", "works 파일인지, 형식이 바뀌었는지 확인하십시오"),
        )
