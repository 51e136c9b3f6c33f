"""A validated package kept so that it opens at once: its tables as Parquet, each read when it is asked for.

What stands there was validated when it was kept and is not validated again. Who opens it answers for the bytes being
the same: a run checks each against its manifest (`majung.runs.kept`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from majung.evidence.codebook import read_codebook
from majung.evidence.descriptor import read_descriptor
from majung.evidence.lazily import Lazily
from majung.evidence.package import Package, Part, merge_declarations
from majung.evidence.problems import EvidenceError

PARTS = "parts.json"


def parts(package: Package) -> bytes:
    """Where the rows of each table stand in the package's files, for `open_kept`."""
    found = {name: [[p.file, p.offset, p.last] for p in package.parts[name]] for name in package.tables}
    return json.dumps(found).encode()


def open_kept(path: Path, hash_: str, read: Callable[[str], bytes]) -> Package:
    """The package whose descriptor and codes are in `path` and whose content hash was `hash_`, its tables by
    `read("<table>.parquet")` and `read(PARTS)`. Raises EvidenceError if the descriptor cannot be read."""
    descriptor, problems = read_descriptor(path)
    if descriptor is None:
        raise EvidenceError.of(str(path), problems)
    codebook, _ = read_codebook(path, descriptor.codes_path)
    files = {name: tuple(Part(*part) for part in rows) for name, rows in json.loads(read(PARTS)).items()}
    return Package(
        path=path,
        tables=Lazily(files, lambda name: pd.read_parquet(io.BytesIO(read(f"{name}.parquet")))),
        sources=descriptor.sources,
        codebook=codebook,
        hash=hash_,
        declared=merge_declarations(descriptor.resources)[0],
        parts=files,
        raw=descriptor.raw,
    )
