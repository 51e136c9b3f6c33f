"""TOPSIS: relative closeness to the ideal and distance from the anti-ideal of the alternatives compared."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from majung.methods.labelled import Floats, InputError
from majung.methods.ranking.inputs import checked, directions, weighted_sum

Normalisation = Literal["vector", "min-max"]


def topsis(performance: ArrayLike, weights: ArrayLike, *, maximise: ArrayLike, normalisation: Normalisation) -> Floats:
    """Closeness C_a = d-_a / (d+_a + d-_a) in [0, 1]; higher is better (Hwang & Yoon 1981, ch. 3).

    d+_a = sqrt(sum_c (w_c (r*_c - r_ac))^2) with r* the best of the normalised r over the alternatives, d- the same to
    the worst. normalisation: "vector" r = x / sqrt(sum_a x^2), as published, or "min-max" r = (x - min) / (max - min);
    the choice changes winners, so it has no default. performance: (A, C) or (S, A, C); weights: (C,) or (S, C), sum 1;
    maximise: one boolean, or (C,). Returns (A,) or (S, A). A criterion on which all alternatives are equal separates
    nobody; alternatives equal on every weighted criterion all get 1/2. Rank reversal is possible: use it as a
    cross-check (:mod:`majung.methods.checks`).
    """
    x, w = checked(performance, weights)
    if normalisation not in get_args(Normalisation):
        raise InputError(f"unknown normalisation {normalisation!r}; known: {', '.join(get_args(Normalisation))}")
    x = x * directions(maximise, x.shape[-1])
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    if normalisation == "vector":
        # Dividing by the largest size first keeps the squares from overflowing.
        size = np.abs(x).max(axis=-2, keepdims=True)
        size = np.where(size > 0, size, 1.0)
        norm = size * np.sqrt(np.square(x / size).sum(axis=-2, keepdims=True))
    else:
        norm = best - worst
    norm = np.where(norm > 0, norm, 1.0)
    squares = np.square(w)
    to_best = np.sqrt(weighted_sum(np.square((best - x) / norm), squares))
    to_worst = np.sqrt(weighted_sum(np.square((x - worst) / norm), squares))
    both = to_best + to_worst
    apart = both > 0
    return np.where(apart, to_worst / np.where(apart, both, 1.0), 0.5)
