"""The programme as data: what each TOML file of a programme folder may say, and the rules that hold inside one file.

Rules across files (codes exist, exclusions name industries, ...) live in `majung.programme.folder`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from majung.evidence.problems import text
from majung.methods.text_query import parse_query
from majung.methods.value import Scale

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Observes = Literal["industry", "parent", "other_country"]
GapKind = Literal["technology", "market", "workforce", "regulation"]
CriterionId = Literal["investment", "ripple_effects", "growth_potential", "competitiveness"]

SUM_TOLERANCE = 1e-6


class Record(BaseModel):
    """Base of all entries: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Text(Record):
    """What a person reads, in Korean and English."""

    ko: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, language: str) -> str:
        return {"ko": self.ko, "en": self.en}[language]

    @property
    def inside(self) -> str:
        """The English name as it stands inside a sentence: 'Cloud' small, 'AI' and '3D printing' as they are."""
        return self.en[0].lower() + self.en[1:] if self.en[1:2].islower() else self.en


class Wrong(ValueError):
    """A rule of the definitions is broken. said: how, in both languages."""

    def __init__(self, en: str, ko: str) -> None:
        super().__init__(en)
        self.said = text(en, ko)


class Interval(Record):
    """A judged number with the range its authors would defend."""

    low: float
    high: float

    def _check(self, value: float, name: str) -> None:
        if not self.low <= value <= self.high:
            raise Wrong(
                f"{name} {value} lies outside its interval {self.low} to {self.high}",
                f"{name} {value}이(가) 구간 {self.low}~{self.high} 밖에 있다",
            )


class Weighted(Interval):
    """A weight in [0, 1] with interval, rationale and source."""

    weight: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    rationale: Text
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        self._check(self.weight, "weight")
        return self


def _scale(value: Any) -> Scale:
    if isinstance(value, Scale):
        return value
    if not isinstance(value, dict) or not {"reference", "target"} <= set(value) <= {"reference", "target", "log"}:
        raise Wrong(
            "scale needs reference and target, and may say log = true",
            "scale에는 reference와 target이 있어야 하고 log = true를 더할 수 있다",
        )
    return Scale(float(value["reference"]), float(value["target"]), log=bool(value.get("log", False)))


class IndicatorSpec(Weighted):
    """One indicator of a criterion: its weight within the criterion and its fixed external scale."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: Identifier
    name: Text
    unit: Text
    classification: str
    scale: Annotated[Scale, BeforeValidator(_scale)]
    parameters: dict[str, float] = {}


class Criterion(Weighted):
    id: CriterionId
    name: Text
    indicators: tuple[IndicatorSpec, ...] = Field(min_length=1)


class Organisation(Record):
    id: Slug
    name: Text


class Area(Record):
    industry: Slug
    leads: tuple[Slug, ...] = Field(min_length=1)
    working_group: Text


class MeetingWindow(Record):
    """Days of the month between which each working group meets, and how often."""

    window: tuple[int, int]
    per_month: tuple[int, int]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (1 <= self.window[0] <= self.window[1] <= 31 and 1 <= self.per_month[0] <= self.per_month[1]):
            raise Wrong(
                "window and per_month run from a first to a last number, e.g. window = [10, 20]",
                "window와 per_month는 처음과 끝의 두 수로 적는다(예: window = [10, 20])",
            )
        return self


class Exclusion(Record):
    industry: Slug
    rule: Text
    reason: Text
    source: str = Field(min_length=1)


class GapSpec(Weighted):
    id: GapKind
    name: Text


class Budgets(Record):
    years: tuple[int, ...] = Field(min_length=1)
    amounts: tuple[float, ...]
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None
    estimate: bool
    minimum_per_area: int = Field(default=0, ge=0)
    rationale: Text
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_a_year(self) -> Self:
        for name in ("amounts", "low", "high"):
            amounts = getattr(self, name)
            if amounts is not None and len(amounts) != len(self.years):
                raise Wrong(
                    f"{name} has {len(amounts)} entries for {len(self.years)} years: give one a year",
                    f"{name}의 값이 {len(amounts)}개인데 연도는 {len(self.years)}개다. 해마다 하나씩 적는다",
                )
            if amounts is not None and min(amounts) < 0:
                raise Wrong(f"{name} has a negative budget", f"{name}에 0보다 작은 예산이 있다")
        return self


class Charter(Record):
    """programme.toml"""

    schema_: Literal[1] = Field(alias="schema")
    id: Slug
    name: Text
    summary: Text
    country: str = Field(pattern=r"^[A-Z]{3}$")
    cut_year: int = Field(ge=1900, le=2200)
    mode: Literal["retrospective", "real-time"]
    mode_note: Text
    seed: int = Field(ge=0)
    samples: int = Field(ge=100, le=1_000_000)
    currency: str
    places: int = Field(ge=1)
    organisations: tuple[Organisation, ...] = ()
    areas: tuple[Area, ...] = Field(min_length=1)
    meetings: MeetingWindow | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    exclusions: tuple[Exclusion, ...] = ()
    gaps: tuple[GapSpec, ...] = Field(min_length=1)
    budgets: Budgets
    asked: Text | None = None
    """Of a run with other weights or budgets than the programme's own: what was asked for, by whom and when."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sums_to_one(self.criteria, "criteria")
        for criterion in self.criteria:
            sums_to_one(criterion.indicators, f"indicators of {criterion.id}")
        sums_to_one(self.gaps, "gaps")
        ids = [i.id for c in self.criteria for i in c.indicators]
        once([c.id for c in self.criteria], "criterion")
        once(ids, "indicator")
        once([g.id for g in self.gaps], "gap")
        once([a.industry for a in self.areas], "area")
        once([o.id for o in self.organisations], "organisation")
        known = {o.id for o in self.organisations}
        for area in self.areas:
            for lead in area.leads:
                if lead not in known:
                    raise Wrong(
                        f"area {area.industry}: lead {lead!r} is not among the organisations",
                        f"분야 {area.industry}: 주관 {lead!r}이(가) organisations에 없다",
                    )
        return self


