"""Questions: one register a kind of row, narrowed by filters, within the sight of who asks. Constant query counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from django.db.models import Model, Q, QuerySet
from pydantic import BaseModel, Field, create_model

from majung.taskforce import models as m
from majung.taskforce.operations.act import NotAllowed
from majung.taskforce.queries.lights import lights
from majung.taskforce.queries.visibility import Sight, hidden_fields, visible
from majung.taskforce.rules.words import Text
from majung.taskforce.wire.forms import Day, Line
from majung.taskforce.wire.references import NUMBER, Unknown, keyed, named
from majung.taskforce.wire.rows import as_data, linked, shape

MOST = 200
"""Rows of a page at most."""


@dataclass(frozen=True)
class By:
    """A filter: rows whose `path` is the given value. kind: the rows that the value refers to, or a plain type."""

    path: str
    kind: Any
    says: str = ""

    def condition(self, value: Any) -> Q:
        if isinstance(self.kind, type) and issubclass(self.kind, Model):
            ((column, name),) = named(value, self.kind).items()
            return Q(**{f"{self.path}__{column}": name})
        return Q(**{self.path: value})


@dataclass(frozen=True)
class InForce(By):
    """Rows in force on a day: from `starts` to `ends`, both included."""

    def condition(self, value: Any) -> Q:
        return Q(starts__lte=value) & (Q(ends__isnull=True) | Q(ends__gte=value))


Adds = Callable[[Any, Sight], dict[str, Any]]


@dataclass(frozen=True)
class Register:
    """The rows of a kind as a list and one by one. adds: computed columns (name -> type) and what computes them."""

    name: str
    label: Text
    kind: type[Model]
    order: tuple[str, ...]
    filters: Mapping[str, By] = field(default_factory=dict)
    prefetch: tuple[str, ...] = ()
    adds: Mapping[str, Any] = field(default_factory=dict)
    compute: Adds | None = None


@dataclass(frozen=True)
class Page:
    """A part of a register. total: rows that the person sees in all."""

    total: int
    limit: int
    offset: int
    rows: list[dict[str, Any]]


class Lamps(BaseModel):
    """The three traffic lights of a measure, never merged; grey: nothing reported or said."""

    rule: Literal["green", "yellow", "red", "grey"]
    owner: Literal["green", "yellow", "red", "grey"]
    reviewer: Literal["green", "yellow", "red", "grey"]
    why: dict[str, str] = Field(description="What the rule saw, ko and en.")


def _lamps(measure: m.Measure, seen: Sight) -> dict[str, Any]:
    said = lights(measure, seen.day)
    return {
        "late_days": measure.late_by(seen.day),
        "traffic_lights": {
            "rule": said.rule.value,
            "owner": said.owner.value,
            "reviewer": said.reviewer.value,
            "why": said.why,
        },
    }


def _register(
    name: str,
    ko: str,
    en: str,
    kind: type[Model],
    /,
    *order: str,
    prefetch: tuple[str, ...] = (),
    adds: Mapping[str, Any] | None = None,
    compute: Adds | None = None,
    **filters: Any,
) -> Register:
    by = {key: value if isinstance(value, By) else By(key, value) for key, value in filters.items()}
    return Register(name, {"ko": ko, "en": en}, kind, order or ("pk",), by, prefetch, adds or {}, compute)


_FROM = By("starts__date__gte", date, "First day.")
_TO = By("starts__date__lte", date, "Last day.")
_ALL = (
    _register("files", "정의 파일", "definition files", m.ProgrammeFile, "path"),
    _register("organisations", "기관", "organisations", m.Organisation, "key"),
    _register("people", "구성원", "people", m.Person, "key", organisation=m.Organisation),
    _register("bodies", "회의체", "bodies", m.Body, "key", kind=str, state=str, parent=m.Body),
    _register(
        "mandates",
        "위임",
        "mandates",
        m.Mandate,
        "body__key",
        "starts",
        "pk",
        body=m.Body,
        person=m.Person,
        role=str,
        on=InForce("", date, "In force on this day."),
    ),
    _register("charters", "운영 규정", "charters", m.Charter, "body__key", "number", body=m.Body),
    _register("milestones", "이정표", "milestones", m.Milestone, "due", "key", body=m.Body),
    _register("areas", "분야", "areas", m.Area, "key", body=m.Body),
    _register("leads", "주관 부처", "leads", m.Lead, "area__key", "pk", area=m.Area),
    _register("rooms", "회의실", "rooms", m.Room, "key"),
    _register("series", "정례 회의", "meeting series", m.MeetingSeries, "key", body=m.Body),
    _register(
        "meetings",
        "회의",
        "meetings",
        m.Meeting,
        "starts",
        "key",
        body=m.Body,
        state=str,
        since=_FROM,
        until=_TO,
    ),
    _register(
        "items",
        "안건",
        "agenda items",
        m.AgendaItem,
        "meeting__starts",
        "position",
        "pk",
        meeting=m.Meeting,
        strategy=m.Strategy,
    ),
    _register(
        "papers", "자료", "papers", m.Paper, "item", "number", item=m.AgendaItem, meeting=By("item__meeting", m.Meeting)
    ),
    _register("attendance", "출석", "attendance", m.Attendance, "pk", meeting=m.Meeting, person=m.Person),
    _register("minutes", "회의록", "minutes", m.MinutesRevision, "meeting__starts", "number", meeting=m.Meeting),
    _register(
        "outcomes",
        "결과",
        "outcomes",
        m.Outcome,
        "pk",
        item=m.AgendaItem,
        meeting=By("item__meeting", m.Meeting),
        kind=str,
    ),
    _register(
        "decisions",
        "결정",
        "decisions",
        m.Decision,
        "taken_on",
        "key",
        body=m.Body,
        meeting=By("outcome__item__meeting", m.Meeting),
        since=By("taken_on__gte", date, "First day."),
        until=By("taken_on__lte", date, "Last day."),
    ),
    _register(
        "actions",
        "조치 사항",
        "actions",
        m.Action,
        "due",
        "key",
        state=str,
        person=m.Person,
        organisation=m.Organisation,
    ),
    _register(
        "procedures", "서면 의결", "written procedures", m.WrittenProcedure, "opened", "key", body=m.Body, state=str
    ),
    _register("strategies", "전략", "strategies", m.Strategy, "key", area=m.Area, state=str),
    _register(
        "strategy-texts",
        "전략 본문",
        "versions of strategies",
        m.StrategyRevision,
        "strategy__key",
        "number",
        strategy=m.Strategy,
    ),
    _register("tasks", "핵심 과제", "core tasks", m.CoreTask, "strategy__key", "position", strategy=m.Strategy),
    _register("projects", "핵심 프로젝트", "core projects", m.CoreProject, "key", area=m.Area),
    _register(
        "measures",
        "대책",
        "measures with their lights",
        m.Measure,
        "key",
        prefetch=("lights", "metrics__targets", "metrics__readings"),
        adds={"late_days": int, "traffic_lights": Lamps},
        compute=_lamps,
        task=m.CoreTask,
        strategy=By("task__strategy", m.Strategy),
        area=By("task__strategy__area", m.Area),
        owner=m.Organisation,
        state=str,
        instrument=str,
        due_by=By("due__lte", date, "Due on this day or before."),
    ),
    _register(
        "grounds", "근거", "grounds of measures", m.Ground, "measure__key", "pk", measure=m.Measure, decision=m.Decision
    ),
    _register(
        "budgets", "예산", "budgets by year", m.BudgetYear, "measure__key", "year", "stage", measure=m.Measure, year=int
    ),
    _register("metrics", "지표", "metrics", m.Metric, "measure__key", "key", measure=m.Measure),
    _register(
        "targets",
        "목표",
        "targets",
        m.Target,
        "metric",
        "by",
        metric=m.Metric,
        measure=By("metric__measure", m.Measure),
    ),
    _register(
        "readings",
        "실적",
        "readings",
        m.Reading,
        "metric",
        "on",
        "number",
        metric=m.Metric,
        measure=By("metric__measure", m.Measure),
    ),
    _register("lights", "신호등", "lights as said", m.Light, "measure__key", "on", "pk", measure=m.Measure),
    _register("consultations", "의견 수렴", "consultations", m.Consultation, "opens", "key", area=m.Area, state=str),
    _register("themes", "주제", "themes", m.Theme, "key", area=m.Area),
    _register(
        "submissions",
        "정책 수요",
        "submissions",
        m.Submission,
        "received_on",
        "key",
        area=m.Area,
        theme=m.Theme,
        state=str,
        kind=str,
    ),
    _register("responses", "답변", "answers", m.Response, "submission__key", "number", submission=m.Submission),
    _register(
        "statements", "의견 문장", "statements", m.Statement, "consultation__key", "number", consultation=m.Consultation
    ),
    _register(
        "announcements", "발표", "announcements", m.Announcement, "position", "key", state=str, strategy=m.Strategy
    ),
    _register(
        "corrections", "정정", "corrections", m.Correction, "announcement__key", "number", announcement=m.Announcement
    ),
    _register("reviews", "점검", "reviews", m.Review, "period_to", "key", state=str),
    _register(
        "conclusions", "점검 결론", "conclusions of reviews", m.ReviewConclusion, "review__key", "pk", review=m.Review
    ),
    _register("criteria", "기준·가중치", "versions of the criteria", m.CriteriaSet, "number"),
    _register("panels", "가중치 조사", "panels of judges", m.Panel, "key", body=m.Body, state=str),
    _register(
        "comparisons",
        "쌍대비교",
        "pairwise comparisons",
        m.Comparison,
        "panel__key",
        "judge__key",
        "number",
        panel=m.Panel,
    ),
    _register("runs", "분석", "runs", m.RunRecord, "key", mode=str),
    _register("jobs", "작업 대기열", "jobs", m.Job, "-asked_at", "pk", state=str),
    _register(
        "journal",
        "저널",
        "journal",
        m.JournalEntry,
        "seq",
        operation=str,
        subject=str,
        after=By("seq__gt", int, "Entries after this number."),
        adds={"seq": int},
        compute=lambda entry, _: {"seq": entry.seq},
    ),
)
REGISTERS: dict[str, Register] = {register.name: register for register in _ALL}
"""Every register by its name: what the API's lists and `majung ask` read."""

