"""Run two pieces of work as separate processes, in turn, and compare what the operating system charged them.

A benchmark is a module with `main()` that calls :func:`compare`. Ratios are taken pair by pair, so that they hold when
the machine's speed drifts. Timings never appear in tests.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock, seconds of CPU (user + system, all threads) and peak resident MB of one process."""

    wall: float
    cpu: float
    peak_mb: float


def run(code: str, python: str = sys.executable, threads: int | None = None, *, clocked: bool = False) -> Cost:
    """Run Python source in a fresh process; if clocked, it prints seconds of wall and CPU last, which then count.

    Raises CalledProcessError with its stderr if it fails.
    """
    report = "\nimport resource as _r; print(_r.getrusage(_r.RUSAGE_SELF).ru_maxrss, flush=True)"
    env = dict(os.environ)
    if threads is not None:
        env |= {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([python, "-c", code + report], capture_output=True, text=True, env=env, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "python -c ...", done.stdout, done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    words = done.stdout.split()
    if clocked:
        wall, cpu = float(words[-3]), float(words[-2])
    return Cost(wall, cpu, int(words[-1]) / 1024)


def timed(setup: str, work: str, python: str = sys.executable, threads: int | None = None) -> Cost:
    """Cost of `work` alone in a fresh process, by that process's own clocks, started after `setup`; its whole peak."""
    start = "\nimport time as _t; _wall, _cpu = _t.perf_counter(), _t.process_time()\n"
    stop = "\nprint(_t.perf_counter() - _wall, _t.process_time() - _cpu, end=' ')"
    return run(setup + start + work + stop, python, threads, clocked=True)


def compare(
    name: str,
    ours: str,
    theirs: dict[str, str],
    *,
    setup: str = "",
    runs: int = 3,
    python: str = sys.executable,
    threads: int | None = None,
) -> None:
    """Time `ours` against each public package; print and store medians and pairwise ratios.

    ours, theirs: Python source. setup: source that both run first, outside the clock (imports, data), so that a ratio
    compares work with work.
    """
    rows: dict[str, object] = {}
    for package, code in theirs.items():
        pairs = [(timed(setup, ours, python, threads), timed(setup, code, python, threads)) for _ in range(runs)]
        ratios = {
            "cpu_ratio": statistics.median(t.cpu / max(o.cpu, 1e-3) for o, t in pairs),
            "wall_ratio": statistics.median(t.wall / max(o.wall, 1e-3) for o, t in pairs),
            "peak_ratio": statistics.median(t.peak_mb / o.peak_mb for o, t in pairs),
        }
        rows[package] = {
            "ours": asdict(_median([o for o, _ in pairs])),
            "theirs": asdict(_median([t for _, t in pairs])),
            **ratios,
        }
        print(f"{name} against {package}: " + ", ".join(f"{k} {v:.2f}" for k, v in ratios.items()), flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2) + "\n")


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(c, f) for c in costs) for f in ("wall", "cpu", "peak_mb")))
