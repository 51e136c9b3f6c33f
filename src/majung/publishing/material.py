"""What the chapters may ask of a run: names in one language, rows by key, figure ids. The only reader of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from majung.evidence.countries import accepted_codes, country_name
from majung.programme.model import Criterion as CriterionSpec
from majung.programme.model import Text
from majung.publishing.language import Language, missing
from majung.runs import KEYS, Run


@dataclass(frozen=True)
class Indicator:
    """An indicator's name, unit and fixed scale: `low` scores 0, `high` 100."""

    id: str
    name: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Criterion:
    """A criterion with its hue and indicators."""

    id: str
    name: str
    hue: int
    indicators: Sequence[Indicator]


class Material:
    """A run read in one language. Tables are frames with the key columns as ordinary columns."""

    def __init__(self, run: Run, language: Language) -> None:
        self.run, self.language = run, language
        charter = run.programme.charter
        self.charter = charter
        self.places, self.country = charter.places, charter.country
        self._organisations = {o.id: o.name for o in charter.organisations}
        self._projects = {p.id: p.name for projects in run.programme.projects.values() for p in projects}
        self.leads = {a.industry: [self.organisation(o) for o in a.leads] for a in charter.areas}
        self.criteria = [self._criterion(k, c) for k, c in enumerate(charter.criteria)]
        self.gap_names = {str(g.id): self.text(g.name) for g in charter.gaps}
        self._records: dict[str, list[dict[str, Any]]] = {}
        self._groups: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[dict[str, Any]]]] = {}

    # ---------- names

    def text(self, value: Text | None) -> str:
        """A text in ko and en, in this language."""
        return "" if value is None else str(getattr(value, self.language.code))

    def industry(self, candidate: str) -> str:
        """Name of an industry."""
        found = self.run.programme.industries.get(candidate)
        return self.text(found.name) if found else candidate

    def project(self, project: str) -> str:
        """Name of a core project."""
        return self.text(self._projects.get(project)) or project

    def organisation(self, organisation: str) -> str:
        """Name of an organisation."""
        return self.text(self._organisations.get(organisation)) or organisation

    def country_name(self, code: str) -> str:
        """Name of a country, short where the paper has a short one."""
        full = country_name(code)[self.language.code] if code in accepted_codes() else code
        return self.language.find(f"country.{code}", default=full)

    def country_in_sentence(self, code: str) -> str:
        """Name of a country inside a sentence (`the US`)."""
        return self.language.find(f"country_in_sentence.{code}", default=self.country_name(code))

    def classification(self, classification: str) -> str:
        """Label of a classification."""
        entry = self.run.evidence.codebook.classifications.get(classification)
        return entry.label[self.language.code] if entry else classification

    def code(self, classification: str, code: str) -> str:
        """Label of a code."""
        entry = self.run.evidence.codebook.codes.get((classification, code))
        return entry.label[self.language.code] if entry else code

    def localized(self, row: Mapping[str, Any], stem: str) -> str:
        """`row[stem_ko]` or `row[stem_en]`."""
        value = row.get(f"{stem}_{self.language.code}", "")
        return "" if value is None or (isinstance(value, float) and missing(value)) else str(value)

    def row_name(self, table: str, *key: str) -> str:
        """A result row in words: what its table holds, then its key by name."""
        named = [self.language.find(f"holds.{table.replace(' ', '_')}", default=table)]
        columns = KEYS.get(table, ("",) * len(key))
        named += [self._key_name(column, part) for column, part in zip(columns, key, strict=False) if part]
        return " · ".join(named)

    def _key_name(self, column: str, part: str) -> str:
        if column in ("candidate", "industry", "other", "area"):
            return self.industry(part)
        if column == "project":
            return self.project(part)
        if column == "country":
            return self.country_name(part)
        if column == "classification":
            return self.classification(part)
        if column == "gap":
            return self.gap_names.get(part, part)
        for criterion in self.criteria:
            if part == criterion.id:
                return criterion.name
            for indicator in criterion.indicators:
                if part == indicator.id:
                    return indicator.name
        return self.project(part) if column == "" else part

    # ---------- rows

    def table(self, name: str) -> pd.DataFrame:
        """A result table, empty if the run has none of that name."""
        return self.run.tables[name] if name in self.run.tables else pd.DataFrame()

    def rows(self, name: str, **where: object) -> list[dict[str, Any]]:
        """Rows of a table whose columns equal `where`, in the table's order."""
        columns = tuple(where)
        if name not in self._records:
            frame = self.table(name)
            self._records[name] = [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]
        if not columns:
            return self._records[name]
        found = self._groups.get((name, columns))
        if found is None:
            found = {}
            for record in self._records[name]:
                found.setdefault(tuple(record.get(column) for column in columns), []).append(record)
            self._groups[(name, columns)] = found
        return found.get(tuple(where.values()), [])

    def row(self, name: str, **where: object) -> dict[str, Any]:
        """The row of `name` at the key `where`; empty if there is none."""
        found = self.rows(name, **where)
        return found[0] if found else {}

    def figure(self, table: str, *key: object) -> str:
        """Short figure id of a row."""
        return self.run.figure(table, *key)

    def series(self, table: str, **where: object) -> dict[str, tuple[list[float], list[float]]]:
        """Years and values by country, years ascending, missing values left out."""
        found: dict[str, dict[float, float]] = {}
        for row in self.rows(table, **where):
            if not missing(row["value"]):
                found.setdefault(str(row["country"]), {})[float(row["year"])] = float(row["value"])
        return {c: (sorted(v), [v[y] for y in sorted(v)]) for c, v in found.items()}

    @staticmethod
    def anchor(candidate: str) -> str:
        """Anchor of an industry's page (the id may hold any character)."""
        return "industry-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in candidate)

    def ranked(self) -> list[dict[str, Any]]:
        """The ranking, best first."""
        return sorted(self.rows("ranking"), key=lambda r: (int(r["rank"]), str(r["candidate"])))

    def areas(self) -> list[dict[str, Any]]:
        """Ranking rows of the areas that were chosen, best first."""
        return [row for row in self.ranked() if bool(row["area"])]

    # ---------- provenance

    @property
    def cut(self) -> int:
        """Last year of the evidence used."""
        return int(self.run.manifest["cut_year"])

    @property
    def mode(self) -> str:
        """`retrospective` or `real-time`."""
        return str(self.run.manifest["mode"])

    @property
    def illustrative(self) -> bool:
        """Whether the run is an example and must be marked as one."""
        return bool(self.run.manifest.get("illustrative", False))

    @property
    def snapshot(self) -> str:
        """Hash of the evidence snapshot, shortened for print."""
        return str(self.run.manifest["hashes"]["evidence"]).removeprefix("sha256:")[:12]

    def sources(self) -> list[dict[str, str]]:
        """Sources of the evidence: id, title, publisher, edition, license, license_note, retrieved, citation."""
        names = ("id", "title", "publisher", "edition", "license", "license_note", "retrieved", "citation")
        return [{n: str(getattr(s, n) or "") for n in names} for s in self.run.evidence.sources.values()]

    def _criterion(self, hue: int, criterion: CriterionSpec) -> Criterion:
        indicators = [
            Indicator(i.id, self.text(i.name), self.text(i.unit), i.scale.reference, i.scale.target)
            for i in criterion.indicators
        ]
        return Criterion(str(criterion.id), self.text(criterion.name), hue, indicators)
