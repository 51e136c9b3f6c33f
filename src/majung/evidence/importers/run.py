"""An import from files to package: finished parts stay finished, bad rows are listed, the package is checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from majung.evidence.adding import locked
from majung.evidence.canonical import INPUT_OUTPUT_CLASSIFICATION, TABLES
from majung.evidence.codebook import slug
from majung.evidence.descriptor import DESCRIPTOR, SLUG, Source
from majung.evidence.importers.assemble import Files, assemble, write_descriptor
from majung.evidence.importers.context import Context, LeftOut, Progress
from majung.evidence.importers.format import Format
from majung.evidence.importers.gate import admit
from majung.evidence.importers.inputs import Input, file_error, find_inputs
from majung.evidence.importers.parts import PartWriter, engine, finish
from majung.evidence.importers.registry import find_format
from majung.evidence.importers.report import write_report
from majung.evidence.importers.state import FOLDER, Part, State, part_of
from majung.evidence.package import check
from majung.evidence.problems import EvidenceError, Language, Problem, Report, Text, text
from majung.methods.labelled import InputError

CHECKED_ROWS = 3_000_000
"""Packages up to this size are checked whole after an import; of larger ones every row was, and the keys."""
MOSTLY_BAD = 0.5
"""Above this share of bad rows an import ends in an error: it is another format, or a broken file."""
SIDECAR = ".source.json"
"""Where a download client writes what it knows of a file (docs/downloads.md)."""
FORMS = ("auto", "csv", "parquet")


@dataclass(frozen=True)
class SourceFacts:
    """What the person says about the source; the format's own facts fill what is left out."""

    id: str = ""
    title: str = ""
    publisher: str = ""
    edition: str = ""
    license: str = ""
    license_note: str = ""
    retrieved: date | None = None
    released: date | None = None
    url: str = ""
    citation: str = ""


@dataclass(frozen=True)
class Imported:
    """What an import did. rows: by table, in the package now. read: rows (or cells) of the files. report: a path."""

    format: str
    package: str
    source: Source
    rows: Mapping[str, int]
    read: int
    parts_read: int
    parts_kept: int
    bad: Sequence[Problem]
    left_out: Sequence[LeftOut]
    notes: Sequence[Problem]
    report: str
    hash: str
    uncounted: int = field(default=0)

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "package": self.package,
            "source": self.source.as_dict(),
            "rows": dict(self.rows),
            "read": self.read,
            "parts_read": self.parts_read,
            "parts_kept": self.parts_kept,
            "bad_rows": len(self.bad) + self.uncounted,
            "left_out": sum(one.count for one in self.left_out),
            "notes": [note.as_dict() for note in self.notes],
            "report": self.report,
            "hash": self.hash,
        }


def import_files(
    format: str | Format,  # noqa: A002 - the word people use
    files: Sequence[str | Path],
    into: str | Path,
    *,
    source: SourceFacts | None = None,
    options: Mapping[str, str] | None = None,
    mapping: Mapping[str, Any] | None = None,
    report: str | Path | None = None,
    form: str = "auto",
    replace: bool = False,
    strict: bool = False,
    lang: Language = "en",
    progress: Progress = lambda _file, _rows: None,
) -> Imported:
    """Bring files of an official format into an evidence package (new, or added to).

    options: the format's own (`majung evidence formats`). report: where bad rows are listed (default: `<source>.bad-
    rows.csv` in the package). form: csv, parquet, or auto (by size). replace: parts of this source from other files go.
    strict: any bad row is an error. Files that were read before, by the same importer with the same options, are not
    read again. Raises EvidenceError when a file is not of this format or the package would not be sound (a package that
    was there is then as before), InputError for wrong arguments.
    """
    chosen = find_format(format) if isinstance(format, str) else format
    if form not in FORMS:
        raise InputError(f"{form!r} is no form of tables; write one of {', '.join(FORMS)}")
    _check_options(chosen, options or {}, mapping or {})
    folder = Path(into)
    facts = source or SourceFacts()
    name = facts.id or str((mapping or {}).get("source", {}).get("id", "")) or chosen.id
    if not SLUG.fullmatch(name):
        raise InputError(f"source id '{name}' is not a slug; use lower-case letters, digits and hyphens")
    inputs = find_inputs(files, _belongs(chosen))
    companions = [one for one in inputs if chosen.companions and re.search(chosen.companions, one.name)]
    inputs = [one for one in inputs if one not in companions]
    if not inputs:
        raise file_error(
            companions[0].name,
            "file-missing",
            text("only code lists were given, no table", "코드 목록만 있고 표가 없습니다"),
            text("give the table files as well", "표 파일도 함께 지정하십시오"),
        )
    with _folder(folder), locked(folder):
        job = _Job(chosen, folder, name, dict(options or {}), dict(mapping or {}), companions, form, progress)
        parts, kept = job.parts(inputs, instead=replace)
        known = _source(chosen, _with_mapping(facts, mapping or {}), name, inputs, parts)
        return _Settling(chosen, folder, known, parts, kept, job.gone, lang).settle(report, strict=strict)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """The package's folder; one that was made for an import that failed is taken away again when nothing is in it."""
    try:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made the package's folder ({error.strerror})") from None
    try:
        yield
    except BaseException:
        for path in (folder / "tables", folder / FOLDER, folder):
            with suppress(OSError):
                path.rmdir()
        raise


