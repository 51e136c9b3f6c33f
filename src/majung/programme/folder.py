"""Reading a programme folder: every file checked, then the rules between files."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from majung.evidence import Package, open_package
from majung.evidence.package import Filter
from majung.evidence.problems import Text as Said
from majung.evidence.problems import text
from majung.methods.labelled import InputError
from majung.programme.model import AreaProjects, Charter, Industry, Project, Queries, Wrong, once


class ProgrammeError(InputError):
    """A programme folder cannot be used; the message names file, place and remedy. said: it, in both languages."""

    def __init__(self, en: str, ko: str = "") -> None:
        super().__init__(en)
        self.said: Said = {"en": en, "ko": ko or en}

    @classmethod
    def of(cls, problems: Iterable[Said]) -> ProgrammeError:
        """All problems, one a line."""
        found = list(problems)
        return cls("\n".join(one["en"] for one in found), "\n".join(one["ko"] for one in found))


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
                'mode = "retrospective"',
                f"{self.path / 'programme.toml'}: mode: 실시간 분석은 {year}년 말까지 공표된 것만 본다. {table} 표에 "
                f"{asked}에 해당하는 것이 없다. 증거 자료에 `released`를 적거나 "
                'mode = "retrospective"로 돌린다',
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
        raise ProgrammeError(
            f"{charter_file}: not found; a programme folder holds programme.toml",
            f"{charter_file}: 없다. 프로그램 폴더에는 programme.toml이 있어야 한다",
        )
    problems: list[Said] = []
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
        raise ProgrammeError.of(problems)
    evidence = open_package(folder / "evidence")
    problems += _across(charter_file, charter, industries, projects, evidence)
    if problems:
        raise ProgrammeError.of(problems)
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
    problems: list[Said] = []
    read = [_read(file, Industry, problems) for file in sorted(folder.glob("*.toml"))]
    if problems:
        raise ProgrammeError.of(problems)
    if not read:
        raise ProgrammeError(f"{folder}: no industry definitions (*.toml) there", f"{folder}: 산업 정의(*.toml)가 없다")
    return {one.id: one for one in read if one is not None}


def read_queries(file: str | Path) -> Queries:
    """The queries of a TOML file: an industry definition, or [queries.en] and [queries.ko] alone.

    Raises ProgrammeError naming file, place and remedy.
    """
    place = Path(file)
    problems: list[Said] = []
    read = _read(place, _QueriesFile, problems) if place.is_file() else None
    if read is None:
        raise ProgrammeError.of(problems or [text(f"{place}: not found", f"{place}: 없다")])
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


def _read(file: Path, model: type[Model], problems: list[Said]) -> Model | None:
    try:
        return model.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        problems.append(
            text(
                f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8",
                f"{file}: UTF-8이 아니다({error.start}번째 바이트). UTF-8로 다시 저장한다",
            )
        )
    except tomllib.TOMLDecodeError as error:
        problems.append(text(f"{file}: not valid TOML: {error}", f"{file}: 올바른 TOML이 아니다: {error}"))
    except ValidationError as error:
        problems.extend(_at(f"{file}: {_place(e['loc'])}", reason(e)) for e in error.errors())
    except InputError as error:
        problems.append(_at(f"{file}: ", getattr(error, "said", {"en": str(error), "ko": str(error)})))
    return None


def _place(loc: tuple[int | str, ...]) -> str:
    """('criteria', 0, 'weight') -> 'criteria[1].weight: ', counting from one as a person does."""
    parts = [f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc]
    return "".join(parts).lstrip(".") + ": " if parts else ""


_KOREAN = {
    "missing": "값이 있어야 한다",
    "extra_forbidden": "모르는 키다. 지우거나 이름을 고친다",
    "greater_than": "{gt}보다 커야 한다",
    "greater_than_equal": "{ge} 이상이어야 한다",
    "less_than": "{lt}보다 작아야 한다",
    "less_than_equal": "{le} 이하여야 한다",
    "literal_error": "{expected} 가운데 하나여야 한다",
    "string_pattern_mismatch": "{pattern} 형식으로 적는다",
    "string_too_short": "{min_length}자 이상 적는다",
    "too_short": "{min_length}개 이상이어야 한다",
    "too_long": "{max_length}개 이하여야 한다",
    "string_type": "문자열로 적는다",
    "bool_type": "true나 false로 적는다",
    "int_type": "정수로 적는다",
    "int_parsing": "정수로 적는다",
    "int_from_float": "정수로 적는다",
    "float_type": "수로 적는다",
    "float_parsing": "수로 적는다",
    "tuple_type": "목록으로 적는다",
    "dict_type": "표로 적는다",
    "model_type": "표로 적는다",
}
"""What pydantic finds wrong, in Korean, by the kind of error; the holes are its own."""


def reason(error: Mapping[str, Any]) -> Said:
    """Why a value of a definition cannot be used, from an error of pydantic's."""
    context = error.get("ctx", {})
    said = getattr(context.get("error"), "said", None)
    if said is not None:
        return dict(said)
    en = str(error["msg"]).removeprefix("Value error, ")
    en = en.replace("Extra inputs are not permitted", "unknown key: remove or rename it")
    return text(en, _KOREAN[error["type"]].format(**context) if error["type"] in _KOREAN else en)


