"""A synthetic run with every table of the contract: ties, missing evidence, unmeasured markets, rejected projects.

Nothing in it is a finding: the numbers come from a seeded generator, the run is marked `illustrative`, and the paper
made from it carries the hatched mark and the watermark. It exists so that publishing can be tested by itself.
"""

from __future__ import annotations

import base64
import hashlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

AREAS = ("cloud", "blockchain", "intelligent-robots", "digital-healthcare", "metaverse")
CANDIDATES = {
    "cloud": ("클라우드", "Cloud"),
    "digital-healthcare": ("디지털 헬스케어", "Digital healthcare"),
    "intelligent-robots": ("지능형 로봇", "Intelligent robots"),
    "metaverse": ("메타버스", "Metaverse"),
    "internet-of-things": ("사물인터넷", "Internet of things"),
    "blockchain": ("블록체인", "Blockchain"),
    "digital-twin": ("디지털 트윈", "Digital twin"),
    "cybersecurity": ("사이버 보안", "Cybersecurity"),
    "fintech": ("핀테크", "Fintech"),
    "smart-logistics": ("스마트 물류", "Smart logistics"),
    "education-technology": ("에듀테크", "Education technology"),
    "battery-reuse": ("배터리 재사용", "Battery reuse"),
    "drones": ("드론", "Drones"),
    "smart-farm": ("스마트팜", "Smart farming"),
    "food-technology": ("푸드테크", "Food technology"),
    "ageing-technology": ("고령친화 기술", "Technology for ageing"),
    "additive-manufacturing": ("3D 프린팅", "Additive manufacturing"),
    "satellite-services": ("위성 서비스", "Satellite services"),
    "carbon-capture": ("탄소 포집", "Carbon capture"),
    "quantum-technology": ("양자 기술", "Quantum technology"),
    "solar-materials": ("태양광 소재", "Solar materials"),
    "wind-power": ("풍력", "Wind power"),
    "marine-robotics-and-autonomous-vessels": ("해양 로봇과 자율운항 선박", "Marine robotics and autonomous vessels"),
    "gaming & <media>": ("게임 & <미디어>", "Gaming & <media>"),
}
CRITERIA: dict[str, tuple[str, str, tuple[tuple[str, str, str, float], ...]]] = {
    "investment": (
        "민간투자 방향",
        "Private investment",
        (
            ("venture_level", "벤처투자 규모", "Venture investment", 1000.0),
            ("venture_momentum", "벤처투자 증가", "Venture momentum", 1.0),
            ("venture_firms", "투자받은 기업 증가", "Firms with venture backing", 1.0),
            ("own_venture", "한국 벤처투자 증가", "Korean venture investment", 1.0),
        ),
    ),
    "ripple_effects": (
        "파급효과",
        "Ripple effects",
        (
            ("production_inducement", "생산유발", "Production inducement", 1.8),
            ("value_added_inducement", "부가가치유발", "Value added inducement", 0.78),
            ("employment_inducement", "취업유발", "Employment inducement", 10.1),
            ("forward_linkage", "전방연쇄", "Forward linkage", 1.0),
        ),
    ),
    "growth_potential": (
        "성장잠재력",
        "Growth potential",
        (
            ("patent_growth", "세계 특허 증가", "World patent growth", 1.0),
            ("publication_growth", "세계 논문 증가", "World publication growth", 1.0),
            ("value_added_growth", "세계 부가가치 증가", "World value added growth", 1.0),
        ),
    ),
    "competitiveness": (
        "경쟁력",
        "Competitiveness",
        (
            ("patent_rca", "특허 특화", "Patent specialisation", 1.0),
            ("patent_level", "선두 대비 특허 수준", "Patent level against the leader", 100.0),
            ("citation_impact", "논문 영향력", "Citation impact", 1.0),
            ("value_added_rca", "부가가치 특화", "Value added specialisation", 1.0),
        ),
    ),
}
PARENTS = {"venture_level": "other_country", "venture_momentum": "other_country", "venture_firms": "other_country"}
GAPS = {
    "technology": ("기술", "Technology"),
    "market": ("시장", "Market"),
    "workforce": ("인력", "Workforce"),
    "regulation": ("규제", "Regulation"),
}


def _text(ko: str, en: str) -> SimpleNamespace:
    return SimpleNamespace(ko=ko, en=en)


