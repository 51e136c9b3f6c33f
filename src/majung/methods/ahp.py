"""Weights from pairwise comparisons (analytic hierarchy process), judge by judge and for the group.

A judgment matrix a has a_ij = how many times i matters as much as j, a_ji = 1/a_ij, a_ii = 1; NaN where the judge did
not compare. Functions take one matrix (n, n) or a stack (..., n, n) and return arrays with the same leading axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, root
from scipy.sparse.csgraph import connected_components

from majung.methods.labelled import Floats, InputError

Method = Literal["geometric", "eigenvector"]
Aggregation = Literal["judgments", "priorities-geometric", "priorities-arithmetic"]
Table = Literal["saaty-1980", "saaty-2005", "donegan-dodd-1991", "tummala-ling-1998", "alonso-lamata-2006"]

# Mean consistency index of random reciprocal matrices, for n = 3, 4, ... The tables differ (n = 5: 1.06 to 1.12), so
# that the same judge passes with one and fails with another: name the one that is used.
RANDOM_INDEX: Mapping[Table, tuple[float, ...]] = {
    # Saaty (1980), The Analytic Hierarchy Process, 500 matrices a size; the dip at n = 12 is his.
    "saaty-1980": (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    # Saaty (2005), Theory and Applications of the Analytic Network Process, p. 31.
    "saaty-2005": (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    # Donegan & Dodd (1991), Mathematical and Computer Modelling 15(10), 135-137.
    "donegan-dodd-1991": (
        *(0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643, 1.4822, 1.4969),
        *(1.5078, 1.5153, 1.5262, 1.5313, 1.5371),
    ),
    # Tummala & Ling (1998), Theory and Decision 44, 221-230.
    "tummala-ling-1998": (
        *(0.5799, 0.8921, 1.1159, 1.2358, 1.3322, 1.3952, 1.4537, 1.4882, 1.5117, 1.5356, 1.5571, 1.5714, 1.5831),
    ),
    # Alonso & Lamata (2006), Int. J. of Uncertainty, Fuzziness and Knowledge-Based Systems 14(4), 445-459.
    "alonso-lamata-2006": (
        *(0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
    ),
}
# Judgments printed with three decimals (0.333 for 1/3) are still reciprocal.
_RECIPROCAL = 2e-3
_CONVERGED = 1e-12
_ITERATIONS = 200
_CACHED = 1 << 14  # numbers checked together: small temporaries are not given back to the system each time
_STRIDE = 4  # power steps between two looks at convergence


def from_pairs(pairs: Mapping[tuple[int, int], float], n: int) -> Floats:
    """The judgment matrix (n, n) of compared pairs {(i, j): a_ij}; pairs left out are NaN. A pair is given once."""
    a = np.full((n, n), np.nan)
    np.fill_diagonal(a, 1.0)
    for (i, j), value in pairs.items():
        if not (0 <= i < n and 0 <= j < n) or i == j:
            raise InputError(f"pair ({i}, {j}): give two different positions from 0 to {n - 1}")
        if not np.isnan(a[i, j]):
            raise InputError(f"pair ({i}, {j}) is given twice")
        if not (value > 0 and np.isfinite(value)):
            raise InputError(f"judgment {value} of pair ({i}, {j}): a ratio is positive and finite")
        a[i, j], a[j, i] = value, 1 / value
    return a


def priorities(judgments: ArrayLike, *, method: Method) -> Floats:
    """Weights (..., n), sum 1, of judgment matrices (..., n, n).

    "geometric": row geometric mean w_i ~ (prod_j a_ij)^(1/n), the logarithmic least squares weights (Crawford &
    Williams 1985); with gaps the least squares over the known pairs, L log w = sum_j log a_ij with L the Laplacian of
    the graph of comparisons (Bozoki, Fulop & Ronyai 2010, sec. 4). "eigenvector": principal right eigenvector (Saaty
    1977), with gaps of the completion of least eigenvalue (:func:`complete`). Raises InputError for a matrix that is
    not positive or not reciprocal, or whose comparisons do not connect all n.
    """
    a, logs = _checked(judgments)
    if method == "geometric":
        return _geometric(logs)
    if method == "eigenvector":
        return _principal(_completed(a, logs), _geometric(logs))[0]
    raise InputError(f"unknown method {method!r}; known: {', '.join(get_args(Method))}")


def principal(judgments: ArrayLike) -> tuple[Floats, Floats]:
    """Principal eigenvector (..., n), sum 1, and eigenvalue lambda_max (...) of complete matrices, by power iteration.

    Matrices that have not settled to 1e-12 after 200 steps (wildly inconsistent ones) go to a full eigensolver.
    """
    a, logs = _checked(judgments)
    if np.isnan(logs).any():
        raise InputError("the matrix has gaps: complete() it first")
    return _principal(a, _geometric(logs))


def complete(judgments: ArrayLike) -> Floats:
    """Fill the gaps of one matrix (n, n) so that lambda_max is least (Bozoki, Fulop & Ronyai 2010, sec. 3).

    lambda_max is log-convex in the logarithms of the missing entries, with slope (y_i a_ij x_j - y_j a_ji x_i) / y'x
    for right and left eigenvectors x, y: the minimum is unique if and only if the comparisons connect all n. Starts
    from the least squares ratios. Raises InputError if they do not connect.
    """
    a, logs = _checked(judgments)
    if a.ndim != 2:
        raise InputError(f"complete() takes one matrix, not {a.shape}")
    i, j = np.nonzero(np.triu(np.isnan(a)))
    if not len(i):
        return a.copy()

    w = _geometric(logs)

    def filled(t: Floats) -> Floats:
        full = a.copy()
        full[i, j], full[j, i] = np.exp(t), np.exp(-t)
        return full

    def log_eigenvalue(t: Floats) -> tuple[float, Floats]:
        full = filled(t)
        x, value = _principal(full, w)
        y, _ = _principal(full.T, 1 / w)
        change = (y[i] * full[i, j] * x[j] - y[j] * full[j, i] * x[i]) / (y @ x)
        return float(np.log(value)), change / value

    def slope(t: Floats) -> Floats:
        return log_eigenvalue(t)[1]

    near = minimize(log_eigenvalue, np.log(w[i] / w[j]), jac=True, method="BFGS", options={"gtol": 1e-7}).x
    # The minimum of a smooth function is flat: solving for zero slope finds its place to twice as many digits.
    exact = root(slope, near, tol=1e-13)
    return filled(np.asarray(exact.x if exact.success else near))


@dataclass(frozen=True, eq=False)
class Consistency:
    """How far a judge contradicts himself; every field has the leading axes of the judgments.

    eigenvalue: lambda_max >= n. index: (lambda_max - n) / (n - 1). ratio: index over the random index; by Saaty's rule
    up to 0.1 is acceptable. geometric: GCI = 2 / ((n-1)(n-2)) sum_{i<j} log^2(a_ij w_j / w_i) (Crawford & Williams
    1985; Aguaron & Moreno-Jimenez 2003: 0.31, 0.35, 0.37 for n = 3, 4, more stand for a ratio of 0.1); with gaps, over
    the known pairs and the degrees of freedom they leave. random_index: the one used. table: its name.
    """

    eigenvalue: Floats
    index: Floats
    ratio: Floats
    geometric: Floats
    random_index: Floats
    table: Table


def consistency(judgments: ArrayLike, *, table: Table) -> Consistency:
    """Consistency ratio and geometric consistency index of matrices (..., n, n).

    With m missing pairs the eigenvalue is that of the best completion and the random index is
    (1 - 2 m / ((n-1)(n-2))) RI_n (Agoston & Csato 2022): gaps leave less room for contradiction. Matrices with n < 3,
    or with no circuit of comparisons, cannot contradict themselves: ratio 0. Raises InputError for n beyond the table.
    """
    a, logs = _checked(judgments)
    w = _geometric(logs)
    eigenvalue = _principal(_completed(a, logs), w)[1]
    index, ratio, random_index = _ratio(eigenvalue, logs, table)
    log_weights = np.log(w)
    errors = logs - (log_weights[..., :, None] - log_weights[..., None, :])
    known = ~np.isnan(logs)
    n = a.shape[-1]
    freedom = np.maximum(known.sum(axis=(-2, -1)) / 2 - 1.5 * n + 1, 1.0)  # known pairs less n - 1 weights
    geometric = np.square(errors, where=known, out=np.zeros_like(errors)).sum(axis=(-2, -1)) / 2 / freedom
    return Consistency(eigenvalue, index, ratio, geometric, random_index, table)


@dataclass(frozen=True, eq=False)
class Triads:
    """The most contradictory triad of each matrix: positions (..., 3) i < j < k, and a_ij a_jk / a_ik (...), 1 if none.

    "You said i is a_ik times k; by way of j it would be a_ij a_jk times": to be asked when the judgments are entered.
    """

    triad: NDArray[np.intp]
    ratio: Floats


def worst_triad(judgments: ArrayLike) -> Triads:
    """The triad that is farthest from a_ij a_jk = a_ik, in ratio (Koczkodaj 1993), among triads without gaps."""
    _, logs = _checked(judgments)
    n = logs.shape[-1]
    if n < 3:
        raise InputError(f"a triad needs three elements, the matrix has {n}")
    i, j, k = (index.ravel() for index in np.indices((n, n, n)))
    ordered = (i < j) & (j < k)
    i, j, k = i[ordered], j[ordered], k[ordered]
    errors = logs[..., i, j] + logs[..., j, k] - logs[..., i, k]
    sizes = np.where(np.isnan(errors), -1.0, np.abs(errors))
    worst = sizes.argmax(axis=-1)
    error = np.take_along_axis(errors, worst[..., None], axis=-1)[..., 0]
    none = np.isnan(error)
    triad = np.stack([i[worst], j[worst], k[worst]], axis=-1)
    return Triads(np.where(none[..., None], -1, triad), np.exp(np.where(none, 0.0, error)))


@dataclass(frozen=True, eq=False)
class Group:
    """The group's weights with and without the judges who contradict themselves, and how far the judges differ.

    weights (n,): all judges. weights_consistent (n,): without the inconsistent; NaN if nobody is left. ratio: that of
    the group's matrix (NaN when priorities are aggregated). judge_weights (J, n), judge_ratio (J,), inconsistent (J,):
    each judge's. dispersion (n,): geometric standard deviation of the judges' weights, 1 = unanimous. quartiles (n, 3):
    of the judges' weights. judgment_dispersion (n, n): geometric standard deviation of each judgment.
    """

    weights: Floats
    weights_consistent: Floats
    ratio: float
    judge_weights: Floats
    judge_ratio: Floats
    inconsistent: NDArray[np.bool_]
    dispersion: Floats
    quartiles: Floats
    judgment_dispersion: Floats


def group(
    judgments: ArrayLike,
    *,
    method: Method,
    aggregation: Aggregation,
    table: Table,
    threshold: float = 0.1,
    importance: ArrayLike | None = None,
) -> Group:
    """Weights of a group of judges; judgments: (J, n, n).

    aggregation: "judgments" (AIJ: one matrix of weighted geometric means, the only mean that keeps reciprocity, Aczel &
    Saaty 1983; a gap takes the mean of those who answered) for a group that acts as one; "priorities-geometric" or
    "priorities-arithmetic" (AIP) for separate individuals (Forman & Peniwati 1998). threshold: consistency ratio above
    which a judge counts as inconsistent. No judge is dropped silently: both results are returned. importance: (J,) of
    the judges, not negative; equal if not given.
    """
    a, logs = _checked(judgments)
    if a.ndim != 3 or not len(a):
        raise InputError(f"judgments of a group have shape (judges, n, n), not {a.shape}")
    if aggregation not in get_args(Aggregation):
        raise InputError(f"unknown aggregation {aggregation!r}; known: {', '.join(get_args(Aggregation))}")
    if method not in get_args(Method):
        raise InputError(f"unknown method {method!r}; known: {', '.join(get_args(Method))}")
    share = np.ones(len(a)) if importance is None else np.asarray(importance, dtype=np.float64)
    if share.shape != (len(a),) or not np.isfinite(share).all() or (share < 0).any() or share.sum() == 0:
        raise InputError(f"importance must hold {len(a)} numbers, not negative, not all zero")
    least_squares = _geometric(logs)
    eigenvectors, eigenvalues = _principal(_completed(a, logs), least_squares)
    each = eigenvectors if method == "eigenvector" else least_squares
    judge_ratio = _ratio(eigenvalues, logs, table)[1]
    inconsistent = judge_ratio > threshold
    consistent = share * ~inconsistent
    log_each = np.log(each)
    weights, ratio = _aggregate(logs, log_each, share, method, aggregation, table)
    without = np.full(a.shape[-1], np.nan)
    if consistent.sum() > 0:
        without, _ = _aggregate(logs, log_each, consistent, method, aggregation, table)
    return Group(
        weights=weights,
        weights_consistent=without,
        ratio=ratio,
        judge_weights=each,
        judge_ratio=judge_ratio,
        inconsistent=inconsistent,
        dispersion=_geometric_deviation(log_each, share),
        quartiles=_quartiles(each),
        judgment_dispersion=_geometric_deviation(logs, share),
    )


def _aggregate(
    logs: Floats, log_each: Floats, share: Floats, method: Method, aggregation: Aggregation, table: Table
) -> tuple[Floats, float]:
    if aggregation == "judgments":
        together = _mean(logs, share)
        together = (together - together.T) / 2  # judges whose 1/3 reads 0.333 differ from reciprocal by rounding
        least_squares = _geometric(together)
        eigenvector, eigenvalue = _principal(_completed(np.exp(together), together), least_squares)
        return eigenvector if method == "eigenvector" else least_squares, float(_ratio(eigenvalue, together, table)[1])
    if aggregation == "priorities-geometric":
        w = np.exp(_mean(log_each, share))
    else:
        w = share @ np.exp(log_each)
    return w / w.sum(), np.nan


def _mean(values: Floats, share: Floats) -> Floats:
    """Weighted mean over the first axis, over what is known; NaN where nobody knows."""
    flat = values.reshape(len(values), -1)
    mean = share @ flat / share.sum()
    if np.isnan(mean).any():
        known = ~np.isnan(flat)
        total = share @ known
        sums = share @ np.where(known, flat, 0.0)
        mean = np.where(total > 0, sums / np.where(total > 0, total, 1.0), np.nan)
    return np.asarray(mean.reshape(values.shape[1:]))


def _geometric_deviation(logs: Floats, share: Floats) -> Floats:
    mean = _mean(logs, share)
    variance = np.zeros(mean.size)
    step = max(1, _CACHED // mean.size)
    for start in range(0, len(logs), step):
        part = np.square(logs[start : start + step] - mean)
        variance += share[start : start + step] @ part.reshape(len(part), -1)
    spread = np.sqrt(variance / share.sum()).reshape(mean.shape)
    if np.isnan(spread).any():
        spread = np.sqrt(_mean(np.square(logs - mean), share))
    return np.asarray(np.exp(spread))


def _quartiles(each: Floats) -> Floats:
    """numpy's default quantiles of the rows, (n, 3), by sorting: a tenth of the cost for short columns."""
    ordered = np.sort(each.T, axis=1)
    place = np.array([0.25, 0.5, 0.75]) * (len(each) - 1)
    low = np.floor(place).astype(np.intp)
    below, above = ordered[:, low], ordered[:, np.ceil(place).astype(np.intp)]
    return np.asarray(below + (place - low) * (above - below))


