"""Co-occurrence: which codes the records of one subject carry more often than records in general."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from majung.methods.labelled import Floats, InputError
from majung.methods.opinion.statements import wilson

Sparse = csr_array[np.float64, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class CoOccurrence:
    """Codes (C) of the records of a subject, by fractional counts.

    records: (C,) subject records on each code; total: subject records that carry any code. share: (C,) records / total;
    low, high: its Wilson interval. lift: (C,) share over the code's share of all records, NaN for a code that no record
    carries. specificity: (C,) share of the code's records that are the subject's, NaN likewise.
    """

    records: Floats
    total: float
    share: Floats
    low: Floats
    high: Floats
    lift: Floats
    specificity: Floats

    @property
    def over_represented(self) -> NDArray[np.bool_]:
        """Codes whose share among the subject's records lies above their share of all records by more than chance:
        the low end of the interval is above it."""
        with np.errstate(invalid="ignore", divide="ignore"):
            overall = np.where(self.lift > 0, self.share / self.lift, np.inf)
        return np.asarray(self.low > overall)


def cooccurrence(carries: ArrayLike | Sparse, subject: ArrayLike, *, level: float = 0.9) -> CoOccurrence:
    """Co-occurrence of codes with a subject.

    carries: (records, codes) >= 0, dense or sparse: how much of each record a code is; a record's row is divided by its
    sum, so that each record counts once. Records without a code are left out. subject: (records,) whether the record is
    the subject's. Raises InputError for shapes that do not fit, negative or infinite entries, and a subject without
    coded records.
    """
    if isinstance(carries, csr_array):
        matrix: Sparse = carries.astype(np.float64)
    else:
        matrix = csr_array(np.atleast_2d(np.asarray(carries, dtype=np.float64)))
    chosen = np.asarray(subject, dtype=bool)
    if chosen.shape != (matrix.shape[0],):
        raise InputError(f"subject of shape {chosen.shape} for {matrix.shape[0]} records")
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise InputError("what a record carries is negative or not finite")
    sums: Floats = np.asarray(matrix.sum(axis=1)).ravel()
    coded = sums > 0
    if not (coded & chosen).any():
        raise InputError("no record of the subject carries a code")
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=coded)
    everything = np.asarray(matrix.T @ scale).ravel()
    own = np.asarray(matrix.T @ (scale * chosen)).ravel()
    total, whole = float((coded & chosen).sum()), float(coded.sum())
    share = own / total
    low, high = wilson(own, np.full(own.shape, total), level=level)
    lift = np.divide(share, everything / whole, out=np.full(own.shape, np.nan), where=everything > 0)
    specificity = np.divide(own, everything, out=np.full(own.shape, np.nan), where=everything > 0)
    return CoOccurrence(own, total, share, low, high, lift, specificity)
