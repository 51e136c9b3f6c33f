"""Signals: codes of the evidence that emerge, lie near, or draw venture money faster than the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from majung.discovery.observation import Place, rows_of, span, sum_by_code, windows
from majung.evidence import WORLD
from majung.evidence.lineage import SourceRows
from majung.methods.complexity import MAJUNG, complexity, presence, rca, relative_relatedness
from majung.methods.emergence import ACTIVE_PERIODS, BASE_PERIODS, emergence_score
from majung.methods.growth import growth_interval, growth_ratio
from majung.methods.labelled import Floats, InputError, Labelled, drop_zeros, labelled
from majung.programme import Programme, ProgrammeError, Text

Kind = Literal["emergence", "opportunity", "momentum"]
KINDS: tuple[Kind, ...] = ("emergence", "opportunity", "momentum")

LEVEL = 0.9
TAIL = (1 - LEVEL) / 2
FASTER = 1.1
"""A field's share, or a code's venture, must have grown by more than a tenth beyond chance."""
RECENT = 5
THRESHOLDS = (0.75, 1.0, 1.25)
AT_LEAST = 2
"""An opportunity must be one at so many of the thresholds of advantage, the middle one among them."""
COUNTRIES, CODES = 20, 10
"""A product space of fewer countries or codes says nothing."""
WINDOW = 3
TOGETHER, POINTS = 0.9, 8
"""Codes move together from this correlation on, over at least so many country-years."""
MONEY_PRIOR = 50.0
FIRMS_PRIOR = 5.0
REVISION = 1.7
"""The largest factor seen between two editions of one year's venture total: half-width of a 95 % interval of a year."""
NORMAL_95, NORMAL_90 = 1.959964, 1.644854

EMERGENCE_TABLES = ("patents", "publications", "funding")
SPACE_TABLES = ("patents", "publications", "value_added", "trade")
MOMENTUM_TABLES = ("investment",)


@dataclass(frozen=True)
class Signal:
    """One code that stands out in one data set. value with low and high: emergence score; relatedness density over the
    thresholds; growth relative to all codes. rank: among the `of` codes looked at, 1 = the largest. place: whose
    figures. rows: source rows that are its own."""

    kind: Kind
    table: str
    classification: str
    code: str
    measure: str
    value: float
    low: float
    high: float
    rank: int
    of: int
    place: Place
    period: str
    says: Text
    rows: SourceRows = field(hash=False, compare=False, default_factory=dict)

    @property
    def standing(self) -> float:
        """1 for the first of its data set, 0 for the last."""
        return 1.0 if self.of == 1 else 1 - (self.rank - 1) / (self.of - 1)


@dataclass(frozen=True)
class Looked:
    """One data set that was looked at, or why not. codes: how many; passed: how many became signals; by_chance: how
    many of them chance alone would let pass at most (NaN where no interval says so)."""

    kind: Kind
    table: str
    classification: str
    measure: str
    period: str
    codes: int
    passed: int
    by_chance: float
    skipped: Text | None = None


@dataclass(frozen=True)
class Tie:
    """Two codes of one classification whose venture moves together from year to year: probably largely the same firms.

    correlation: of the yearly changes of log values, less the mean change of all codes, over `points` country-years.
    """

    classification: str
    codes: tuple[str, str]
    correlation: float
    points: int


@dataclass
class Found:
    """What was found: signals, ties between their codes, and the data sets that were looked at."""

    signals: list[Signal] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)


def signals(programme: Programme) -> Found:
    """All signals of a programme's evidence up to its cut, and every data set that was looked at."""
    found = Found()
    looks: tuple[tuple[Kind, tuple[str, ...], Look], ...] = (
        ("emergence", EMERGENCE_TABLES, _emergence),
        ("opportunity", SPACE_TABLES, _opportunities),
        ("momentum", MOMENTUM_TABLES, _momentum),
    )
    for kind, tables, look in looks:
        for table in tables:
            try:
                sets = list(_data_sets(programme, table))
            except ProgrammeError as error:
                # A real-time programme sees what was released by its cut, which may be nothing of a table.
                why = Text(en=str(error), ko=f"기준일까지 공표된 자료가 없습니다 ({table})")
                found.looked.append(Looked(kind, table, "", "", "", 0, 0, float("nan"), why))
                continue
            for frame, named in sets:
                part = look(programme, frame, named)
                found.signals += part.signals
                found.ties += part.ties
                found.looked += part.looked
        if not any(one.kind == kind for one in found.looked):
            skipped = Text(
                en="the evidence has nothing for it up to the cut", ko="기준 연도까지 해당하는 자료가 없습니다"
            )
            found.looked.append(Looked(kind, ", ".join(tables), "", "", "", 0, 0, float("nan"), skipped))
    return found


