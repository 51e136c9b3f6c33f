"""Reading a programme folder: every file checked, then the rules between files."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from majung.evidence import Package, open_package
from majung.evidence.package import Filter
from majung.methods.labelled import InputError
from majung.programme.model import AreaProjects, Charter, Industry, Project, Queries, once


class ProgrammeError(InputError):
    """A programme folder cannot be used; the message names file, place and remedy."""


@dataclass(frozen=True)
class Programme:
    """A programme folder as read: charter, industry definitions, core projects by area, evidence.

    candidates: the industries that may be ranked, in file-name order; excluded ones are left out.
    hash: sha256 over the programme's TOML files; the evidence has its own.
    """

    path: Path
    charter: Charter
    industries: dict[str, Industry]
    projects: dict[str, tuple[Project, ...]]
    evidence: Package
    hash: str

    def select(self, table: str, **filters: Filter) -> pd.DataFrame:
        """Evidence up to the cut: by period, and in a real-time programme also by release date (a row without one is
        not known to have been public and stays out).

        Raises ProgrammeError if nothing of what was asked for was public by the cut.
        """
        year = self.charter.cut_year
        if self.charter.mode == "retrospective":
            frame = self.evidence.select(table, complete=True, released_by=None, **filters)
            return frame[frame["year"] <= year]
        frame = self.evidence.select(table, complete=True, released_by=date(year, 12, 31), **filters)
        frame = frame[frame["year"] <= year]
        if frame.empty:
            asked = ", ".join(f"{column} {value}" for column, value in filters.items()) or "any row"
            raise ProgrammeError(
                f"{self.path / 'programme.toml'}: mode: a real-time run sees what was released by the end of {year}; "
                f"table {table} has nothing of that for {asked}; state `released` in the evidence, or run "
                'mode = "retrospective"'
            )
        return frame

    @property
    def excluded(self) -> frozenset[str]:
        return frozenset(e.industry for e in self.charter.exclusions)

    @property
    def candidates(self) -> tuple[Industry, ...]:
        return tuple(i for key, i in self.industries.items() if key not in self.excluded)

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(a.industry for a in self.charter.areas)


def load_programme(path: str | Path) -> Programme:
    """Read and check a programme folder.

    Raises ProgrammeError with every problem found in the definitions (file, place, remedy), or the evidence package's
    own error.
    """
    folder = Path(path)
    charter_file = folder / "programme.toml"
    if not charter_file.is_file():
        raise ProgrammeError(f"{charter_file}: not found; a programme folder holds programme.toml")
    problems: list[str] = []
    charter = _read(charter_file, Charter, problems)
    industries = {
        file: industry
        for file in sorted((folder / "industries").glob("*.toml"))
        if (industry := _read(file, Industry, problems)) is not None
    }
    projects = {
        file: projects
        for file in sorted((folder / "projects").glob("*.toml"))
        if (projects := _read(file, AreaProjects, problems)) is not None
    }
    if problems or charter is None:
        raise ProgrammeError("\n".join(problems))
    evidence = open_package(folder / "evidence")
    problems += _across(charter_file, charter, industries, projects, evidence)
    if problems:
        raise ProgrammeError("\n".join(problems))
    return Programme(
        folder,
        charter,
        {i.id: i for i in industries.values()},
        {file.stem: p.projects for file, p in projects.items()},
        evidence,
        definition_hash(folder),
    )


def load_industries(path: str | Path) -> dict[str, Industry]:
    """The industry definitions of a programme folder alone, by id, without its charter and evidence.

    Raises ProgrammeError with every problem found (file, place, remedy).
    """
    folder = Path(path) / "industries"
    problems: list[str] = []
    read = [_read(file, Industry, problems) for file in sorted(folder.glob("*.toml"))]
    if problems:
        raise ProgrammeError("\n".join(problems))
    if not read:
        raise ProgrammeError(f"{folder}: no industry definitions (*.toml) there")
    return {one.id: one for one in read if one is not None}


def read_queries(file: str | Path) -> Queries:
    """The queries of a TOML file: an industry definition, or [queries.en] and [queries.ko] alone.

    Raises ProgrammeError naming file, place and remedy.
    """
    place = Path(file)
    problems: list[str] = []
    read = _read(place, _QueriesFile, problems) if place.is_file() else None
    if read is None:
        raise ProgrammeError("\n".join(problems) or f"{place}: not found")
    return read.queries


def definition_files(folder: Path) -> list[Path]:
    """The files whose content defines a programme, in a fixed order."""
    return [
        folder / "programme.toml",
        *sorted(folder.glob("industries/*.toml")),
        *sorted(folder.glob("projects/*.toml")),
    ]


def definition_hash(folder: Path) -> str:
    """sha256 over names and contents of the definition files (line ends normalised)."""
    digest = hashlib.sha256()
    for file in definition_files(folder):
        text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
        digest.update(f"{file.relative_to(folder).as_posix()}\0{text}\0".encode())
    return digest.hexdigest()


class _QueriesFile(BaseModel):
    queries: Queries


Model = TypeVar("Model", bound=BaseModel)


def _read(file: Path, model: type[Model], problems: list[str]) -> Model | None:
    try:
        return model.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        problems.append(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file}: not valid TOML: {error}")
    except ValidationError as error:
        problems.extend(f"{file}: {_place(e['loc'])}{_reason(e['msg'])}" for e in error.errors())
    except InputError as error:
        problems.append(f"{file}: {error}")
    return None


def _place(loc: tuple[int | str, ...]) -> str:
    """('criteria', 0, 'weight') -> 'criteria[1].weight: ', counting from one as a person does."""
    parts = [f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc]
    return "".join(parts).lstrip(".") + ": " if parts else ""


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").replace(
        "Extra inputs are not permitted", "unknown key: remove or rename it"
    )


def _across(
    charter_file: Path,
    charter: Charter,
    industries: dict[Path, Industry],
    projects: dict[Path, AreaProjects],
    evidence: Package,
) -> Iterator[str]:
    """Rules between files, each as 'file: place: reason; remedy'."""
    for file, industry in industries.items():
        if file.stem != industry.id:
            yield f"{file}: id is {industry.id!r}: name the file {industry.id}.toml"
        for number, weight in enumerate(industry.codes, start=1):
            known = evidence.codebook.codes_of(weight.classification)
            if not known:
                yield (
                    f"{file}: codes[{number}]: unknown classification {weight.classification!r}: "
                    "the evidence package's codes.csv does not declare it"
                )
            elif weight.code not in known:
                near = difflib.get_close_matches(weight.code, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "declare it in the evidence package's codes.csv"
                yield f"{file}: codes[{number}]: unknown code {weight.code!r} in {weight.classification}; {hint}"
    ids = {i.id for i in industries.values()}
    excluded = {e.industry for e in charter.exclusions}
    for what, names in (("areas", [a.industry for a in charter.areas]), ("exclusions", list(excluded))):
        for name in names:
            if name not in ids:
                yield f"{charter_file}: {what}: industry {name!r} has no file industries/{name}.toml"
    for area in charter.areas:
        if area.industry in excluded:
            yield f"{charter_file}: areas: {area.industry!r} is also excluded; remove one of the two"
    if len(ids - excluded) < charter.places + 1:
        yield f"{charter_file}: places = {charter.places}, but only {len(ids - excluded)} industries may be ranked"
    yield from _across_projects(charter_file, charter, projects)


def _across_projects(charter_file: Path, charter: Charter, projects: dict[Path, AreaProjects]) -> Iterator[str]:
    area_ids = [a.industry for a in charter.areas]
    names = [p.id for group in projects.values() for p in group.projects]
    try:
        once(names, "project")
    except ValueError as error:
        yield f"{charter_file.parent / 'projects'}: {error}"
    stems = {file.stem for file in projects}
    for area in area_ids:
        if area not in stems:
            yield f"{charter_file}: areas: {area!r} has no candidate projects; add projects/{area}.toml"
    for file, group in projects.items():
        if file.stem not in area_ids:
            yield f"{file}: no area {file.stem!r} in programme.toml; name the file after an area"
        for number, project in enumerate(group.projects, start=1):
            for relation in ("requires", "excludes"):
                for other in getattr(project, relation):
                    if other not in names:
                        yield f"{file}: projects[{number}].{relation}: unknown project {other!r}; give a project's id"
            for year in project.costs:
                if year not in charter.budgets.years:
                    yield f"{file}: projects[{number}].costs: {year} is not a budget year of programme.toml"