def _belongs(chosen: Format) -> Callable[[str], bool]:
    def keep(name: str) -> bool:
        if name.endswith(SIDECAR):
            return False
        patterns = [one for one in (chosen.members, chosen.companions) if one]
        return not chosen.members or any(re.search(one, name) for one in patterns)

    return keep


def _check_options(chosen: Format, options: Mapping[str, str], mapping: Mapping[str, Any]) -> None:
    unknown = [name for name in options if name not in chosen.options]
    if unknown:
        known = ", ".join(chosen.options) or "none"
        raise InputError(f"format '{chosen.id}' has no option '{unknown[0]}'; it has: {known}")
    if chosen.mapping == "needed" and not mapping:
        raise InputError(f"format '{chosen.id}' needs a mapping file: --map mapping.toml (docs/importers.md)")
    if mapping and chosen.mapping == "none":
        raise InputError(f"format '{chosen.id}' takes no mapping file; the format for that is 'mapping'")


def _with_mapping(facts: SourceFacts, mapping: Mapping[str, Any]) -> SourceFacts:
    """What the mapping file says of the source ([source]), where the person says nothing."""
    known = {str(key): value for key, value in mapping.get("source", {}).items()}
    for key in known:
        if key not in SourceFacts.__dataclass_fields__:
            raise InputError(f"mapping: source.{key} is not known; write {', '.join(SourceFacts.__dataclass_fields__)}")
    values = {key: getattr(facts, key) or known.get(key, "") for key in SourceFacts.__dataclass_fields__}
    for key in ("retrieved", "released"):
        values[key] = values[key] or None
        if values[key] is not None and not isinstance(values[key], date):
            raise InputError(f"mapping: source.{key} must be a date, written without quotation marks")
    return SourceFacts(**values)


def _sidecar(inputs: Sequence[Input]) -> dict[str, str]:
    """What the download client wrote beside the first file that has such a note and is still that file."""
    for one in inputs:
        path = one.path.with_name(one.path.name + SIDECAR)
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(known, dict) and not one.member and known.get("sha256") == one.digest:
            return {key: value for key, value in known.items() if isinstance(value, str)}
    return {}


def _told(facts: SourceFacts, inputs: Sequence[Input]) -> SourceFacts:
    """The person's words first, then the download client's."""
    known = _sidecar(inputs)
    retrieved = facts.retrieved
    if retrieved is None and re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", known.get("retrieved", "")):
        retrieved = date.fromisoformat(known["retrieved"][:10])
    return SourceFacts(
        id=facts.id,
        title=facts.title or known.get("title", ""),
        publisher=facts.publisher or known.get("publisher", ""),
        edition=facts.edition or known.get("edition", ""),
        license=facts.license or known.get("licence", ""),
        license_note=facts.license_note or known.get("licence_note", ""),
        retrieved=retrieved,
        released=facts.released,
        url=facts.url or known.get("url", ""),
        citation=facts.citation or known.get("citation", ""),
    )


