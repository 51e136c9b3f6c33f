"""From the dimensions of a data flow (SDMX, Eurostat) to canonical rows: country, code, year, measure, value.

A flow has any number of dimensions, a canonical table five columns. One dimension is the country, one the code, some
together are the measure (with its unit), and every other one must hold one value throughout: two seasonal adjustments
or two price bases in one series would be read as one. So a flow that varies in a further dimension is refused with
that dimension's values, and `--option where=DIMENSION=VALUE` chooses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from majung.evidence.countries import named_country
from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.format import Batch
from majung.evidence.importers.inputs import file_error
from majung.evidence.problems import EvidenceError, Text, text

TIME = ("TIME_PERIOD", "TIME")
COUNTRY = ("REF_AREA", "GEO", "LOCATION", "COU", "COUNTRY", "REPORTER", "국가별", "국가")
CODE = ("ACTIVITY", "NACE_R2", "INDUSTRY", "IND", "ISIC4", "PRODUCT", "PROD", "SITC06", "HS", "OECD_TECHNOLOGY_PATENT",
        "TECHNOLOGY", "WIPO", "COICOP")  # fmt: skip
MEASURE = (
    "MEASURE",
    "항목",
    "INDICATOR",
    "SUBJECT",
    "TRANSACTION",
    "STO",
    "NA_ITEM",
    "INDIC",
    "INDIC_SB",
    "SERIES",
    "VARIABLE",
)
UNIT = ("UNIT_MEASURE", "UNIT", "단위")
FREQUENCY = ("FREQ", "FREQUENCY")
TOTALS = frozenset({"_T", "TOTAL", "_TOTAL", "TOT"})
MISSING = ("NaN", "nan", "NA", ":", "..")
EUROSTAT = {"EL": "GRC", "UK": "GBR", "XK": "XKX"}
"""Country codes of the European institutions that are not ISO 3166-1's."""

TABLES = ("value_added", "market", "investment", "patents", "publications", "funding", "satellites", "surveys")
OPTIONS: Mapping[str, Text] = {
    "table": text(f"canonical table of the rows: {', '.join(TABLES)}", f"행이 들어갈 표: {', '.join(TABLES)}"),
    "country": text("dimension that is the country (found by name)", "국가 차원(이름으로 찾음)"),
    "code": text("dimension that is the code; none for totals only", "코드 차원. 합계뿐이면 none"),
    "measure": text("dimensions that are the measure, + between them", "측정값을 이루는 차원, +로 이음"),
    "where": text("which values to take: DIM=V1+V2,DIM=V", "가져올 값: 차원=값1+값2,차원=값"),
    "classification": text("name of the classification (the code dimension's)", "분류 이름(기본값은 코드 차원 이름)"),
    "scale": text("power of ten of the unit, e.g. 6 for millions", "단위의 10의 거듭제곱, 예: 백만이면 6"),
    "signed": text("yes: values may be negative", "yes: 음수일 수 있음"),
    "additive": text("no: values must not be added up (rates, per head)", "no: 더할 수 없는 값(비율, 1인당)"),
}
_SCALES = {0: ("", ""), 3: ("thousand ", "천 "), 6: ("million ", "백만 "), 9: ("billion ", "십억 ")}
_FLAGS = {"P": ("provisional", "잠정"), "E": ("estimated", "추정"), "B": ("break in series", "시계열 단절")}
_FLAGS |= {flag.lower(): words for flag, words in _FLAGS.items()}
_NATIONAL = re.compile(r"\b(XDC|NAC|MNAC|national currenc)", re.IGNORECASE)
_GROUP = re.compile(r"(?!(?:[A-Z]{3})$)(?=.{3,}).*|[0-9_].*|EU|EA|W|FX|UKB|UKM")
"""Area codes that are no countries: longer or shorter than ISO's, groups of the institutions, Metropolitan France (FX),
England and Scotland (UKB, UKM)."""


