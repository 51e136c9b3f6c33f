"""The 0-1 portfolio at the size of the bar, beside PuLP with its bundled CBC, and the cost of the core index.

Run with an interpreter that has pulp, matplotlib and majung:
    PYTHONPATH=src python benchmarks/portfolio.py            # the bar: 500 projects, 5 budgets, 100 logical constraints
    PYTHONPATH=src python benchmarks/portfolio.py 40         # with another time limit than 10 s, for a busy machine
    PYTHONPATH=src python benchmarks/portfolio.py growth     # cost against size, and the pictures
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pulp
from harness import RESULTS

from majung.methods.labelled import Floats
from majung.methods.portfolio import Constraints, Projects, frontier, projects, solve
from majung.methods.robust_portfolio import core_index

IMAGES = Path(__file__).parents[1] / "docs" / "methods" / "img"
GAP, LIMIT = 1e-3, 10.0


@dataclass(frozen=True)
class Case:
    projects: Projects
    budgets: Floats
    constraints: Constraints


def drawn(n: int, width: int, logical: int, kind: str, seed: int) -> Case:
    """A random case: costs 1 to 100 in each budget, budgets 30 % of all costs; `logical` constraints of four kinds.

    kind: "free" values 1 to 100; "tied" values within a fifth of the mean cost, the hard case of knapsacks.
    """
    rng = np.random.default_rng(seed)
    costs = rng.uniform(1, 100, (n, width))
    values = rng.uniform(1, 100, n) if kind == "free" else costs.mean(axis=1) * rng.uniform(0.8, 1.2, n)
    names = [f"p{i}" for i in range(n)]
    groups = 10
    pairs = [tuple(rng.choice(names, 2, replace=False).tolist()) for _ in range(max(logical - 2 * groups, 0))]
    rules: Constraints = {"requires": pairs[::2], "excludes": pairs[1::2]}
    if logical:
        rules["minimum_per_group"] = {f"g{g}": max(n // 100, 1) for g in range(groups)}
        rules["maximum_per_group"] = {f"g{g}": max(n // 20, 2) for g in range(groups)}
    p = projects(names, values, costs, [f"g{i % groups}" for i in range(n)])
    return Case(p, costs.sum(axis=0) * 0.3, rules)


def with_pulp(case: Case, limit: float) -> tuple[float, str, str]:
    """Value and both statuses by PuLP and CBC, same gap and time limit."""
    p, rules = case.projects, case.constraints
    problem = pulp.LpProblem("portfolio", pulp.LpMaximize)
    x = {name: pulp.LpVariable(name, cat="Binary") for name in p.names}
    problem += pulp.lpSum(v * x[name] for name, v in zip(p.names, p.values, strict=True))
    for column, budget in zip(p.costs.T, case.budgets, strict=True):
        problem += pulp.lpSum(c * x[name] for name, c in zip(p.names, column, strict=True)) <= budget
    for a, b in rules["requires"]:
        problem += x[a] <= x[b]
    for names in rules["excludes"]:
        problem += pulp.lpSum(x[name] for name in names) <= 1
    for group, least in rules["minimum_per_group"].items():
        members = pulp.lpSum(x[name] for name, g in zip(p.names, p.groups, strict=True) if g == group)
        problem += members >= least
        problem += members <= rules["maximum_per_group"][group]
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=GAP, timeLimit=limit))
    return pulp.value(problem.objective), pulp.LpStatus[problem.status], pulp.LpSolution[problem.sol_status]


def cpu(of: int) -> float:
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


def bar(limit: float) -> None:
    """The bar, twenty cases: seconds (wall, CPU), status and proven gap of ours; seconds and statuses of PuLP."""
    rows = []
    for kind in ("free", "tied"):
        for seed in range(10):
            case = drawn(500, 5, 100, kind, seed)
            start, own = time.perf_counter(), cpu(resource.RUSAGE_SELF)
            ours = solve(case.projects, case.budgets, gap=GAP, time_limit=limit, **case.constraints)
            own = cpu(resource.RUSAGE_SELF) - own
            middle, solver = time.perf_counter(), cpu(resource.RUSAGE_CHILDREN)
            value, status, solution = with_pulp(case, limit)
            end, solver = time.perf_counter(), cpu(resource.RUSAGE_CHILDREN) - solver
            assert value <= ours.bound * (1 + 1e-6), "the bound is no bound"
            row = {
                "case": f"{kind} {seed}",
                "time_limit": limit,
                "seconds": middle - start,
                "cpu": own,
                "status": ours.status,
                "gap": ours.gap,
                "value": ours.value,
                "bound": ours.bound,
                "pulp_seconds": end - middle,
                "pulp_cpu": solver,
                "pulp_value": value,
                "pulp_status": f"{status}, {solution}",
            }
            rows.append(row)
            print(row)
    print(f"slowest {max(r['seconds'] for r in rows):.1f} s, largest gap {max(r['gap'] for r in rows):.1e}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "portfolio.json").write_text(json.dumps(rows, indent=2) + "\n")


def growth() -> None:
    """Seconds of CPU against the number of projects: the programme, and the core index exact and sampled."""
    rows: dict[str, list[dict[str, float]]] = {"solve": [], "exact": [], "sampled": []}
    for n in (50, 100, 200, 500, 1000):
        start = time.process_time()
        case = drawn(n, 5, 100, "free", 1)
        found = solve(case.projects, case.budgets, gap=GAP, time_limit=30.0, **case.constraints)
        rows["solve"].append({"n": n, "cpu": time.process_time() - start, "gap": found.gap})
        print("solve", rows["solve"][-1], flush=True)
    weights = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])
    for n in (10, 15, 20, 25, 30):
        seconds, held = [], []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            case = drawn(n, 2, 0, "free", seed)
            values = rng.uniform(1, 10, (n, 3))
            start = time.process_time()
            found = core_index(
                values * 0.95, values * 1.05, weights, case.projects, case.budgets, method="exact", limit=50_000
            )
            seconds.append(time.process_time() - start)
            held.append(len(found.portfolios))
        print("exact", n, seconds, held, flush=True)
        rows["exact"].append({"n": n, "cpu": float(np.median(seconds)), "portfolios": float(np.median(held))})
    for n in (20, 50, 100):
        rng = np.random.default_rng(n)
        case = drawn(n, 2, 0, "free", 0)
        values = rng.uniform(1, 10, (n, 3))
        draws = -np.sort(-rng.dirichlet(np.ones(3), 30), axis=1)
        start = time.process_time()
        core_index(
            values * 0.95,
            values * 1.05,
            draws,
            case.projects,
            case.budgets,
            method="sampled",
            rng=rng,
            gap=GAP,
        )
        rows["sampled"].append({"n": n, "cpu": time.process_time() - start})
        print("sampled", rows["sampled"][-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "portfolio_growth.json").write_text(json.dumps(rows, indent=2) + "\n")
    growth_picture(rows)


def growth_picture(rows: dict[str, list[dict[str, float]]]) -> None:
    figure, panel = plt.subplots(figsize=(6, 3.8), layout="constrained")
    labels = {
        "solve": "best portfolio, 5 budgets, 100 constraints, gap 1e-3",
        "exact": "core index, exact, 2 budgets, values ±5 %",
        "sampled": "core index, 30 draws, 2 budgets, gap 1e-3",
    }
    for key, label in labels.items():
        panel.loglog([r["n"] for r in rows[key]], [r["cpu"] for r in rows[key]], marker="o", label=label)
    panel.set_xlabel("projects")
    panel.set_ylabel("CPU seconds")
    panel.grid(visible=True, which="both", alpha=0.2)
    panel.legend(frameon=False, fontsize=8)
    save(figure, "portfolio_growth.svg")


def frontier_picture() -> None:
    """Value against cost of every non-dominated portfolio of 25 projects."""
    rng = np.random.default_rng(4)
    costs = rng.integers(2, 30, 25)
    values = np.round(costs * rng.uniform(0.4, 1.6, 25))
    p = projects([f"p{i}" for i in range(25)], values, costs)
    goals = np.column_stack([values, -costs])
    found = frontier(p, [costs.sum() * 0.5], goals, resolution=1, points=400)
    figure, panel = plt.subplots(figsize=(6, 3.4), layout="constrained")
    panel.step(-found.points[::-1, 1], found.points[::-1, 0], where="post", color="0.7", linewidth=1)
    panel.plot(-found.points[:, 1], found.points[:, 0], "o", markersize=3)
    panel.set_xlabel("cost")
    panel.set_ylabel("value")
    panel.set_title(f"{len(found.points)} non-dominated portfolios of 25 projects", loc="left", fontsize=10)
    panel.grid(visible=True, alpha=0.2)
    save(figure, "portfolio_frontier.svg")


def core_picture() -> None:
    """Core indices of 20 projects as information gets better: from wide to narrow values."""
    rng = np.random.default_rng(0)
    n = 20
    case = drawn(n, 2, 0, "free", 0)
    values = rng.uniform(1, 10, (n, 3))
    weights = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])
    spreads = (0.10, 0.05, 0.0)
    columns = []
    for spread in spreads:
        low, high = values * (1 - spread), values * (1 + spread)
        columns.append(core_index(low, high, weights, case.projects, case.budgets, method="exact").index)
    index = np.array(columns)
    order = np.argsort(-index[0], kind="stable")
    figure, panels = plt.subplots(1, 3, figsize=(8.5, 4), layout="constrained", sharey=True)
    for panel, row, spread in zip(panels, index[:, order], spreads, strict=True):
        colours = ["#1b6ca8" if v == 1 else "#bbbbbb" if v == 0 else "#e0a030" for v in row]
        panel.barh(range(n), np.maximum(row, 0.008), color=colours)
        panel.set_title(f"values ±{spread:.0%}", loc="left", fontsize=10)
        panel.set_xlabel("core index")
        panel.set_xlim(0, 1)
    panels[0].set_yticks(range(n), [case.projects.names[i] for i in order], fontsize=7)
    panels[0].invert_yaxis()
    save(figure, "portfolio_core_index.svg")


def save(figure: plt.Figure, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    plt.rcParams["svg.hashsalt"] = "majung"
    figure.savefig(IMAGES / name, metadata={"Date": None})


def main() -> None:
    if "growth" in sys.argv[1:]:
        growth()
        frontier_picture()
        core_picture()
    else:
        bar(float(sys.argv[1]) if len(sys.argv) > 1 else LIMIT)


if __name__ == "__main__":
    main()
