"""A whole programme in miniature: small enough to compute by hand, whole enough to run from evidence to portfolio.

Three countries and the world, two technology fields, a three-sector economy, four candidates of which two are areas.
Change a part, then `write`.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from majung.evidence import table_resource

TEXT = '{ ko = "글", en = "Text" }'

CODES = [
    ("wipo35", ["alpha", "beta", "gamma"]),
    ("se14", ["physics", "informatics"]),
    ("kti", ["all-kti", "machines", "software"]),
    ("vc_vertical", ["virtual", "ledger"]),
    ("vc_industry", ["tools", "games"]),
    ("vc_total", ["all"]),
    ("kr_vc", ["all", "bio"]),
    ("wiod56", ["S1", "S2", "S3", "GO", "VA", "CONS_h", "EXP"]),
    ("bok_broad", ["all", "manufacturing", "services"]),
    ("tech_level", ["all"]),
]
MEASURES = [
    "families",
    "articles",
    "top1pct",
    "usd_m",
    "firms",
    "krw_100m",
    "employment_inducement",
    "level",
    "gap_years",
]

INDICATORS: dict[str, list[tuple[str, str, float, float, bool]]] = {
    "investment": [
        ("venture_level", "vc_vertical", 100, 10000, True),
        ("venture_momentum", "vc_vertical", 0.5, 4, True),
        ("venture_firms", "vc_industry", 0.5, 2, True),
        ("own_venture", "kr_vc", 0.5, 2, True),
    ],
    "ripple_effects": [
        ("production_inducement", "wiod56", 1, 3, False),
        ("value_added_inducement", "wiod56", 0.5, 1, False),
        ("employment_inducement", "bok_broad", 0, 20, False),
        ("forward_linkage", "wiod56", 0.5, 2, True),
    ],
    "growth_potential": [
        ("patent_growth", "wipo35", 0.5, 2, True),
        ("publication_growth", "se14", 0.5, 2, True),
        ("value_added_growth", "kti", 0.5, 2, True),
    ],
    "competitiveness": [
        ("patent_rca", "wipo35", 0.5, 2, True),
        ("patent_level", "wipo35", 0, 100, False),
        ("citation_impact", "se14", 0.5, 2, True),
        ("value_added_rca", "kti", 0.5, 2, True),
    ],
}

DEFINITIONS: dict[str, list[tuple[str, str, float]]] = {
    "one": [
        ("wipo35", "alpha", 0.75), ("wipo35", "beta", 0.25), ("se14", "physics", 1.0), ("kti", "machines", 1.0),
        ("vc_vertical", "virtual", 1.0), ("vc_industry", "tools", 1.0), ("wiod56", "S1", 1.0),
        ("bok_broad", "manufacturing", 1.0),
    ],
    "two": [
        ("wipo35", "beta", 1.0), ("se14", "informatics", 1.0), ("kti", "software", 1.0), ("vc_vertical", "ledger", 1.0),
        ("vc_industry", "games", 1.0), ("wiod56", "S3", 1.0), ("bok_broad", "services", 1.0), ("kr_vc", "bio", 1.0),
    ],
    "three": [("wipo35", "alpha", 0.7), ("wipo35", "beta", 0.3), ("se14", "physics", 1.0), ("wiod56", "S2", 1.0)],
    "four": [
        ("wipo35", "beta", 1.0), ("se14", "informatics", 1.0), ("kti", "software", 1.0), ("vc_vertical", "ledger", 1.0),
        ("vc_industry", "games", 1.0), ("wiod56", "S3", 1.0), ("bok_broad", "services", 1.0), ("kr_vc", "bio", 1.0),
    ],
    "barred": [("wipo35", "gamma", 1.0)],
}  # fmt: skip

PROJECTS: dict[str, list[dict[str, Any]]] = {
    "one": [
        {"id": "one-large", "costs": {2021: 60.0, 2022: 60.0}, "closes": {"technology": 0.5, "market": 0.2}},
        {"id": "one-small", "costs": {2021: 20.0, 2022: 10.0}, "closes": {"technology": 0.2}},
    ],
    "two": [
        {"id": "two-large", "costs": {2021: 50.0, 2022: 50.0}, "closes": {"market": 0.4}},
        {"id": "two-small", "costs": {2021: 10.0, 2022: 20.0}, "closes": {"market": 0.1, "regulation": 0.3}},
    ],
}


def patents() -> list[tuple[str, str, int, float]]:
    """(country, code, year, families). World = the three countries and a rest of 30."""
    rows = []
    for year in range(2009, 2021):
        counts = {
            ("KOR", "alpha"): 100, ("KOR", "beta"): 50, ("KOR", "gamma"): 10,
            ("USA", "alpha"): 40 * (year - 2004), ("USA", "beta"): 100, ("USA", "gamma"): 40,
            ("JPN", "alpha"): 60, ("JPN", "beta"): 60, ("JPN", "gamma"): 60,
        }  # fmt: skip
        rows += [(country, code, year, float(n)) for (country, code), n in counts.items()]
        for code in ("alpha", "beta", "gamma"):
            rows.append(("WLD", code, year, float(sum(n for (_, c), n in counts.items() if c == code) + 30)))
    return rows


@dataclass
class Miniature:
    """The parts of the programme; tables: name -> rows (country, classification, code, year, measure, value)."""

    path: Path
    samples: int = 400
    places: int = 2
    budgets: list[float] = field(default_factory=lambda: [100.0, 100.0])
    minimum_per_area: int = 1
    weights: dict[str, float] = field(default_factory=lambda: dict.fromkeys(INDICATORS, 0.25))
    weight_spread: tuple[float, float] = (0.15, 0.45)
    definitions: dict[str, list[tuple[str, str, float]]] = field(
        default_factory=lambda: {k: list(v) for k, v in DEFINITIONS.items()}
    )
    projects: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: deepcopy(PROJECTS))
    tables: dict[str, list[tuple[str, str, str, int, str, float]]] = field(default_factory=dict)
    mode: str = "retrospective"
    spread: float = 0.1

    def __post_init__(self) -> None:
        self.tables = self.tables or {
            "patents": [(c, "wipo35", code, year, "families", v) for c, code, year, v in patents()],
            "publications": _publications(),
            "value_added": _value_added(),
            "investment": _investment(),
            "satellites": [
                ("KOR", "bok_broad", code, 2019, "employment_inducement", value)
                for code, value in (("all", 10.0), ("manufacturing", 6.0), ("services", 12.0))
            ],
            "surveys": [
                ("KOR", "tech_level", "all", year, measure, value)
                for year, measure, value in ((2018, "level", 76.9), (2020, "level", 80.1), (2020, "gap_years", 3.3))
            ],
        }

    def replace(self, table: str, match: tuple[str, str, int], value: float) -> int:
        """Set the value at (country, code, year); returns the line number of the row in its file."""
        for k, (country, classification, code, year, measure, _) in enumerate(self.tables[table]):
            if (country, code, year) == match:
                self.tables[table][k] = (country, classification, code, year, measure, value)
                return k + 2
        raise KeyError(match)

    def write(self) -> Path:
        """Write the folder and return its path."""
        for part in ("industries", "projects", "evidence/tables"):
            (self.path / part).mkdir(parents=True, exist_ok=True)
        (self.path / "programme.toml").write_text(self._charter())
        for name, codes in self.definitions.items():
            (self.path / "industries" / f"{name}.toml").write_text(self._industry(name, codes))
        for area, projects in self.projects.items():
            (self.path / "projects" / f"{area}.toml").write_text("".join(map(_project, projects)))
        self._write_evidence(self.path / "evidence")
        return self.path

    def _charter(self) -> str:
        lines = [
            'schema = 1\nid = "mini"', f"name = {TEXT}", f"summary = {TEXT}", 'country = "KOR"', "cut_year = 2020",
            f'mode = "{self.mode}"', f"mode_note = {TEXT}", "seed = 7", f"samples = {self.samples}",
            'currency = "KRW bn"', f"places = {self.places}",
            f'[[organisations]]\nid = "lead"\nname = {TEXT}',
        ]  # fmt: skip
        lines += [f'[[areas]]\nindustry = "{a}"\nleads = ["lead"]\nworking_group = {TEXT}' for a in self.projects]
        for criterion, indicators in INDICATORS.items():
            weight = self.weights[criterion]
            lines.append(f'[[criteria]]\nid = "{criterion}"\nname = {{ ko = "{criterion}", en = "{criterion}" }}')
            lines.append(_weighted(weight, weight - self.weight_spread[0], weight + self.weight_spread[1]))
            share = 1 / len(indicators)
            for name, classification, reference, target, log in indicators:
                lines.append(f'[[criteria.indicators]]\nid = "{name}"\nname = {TEXT}\nunit = {TEXT}')
                lines.append(_weighted(share, share / 2, min(1.0, share * 2)))
                lines.append(f'classification = "{classification}"')
                lines.append(f"scale = {{ reference = {reference}, target = {target}, log = {str(log).lower()} }}")
        lines.append(f'[[exclusions]]\nindustry = "barred"\nrule = {TEXT}\nreason = {TEXT}\nsource = "rule"')
        for gap, weight in (("technology", 0.3), ("market", 0.3), ("workforce", 0.2), ("regulation", 0.2)):
            lines.append(f'[[gaps]]\nid = "{gap}"\nname = {TEXT}\n{_weighted(weight, weight - 0.1, weight + 0.1)}')
        lines.append(f"[budgets]\nyears = [2021, 2022]\namounts = {self.budgets}\nestimate = true")
        lines.append(f'minimum_per_area = {self.minimum_per_area}\nrationale = {TEXT}\nsource = "s"')
        return "\n".join(lines) + "\n"

    def _industry(self, name: str, codes: list[tuple[str, str, float]]) -> str:
        lines = [f'id = "{name}"', f'name = {{ ko = "{name}", en = "{name}" }}', f"summary = {TEXT}"]
        for classification, code, weight in codes:
            spread = 0.0 if weight == 1.0 else self.spread
            lines.append(f'[[codes]]\nclassification = "{classification}"\ncode = "{code}"\nobserves = "parent"')
            lines.append(_weighted(weight, max(0.0, weight - spread), min(1.0, weight + spread)))
        return "\n".join(lines) + "\n"

    def _write_evidence(self, folder: Path) -> None:
        codes = ["kind,classification,code,label_en,label_ko,unit_en,unit_ko,note"]
        for classification, names in CODES:
            codes.append(f"classification,,{classification},{classification},{classification},,,")
            codes += [
                f"code,{classification},{n},{n},{n},,,{'aggregate' if n.startswith('all') else ''}" for n in names
            ]
        codes += [f"measure,,{m},{m},{m},{m},{m}," for m in MEASURES]
        (folder / "codes.csv").write_text("\n".join(codes) + "\n")
        (folder / "LICENSE.md").write_text("CC BY 4.0\n")
        resources = []
        for name, rows in self.tables.items():
            years = {measure: max(r[3] for r in rows if r[4] == measure) for measure in {r[4] for r in rows}}
            resources.append(table_resource(name, complete_through=dict(sorted(years.items()))))
            lines = ["country,classification,code,year,measure,value,source,origin"]
            lines += [f"{','.join(map(str, row))},made,row {k}" for k, row in enumerate(rows, start=1)]
            (folder / "tables" / f"{name}.csv").write_text("\n".join(lines) + "\n")
        resources.append(table_resource("input_output"))
        (folder / "tables" / "input_output.csv").write_text(_input_output())
        descriptor = {
            "profile": "tabular-data-package",
            "name": "mini",
            "title": "A miniature",
            "version": "1.0.0",
            "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
            "sources": [
                {
                    "id": "made", "title": "Made for tests", "publisher": "Majung", "edition": "1",
                    "license": "CC BY 4.0", "license_note": "ours", "retrieved": "2026-01-01", "released": None,
                    "citation": "Made for tests.",
                }
            ],
            "resources": resources,
        }  # fmt: skip
        (folder / "datapackage.json").write_text(json.dumps(descriptor))


def _weighted(weight: float, low: float, high: float) -> str:
    return f'weight = {weight}\nlow = {low}\nhigh = {high}\nrationale = {TEXT}\nsource = "test"'


def _project(project: dict[str, Any]) -> str:
    costs = ", ".join(f"{year} = {cost}" for year, cost in project["costs"].items())
    lines = [
        f'[[projects]]\nid = "{project["id"]}"\nname = {{ ko = "{project["id"]}", en = "{project["id"]}" }}',
        f"summary = {TEXT}\ncosts = {{ {costs} }}\ncost_low = 0.8\ncost_high = 1.2\nestimate = true",
        f'source = "test"\nrationale = {TEXT}',
        f"requires = {json.dumps(project.get('requires', []))}\nexcludes = {json.dumps(project.get('excludes', []))}",
    ]
    for gap, share in project["closes"].items():
        lines.append(
            f'[[projects.closes]]\ngap = "{gap}"\nshare = {share}\nlow = {share / 2}\nhigh = {min(1.0, share * 1.5)}'
        )
        lines.append(f'rationale = {TEXT}\nsource = "test"')
    return "\n".join(lines) + "\n"


def _publications() -> list[tuple[str, str, str, int, str, float]]:
    rows = []
    for year in range(2009, 2021):
        grown = {"physics": 1000.0, "informatics": 100.0 * (year - 2008)}
        for code, world in grown.items():
            for country, share in (("KOR", 0.1), ("USA", 0.4), ("JPN", 0.2), ("WLD", 1.0)):
                rows.append((country, "se14", code, year, "articles", world * share))
        for code in grown:
            for country, percent in (("KOR", 0.8), ("USA", 2.0)):
                rows.append((country, "se14", code, year, "top1pct", percent))
    return rows


def _value_added() -> list[tuple[str, str, str, int, str, float]]:
    rows = []
    for year in range(2009, 2020):
        parts = {"machines": 1000.0, "software": 500.0 * 1.1 ** (year - 2009)}
        for code, world in parts.items():
            shares = {"KOR": 0.1 if code == "machines" else 0.02, "USA": 0.3, "JPN": 0.2, "WLD": 1.0}
            rows += [(country, "kti", code, year, "usd_m", world * share) for country, share in shares.items()]
        for country in ("KOR", "USA", "JPN", "WLD"):
            total = sum(r[5] for r in rows if r[0] == country and r[3] == year)
            rows.append((country, "kti", "all-kti", year, "usd_m", total))
    return rows


def _investment() -> list[tuple[str, str, str, int, str, float]]:
    rows = []
    for year in range(2013, 2019):
        for code, amount in (("virtual", 200.0), ("ledger", 100.0 if year < 2016 else 900.0)):
            rows += [(c, "vc_vertical", code, year, "usd_m", amount) for c in ("CHN", "USA")]
    for year in range(2015, 2021):
        for code, firms in (("tools", 30.0), ("games", 20.0 if year < 2018 else 50.0)):
            rows.append(("USA", "vc_industry", code, year, "firms", firms))
    for year in range(2016, 2021):
        rows.append(("KOR", "kr_vc", "all", year, "krw_100m", 1000.0 if year < 2019 else 1500.0))
        rows.append(("KOR", "kr_vc", "bio", year, "krw_100m", 100.0 if year < 2019 else 300.0))
    return rows


def _input_output() -> str:
    """Three sectors, output 100 each. S3 buys 20 of S1 and nothing else; S1 and S2 buy of each other."""
    domestic = {("S1", "S1"): 10, ("S1", "S2"): 20, ("S1", "S3"): 20, ("S2", "S1"): 30, ("S2", "S2"): 10}
    imports = {("S1", "S1"): 5, ("S2", "S2"): 20}
    lines = ["country,year,use,row,column,value,source,origin"]
    sectors = ("S1", "S2", "S3")
    for use, flows in (("domestic", domestic), ("imports", imports)):
        for row in sectors:
            for column in sectors:
                lines.append(f"KOR,2014,{use},{row},{column},{flows.get((row, column), 0)},made,cell")
    for column in sectors:
        used = sum(v for (_, c), v in (*domestic.items(), *imports.items()) if c == column)
        lines.append(f"KOR,2014,primary,VA,{column},{100 - used},made,cell")
        lines.append(f"KOR,2014,primary,GO,{column},100,made,cell")
    return "\n".join(lines) + "\n"