class IllustrativeRun:
    """The attributes of `majung.runs.Run` that publishing reads."""

    def __init__(
        self, tables: dict[str, pd.DataFrame], programme: Any, evidence: Any, manifest: dict[str, Any]
    ) -> None:
        self.id: str = manifest["id"]
        self.tables, self.programme, self.evidence, self.manifest = tables, programme, evidence, manifest

    def figure(self, table: str, *key: object) -> str:
        """A short id: base32 of the row's digest, as the contract says."""
        digest = hashlib.sha256("/".join([table, *map(str, key)]).encode()).digest()
        return base64.b32encode(digest).decode()[:5]


def _programme() -> SimpleNamespace:
    criteria = []
    for cid, (ko, en, indicators) in CRITERIA.items():
        criteria.append(
            SimpleNamespace(
                id=cid,
                name=_text(ko, en),
                weight=0.25,
                indicators=[
                    SimpleNamespace(
                        id=iid,
                        name=_text(iko, ien),
                        unit=_text("배", "ratio") if reference == 1.0 else _text("지수", "index"),
                        scale=SimpleNamespace(reference=reference / 2, target=2 * reference, log=True),
                    )
                    for iid, iko, ien, reference in indicators
                ],
            )
        )
    industries = {
        cid: SimpleNamespace(id=cid, name=_text(*names), summary=_text("예시 산업", "An example industry"))
        for cid, names in CANDIDATES.items()
    }
    industries["hydrogen"] = SimpleNamespace(id="hydrogen", name=_text("수소", "Hydrogen"), summary=_text("", ""))
    projects = {
        area: [
            SimpleNamespace(
                id=f"{area}-{k}",
                name=_text(f"{CANDIDATES[area][0]} 과제 {k}", f"{CANDIDATES[area][1]} project {k}"),
                summary=_text("예시 과제", "An example project"),
                targets=[],
            )
            for k in range(1, 4 + n % 2)
        ]
        for n, area in enumerate(AREAS)
    }
    charter = SimpleNamespace(
        asked=None,
        id="illustrative",
        name=_text("예시 태스크포스", "Illustrative task force"),
        country="KOR",
        cut_year=2020,
        mode="retrospective",
        currency="KRW bn",
        places=5,
        organisations=[SimpleNamespace(id="msit", name=_text("과학기술정보통신부", "Ministry of Science and ICT"))],
        areas=[SimpleNamespace(industry=area, leads=["msit"]) for area in AREAS],
        criteria=criteria,
        gaps=[SimpleNamespace(id=gid, name=_text(*names)) for gid, names in GAPS.items()],
    )
    return SimpleNamespace(charter=charter, industries=industries, projects=projects)


def _evidence() -> SimpleNamespace:
    codes = {
        ("wipo35", "computer-technology"): ("컴퓨터 기술", "Computer technology"),
        ("wipo35", "digital-communication"): ("디지털 통신", "Digital communication"),
        ("se14", "computer-and-information-sciences"): ("컴퓨터·정보과학", "Computer and information sciences"),
        ("wiod56", "J62_J63"): ("정보 서비스", "Information services"),
        ("vc_vertical", "saas"): ("서비스형 소프트웨어", "Software as a service"),
    }
    source = SimpleNamespace(
        id="example-source",
        title="Example statistics, not real",
        publisher="Nobody",
        edition="2021",
        license="CC-BY-4.0",
        license_note="",
        retrieved="2026-01-01",
        citation="Nobody (2021), Example statistics.",
    )
    classifications = {
        "wipo35": ("특허: WIPO 35개 분야", "Patents: 35 WIPO fields"),
        "se14": ("논문: 14개 분야", "Publications: 14 fields"),
        "wiod56": ("산업연관: WIOD 56개 부문", "Input-output: 56 WIOD sectors"),
        "vc_vertical": ("벤처투자: 분류", "Venture investment: verticals"),
    }

    def entry(names: tuple[str, str]) -> SimpleNamespace:
        return SimpleNamespace(label={"ko": names[0], "en": names[1]})

    codebook = SimpleNamespace(
        codes={key: entry(names) for key, names in codes.items()},
        classifications={key: entry(names) for key, names in classifications.items()},
    )
    return SimpleNamespace(sources={source.id: source}, codebook=codebook)


def _score(value: float, reference: float) -> float:
    """Place on a logarithmic scale from half the reference to twice it."""
    return float(np.clip(np.log(value / reference * 2) / np.log(4), 0, 1))


