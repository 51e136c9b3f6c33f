"""Data that is wrong without looking wrong: every cell is sound, and the conclusion drawn from it would not be.

Each check names the trap, the evidence for it and the way out: correct the data, or declare in datapackage.json that
the figures are meant so. Thresholds were set on the public statistics listed in docs/evidence.md: far enough from every
sound table there, and caught by every known trap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from majung.evidence.canonical import LONG_KEY, WORLD
from majung.evidence.codebook import Codebook
from majung.evidence.problems import Problem, Text, text

Locate = Callable[[str, int], tuple[str, int]]
Floats = NDArray[np.float64]

FALL = 0.75  # a series fell when its last value is below this share of the median of the three periods before
TOTAL_FALL = 0.8  # and the period looks incomplete when the total is below this share,
WEIGHT_FALLEN = 0.6  # series with this share of the total's weight fell,
MANY_SERIES = 6  # and there are at least so many series
WORLD_BY_YEAR = 1.15  # countries above the source's world total: co-invented families reach 1.07 in a year
WORLD_BY_CODE = 1.35  # and 1.23 in one field over all years
SAME_COLUMN = 1e-6  # relative difference of input coefficients below which two columns are one observation
SAME_GROWTH = 1e-6  # and of growth factors of gross output
AGGREGATE_MISS = 0.005  # share of an aggregate that its parts may miss (rounding, confidential cells)

_NOT_ADDITIVE_UNIT = re.compile(
    r"percent|%|per[ -]|index|ratio|share|rate|rank|score|level|year|=\s*1\b|=\s*100", re.IGNORECASE
)


@dataclass(frozen=True)
class Declared:
    """What a package declares about one table (docs/evidence.md says what each means)."""

    complete_through: Mapping[str, int] = field(default_factory=dict)
    one_observation: tuple[tuple[str, ...], ...] = ()
    splices: Mapping[str, str] = field(default_factory=dict)
    not_additive: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    classification: str = ""

    def content(self) -> dict[str, Any]:
        """For the content hash: independent of the order of declarations."""
        return {
            "complete_through": dict(self.complete_through),
            "one_observation": sorted(sorted(group) for group in self.one_observation),
            "splices": dict(self.splices),
            "not_additive": sorted(self.not_additive),
            "signed": sorted(self.signed),
            "classification": self.classification,
        }


@dataclass(frozen=True)
class _Series:
    """All rows of one classification and measure of a table."""

    table: str
    classification: str
    measure: str
    rows: pd.DataFrame
    additive: bool
    aggregates: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.classification}/{self.measure}"

    @property
    def parts(self) -> pd.DataFrame:
        """Without declared aggregates and world totals."""
        return self.rows[~self.rows["code"].isin(list(self.aggregates)) & (self.rows["country"] != WORLD)]


def check_traps(
    tables: Mapping[str, pd.DataFrame], declared: Mapping[str, Declared], codebook: Codebook, locate: Locate
) -> list[Problem]:
    """Problems of whole series.

    tables: sound rows only, keys unique. locate: (table, row) to (file, line).
    """
    out: list[Problem] = []
    for table, frame in tables.items():
        one = declared[table]
        if "row" in frame.columns:
            out += _split_sectors(table, frame, one, locate)
            continue
        if "measure" not in frame.columns:
            continue  # votes: no series over years
        for series in _all_series(table, frame, one, codebook):
            out += _spliced(series, one, locate)
            if series.additive:
                out += _incomplete_last_year(series, one, locate)
                out += _regions_beside_countries(series, locate)
                out += _aggregates_beside_parts(series, locate)
                out += _shifted_aggregates(series, locate)
    return out


def _all_series(table: str, frame: pd.DataFrame, declared: Declared, codebook: Codebook) -> Iterator[_Series]:
    """The series of a table; of trade, each flow's sums over partners (a published total over all stands aside)."""
    if "partner" not in frame.columns:
        yield from _series(table, frame, declared, codebook)
        return
    key = list(LONG_KEY)
    for _, rows in frame[frame["partner"] != WORLD].groupby("flow", sort=True):
        together = rows.reset_index(names="at").groupby(key, sort=False, as_index=False)
        added = together.agg({"value": "sum", "at": "min", "source": _joined})
        yield from _series(table, added.set_index("at"), declared, codebook)


