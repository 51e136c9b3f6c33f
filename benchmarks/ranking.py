"""SMAA against pysensmcda, PROMETHEE II against pymcdm, AHP against pyDecision and AHPy, and how their cost grows.

Run with an interpreter that has the packages of requirements.in: `PYTHONPATH=src python benchmarks/ranking.py [name]`,
name being smaa, promethee, ahp or growth. Each comparison first asserts that the results agree.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness import RESULTS, compare, run

PICTURE = Path(__file__).parents[1] / "docs" / "methods" / "img" / "ranking_growth.svg"

SMAA_SETUP = """
import warnings; warnings.simplefilter("ignore")
import numpy as np
from pymcdm.methods import WSM
from pysensmcda.smaa import smaa2
from majung.methods.smaa import smaa
rng = np.random.default_rng(0)
scores, weights, up = rng.random((100, 10)), rng.dirichlet(np.ones(10), {samples}), np.ones(10)
# WSM shares each column by its sum: give both models the same values.
scores /= scores.sum(axis=0)
"""
# The peer takes any callable as a model: its own documentation passes pymcdm's classes; a bare product is the least
# work that it can be given.
SMAA_DOCUMENTED = "theirs = smaa2(WSM(), scores, up, weights=weights)"
SMAA_BARE = "theirs = smaa2(lambda x, w, types: x @ w, scores, up, weights=weights, reverse_ranking=True)"
SMAA_AGREE = """
ours = smaa(scores, weights)
assert np.allclose(ours.rank_acceptability, theirs.rank_acceptability, atol=1e-4), "rank acceptability"
assert np.allclose(ours.central_weights, theirs.central_weights, atol=1e-3, equal_nan=True), "central weights"
assert np.allclose(ours.confidence, theirs.confidence_factors, equal_nan=True), "confidence"
"""

# What the peer leaves out and we compute: by how often who beats whom, and between which values.
SMAA_COMPLETED = """
ranking = theirs.simulation.rankings
wins = np.array([(ranking[:, [i]] < ranking).mean(axis=0) for i in range(ranking.shape[1])])
interval = np.quantile(theirs.simulation.preferences, [0.05, 0.95], axis=0).T
"""
SMAA_AGREE_COMPLETED = """
assert np.allclose(ours.pairwise_winning, wins, atol=1e-4), "pairwise winning"
assert np.allclose(ours.value_interval, interval), "value intervals"
"""

PROMETHEE_SETUP = """
import numpy as np
from pymcdm.methods import PROMETHEE_II
from majung.methods.ranking.promethee import promethee_ii
rng = np.random.default_rng(0)
table, weights, up = rng.random(({alternatives}, 10)), rng.dirichlet(np.ones(10)), np.ones(10)
q, p = np.full(10, 0.1), np.full(10, 0.4)
def ours(kind):
    return promethee_ii(table, weights, preference=kind, maximise=True, indifference=q, threshold=p).net
def theirs(kind):
    return PROMETHEE_II(kind, p=p, q=q)(table, weights, up)
"""
PROMETHEE_KINDS = {
    "usual": "usual",
    "u-shape": "ushape",
    "v-shape": "vshape",
    "level": "level",
    "linear": "vshape_2",
}

AHP_SETUP = """
import importlib.util, sysconfig
import numpy as np
from itertools import combinations
from majung.methods.ahp import group
rng = np.random.default_rng(0)
w = rng.dirichlet(np.full(15, 5.0), {judges})
e = rng.normal(0, 0.2, ({judges}, 15, 15))
judgments = w[:, :, None] / w[:, None, :] * np.exp(e - np.swapaxes(e, 1, 2))
pairs = list(combinations(range(15), 2))
def ours(method):
    return group(judgments, method=method, aggregation="judgments", table="saaty-1980")
def decision(method):
    each = [ahp_method(a, wd=method) for a in judgments]
    return each, ahp_method(np.exp(np.log(judgments).mean(axis=0)), wd=method)