def _ratio(eigenvalue: Floats, logs: Floats, table: Table) -> tuple[Floats, Floats, Floats]:
    """Consistency index, ratio and random index for eigenvalues (...) of matrices with logarithms (..., n, n)."""
    n = logs.shape[-1]
    unknown = np.isnan(logs)
    missing = unknown.sum(axis=(-2, -1)) / 2 if unknown.any() else np.zeros(logs.shape[:-2])
    random_index = np.asarray(np.maximum(1 - missing / max((n - 1) * (n - 2) / 2, 1), 0.0) * _random_index(n, table))
    index = np.maximum(eigenvalue - n, 0.0) / max(n - 1, 1)
    possible = random_index > 1e-12
    return index, np.where(possible, index / np.where(possible, random_index, 1.0), 0.0), random_index


def _random_index(n: int, table: Table) -> float:
    if table not in RANDOM_INDEX:
        raise InputError(f"unknown random index table {table!r}; known: {', '.join(RANDOM_INDEX)}")
    if n < 3:
        return 0.0
    if n - 3 >= len(RANDOM_INDEX[table]):
        raise InputError(f"table {table!r} ends at n = {len(RANDOM_INDEX[table]) + 2}, the matrix has n = {n}")
    return RANDOM_INDEX[table][n - 3]