@dataclass
class Flow:
    """One data flow being read: make one for a part, give it the records in batches, then `finish`.

    dimensions: all but the time. labels: of values, by (dimension, value), as they turn up. translate: area codes that
    are not ISO's. missing: words for "no value". thousands: whether values are written 1,234. alpha2: whether countries
    have two letters only (Eurostat: its ITC is the north-west of Italy, its FRA once was France's overseas).
    """

    context: Context
    flow: str
    dimensions: Sequence[str]
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    translate: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = MISSING
    thousands: bool = False
    alpha2: bool = False

    def __post_init__(self) -> None:
        named = self.context.options
        self.table = self.context.option("table")
        if self.table not in TABLES:
            raise wrong_option(self.context, "table", self.table, TABLES)
        self.country = self._one("country", COUNTRY)
        wanted = named.get("code", "")
        self.code = "" if wanted == "none" else self._one("code", CODE, needed=False)
        self.measures = self._measures(named.get("measure", ""))
        self.where = self._where(named.get("where", ""))
        self.scale = self._scale(named.get("scale", "0"))
        self.classification = named.get("classification") or _word(self.code or self.flow)
        used = {self.country, self.code, *self.measures}
        self.others = [d for d in self.dimensions if d not in used and d.upper() not in FREQUENCY]
        self.seen: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.units: dict[str, Text] = {}
        self.flags: Counter[str] = Counter()
        self.national: set[str] = set()
        code = self.code or "the total"
        self.context.classification(self.classification, text(f"{code} of {self.flow}", f"{self.flow}의 {code}"))

    def batch(self, cells: pd.DataFrame) -> Batch | None:
        """Canonical rows of records. cells: columns are the dimensions, TIME_PERIOD, OBS_VALUE and, where there are
        any, UNIT_MULT, UNIT_MEASURE, OBS_STATUS; all str; the index holds the line numbers. None when none is chosen.
        """
        cells = self._annual(self._chosen(cells.rename_axis(index=None).reset_index(names="line")))
        if cells.empty:
            return None
        self._refuse_mixture(cells)
        lines = pd.Index(cells["line"])
        value = self.context.numbers(
            cells["OBS_VALUE"], lines, "OBS_VALUE", missing=self.missing, thousands=self.thousands
        )
        frame = pd.DataFrame(
            {
                "line": cells["line"],
                "country": self._countries(cells[self.country], lines),
                "classification": self.classification,
                "code": self._codes(cells),
                "year": cells["TIME_PERIOD"].astype("int64"),
                "measure": self._measure(cells),
                "value": value * self._multiplier(cells) / 10.0**self.scale,
            },
            index=cells.index,
        )
        if "OBS_STATUS" in cells:
            given = cells.loc[frame["value"].notna() & (frame["country"] != ""), "OBS_STATUS"]
            for status, count in given.value_counts().items():
                for flag in str(status) if str(status).islower() else [str(status)]:  # Eurostat joins letters: `bp`
                    self.flags[flag] += count
        own = frame["measure"].map(lambda name: _NATIONAL.search(self.units[name]["en"]) is not None)
        self.national |= set(frame.loc[own.astype(bool), "country"]) - {""}
        return Batch(self.table, frame)

    def finish(self) -> None:
        """Declare the codes with their labels (known only at the end: which are aggregates of others) and say what
        the values' flags were."""
        for raw, code in self.codes.items():
            label = self.labels.get((self.code, raw), raw)
            longer = raw in TOTALS or "-" in raw or any(o != raw and o.startswith(raw) for o in self.codes if o)
            note = "aggregate of other codes" if longer and code != "all" and len(self.codes) > 1 else ""
            self.context.code(self.classification, code, text(label, label), note)
        if len(self.national) > 1:
            said = text(
                f"{len(self.national)} countries are in their own currencies: compare growth and shares, not levels",
                f"{len(self.national)}개국 값이 각국 통화입니다. 수준이 아니라 증가율과 비중만 비교하십시오",
            )
            self.context.note("national-currency", said)
        for flag, (en, ko) in _FLAGS.items():
            if self.flags[flag]:
                count = self.flags[flag]
                self.context.note(
                    "flagged-values",
                    text(f"{count:,} values are flagged {flag} ({en})", f"{ko}({flag}) 값 {count:,}개"),
                )

    # ------------------------------------------------------------------------------------------------ the options

    def _find(self, name: str) -> str:
        return next((d for d in self.dimensions if d.upper() == name.upper()), "")

    def _one(self, option: str, usual: Sequence[str], *, needed: bool = True) -> str:
        given = self.context.options.get(option, "")
        if given:
            found = self._find(given)
            if not found:
                raise wrong_option(self.context, option, given, self.dimensions)
            return found
        found = next((d for name in usual if (d := self._find(name))), "")
        if not found and needed:
            has = ", ".join(self.dimensions)
            raise file_error(
                self.context.file,
                "wrong-option",
                text(f"which dimension is the {option}? It has {has}", f"{option}이(가) 어느 차원입니까? 차원: {has}"),
                text(f"give --option {option}=...", f"--option {option}=...을 주십시오"),
            )
        return found

    def _measures(self, given: str) -> list[str]:
        if not given:
            taken = (self.country, self.code)
            found = [self._find(name) for name in (*MEASURE, *UNIT)]
            return [d for d in dict.fromkeys(found) if d and d not in taken]
        found = [self._find(name) for name in given.split("+")]
        if "" in found:
            raise wrong_option(self.context, "measure", given, self.dimensions)
        return found

    def _where(self, given: str) -> dict[str, set[str]]:
        chosen: dict[str, set[str]] = {}
        for one in filter(None, given.split(",")):
            name, found, values = one.partition("=")
            dimension = self._find(name.strip())
            if not found or not dimension:
                raise wrong_option(self.context, "where", given, [f"{d}=..." for d in self.dimensions])
            chosen[dimension] = set(values.split("+"))
        return chosen

    def _scale(self, given: str) -> int:
        if given not in {str(n) for n in _SCALES}:
            raise wrong_option(self.context, "scale", given, [str(n) for n in _SCALES])
        return int(given)

    # ---------------------------------------------------------------------------------------------------- the rows

    def _chosen(self, cells: pd.DataFrame) -> pd.DataFrame:
        for dimension, values in self.where.items():
            hit = cells[dimension].isin(list(values))
            self._left(~hit, cells, "not-chosen", dimension, f"not chosen by where={dimension}", "고르지 않은 값입니다")
            cells = cells[hit]
        return cells

    def _annual(self, cells: pd.DataFrame) -> pd.DataFrame:
        annual = cells["TIME_PERIOD"].str.fullmatch("[12][0-9]{3}").fillna(False).astype(bool)
        for name in (d for d in self.dimensions if d.upper() in FREQUENCY):
            annual &= cells[name].isin(["A", "", "Annual"])
        other = cells["TIME_PERIOD"].str.fullmatch(r"[12][0-9]{3}(-[A-Z0-9-]+|[QMS][0-9]+)|[12][0-9]{3}").fillna(False)
        self._left(~annual & other, cells, "not-annual", "TIME_PERIOD", "not annual", "연간 자료가 아닙니다")
        wrong = cells[~annual & ~other.astype(bool)]
        for line, period in zip(wrong["line"], wrong["TIME_PERIOD"], strict=True):
            reason = text(f"'{period}' is no period", f"'{period}'은(는) 기간이 아닙니다")
            remedy = text("write a year such as 2020", "2020과 같은 연도를 적으십시오")
            self.context.bad("wrong-year", int(line), reason, remedy, column="TIME_PERIOD", value=period)
        return cells[annual]

    def _left(self, hit: pd.Series[bool], cells: pd.DataFrame, rule: str, column: str, en: str, ko: str) -> None:
        if hit.any():
            first = int(cells["line"][hit].iloc[0])
            self.context.leave_out(rule, text(en, ko), column=column, line=first, count=int(hit.sum()))

    def _refuse_mixture(self, cells: pd.DataFrame) -> None:
        for dimension in self.others:
            values = list(dict.fromkeys([*filter(None, [self.seen.get(dimension)]), *cells[dimension].unique()]))
            if len(values) <= 1:
                self.seen[dimension] = str(values[0])
                continue
            shown = ", ".join(map(str, values[:12])) + (", ..." if len(values) > 12 else "")
            raise file_error(
                self.context.file,
                "mixed-dimension",
                text(
                    f"dimension {dimension} takes several values ({shown}): one series would mix them",
                    f"{dimension} 차원의 값이 여럿입니다({shown}). 한 계열에 섞이게 됩니다",
                ),
                text(
                    f"choose with --option where={dimension}={values[0]}, or name it in --option measure=",
                    f"--option where={dimension}={values[0]}처럼 고르거나 --option measure=에 넣으십시오",
                ),
                int(cells["line"].iloc[0]),
            )

    def _countries(self, cells: pd.Series[str], lines: pd.Index[int]) -> pd.Series[str]:
        codes = cells.str.strip()
        group = codes.str.fullmatch(_GROUP).fillna(False).astype(bool) & ~codes.isin(
            ["WLD", "W00", "WORLD", *self.translate]
        )
        if self.alpha2:
            group |= (codes.str.len() > 2) & ~codes.isin(list(self.translate))
        group |= codes.isin([name for name in codes[~group].unique() if self._named_a_group(str(name))])
        for name in codes[group].unique():
            here = codes == name
            reason = text(f"'{name}' is no country of ISO 3166-1", f"'{name}'은(는) ISO 3166-1의 국가가 아닙니다")
            first = int(lines[here.to_numpy()][0])
            self.context.leave_out("region", reason, column=self.country, value=name, line=first, count=int(here.sum()))
        found = self.context.countries(
            codes[~group], lines[~group.to_numpy()], self.country, W00="WLD", WORLD="WLD", **self.translate
        )
        return found.reindex(cells.index, fill_value="")

    def _named_a_group(self, code: str) -> bool:
        """Whether a code that is not ISO's is labelled with what is no country's name (EAS: East Asia & Pacific)."""
        label = self.labels.get((self.country, code), "")
        return (
            bool(label) and code not in self.translate and named_country(code) is None and named_country(label) is None
        )

    def _codes(self, cells: pd.DataFrame) -> pd.Series[str] | str:
        if not self.code:
            self.codes.setdefault("", "all")
            self.labels.setdefault(("", ""), "All")
            return "all"
        for raw in cells[self.code].unique():
            if raw in self.codes:
                continue
            code = "all" if raw in TOTALS else _word(str(raw), keep=True)
            if code in self.codes.values() and not (code == "all" and raw in TOTALS):
                raise file_error(
                    self.context.file,
                    "double-spelling",
                    text(f"'{raw}' and another value become one code", f"'{raw}'이(가) 다른 값과 같은 코드가 됩니다"),
                    text("choose with --option where=", "--option where=로 고르십시오"),
                )
            self.codes[str(raw)] = code
        return cells[self.code].map(self.codes)

    def _measure(self, cells: pd.DataFrame) -> pd.Series[str]:
        units = [name for name in UNIT if name in cells and name not in self.measures]
        parts = [*self.measures, *units]
        if not parts:
            return pd.Series(self._declared((), ()), index=cells.index)
        kinds = cells[parts].drop_duplicates()
        names = {tuple(row): self._declared(parts, row) for row in kinds.itertuples(index=False, name=None)}
        return pd.Series([names[row] for row in cells[parts].itertuples(index=False, name=None)], index=cells.index)

    def _declared(self, parts: Sequence[str], values: Sequence[str]) -> str:
        name = "-".join(filter(None, (_word(value) for value in values))) or _word(self.flow)
        if name in self.units:
            return name
        words = [self.labels.get((part, value), value) for part, value in zip(parts, values, strict=True)]
        label = ", ".join(w for p, w in zip(parts, words, strict=True) if p.upper() not in UNIT) or self.flow
        said = (w for p, w in zip(parts, words, strict=True) if p.upper() in UNIT and w)  # the OECD's archive: often ""
        unit = next(said, "as stated in the flow")
        en, ko = _SCALES[self.scale]
        self.units[name] = text(en + unit, ko + unit)
        signed = self.context.options.get("signed") == "yes"
        additive = self.context.options.get("additive") != "no"
        return self.context.measure(name, text(label, label), self.units[name], signed=signed, additive=additive)

    def _multiplier(self, cells: pd.DataFrame) -> pd.Series[float] | float:
        """10 to the power of UNIT_MULT: values are written in units, or in the units of `scale`."""
        if "UNIT_MULT" not in cells:
            return 1.0
        power = cells["UNIT_MULT"].replace("", "0")
        sound = power.str.fullmatch("-?[0-9]{1,2}").fillna(False).astype(bool)
        for line, given in zip(cells["line"][~sound], power[~sound], strict=True):
            reason = text(f"multiplier '{given}' is no power of ten", f"배수 '{given}'은(는) 10의 거듭제곱이 아닙니다")
            remedy = text("write 0, 3, 6 or 9", "0, 3, 6, 9 가운데 하나를 적으십시오")
            self.context.bad("wrong-multiplier", int(line), reason, remedy, column="UNIT_MULT", value=given)
        return pd.Series(np.where(sound, 10.0 ** power.where(sound, "0").astype(float), np.nan), index=cells.index)


def wrong_option(context: Context, name: str, given: str, choices: Sequence[str]) -> EvidenceError:
    """The error for a value of an option that is none of its choices."""
    few = ", ".join(choices)
    return file_error(
        context.file,
        "wrong-option",
        text(f"--option {name}={given} does not fit", f"--option {name}={given}은(는) 맞지 않습니다"),
        text(f"write one of {few}", f"다음 가운데 하나: {few}"),
    )


def _word(value: str, *, keep: bool = False) -> str:
    """A value as (part of) a code: letters, digits and single separators; lower case unless `keep`."""
    if not value.isascii():
        return code_of(value)
    word = re.sub(r"[^A-Za-z0-9_.+-]+", "-", value)
    word = re.sub(r"[-_.+]{2,}", "-", word).strip("-_.+")
    return word if keep else word.lower()