def _source(chosen: Format, facts: SourceFacts, name: str, inputs: Sequence[Input], parts: Sequence[Part]) -> Source:
    facts = _told(facts, inputs)
    licence = facts.license or chosen.licence
    if not licence:
        raise InputError(
            f"format '{chosen.id}' has no licence of its own: give the one that the distributor states with --license"
        )
    newest = max(one.path.stat().st_mtime for one in inputs)
    named = ", ".join(dict.fromkeys(one.path.name for one in inputs))
    edition = facts.edition or ", ".join(dict.fromkeys(p.edition for p in parts if p.edition)) or named[:200]
    title = facts.title or ", ".join(dict.fromkeys(p.title for p in parts if p.title)) or chosen.title["en"]
    publisher = facts.publisher or chosen.publisher or "not stated"
    return Source(
        id=name,
        title=title,
        publisher=publisher,
        edition=edition,
        license=licence,
        retrieved=facts.retrieved or datetime.fromtimestamp(newest).astimezone().date(),
        citation=facts.citation or chosen.citation or f"{publisher}, {title}, {edition}.",
        released=facts.released,
        url=facts.url or chosen.url,
        license_note=facts.license_note or ("" if facts.license else chosen.licence_note),
    )


@dataclass
class _Job:
    """Reading the inputs of one source, part by part."""

    format: Format
    folder: Path
    source: str
    options: dict[str, str]
    mapping: dict[str, Any]
    companions: Sequence[Input]
    form: str
    progress: Progress
    gone: list[str] = field(default_factory=list)

    def parts(self, inputs: Sequence[Input], *, instead: bool) -> tuple[list[Part], int]:
        """All parts of the source after this import (earlier ones first), and how many were not read again."""
        state = State.load(self.folder, self.source)
        wanted: list[str] = []
        kept = 0
        fingerprint = self._fingerprint()
        for group in [list(inputs)] if self.format.together else [[one] for one in inputs]:
            digest = hashlib.sha256("\n".join(sorted(one.digest for one in group)).encode()).hexdigest()
            if digest in wanted:
                continue  # the same file given twice
            wanted.append(digest)
            part = state.kept(self.folder, digest, fingerprint)
            if part is not None:
                kept += 1
                continue
            part = self._read(group, digest, fingerprint)
            self._forget(state, digest, keep=part)
            state.parts[digest] = part
            state.save()
        if instead or self.format.together:
            for digest in [d for d in state.parts if d not in wanted]:
                self._forget(state, digest)
                del state.parts[digest]
            state.save()
        return list(state.parts.values()), kept

    def _fingerprint(self) -> str:
        words = {
            "format": self.format.id,
            "version": self.format.version,
            "options": self.options,
            "mapping": self.mapping,
            "companions": sorted(one.digest for one in self.companions),
            "form": self.form,
        }
        return hashlib.sha256(json.dumps(words, sort_keys=True, default=str).encode()).hexdigest()

    def _forget(self, state: State, digest: str, keep: Part | None = None) -> None:
        old = state.parts.get(digest)
        staying = {one["path"] for one in keep.tables.values()} if keep else set()
        for file in old.tables.values() if old else ():
            if file["path"] not in staying:
                self.gone.append(file["path"])

    def _read(self, group: Sequence[Input], digest: str, fingerprint: str) -> Part:
        context = Context(self.options, self.companions, self.mapping, self.progress, file=group[0].name)
        first = slug(group[0].name.rsplit(".", 1)[0])[:40]
        writer = PartWriter(self.folder / "tables", f"{self.source}-{first}-{digest[:8]}")
        used: dict[tuple[str, str, str], None] = {}
        try:
            for batch in self.format.read(group, context):
                frame = admit(batch, context)
                used.update(_used(batch.table, frame, context))
                writer.write(batch.table, frame)
            tables = finish(writer, self.source, context, self.form)
        except BaseException:
            writer.discard()
            raise
        part = part_of(digest, fingerprint, [one.name for one in group], tables, [list(u) for u in used], context)
        _refuse_hopeless(part)
        return part