@dataclass(frozen=True)
class _Named:
    table: str
    classification: str
    measure: str

    def skipped(self, kind: Kind, en: str, ko: str, codes: int = 0, period: str = "") -> Found:
        why = Text(en=en, ko=ko)
        looked = Looked(kind, self.table, self.classification, self.measure, period, codes, 0, float("nan"), why)
        return Found(looked=[looked])


Look = Callable[[Programme, pd.DataFrame, _Named], Found]


def _data_sets(programme: Programme, table: str) -> Iterator[tuple[pd.DataFrame, _Named]]:
    """Series of measures that add up, without declared aggregates and one-code classifications."""
    evidence = programme.evidence
    if table not in evidence.tables:
        return
    whole = programme.select(table)
    if "flow" in whole.columns:
        whole = whole[whole["flow"] == "exports"]
        whole = whole[whole["partner"] != WORLD] if (whole["partner"] != WORLD).any() else whole
    for (classification, measure), rows in whole.groupby(["classification", "measure"], sort=True):
        if not evidence.additive(table, str(measure)):
            continue
        parts = rows[rows["code"].isin(evidence.codes(str(classification)))]
        if parts["code"].nunique() > 1:
            yield parts, _Named(table, str(classification), str(measure))


# ------------------------------------------------------------------------------------------------------- emergence


def _emergence(programme: Programme, frame: pd.DataFrame, named: _Named) -> Found:
    """Fields whose emergence score is above 0 and whose share of all fields grew, both beyond chance."""
    world = frame[frame["country"] == WORLD]
    place: Place = "world"
    if world.empty:
        world = frame
    last = int(world["year"].max())
    periods = BASE_PERIODS + ACTIVE_PERIODS
    years = range(last - periods + 1, last + 1)
    codes, counts = _panel(world, years)
    if len(codes) < 2:
        missing = f"{periods} years with a figure each are needed"
        return named.skipped(
            "emergence",
            f"{missing}, to {last} too few codes have them",
            f"{periods}년치 값이 모두 있는 코드가 부족합니다",
        )
    totals = counts.sum(axis=0)
    score = emergence_score(counts, totals, level=LEVEL)
    base, recent = counts[:, :BASE_PERIODS].sum(axis=1), counts[:, -BASE_PERIODS:].sum(axis=1)
    tide = float(recent.sum() / base.sum())
    growth = growth_interval(base, recent, level=LEVEL, towards=tide)
    ratio, low = growth.value / tide, growth.low / tide
    passed = score.eligible & (score.low > 0) & (low > FASTER)
    ranks = _ranks(score.score)
    period = span(years)
    early, late = span(years[:BASE_PERIODS]), span(years[-BASE_PERIODS:])
    unit = programme.evidence.measure_label(named.measure)
    found = [
        Signal(
            "emergence",
            named.table,
            named.classification,
            codes[i],
            named.measure,
            float(score.score[i]),
            float(score.low[i]),
            float(score.high[i]),
            int(ranks[i]),
            len(codes),
            place,
            period,
            Text(
                en=f"{unit['en']} of the world: emergence score {score.score[i]:.3g}, {_nth(int(ranks[i]))} of "
                f"{len(codes)}; share of all {ratio[i] - 1:+.0%} from {early} to {late}",
                ko=f"세계 {unit['ko']}: 부상 점수 {score.score[i]:.3g}, {len(codes)}개 가운데 {int(ranks[i])}위. "
                f"{early}년에서 {late}년 사이 비중 {ratio[i] - 1:+.0%}",
            ),
            rows_of({named.table: world[(world["code"] == codes[i]) & world["year"].isin(years)]}),
        )
        for i in np.flatnonzero(passed)
    ]
    looked = Looked(
        "emergence",
        named.table,
        named.classification,
        named.measure,
        period,
        len(codes),
        len(found),
        TAIL * len(codes),
    )
    return Found(found, [], [looked])


def _panel(frame: pd.DataFrame, years: range) -> tuple[tuple[str, ...], Floats]:
    """Codes with a figure in every year, and their values (codes, years), added up over places."""
    table = frame[frame["year"].isin(years)].pivot_table(index="code", columns="year", values="value", aggfunc="sum")
    table = table.reindex(columns=list(years)).dropna().sort_index()
    return tuple(map(str, table.index)), table.to_numpy(dtype=np.float64)


def _ranks(values: Floats) -> NDArray[np.intp]:
    order = np.argsort(-values, kind="stable")
    ranks = np.empty(len(values), dtype=np.intp)
    ranks[order] = np.arange(1, len(values) + 1)
    return ranks


# ----------------------------------------------------------------------------------------------------- opportunity


