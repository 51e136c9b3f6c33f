"""Reproducible draws: each named thing has its own random stream, so that changing one leaves the others alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from majung.methods.labelled import Floats
from majung.methods.weights import sample_bounded_simplex
from majung.programme.model import Criterion, Industry


@dataclass(frozen=True)
class Draws:
    """The Monte Carlo sample of a run.

    A stream is seeded by the run's seed and the name of what it draws, never by the order of the work: one changed
    source row changes only the numbers that rest on it. Draws of a definition are kept for all that share it.
    """

    seed: int
    samples: int
    _definitions: dict[tuple[object, ...], Floats] = field(default_factory=dict, repr=False, compare=False)

    def rng(self, *name: str) -> np.random.Generator:
        """The stream of this name."""
        digest = hashlib.sha256("\0".join((str(self.seed), *name)).encode()).digest()
        return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))

    def counts(self, counts: Floats, *name: str) -> Floats:
        """Draws (samples, *counts.shape) of the Poisson means behind counts: gamma(count + 1/2), Jeffreys' prior.

        NaN stays NaN.
        """
        known = np.isfinite(counts)
        draws = self.rng(*name).gamma(np.where(known, counts, 0.0) + 0.5, size=(self.samples, *counts.shape))
        draws[:, ~known] = np.nan
        return draws

    def definition(self, industry: Industry, classification: str) -> Floats:
        """Draws (samples, codes) of an industry's code weights, uniform on their intervals with sum 1."""
        codes = industry.codes_in(classification)
        low, high = tuple(c.low for c in codes), tuple(c.high for c in codes)
        key = (industry.id, classification, low, high)
        if key not in self._definitions:
            drawn = sample_bounded_simplex(low, high, self.samples, self.rng("definition", industry.id, classification))
            drawn.setflags(write=False)
            self._definitions[key] = drawn
        return self._definitions[key]

    def criteria_weights(self, criteria: tuple[Criterion, ...]) -> Floats:
        """Draws (samples, indicators) of global indicator weights: criterion weight × weight within the criterion."""
        top = sample_bounded_simplex(
            np.array([c.low for c in criteria]),
            np.array([c.high for c in criteria]),
            self.samples,
            self.rng("weights", "criteria"),
        )
        parts = [
            top[:, [k]]
            * sample_bounded_simplex(
                np.array([i.low for i in criterion.indicators]),
                np.array([i.high for i in criterion.indicators]),
                self.samples,
                self.rng("weights", criterion.id),
            )
            for k, criterion in enumerate(criteria)
        ]
        return np.hstack(parts)
