"""The formats there are: every module in `formats/` that has a FORMAT (or FORMATS)."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from majung.evidence.codebook import nearest
from majung.evidence.importers import formats as modules
from majung.evidence.importers.format import Format
from majung.methods.labelled import InputError


@cache
def formats() -> dict[str, Format]:
    """All formats by id, in order."""
    found: list[Format] = []
    for module in pkgutil.iter_modules(modules.__path__):
        loaded = importlib.import_module(f"{modules.__name__}.{module.name}")
        found += getattr(loaded, "FORMATS", ()) or ([loaded.FORMAT] if hasattr(loaded, "FORMAT") else [])
    return {one.id: one for one in sorted(found, key=lambda f: f.id)}


def find_format(name: str) -> Format:
    """The format of that id. Raises InputError with the nearest one."""
    known = formats()
    if name not in known:
        near = nearest(name, list(known))
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
        raise InputError(f"no importer is called '{name}'; {hint} (`majung evidence formats`)")
    return known[name]