def illustrative_run(seed: int = 7) -> IllustrativeRun:
    """A whole run from a seed."""
    rng = np.random.default_rng(seed)
    names = list(CANDIDATES)
    n, places, years = len(names), 5, [2021, 2022, 2023, 2024, 2025]
    base = np.linspace(72, 28, n)
    base[5] = base[4]
    spread = rng.uniform(2, 6, n)
    draws = base[:, None] + spread[:, None] * rng.standard_normal((n, 4000))
    ranks = (-draws).argsort(axis=0).argsort(axis=0)
    accept = np.stack([(ranks == r).mean(axis=1) for r in range(n)], axis=1)
    tables: dict[str, pd.DataFrame] = {}
    tables["weights"] = pd.DataFrame(
        [
            {"criterion": c, "indicator": i, "weight": w, "low": w * 0.6, "high": min(1.0, w * 1.4)}
            for c, (_, _, indicators) in CRITERIA.items()
            for i, w in [("", 0.25), *((ind[0], 1 / len(indicators)) for ind in indicators)]
        ]
    )
    definitions, indicators, contributions, ranking = [], [], [], []
    technology, technology_series, market, market_series, position, gaps = [], [], [], [], [], []
    for k, cid in enumerate(names):
        for classification, code, weight in (
            ("wipo35", "computer-technology", 0.7),
            ("wipo35", "digital-communication", 0.3),
            ("se14", "computer-and-information-sciences", 1.0),
            ("wiod56", "J62_J63", 1.0),
            ("vc_vertical", "saas", 1.0),
        ):
            low, high = (weight, weight) if weight == 1.0 else (weight - 0.2, weight + 0.2)
            definitions.append((cid, classification, code, weight, low, high, "parent" if k % 3 else "industry"))
        parts = rng.dirichlet(np.full(4, 12)) * base[k]
        for c, (criterion, (_, _, rows)) in enumerate(CRITERIA.items()):
            contributions.append((cid, criterion, parts[c], 1.0 if c else 0.5))
            for iid, _, _, reference in rows:
                value = reference * float(np.exp(rng.normal(0.1, 0.5)))
                missing = (iid == "own_venture" and k != 1) or (k > 17 and iid.startswith("value_added_r"))
                spreadv = float(rng.uniform(0.05, 0.3))
                indicators.append(
                    {
                        "candidate": cid,
                        "indicator": iid,
                        "criterion": criterion,
                        "value": np.nan if missing else value,
                        "low": reference / 4 if missing else value * (1 - spreadv),
                        "high": reference * 4 if missing else value * (1 + spreadv),
                        "coverage": 0.0 if missing else 1.0,
                        "observes": PARENTS.get(iid, "parent" if k % 3 else "industry"),
                        "score": 0.5 if missing else _score(value, reference),
                        "score_low": 0.0 if missing else _score(value * (1 - spreadv), reference),
                        "score_high": 1.0 if missing else _score(value * (1 + spreadv), reference),
                        "period": "2016-2020",
                    }
                )
        expected = float((accept[k] * np.arange(1, n + 1)).sum())
        ranking.append(
            {
                "candidate": cid,
                "rank": k + 1,
                "score": base[k],
                "score_low": base[k] - 1.645 * spread[k],
                "score_high": base[k] + 1.645 * spread[k],
                "expected_rank": expected,
                "p_selected": accept[k, :places].sum(),
                "own_evidence": float(rng.uniform(0.05, 0.6)),
                "measured": float(rng.uniform(0.6, 1.0)),
                "tie": "T1" if k in (4, 5) else ("T2" if k in (14, 15, 16) else ""),
                "area": cid in AREAS,
                "promethee_rank": int(np.clip(k + 1 + rng.integers(-2, 3), 1, n)),
                "promethee_flow": float(rng.normal(0, 0.2)),
            }
        )
        span = np.arange(1998, 2021)
        grow = rng.uniform(0.06, 0.16)
        for m, measure in enumerate(("patents", "publications", "citations")):
            leader = "USA" if (k + m) % 2 else "CHN"
            top = 900 * (m + 1) * np.exp(grow * (span - 2010)) * (1 + 0.03 * rng.standard_normal(span.size))
            level = float(rng.uniform(12, 85)) if k != 3 else 100.0
            own = top * level / 100 * np.linspace(0.8, 1.0, span.size)
            reached = level < 100 and not (measure == "citations" and k % 2)
            technology.append(
                {
                    "candidate": cid,
                    "measure": measure,
                    "own": own[-1],
                    "leader_value": top[-1],
                    "leader": "KOR" if level == 100 else leader,
                    "level": level,
                    "level_low": level * 0.92,
                    "level_high": min(100.0, level * 1.07),
                    "world_rank": 1 if level == 100 else int(rng.integers(2, 15)),
                    "countries": 45,
                    "gap_years": 0.0 if level == 100 else (np.log(100 / level) / grow if reached else np.nan),
                    "gap_low": np.log(100 / level) / grow * 0.9 if reached else np.nan,
                    "gap_high": np.log(100 / level) / grow * 1.15 if reached else np.nan,
                    "gap_reached": bool(reached),
                    "observes": "parent" if k % 3 else "industry",
                    "period": "2020",
                }
            )
            for country, series in (
                ("KOR", own),
                (leader, top),
                ("JPN", top * 0.55 * np.linspace(1.6, 0.8, span.size)),
                ("DEU", top * 0.3),
                ("GBR", top * 0.2),
            ):
                technology_series += [
                    (cid, measure, country, int(y), float(v)) for y, v in zip(span, series, strict=True)
                ]
        measured = k % 4 != 3
        for measure, unit, value in (
            ("size", "USD bn", 900.0 / (k + 1)),
            ("own_size", "USD bn", 42.0 / (k + 1)),
            ("growth", "%", 6.2 - 0.4 * k),
            ("own_growth", "%", 4.1 - 0.3 * k),
            ("world_share", "%", 4.7),
            ("leader_share", "%", 34.0),
            ("share_change", "pp", -0.4),
            ("concentration", "HHI 0–1", 0.18),
            ("import_dependence", "%", 21.5),
            ("stage", "", np.nan),
        ):
            known = measured and measure != "stage"
            market.append(
                {
                    "candidate": cid,
                    "measure": measure,
                    "value": value if known else np.nan,
                    "low": value * 0.9 if known and measure == "concentration" else np.nan,
                    "high": value * 1.1 if known and measure == "concentration" else np.nan,
                    "unit": unit,
                    "observes": "parent",
                    "measured": known,
                    "country": "USA" if known and measure == "leader_share" else "",
                    "note_ko": "" if known else "자료로 상한을 알 수 없다",
                    "note_en": "" if known else "the data cannot identify it",
                    "period": "2020",
                }
            )
        if measured:
            for c, country in enumerate(("KOR", "USA", "CHN", "JPN", "DEU")):
                level = (42, 300, 220, 90, 60)[c]
                market_series += [
                    (cid, country, y, level * 1000 / (k + 1) * float(np.exp(0.05 * (y - 2020) * (1 + 0.3 * c))))
                    for y in range(2005, 2021)
                ]
        ko, en = CANDIDATES[cid]
        gap = technology[-3]["gap_years"]
        position.append(
            {
                "candidate": cid,
                "technology": ("leading", "near", "behind", "far")[min(3, k % 4)],
                "market": "growing" if measured else "not measured",
                "position": "catch-up",
                "verdict_ko": f"{ko}: 특허에서 선두와 {gap:.1f}년 차이다. 시장은 "
                + ("커지고 있다." if measured else "재지 못했다."),
                "verdict_en": f"{en}: {gap:.1f} years behind the leader in patents; the market "
                + ("is growing." if measured else "is not measured."),
                "calls_for_ko": "원천기술과 실증에 함께 투자하는 것",
                "calls_for_en": "base technology together with trials",
            }
        )
        for gid in GAPS:
            gaps.append((cid, gid, float(rng.uniform(0.1, 0.9)), 0.0, 1.0, gid == "technology", "예시", "example"))
    columns = ["candidate", "classification", "code", "weight", "low", "high", "observes"]
    tables["definitions"] = pd.DataFrame(definitions, columns=columns)
    tables["indicators"] = pd.DataFrame(indicators)
    columns = ["candidate", "criterion", "contribution", "measured"]
    tables["contributions"] = pd.DataFrame(contributions, columns=columns)
    tables["ranking"] = pd.DataFrame(ranking)
    tables["acceptability"] = pd.DataFrame(
        [(names[k], r + 1, p, (p * (1 - p) / 4000) ** 0.5) for k in range(n) for r, p in enumerate(accept[k])],
        columns=["candidate", "rank", "probability", "standard_error"],
    )
    tables["exclusions"] = pd.DataFrame(
        [
            {
                "industry": "hydrogen",
                "rule_ko": "수소경제",
                "rule_en": "Hydrogen economy",
                "reason_ko": "이미 범정부로 육성 중이다",
                "reason_en": "Already fostered across government",
                "source": "example-source",
            }
        ]
    )
    tables["overlap"] = pd.DataFrame([(names[4], names[5], 0.97)], columns=["candidate", "other", "share"])
    tables["checks"] = pd.DataFrame(
        [
            ("last_deleted", True, "꼴찌를 빼도 순서가 같다", "Deleting the last leaves the order"),
            ("transitivity", True, "쌍별 승률이 추이적이다", "Pairwise winning is transitive"),
        ],
        columns=["check", "passed", "detail_ko", "detail_en"],
    )
    tables["technology"] = pd.DataFrame(technology)
    columns = ["candidate", "measure", "country", "year", "value"]
    tables["technology_series"] = pd.DataFrame(technology_series, columns=columns)
    tables["expert"] = pd.DataFrame(
        [("all", "KOR", 2018, 76.9, 3.8), ("all", "KOR", 2020, 80.1, 3.3), ("ict-sw", "KOR", 2020, 83.0, 1.9)],
        columns=["code", "country", "year", "level", "gap_years"],
    )
    tables["market"] = pd.DataFrame(market)
    tables["market_series"] = pd.DataFrame(market_series, columns=["candidate", "country", "year", "value"])
    tables["position"] = pd.DataFrame(position)
    columns = ["candidate", "gap", "size", "low", "high", "measured", "basis_ko", "basis_en"]
    tables["gaps"] = pd.DataFrame(gaps, columns=columns)
    projects, project_gaps, rejections = [], [], []
    for n_area, area in enumerate(AREAS):
        for k in range(1, 4 + n_area % 2):
            pid, value, chosen = f"{area}-{k}", 62.0 - 13 * k + 2 * n_area, k < 3
            projects.append(
                {
                    "project": pid,
                    "area": area,
                    "value": value,
                    "value_low": value * 0.7,
                    "value_high": value * 1.25,
                    "cost": 40.0 * k + 5.5,
                    "estimate": k == 2,
                    "chosen": chosen,
                    "core_index": (1.0, 0.64, 0.2, 0.0)[k - 1],
                    "needed_most": k == 1,
                    "why_ko": "기술 격차의 가장 큰 몫을 메운다." if k == 1 else "",
                    "why_en": "It closes the largest share of the technology gap." if k == 1 else "",
                }
            )
            project_gaps.append((pid, "technology", 0.4, 0.2, 0.6))
            if not chosen:
                rejections.append(
                    {
                        "project": pid,
                        "enters_at_budget": 35.5 if k == 3 else np.nan,
                        "enters_at_value": 0.8,
                        "reason_ko": "예산이 모자란다",
                        "reason_en": "The budget does not reach",
                    }
                )
    tables["projects"] = pd.DataFrame(projects)
    columns = ["project", "gap", "closes", "low", "high"]
    tables["project_gaps"] = pd.DataFrame(project_gaps, columns=columns)
    tables["rejections"] = pd.DataFrame(rejections)
    cost = float(tables["projects"].loc[tables["projects"].chosen, "cost"].sum())
    tables["portfolio"] = pd.DataFrame(
        [
            {
                "programme": "illustrative",
                "status": "optimal",
                "value": 510.4,
                "bound": 510.4,
                "gap": 0.0,
                "budget": 2600.0,
                "cost": cost,
            }
        ]
    )
    tables["portfolio_years"] = pd.DataFrame(
        [(y, 520.0, cost * w) for y, w in zip(years, (0.1, 0.2, 0.25, 0.25, 0.2), strict=True)],
        columns=["year", "budget", "cost"],
    )
    manifest = {
        "id": "R-EXAMPLE",
        "mode": "retrospective",
        "cut_year": 2020,
        "illustrative": True,
        "seed": seed,
        "samples": 4000,
        "created": "2026-11-22T00:00:00+00:00",
        "majung": "0.1.0",
        "hashes": {"evidence": "0123456789abcdef" * 4, "definitions": "0" * 64},
    }
    return IllustrativeRun(tables, _programme(), _evidence(), manifest)
