"""Official files in: one module a format, each with its version and provenance; rows out as canonical tables.

`import_files` reads the files of a format (`formats()` lists them) into an evidence package; what a format's module may
use stands in `Context`. docs/importers.md describes every format for the people who bring the files.
"""

from majung.evidence.importers.context import Context, LeftOut, code_of
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input
from majung.evidence.importers.registry import find_format, formats
from majung.evidence.importers.run import Imported, SourceFacts, import_files

__all__ = [
    "Batch",
    "Column",
    "Context",
    "Format",
    "Imported",
    "Input",
    "LeftOut",
    "SourceFacts",
    "code_of",
    "find_format",
    "formats",
    "import_files",
]
