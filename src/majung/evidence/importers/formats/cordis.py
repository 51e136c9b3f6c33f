"""CORDIS: projects of the EU's framework programmes as public funding by country, field of science and year.

Specification: EU Open Data Portal, "CORDIS - EU research projects under Horizon Europe" (and Horizon 2020), CSV: the
ZIP holds project.csv, organization.csv, euroSciVoc.csv, topics.csv, legalBasis.csv and others, separated by semicolons,
all cells in quotation marks; amounts in euro with a decimal point, `totalCost` with a decimal comma; countries as
alpha-2 with the EU's own EL and UK. The XLSX edition holds the same tables, one a workbook, on its first sheet.

A participant's net EU contribution (`netEcContribution`, else `ecContribution`) counts in its country and in the year
of the grant's signature (`ecSignatureDate`, else `startDate`). A project with several fields of EuroSciVoc counts in
each with an equal part, at the level asked for; without one in `unclassified`. `projects`: the project itself in the
same parts, shared equally among its participants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import pandas as pd

from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.delimited import BATCH, Rows, read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.schema import absent, fit
from majung.evidence.importers.series import wrong_option
from majung.evidence.importers.workbook import cell_text, open_workbook
from majung.evidence.problems import text

EURO_COUNTRIES = {"EL": "GRC", "UK": "GBR", "XK": "XKX"}
UNCLASSIFIED = "unclassified"
PROJECT = (
    Column("id", text("project", "과제 번호"), aliases=("projectID",)),
    Column("startDate", text("start", "시작일")),
    Column("ecSignatureDate", text("signature of the grant", "협약일"), required=False),
    Column("legalBasis", text("part of the programme", "사업 구분"), required=False),
)
ORGANISATION = (
    Column("projectID", text("project", "과제 번호")),
    Column("country", text("alpha-2 country", "국가 코드")),
    Column("ecContribution", text("EU contribution, EUR", "EU 지원금, 유로")),
    Column("netEcContribution", text("net EU contribution, EUR", "순 EU 지원금, 유로"), required=False),
)
FIELD = (
    Column("projectID", text("project", "과제 번호")),
    Column("euroSciVocPath", text("field of science, as a path", "학문 분야 경로")),
)


@dataclass
class _Projects:
    """year and legal basis by project; fields of science by project."""

    year: dict[str, int] = field(default_factory=dict)
    basis: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    by = context.option("by", "euroscivoc")
    if by not in ("euroscivoc", "legal-basis"):
        raise wrong_option(context, "by", by, ("euroscivoc", "legal-basis"))
    level = context.option("level", "2")
    if level not in ("1", "2", "3", "4", "5"):
        raise wrong_option(context, "level", level, ("1", "2", "3", "4", "5"))
    files = {
        re.sub(r"(?i)^.*?(project|organi[sz]ation|euroscivoc)\.(csv(\.gz)?|xlsx)$", r"\1", i.name).lower(): i
        for i in inputs
    }
    files = {("organization" if name == "organisation" else name): one for name, one in files.items()}
    if len(files) < len(inputs):
        raise file_error(
            ", ".join(one.name for one in inputs)[:200],
            "file-twice",
            text("a table is there twice", "같은 표가 두 번 있습니다"),
            text("import each programme, and each edition, by itself", "사업마다, 판마다 따로 가져오십시오"),
        )
    wanted = {"project": "project.csv", "organization": "organization.csv"}
    wanted |= {"euroscivoc": "euroSciVoc.csv"} if by == "euroscivoc" else {}
    missing = [words for name, words in wanted.items() if name not in files]
    if missing:
        raise file_error(
            ", ".join(one.name for one in inputs)[:200],
            "file-missing",
            text(f"{', '.join(missing)} is missing", f"{', '.join(missing)} 파일이 없습니다"),
            text("give the ZIP as published, or these files together", "배포된 ZIP이나 이 파일들을 함께 주십시오"),
        )
    projects = _Projects()
    _read_projects(files["project"], projects, context)
    if by == "euroscivoc":
        _read_fields(files["euroscivoc"], projects, int(level), context)
    classification = _declare(by, level, context)
    yield from _participations(files["organization"], projects, by, classification, context)


def _rows(input_: Input, columns: Sequence[Column], context: Context) -> Iterator[Rows]:
    """Rows of a table, CSV or workbook; a row of a workbook with a formula that holds no value is not read."""
    if input_.suffix != ".xlsx":
        yield from read_rows(input_, columns, context, delimiter=";", others=True)
        return
    with open_workbook(input_, context) as book:
        rows = book.sheet(next(iter(book.names), "")).rows()
        header = [cell_text(cell) for cell in next(rows, (1, ()))[1]]
        found = fit(header, columns, input_.name, others=True)
        context.note_absent(absent(columns, found))
        places = [header.index(name) for name in found.values()]
        while part := list(islice(rows, BATCH)):
            cells = [[_said(row[place]) if place < len(row) else "" for place in places] for _, row in part]
            frame = pd.DataFrame(cells, index=[line for line, _ in part], columns=list(found), dtype="str")
            context.count(len(frame))
            unread = {one.line for one in context.bad_rows if (one.rule, one.file) == ("formula", input_.name)}
            yield Rows(frame[~frame.index.isin(list(unread)) & (frame != "").any(axis=1)], tuple(header))


def _said(cell: object) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else cell_text(cell)


def _declare(by: str, level: str, context: Context) -> str:
    if by == "euroscivoc":
        name, label = f"euroscivoc-{level}", text(f"EuroSciVoc, level {level}", f"EuroSciVoc {level}단계")
    else:
        name, label = "horizon", text("Parts of the framework programme", "프레임워크 사업 구분")
    context.classification(name, label, "European Commission, CORDIS")
    context.code(name, UNCLASSIFIED, text("Without a field", "분야 없음"))
    context.measure("eu-contribution", text("Net EU contribution", "순 EU 지원금"), text("EUR", "유로"))
    context.measure("eu-projects", text("Projects, fractional", "과제 수(분수 계산)"), text("projects", "건"))
    return name


def _read_projects(input_: Input, projects: _Projects, context: Context) -> None:
    for rows in _rows(input_, PROJECT, context):
        cells = rows.cells
        signed = cells.get("ecSignatureDate", pd.Series("", index=cells.index))
        basis = cells.get("legalBasis", pd.Series("", index=cells.index))
        for line, one, start, signature, part in zip(
            rows.lines, cells["id"], cells["startDate"], signed, basis, strict=True
        ):
            day = signature.strip() or start.strip()
            if not re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", day):
                reason = text(f"'{day}' is no date", f"'{day}'은(는) 날짜가 아닙니다")
                remedy = text("the project is not counted", "이 과제는 세지 않습니다")
                context.bad("wrong-date", int(line), reason, remedy, column="startDate", value=day)
                continue
            projects.year[one.strip()] = int(day[:4])
            projects.basis[one.strip()] = part.strip()


def _read_fields(input_: Input, projects: _Projects, level: int, context: Context) -> None:
    """Fields of a project cut at the level: two paths that agree so far are one field."""
    name = f"euroscivoc-{level}"
    for rows in _rows(input_, FIELD, context):
        for line, one, path in zip(rows.lines, rows.cells["projectID"], rows.cells["euroSciVocPath"], strict=True):
            if path.strip() and not path.strip().startswith("/"):
                reason = text(f"'{path[:80]}' is no path", f"'{path[:80]}'은(는) 경로가 아닙니다")
                remedy = text("it begins with a slash", "경로는 /로 시작합니다")
                context.bad("wrong-path", int(line), reason, remedy, column="euroSciVocPath", value=path[:200])
                continue
            steps = [step.strip() for step in path.split("/") if step.strip()][:level]
            if not steps:
                continue
            code = code_of(" ".join(steps[-2:]) if level > 1 else steps[0])
            label = ", ".join(reversed(steps[-2:])) if len(steps) > 1 else steps[0]
            context.code(name, code, text(label, label))
            known = projects.fields.setdefault(one.strip(), [])
            if code not in known:
                known.append(code)


def _participations(
    input_: Input, projects: _Projects, by: str, classification: str, context: Context
) -> Iterator[Batch]:
    """Contributions added up over participants: a country has many in one field and year."""
    frames = []
    for rows in _rows(input_, ORGANISATION, context):
        cells, lines = rows.cells, rows.lines
        gross = context.numbers(cells["ecContribution"].str.strip(), lines, "ecContribution")
        if "netEcContribution" in cells:
            stated = cells["netEcContribution"].str.strip()
            net = context.numbers(stated, lines, "netEcContribution")
            gross = net.where(stated != "", gross)  # one that cannot be read is not known: the gross one is no stand-in
        country = context.countries(cells["country"], lines, "country", **EURO_COUNTRIES)
        project = cells["projectID"].str.strip()
        orphan = ~project.isin(list(projects.year))
        if orphan.any():
            reason = text("its project is not in project.csv", "project.csv에 없는 과제입니다")
            first = int(lines[orphan.to_numpy()][0])
            context.leave_out("unknown-project", reason, column="projectID", line=first, count=int(orphan.sum()))
        frames.append(pd.DataFrame({"project": project, "country": country, "value": gross, "line": lines})[~orphan])
    together = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["project"])
    if together.empty:
        return
    together["year"] = together["project"].map(projects.year)
    together["part"] = 1.0 / together.groupby("project")["project"].transform("size")
    if by == "euroscivoc":
        together["code"] = together["project"].map(lambda one: projects.fields.get(one) or [UNCLASSIFIED])
    else:
        together["code"] = together["project"].map(lambda one: [code_of(projects.basis[one] or UNCLASSIFIED)])
        for basis in {projects.basis[one] for one in together["project"].unique()} - {""}:
            context.code(classification, code_of(basis), text(basis, basis))
    share = together["code"].map(len)
    together["value"] /= share
    together["part"] /= share
    together = together.explode("code")
    key = ["country", "code", "year"]
    for measure, column in (("eu-contribution", "value"), ("eu-projects", "part")):
        there = together[together[column].notna() & (together["country"] != "")]
        added = there.groupby(key, sort=True, as_index=False).agg(value=(column, "sum"), line=("line", "min"))
        added["value"] = added["value"].round(6)
        added = added.assign(classification=classification, measure=measure)
        added["origin"] = f"{input_.name}, participations from line " + added["line"].astype(str)
        yield Batch("funding", added)


FORMAT = Format(
    id="cordis",
    version="2",
    title=text("CORDIS: EU research projects", "CORDIS: EU 연구 과제"),
    tables=("funding",),
    specification="EU Open Data Portal, CORDIS projects under Horizon Europe and Horizon 2020, CSV and XLSX",
    files=text(
        "cordis-HORIZONprojects-csv.zip (or -xlsx.zip), or project, organization and euroSciVoc from it",
        "cordis-HORIZONprojects-csv.zip(또는 -xlsx.zip), 또는 그 안의 project, organization, euroSciVoc",
    ),
    seen="specification",
    licence="CC BY 4.0",
    licence_note="As stated by the Publications Office of the European Union.",
    read=read,
    publisher="European Commission, CORDIS",
    url="https://data.europa.eu/data/datasets/cordis-eu-research-projects-under-horizon-europe-2021-2027",
    columns=(*PROJECT, *ORGANISATION, *FIELD),
    together=True,
    members=r"(?i)(project|organi[sz]ation|euroSciVoc)\.(csv(\.gz)?|xlsx)$",
    options={
        "by": text("euroscivoc (default) or legal-basis", "euroscivoc(기본) 또는 legal-basis"),
        "level": text("level of EuroSciVoc, 1 to 5 (default 2)", "EuroSciVoc 단계, 1~5(기본 2)"),
    },
)
