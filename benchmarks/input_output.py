"""Input-output multipliers of a multi-regional table against pymrio, and how the cost grows with the table.

Run with an interpreter that has pymrio, scipy and matplotlib, and src on PYTHONPATH:
`PYTHONPATH=src python benchmarks/input_output.py`
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
from harness import RESULTS, compare, run

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "input_output.md"
PICTURES = PAGE.parent / "img"

# 76 regions of 45 sectors, as in the OECD's inter-country table: 3,420 sectors. Imports of both sides belong to the
# setup, so that work is compared with work; both read the same array of flows. Memory is the whole process's.
SETUP = """
import numpy as np, pandas as pd, pymrio, scipy.linalg
import majung.methods.input_output as io
regions, per_region = {regions}, {per_region}
n = regions * per_region
rng = np.random.default_rng(20141101)
Z = rng.random((n, n), dtype=np.float32).astype(np.float64)
for power in range(3):
    Z *= Z
home = np.repeat(np.arange(regions), per_region)
for r in range(regions):
    Z[r * per_region:(r + 1) * per_region, r * per_region:(r + 1) * per_region] *= regions
Y = rng.random((n, regions)) * Z.sum(axis=1)[:, None] / regions
x = Z.sum(axis=1) + Y.sum(axis=1)
v = x - Z.sum(axis=0)
assert (v > 0).mean() > 0.9
jobs, carbon = rng.random((2, n)) * x
region_names = [f"R{{r}}" for r in home]
names = [f"R{{r}} s{{i}}" for r in range(regions) for i in range(per_region)]
index = pd.MultiIndex.from_product(
    [[f"R{{r}}" for r in range(regions)], [f"s{{i}}" for i in range(per_region)]], names=["region", "sector"])
y_index = pd.MultiIndex.from_product([[f"R{{r}}" for r in range(regions)], ["final"]], names=["region", "category"])
Zf = pd.DataFrame(Z, index=index, columns=index, copy=False)
Yf = pd.DataFrame(Y, index=index, columns=y_index, copy=False)
Ff = pd.DataFrame(np.stack([v, jobs, carbon]), index=["value added", "jobs", "carbon"], columns=index)
Ff.index.name = "stressor"
"""

OURS = """
table = io.io_table(names, Z, x, v)
m = io.leontief_multipliers(table, {"jobs": jobs, "carbon": carbon})
f = io.footprints(table, region_names, Y, {"jobs": jobs, "carbon": carbon})
"""

OURS_MORE = (
    OURS
    + """
l = io.linkages(table)
r = io.regional_multipliers(table, region_names, {"jobs": jobs, "carbon": carbon})
g = io.ghosh_multipliers(table, {"jobs": jobs, "carbon": carbon})
"""
)

OURS_WITH_INVERSE = OURS + "L = io.leontief_inverse(table)\n"

THEIRS = """
system = pymrio.IOSystem(Z=Zf, Y=Yf)
system.satellite = pymrio.Extension("satellite", F=Ff)
system.calc_all()
"""

AGREE = (
    OURS_MORE
    + "L = io.leontief_inverse(table)\n"
    + THEIRS
    + """
