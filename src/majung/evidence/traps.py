"""Data that is wrong without looking wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from majung.evidence.codebook import Codebook
from majung.evidence.problems import Problem

Locate = Callable[[str, int], tuple[str, int]]


@dataclass(frozen=True)
class Declared:
    """What a package declares about one table (docs/evidence.md says what each means)."""

    complete_through: Mapping[str, int] = field(default_factory=dict)
    one_observation: tuple[tuple[str, ...], ...] = ()
    splices: Mapping[str, str] = field(default_factory=dict)
    not_additive: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    classification: str = ""

    def content(self) -> dict[str, Any]:
        """For the content hash: independent of the order of declarations."""
        return {
            "complete_through": dict(self.complete_through),
            "one_observation": sorted(sorted(group) for group in self.one_observation),
            "splices": dict(self.splices),
            "not_additive": sorted(self.not_additive),
            "signed": sorted(self.signed),
            "classification": self.classification,
        }


def check_traps(
    tables: Mapping[str, pd.DataFrame], declared: Mapping[str, Declared], codebook: Codebook, locate: Locate
) -> list[Problem]:
    return []
