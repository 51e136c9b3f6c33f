"""What the chapters may ask of a run: names in one language, rows by key, figure ids. The only reader of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from majung.publishing.language import Language, missing


class Run(Protocol):
    """What publishing needs of a run (`majung.runs.Run` has it)."""

    @property
    def id(self) -> str: ...
    @property
    def manifest(self) -> Any: ...
    @property
    def programme(self) -> Any: ...
    @property
    def evidence(self) -> Any: ...
    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...
    def figure(self, table: str, *key: object) -> str:
        """Short figure id of a row."""
        ...


@dataclass(frozen=True)
class Indicator:
    """An indicator's name, unit and reference (the 1 of the interval plot)."""

    id: str
    name: str
    unit: str
    reference: float


@dataclass(frozen=True)
class Criterion:
    """A criterion with its hue and indicators."""

    id: str
    name: str
    hue: int
    indicators: Sequence[Indicator]


def _get(thing: Any, *names: str, default: Any = None) -> Any:
    """The first attribute or key of `thing` among `names` that is there."""
    for name in names:
        if isinstance(thing, Mapping):
            if name in thing:
                return thing[name]
        elif hasattr(thing, name):
            return getattr(thing, name)
    return default


def _each(things: Any) -> list[Any]:
    """The members of a mapping or a sequence."""
    if things is None:
        return []
    return list(things.values()) if isinstance(things, Mapping) else list(things)