def _at(place: str, said: Said) -> Said:
    return {code: f"{place}{said[code]}" for code in ("en", "ko")}


def _across(
    charter_file: Path,
    charter: Charter,
    industries: dict[Path, Industry],
    projects: dict[Path, AreaProjects],
    evidence: Package,
) -> Iterator[Said]:
    """Rules between files, each as 'file: place: reason; remedy'."""
    for file, industry in industries.items():
        if file.stem != industry.id:
            yield text(
                f"{file}: id is {industry.id!r}: name the file {industry.id}.toml",
                f"{file}: id가 {industry.id!r}이다. 파일 이름을 {industry.id}.toml로 한다",
            )
        for number, weight in enumerate(industry.codes, start=1):
            known = evidence.codebook.codes_of(weight.classification)
            if not known:
                yield text(
                    f"{file}: codes[{number}]: unknown classification {weight.classification!r}: "
                    "the evidence package's codes.csv does not declare it",
                    f"{file}: codes[{number}]: 모르는 분류 {weight.classification!r}: 증거 자료의 codes.csv에 없다",
                )
            elif weight.code not in known:
                near = difflib.get_close_matches(weight.code, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "declare it in the evidence package's codes.csv"
                ko_hint = f"{near[0]!r}을(를) 적으려던 것인가?" if near else "증거 자료의 codes.csv에 선언한다"
                yield text(
                    f"{file}: codes[{number}]: unknown code {weight.code!r} in {weight.classification}; {hint}",
                    f"{file}: codes[{number}]: {weight.classification}에 {weight.code!r} 코드가 없다. {ko_hint}",
                )
    ids = {i.id for i in industries.values()}
    excluded = {e.industry for e in charter.exclusions}
    for what, names in (("areas", [a.industry for a in charter.areas]), ("exclusions", list(excluded))):
        for name in names:
            if name not in ids:
                yield text(
                    f"{charter_file}: {what}: industry {name!r} has no file industries/{name}.toml",
                    f"{charter_file}: {what}: 산업 {name!r}의 파일 industries/{name}.toml이 없다",
                )
    for area in charter.areas:
        if area.industry in excluded:
            yield text(
                f"{charter_file}: areas: {area.industry!r} is also excluded; remove one of the two",
                f"{charter_file}: areas: {area.industry!r}은(는) exclusions에도 있다. 둘 가운데 하나를 지운다",
            )
    if len(ids - excluded) < charter.places + 1:
        yield text(
            f"{charter_file}: places = {charter.places}, but only {len(ids - excluded)} industries may be ranked",
            f"{charter_file}: places = {charter.places}인데 순위를 매길 산업이 {len(ids - excluded)}개뿐이다",
        )
    yield from _across_projects(charter_file, charter, projects)


def _across_projects(charter_file: Path, charter: Charter, projects: dict[Path, AreaProjects]) -> Iterator[Said]:
    area_ids = [a.industry for a in charter.areas]
    names = [p.id for group in projects.values() for p in group.projects]
    try:
        once(names, "project")
    except Wrong as error:
        yield _at(f"{charter_file.parent / 'projects'}: ", error.said)
    stems = {file.stem for file in projects}
    for area in area_ids:
        if area not in stems:
            yield text(
                f"{charter_file}: areas: {area!r} has no candidate projects; add projects/{area}.toml",
                f"{charter_file}: areas: {area!r}의 후보 과제가 없다. projects/{area}.toml을 넣는다",
            )
    for file, group in projects.items():
        if file.stem not in area_ids:
            yield text(
                f"{file}: no area {file.stem!r} in programme.toml; name the file after an area",
                f"{file}: programme.toml에 분야 {file.stem!r}이(가) 없다. 파일 이름을 분야의 이름으로 한다",
            )
        for number, project in enumerate(group.projects, start=1):
            for relation in ("requires", "excludes"):
                for other in getattr(project, relation):
                    if other not in names:
                        yield text(
                            f"{file}: projects[{number}].{relation}: unknown project {other!r}; give a project's id",
                            f"{file}: projects[{number}].{relation}: 모르는 과제 {other!r}. 과제의 id를 적는다",
                        )
            for year in project.costs:
                if year not in charter.budgets.years:
                    yield text(
                        f"{file}: projects[{number}].costs: {year} is not a budget year of programme.toml",
                        f"{file}: projects[{number}].costs: {year}년은 programme.toml의 예산 연도가 아니다",
                    )