def _joined(names: pd.Series[str]) -> str:
    return " + ".join(sorted(set(names)))


def additive(table: str, measure: str, declared: Declared, codebook: Codebook) -> bool:
    """Whether values of a measure may be added up: not an index, a share, a rank or a survey answer."""
    return (
        table not in ("surveys", "satellites")
        and measure not in declared.not_additive
        and not _NOT_ADDITIVE_UNIT.search(codebook.measures[measure].unit["en"])
    )


def _series(table: str, frame: pd.DataFrame, declared: Declared, codebook: Codebook) -> Iterator[_Series]:
    for (classification, measure), rows in frame.groupby(["classification", "measure"], sort=True):
        adds_up = additive(table, str(measure), declared, codebook)
        aggregates = frozenset(
            code for (one, code), entry in codebook.codes.items() if one == classification and entry.aggregate
        )
        yield _Series(table, str(classification), str(measure), rows, adds_up, aggregates)


def _problem(
    rule: str,
    table: str,
    rows: pd.DataFrame,
    locate: Locate,
    reason: Text,
    remedy: Text,
    column: str,
    value: str,
    level: str = "error",
) -> Problem:
    file, line = locate(table, int(rows.index.min()))
    return Problem(rule, file, reason, remedy, line, column, value, "note" if level == "note" else "error")


# ---------------------------------------------------------------------------------------------- spliced editions


def _spliced(series: _Series, declared: Declared, locate: Locate) -> list[Problem]:
    """Two sources within one series: a change of definition then looks like growth."""
    rows = series.rows
    if rows["source"].nunique() == 1 or series.name in declared.splices or series.measure in declared.splices:
        return []
    out: list[Problem] = []
    for (country, code), own in rows.groupby(["country", "code"], sort=True):
        if own["source"].nunique() == 1:
            continue
        own = own.sort_values("year")
        changed = own[own["source"] != own["source"].shift()]
        names = " + ".join(own["source"].unique())
        at = int(changed["year"].iloc[1])
        out.append(
            _problem(
                "spliced-editions",
                series.table,
                changed.iloc[1:2],
                locate,
                text(
                    f"series {country} {series.classification} {code} {series.measure} changes its source in {at} "
                    f"({names}): the break would be read as growth",
                    f"{country} {series.classification} {code} {series.measure} 계열의 출처가 {at}년에 바뀝니다"
                    f"({names}). 단절이 성장으로 읽힐 수 있습니다",
                ),
                text(
                    "take the whole series from one edition, or give the reason under "
                    f'"splices": {{"{series.name}": "..."}} in datapackage.json',
                    "한 판의 자료만 쓰거나, 이어 붙인 까닭을 datapackage.json의 "
                    f'"splices": {{"{series.name}": "..."}}에 적으십시오',
                ),
                "source",
                names,
            )
        )
    if not out:
        names = ", ".join(sorted(rows["source"].unique()))
        second = rows[rows["source"] != rows["source"].iloc[0]]
        out.append(
            _problem(
                "mixed-sources",
                series.table,
                second,
                locate,
                text(
                    f"{series.name} comes from several sources ({names}): compare countries and codes with care",
                    f"{series.name}의 출처가 여럿입니다({names}). 국가와 코드 사이의 비교에 주의하십시오",
                ),
                text("", ""),
                "source",
                names,
                "note",
            )
        )
    return out


# ------------------------------------------------------------------------------------------ incomplete last year