s = system.satellite
close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9 * np.abs(b).max())
close(L, system.L.to_numpy())
close(m.production, system.L.to_numpy().sum(axis=0))
close(np.stack([m.value_added, m.satellites["jobs"], m.satellites["carbon"]]), s.M.to_numpy())
by_consumer = [f["value_added"], f["jobs"], f["carbon"]]
close(np.stack([b.sum(axis=0) for b in by_consumer]), s.D_cba_reg.to_numpy())
close(np.stack([b.sum(axis=1) for b in by_consumer]), s.D_pba_reg.to_numpy())
close(np.stack([b.sum(axis=0) - np.diag(b) for b in by_consumer]), s.D_imp_reg.to_numpy())
close(np.stack([b.sum(axis=1) - np.diag(b) for b in by_consumer]), s.D_exp_reg.to_numpy())
close(r.total("jobs"), m.satellites["jobs"])
"""
)


def repeated(code: str, times: int) -> str:
    """The same work several times, so that it outweighs the noise of importing pandas. Nothing is kept in between."""
    return f"for _ in range({times}):\n" + textwrap.indent(code, "    ")


def growth() -> None:
    """Cost of both sides at 45 sectors a region, stored and drawn. The largest size is ours alone.

    CPU time is read inside the process, after the setup, so that small sizes do not drown in the noise of imports.
    """
    points: dict[str, list[dict[str, float]]] = {"majung": [], "majung, all of L": [], "pymrio": []}
    for regions, times in ((10, 20), (20, 10), (40, 4), (76, 2), (150, 1)):
        for name, code in (("majung", OURS), ("majung, all of L", OURS_WITH_INVERSE), ("pymrio", THEIRS)):
            if name == "pymrio" and regions > 76:
                continue
            with tempfile.NamedTemporaryFile() as seconds:
                clock = "import time\nstart = time.process_time()\n"
                stop = f"open({seconds.name!r}, 'w').write(str(time.process_time() - start))\n"
                cost = run(
                    SETUP.format(regions=regions, per_region=45) + clock + repeated(code, times) + stop, threads=1
                )
                cpu = float(Path(seconds.name).read_text()) / times
            points[name].append({"n": regions * 45, "cpu": cpu, "peak_mb": cost.peak_mb})
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "input_output_growth.json").write_text(json.dumps(points, indent=2) + "\n")
    growth_picture(points)


def growth_picture(points: dict[str, list[dict[str, float]]]) -> None:
    """Log-log cost, with the sizes and round values as ticks."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    sizes = [int(point["n"]) for point in points["majung"]]
    for panel, key, label, ticks in (
        (panels[0], "cpu", "CPU seconds", (0.01, 0.1, 1, 10)),
        (panels[1], "peak_mb", "peak memory, MB", (200, 400, 800, 1600)),
    ):
        for name, row in points.items():
            panel.loglog([p["n"] for p in row], [p[key] for p in row], marker="o", label=name)
        panel.minorticks_off()
        panel.set_xticks(sizes, [f"{size:,}" for size in sizes])
        panel.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        panel.set_xlabel("sectors")
        panel.set_title(label, loc="left", fontsize=10)
        panel.grid(visible=True, alpha=0.3)
    panels[0].legend(frameon=False)
    save(figure, "input_output_growth.svg")


def linkages_picture() -> None:
    """The page's own table: one backward and two forward indices a sector."""
    page: dict[str, object] = {}
    exec(re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL).group(1), page)  # noqa: S102
    table = page["germany"]
    found = page["io"].linkages(table)
    figure, panel = plt.subplots(figsize=(7, 3.2), layout="constrained")
    rows = range(len(table.sectors))
    panel.axvline(1, color="0.8", linewidth=1)
    for values, marker, label in (
        (found.power_of_dispersion, "s", "backward (power of dispersion)"),
        (found.sensitivity_of_dispersion, "o", "forward, Leontief (sensitivity of dispersion)"),
        (found.sensitivity_ghosh, "D", "forward, Ghosh"),
    ):
        panel.scatter(values, rows, marker=marker, label=label, zorder=3)
    panel.hlines(
        rows, found.sensitivity_of_dispersion, found.sensitivity_ghosh, color="0.7", linewidth=1, linestyle="dotted"
    )
    panel.set_yticks(rows, table.sectors)
    panel.invert_yaxis()
    panel.set_xlabel("index, mean of all sectors = 1 (Germany 1995)")
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    figure.legend(frameon=False, loc="outside upper left", fontsize=8)
    save(figure, "input_output_linkages.svg")


def save(figure: plt.Figure, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    plt.rcParams["svg.hashsalt"] = "majung"  # the same picture gives the same file
    figure.savefig(PICTURES / name, metadata={"Date": None})


def main() -> None:
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1] / "src"))
    full = SETUP.format(regions=76, per_region=45)
    run(SETUP.format(regions=20, per_region=45) + AGREE, threads=1)
    compare("input_output", repeated(OURS, 3), {"pymrio": repeated(THEIRS, 3)}, setup=full, runs=5, threads=1)
    compare(
        "input_output_inverse", repeated(OURS_WITH_INVERSE, 3), {"pymrio": repeated(THEIRS, 3)}, setup=full, threads=1
    )
    growth()
    linkages_picture()


if __name__ == "__main__":
    main()
