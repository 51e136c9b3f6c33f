"""Countries: ISO 3166-1 alpha-3 codes with English and Korean names (countries.csv).

Names after the Unicode CLDR (Unicode License v3), shortened where statistics shorten them. XKX (Kosovo) is not ISO's
but the user-assigned code that statistical offices use. WLD is the source's own world total, no country.
"""

from __future__ import annotations

import csv
import difflib
import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from majung.evidence.canonical import WORLD
from majung.evidence.problems import Text, text
from majung.methods.labelled import InputError


@dataclass(frozen=True)
class Country:
    """alpha3, alpha2: ISO 3166-1. aliases: other names met in sources, for suggestions only."""

    alpha3: str
    alpha2: str
    name: Text
    aliases: tuple[str, ...] = ()


_REGIONS = {
    "world": text("the world", "세계"),
    "global": text("the world", "세계"),
    "globaltotal": text("the world", "세계"),
    "wld": text("the world", "세계"),
    "세계": text("the world", "세계"),
    "전세계": text("the world", "세계"),
}

_REGION_NAMES = """
africa; america; americas; north america; south america; latin america; latin america and caribbean; central america;
central america and caribbean; caribbean; asia; asia pacific; asia-pacific; apac; east asia; east and southeast asia;
south asia; southeast asia; southeast asia and oceania; central asia; east-southeast asia; middle east; middle east and
africa; middle east and north africa; mena; emea; sub-saharan africa; europe; western europe; eastern europe; northern
europe; southern europe; eu; eu-27; eu27; eu-28; eu28; eu-15; eu15; eu27_2020; euu; european union; euro area; eurozone;
emu; efta; nafta; usmca; asean; oecd; oed; non-oecd; g7; g-7; g20; g-20; brics; oceania; pacific; developed countries;
developed; developing; developing countries; emerging economies; high income; hic; low income; upper middle income;
lower middle income; rest of world; rest of the world; row; row_; other; others; all others; other countries; total;
all countries; 아시아; 유럽; 유럽연합; 북미; 남미; 중남미; 아프리카; 중동; 오세아니아; 기타; 합계; 총계;
선진국; 개도국; 아세안; 주요국;
afe; afw; arb; ceb; css; ear; eas; eap; tea; eca; ecs; tec; fcs; hpc; ibd; ibt; ida; idb; idx; inx; lac; lcn; tla; ldc;
lic; lmc; lmy; lte; mea; mic; mna; nac; oss; pre; pss; pst; sas; tsa; ssa; ssf; tss; sst; tmn; umc
"""
"""The last two lines: the World Bank's codes of groups, without CHI, its Channel Islands, which elsewhere is Chile."""


def _plain(name: str) -> str:
    """Letters and digits only, without accents and case: for comparing names."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^\w]|_", "", unicodedata.normalize("NFC", kept.replace("&", "and")))


_REMAINDER = re.compile(r"(?:all )?others? |rest of |기타 ")
_REGION_KEYS = frozenset(_plain(name) for name in _REGION_NAMES.replace("\n", " ").split(";") if name.strip())


@cache
def countries() -> dict[str, Country]:
    """All countries by alpha-3 code."""
    content = (resources.files("majung.evidence") / "countries.csv").read_text(encoding="utf-8")
    return {
        line["alpha3"]: Country(
            line["alpha3"],
            line["alpha2"],
            text(line["en"], line["ko"]),
            tuple(alias for alias in line["aliases"].split("; ") if alias),
        )
        for line in csv.DictReader(content.splitlines())
    }


@cache
def accepted_codes() -> frozenset[str]:
    """What the column `country` may hold."""
    return frozenset(countries()) | {WORLD}


def country_name(code: str) -> Text:
    """{"en", "ko"} of a country code; WLD is the world. Raises InputError, with the nearest code, for any other."""
    if code == WORLD:
        return text("World", "세계")
    known = countries().get(code)
    if known is None:
        reason, remedy = explain_unknown(code)
        raise InputError(f"{reason['en']}; {remedy['en']}")
    return dict(known.name)


@cache
def _by_alpha2() -> dict[str, str]:
    return {country.alpha2: country.alpha3 for country in countries().values() if country.alpha2}


@cache
def _by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for country in countries().values():
        for name in (*country.name.values(), *country.aliases):
            found.setdefault(_plain(name), country.alpha3)
    return found


def named_country(value: str) -> str | None:
    """The code of a country given by its alpha-3 or alpha-2 code, a listed name or alias; WLD for the world; else None.

    Exact but for case, accents and punctuation: nothing is taken for the nearest.
    """
    stripped = html.unescape(value).strip()
    if stripped.upper() in accepted_codes():
        return stripped.upper()
    if len(stripped) == 2 and stripped.upper() in _by_alpha2():
        return _by_alpha2()[stripped.upper()]
    plain = _plain(stripped)
    if plain in _REGIONS:
        return WORLD
    if plain in _REGION_KEYS or plain in ("england", "britain"):
        return None  # aliases that only a suggestion may use
    return _by_name().get(plain)


def nearest_country(value: str) -> str | None:
    """The alpha-3 code that `value` (a name, an alpha-2 code, a misspelt code) most likely means, or None."""
    value = html.unescape(value)
    stripped = value.strip()
    if stripped.upper() in countries():
        return stripped.upper()
    if stripped.upper() in _by_alpha2():
        return _by_alpha2()[stripped.upper()]
    plain, names = _plain(value), _by_name()
    if plain in names:
        return names[plain]
    if len(plain) > 3 or not plain.isascii():
        near = difflib.get_close_matches(plain, names, n=1, cutoff=0.75)
        return names[near[0]] if near else None
    near = difflib.get_close_matches(stripped.upper(), list(countries()), n=1, cutoff=0.6)
    return near[0] if near else None


def explain_unknown(value: str) -> tuple[Text, Text]:
    """Reason and remedy for a value of `country` that is not accepted."""
    plain = _plain(value)
    if plain in _REGIONS:
        return (
            text(f"'{value}' is not a country code", f"'{value}'은(는) 국가 코드가 아닙니다"),
            text(f"for the source's own world total write {WORLD}", f"출처가 공표한 세계 합계는 {WORLD}로 적으십시오"),
        )
    if plain in _REGION_KEYS or _REMAINDER.match(value.strip().casefold()):
        return (
            text(
                f"'{value}' is a region or group, and regions beside countries are counted twice",
                f"'{value}'은(는) 지역 또는 국가군이며, 국가와 함께 두면 이중으로 집계됩니다",
            ),
            text("leave the row out", "이 행을 빼십시오"),
        )
    near = nearest_country(value)
    remedy = (
        text(
            f"write {near} ({countries()[near].name['en']})?",
            f"{near}({countries()[near].name['ko']})(으)로 적으십시오?",
        )
        if near
        else text("see the list in docs/evidence.md", "docs/evidence.md의 목록을 보십시오")
    )
    return (
        text(f"'{value}' is not an ISO 3166-1 alpha-3 code", f"'{value}'은(는) ISO 3166-1 alpha-3 코드가 아닙니다"),
        remedy,
    )