def _incomplete_last_year(series: _Series, declared: Declared, locate: Locate) -> list[Problem]:
    """The last period's total drops sharply over many series: not yet counted in full, and read as decline."""
    if series.name in declared.complete_through or series.measure in declared.complete_through:
        return []
    rows = series.parts
    if rows.empty:
        return []
    values = rows.pivot_table(index="year", columns=["country", "code"], values="value", aggfunc="sum", fill_value=0.0)
    years = [int(year) for year in values.index]
    matrix = values.to_numpy(dtype=float)
    end, shares = len(years), []
    while (share := _drop(matrix[:end])) is not None:
        shares.append(share)
        end -= 1
    if not shares:
        return []
    last = rows[rows["year"] == years[-1]]
    suggestion = years[end - 1]
    key = series.measure
    return [
        _problem(
            "incomplete-last-year",
            series.table,
            last,
            locate,
            text(
                f"{series.name}: {years[-1]} stands at {shares[0]:.0%} of the years before it, over nearly all series: "
                "the year looks incomplete, and would be read as decline",
                f"{series.name}: {years[-1]}년 값이 거의 모든 계열에서 직전 연도들의 {shares[0]:.0%}에 그칩니다. "
                "집계가 끝나지 않은 해로 보이며, 감소로 읽힐 수 있습니다",
            ),
            text(
                f'declare "complete_through": {{"{key}": {suggestion}}} in datapackage.json '
                f"(or {years[-1]}, if the fall is real)",
                f'datapackage.json에 "complete_through": {{"{key}": {suggestion}}}을 선언하십시오'
                f"(실제 감소라면 {years[-1]})",
            ),
            "year",
            str(years[-1]),
        )
    ]


def _drop(values: Floats) -> float | None:
    """Last period's total over the median total of the three before, if that is an incomplete period; else None.

    values: (periods, series), missing as 0.
    """
    if len(values) < 4:
        return None
    usual = np.median(values[-4:-1], axis=0)
    weight, carried = usual.sum(), usual > 0
    if weight <= 0 or carried.sum() < MANY_SERIES:
        return None
    share = float(values[-1].sum() / np.median(values[-4:-1].sum(axis=1)))
    fallen = usual[carried & (values[-1] < FALL * usual)].sum() / weight
    return share if share < TOTAL_FALL and fallen > WEIGHT_FALLEN else None


# -------------------------------------------------------------------------------------- regions beside countries


def _regions_beside_countries(series: _Series, locate: Locate) -> list[Problem]:
    """The countries add up to more than the source's own world total: a group stands among them."""
    world = series.rows[series.rows["country"] == WORLD].set_index(["code", "year"])["value"]
    lands = series.rows[series.rows["country"] != WORLD]
    if world.empty or lands.empty:
        return []
    added = lands.groupby(["code", "year"])["value"].sum().reindex(world.index, fill_value=0.0)
    for level, limit in (("year", WORLD_BY_YEAR), ("code", WORLD_BY_CODE)):
        ratio = added.groupby(level=level).sum() / world.groupby(level=level).sum().replace(0.0, np.nan)
        if not (ratio > limit).any():
            continue
        worst = ratio.idxmax()
        there = lands[lands[level] == worst]
        largest = there.groupby("country")["value"].sum().nlargest(3).index
        names = ", ".join(map(str, largest))
        return [
            _problem(
                "regions-beside-countries",
                series.table,
                there[there["country"] == largest[0]],
                locate,
                text(
                    f"{series.name}: in {worst} the countries add up to {ratio.max():.2f} times the world total "
                    f"({WORLD}): a region or group stands among them (largest: {names})",
                    f"{series.name}: {worst}에서 국가의 합이 세계 합계({WORLD})의 {ratio.max():.2f}배입니다. "
                    f"지역이나 국가군이 섞여 있습니다(가장 큰 값: {names})",
                ),
                text(
                    f'take the group out; a measure that does not add up is declared under "not_additive": '
                    f'["{series.measure}"]',
                    f'국가군을 빼십시오. 더할 수 없는 측정값은 "not_additive": ["{series.measure}"]로 선언하십시오',
                ),
                "country",
                names,
            )
        ]
    return []


# ---------------------------------------------------------------------------------------- aggregates beside parts


