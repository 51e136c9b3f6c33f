"""Complexity, RCA to opportunity gain, against ecomplexity, econcomplex and economic-complexity.

Run with an interpreter that has those packages (pandas < 3), matplotlib and majung:
    PYTHONPATH=src python benchmarks/complexity.py            # agreement, one year, ten years: some ten minutes
    PYTHONPATH=src python benchmarks/complexity.py years      # ten years alone
    PYTHONPATH=src python benchmarks/complexity.py growth     # cost against size, and the pictures
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
from harness import RESULTS, Cost, run

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "methods" / "img"
ROWS, COLUMNS = 226, 5000

LOAD_HERE = f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
LOAD = """
import numpy as np
x = np.load({file!r})
rows, columns = [f"c{{i:04d}}" for i in range(x.shape[-2])], [f"p{{j:05d}}" for j in range(x.shape[-1])]
"""
WIDE = """
import pandas as pd
wide = pd.DataFrame(x, index=pd.Index(rows, name="loc"), columns=pd.Index(columns, name="prod"))
"""
LONG = """
import contextlib, io, warnings
long = wide.stack().rename("val").reset_index().assign(year=2020)
"""
OURS_SETUP = """
from majung.methods.complexity import MAJUNG, complexity, complexity_by_year, presence, rca
from majung.methods.labelled import labelled
"""
OURS = """
flows = labelled(x, rows, columns)
ratio = rca(flows)
found = complexity(labelled(presence(ratio, threshold=1), rows, columns), conventions=MAJUNG)
"""
TEN_YEARS = """
ratios = {str(t): rca(labelled(year, rows, columns)) for t, year in enumerate(x)}
present = {t: labelled(presence(ratio, threshold=1), rows, columns) for t, ratio in ratios.items()}
found = complexity_by_year(present, conventions=MAJUNG)
"""
BLAS = """
there = (x * x.sum() >= np.outer(x.sum(1), x.sum(0))).astype(float)
phi = there.T @ there
density = there @ phi
gain = (1 - there) @ phi
"""
PEERS = {
    "ecomplexity": (
        WIDE + LONG + "from ecomplexity import ecomplexity",
        """
with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
    warnings.simplefilter("ignore")
    found = ecomplexity(long, {"time": "year", "loc": "loc", "prod": "prod", "val": "val"}, verbose=False)
""",
    ),
    "econcomplex": (
        WIDE + LONG + "import econcomplex",
        """
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    found = econcomplex.compute_complexity(long, {"loc": "loc", "act": "prod", "val": "val"})
""",
    ),
    "economic-complexity": (
        WIDE + "import economic_complexity",
        """
