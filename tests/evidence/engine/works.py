"""Works in the shape of the OpenAlex snapshot, and the plainest possible count of them."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

COUNTRIES = ("KR", "US", "CN", "DE", "JP", "XK")


def make_works(works: int, seed: int) -> Iterator[dict[str, Any]]:
    """Works with every gap that the real ones have: no topic, no author, no country, no percentile, no year."""
    rng = np.random.default_rng(seed)
    for number in range(works):
        authorships = []
        for _ in range(int(rng.integers(0, 5))):
            institutions = [
                {
                    "id": f"https://openalex.org/I{rng.integers(1000)}",
                    "display_name": 'A "quoted" 대학교, 서울',
                    "ror": None,
                    "country_code": None if rng.random() < 0.1 else str(rng.choice(COUNTRIES)),
                    "type": "education",
                    "lineage": [],
                }
                for _ in range(int(rng.integers(0, 3)))
            ]
            listed = sorted({i["country_code"] for i in institutions if i["country_code"]})
            authorships.append(
                {
                    "author_position": "middle",
                    "author": {
                        "id": f"https://openalex.org/A{rng.integers(60)}",
                        "display_name": "N. N.",
                        "orcid": None,
                    },
                    "institutions": institutions,
                    # Sometimes empty although the institutions have one, as in older editions.
                    "countries": [] if rng.random() < 0.3 else listed,
                    "is_corresponding": False,
                }
            )
        topics = [
            {
                "id": f"https://openalex.org/T{10000 + topic}",
                "display_name": f"Topic {topic}",
                "score": 0.9,
                "subfield": {"id": f"https://openalex.org/subfields/{1700 + topic % 4}", "display_name": "S"},
                "field": {"id": f"https://openalex.org/fields/{17 + topic % 2}", "display_name": "F"},
                "domain": {"id": "https://openalex.org/domains/3", "display_name": "D"},
            }
            for topic in rng.choice(7, int(rng.integers(0, 4)), replace=False).tolist()
        ]
        value = None if rng.random() < 0.2 else float(np.round(rng.random(), 6))
        yield {
            "id": f"https://openalex.org/W{number}",
            "doi": None,
            "title": "가나다 \\ \" ' , \n",
            "publication_year": None if number % 97 == 5 else int(2015 + number % 6),
            "type": str(rng.choice(["article", "review", "dataset"], p=[0.7, 0.2, 0.1])),
            "is_retracted": bool(number % 53 == 7),
            "is_paratext": False if number % 3 else None,
            "authorships": authorships,
            "primary_topic": topics[0] if topics else None,
            "topics": topics,
            "counts_by_year": [{"year": 2020, "cited_by_count": 3}],
            "citation_normalized_percentile": None
            if value is None
            else {"value": value, "is_in_top_1_percent": value >= 0.99, "is_in_top_10_percent": value >= 0.9},
        }


def write_works(folder: Path, *, works: int, files: int, seed: int) -> list[Path]:
    """The works in gzip files of JSON lines."""
    all_works = list(make_works(works, seed))
    paths = []
    for number in range(files):
        path = folder / f"part_{number:03d}.gz"
        with gzip.open(path, "wt", encoding="utf-8") as out:
            for work in all_works[number::files]:
                out.write(json.dumps(work, ensure_ascii=False) + "\n")
        paths.append(path)
    return paths


def read_works(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def count_by_hand(
    works: Iterable[dict[str, Any]], level: str, alpha3: dict[str, str]
) -> dict[tuple[str | None, str | None, int, str], Fraction]:
    """Fractional counts in exact fractions: (country, code, year, measure) to value."""
    out: dict[tuple[str | None, str | None, int, str], Fraction] = defaultdict(Fraction)
    for work in works:
        if work["publication_year"] is None or work["is_retracted"] or work["is_paratext"]:
            continue
        if work["type"] not in ("article", "review"):
            continue
        topics = [t["id"] if level == "topic" else t[level]["id"] for t in work["topics"]] or [None]
        by_author: list[list[str | None]] = []
        for authorship in work["authorships"]:
            found = set(authorship["countries"]) or {
                i["country_code"] for i in authorship["institutions"] if i["country_code"]
            }
            by_author.append([*found] or [None])
        percentile = work["citation_normalized_percentile"]
        rank = percentile["value"] if percentile else None
        measures = ["articles"]
        if rank is not None:
            measures.append("articles_ranked")
            measures += ["articles_top10"] if rank >= 0.9 else []
            measures += ["articles_top1"] if rank >= 0.99 else []
        authors = by_author or [[None]]
        for places in authors:
            for place in places:
                for topic in topics:
                    code = topic.rsplit("/", 1)[-1] if topic else None
                    for measure in measures:
                        key = (alpha3[place] if place else None, code, work["publication_year"], measure)
                        out[key] += Fraction(1, len(authors) * len(places) * len(topics))
    return out