def ahpy():
    def one(a):
        found = Compare("judge", {{(i, j): a[i, j] for i, j in pairs}}, precision=9, random_index="saaty")
        return [found.local_weights[k] for k in range(15)], found.consistency_ratio
    return [one(a) for a in judgments], one(np.exp(np.log(judgments).mean(axis=0)))
"""
# Its package imports plotting and web clients, seconds of noise beside milliseconds of work: load the one file alone.
AHP_DECISION = """
path = sysconfig.get_path("purelib") + "/pyDecision/algorithm/ahp.py"
spec = importlib.util.spec_from_file_location("ahp", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
ahp_method = module.ahp_method
"""
AHP_AHPY = """
from ahpy import Compare
"""
AHP_AGREE = """
g, e = ours("geometric"), ours("eigenvector")
for found, method in ((g, "geometric"), (e, "max_eigen")):
    each, together = decision(method)
    assert np.allclose(found.judge_weights, [w for w, _ in each]) and np.allclose(found.weights, together[0])
assert np.allclose(e.judge_ratio, [ratio for _, ratio in each])
each, together = ahpy()
assert np.allclose(e.judge_weights, [w for w, _ in each], atol=1e-8) and np.allclose(e.weights, together[0], atol=1e-8)
"""


def smaa() -> None:
    """Once the indices that both compute, once all of ours, the peer's completed by the lines that a user would add."""
    agree = SMAA_SETUP.format(samples=5_000)
    run(agree + SMAA_DOCUMENTED + SMAA_AGREE)
    run(agree + SMAA_BARE + SMAA_COMPLETED + SMAA_AGREE + SMAA_AGREE_COMPLETED)
    for name, ours, added in (
        ("smaa", "smaa(scores, weights, indices='ranks')", ""),
        ("smaa_completed", "smaa(scores, weights)", SMAA_COMPLETED),
    ):
        models = {"pysensmcda with pymcdm's WSM": SMAA_DOCUMENTED, "pysensmcda with a bare product": SMAA_BARE}
        compare(
            name,
            ours,
            {model: code + added for model, code in models.items()},
            setup=SMAA_SETUP.format(samples=100_000),
            threads=1,
        )
    alone = [line for line in SMAA_SETUP.splitlines() if "pymcdm" not in line and "pysensmcda" not in line]
    peak = run("\n".join(alone).format(samples=100_000) + "\nsmaa(scores, weights)", threads=1).peak_mb
    print(f"peak of a process that holds majung alone: {peak:.0f} MB")
    stored = json.loads((RESULTS / "smaa_completed.json").read_text())
    stored["majung alone"] = {"peak_mb": peak}
    (RESULTS / "smaa_completed.json").write_text(json.dumps(stored, indent=2) + "\n")


def promethee() -> None:
    setup = PROMETHEE_SETUP.format(alternatives=1_000)
    for kind, name in PROMETHEE_KINDS.items():
        run(setup + f"assert np.allclose(ours({kind!r}), theirs({name!r}))")
        compare(
            f"promethee_{kind}",
            f"for _ in range(50): ours({kind!r})",
            {"pymcdm": f"for _ in range(50): theirs({name!r})"},
            setup=setup,
            threads=1,
        )


def ahp() -> None:
    run(AHP_SETUP.format(judges=20) + AHP_DECISION + AHP_AHPY + AHP_AGREE)
    setup = AHP_SETUP.format(judges=1_000)
    for method, name in (("geometric", "geometric"), ("eigenvector", "max_eigen")):
        compare(
            f"ahp_{method}_pydecision",
            f"for _ in range(50): ours({method!r})",
            {"pyDecision": f"for _ in range(50): decision({name!r})"},
            setup=setup + AHP_DECISION,
            threads=1,
        )
    compare(
        "ahp_eigenvector_ahpy",
        "for _ in range(10): ours('eigenvector')",
        {"AHPy": "for _ in range(10): ahpy()"},
        setup=setup + AHP_AHPY,
        threads=1,
    )


GROWTH = {
    "SMAA, 100 x 10, by samples": (
        "import numpy as np\nfrom majung.methods.smaa import smaa\nrng = np.random.default_rng(0)\n"
        "scores, weights = rng.random((100, 10)), rng.dirichlet(np.ones(10), {size})",
        "smaa(scores, weights)",
        {10_000: 20, 30_000: 5, 100_000: 2, 300_000: 1},
    ),
    "SMAA, 20,000 samples x 10, by alternatives": (
        "import numpy as np\nfrom majung.methods.smaa import smaa\nrng = np.random.default_rng(0)\n"
        "scores, weights = rng.random(({size}, 10)), rng.dirichlet(np.ones(10), 20_000)",
        "smaa(scores, weights)",
        {30: 10, 100: 5, 300: 2, 1_000: 1},
    ),
    "PROMETHEE II linear, x 10, by alternatives": (
        "import numpy as np\nfrom majung.methods.ranking.promethee import promethee_ii\n"
        "rng = np.random.default_rng(0)\ntable, weights = rng.random(({size}, 10)), rng.dirichlet(np.ones(10))",
        "promethee_ii(table, weights, preference='linear', maximise=True, indifference=0.1, threshold=0.4)",
        {3_000: 100, 10_000: 30, 30_000: 8, 100_000: 2},
    ),
    "PROMETHEE II gaussian, x 10, by alternatives": (
        "import numpy as np\nfrom majung.methods.ranking.promethee import promethee_ii\n"
        "rng = np.random.default_rng(0)\ntable, weights = rng.random(({size}, 10)), rng.dirichlet(np.ones(10))",
        "promethee_ii(table, weights, preference='gaussian', maximise=True, threshold=0.4)",
        {300: 20, 1_000: 4, 3_000: 1},
    ),
    "AHP group, 15 x 15, by judges": (
        "import numpy as np\nfrom majung.methods.ahp import group\nrng = np.random.default_rng(0)\n"
        "w, e = rng.dirichlet(np.full(15, 5.0), {size}), rng.normal(0, 0.2, ({size}, 15, 15))\n"
        "a = w[:, :, None] / w[:, None, :] * np.exp(e - np.swapaxes(e, 1, 2))",
        "group(a, method='eigenvector', aggregation='judgments', table='saaty-1980')",
        {1_000: 100, 3_000: 30, 10_000: 10, 30_000: 3},
    ),
}


def growth() -> None:
    """CPU seconds and peak MB by size, each the least of two; stored, and drawn on logarithmic axes."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    rows: dict[str, list[dict[str, float]]] = {}
    for name, (setup, work, sizes) in GROWTH.items():
        rows[name] = []
        for size, times in sizes.items():  # repeated so that the work stands out from the imports
            before = setup.format(size=size)
            base = min(run(before, threads=1).cpu for _ in range(2))
            costs = [run(f"{before}\nfor _ in range({times}): {work}", threads=1) for _ in range(2)]
            cpu, peak = (min(c.cpu for c in costs) - base) / times, min(c.peak_mb for c in costs)
            rows[name].append({"size": size, "cpu": cpu, "peak_mb": peak})
            print(f"{name}, {size:,}: {cpu:.2f} s, {peak:.0f} MB")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ranking_growth.json").write_text(json.dumps(rows, indent=2) + "\n")
    plt.rcParams.update({"svg.hashsalt": "majung", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    for name, points in rows.items():
        size = [p["size"] for p in points]
        left.loglog(size, [p["cpu"] for p in points], "o-", label=name)
        right.loglog(size, [p["peak_mb"] for p in points], "o-")
    left.set(xlabel="size", ylabel="CPU seconds, one thread")
    right.set(xlabel="size", ylabel="peak MB of the process")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    for axes in (left, right):
        axes.grid(True, which="major", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    parts = {"smaa": smaa, "promethee": promethee, "ahp": ahp, "growth": growth}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