ratio = economic_complexity.rca(wide)
eci, pci = economic_complexity.complexity(ratio)
phi = economic_complexity.proximity(ratio)
density = economic_complexity.relatedness(ratio, proximities=phi)
gain = economic_complexity.opportunity_gain(ratio, pci=pci, proximities=phi)
""",
    ),
}


def world(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """A nested table with noise: able rows do most columns, others the undemanding ones. No empty row or column."""
    rng = np.random.default_rng(seed)
    able, demanding = np.linspace(0, 1, rows)[:, None], np.linspace(0, 1, columns)
    chance = 0.02 + 0.98 / (1 + np.exp(-8 * (able - demanding)))
    x = np.exp(rng.normal(size=(rows, columns))) * (rng.random((rows, columns)) < chance)
    x[-1] += 0.5
    x[:, 0] += 0.5
    return x


def save(file: Path, rows: int, columns: int, years: int = 0) -> None:
    """Save one world, or a stack of them, from another process: a child's peak memory starts at its parent's size."""
    made = (
        f"np.stack([world({rows}, {columns}, seed) for seed in range({years})])"
        if years
        else f"world({rows}, {columns})"
    )
    run(f"{LOAD_HERE}from complexity import np, world; np.save({str(file)!r}, {made})")


def agree(rows: int = 60, columns: int = 400) -> None:
    """Assert that results are the same where conventions are, and that the known differences are what we say."""
    import ecomplexity
    import econcomplex
    import economic_complexity
    import pandas as pd

    from majung.methods import complexity as ours
    from majung.methods.labelled import labelled

    x = world(rows, columns)
    row_names, column_names = [f"c{i:03d}" for i in range(rows)], [f"p{j:03d}" for j in range(columns)]
    wide = pd.DataFrame(x, index=pd.Index(row_names, name="loc"), columns=pd.Index(column_names, name="prod"))
    long = wide.stack().rename("val").reset_index().assign(year=2020)
    ratio = ours.rca(labelled(x, row_names, column_names))
    there = ours.presence(ratio, threshold=1)
    m = labelled(there, row_names, column_names)

    def same(name: str, theirs: np.ndarray, mine: np.ndarray) -> None:
        worst = float(np.nanmax(np.abs(np.asarray(theirs) - mine)))
        assert worst < 1e-10, f"{name} differs by {worst}"

    def table(frame: pd.DataFrame, column: str) -> np.ndarray:
        return frame.sort_values(["loc", "prod"])[column].to_numpy().reshape(rows, columns)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ecomplexity.ecomplexity(
            long, {"time": "year", "loc": "loc", "prod": "prod", "val": "val"}, verbose=False
        )
    found, raw = ours.complexity(m, conventions=ours.ECOMPLEXITY), ours.eci_pci(m, scale="raw", ddof=0)
    same("ecomplexity rca", table(theirs, "rca"), ratio)
    same("ecomplexity eci", table(theirs, "eci")[:, 0], found.eci)
    same("ecomplexity pci", table(theirs, "pci")[0], found.pci)
    same("ecomplexity density", table(theirs, "density"), found.density)
    same("ecomplexity coi", table(theirs, "coi")[:, 0], (found.coi - found.coi.mean()) / found.coi.std())
    same("ecomplexity cog", table(theirs, "cog"), found.gain / raw.eci.std())

    theirs = econcomplex.compute_complexity(long, {"loc": "loc", "act": "prod", "val": "val"})
    found = ours.complexity(m, conventions=ours.ECONCOMPLEX)
    same("econcomplex eci", table(theirs, "eci")[:, 0], found.eci)
    same("econcomplex pci", table(theirs, "pci")[0], found.pci)
    same("econcomplex density", table(theirs, "density") / 100, found.density)
    same("econcomplex coi", table(theirs, "coi")[:, 0], found.coi)
    # Its gain divides by the total proximity of the column entered, not of the column whose density grows.
    phi = ours.proximity(m, diagonal=0)
    lacking = 1.0 - there
    same("econcomplex cog", table(theirs, "cog"), (lacking * found.pci) @ (phi / phi.sum(axis=0)) * lacking)
    assert np.abs(table(theirs, "cog") - found.gain).max() > 0.01

    r = economic_complexity.rca(wide)
    eci, pci = economic_complexity.complexity(r)
    their_phi = economic_complexity.proximity(r)
    density = economic_complexity.relatedness(r, proximities=their_phi)
    gain = economic_complexity.opportunity_gain(r, pci=pci, proximities=their_phi).to_numpy()
    found = ours.complexity(m, conventions=ours.ECONOMIC_COMPLEXITY)
    same("economic-complexity proximity", their_phi.to_numpy(), phi)
    same("economic-complexity density", density.to_numpy(), found.density)
    relative = economic_complexity.relative_relatedness(r, proximities=their_phi).to_numpy()
    same("economic-complexity relative", relative, ours.relative_relatedness(found.density, m, ddof=1))
    # Twenty reflections come near the eigenvector where the eigengap is wide, as here.
    assert np.corrcoef(eci, found.eci)[0, 1] > 0.9999
    # The same other divisor, and a value also where the column is present.
    weight = pci.to_numpy()
    same("economic-complexity gain", gain, (lacking * weight) @ (phi / phi.sum(axis=0)) - found.density * weight)


def cost(file: Path, setup: str, code: str, repeats: int, runs: int, threads: int) -> Cost:
    """Median cost of `code` alone, without imports and data; repeated inside the process when it is short."""
    load = LOAD.format(file=str(file)) + setup
    body = f"for _ in range({repeats}):\n" + "".join(f"    {line}\n" for line in code.strip().splitlines())
    pairs = [(run(load, threads=threads), run(load + "\n" + body, threads=threads)) for _ in range(runs)]
    return Cost(
        statistics.median((o.wall - b.wall) / repeats for b, o in pairs),
        statistics.median((o.cpu - b.cpu) / repeats for b, o in pairs),
        statistics.median(o.peak_mb for _, o in pairs),
    )


def one_year(folder: Path) -> dict[str, object]:
    """CPU and peak memory at 226 x 5,000, one thread."""
    file = folder / "year.npy"
    save(file, ROWS, COLUMNS)
    rows: dict[str, object] = {}
    mine = cost(file, OURS_SETUP, OURS, repeats=10, runs=5, threads=1)
    alone = cost(file, OURS_SETUP, OURS, repeats=1, runs=3, threads=1)
    mine = Cost(mine.wall, mine.cpu, alone.peak_mb)
    blas = cost(file, "", BLAS, repeats=2, runs=3, threads=1)
    rows["majung"] = asdict(mine)
    rows["three dense products"] = asdict(blas) | {"cpu_ratio": blas.cpu / mine.cpu}
    print(f"majung: {mine}\nthree dense products alone: {blas}, {blas.cpu / mine.cpu:.2f} times our CPU")
    for package, (setup, code) in PEERS.items():
        quick = package == "economic-complexity"
        theirs = cost(file, setup, code, repeats=1, runs=5 if quick else 1, threads=1)
        rows[package] = asdict(theirs) | {
            "cpu_ratio": theirs.cpu / mine.cpu,
            "peak_ratio": theirs.peak_mb / mine.peak_mb,
        }
        print(f"{package}: {theirs}, {theirs.cpu / mine.cpu:.1f} times our CPU")
    return rows


def ten_years(folder: Path) -> dict[str, object]:
    """Wall clock and peak memory of ten years, all results kept, with one and with two BLAS threads."""
    file = folder / "years.npy"
    save(file, ROWS, COLUMNS, years=10)
    found = {f"threads {n}": asdict(cost(file, OURS_SETUP, TEN_YEARS, repeats=1, runs=3, threads=n)) for n in (1, 2)}
    print(f"ten years: {found}")
    return found | {"load average at the end": os.getloadavg()[0]}


def growth(folder: Path) -> None:
    """Cost against the number of columns; each package from where it costs more than its imports do, to a minute."""
    sizes = {
        "majung": [500, 1000, 2000, 5000, 10000, 20000],
        "economic-complexity": [1000, 2000, 5000, 10000],
        "econcomplex": [500, 1000, 2000],
        "ecomplexity": [500, 1000, 2000],
    }
    points: dict[str, list[dict[str, float]]] = {}
    for package, columns in sizes.items():
        setup, code = (OURS_SETUP, OURS) if package == "majung" else PEERS[package]
        points[package] = []
        for p in columns:
            file = folder / f"{p}.npy"
            save(file, ROWS, p)
            repeats = max(1, 20000 // p) if package == "majung" else 1
            spent = cost(file, setup, code, repeats=repeats, runs=2, threads=1)
            points[package].append({"columns": p, "cpu": spent.cpu, "peak_mb": spent.peak_mb})
            print(f"{package} {ROWS} x {p}: {spent}", flush=True)
    (RESULTS / "complexity_growth.json").write_text(json.dumps(points, indent=2) + "\n")


def pictures() -> None:
    """Draw the stored growth, and rank intervals of a made-up world."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    from majung.methods.complexity import rank_intervals
    from majung.methods.labelled import labelled

    plt.rcParams.update({"svg.hashsalt": "majung", "font.size": 9, "svg.fonttype": "none"})
    points = json.loads((RESULTS / "complexity_growth.json").read_text())
    figure, panels = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    for panel, what, label in zip(panels, ("cpu", "peak_mb"), ("CPU seconds", "peak memory, MB"), strict=True):
        for (package, found), colour in zip(points.items(), ("#0b5394", "#6aa84f", "#e69138", "#990000"), strict=True):
            x, y = [f["columns"] for f in found], [f[what] for f in found]
            width = 2 if package == "majung" else 1
            panel.loglog(x, y, "o-", color=colour, markersize=4, linewidth=width, label=package)
        panel.set_xlabel(f"columns ({ROWS} rows)")
        panel.set_title(label, loc="left", fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.3)
    panels[1].legend(frameon=False, loc="upper left")
    figure.savefig(IMAGES / "complexity-growth.svg", metadata={"Date": None})

    x = world(40, 400, seed=3)
    table = labelled(x, [f"c{i:02d}" for i in range(40)], [f"p{j:03d}" for j in range(400)])
    found = rank_intervals(
        table,
        of="eci",
        thresholds=[1.0],
        resample=True,
        noise=0.3,
        replicates=300,
        level=0.9,
        rng=np.random.default_rng(0),
    )
    order = np.argsort(found.rank, kind="stable")
    figure, panel = plt.subplots(figsize=(8, 2.8), layout="constrained")
    place = np.arange(order.size)
    panel.vlines(place, found.low[order], found.high[order], color="#9fc5e8", linewidth=6)
    panel.plot(place, found.rank[order], "o", color="#0b5394", markersize=3)
    panel.set_xticks(place, [found.labels[i] for i in order], rotation=90, fontsize=7)
    panel.set(ylabel="rank of ECI", ylim=(41, 0), yticks=[1, 10, 20, 30, 40])
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(IMAGES / "complexity-ranks.svg", metadata={"Date": None})


def main() -> None:
    """Agreement first, then cost."""
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        if sys.argv[1:] == ["growth"]:
            growth(Path(name))
            pictures()
            return
        if sys.argv[1:] == ["years"]:
            stored = json.loads((RESULTS / "complexity.json").read_text())
            stored["ten years"] = ten_years(Path(name))
            (RESULTS / "complexity.json").write_text(json.dumps(stored, indent=2) + "\n")
            return
        run(LOAD_HERE + "from complexity import agree; agree()")
        print("results agree where conventions do")
        results = {"one year": one_year(Path(name)), "ten years": ten_years(Path(name))}
    (RESULTS / "complexity.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
