"""Draw the stored growth of the evidence benchmarks (needs matplotlib)."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
IMAGES = Path(__file__).parent.parent / "docs" / "img"
COLOURS = {"majung": "#0b5394", "polars": "#6aa84f", "pandas": "#990000"}


def draw() -> None:
    """docs/img/engine-growth.svg: CPU seconds and peak memory against works, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"svg.hashsalt": "majung", "font.size": 9, "svg.fonttype": "none"})
    points = json.loads((RESULTS / "evidence_openalex_growth.json").read_text())
    figure, panels = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    for panel, what, label in zip(panels, ("cpu", "peak_mb"), ("CPU seconds", "peak memory, MB"), strict=True):
        for package, found in points.items():
            x, y = [f["works"] for f in found], [f[what] for f in found]
            panel.loglog(x, y, "o-", color=COLOURS[package], markersize=4, label=package)
        panel.set_xlabel("works (gzip JSON lines)")
        panel.set_title(label, loc="left", fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.3)
    panels[1].axhline(1500, color="black", lw=0.6, ls=":")
    panels[1].annotate("bar: 1.5 GB", (points["majung"][0]["works"], 1500), xytext=(0, 3), textcoords="offset points")
    panels[0].legend(frameon=False, loc="upper left")
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / "engine-growth.svg", metadata={"Date": None})


if __name__ == "__main__":
    draw()
