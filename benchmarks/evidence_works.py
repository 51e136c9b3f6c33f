"""Made-up OpenAlex works in the real shape: what the evidence benchmarks read.

Keys, nesting, https ids and the sizes of the parts follow the works entity of the OpenAlex documentation (authorships
with affiliations and raw strings, three topics; the inverted abstract is left out). Values are drawn, no work is real.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

COUNTRIES = ["US", "CN", "GB", "DE", "JP", "KR", "IN", "FR", "IT", "CA", "ES", "AU", "BR", "NL", "TW", "SG", "SE", "CH"]
FIRST, LAST = 2005, 2024


def write_works(folder: Path, works: int, *, per_file: int = 50_000, seed: int = 1) -> list[Path]:
    """Write gzip JSON lines, about 5.6 KB a work before compression (500 bytes after); returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for part, start in enumerate(range(0, works, per_file)):
        path = folder / f"part_{part:04d}.gz"
        with gzip.open(path, "wb", compresslevel=1) as out:
            for line in _lines(start, min(per_file, works - start), np.random.default_rng([seed, part])):
                out.write(line)
        paths.append(path)
    return paths


def _pools(rng: np.random.Generator) -> tuple[list[str], list[str], list[str]]:
    """Topics, institutions and authorships as JSON text, from which works are put together."""
    topics = []
    for number in range(4516):
        subfield, field, domain = 1100 + number % 252, 11 + number % 26, 1 + number % 4
        topics.append(
            json.dumps(
                {
                    "id": f"https://openalex.org/T{10000 + number}",
                    "display_name": f"Studies of subject number {number} and its applications",
                    "score": round(float(rng.uniform(0.3, 1)), 4),
                    "subfield": {
                        "id": f"https://openalex.org/subfields/{subfield}",
                        "display_name": f"Subfield {subfield}",
                    },
                    "field": {"id": f"https://openalex.org/fields/{field}", "display_name": f"Field {field}"},
                    "domain": {"id": f"https://openalex.org/domains/{domain}", "display_name": f"Domain {domain}"},
                }
            )
        )
    share = 1 / np.arange(1, len(COUNTRIES) + 1)
    institutions, codes = [], []
    for number in range(3000):
        country = str(rng.choice(COUNTRIES, p=share / share.sum()))
        codes.append(country)
        institutions.append(
            json.dumps(
                {
                    "id": f"https://openalex.org/I{100000000 + number}",
                    "display_name": f"University number {number}",
                    "ror": f"https://ror.org/0{number:07d}",
                    "country_code": country,
                    "type": "education",
                    "lineage": [f"https://openalex.org/I{100000000 + number}"],
                }
            )
        )
    authorships = []
    for number in range(20000):
        chosen = rng.integers(0, 3000, int(rng.choice([0, 1, 2], p=[0.1, 0.75, 0.15])))
        listed = sorted({codes[i] for i in chosen})
        authorships.append(
            '{"author_position": "middle", "author": '
            + json.dumps(
                {
                    "id": f"https://openalex.org/A{5000000000 + number}",
                    "display_name": f"Author Number {number}",
                    "orcid": f"https://orcid.org/0000-0001-{number:08d}",
                }
            )
            + ', "institutions": ['
            + ", ".join(institutions[i] for i in chosen)
            + '], "countries": '
            + json.dumps(listed)
            + ', "is_corresponding": false, "raw_author_name": "A. Number", "raw_affiliation_strings": ["Department of '
            + f'Things, University number {number}"], "affiliations": []}}'
        )
    return topics, institutions, authorships


def _lines(start: int, works: int, rng: np.random.Generator) -> list[bytes]:
    topics, _, authorships = _pools(np.random.default_rng(99))
    authors = np.minimum(1 + rng.geometric(0.25, works), 30)
    kinds = rng.choice(["article", "review", "book-chapter", "dataset"], works, p=[0.78, 0.07, 0.1, 0.05])
    years = FIRST + (np.sqrt(rng.random(works)) * (LAST - FIRST + 1)).astype(int)
    ranks = rng.random(works)
    ranked = rng.random(works) < 0.9
    cited = rng.geometric(0.05, works) - 1
    lines = []
    for i in range(works):
        number = 2000000000 + start + i
        own = rng.integers(0, len(authorships), authors[i])
        about = rng.integers(0, len(topics), 0 if rng.random() < 0.05 else 3)
        rank = float(ranks[i])
        percentile = (
            f'{{"value": {rank:.8f}, "is_in_top_1_percent": {str(rank >= 0.99).lower()}, '
            f'"is_in_top_10_percent": {str(rank >= 0.9).lower()}}}'
            if ranked[i]
            else "null"
        )
        about_text = ", ".join(topics[t] for t in about)
        lines.append(
            (
                f'{{"id": "https://openalex.org/W{number}", "doi": "https://doi.org/10.1000/{number}", '
                f'"title": "A study of subject number {number}", "display_name": "A study of subject number {number}", '
                f'"publication_year": {years[i]}, "publication_date": "{years[i]}-06-01", '
                f'"ids": {{"openalex": "https://openalex.org/W{number}", "doi": "https://doi.org/10.1000/{number}"}}, '
                f'"language": "en", "primary_location": {{"is_oa": false, "landing_page_url": '
                f'"https://doi.org/10.1000/{number}", "pdf_url": null, "source": {{"id": '
                f'"https://openalex.org/S{number % 30000}", "display_name": "Journal", "type": "journal"}}}}, '
                f'"type": "{kinds[i]}", "open_access": {{"is_oa": false, "oa_status": "closed", "oa_url": null}}, '
                f'"authorships": [{", ".join(authorships[a] for a in own)}], '
                f'"cited_by_count": {cited[i]}, "citation_normalized_percentile": {percentile}, '
                f'"cited_by_percentile_year": {{"min": 90, "max": 91}}, "is_retracted": {str(i % 2000 == 7).lower()}, '
                f'"is_paratext": false, "primary_topic": {topics[about[0]] if len(about) else "null"}, '
                f'"topics": [{about_text}], "keywords": [], "concepts": [], "referenced_works_count": 3, '
                f'"referenced_works": ["https://openalex.org/W1", "https://openalex.org/W2"], '
                f'"counts_by_year": [{{"year": 2024, "cited_by_count": 1}}], "updated_date": "2025-01-01T00:00:00"}}\n'
            ).encode()
        )
    return lines
