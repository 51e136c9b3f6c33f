"""Opinion map of 20,000 participants on 500 statements against red-dwarf; schedules; cost against size.

Run with an interpreter that has red-dwarf, matplotlib, ortools, holidays and majung:
    PYTHONPATH=src python benchmarks/opinion.py            # agreement, then time and memory: some ten minutes
    PYTHONPATH=src python benchmarks/opinion.py schedule   # five groups and fifty
    PYTHONPATH=src python benchmarks/opinion.py growth     # cost against size, and the picture
    PYTHONPATH=src python benchmarks/opinion.py polis      # open conversations: agreement with the published groups
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from harness import RESULTS, Cost, run

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "methods" / "img"
PARTICIPANTS, STATEMENTS, GROUPS, SEEN = 20_000, 500, 4, 0.1

LOAD = """
import numpy as np
participant, statement, vote = np.load({file!r})
"""
OURS_SETUP = "import majung.methods.opinion as opinion\n"
OURS = """
ballots = opinion.votes(participant, statement, vote, repeated="refuse")
drawn = opinion.opinion_space(ballots, minimum_votes=7, fit_on="everyone")
groups = opinion.opinion_groups(drawn, numbers=range(2, 6))
found = opinion.statement_statistics(ballots, groups.of, test="polis")
said = opinion.representative(found, confidence=0.9, most=5)
common = opinion.consensus(ballots, test="polis", confidence=0.9, most=5)
"""
# Its input is a list of one dict a vote; making that list belongs to using it.
WHOLE_SETUP = "from reddwarf.implementations.base import run_pipeline\n"
WHOLE = """
records = [
    {"participant_id": int(p), "statement_id": int(s), "vote": int(v)} for p, s, v in zip(participant, statement, vote)
]
found = run_pipeline(votes=records, random_state=0, max_group_count=5)
"""
# The same without its reading, priorities and tables of results: a matrix in, map, groups, statistics and choices out.
CORE_SETUP = """
import pandas as pd
from reddwarf.utils.clusterer.base import run_clusterer
from reddwarf.utils.consensus import select_consensus_statements
from reddwarf.utils.reducer.base import run_reducer
from reddwarf.utils.stats import calculate_comment_statistics_dataframes, select_representative_statements
"""
CORE = """
table = np.full((participant.max() + 1, statement.max() + 1), np.nan)
table[participant, statement] = vote
matrix = pd.DataFrame(table)
matrix.index.name, matrix.columns.name = "participant_id", "statement_id"
points, statements, _ = run_reducer(matrix.values, reducer="pca", random_state=0)
counted = matrix.notna().sum(axis=1).to_numpy() >= 7
found = run_clusterer(points[counted], max_group_count=5, random_state=0)
stats, consensus = calculate_comment_statistics_dataframes(matrix[counted], found.labels_)
said = select_representative_statements(stats)
common = select_consensus_statements(matrix)
"""


def conversation(people: int, statements: int, seen: float = SEEN, seed: int = 0) -> np.ndarray:
    """Votes (3, N) of planted groups: participant, statement, vote. Everyone starts with the first ten statements."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, GROUPS, people)
    profile = rng.normal(size=(GROUPS, statements))
    parts = []
    for start in range(0, people, 1000):
        rows = np.arange(start, min(start + 1000, people))
        leaning = profile[of[rows]] + rng.normal(size=(len(rows), statements)) * 1.2
        shown = rng.random(leaning.shape) < seen
        shown[:, :10] = True
        r, c = np.nonzero(shown)
        parts.append(np.stack([rows[r], c, np.where(leaning[r, c] > 0.4, 1, np.where(leaning[r, c] < -0.4, -1, 0))]))
    return np.concatenate(parts, axis=1)