def _used(table: str, frame: pd.DataFrame, context: Context) -> dict[tuple[str, str, str], None]:
    """Codes, classifications and measures that rows use, as keys of codes.csv."""
    out: dict[tuple[str, str, str], None] = {}
    coded = TABLES[table].coded
    if coded is None:
        within = context.declarations.get(table, {}).get("classification", INPUT_OUTPUT_CLASSIFICATION)
        out["classification", "", within] = None
        for column in ("row", "column"):
            out.update({("code", within, str(code)): None for code in frame[column].unique()})
        return out
    for one, code in frame[list(coded)].drop_duplicates().itertuples(index=False, name=None):
        out["classification", "", one] = None
        out["code", one, code] = None
    if "measure" in frame.columns:
        out.update({("measure", "", str(measure)): None for measure in frame["measure"].unique()})
    return out


def _refuse_hopeless(part: Part) -> None:
    """A file of which nothing or little can be used is not what it was said to be."""
    bad = len(part.bad) + part.uncounted
    if part.rows and part.uncounted == 0 and not (bad > 20 and bad > MOSTLY_BAD * max(part.rows_read, 1)):
        return
    name = ", ".join(part.files[:3]) + (", ..." if len(part.files) > 3 else "")
    head = Problem(
        "mostly-bad" if part.rows else "no-rows",
        name,
        text(
            f"{bad:,} of {part.rows_read:,} rows cannot be used, {part.rows:,} can",
            f"{part.rows_read:,}행 가운데 {bad:,}행은 쓸 수 없고 {part.rows:,}행만 쓸 수 있습니다",
        ),
        _hopeless_because(part),
    )
    raise EvidenceError.of(name, [head, *part.problems()])


def _hopeless_because(part: Part) -> Text:
    """Why nothing is left: the rule that left out most, where it left out more than was bad."""
    most = max(part.omissions(), key=lambda one: one.count, default=None)
    if part.rows or most is None or most.count <= len(part.bad):
        return text("is it this format, and whole?", "이 형식의 온전한 파일이 맞습니까?")
    return text(
        f"{most.count:,} were left out by rule ({most.reason['en']})",
        f"{most.count:,}개는 규칙에 따라 제외했습니다({most.reason['ko']})",
    )