_PARAMETERS: dict[Any, Any] = {str: Line, int: int, date: Day}


def parameters(register: Register) -> type[BaseModel]:
    """The filters of a register with limit and offset, as a model."""
    fields: dict[str, Any] = {}
    for name, by in register.filters.items():
        refers = isinstance(by.kind, type) and issubclass(by.kind, Model)
        told = Line if refers else _PARAMETERS[by.kind]
        says = by.says or (f"{by.kind._meta.model_name}/…" if refers else "")
        if by.kind is int:
            fields[name] = (int | None, Field(None, ge=-(2**31), le=2**53 - 1, description=says))
        else:
            fields[name] = (told | None, Field(None, description=says))
    fields["limit"] = (int, Field(50, ge=1, le=MOST, description="Rows of the page."))
    fields["offset"] = (int, Field(0, ge=0, le=10_000_000, description="Rows left out before it."))
    model: type[BaseModel] = create_model(f"{_title(register)}Query", **fields)
    return model


@cache
def row_shape(name: str) -> type[BaseModel]:
    """The model of a register's row."""
    register = REGISTERS[name]
    if not register.adds:
        return shape(register.kind)
    added: dict[str, Any] = {column: (told, ...) for column, told in register.adds.items()}
    model: type[BaseModel] = create_model(f"{_title(register)}Row", __base__=shape(register.kind), **added)
    return model


