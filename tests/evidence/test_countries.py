"""Country codes, names in both languages, and what an unknown name probably means."""

from __future__ import annotations

import re

import pytest

from majung.evidence import countries, country_name
from majung.evidence.countries import nearest_country
from majung.methods.labelled import InputError


def test_all_of_iso_3166_and_kosovo():
    known = countries()
    assert len(known) == 249 + 1
    assert "XKX" in known
    assert all(re.fullmatch("[A-Z]{3}", code) for code in known)
    assert len({country.alpha2 for country in known.values()}) == len(known)


def test_every_country_has_a_name_of_its_own_in_both_languages():
    names = [country.name for country in countries().values()]
    for language in ("en", "ko"):
        assert all(name[language].strip() for name in names)
        assert len({name[language] for name in names}) == len(names)
    assert all(re.search("[가-힣]", name["ko"]) for name in names)


@pytest.mark.parametrize(
    ("code", "en", "ko"),
    [
        ("KOR", "Korea", "한국"),
        ("TWN", "Taiwan", "대만"),
        ("USA", "United States", "미국"),
        ("CHN", "China", "중국"),
        ("JPN", "Japan", "일본"),
        ("DEU", "Germany", "독일"),
        ("WLD", "World", "세계"),
    ],
)
def test_country_name(code, en, ko):
    assert country_name(code) == {"en": en, "ko": ko}


def test_an_unknown_code_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="write KOR"):
        country_name("KR")
    for group in ("EU", "SSF", "UMC", "HIC"):
        with pytest.raises(InputError, match="region or group"):
            country_name(group)
    with pytest.raises(InputError, match="not an ISO 3166-1"):
        country_name("CHI")  # Channel Islands for the World Bank, Chile for others


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("South Korea", "KOR"),
        ("Korea, Rep.", "KOR"),
        ("North Korea", "PRK"),
        ("UK", "GBR"),
        ("U.S.", "USA"),
        ("germany", "DEU"),
        ("Cote d'Ivoire", "CIV"),
        ("C&#244;te d&#8217;Ivoire", "CIV"),
        ("Viet Nam", "VNM"),
        ("Slovak Republic", "SVK"),
        ("Hong Kong SAR", "HKG"),
        ("대만", "TWN"),
        ("터키", "TUR"),
        ("Nowhere at all", None),
    ],
)
def test_the_nearest_country(value, code):
    assert nearest_country(value) == code


def test_every_english_and_korean_name_leads_to_its_code():
    for code, country in countries().items():
        assert nearest_country(country.name["en"]) == code
        assert nearest_country(country.name["ko"]) == code
