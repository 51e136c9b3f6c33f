"""A canonical table in another classification: every value arrives, or the report says how much did not and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from majung.evidence.canonical import LONG_KEY
from majung.evidence.crosswalks.concordance import Concordance, Link
from majung.evidence.problems import Language, Text, text
from majung.methods.labelled import InputError

Split = Literal["refuse", "equal"] | Mapping[str, float]
"""How a code without stated weights is divided among several: not at all, equally, or in proportion to reference
values of the target codes."""

LARGEST_NAMED = 5
FURTHER_KEYS = ("partner", "flow")
"""Key columns of trade, which stay apart."""


@dataclass(frozen=True)
class MeasureReport:
    """What a conversion did to one measure: values, of which `share` gives the part of the total (without declared
    aggregates).

    arrived: has a code of the target. divided: of that, went to more than one code, so that a judgement is in it.
    nothing: the concordance says that nothing corresponds. unmapped: has a code that the concordance does not know;
    unmapped_codes: value by code, largest first.
    """

    measure: str
    total: float
    arrived: float
    divided: float
    nothing: float
    unmapped: float
    unmapped_codes: Mapping[str, float]
    divided_codes: Mapping[str, float]

    def share(self, name: Literal["arrived", "divided", "nothing", "unmapped"]) -> float:
        """NaN when the total is 0."""
        return getattr(self, name) / self.total if self.total else float("nan")

    def sentence(self, lang: Language = "en") -> str:
        """The report in one sentence."""
        return self._text()[lang]

    def _text(self) -> Text:
        if not self.total:
            return text(f"{self.measure}: all values are zero", f"{self.measure}: 값이 모두 0입니다")
        en = (
            f"{self.measure}: {self.share('arrived'):.1%} of the value arrives, "
            f"{self.share('divided'):.1%} divided among several codes by weights"
            if self.divided
            else f"{self.measure}: {self.share('arrived'):.1%} of the value arrives, none of it divided"
        )
        ko = f"{self.measure}: 값의 {self.share('arrived'):.1%}가 옮겨집니다"
        if self.divided:
            ko += f"({self.share('divided'):.1%}는 가중치로 여러 코드에 나뉨)"
        if self.nothing:
            en += f"; {self.share('nothing'):.1%} corresponds to nothing"
            ko += f". {self.share('nothing'):.1%}는 대응하는 코드가 없습니다"
        if self.unmapped_codes:
            named = ", ".join(list(self.unmapped_codes)[:LARGEST_NAMED])
            rest = len(self.unmapped_codes) - LARGEST_NAMED
            more_en, more_ko = (f" and {rest} more", f" 외 {rest}개") if rest > 0 else ("", "")
            en += f"; {self.share('unmapped'):.1%} is not mapped ({named}{more_en})"
            ko += f". {self.share('unmapped'):.1%}는 옮기지 못했습니다({named}{more_ko})"
        return text(en, ko)

    def as_dict(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "total": self.total,
            **{n: getattr(self, n) for n in ("arrived", "divided", "nothing", "unmapped")},
            "unmapped_codes": dict(self.unmapped_codes),
            "divided_codes": dict(self.divided_codes),
            "sentence": self._text(),
        }


@dataclass(frozen=True, eq=False)
class Converted:
    """rows: canonical rows in the target classification, with `low` and `high`: the value if no, or all, of what was
    divided belonged there. origins: for each result row and each row it came from the weight (columns result, row,
    weight). reports: one a measure."""

    concordance: Concordance
    rows: pd.DataFrame
    origins: pd.DataFrame
    reports: tuple[MeasureReport, ...]
    aggregates: tuple[str, ...] = field(default=())

    def sentences(self, lang: Language = "en") -> list[str]:
        said = [report.sentence(lang) for report in self.reports]
        if self.aggregates:
            codes = ", ".join(self.aggregates)
            left = text(
                f"declared aggregates left out, their parts are converted: {codes}",
                f"합계로 선언된 코드는 빼고 구성 항목을 옮겼습니다: {codes}",
            )
            said.append(left[lang])
        return said


def convert(
    frame: pd.DataFrame,
    concordance: Concordance,
    *,
    split: Split = "refuse",
    aggregates: frozenset[str] = frozenset(),
    additive: Mapping[str, bool] | None = None,
) -> Converted:
    """Rows of a canonical long table in the concordance's source classification, converted to its target.

    Stated weights are used as they are; a code that goes to several without weights is divided by `split`, or refused.
    Rows of one country, year and measure that meet in a target code are added up. aggregates: codes that are sums of
    others and are left out (their parts arrive). additive: measure -> whether its values may be added up; one that may
    not (an index, a share) is refused. For each measure, arrived + nothing + unmapped = total.
    Raises InputError for another classification, a measure that does not add up, rows of several sources that would
    be added up, and codes that must be divided when `split` is "refuse".
    """
    _check_frame(frame, concordance, additive or {})
    keep = ~frame["code"].isin(list(aggregates)).to_numpy(dtype=bool)
    left_out = tuple(sorted(set(frame.loc[~keep, "code"])))
    rows = frame.loc[keep]
    table = _weights(concordance, tuple(dict.fromkeys(rows["code"])), split)
    joined = rows.assign(_row=rows.index).merge(table, left_on="code", right_on="code_from", how="left", sort=False)
    joined["_moved"] = joined["value"] * joined["_weight"]
    arrived = joined[joined["code_to"].notna() & (joined["code_to"] != "")]
    result, origins = _collect(arrived, concordance)
    reports = tuple(_report(str(measure), own) for measure, own in joined.groupby("measure", sort=True))
    return Converted(concordance, result, origins, reports, left_out)


def _check_frame(frame: pd.DataFrame, concordance: Concordance, additive: Mapping[str, bool]) -> None:
    missing = [column for column in (*LONG_KEY, "value", "source") if column not in frame.columns]
    if missing:
        raise InputError(f"the rows have no column {', '.join(missing)}: only long tables can be converted")
    if frame.empty:
        raise InputError("there are no rows to convert")
    others = sorted(set(frame["classification"]) - {concordance.source})
    if others:
        raise InputError(
            f"rows are in {', '.join(others)}, {concordance.id} converts from {concordance.source}; "
            f"select classification={concordance.source!r}"
        )
    stuck = sorted(measure for measure in set(frame["measure"]) if not additive.get(measure, True))
    if stuck:
        raise InputError(
            f"{', '.join(stuck)} must not be added up (an index, a share, a rank): convert what it is made of instead"
        )


def _weights(concordance: Concordance, codes: tuple[str, ...], split: Split) -> pd.DataFrame:
    """code_from (as it stands in the rows), code_to, _weight, _several."""
    found: list[tuple[str, str, float, bool]] = []
    undivided: list[str] = []
    for code in codes:
        links = concordance.of(code)
        if links is None:
            continue
        if len(links) == 1:
            found.append((code, links[0].code_to, 1.0, False))
            continue
        if links[0].weight is not None:
            shares = [float(link.weight or 0.0) for link in links]
        elif isinstance(split, Mapping):
            shares = _in_proportion(code, links, split)
        elif split == "equal":
            shares = [1 / len(links)] * len(links)
        else:
            undivided.append(code)
            continue
        found += [(code, link.code_to, share, True) for link, share in zip(links, shares, strict=True)]
    if undivided:
        named = ", ".join(undivided[:LARGEST_NAMED]) + (" …" if len(undivided) > LARGEST_NAMED else "")
        raise InputError(
            f"{concordance.id}: {len(undivided)} codes go to several codes and no weights are stated ({named}); "
            'divide them with split="equal" or by reference values of the target codes'
        )
    return pd.DataFrame(found, columns=["code_from", "code_to", "_weight", "_several"]).astype(
        {"_weight": "float64", "_several": bool}
    )


def _in_proportion(code: str, links: tuple[Link, ...], values: Mapping[str, float]) -> list[float]:
    sizes = np.array([float(values.get(link.code_to, 0.0)) for link in links])
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise InputError(f"reference values of the codes of {code} are negative or not finite")
    if not sizes.sum():
        raise InputError(
            f"{code} goes to {', '.join(link.code_to or '(nothing)' for link in links)}, "
            "and none of them has a reference value; give one, or state weights in the concordance"
        )
    return [float(share) for share in sizes / sizes.sum()]


def _collect(arrived: pd.DataFrame, concordance: Concordance) -> tuple[pd.DataFrame, pd.DataFrame]:
    further = [column for column in FURTHER_KEYS if column in arrived.columns]
    key = ["country", *further, "code_to", "year", "measure"]
    columns = ["country", *further, *LONG_KEY[1:], "value", "source", "origin", "released", "low", "high"]
    if arrived.empty:
        return pd.DataFrame(columns=columns), pd.DataFrame(columns=["result", "row", "weight"])
    groups = arrived.groupby(key, sort=True)
    sources = groups["source"].nunique()
    if (sources > 1).any():
        place = " ".join(map(str, sources.index[(sources > 1).to_numpy()][0]))
        names = ", ".join(sorted(set(arrived["source"])))
        raise InputError(f"{place}: rows of several sources would be added up ({names}); convert one source at a time")
    sole = arrived["_moved"].where(~arrived["_several"].astype(bool), 0.0)
    result = groups.agg(
        value=("_moved", "sum"), high=("value", "sum"), source=("source", "first"), _codes=("code", _few)
    ).reset_index()
    result["low"] = sole.groupby([arrived[k] for k in key], sort=True).sum().to_numpy()
    released = arrived["released"] if "released" in arrived.columns else pd.Series("", index=arrived.index)
    latest = released.groupby([arrived[k] for k in key], sort=True).agg(lambda days: max(days) if all(days) else "")
    result["released"] = latest.to_numpy()
    result["classification"] = concordance.target
    result["code"] = result["code_to"]
    result["origin"] = f"{concordance.id}: {concordance.source} " + result["_codes"]
    number = pd.Series(range(len(result)), index=pd.MultiIndex.from_frame(result[key]))
    origins = pd.DataFrame(
        {
            "result": number.reindex(pd.MultiIndex.from_frame(arrived[key])).to_numpy(),
            "row": arrived["_row"].to_numpy(),
            "weight": arrived["_weight"].to_numpy(),
        }
    )
    return result[columns], origins


def _few(codes: pd.Series[str]) -> str:
    named = list(dict.fromkeys(sorted(codes)))
    return ", ".join(named[:LARGEST_NAMED]) + (f" and {len(named) - LARGEST_NAMED} more" if len(named) > 5 else "")


def _report(measure: str, joined: pd.DataFrame) -> MeasureReport:
    known = joined["code_to"].notna()
    here = known & (joined["code_to"] != "")
    several = here & joined["_several"].fillna(False).astype(bool)
    divided = joined.loc[several].groupby("code", sort=True)["_moved"].sum().sort_values(ascending=False, kind="stable")
    unmapped = joined.loc[~known].groupby("code", sort=True)["value"].sum().sort_values(ascending=False, kind="stable")
    once = joined.drop_duplicates("_row")
    return MeasureReport(
        measure,
        float(once["value"].sum()),
        float(joined.loc[here, "_moved"].sum()),
        float(joined.loc[several, "_moved"].sum()),
        float(joined.loc[known & ~here, "_moved"].sum()),
        float(unmapped.sum()),
        {str(code): float(value) for code, value in unmapped.items()},
        {str(code): float(value) for code, value in divided.items()},
    )