@cache
def page_shape(name: str) -> type[BaseModel]:
    """The model of a page of a register."""
    row: Any = row_shape(name)
    title = f"{_title(REGISTERS[name])}Page"
    fields: dict[str, Any] = {"total": (int, ...), "limit": (int, ...), "offset": (int, ...), "rows": (list[row], ...)}
    model: type[BaseModel] = create_model(title, **fields)
    return model


def listing(name: str, seen: Sight, asked: Mapping[str, Any], limit: int, offset: int) -> Page:
    """A page of a register. Raises NotAllowed for the journal, Invalid for a filter that cannot be read."""
    register = REGISTERS[name]
    rows = _rows(register, seen)
    for key, value in asked.items():
        if value is not None:
            rows = rows.filter(register.filters[key].condition(value))
    found = rows.order_by(*register.order)[offset : offset + limit]
    return Page(rows.count(), limit, offset, [_data(register, row, seen) for row in found])


def detail(name: str, seen: Sight, key: str) -> dict[str, Any]:
    """One row of a register, by its key or number. Raises Unknown for one that is not there or not seen."""
    register = REGISTERS[name]
    word = register.kind._meta.model_name
    unknown = Unknown(f"there is no {word}/{key} that you can see", f"볼 수 있는 {word}/{key}이(가) 없다")
    if not keyed(register.kind) and not NUMBER.fullmatch(key):
        raise unknown
    column = "key" if keyed(register.kind) else "pk"
    row = _rows(register, seen).filter(**{column: key}).first()
    if row is None:
        raise unknown
    return _data(register, row, seen)


def _rows(register: Register, seen: Sight) -> QuerySet[Any]:
    if register.kind is m.JournalEntry and not seen.journal:
        raise NotAllowed("the journal is read by auditors", "저널은 감사만 본다")
    rows = linked(visible(seen, register.kind))
    return rows.prefetch_related(*register.prefetch) if register.prefetch else rows


def _data(register: Register, row: Any, seen: Sight) -> dict[str, Any]:
    data = as_data(row, hidden_fields(seen, row))
    return data | register.compute(row, seen) if register.compute else data


def _title(register: Register) -> str:
    return "".join(part.title() for part in register.name.split("-"))