@dataclass
class _Settling:
    """From parts to a checked package."""

    format: Format
    folder: Path
    source: Source
    parts: Sequence[Part]
    kept: int
    gone: Sequence[str]
    lang: Language

    def settle(self, report: str | Path | None, *, strict: bool) -> Imported:
        bad = [problem for part in self.parts for problem in part.problems()]
        left_out = [one for part in self.parts for one in part.omissions()]
        uncounted = sum(part.uncounted for part in self.parts)
        written = ""
        if bad or left_out:
            place = Path(report) if report else self.folder / f"{self.source.id}.bad-rows.csv"
            written = write_report(place, bad, left_out, self.lang)
        if strict and bad:
            raise EvidenceError(Report(str(self.folder), tuple(bad)), self.lang, written)
        self._refuse_overlap()
        files = Files.of(self.folder)
        unlabelled = assemble(self.folder, self.source, self.parts, self.gone)
        notes = [note for part in self.parts for note in part.remarks()]
        if unlabelled:
            said = text(
                f"{unlabelled:,} codes have no label in the files: they are labelled by themselves in codes.csv",
                f"코드 {unlabelled:,}개는 파일에 이름이 없어 codes.csv에 코드를 이름으로 적었습니다",
            )
            notes.append(Problem("no-label", "codes.csv", said, text("", ""), level="note"))
        digest, found = self._check(files, notes)
        for path in self.gone:
            (self.folder / path).unlink(missing_ok=True)
        rows: dict[str, int] = {}
        for part in self.parts:
            for table, file in part.tables.items():
                rows[table] = rows.get(table, 0) + int(file["rows"])
        return Imported(
            self.format.id,
            str(self.folder),
            self.source,
            rows,
            sum(part.rows_read for part in self.parts),
            len(self.parts) - self.kept,
            self.kept,
            bad,
            left_out,
            [*notes, *found],
            written,
            digest,
            uncounted,
        )

    def _refuse_overlap(self) -> None:
        """Two files of one source that hold the same facts: an edition beside its revision, a file given twice."""
        by_table: dict[str, list[Part]] = {}
        for part in self.parts:
            for table in part.tables:
                by_table.setdefault(table, []).append(part)
        for table, parts in by_table.items():
            if len(parts) < 2:
                continue
            key = ", ".join(f'"{column}"' for column in TABLES[table].key)
            relations = []
            for number, part in enumerate(parts):
                path = str(self.folder / part.tables[table]["path"]).replace("'", "''")
                read = f"read_csv('{path}', all_varchar=true)" if path.endswith(".csv") else f"read_parquet('{path}')"
                columns = ", ".join(f'"{c}"::VARCHAR AS "{c}"' for c in TABLES[table].key)
                relations.append(f"SELECT {number} AS part, {columns} FROM {read}")  # noqa: S608
            with engine(self.folder / "tables") as database:
                found = database.execute(
                    f"SELECT min(part), max(part), count(*) OVER (), {key} FROM ({' UNION ALL '.join(relations)}) "  # noqa: S608
                    f"GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
                ).fetchone()
            if found:
                self._overlap(parts[found[0]], parts[found[1]], int(found[2]), " ".join(map(str, found[3:])))

    def _overlap(self, one: Part, other: Part, count: int, example: str) -> None:
        first, second = ", ".join(one.files), ", ".join(other.files)
        raise file_error(
            second,
            "overlapping-files",
            text(
                f"holds {count:,} facts that {first} holds too (first: {example})",
                f"{first}에도 있는 사실이 {count:,}건 있습니다 (처음: {example})",
            ),
            text(
                "give each edition its own --source, or take the new one alone with --replace",
                "판마다 다른 --source를 쓰거나, 새 판만 --replace로 가져오십시오",
            ),
        )

    def _check(self, files: Files, notes: list[Problem]) -> tuple[str, list[Problem]]:
        total = sum(part.rows for part in self.parts)
        if total > CHECKED_ROWS:
            said = text(
                f"{total:,} rows are too many to check series in memory: each row and all keys were checked",
                f"{total:,}행은 메모리에서 계열까지 점검하기에 너무 많습니다. 각 행과 키는 점검했습니다",
            )
            notes.append(Problem("not-checked", DESCRIPTOR, said, text("", ""), level="note"))
            return "", []
        for _ in range(8):
            found = check(self.folder)
            if found.ok or not self._declare(found.errors, notes):
                break
        if not found.ok:
            if not files.new:
                files.restore()
            raise EvidenceError(found, self.lang)
        return found.hash, list(found.notes)

    def _declare(self, errors: Sequence[Problem], notes: list[Problem]) -> bool:
        """Declare what is cautious and reversible, and say so: splits of one observation, an incomplete last year.

        Everything else that `check` finds is for a person to decide.
        """
        raw = json.loads((self.folder / DESCRIPTOR).read_text(encoding="utf-8"))
        mine = {file["path"] for part in self.parts for file in part.tables.values()}
        resources = {one.get("path"): one for one in raw["resources"]}
        changed = False
        for problem in errors:
            resource = resources.get(problem.file) if problem.file in mine else None
            if resource is None:
                continue
            if problem.rule == "split-sectors":
                group = problem.value.split(", ")
                resource["majung"].setdefault("one_observation", []).append(group)
            elif problem.rule == "incomplete-last-year":
                found = re.search(r'"complete_through": \{"([^"]+)": (\d+)\}', problem.remedy["en"])
                if found is None:
                    continue
                for one in resources.values():
                    if one.get("path") in mine and one["majung"]["table"] == resource["majung"]["table"]:
                        one["majung"].setdefault("complete_through", {})[found[1]] = int(found[2])
            else:
                continue
            changed = True
            said = text(
                f"declared on import: {problem.reason['en']}", f"가져오면서 선언했습니다: {problem.reason['ko']}"
            )
            notes.append(Problem(problem.rule, problem.file, said, problem.remedy, problem.line, level="note"))
        if changed:
            write_descriptor(self.folder, raw)
        return changed