def _aggregates_beside_parts(series: _Series, locate: Locate) -> list[Problem]:
    """A code equals the sum of other codes in every year and country: counted beside its parts, it counts twice."""
    rows = series.rows[~series.rows["code"].isin(list(series.aggregates))]
    table = rows.pivot_table(index=["country", "year"], columns="code", values="value", aggfunc="sum", fill_value=0.0)
    codes = [str(code) for code in table.columns]
    matrix = table.to_numpy(dtype=float)
    out: list[Problem] = []
    if len(codes) < 2 or len(matrix) < 3:
        return out
    for position, parts in find_sums(matrix):
        code, of = codes[position], [codes[p] for p in parts]
        listed = ", ".join(of[:6]) + (", ..." if len(of) > 6 else "")
        if len(of) == 1:
            reason = text(
                f"{series.name}: '{code}' repeats '{of[0]}' in every country and year",
                f"{series.name}: '{code}'의 값이 모든 국가와 연도에서 '{of[0]}'와(과) 같습니다",
            )
            remedy = text("take one of them out", "둘 가운데 하나를 빼십시오")
        else:
            reason = text(
                f"{series.name}: '{code}' equals the sum of {len(of)} other codes ({listed}) in every country and "
                "year: an aggregate beside its parts is counted twice",
                f"{series.name}: '{code}'의 값이 모든 국가와 연도에서 다른 {len(of)}개 코드({listed})의 합과 같습니다. "
                "합계를 세부 항목과 함께 두면 이중으로 집계됩니다",
            )
            remedy = text(
                "take it out, or begin its note in codes.csv with 'aggregate'",
                "빼거나, codes.csv의 note를 'aggregate'로 시작하십시오",
            )
        rule = "aggregate-beside-parts" if len(of) > 1 else "repeated-series"
        here = rows[rows["code"] == code]
        out.append(_problem(rule, series.table, here, locate, reason, remedy, "code", code))
    return out


def _shifted_aggregates(series: _Series, locate: Locate) -> list[Problem]:
    """A declared total that equals the sum of its parts in the year before or after: its years are out of step."""
    rows = series.rows
    out: list[Problem] = []
    if not series.aggregates & set(rows["code"]):
        return out
    own = rows[~rows["code"].isin(list(series.aggregates))]
    years = pd.RangeIndex(int(rows["year"].min()), int(rows["year"].max()) + 1)
    sums = own.groupby(["year", "country"])["value"].sum().unstack().reindex(index=years)
    parts = sums.to_numpy(dtype=float)
    for code in sorted(series.aggregates & set(rows["code"])):
        here = rows[rows["code"] == code]
        whole = here.pivot(index="year", columns="country", values="value")
        wholes = whole.reindex(index=years, columns=sums.columns).to_numpy(dtype=float)
        for position, country in enumerate(sums.columns):
            shift = _out_of_step(wholes[:, position], parts[:, position])
            if shift is None:
                continue
            out.append(
                _problem(
                    "shifted-aggregate",
                    series.table,
                    here[here["country"] == country],
                    locate,
                    text(
                        f"{series.name}: {country}'s total '{code}' of a year equals the sum of its parts of the year "
                        f"{'after' if shift > 0 else 'before'}: its years are out of step",
                        f"{series.name}: {country}의 합계 '{code}'가 {'다음' if shift > 0 else '이전'} 해 세부 항목의 "
                        "합과 같습니다. 연도가 어긋나 있습니다",
                    ),
                    text("correct the years or take it out", "연도를 고치거나 빼십시오"),
                    "year",
                    code,
                )
            )
    return out


def _out_of_step(whole: Floats, parts: Floats) -> int | None:
    """1 or -1 when the whole of a year is the parts' sum of the year after or before, over six years at least.

    whole, parts: (consecutive years,), NaN where unknown.
    """

    def fits(one: Floats, other: Floats) -> bool:
        both = np.isfinite(one) & np.isfinite(other)
        return int(both.sum()) >= 6 and _is_sum(one[both], other[both])

    if fits(whole, parts):
        return None
    return 1 if fits(whole[:-1], parts[1:]) else -1 if fits(whole[1:], parts[:-1]) else None