def _opportunities(programme: Programme, frame: pd.DataFrame, named: _Named) -> Found:
    """Codes in which the country has no advantage yet, that are related to what it has more than its other options are,
    and more complex than the median, at most thresholds of advantage."""
    country = programme.charter.country
    last = int(frame["year"].max())
    years = range(last - RECENT + 1, last + 1)
    inside = frame[frame["year"].isin(years) & (frame["country"] != WORLD)]
    amounts = inside.pivot_table(index="country", columns="code", values="value", aggfunc="sum", fill_value=0.0)
    if len(amounts) < COUNTRIES or amounts.shape[1] < CODES or country not in amounts.index:
        return named.skipped(
            "opportunity",
            f"{len(amounts)} countries and {amounts.shape[1]} codes, at least {COUNTRIES} and {CODES} are needed, "
            f"{country} among them",
            f"국가 {len(amounts)}개, 코드 {amounts.shape[1]}개뿐입니다. {country} 포함 국가 {COUNTRIES}개, "
            f"코드 {CODES}개가 필요합니다",
            amounts.shape[1],
            span(years),
        )
    matrix, _ = drop_zeros(labelled(amounts.to_numpy(), list(amounts.index), list(amounts.columns)))
    advantage = rca(matrix)
    try:
        spaces = [_space(matrix, advantage, threshold, country) for threshold in THRESHOLDS]
    except InputError as error:
        return named.skipped("opportunity", str(error), f"제품 공간을 만들 수 없습니다: {error}", len(matrix.columns))
    middle = spaces[THRESHOLDS.index(1.0)]
    times = np.sum([space.near for space in spaces], axis=0)
    passed = middle.near & (times >= AT_LEAST)
    options = np.flatnonzero(middle.option)
    order = _ranks(np.where(middle.option, middle.density, -np.inf))
    own = advantage[matrix.rows.index(country)]
    found = []
    for i in np.flatnonzero(passed):
        densities = [space.density[i] for space in spaces if np.isfinite(space.density[i])]
        code = matrix.columns[i]
        rows = inside[(inside["country"] == country) & (inside["code"] == code)]
        found.append(
            Signal(
                "opportunity",
                named.table,
                named.classification,
                code,
                named.measure,
                float(middle.density[i]),
                float(min(densities)),
                float(max(densities)),
                int(order[i]),
                len(options),
                "own",
                span(years),
                Text(
                    en=f"no advantage yet (RCA {own[i]:.2f}), but {middle.density[i]:.0%} of what is related to it is "
                    f"there, {_nth(int(order[i]))} of {len(options)} options; more complex than the median; so at "
                    f"{int(times[i])} of {len(THRESHOLDS)} thresholds",
                    ko=f"아직 비교우위는 없으나(RCA {own[i]:.2f}) 관련 분야의 {middle.density[i]:.0%}를 이미 갖춤. "
                    f"선택지 {len(options)}개 가운데 {int(order[i])}위이고 복잡도는 중앙값보다 높음. "
                    f"기준 {len(THRESHOLDS)}개 가운데 {int(times[i])}개에서 그러함",
                ),
                rows_of({named.table: rows}),
            )
        )
    looked = Looked(
        "opportunity",
        named.table,
        named.classification,
        named.measure,
        span(years),
        len(options),
        len(found),
        float("nan"),
    )
    return Found(found, [], [looked])


@dataclass(frozen=True, eq=False)
class _Space:
    """Of one country, over the P codes: without advantage; density (NaN where the code fell out); near and complex."""

    option: NDArray[np.bool_]
    density: Floats
    near: NDArray[np.bool_]


def _space(matrix: Labelled, advantage: Floats, threshold: float, country: str) -> _Space:
    there = presence(advantage, threshold=threshold)
    found = complexity(Labelled(there.astype(np.float64), matrix.rows, matrix.columns), conventions=MAJUNG)
    if country not in found.rows:
        raise InputError(f"{country} has no advantage in anything at threshold {threshold}")
    row = found.rows.index(country)
    relative = relative_relatedness(found.density, found.presence, ddof=0)[row]
    place = [matrix.columns.index(code) for code in found.columns]
    size = len(matrix.columns)
    option, density, near = np.zeros(size, dtype=bool), np.full(size, np.nan), np.zeros(size, dtype=bool)
    option[place] = ~found.presence[row]
    density[place] = found.density[row]
    with np.errstate(invalid="ignore"):
        near[place] = ~found.presence[row] & (relative > 0) & (found.pci > np.median(found.pci))
    return _Space(option, density, near)


# -------------------------------------------------------------------------------------------------------- momentum


