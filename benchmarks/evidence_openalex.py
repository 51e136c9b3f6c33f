"""OpenAlex works (gzip, nested) to topic × country × year × citation rank, against pandas and Polars.

Run with an interpreter that has polars, pandas, matplotlib and majung's base packages:
    PYTHONPATH=src python benchmarks/evidence_openalex.py           # agreement, 500,000 works: some fifteen minutes
    PYTHONPATH=src python benchmarks/evidence_openalex.py pandas    # pandas on all 500,000 too: some ten minutes more
    PYTHONPATH=src python benchmarks/evidence_openalex.py growth    # cost against size, to 5 million works

The works are made up in the real shape (evidence_works.py). Sizes beyond 500,000 are the same files named again: the
query keeps nothing of a work, so that ten copies cost what ten times as many works do. The folder MAJUNG_BENCH_WORKS
keeps the files from run to run.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from evidence_pictures import draw
from evidence_works import write_works
from harness import RESULTS, Cost, run

HERE = Path(__file__).parent
WORKS, PER_FILE = 500_000, 50_000
THREADS = 2

HEAD = f"import os, sys\nsys.path.insert(0, {str(HERE)!r})\npaths = {{paths!r}}\n"

OURS = """
from majung.evidence.engine import connect, fractional_counts, openalex_works
with connect("duckdb", memory="1GB", threads=2) as engine:
    found = engine.collect(fractional_counts(openalex_works(engine, paths)))