class CodeWeight(Weighted):
    """How much of the industry's activity in a classification lies in one code; whether the code is the industry."""

    classification: str
    code: str
    observes: Literal["industry", "parent"]


class LanguageQuery(Record):
    """Queries over texts of one language (docs/texts.md). include: a text that meets it is the industry's; consider:
    one that meets only this wider query goes to a person."""

    include: str = Field(min_length=1)
    consider: str = ""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for written in (self.include, self.consider):
            if written:
                parse_query(written)
        return self


class Queries(Record):
    """By which words the industry's texts are known."""

    ko: LanguageQuery | None = None
    en: LanguageQuery | None = None


class Industry(Record):
    """industries/<id>.toml: an industry as a weighted set of codes in each classification."""

    id: Slug
    name: Text
    summary: Text
    observed_note: Text | None = None
    queries: Queries | None = None
    codes: tuple[CodeWeight, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for classification in self.classifications():
            codes = self.codes_in(classification)
            once([c.code for c in codes], f"code in {classification}")
            sums_to_one(codes, f"codes of {classification}")
        return self

    def classifications(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.classification for c in self.codes))

    def codes_in(self, classification: str) -> tuple[CodeWeight, ...]:
        return tuple(c for c in self.codes if c.classification == classification)


class Target(Record):
    metric: Text
    unit: Text
    baseline: float | None = None
    baseline_year: int | None = None
    target: float
    target_year: int
    source: str
    note: Text | None = None


class Closure(Interval):
    """The share of one diagnosed gap of the area that the project would close."""

    gap: GapKind
    share: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    rationale: Text
    source: str

    @model_validator(mode="after")
    def _inside(self) -> Self:
        self._check(self.share, "share")
        return self


class Project(Record):
    id: Slug
    name: Text
    summary: Text
    costs: dict[int, float]
    cost_low: float = Field(gt=0, le=1)
    cost_high: float = Field(ge=1)
    estimate: bool
    source: str
    rationale: Text
    targets: tuple[Target, ...] = ()
    requires: tuple[Slug, ...] = ()
    excludes: tuple[Slug, ...] = ()
    closes: tuple[Closure, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.costs or min(self.costs.values()) < 0 or sum(self.costs.values()) <= 0:
            raise Wrong("costs must be non-negative and not all zero", "비용은 0 이상이고 모두 0일 수는 없다")
        once([c.gap for c in self.closes], "gap")
        return self


class AreaProjects(Record):
    """projects/<area>.toml"""

    projects: tuple[Project, ...] = Field(min_length=1)


def sums_to_one(weights: tuple[Weighted, ...], what: str) -> None:
    """Raise ValueError unless the weights sum to 1 and their intervals admit such a sum."""
    total = sum(w.weight for w in weights)
    if abs(total - 1) > SUM_TOLERANCE:
        raise Wrong(
            f"weights of the {what} sum to {total:.6g}, not to 1: adjust them",
            f"{what}의 가중치를 더하면 1이 아니라 {total:.6g}이다. 고쳐서 1로 맞춘다",
        )
    low, high = sum(w.low for w in weights), sum(w.high for w in weights)
    if low > 1 + SUM_TOLERANCE or high < 1 - SUM_TOLERANCE:
        raise Wrong(
            f"intervals of the {what} sum to {low:.3g} to {high:.3g} and do not admit 1: widen them",
            f"{what}의 구간을 더하면 {low:.3g}~{high:.3g}이어서 1이 될 수 없다. 구간을 넓힌다",
        )


def once(names: list[Any], what: str) -> None:
    """Raise ValueError at the first name that stands twice."""
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            raise Wrong(
                f"{what} {name!r} stands twice: remove one", f"{what} {name!r}이(가) 두 번 나온다. 하나를 지운다"
            )
        seen.add(name)