def find_sums(values: Floats) -> list[tuple[int, list[int]]]:
    """Columns that are the sum of two or more other columns, or repeat one: (column, its parts).

    values: (observations, columns), non-negative. Of two equal columns the later one is named. Candidates are the
    columns that the others explain almost without remainder; their parts come from non-negative least squares (many
    observations) and from searching all pairs and the grand total (few).
    """
    count = values.shape[1]
    used = [k for k in range(count) if np.unique(values[values[:, k] > 0, k]).size >= 3]
    found: list[tuple[int, list[int]]] = []
    if len(used) < 2:
        return found
    few = len(values) < 2 * len(used)
    total = values[:, used].sum(axis=1)
    for k in used if few else [used[i] for i in _explained(values[:, used])]:
        others = [j for j in used if j != k]
        twin = next((j for j in others if j < k and _same(values[:, k], values[:, j])), None)
        if twin is not None:
            found.append((k, [twin]))
            continue
        if len(others) < 2:
            continue
        candidates = [others] if _is_sum(values[:, k], total - values[:, k]) else []
        candidates += _pairs(values, k, others) if few else []
        weights, _ = nnls(values[:, others], values[:, k])
        candidates.append([j for j, w in zip(others, weights, strict=True) if w > 0.5])
        for parts in candidates:
            if len(parts) > 1 and _is_sum(values[:, k], values[:, parts].sum(axis=1)):
                share = values[:, parts].sum(axis=0) / values[:, k].sum()
                if share.max() < 1 - 2 * AGGREGATE_MISS:
                    found.append((k, parts))
                    break
    return found


def _explained(values: Floats) -> list[int]:
    """Columns of which the other columns leave less than 2 % of the length (root mean square) unexplained."""
    scaled = values / np.linalg.norm(values, axis=0)
    precision = np.linalg.inv(scaled.T @ scaled + 1e-9 * np.eye(values.shape[1]))
    return [int(k) for k in np.flatnonzero(1 / np.diag(precision) < 0.02**2)]


def _is_sum(whole: Floats, parts: Floats) -> bool:
    """Whether parts make up the whole in nearly every observation, rounding apart."""
    there = whole > 0
    if np.unique(whole[there]).size < 3 or whole.sum() <= 0:
        return False
    miss = np.abs(whole - parts)
    near = miss <= np.maximum(0.02 * whole, 1.5)
    return bool(miss.sum() <= AGGREGATE_MISS * whole.sum() and near.mean() >= 0.95)


def _same(one: Floats, other: Floats) -> bool:
    distinct = np.unique(one[one > 0]).size
    return distinct >= 6 and bool(np.array_equal(one, other))


def _pairs(values: Floats, k: int, others: list[int]) -> list[list[int]]:
    """Pairs of columns whose column sums add up to that of column k: found by sorting, then to be verified."""
    sums = values[:, others].sum(axis=0)
    whole = values[:, k].sum()
    left, right = np.triu_indices(len(others), 1)
    near = np.abs(sums[left] + sums[right] - whole) <= AGGREGATE_MISS * whole
    return [[others[i], others[j]] for i, j in zip(left[near], right[near], strict=True)]


# --------------------------------------------------------------------------------- proportionally split sectors