"""

POLARS = """
from evidence_openalex import polars_counts
found = polars_counts(paths)
"""

PANDAS = """
from evidence_openalex import pandas_counts
found = pandas_counts(paths)
"""

MEASURES = ("articles", "articles_ranked", "articles_top10", "articles_top1")


def polars_counts(paths: list[str]):
    """The same table with Polars: lazy, its streaming engine, the schema given so that only it is parsed."""
    import polars as pl

    ident = pl.Struct({"id": pl.String})
    schema = {
        "publication_year": pl.Int64,
        "type": pl.String,
        "is_retracted": pl.Boolean,
        "is_paratext": pl.Boolean,
        "authorships": pl.List(
            pl.Struct(
                {"institutions": pl.List(pl.Struct({"country_code": pl.String})), "countries": pl.List(pl.String)}
            )
        ),
        "topics": pl.List(ident),
        "citation_normalized_percentile": pl.Struct({"value": pl.Float64}),
    }
    works = pl.scan_ndjson(paths, schema=schema).filter(
        pl.col("type").is_in(["article", "review"])
        & ~pl.col("is_retracted").fill_null(False)
        & ~pl.col("is_paratext").fill_null(False)
        & pl.col("publication_year").is_not_null()
    )
    flat = works.select(
        year="publication_year",
        rank=pl.col("citation_normalized_percentile").struct.field("value"),
        authorships=pl.col("authorships"),
        n_authors=pl.max_horizontal(pl.col("authorships").list.len(), 1),
        topics="topics",
        n_topics=pl.max_horizontal(pl.col("topics").list.len(), 1),
    ).explode("authorships", empty_as_null=True)
    listed = pl.col("authorships").struct.field("countries").list.unique()
    of_institutions = (
        pl.col("authorships")
        .struct.field("institutions")
        .list.eval(pl.element().struct.field("country_code"))
        .list.drop_nulls()
        .list.unique()
    )
    flat = flat.with_columns(
        country=pl.when(listed.list.len() > 0).then(listed).otherwise(of_institutions),
    ).with_columns(n_places=pl.max_horizontal(pl.col("country").list.len(), 1))
    flat = flat.explode("country", empty_as_null=True).explode("topics", empty_as_null=True)
    weight = 1.0 / (pl.col("n_authors") * pl.col("n_places") * pl.col("n_topics")).cast(pl.Float64)
    rank = pl.col("rank")
    counted = (
        flat.with_columns(weight=weight, code=pl.col("topics").struct.field("id"))
        .group_by("country", "code", "year")
        .agg(
            articles=pl.col("weight").sum(),
            articles_ranked=pl.col("weight").filter(rank.is_not_null()).sum(),
            articles_top10=pl.col("weight").filter(rank >= 0.9).sum(),
            articles_top1=pl.col("weight").filter(rank >= 0.99).sum(),
        )
        .collect(engine="streaming")
    )
    long = counted.unpivot(index=["country", "code", "year"], variable_name="measure").filter(pl.col("value") > 0)
    return long.with_columns(pl.col("code").str.replace("^.*/", "")).to_pandas()


def pandas_counts(paths: list[str]):
    """The same table with pandas, file by file: `read_json(lines=True)`, then explode and group."""
    import pandas as pd

    parts = []
    for path in paths:
        works = pd.read_json(path, lines=True, dtype=False, convert_dates=False)
        works = works[
            works["type"].isin(["article", "review"]) & ~works["is_retracted"].eq(True) & ~works["is_paratext"].eq(True)
        ]
        rank = works["citation_normalized_percentile"].map(
            lambda p: p["value"] if isinstance(p, dict) else float("nan")
        )
        flat = pd.DataFrame(
            {
                "year": works["publication_year"],
                "rank": rank,
                "authorship": works["authorships"],
                "code": works["topics"].map(lambda topics: [t["id"] for t in topics]),
            }
        )
        flat["n_authors"] = flat["authorship"].str.len().clip(lower=1)
        flat["n_topics"] = flat["code"].str.len().clip(lower=1)
        flat = flat.explode("authorship")
        flat["country"] = flat["authorship"].map(
            lambda a: (
                (a["countries"] or list({i["country_code"] for i in a["institutions"] if i["country_code"]}))
                if isinstance(a, dict)
                else []
            )
        )
        flat["n_places"] = flat["country"].str.len().clip(lower=1)
        flat = flat.drop(columns="authorship").explode("country").explode("code")
        flat["articles"] = 1.0 / (flat["n_authors"] * flat["n_places"] * flat["n_topics"])
        flat["articles_ranked"] = flat["articles"].where(flat["rank"].notna())
        flat["articles_top10"] = flat["articles"].where(flat["rank"] >= 0.9)
        flat["articles_top1"] = flat["articles"].where(flat["rank"] >= 0.99)
        parts.append(flat.groupby(["country", "code", "year"], dropna=False)[list(MEASURES)].sum())
    counted = pd.concat(parts).groupby(level=[0, 1, 2], dropna=False).sum()
    long = counted.reset_index().melt(["country", "code", "year"], var_name="measure")
    long = long[long["value"] > 0]
    return long.assign(code=long["code"].str.replace("^.*/", "", regex=True))


def agree(paths: list[str]) -> None:
    """All three give the same table, up to the order in which floats are added."""
    from majung.evidence.countries import countries
    from majung.evidence.engine import connect, fractional_counts, openalex_works

    with connect("duckdb", memory="1GB", threads=THREADS) as engine:
        ours = engine.collect(fractional_counts(openalex_works(engine, paths)))
    alpha3 = {c.alpha2: c.alpha3 for c in countries().values()}
    key = ["country", "code", "year", "measure"]

    def plain(frame):
        frame = frame[[*key, "value"]].copy()
        for name in ("country", "code"):
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "-")
        return frame.sort_values(key).reset_index(drop=True)

    mine = plain(ours)
    for name, frame in (("polars", polars_counts(paths)), ("pandas", pandas_counts(paths))):
        theirs = plain(frame.assign(country=frame["country"].map(alpha3)))
        assert len(theirs) == len(mine), (name, len(theirs), len(mine))
        assert (theirs[key].astype(str) == mine[key].astype(str)).all().all(), name
        worst = float((theirs["value"] - mine["value"]).abs().max())
        assert worst < 1e-8, (name, worst)
    print(f"three tables of {len(mine)} rows agree")


def measured(paths: list[str], code: str, runs: int) -> tuple[Cost, list[Cost]]:
    costs = [run(HEAD.format(paths=paths) + code, threads=THREADS) for _ in range(runs)]
    median = Cost(*(statistics.median(getattr(c, f) for c in costs) for f in ("wall", "cpu", "peak_mb")))
    return median, costs


def folder() -> Path:
    kept = os.environ.get("MAJUNG_BENCH_WORKS")
    place = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="majung-works-"))
    if not list(place.glob("part_*.gz")):
        write_works(place, WORKS, per_file=PER_FILE)
    return place


def files(works: int) -> list[str]:
    """Files that hold so many works; beyond WORKS the same ones again under other names."""
    place = folder()
    own = sorted(place.glob("part_*.gz"))
    wanted = works // PER_FILE
    copies = place / "copies"
    copies.mkdir(exist_ok=True)
    paths = list(own[:wanted])
    while len(paths) < wanted:
        link = copies / f"copy_{len(paths):04d}.gz"
        if not link.exists():
            link.hardlink_to(own[len(paths) % len(own)])
        paths.append(link)
    return [str(path) for path in paths]


def side_by_side() -> None:
    """500,000 works: ours and Polars in turn; pandas once, on a fifth, for it takes minutes."""
    paths = files(WORKS)
    pairs = [(measured(paths, OURS, 1)[0], measured(paths, POLARS, 1)[0]) for _ in range(3)]
    fifth = files(WORKS // 5)
    small, pandas = measured(fifth, OURS, 3)[0], measured(fifth, PANDAS, 1)[0]
    found = {
        "works": WORKS,
        "ours": asdict(Cost(*(statistics.median(getattr(o, f) for o, _ in pairs) for f in ("wall", "cpu", "peak_mb")))),
        "polars": asdict(
            Cost(*(statistics.median(getattr(p, f) for _, p in pairs) for f in ("wall", "cpu", "peak_mb")))
        ),
        "polars_cpu_ratio": statistics.median(p.cpu / o.cpu for o, p in pairs),
        "polars_wall_ratio": statistics.median(p.wall / o.wall for o, p in pairs),
        "polars_peak_ratio": statistics.median(p.peak_mb / o.peak_mb for o, p in pairs),
        "a fifth": {
            "works": WORKS // 5,
            "ours": asdict(small),
            "pandas": asdict(pandas),
            "pandas_cpu_ratio": pandas.cpu / small.cpu,
            "pandas_wall_ratio": pandas.wall / small.wall,
        },
    }
    (RESULTS / "evidence_openalex.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


def pandas_on_the_whole() -> None:
    """pandas once on all 500,000 works, ours before it; added to the stored results.

    It reads file by file, so that its memory is that of one file of 50,000 works, not of all of them.
    """
    paths = files(WORKS)
    ours, pandas = measured(paths, OURS, 1)[0], measured(paths, PANDAS, 1)[0]
    place = RESULTS / "evidence_openalex.json"
    found = json.loads(place.read_text()) | {
        "pandas on the whole": {
            "works": WORKS,
            "ours": asdict(ours),
            "pandas": asdict(pandas),
            "pandas_cpu_ratio": pandas.cpu / ours.cpu,
            "pandas_wall_ratio": pandas.wall / ours.wall,
            "pandas_peak_ratio": pandas.peak_mb / ours.peak_mb,
            "load": os.getloadavg()[2],
        }
    }
    place.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found["pandas on the whole"], indent=2))


def growth() -> None:
    """Cost against the number of works."""
    points: dict[str, list[dict[str, float]]] = {"majung": [], "polars": [], "pandas": []}
    for works in (50_000, 100_000, 500_000, 1_000_000, 2_000_000, 5_000_000):
        points["majung"].append({"works": works, **asdict(measured(files(works), OURS, 1)[0])})
        print(points["majung"][-1], flush=True)
    for works in (50_000, 100_000, 500_000):
        points["polars"].append({"works": works, **asdict(measured(files(works), POLARS, 1)[0])})
    for works in (50_000, 100_000):
        points["pandas"].append({"works": works, **asdict(measured(files(works), PANDAS, 1)[0])})
    (RESULTS / "evidence_openalex_growth.json").write_text(json.dumps(points, indent=2) + "\n")
    draw()


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    if sys.argv[1:] in (["growth"], ["pandas"]):
        growth() if sys.argv[1] == "growth" else pandas_on_the_whole()
        return
    agree(files(PER_FILE))
    side_by_side()


if __name__ == "__main__":
    main()
