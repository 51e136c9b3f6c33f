"""The additive value model: the default, because it cannot reverse two alternatives when a third comes or goes."""

from __future__ import annotations

from numpy.typing import ArrayLike

from majung.methods.labelled import Floats
from majung.methods.ranking.inputs import checked, weighted_sum


def additive(scores: ArrayLike, weights: ArrayLike) -> Floats:
    """Overall value of each alternative, V_a = sum_c w_c v_ac; higher is better (Keeney & Raiffa 1976, ch. 3).

    scores: (A, C) values on fixed scales (:func:`majung.methods.value.score`), or (S, A, C). weights: (C,) or (S, C),
    not negative, sum 1. Valid under mutual preferential independence of the criteria. Returns (A,) or (S, A). Raises
    InputError for NaN, negative weights, or weights that do not sum to 1.
    """
    v, w = checked(scores, weights)
    return weighted_sum(v, w)