def _geometric(logs: Floats) -> Floats:
    n = logs.shape[-1]
    means = logs @ np.full(n, 1 / n)
    if np.isnan(means).any():
        known = ~np.isnan(logs)
        laplacian = -known.astype(np.float64)
        laplacian[..., np.arange(n), np.arange(n)] = known.sum(axis=-1) - 1.0
        # Adding the all-ones matrix fixes the free constant (mean of log w = 0) without touching the solution.
        sums = np.where(known, logs, 0.0).sum(axis=-1)
        means = np.linalg.solve(laplacian + 1.0, sums[..., None])[..., 0]
    w = np.exp(means)
    return np.asarray(w / w.sum(axis=-1, keepdims=True))


def _principal(a: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Power iteration from (..., n) weights near the answer; the least squares ones are exact if consistent."""
    n = a.shape[-1]
    flat = np.ascontiguousarray(a.reshape(-1, n, n))
    w = start.reshape(-1, n).copy()
    eigenvalue = np.full(len(flat), float(n))
    todo = unsettled = np.arange(len(flat))
    part = flat
    for _ in range(_ITERATIONS // _STRIDE):
        image = w[todo]
        for _ in range(_STRIDE - 1):  # looking at each step would cost as much as taking it
            image = np.einsum("kij,kj->ki", part, image)
        before = image / image.sum(axis=1, keepdims=True)
        image = np.einsum("kij,kj->ki", part, before)
        total = image.sum(axis=1)
        image /= total[:, None]
        moving = (np.abs(image - before) > _CONVERGED * image).any(axis=1)
        w[todo], eigenvalue[todo] = image, total
        unsettled = todo[moving]
        if not len(unsettled):
            break
        if 2 * len(unsettled) <= len(todo):  # taking out each as it settles would cost more than it saves
            todo, part = unsettled, part[moving]
    for k in unsettled:
        values, vectors = np.linalg.eig(flat[k])
        best = int(np.argmax(values.real))
        w[k] = np.abs(vectors[:, best].real) / np.abs(vectors[:, best].real).sum()
        eigenvalue[k] = values[best].real
    return w.reshape(a.shape[:-1]), eigenvalue.reshape(a.shape[:-2])


def _completed(a: Floats, logs: Floats) -> Floats:
    unknown = np.isnan(logs)
    if not unknown.any():
        return a
    full = a.copy()
    for position in np.argwhere(unknown.any(axis=(-2, -1))):
        full[tuple(position)] = complete(a[tuple(position)])
    return full


def _checked(judgments: ArrayLike) -> tuple[Floats, Floats]:
    """The matrices and their logarithms, NaN in the gaps."""
    a = np.asarray(judgments, dtype=np.float64)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2] or 0 in a.shape:
        raise InputError(f"judgments have shape {a.shape}: give (n, n), or a stack (..., n, n)")
    n = a.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):  # refused below, by name
        logs = np.log(a)
        diagonal = np.diagonal(logs, axis1=-2, axis2=-1)
        flat = logs.reshape(-1, n, n)
        step = max(1, _CACHED // (n * n))
        blocks = (flat[start : start + step] for start in range(0, len(flat), step))
        reciprocal = all((np.abs(part + np.swapaxes(part, 1, 2)) <= _RECIPROCAL).all() for part in blocks)
        if reciprocal and (diagonal == 0).all():
            return a, logs
        asymmetry = np.abs(logs + np.swapaxes(logs, -1, -2))
    known = ~np.isnan(a)
    bad = known & ~((a > 0) & (a < np.inf))
    if bad.any():
        at = tuple(np.argwhere(bad)[0].tolist())
        raise InputError(f"judgment {a[at]} at {at}: a ratio is positive and finite; NaN marks a pair not compared")
    # NaN against a number is a half-filled pair and must fail too, hence the negation.
    bad = ~(asymmetry <= _RECIPROCAL) & (known | np.swapaxes(known, -1, -2))
    bad[..., np.arange(n), np.arange(n)] |= diagonal != 0
    if bad.any():
        at = tuple(np.argwhere(bad)[0].tolist())
        raise InputError(f"judgments at {at} are not reciprocal: a_ij must be 1 / a_ji, and 1 on the diagonal")
    for position in np.argwhere(~known.all(axis=(-2, -1))):
        parts, part = connected_components(known[tuple(position)], directed=False)
        if parts > 1:
            alone = np.flatnonzero(part != part[0]).tolist()
            where = f" of matrix {position.tolist()}" if len(position) else ""
            raise InputError(f"no comparison{where} links elements {alone} with element 0: ask one more pair")
    return a, logs
