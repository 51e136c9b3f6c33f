"""A run: evidence to portfolio in one go, with manifest, result tables, figure ids, lineage, reproduction and trace.

May import the analytical rooms (`discovery`, `diagnosis`, `selection`) and below.
"""

from majung.runs.kept import find_run, load_run, run_programme, save
from majung.runs.reproduce import Reproduction, reproduce
from majung.runs.run import KEYS, Run, RunError, compute
from majung.runs.trace import Trace, find_figure, trace

__all__ = [
    "KEYS",
    "Reproduction",
    "Run",
    "RunError",
    "Trace",
    "compute",
    "find_figure",
    "find_run",
    "load_run",
    "reproduce",
    "run_programme",
    "save",
    "trace",
]
