"""What is known: canonical tables with units, keys, sources and licences; snapshots with a content hash.

May import `majung.methods` only. An evidence package is a folder (docs/evidence.md); `open_package` gives it whole and
validated or not at all.
"""

from majung.evidence.adding import Added, add
from majung.evidence.canonical import TABLES, WORLD, CanonicalTable, table_resource
from majung.evidence.codebook import Codebook
from majung.evidence.countries import Country, countries, country_name
from majung.evidence.descriptor import Resource, Source
from majung.evidence.difference import Declaration, Difference, difference
from majung.evidence.licences import Licence
from majung.evidence.package import Package, check, open_package
from majung.evidence.problems import EvidenceError, Language, Problem, Report, Text

__all__ = [
    "TABLES",
    "WORLD",
    "Added",
    "CanonicalTable",
    "Codebook",
    "Country",
    "Declaration",
    "Difference",
    "EvidenceError",
    "Language",
    "Licence",
    "Package",
    "Problem",
    "Report",
    "Resource",
    "Source",
    "Text",
    "add",
    "check",
    "countries",
    "country_name",
    "difference",
    "open_package",
    "table_resource",
]
