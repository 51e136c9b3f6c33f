"""Value functions on fixed scales: what an indicator is worth, whoever else is compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError


@dataclass(frozen=True)
class Scale:
    """A fixed scale: value 0 at `reference`, 1 at `target`, both in the indicator's own unit.

    Linear in between, or linear in the logarithm with `log`. A target below the reference means that less is better.
    Because both ends are set outside the set of alternatives (Keeney & Raiffa 1976, "global scaling"), adding or
    deleting an alternative changes no one else's value. Raises InputError if the ends are equal, not finite, or not
    positive with `log`.
    """

    reference: float
    target: float
    log: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.reference) and math.isfinite(self.target)):
            raise InputError(f"scale from {self.reference} to {self.target}: both ends must be finite")
        if self.reference == self.target:
            raise InputError(f"scale from {self.reference} to {self.target}: reference and target must differ")
        if self.log and min(self.reference, self.target) <= 0:
            raise InputError(
                f"logarithmic scale from {self.reference} to {self.target}: both ends must be positive; "
                "use a linear scale or shift the indicator"
            )


def score(values: ArrayLike, scale: Scale) -> Floats:
    """Values in [0, 1] on a fixed scale: clip((f(x) - f(reference)) / (f(target) - f(reference)), 0, 1), f = id or log.

    values: any shape, in the scale's unit. NaN (missing) stays NaN: it is neither a zero nor a mean. On a logarithmic
    scale zero lies beyond every positive end and is clipped to it. Raises InputError for a negative value on a
    logarithmic scale.
    """
    x = np.asarray(values, dtype=np.float64)
    reference, target = scale.reference, scale.target
    if scale.log:
        if (x < 0).any():
            raise InputError(f"negative value {float(x[x < 0].flat[0])} on a logarithmic scale: use a linear scale")
        reference, target = math.log(reference), math.log(target)
        with np.errstate(divide="ignore"):  # log 0 = -inf is meant: it is clipped below
            x = np.log(x)
    # Dividing before subtracting would lose the exact 0 and 1 at the ends; clipping x first keeps -inf out of 0 * inf.
    x = np.clip(x, min(reference, target), max(reference, target))
    return np.asarray(np.clip((x - reference) / (target - reference), 0.0, 1.0), dtype=np.float64)