def _split_sectors(table: str, frame: pd.DataFrame, declared: Declared, locate: Locate) -> list[Problem]:
    """Sectors that the source made from one: equal coefficient columns in a year, or equal growth between years."""
    out: list[Problem] = []
    for country, own in frame.groupby("country", sort=True):
        twins = _equal_columns(own) | _equal_growth(own)
        for group in _connected(twins):
            if any(set(group) <= set(known) for known in declared.one_observation):
                continue
            here = own[own["column"].isin(group)]
            listed = ", ".join(group)
            quoted = ", ".join(f'"{code}"' for code in group)
            out.append(
                _problem(
                    "split-sectors",
                    table,
                    here,
                    locate,
                    text(
                        f"{country}: {listed} have identical coefficients or identical growth: they are proportional "
                        "splits of one source row, and their likeness is not information",
                        f"{country}: {listed}의 투입계수나 증가율이 똑같습니다. 원자료 한 행을 비례 배분한 것으로, "
                        "서로 닮은 것은 정보가 아닙니다",
                    ),
                    text(
                        f'declare "one_observation": [[{quoted}]] in datapackage.json',
                        f'datapackage.json에 "one_observation": [[{quoted}]]를 선언하십시오',
                    ),
                    "column",
                    listed,
                )
            )
        if own["year"].nunique() == 1 and not declared.one_observation:
            year = int(own["year"].iloc[0])
            out.append(
                _problem(
                    "split-sectors",
                    table,
                    own,
                    locate,
                    text(
                        f"{country}: only {year} is there, so sectors split in proportion show only if their "
                        "coefficients are identical too",
                        f"{country}: {year}년만 있어, 비례 배분된 부문은 투입계수까지 같을 때만 드러납니다",
                    ),
                    text(
                        'look at the source and declare "one_observation"',
                        '출처를 확인해 "one_observation"을 선언하십시오',
                    ),
                    "year",
                    str(year),
                    "note",
                )
            )
    return out


def _equal_columns(own: pd.DataFrame) -> set[tuple[str, str]]:
    """Pairs of sectors whose input coefficients (domestic and imported) agree in every year that is there."""
    flows = own[own["use"] != "primary"]
    outputs = _gross_output(own)
    pairs: set[tuple[str, str]] | None = None
    for year, rows in flows.groupby("year"):
        matrix = rows.pivot_table(index=["use", "row"], columns="column", values="value", aggfunc="sum", fill_value=0.0)
        output = outputs.loc[year] if year in outputs.index else pd.Series(dtype=float)
        codes = [code for code in matrix.columns if output.get(code, 0.0) > 0 and code in set(rows["row"])]
        now: set[tuple[str, str]] = set()
        if len(codes) > 1:
            a = matrix[codes].to_numpy(dtype=float) / output[codes].to_numpy(dtype=float)
            size = a.sum(axis=0)
            for i, j in combinations(range(len(codes)), 2):
                if size[i] > 0 and np.abs(a[:, i] - a[:, j]).sum() <= SAME_COLUMN * size[i]:
                    now.add((str(codes[i]), str(codes[j])))
        pairs = now if pairs is None else pairs & now
    return pairs or set()


def _gross_output(own: pd.DataFrame) -> pd.DataFrame:
    """Gross output (years, sectors): the row GO, or else the sum of each column."""
    published = own[(own["use"] == "primary") & (own["row"] == "GO")]
    rows = published if len(published) else own
    return rows.pivot_table(index="year", columns="column", values="value", aggfunc="sum")


def _equal_growth(own: pd.DataFrame) -> set[tuple[str, str]]:
    """Pairs of sectors whose gross output grew by the same factor between all years, to six digits."""
    output = _gross_output(own)
    if len(output) < 2:
        return set()
    sectors = set(own.loc[own["use"] != "primary", "row"])
    output = output.loc[:, [c for c in output.columns if c in sectors and bool((output[c] > 0).all())]]
    growth = (output / output.shift(1)).iloc[1:].to_numpy(dtype=float)
    names = [str(code) for code in output.columns]
    return {
        (names[i], names[j])
        for i, j in combinations(range(len(names)), 2)
        if np.abs(growth[:, i] / growth[:, j] - 1).max() <= SAME_GROWTH
    }


def _connected(pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Groups of codes that pairs connect, each sorted."""
    groups: list[set[str]] = []
    for one, other in sorted(pairs):
        touching = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touching]
        groups.append(cast("set[str]", {one, other}).union(*touching))
    return sorted(sorted(group) for group in groups)