def agree(people: int = 1500, statements: int = 80) -> None:
    """Assert that what the conventions share is the same, and that the known difference is what we say."""
    import pandas as pd
    from reddwarf.implementations.base import run_pipeline
    from reddwarf.utils.clusterer.base import run_clusterer
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    from majung.methods import opinion

    who, what, vote = conversation(people, statements, seen=0.3)
    records = [
        {"participant_id": int(p), "statement_id": int(s), "vote": int(v)}
        for p, s, v in zip(who, what, vote, strict=True)
    ]
    theirs = run_pipeline(votes=records, random_state=0, max_group_count=5)
    ballots = opinion.votes(who, what, vote, repeated="refuse")
    drawn = opinion.opinion_space(ballots, minimum_votes=7, fit_on="everyone")
    points = theirs.participants_df[["x", "y"]].to_numpy()
    signs = np.sign((points * drawn.points).sum(axis=0))

    def same(name: str, their: object, our: np.ndarray, within: float = 1e-7) -> None:
        worst = float(np.nanmax(np.abs(np.asarray(their, dtype=float) - our)))
        assert worst < within, f"{name} differs by {worst}"

    same("points", points * signs, drawn.points)
    same("statements", theirs.statements_df[["x", "y"]].to_numpy() * signs, drawn.statements)
    groups = opinion.opinion_groups(drawn, numbers=range(2, 6))
    labels = theirs.participants_df["cluster_id"].to_numpy(dtype=int)
    print(f"groups: {len(groups.sizes)} against {labels.max() + 1}, ARI {adjusted_rand_score(labels, groups.of):.4f}")
    assert adjusted_rand_score(labels, groups.of) == opinion.adjusted_rand(labels, groups.of)
    same("silhouette", silhouette_score(points, groups.of), groups.silhouette[len(groups.sizes)])
    # Both stop at a local optimum of k-means: ours may be a little better or worse.
    for k in range(2, 6):
        left = run_clusterer(points, force_group_count=k, random_state=0)
        ours = opinion.opinion_groups(drawn, numbers=[k])
        squares = ((drawn.points - ours.centres[ours.of]) ** 2).sum()
        assert squares <= left.inertia_ * 1.01, f"{k} groups: {squares} against {left.inertia_}"
        print(f"  {k} groups: sum of squares {squares / left.inertia_:.4f} of red-dwarf's")
    found = opinion.statement_statistics(ballots, labels, test="polis")
    table: pd.DataFrame = theirs.group_comment_stats
    shape = found.seen.shape
    for name, ours in (
        ("ns", found.seen),
        ("na", found.count[0]),
        ("nd", found.count[1]),
        ("pa", found.share[0]),
        ("pd", found.share[1]),
        ("ra", found.ratio[0]),
        ("rd", found.ratio[1]),
        ("pat", found.share_z[0]),
        ("pdt", found.share_z[1]),
    ):
        same(name, table[name].to_numpy().reshape(shape), ours)
    # Its two-proportion test adds the successes' 1 in place, to arrays shared with nobody: the z are the same.
    same("rat", table["rat"].to_numpy().reshape(shape), found.ratio_z[0])
    same("rdt", table["rdt"].to_numpy().reshape(shape), found.ratio_z[1])
    same("consensus", theirs.statements_df["group-aware-consensus-agree"], found.consensus[0])
    common = opinion.consensus(ballots, test="polis", confidence=0.9, most=5)
    assert [f.statement for f in common.agree] == [s["tid"] for s in theirs.consensus["agree"]]
    assert [f.statement for f in common.disagree] == [s["tid"] for s in theirs.consensus["disagree"]]
    said = opinion.representative(found, confidence=0.9, most=statements)
    for g, theirs_said in theirs.repness.items():
        # Its first choice may be a statement that passes no test but is "best agreed upon so far".
        picked = {s["tid"] for s in theirs_said if not s.get("best-agree")}
        missing = picked - {f.statement for f in said[g]}
        assert not missing, f"group {g}: {missing}"
    print("agrees with red-dwarf")


