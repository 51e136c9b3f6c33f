"""The evidence package: opened whole or not at all, then asked by table, code, measure, country and year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from majung.evidence.canonical import INPUT_OUTPUT_UNIT, TABLES, VOTES_UNIT, WORLD, CanonicalTable
from majung.evidence.cells import Rules, check_cells
from majung.evidence.codebook import Codebook, Entry, nearest, read_codebook
from majung.evidence.content_hash import content_hash
from majung.evidence.countries import accepted_codes, explain_unknown
from majung.evidence.descriptor import LICENCE_FILE, Descriptor, Resource, Source, read_descriptor
from majung.evidence.licences import Licence, collect
from majung.evidence.problems import EvidenceError, Problem, Report, Text, text
from majung.evidence.reading import read_table, read_text
from majung.evidence.revising import history_notes, read_history
from majung.evidence.traps import Declared, additive, check_traps
from majung.methods.labelled import InputError

Filter = str | int | Collection[str] | Collection[int]


@dataclass(frozen=True)
class Part:
    """One file of a table. Its rows are those after `offset` and up to `last` in the table's numbering."""

    file: str
    offset: int
    last: int


@dataclass(frozen=True, eq=False)
class Package:
    """Validated evidence. Build it with :func:`open_package`.

    tables: canonical name to frame; index `row` (`line` in input_output) = line in the file, header = 1; `year` int64,
    `value` float64, everything else str. hash: SHA-256 over the content. Frames are shared: copy before changing.
    """

    path: Path
    tables: Mapping[str, pd.DataFrame]
    sources: Mapping[str, Source]
    codebook: Codebook
    hash: str
    declared: Mapping[str, Declared]
    parts: Mapping[str, tuple[Part, ...]]
    raw: Mapping[str, Any] = field(repr=False)
    notes: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return str(self.raw["name"])

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def version(self) -> str:
        return str(self.raw["version"])

    def select(
        self, table: str, *, complete: bool = True, released_by: date | None = None, **filters: Filter
    ) -> pd.DataFrame:
        """Rows of a table, a copy with its row numbers.

        filters: column = scalar, sequence or range. complete: leave out years after `complete_through`. released_by:
        only rows whose release date (the row's, else the source's) is known and not later: a real-time cut. Raises
        InputError for a table, column, code, measure or country that the package does not know; a known one without
        rows gives an empty frame.
        """
        frame = self._table(table)
        keep = np.ones(len(frame), dtype=bool)
        for column, wanted in filters.items():
            values = self._checked(table, column, wanted, filters)
            keep &= frame[column].isin(values).to_numpy(dtype=bool)
        if complete:
            keep &= self._complete(table, frame)
        if released_by is not None:
            keep &= (self.release_dates(table) <= pd.Timestamp(released_by)).to_numpy(dtype=bool)
        return frame.loc[keep].copy()

    def complete_through(self, table: str, measure: str, classification: str = "") -> int | None:
        """Last complete year of a measure (of one classification, where declared so), or None if not declared."""
        years = self._declared(table).complete_through
        return years.get(f"{classification}/{measure}", years.get(measure))

    def release_dates(self, table: str) -> pd.Series[pd.Timestamp]:
        """The day on which each row was public: its own `released`, else its source's; NaT where unknown."""
        frame = self._table(table)
        days = {name: source.released.isoformat() for name, source in self.sources.items() if source.released}
        own = frame["released"].where(frame["released"] != "", frame["source"].map(days))
        return pd.to_datetime(own, format="%Y-%m-%d")

    def label(self, classification: str, code: str | None = None) -> Text:
        """{"en", "ko"} of a code, or of the classification itself."""
        if code is None:
            return dict(self._entry(self.codebook.classifications, classification, "classification").label)
        entry = self.codebook.codes.get((classification, code))
        if entry is None:
            near = self.codebook.nearest(classification, code)
            raise self._unknown("code", f"{classification}/{code}", near)
        return dict(entry.label)

    def measure_label(self, measure: str) -> Text:
        """{"en", "ko"} of a measure."""
        return dict(self._entry(self.codebook.measures, measure, "measure").label)

    def unit(self, measure: str) -> Text:
        """{"en", "ko"} of a measure's unit; `input_output` and `votes` give that of the table."""
        if measure == "input_output" and measure not in self.codebook.measures:
            return dict(INPUT_OUTPUT_UNIT)
        if measure == "votes" and measure not in self.codebook.measures:
            return dict(VOTES_UNIT)
        return dict(self._entry(self.codebook.measures, measure, "measure").unit)

    def note(self, classification: str, code: str) -> str:
        """The note of a code in codes.csv, "" if it has none."""
        entry = self.codebook.codes.get((classification, code))
        if entry is None:
            raise self._unknown("code", f"{classification}/{code}", self.codebook.nearest(classification, code))
        return entry.note

    def codes(self, classification: str, *, aggregates: bool = False) -> list[str]:
        """Codes of a classification in the order of codes.csv, without declared aggregates unless asked for."""
        self.label(classification)
        return [
            code
            for (one, code), entry in self.codebook.codes.items()
            if one == classification and (aggregates or not entry.aggregate)
        ]

    def source(self, name: str) -> Source:
        """A source by its id."""
        if name not in self.sources:
            raise self._unknown("source", name, nearest(name, list(self.sources)))
        return self.sources[name]

    def additive(self, table: str, measure: str) -> bool:
        """Whether values of a measure may be added up: not an index, a share, a rank or a survey answer."""
        self.unit(measure)
        return additive(table, measure, self._declared(table), self.codebook)

    def licences(self) -> tuple[Licence, ...]:
        """The licences of its sources, each with its sources and rows, the one with most rows first."""
        return collect(self.sources, self.tables)

    def observation_groups(self, table: str) -> list[tuple[str, ...]]:
        """Groups of codes that rest on one observation: growth or structure equal inside a group is not information."""
        return list(self._declared(table).one_observation)

    def locate(self, table: str, row: int) -> tuple[str, int]:
        """(file, line) of a row of a table; for a table in one file the line is the row."""
        for part in self.parts.get(table, ()):
            if part.offset < row <= part.last:
                return part.file, row - part.offset
        raise InputError(f"{self.path}: table '{table}' has no row {row}; see `majung evidence show`")

    def rows(self, table: str, numbers: Sequence[int]) -> pd.DataFrame:
        """Rows of a table by their numbers. Raises InputError for one that it has not."""
        frame = self._table(table)
        places = frame.index.get_indexer(pd.Index(numbers))
        if (places < 0).any():
            raise InputError(f"{self.path}: table '{table}' has no row {numbers[int(np.argmin(places))]}")
        return frame.iloc[places]

    def lines(self, table: str, rows: NDArray[np.int64]) -> tuple[str, tuple[int, ...]]:
        """(file of the first, line of each in its file) of rows of a table, ascending. Raises InputError for one that
        it has not."""
        files = self.parts.get(table, ())
        ends = np.array([part.last for part in files])
        which = np.searchsorted(ends, rows)
        if not len(rows) or which[-1] == len(ends) or rows[0] <= files[0].offset:
            raise InputError(f"{self.path}: table '{table}' has not all of the rows asked for")
        offsets = np.array([part.offset for part in files])[which]
        return files[which[0]].file, tuple((rows - offsets).tolist())

    def describe(self) -> dict[str, Any]:
        """What `majung evidence show` prints: tables, rows, years, countries, measures, sources, licences."""
        return {
            "path": str(self.path),
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "hash": self.hash,
            "licenses": self.raw["licenses"],
            "source_licenses": [licence.as_dict() for licence in self.licences()],
            "revisions": len(read_history(self.path)),
            "tables": [self._describe_table(name) for name in self.tables],
            "sources": [
                source.as_dict()
                | {"tables": sorted(t for t, frame in self.tables.items() if (frame["source"] == source.id).any())}
                for source in self.sources.values()
            ],
        }

    def _describe_table(self, name: str) -> dict[str, Any]:
        frame = self.tables[name]
        countries = sorted(set(frame["country"]) - {WORLD})
        series = []
        if "measure" in frame.columns:
            for (classification, measure), rows in frame.groupby(["classification", "measure"], sort=True):
                series.append(
                    {
                        "classification": classification,
                        "measure": measure,
                        "unit": self.unit(str(measure)),
                        "rows": len(rows),
                        "codes": int(rows["code"].nunique()),
                        "countries": int(rows["country"].nunique()),
                        "years": [int(rows["year"].min()), int(rows["year"].max())],
                        "complete_through": self.complete_through(name, str(measure), str(classification)),
                    }
                )
        return {
            "table": name,
            "holds": dict(TABLES[name].holds),
            "files": [part.file for part in self.parts[name]],
            "rows": len(frame),
            "years": [int(frame["year"].min()), int(frame["year"].max())],
            "countries": len(countries),
            "country_codes": countries,
            "world_total": bool((frame["country"] == WORLD).any()),
            "sources": sorted(set(frame["source"])),
            "one_observation": [list(group) for group in self.observation_groups(name)],
            "series": series,
        }

    def _table(self, table: str) -> pd.DataFrame:
        if table not in self.tables:
            raise self._unknown("table", table, nearest(table, list(self.tables)))
        return self.tables[table]

    def _declared(self, table: str) -> Declared:
        self._table(table)
        return self.declared[table]

    def _entry(self, shelf: Mapping[str, Entry], name: str, kind: str) -> Entry:
        if name not in shelf:
            raise self._unknown(kind, name, nearest(name, list(shelf)))
        return shelf[name]

    def _unknown(self, kind: str, name: str, near: str | None) -> InputError:
        hint = f"write '{near}'?" if near else "`majung evidence show` lists what it holds"
        return InputError(f"{self.path}: the evidence has no {kind} '{name}'; {hint}")

    def _complete(self, table: str, frame: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        keep = np.ones(len(frame), dtype=bool)
        years = self.declared[table].complete_through
        if not years or "measure" not in frame.columns:
            return keep
        for name, last in sorted(years.items(), key=lambda item: "/" in item[0]):
            classification, _, measure = name.rpartition("/")
            here = (frame["measure"] == measure).to_numpy(dtype=bool)
            if classification:
                here = here & (frame["classification"] == classification).to_numpy(dtype=bool)
            keep = np.where(here, (frame["year"] <= last).to_numpy(dtype=bool), keep)
        return keep

    def _checked(self, table: str, column: str, wanted: Filter, filters: Mapping[str, Filter]) -> list[Any]:
        frame = self.tables[table]
        if column not in frame.columns or column == "value":
            columns = [c for c in frame.columns if c != "value"]
            raise InputError(f"table '{table}' has no filter '{column}'; use {', '.join(columns)}")
        values: list[Any] = [wanted] if isinstance(wanted, str | int | np.integer) else list(wanted)
        for value in values:
            self._check_filter(table, column, value, filters)
        return values

    def _check_filter(self, table: str, column: str, value: Any, filters: Mapping[str, Filter]) -> None:
        if column == "year":
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise InputError(f"year {value!r} is not a whole number; write year=2018 or year=range(2016, 2021)")
        elif column in ("country", "partner") and value not in accepted_codes():
            reason, remedy = explain_unknown(str(value))
            raise InputError(f"{reason['en']}; {remedy['en']}")
        elif column == "measure":
            self.unit(str(value))
        elif column in ("classification", "conversation"):
            self.label(str(value))
        elif column == "source":
            self.source(str(value))
        elif column in ("code", "row", "column"):
            classification = filters.get("classification", self.declared[table].classification)
            if column != "code":
                classification = self.declared[table].classification
            elif "classification" not in filters or not isinstance(classification, str):
                if not any(code == value for _, code in self.codebook.codes):
                    raise self._unknown("code", str(value), nearest(str(value), [c for _, c in self.codebook.codes]))
                return
            self.label(classification, str(value))


def open_package(path: str | Path) -> Package:
    """Open an evidence package, validated in full. Raises EvidenceError that lists every problem."""
    package, problems = load(Path(path))
    if package is None:
        raise EvidenceError.of(str(path), problems)
    return package


def check(path: str | Path) -> Report:
    """Everything that is wrong with a package (errors) or should be looked at (notes)."""
    package, problems = load(Path(path))
    return Report(str(path), tuple(problems), package.hash if package else "")


def load(folder: Path) -> tuple[Package | None, list[Problem]]:
    """Read and check a package folder; the package is None when there is any error."""
    if not folder.is_dir():
        reason = text("the evidence package is not a folder or not there", "증거 자료 폴더가 없습니다")
        remedy = text("give the folder that holds datapackage.json", "datapackage.json이 든 폴더를 지정하십시오")
        return None, [Problem("file-missing", str(folder), reason, remedy)]
    descriptor, problems = read_descriptor(folder)
    if descriptor is None:
        return None, problems
    codebook, code_problems = read_codebook(folder, descriptor.codes_path)
    problems += code_problems
    declared, declared_problems = merge_declarations(descriptor.resources)
    problems += declared_problems
    problems += _undeclared_names(declared, codebook)
    assembled = Assembled(folder, descriptor, codebook, declared)
    for name in declared:
        frame, files, found = _read_parts(folder, name, descriptor, codebook, declared[name])
        problems += found
        problems += assembled.put(name, frame, files)
    problems += assembled.check()
    if any(problem.level == "error" for problem in problems):
        return None, problems
    problems += _unused(assembled.tables, descriptor, codebook) + _unlisted(folder, descriptor)
    problems += history_notes(folder, assembled.tables)
    notes = tuple(problem for problem in problems if problem.level == "note")
    return assembled.package(notes), problems


@dataclass
class Assembled:
    """Tables on their way into a package: put together, checked across rows, then frozen."""

    folder: Path
    descriptor: Descriptor
    codebook: Codebook
    declared: dict[str, Declared]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    def put(self, table: str, frame: pd.DataFrame | None, parts: tuple[Part, ...]) -> list[Problem]:
        """Take a table (rows with unusable values are left out) and report its duplicate keys."""
        self.parts[table] = parts
        if frame is None or frame.empty:
            return []
        twice = _duplicates(TABLES[table], frame, parts)
        sound = frame["value"].notna()
        if twice:
            sound &= ~frame.duplicated(list(TABLES[table].key))
        if sound.any():
            self.tables[table] = frame if bool(sound.all()) else frame[sound]
        return twice

    def check(self) -> list[Problem]:
        """What is wrong across rows."""
        places = {name: _Places(parts) for name, parts in self.parts.items()}
        return check_traps(self.tables, self.declared, self.codebook, lambda table, row: places[table].of(row))

    def package(self, notes: tuple[Problem, ...] = ()) -> Package:
        content = declared_content(self.folder, self.descriptor, self.codebook, self.declared)
        return Package(
            path=self.folder,
            tables=self.tables,
            sources=self.descriptor.sources,
            codebook=self.codebook,
            hash=content_hash(content, self.tables),
            declared=self.declared,
            parts=self.parts,
            raw=self.descriptor.raw,
            notes=notes,
        )


@dataclass(frozen=True)
class _Places:
    parts: tuple[Part, ...]

    def of(self, row: int) -> tuple[str, int]:
        part = next(p for p in self.parts if row <= p.last)
        return part.file, row - part.offset


def merge_declarations(resources: Iterable[Resource]) -> tuple[dict[str, Declared], list[Problem]]:
    """Declarations of a table that stands in several files, taken together; contradictions are errors."""
    merged: dict[str, Declared] = {}
    problems: list[Problem] = []
    for resource in resources:
        before = merged.get(resource.table, Declared(classification=resource.classification))
        clash = [
            f"complete_through of '{measure}'"
            for measure, year in resource.complete_through.items()
            if before.complete_through.get(measure, year) != year
        ]
        if before.classification != resource.classification:
            clash.append("classification")
        for what in clash:
            problems.append(
                Problem(
                    "descriptor",
                    "datapackage.json",
                    text(
                        f"files of '{resource.table}' disagree on {what}",
                        f"'{resource.table}' 파일들의 {what}이(가) 서로 다릅니다",
                    ),
                    text("declare it once", "한 번만 선언하십시오"),
                    1,
                )
            )
        merged[resource.table] = Declared(
            complete_through={**before.complete_through, **resource.complete_through},
            one_observation=tuple(dict.fromkeys((*before.one_observation, *resource.one_observation))),
            splices={**before.splices, **resource.splices},
            not_additive=tuple(dict.fromkeys((*before.not_additive, *resource.not_additive))),
            signed=tuple(dict.fromkeys((*before.signed, *resource.signed))),
            classification=resource.classification,
        )
    return merged, problems


def _read_parts(
    folder: Path, table: str, descriptor: Descriptor, codebook: Codebook, declared: Declared
) -> tuple[pd.DataFrame | None, tuple[Part, ...], list[Problem]]:
    spec = TABLES[table]
    frames: list[pd.DataFrame] = []
    parts: list[Part] = []
    problems: list[Problem] = []
    offset = 0
    for resource in descriptor.resources:
        if resource.table != table:
            continue
        raw, found = read_table(folder / resource.path, resource.path)
        problems += found
        if raw is None:
            continue
        rules = Rules(
            spec,
            codebook,
            descriptor.sources,
            resource.fields,
            declared.signed,
            declared.classification,
            descriptor.codes_path,
        )
        frame, found = check_cells(raw, rules)
        problems += found
        last = offset + int(raw.cells.index.max()) if len(raw.cells) else offset
        parts.append(Part(resource.path, offset, last))
        if frame is not None:
            frame.index = frame.index + offset
            frames.append(frame)
        offset = last
    if not frames:
        return None, tuple(parts), problems
    joined = frames[0] if len(frames) == 1 else pd.concat(frames)
    joined.index.name = spec.index
    return joined, tuple(parts), problems


def _duplicates(spec: CanonicalTable, frame: pd.DataFrame, parts: tuple[Part, ...]) -> list[Problem]:
    key = list(spec.key)
    again = frame.duplicated(key)
    if not again.any():
        return []
    places = _Places(parts)
    first = {tuple(one[1:]): one for one in frame.loc[~again, key].itertuples(name=None)}
    out: list[Problem] = []
    for one in frame.loc[again, key].itertuples(name=None):
        row, values = int(one[0]), tuple(one[1:])
        file, line = places.of(row)
        before = int(first[values][0])
        other_file, other_line = places.of(before)
        other = f"{other_file}:{other_line}" if other_file != file else str(other_line)
        editions = [str(frame.at[place, "source"]) for place in (before, row)]
        if editions[0] != editions[1]:
            other += f" ({editions[0]} / {editions[1]})"
        out.append(
            Problem(
                "duplicate-key",
                file,
                text(
                    f"the same {', '.join(key)} as line {other} ({' '.join(map(str, values))})",
                    f"{other}행과 키가 같습니다 ({' '.join(map(str, values))})",
                ),
                text("keep one of the two rows", "두 행 가운데 하나만 남기십시오"),
                line,
                "",
                " ".join(map(str, values)),
            )
        )
    return out


def _undeclared_names(declared: Mapping[str, Declared], codebook: Codebook) -> list[Problem]:
    """Declarations about a measure or code that does not exist: they would be without effect, silently."""
    out: list[Problem] = []
    for table, one in declared.items():
        names: list[tuple[str, str, bool]] = []
        for declaration in ("complete_through", "splices", "not_additive", "signed"):
            for name in getattr(one, declaration):
                if declaration == "signed" and "row" in TABLES[table].key:
                    names.append((declaration, name, name in codebook.codes_of(one.classification)))
                    continue
                classification, _, measure = name.rpartition("/")
                known = not classification or classification in codebook.classifications
                names.append((declaration, name, known and measure in codebook.measures))
        for group in one.one_observation:
            known_codes = set(codebook.codes_of(one.classification)) if "row" in TABLES[table].key else None
            for code in group:
                declared_somewhere = any(code == other for _, other in codebook.codes)
                known = code in known_codes if known_codes is not None else declared_somewhere
                names.append(("one_observation", code, known))
        for declaration, name, known in names:
            if not known:
                near = nearest(name.rpartition("/")[2], [*codebook.measures, *(code for _, code in codebook.codes)])
                remedy = text(f"write '{near}'?", f"'{near}'(으)로 적으십시오?") if near else _DECLARE
                reason = text(
                    f"'{declaration}' of table '{table}' names '{name}', which is not declared",
                    f"'{table}' 표의 '{declaration}'에 적힌 '{name}'은(는) 선언되지 않았습니다",
                )
                out.append(Problem("descriptor", "datapackage.json", reason, remedy, 1, declaration, name))
    return out


_DECLARE = text("declare it in codes.csv or take it out", "codes.csv에 선언하거나 빼십시오")


def _unused(tables: Mapping[str, pd.DataFrame], descriptor: Descriptor, codebook: Codebook) -> list[Problem]:
    """Notes on declared sources and codes that no row uses."""
    out: list[Problem] = []
    used_sources = {name for frame in tables.values() for name in frame["source"].unique()}
    for name in descriptor.sources:
        if name not in used_sources:
            reason = text(f"no row uses source '{name}'", f"출처 '{name}'을(를) 쓰는 행이 없습니다")
            out.append(Problem("unused", "datapackage.json", reason, text("", ""), value=name, level="note"))
    used: set[tuple[str, str]] = set()
    for name, frame in tables.items():
        coded = TABLES[name].coded
        if coded is not None:
            pairs = frame[list(coded)].drop_duplicates()
            used |= set(pairs.itertuples(index=False, name=None))
    unused = [
        entry
        for key, entry in codebook.codes.items()
        if key not in used and any(one == entry.classification for one, _ in used)
    ]
    for entry in unused:
        reason = text(
            f"no row uses code '{entry.code}' of '{entry.classification}'",
            f"'{entry.classification}'의 코드 '{entry.code}'을(를) 쓰는 행이 없습니다",
        )
        out.append(Problem("unused", descriptor.codes_path, reason, text("", ""), entry.line, level="note"))
    return out


def _unlisted(folder: Path, descriptor: Descriptor) -> list[Problem]:
    """Notes on table files that no resource names: they look like evidence and are not read."""
    listed = {resource.path for resource in descriptor.resources} | {descriptor.codes_path}
    files = [path for path in (folder / "tables").glob("*") if path.suffix in (".csv", ".parquet")]
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    reason = text("no resource names this file: it is not read", "어느 자원에도 없는 파일이라 읽지 않습니다")
    remedy = text("add it with `majung evidence add` or take it away", "`majung evidence add`로 추가하거나 지우십시오")
    return [
        Problem("unlisted-file", name, reason, remedy, level="note")
        for name in names
        if name not in listed and not name.startswith("tables/.")
    ]


def declared_content(
    folder: Path, descriptor: Descriptor, codebook: Codebook, declared: Mapping[str, Declared]
) -> dict[str, Any]:
    licence, _ = read_text(folder / LICENCE_FILE, LICENCE_FILE)
    return {
        "licenses": descriptor.raw.get("licenses"),
        "licence_text": (licence or "").replace("\r\n", "\n").strip(),
        "sources": {name: source.as_dict() for name, source in descriptor.sources.items()},
        "codes": sorted(codebook.rows),
        "tables": {name: one.content() for name, one in declared.items()},
    }
