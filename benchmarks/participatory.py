"""Participatory selection against pabutools: the same winners in the same order, then the cost of both.

Run with an interpreter that has pabutools, matplotlib and majung:
    PYTHONPATH=src python benchmarks/participatory.py             # a drawn election, 100 projects, 4,662 votes
    PYTHONPATH=src python benchmarks/participatory.py FILE.pb     # an election of your own, such as Warszawa 2021 Wawer
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from harness import RESULTS, compare, run

from majung.methods.pabulib import read_pabulib
from majung.methods.participatory import equal_shares, greedy

IMAGES = Path(__file__).parents[1] / "docs" / "methods" / "img"
PROJECTS, VOTES = 100, 4662

SETUP = """
from pathlib import Path
from majung.methods.pabulib import read_pabulib
from majung.methods.participatory import equal_shares, greedy
from pabutools.election import Cardinality_Sat, Cost_Sat
from pabutools.election.pabulib import parse_pabulib_from_string
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
text = Path({file!r}).read_text(encoding="utf-8")
"""
READ = """
election = read_pabulib(text)
instance, profile = parse_pabulib_from_string(text)
"""
OURS = {
    "greedy": "found = greedy(election, utility={utility!r}, ties='name')\n",
    "equal_shares": "found = equal_shares(election, utility={utility!r}, ties='name', completion='none')\n",
}
THEIRS = {
    "greedy": "theirs = greedy_utilitarian_welfare(instance, profile, sat_class={measure})\n",
    "equal_shares": "theirs = method_of_equal_shares(instance, profile, sat_class={measure})\n",
}
AGREE = "assert list(found.winners) == [project.name for project in theirs], (found, theirs)\n"


def drawn(projects: int, votes: int, seed: int = 2021) -> str:
    """An election with the shape of a city district: few cheap and popular projects, up to 15 approvals a voter."""
    rng = np.random.default_rng(seed)
    costs = np.round(np.exp(rng.normal(10.8, 1.1, projects)), -1).astype(int) + 1000
    popularity = rng.gamma(0.8, 1, projects) + 0.02
    lines = ["META", "key;value", f"budget;{int(costs.sum() * 0.28)}", "vote_type;approval", "PROJECTS"]
    lines += ["project_id;cost", *(f"{j};{cost}" for j, cost in enumerate(costs)), "VOTES", "voter_id;vote"]
    for voter in range(votes):
        size = min(int(rng.integers(1, 16)), projects)
        chosen = rng.choice(projects, size, replace=False, p=popularity / popularity.sum())
        lines.append(f"{voter};{','.join(map(str, chosen))}")
    return "\n".join(lines) + "\n"


def repeated(code: str, times: int) -> str:
    return f"for _ in range({times}):\n    " + code


def growth() -> None:
    """CPU seconds of ours against votes and projects."""
    rows: dict[str, list[dict[str, float]]] = {"votes": [], "projects": []}
    for axis, sizes in (("votes", (1000, 3000, 10000, 30000, 100000)), ("projects", (25, 50, 100, 200, 400))):
        for size in sizes:
            text = drawn(PROJECTS, size) if axis == "votes" else drawn(size, VOTES)
            marks = [time.process_time()]
            election = read_pabulib(text)
            marks.append(time.process_time())
            greedy(election, utility="cost", ties="name")
            marks.append(time.process_time())
            equal_shares(election, utility="cost", ties="name", completion="none")
            marks.append(time.process_time())
            names = ("read", "greedy", "equal shares")
            rows[axis].append({"size": size, **dict(zip(names, np.diff(marks).tolist(), strict=True))})
    (RESULTS / "participatory_growth.json").write_text(json.dumps(rows, indent=2) + "\n")
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
    for panel, axis in zip(panels, rows, strict=True):
        for name in ("read", "equal shares", "greedy"):
            panel.loglog([r["size"] for r in rows[axis]], [r[name] for r in rows[axis]], marker="o", label=name)
        panel.set_xlabel(f"{axis} ({PROJECTS} projects)" if axis == "votes" else f"{axis} ({VOTES:,} votes)")
        panel.grid(visible=True, which="both", alpha=0.2)
    panels[0].set_ylabel("CPU seconds")
    panels[0].legend(frameon=False)
    IMAGES.mkdir(parents=True, exist_ok=True)
    plt.rcParams["svg.hashsalt"] = "majung"
    figure.savefig(IMAGES / "participatory_growth.svg", metadata={"Date": None})


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "drawn.pb"
        if len(sys.argv) == 1:
            file.write_text(drawn(PROJECTS, VOTES), encoding="utf-8")
        setup = SETUP.format(file=str(file))
        suffix = "_own" if len(sys.argv) > 1 else ""
        for rule in OURS:
            for utility, measure in (("cost", "Cost_Sat"), ("cardinality", "Cardinality_Sat")):
                ours, theirs = OURS[rule].format(utility=utility), THEIRS[rule].format(measure=measure)
                run(setup + READ + ours + theirs + AGREE, threads=1)
                # Greedy takes milliseconds here: ours runs thirty times as often, and the ratio is that much too small.
                more, note = (30, "_ours_thirtyfold") if rule == "greedy" else (1, "")
                compare(
                    f"participatory_{rule}_{utility}{note}{suffix}",
                    repeated(ours, 3 * more),
                    {"pabutools": repeated(theirs, 3)},
                    setup=setup + READ,
                    threads=1,
                )
        compare(
            f"participatory_read{suffix}",
            repeated("read_pabulib(text)", 5),
            {"pabutools": repeated("parse_pabulib_from_string(text)", 5)},
            setup=setup,
            threads=1,
        )
    if len(sys.argv) == 1:
        growth()


if __name__ == "__main__":
    main()