def race(packages: tuple[str, ...] = ("red-dwarf", "red-dwarf, core"), runs: int = 3) -> None:
    """CPU and memory, the whole pipeline and its core, one thread."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "votes.npy"
        write = f"import sys; sys.path.insert(0, {str(HERE)!r})\nfrom opinion import *\n"
        run(f"{write}np.save({str(file)!r}, conversation({PARTICIPANTS}, {STATEMENTS}))")
        load = LOAD.format(file=str(file))
        # Each side imports only itself, so that memory is its own; the cost of its setup is taken off.
        rows: dict[str, object] = {}
        for name, setup, code in (("red-dwarf", WHOLE_SETUP, WHOLE), ("red-dwarf, core", CORE_SETUP, CORE)):
            if name not in packages:
                continue
            pairs = []
            for _ in range(runs):
                costs = [run(load + s, threads=1) for s in (OURS_SETUP, OURS_SETUP + OURS, setup, setup + code)]
                pairs.append(costs)
            rows[name] = {
                "ours": asdict(median([Cost(o.wall - b.wall, o.cpu - b.cpu, o.peak_mb) for b, o, _, _ in pairs])),
                "theirs": asdict(median([Cost(t.wall - b.wall, t.cpu - b.cpu, t.peak_mb) for _, _, b, t in pairs])),
                "cpu_ratio": statistics.median((t.cpu - c.cpu) / (o.cpu - b.cpu) for b, o, c, t in pairs),
                "peak_ratio": statistics.median(t.peak_mb / o.peak_mb for _, o, _, t in pairs),
                "peak_above_setup_ratio": statistics.median(
                    (t.peak_mb - c.peak_mb) / (o.peak_mb - b.peak_mb) for b, o, c, t in pairs
                ),
            }
            print(name, json.dumps(rows[name]))
        keep("opinion", rows)


def median(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(statistics.median(getattr(c, f) for c in costs) for f in ("wall", "cpu", "peak_mb")))


def keep(name: str, rows: object) -> None:
    """Store results."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2) + "\n")


