"""The engine: aggregation over tables of any size, written once and run embedded or on a cluster.

The one place where Ibis is called (docs/engine.md). `connect()` gives DuckDB in this process, `connect("spark://...")`
a cluster; everything else takes Ibis tables and returns Ibis tables, so that a query does not know where it runs.
Importing this package loads Ibis, DuckDB only when connected to, PySpark only for a Spark address; `majung.evidence`
imports none of them.
"""

from majung.evidence.engine.advantage import ComplexityInputs, complexity_inputs
from majung.evidence.engine.base import Engine
from majung.evidence.engine.connection import connect
from majung.evidence.engine.emergence import author_sets, emergence_counts, period_totals
from majung.evidence.engine.growth import growth_ratios, moving_averages
from majung.evidence.engine.openalex import LEVELS, WORKS, fractional_counts, openalex_works, work_records
from majung.evidence.engine.proximity import proximity_counts
from majung.evidence.engine.publications import top_shares
from majung.evidence.engine.results import digest, matrix
from majung.evidence.engine.venture import venture_counts, venture_momentum

__all__ = [
    "LEVELS",
    "WORKS",
    "ComplexityInputs",
    "Engine",
    "author_sets",
    "complexity_inputs",
    "connect",
    "digest",
    "emergence_counts",
    "fractional_counts",
    "growth_ratios",
    "matrix",
    "moving_averages",
    "openalex_works",
    "period_totals",
    "proximity_counts",
    "top_shares",
    "venture_counts",
    "venture_momentum",
    "work_records",
]