def _momentum(programme: Programme, frame: pd.DataFrame, named: _Named) -> Found:
    """Codes whose venture grew faster than all codes together, three years over the three before, beyond chance."""
    if WORLD in set(frame["country"]):
        frame = frame[frame["country"] == WORLD]
    last = int(frame["year"].max())
    late, early = windows(last, WINDOW)
    codes = tuple(sorted(map(str, frame["code"].unique())))
    period = span(late, early)
    parts = [part for _, part in frame.groupby("country", sort=True)]
    recent, base = (np.sum([sum_by_code(part, codes, years) for part in parts], axis=0) for years in (late, early))
    known = np.isfinite(recent) & np.isfinite(base)
    if known.sum() < 2 or not base[known].sum():
        return named.skipped(
            "momentum",
            f"few codes have every year of {period}",
            f"{period}년 값이 모두 있는 코드가 부족합니다",
            len(codes),
            period,
        )
    unit = programme.evidence.unit(named.measure)
    codes = tuple(code for code, k in zip(codes, known, strict=True) if k)
    recent, base = recent[known], base[known]
    tide = float(recent.sum() / base.sum())
    money = not _counts(named.measure, unit["en"])
    value, low, high = (_money if money else _firms)(base, recent, tide)
    passed = low > FASTER
    ranks = _ranks(value)
    countries = tuple(sorted(frame["country"].unique()))
    own = countries == (programme.charter.country,)
    found = [
        Signal(
            "momentum",
            named.table,
            named.classification,
            codes[i],
            named.measure,
            float(value[i]),
            float(low[i]),
            float(high[i]),
            int(ranks[i]),
            len(codes),
            "own" if own else "other_country",
            period,
            Text(
                en=f"venture in {' + '.join(countries)}: {base[i]:,.0f} → {recent[i]:,.0f} {unit['en']} in three "
                f"years, {value[i]:.2g} times the growth of all codes ({low[i]:.2g} to {high[i]:.2g}), "
                f"{_nth(int(ranks[i]))} of {len(codes)}",
                ko=f"벤처 투자({'+'.join(countries)}): 3년 합계 {base[i]:,.0f} → {recent[i]:,.0f}{unit['ko']}. "
                f"전체 증가의 {value[i]:.2g}배({low[i]:.2g}~{high[i]:.2g}), {len(codes)}개 가운데 {int(ranks[i])}위",
            ),
            rows_of({named.table: frame[(frame["code"] == codes[i]) & frame["year"].isin([*late, *early])]}),
        )
        for i in np.flatnonzero(passed)
    ]
    looked = Looked(
        "momentum",
        named.table,
        named.classification,
        named.measure,
        period,
        len(codes),
        len(found),
        TAIL * len(codes),
    )
    passing = [one.code for one in found]
    prior = MONEY_PRIOR if money else FIRMS_PRIOR
    return Found(found, _ties(frame, named.classification, passing, prior), [looked])


def _ties(frame: pd.DataFrame, classification: str, codes: list[str], prior: float) -> list[Tie]:
    """Pairs of `codes` that move together; none where the country-years are too few to say."""
    table = frame.pivot_table(index="code", columns=["country", "year"], values="value", aggfunc="sum").dropna()
    countries = table.columns.get_level_values("country")
    levels = np.log(table.to_numpy(dtype=np.float64) + prior).T
    changes = np.concatenate([np.diff(levels[countries == one], axis=0) for one in sorted(set(countries))])
    there = [code for code in codes if code in table.index]
    if len(changes) < POINTS or len(there) < 2:
        return []
    moves = (changes - changes.mean(axis=1, keepdims=True))[:, [table.index.get_loc(code) for code in there]]
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.nan_to_num(np.corrcoef(moves, rowvar=False))
    return [
        Tie(classification, (there[i], there[j]), float(r[i, j]), len(changes))
        for i in range(len(there))
        for j in range(i + 1, len(there))
        if r[i, j] >= TOGETHER
    ]


def _counts(measure: str, unit: str) -> bool:
    return measure in ("firms", "deals") or unit.casefold() in ("firms", "deals", "rounds")


def _money(base: Floats, recent: Floats, tide: float) -> tuple[Floats, Floats, Floats]:
    """Ratio shrunken towards the tide; interval from revisions of single years' figures (two windows of three)."""
    value = growth_ratio(base / WINDOW, recent / WINDOW, prior=MONEY_PRIOR, towards=tide) / tide
    half = np.exp(NORMAL_90 * np.sqrt(2 / WINDOW) * np.log(REVISION) / NORMAL_95)
    return value, value / half, value * half


def _firms(base: Floats, recent: Floats, tide: float) -> tuple[Floats, Floats, Floats]:
    found = growth_interval(base, recent, level=LEVEL, prior=FIRMS_PRIOR, towards=tide)
    return found.value / tide, found.low / tide, found.high / tide


def _nth(rank: int) -> str:
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