class Material:
    """A run read in one language. Tables are frames with the key columns as ordinary columns."""

    def __init__(self, run: Run, language: Language) -> None:
        self.run, self.language = run, language
        self.programme = run.programme
        self.places = int(_get(self.programme, "places", default=5))
        self.country = str(_get(self.programme, "country", default="KOR"))
        self._industries = {_get(i, "id"): i for i in _each(_get(self.programme, "industries"))}
        projects = [p for group in _each(_get(self.programme, "projects")) for p in _spread(group)]
        self._projects = {_get(p, "id"): p for p in projects}
        self._organisations = {_get(o, "id"): o for o in _each(_get(self.programme, "organisations"))}
        self.leads = {
            _get(a, "industry"): [self.organisation(o) for o in _get(a, "leads", default=())]
            for a in _each(_get(self.programme, "areas"))
        }
        self.criteria = [self._criterion(k, c) for k, c in enumerate(_each(_get(self.programme, "criteria")))]
        self.gap_names = {_get(g, "id"): self.text(_get(g, "name")) for g in _each(_get(self.programme, "gaps"))}
        self._codes = _code_labels(run.evidence, language.code)
        self._records: dict[str, list[dict[str, Any]]] = {}
        self._groups: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[dict[str, Any]]]] = {}

    # ---------- names

    def text(self, value: Any) -> str:
        """A text in ko and en, in this language."""
        if value is None or isinstance(value, str):
            return value or ""
        return str(_get(value, self.language.code, default=""))

    def industry(self, candidate: str) -> str:
        """Name of an industry."""
        return self.text(_get(self._industries.get(candidate), "name")) or candidate

    def summary(self, candidate: str) -> str:
        """What the industry is, in a sentence."""
        return self.text(_get(self._industries.get(candidate), "summary"))

    def project(self, project: str) -> str:
        """Name of a core project."""
        return self.text(_get(self._projects.get(project), "name")) or project

    def organisation(self, organisation: str) -> str:
        """Name of an organisation."""
        return self.text(_get(self._organisations.get(organisation), "name")) or organisation

    def country_name(self, code: str) -> str:
        """Name of a country."""
        return self.language.find(f"country.{code}", default=code)

    def country_in_sentence(self, code: str) -> str:
        """Name of a country inside a sentence (`the US`)."""
        return self.language.find(f"country_in_sentence.{code}", default=self.country_name(code))

    def classification(self, classification: str) -> str:
        """Label of a classification."""
        return self._codes.get(("classification", classification, classification), classification)

    def code(self, classification: str, code: str) -> str:
        """Label of a code."""
        return self._codes.get(("code", classification, code), code)

    def localized(self, row: Mapping[str, Any], stem: str) -> str:
        """`row[stem_ko]` or `row[stem_en]`."""
        value = row.get(f"{stem}_{self.language.code}", "")
        return "" if value is None or (isinstance(value, float) and missing(value)) else str(value)

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

    def ranked(self) -> list[dict[str, Any]]:
        """The ranking, best first."""
        return sorted(self.rows("ranking"), key=lambda r: (int(r["rank"]), str(r["candidate"])))

    def areas(self) -> list[dict[str, Any]]:
        """Ranking rows of the areas that were chosen, best first."""
        return [row for row in self.ranked() if bool(row["area"])]

    # ---------- provenance

    def fact(self, *path: str, default: Any = None) -> Any:
        """A value of the manifest, at the first of the dotted `path`s that is there."""
        for dotted in path:
            at: Any = self.run.manifest
            for part in dotted.split("."):
                at = _get(at, part)
                if at is None:
                    break
            if at is not None:
                return at
        return default

    @property
    def cut(self) -> int:
        """Last year of the evidence used."""
        return int(self.fact("cut_year", "parameters.cut_year", default=_get(self.programme, "cut_year", default=0)))

    @property
    def mode(self) -> str:
        """`retrospective` or `real-time`."""
        mode = self.fact("mode", "parameters.mode", default=_get(self.programme, "mode", default="retrospective"))
        return str(mode).replace("_", "-")

    @property
    def illustrative(self) -> bool:
        """Whether the run is an example and must be marked as one."""
        return bool(self.fact("illustrative", default=False))

    @property
    def snapshot(self) -> str:
        """Hash of the evidence snapshot, shortened for print."""
        found = self.fact("evidence.hash", "evidence.content_hash", "evidence_hash", "snapshot", "hashes.evidence")
        if found is None:
            found = _get(self.run.evidence, "hash", "content_hash", default="")
        return str(found).removeprefix("sha256:")[:12]

    def sources(self) -> list[dict[str, str]]:
        """Sources of the evidence: id, title, publisher, edition, license, license_note, retrieved, citation."""
        names = ("id", "title", "publisher", "edition", "license", "license_note", "retrieved", "citation", "url")
        return [
            {n: str(_get(s, n, default="") or "") for n in names} for s in _each(_get(self.run.evidence, "sources"))
        ]

    def _criterion(self, hue: int, criterion: Any) -> Criterion:
        indicators = [
            Indicator(
                str(_get(i, "id")),
                self.text(_get(i, "name")),
                self.text(_get(i, "unit")),
                float(_get(_get(i, "scale"), "reference", default=1.0)),
            )
            for i in _each(_get(criterion, "indicators"))
        ]
        return Criterion(str(_get(criterion, "id")), self.text(_get(criterion, "name")), hue, indicators)


def _spread(group: Any) -> list[Any]:
    """A group of projects may be the project itself, a list, or a file object with `projects`."""
    if isinstance(group, (list, tuple)):
        return list(group)
    inside = _get(group, "projects")
    return list(inside) if inside is not None else [group]


def _code_labels(evidence: Any, language: str) -> dict[tuple[str, str, str], str]:
    codes = _get(evidence, "codes")
    if isinstance(codes, pd.DataFrame):
        rows: list[Any] = list(codes.to_dict("records"))
    else:
        rows = _each(_get(codes, "entries", default=codes))
    found = {}
    for row in rows:
        label = _get(row, f"label_{language}", default="")
        if not label:
            both = _get(row, "label")
            label = _get(both, language, default="") if both is not None else ""
        key = (str(_get(row, "kind", default="code")), str(_get(row, "classification")), str(_get(row, "code")))
        if label:
            found[key] = str(label)
    return found
