"""Concordances between classifications as data, and what they do to a table: nothing is lost without being said.

docs/crosswalks.md describes the files, the official layouts that are read, and the report.
"""

from majung.evidence.crosswalks.catalogue import Official, catalogue
from majung.evidence.crosswalks.concordance import (
    KEPT,
    Concordance,
    find_concordance,
    kept,
    read_concordance,
    shipped,
    write_concordance,
)
from majung.evidence.crosswalks.convert import Converted, MeasureReport, convert
from majung.evidence.crosswalks.fetch import Fetched, fetch_official
from majung.evidence.crosswalks.layouts import LAYOUTS, Columns, read_official

__all__ = [
    "KEPT",
    "LAYOUTS",
    "Columns",
    "Concordance",
    "Converted",
    "Fetched",
    "MeasureReport",
    "Official",
    "catalogue",
    "convert",
    "fetch_official",
    "find_concordance",
    "kept",
    "read_concordance",
    "read_official",
    "shipped",
    "write_concordance",
]
