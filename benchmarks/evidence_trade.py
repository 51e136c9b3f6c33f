"""200 million trade rows in Parquet to every input of economic complexity, on two cores within 6 GB.

PYTHONPATH=src python benchmarks/evidence_trade.py [ROWS]     # some ten minutes; 3 GB of disk, removed at the end

Rows are made up in the shape of BACI: year, exporter, importer, product at 6 digits, value in thousand USD with three
decimals; 18 years, 226 countries, 5,000 products. What comes out: amounts, RCA and presence of each year, country and
product; margins, diversity, ubiquity; and the co-occurrence and proximity of each pair of products in each year, as
Parquet. One year is recomputed with pandas and the methods' own functions and must agree.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from harness import RESULTS, run

ROWS = 200_000_000
YEARS = range(2003, 2021)
COUNTRIES, PRODUCTS = 226, 5000

# A country's reach falls with its number; each has its own products; a value depends on both and on the partner.
YEAR = f"""
COPY (
  SELECT {{year}} AS year, 'C' || lpad(CAST(c AS VARCHAR), 3, '0') AS country,
         'C' || lpad(CAST(hash(i, 3) % {COUNTRIES} AS VARCHAR), 3, '0') AS partner,
         lpad(CAST(p AS VARCHAR), 6, '0') AS code,
         round(exp(6 * (hash(c, p, 17) % 1000003) / 1000003.0
                   + 3 * (hash(i, {{year}}) % 1000003) / 1000003.0), 3) AS value
  FROM (
    SELECT i, CAST(floor({COUNTRIES} * power((hash(i, {{year}}, 1) % 1000003) / 1000003.0, 2)) AS INTEGER) AS c,
           CAST(hash(i, 2) % {PRODUCTS} AS INTEGER) AS p
    FROM range({{first}}, {{last}}) t(i)
  )
) TO '{{path}}' (FORMAT parquet, COMPRESSION zstd)
"""  # noqa: S608

WORK = """
import json, time
from majung.evidence.engine import complexity_inputs, connect
start = time.perf_counter()
with connect("duckdb", memory="3500MB", threads=2, temp={temp!r}) as engine:
    inputs = complexity_inputs(engine.read({source!r}))
    engine.write(inputs.cells, {out!r} + "/cells.parquet")
    engine.write(inputs.rows, {out!r} + "/rows.parquet")
    engine.write(inputs.columns, {out!r} + "/columns.parquet")
    engine.write(inputs.totals, {out!r} + "/totals.parquet")
    cells = time.perf_counter() - start
    engine.write(inputs.proximity(), {out!r} + "/pairs.parquet")
    spilled = engine.backend.raw_sql("SELECT coalesce(sum(size), 0) FROM duckdb_temporary_files()").fetchone()[0]
print(json.dumps({{"cells": cells, "all": time.perf_counter() - start, "spilled_mb_at_the_end": spilled / 1e6}}))
"""


def make(folder: Path, rows: int) -> str:
    """Write one Parquet file a year; returns the pattern that names them."""
    import duckdb

    database = duckdb.connect(config={"memory_limit": "2GB", "threads": 2, "preserve_insertion_order": False})
    each = rows // len(YEARS)
    for number, year in enumerate(YEARS):
        path = folder / f"trade_{year}.parquet"
        database.execute(YEAR.format(year=year, first=number * each, last=(number + 1) * each, path=path))
    return str(folder / "trade_*.parquet")


def agree(source: str, out: Path) -> None:
    """The last year, by pandas and the methods' own functions."""
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    from majung.evidence.engine import matrix
    from majung.methods.complexity import presence, proximity, rca

    year = YEARS[-1]
    flows = pd.read_parquet(source.replace("*", str(year)), columns=["country", "code", "value"])
    x = matrix(flows.groupby(["country", "code"], as_index=False)["value"].sum())
    cells = pq.read_table(out / "cells.parquet", filters=[("year", "==", year)]).to_pandas()
    found = matrix(cells)
    assert (found.rows, found.columns) == (x.rows, x.columns)
    np.testing.assert_allclose(found.values, x.values, rtol=1e-12)
    wanted = rca(x)
    np.testing.assert_allclose(matrix(cells, value="rca").values, wanted, rtol=1e-10)
    there = presence(wanted, threshold=1)
    phi = proximity(there, diagonal=0)
    pairs = pq.read_table(out / "pairs.parquet", filters=[("year", "==", year)]).to_pandas()
    place = {code: i for i, code in enumerate(x.columns)}
    i, j = pairs["code"].map(place).to_numpy(), pairs["other"].map(place).to_numpy()
    np.testing.assert_allclose(pairs["proximity"], phi[i, j], rtol=1e-12)
    assert len(pairs) == np.count_nonzero(np.triu(phi, 1))
    print(f"{year}: {len(cells)} cells and {len(pairs)} pairs agree")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    RESULTS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="majung-trade-", dir=os.environ.get("MAJUNG_BENCH_TEMP")))
    try:
        start = time.perf_counter()
        source = make(folder, rows)
        size = sum(path.stat().st_size for path in folder.glob("*.parquet"))
        print(f"{rows:,} rows, {size / 1e9:.2f} GB, made in {time.perf_counter() - start:.0f} s", flush=True)
        out = folder / "out"
        out.mkdir()
        load = os.getloadavg()[0]
        code = WORK.format(source=source, temp=str(folder / "spill"), out=str(out))
        cost = run(code + "\n", threads=2)
        import pyarrow.parquet as pq

        counts = {path.stem: pq.read_metadata(path).num_rows for path in sorted(out.glob("*.parquet"))}
        found = {"rows": rows, "parquet_gb": size / 1e9, **asdict(cost), "results": counts, "load_before": load}
        print(json.dumps(found, indent=2), flush=True)
        agree(source, out)
        name = "evidence_trade" if rows == ROWS else f"evidence_trade_{rows}"
        (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