def growth() -> None:
    """CPU of each step against participants, in this process, and the picture."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    from majung.methods import opinion

    how = {"minimum_votes": 7, "fit_on": "everyone", "numbers": range(2, 6)}
    rows = []
    for people in (1000, 3000, 10_000, 20_000):
        records = conversation(people, STATEMENTS)
        clock = [time.process_time()]
        ballots = opinion.votes(*records, repeated="refuse")
        clock.append(time.process_time())
        drawn = opinion.opinion_space(ballots, minimum_votes=7, fit_on="everyone")
        clock.append(time.process_time())
        groups = opinion.opinion_groups(drawn, numbers=range(2, 6))
        clock.append(time.process_time())
        found = opinion.statement_statistics(ballots, groups.of, test="polis")
        opinion.representative(found, confidence=0.9, most=5)
        opinion.consensus(ballots, test="polis", confidence=0.9, most=5)
        clock.append(time.process_time())
        rng = np.random.default_rng(1)
        opinion.stability(ballots, groups, **how, resample="participants", replicates=4, rng=rng)
        clock.append(time.process_time())
        spent = np.diff(clock) / [1, 1, 1, 1, 4]
        names = ("read", "map", "groups", "statements", "one resampling")
        row = {"participants": people} | dict(zip(names, spent.tolist(), strict=True))
        print(row)
        rows.append(row)
    keep("opinion_growth", rows)
    figure, left = plt.subplots(figsize=(7, 4.2))
    x = [r["participants"] for r in rows]
    for name in ("read", "map", "groups", "statements", "one resampling"):
        left.loglog(x, [r[name] for r in rows], marker="o", label=name)
    left.set_xlabel(f"participants ({STATEMENTS} statements, {SEEN:.0%} seen)")
    left.set_ylabel("CPU seconds, one thread")
    left.legend()
    figure.tight_layout()
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / "opinion-growth.svg", metadata={"Date": None})


def schedules() -> None:
    """The two bars of schedules: seconds after the import of the solver, status and gap."""
    import random
    from datetime import date

    import holidays

    from majung.methods.schedule import Group, Room, problem, schedule
    from majung.methods.schedule.model import cp_model

    cp_model()
    closed = frozenset(holidays.country_holidays("KR", years=2025))
    rows = []
    for groups, people, size, meetings, gap, slots, halls, effort in (
        (5, 60, 14, 2, 3, 2, 2, 1.0),
        (50, 500, 12, 1, 1, 4, 6, 0.3),
        (50, 500, 12, 2, 3, 4, 6, 0.3),
    ):
        for objective in ("earliest", "even"):
            seconds = []
            for seed in range(5):
                rng = random.Random(seed)
                names = [f"p{i:03d}" for i in range(people)]
                window = date(2025, 3, 10), date(2025, 3, 20)
                made = [
                    Group(f"g{g:02d}", frozenset(rng.sample(names, size)), *window, meetings, gap)
                    for g in range(groups)
                ]
                rooms = [Room(f"r{i}", size + 5 * i) for i in range(halls)]
                case = problem(made, rooms, slots=slots, holidays=closed, weekend=(5, 6))
                start, work = time.perf_counter(), time.process_time()
                found = schedule(case, objective=objective, effort=effort)
                seconds.append((time.perf_counter() - start, time.process_time() - work, found.status, found.gap))
            rows.append(
                {
                    "groups": groups,
                    "people": people,
                    "meetings": groups * meetings,
                    "objective": objective,
                    "wall": [round(s[0], 3) for s in seconds],
                    "cpu": [round(s[1], 3) for s in seconds],
                    "status": [s[2] for s in seconds],
                    "gap": [None if s[3] is None else round(s[3], 4) for s in seconds],
                }
            )
            print(rows[-1])
    keep("schedule", rows)


def polis() -> None:
    """Agreement with the published groups of the open conversations, stability, chance."""
    from majung.methods import opinion

    shared = Path(os.environ.get("MAJUNG_SHARED", HERE.parent.parent / "shared"))
    rows: dict[str, object] = {}
    for name in ("vtaiwan.uberx", "15-per-hour-seattle"):
        folder = shared / "data" / "polis" / name

        def read(file: str, folder: Path = folder) -> list[dict[str, str]]:
            with (folder / file).open(encoding="utf-8", newline="") as handle:
                return list(csv.DictReader(handle))

        records = np.array([(r["voter-id"], r["comment-id"], r["vote"]) for r in read("votes.csv")], dtype=int)
        out = {int(r["comment-id"]) for r in read("comments.csv") if r["moderated"] == "-1"}
        published = {
            int(r["participant"]): int(float(r["group-id"])) for r in read("participants-votes.csv") if r["group-id"]
        }
        ballots = opinion.votes(*records.T, repeated="last")
        ballots = ballots.without(out & set(ballots.statements.tolist()))
        for fit_on in ("everyone", "counted"):
            how = {"minimum_votes": 7, "fit_on": fit_on, "numbers": range(2, 6)}
            drawn = opinion.opinion_space(ballots, minimum_votes=7, fit_on=fit_on)
            groups = opinion.opinion_groups(drawn, numbers=how["numbers"])
            both = [
                (g, published[p])
                for p, g in zip(ballots.participants.tolist(), groups.of.tolist(), strict=True)
                if g >= 0
            ]
            row: dict[str, object] = {
                "groups": groups.sizes.tolist(),
                "ari_with_published": opinion.adjusted_rand(*zip(*both, strict=True)),
                "silhouette": dict(groups.silhouette),
                "explained": drawn.explained.tolist(),
            }
            for resample in ("participants", "statements"):
                rng = np.random.default_rng(2021)
                sure = opinion.stability(ballots, groups, **how, resample=resample, replicates=100, rng=rng)
                row[resample] = {
                    "median": float(np.median(sure.ari)),
                    "interval_90": sure.interval(0.9),
                    "jaccard": sure.jaccard.mean(axis=0).tolist(),
                    "numbers": dict(sure.numbers),
                }
            chance = opinion.chance_silhouette(ballots, **how, replicates=99, rng=np.random.default_rng(2021))
            row["chance"] = {"mean": float(chance.chance.mean()), "p_value": chance.p_value}
            rows[f"{name}, {fit_on}"] = row
            print(name, fit_on, json.dumps(row))
    keep("opinion_polis", rows)


def main() -> None:
    """One part by name, or agreement and race."""
    parts = {"schedule": schedules, "growth": growth, "polis": polis}
    if len(sys.argv) > 1:
        parts[sys.argv[1]]()
        return
    agree()
    race()


if __name__ == "__main__":
    main()
