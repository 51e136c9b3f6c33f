"""Weights of criteria: elicited (direct, swing), read off the data as a reference (entropy, CRITIC), or sampled.

Weights from pairwise comparisons are in :mod:`majung.methods.ahp`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import null_space
from scipy.optimize import linprog
from scipy.special import xlogy

from majung.methods.labelled import Floats, InputError

_TRIAL = 2_000  # proposals that estimate the acceptance rate of each way of rejection
_CHEAP = 0.02  # accepted share from which rejection (independent draws) is preferred to hit-and-run
_PROPOSALS = 1 << 20  # numbers proposed at once (8 MB)
_CHAINS = 1_000  # hit-and-run chains run side by side
_FEASIBLE = 1e-9


def direct(points: ArrayLike) -> Floats:
    """Weights from points given to each criterion, w = points / sum. points: (..., k), not negative; (..., k) returned.

    Each row (judge) is normalised by itself. Raises InputError for negative or missing points or a row of zeros.
    """
    p = np.asarray(points, dtype=np.float64)
    if p.ndim < 1 or 0 in p.shape:
        raise InputError(f"points have shape {p.shape}: give one number a criterion")
    if not np.isfinite(p).all() or (p < 0).any():
        at = tuple(np.argwhere(~(np.isfinite(p) & (p >= 0)))[0].tolist())
        raise InputError(f"points {p[at]} at {at}: points are finite and not negative")
    total = p.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise InputError("a judge gave no points to any criterion: ask again or leave the judge out, and say so")
    return np.asarray(p / total)


def swing(points: ArrayLike) -> Floats:
    """Swing weights (von Winterfeldt & Edwards 1986): w = points / sum.

    points: (..., k) from 0 to 100; 100 for the criterion whose swing from worst to best end of its scale matters most,
    the others in proportion to it. Raises InputError if a judge's highest is not 100: the scale's anchor is missing.
    """
    w = direct(points)
    top = np.asarray(points, dtype=np.float64).max(axis=-1)
    if (top != 100).any():
        raise InputError(
            f"the most important swing must have 100 points, not {float(np.extract(top != 100, top)[0]):g}"
        )
    return w


def entropy(performance: ArrayLike) -> Floats:
    """Entropy weights (Hwang & Yoon 1981, ch. 2): a reference for how much each criterion discriminates, not a value.

    p_ac = x_ac / sum_a x_ac, E_c = -sum_a p ln p / ln A, w_c = (1 - E_c) / sum (1 - E). performance: (A, C), A >= 2,
    not negative, larger better; returns (C,). Raises InputError for negative values, an empty column, or if every
    column is constant.
    """
    x = _table(performance)
    if (x < 0).any():
        i, j = np.argwhere(x < 0)[0]
        raise InputError(f"value {x[i, j]:g} of alternative {i} on criterion {j} is negative: entropy needs shares")
    total = x.sum(axis=0)
    if (total == 0).any():
        raise InputError(f"criterion {int(np.argmax(total == 0))} is zero for all alternatives: leave it out")
    p = x / total
    information = 1 + xlogy(p, p).sum(axis=0) / np.log(len(x))
    return _normalised(np.maximum(information, 0.0))


def critic(performance: ArrayLike, *, maximise: ArrayLike) -> Floats:
    """CRITIC weights (Diakoulaki, Mavrotas & Papayannakis 1995): contrast times conflict, a reference from the data.

    On min-max scores, C_c = sd_c sum_k (1 - r_ck) with Pearson's r; w = C / sum C. performance: (A, C), A >= 2;
    maximise: one boolean, or (C,); returns (C,). A constant criterion gets 0. Raises InputError if all are constant, or
    if there is only one criterion or no conflict at all.
    """
    x = _table(performance)
    flags = np.asarray(maximise)
    if flags.dtype != np.bool_ or flags.shape not in ((), (x.shape[1],)):
        raise InputError(f"maximise has shape {flags.shape} of {flags.dtype}: give one boolean, or one a criterion")
    x = np.where(flags, x, -x)
    spread = np.ptp(x, axis=0)
    scores = (x - x.min(axis=0)) / np.where(spread > 0, spread, 1.0)
    deviation = scores.std(axis=0)
    centred = (scores - scores.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    correlation = centred.T @ centred / len(x)
    conflict = ((1 - correlation) * (deviation > 0)).sum(axis=1)
    return _normalised(deviation * np.maximum(conflict, 0.0))


def _table(performance: ArrayLike) -> Floats:
    x = np.asarray(performance, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] < 2 or x.shape[1] < 1 or not np.isfinite(x).all():
        raise InputError(f"performances {x.shape}: give finite (alternatives, criteria), at least two alternatives")
    return x


def _normalised(amounts: Floats) -> Floats:
    total = amounts.sum()
    if total <= 1e-12:
        raise InputError(
            "the criteria do not tell the alternatives apart in different ways: such data carry no weights"
        )
    return np.asarray(amounts / total)


def sample_simplex(k: int, n: int, rng: np.random.Generator) -> Floats:
    """Uniform draws (n, k) from {w >= 0, sum w = 1}: exponential variates over their sum (Rubinstein 1982)."""
    if k < 1 or n < 1:
        raise InputError(f"{n} draws of {k} weights: both must be at least 1")
    draws = rng.standard_exponential((n, k))
    draws /= draws.sum(axis=1, keepdims=True)
    return draws


def sample_ordinal(order: Sequence[int], n: int, rng: np.random.Generator) -> Floats:
    """Uniform draws (n, k) from {w >= 0, sum w = 1, w_order[0] >= w_order[1] >= ...}: sorted draws of the simplex.

    order: positions of the criteria, most important first, each once. Ties and partial orders: :func:`sample_polytope`.
    """
    k = len(order)
    if sorted(order) != list(range(k)) or not k:
        raise InputError(f"order {list(order)} must name each criterion from 0 to {k - 1} once")
    draws = np.empty((n, k))
    draws[:, list(order)] = np.sort(sample_simplex(k, n, rng), axis=1)[:, ::-1]
    return draws


def sample_bounded_simplex(lower: ArrayLike, upper: ArrayLike, n: int, rng: np.random.Generator) -> Floats:
    """Uniform draws (n, k) from {w >= 0, sum w = 1, lower <= w <= upper}.

    lower, upper: (k,) each. Independent draws by rejection where at least 2 % of the proposals fit: from the simplex
    above the lower bounds, the mirrored simplex below the upper bounds, or the box with its widest coordinate solved
    for, whichever fits best in a trial of 2,000. Otherwise hit-and-run (:func:`sample_polytope`, which states burn-in
    and thinning). Raises InputError if no weights fit, naming the sums of the bounds.
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    if low.ndim != 1 or low.shape != high.shape or not len(low) or n < 1:
        raise InputError(f"{n} draws with bounds of shape {low.shape} and {high.shape}: give (k,) twice, n at least 1")
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputError("bounds of weights must be finite: use 0 and 1 where nothing is known")
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    if (low > high).any():
        j = int(np.argmax(low > high))
        raise InputError(f"weight {j}: lower bound {low[j]:g} above upper bound {high[j]:g}")
    if low.sum() > 1 + _FEASIBLE or high.sum() < 1 - _FEASIBLE:
        raise InputError(
            f"no weights fit: the lower bounds sum to {low.sum():.6g} (at most 1 needed), "
            f"the upper bounds to {high.sum():.6g} (at least 1 needed)"
        )
    # What the others leave over tightens each bound; afterwards a coordinate of zero width is a constant.
    low, high = np.maximum(low, 1 - (high.sum() - high)), np.minimum(high, 1 - (low.sum() - low))
    free = high - low > _FEASIBLE
    draws = np.tile(low, (n, 1))
    if free.sum() < 2:
        return np.asarray(draws / draws.sum(axis=1, keepdims=True))
    mass = 1 - low[~free].sum()
    draws[:, free] = _bounded(low[free], high[free], float(mass), n, rng)
    return draws


def _bounded(low: Floats, high: Floats, mass: float, n: int, rng: np.random.Generator) -> Floats:
    """Uniform draws from {sum w = mass, low <= w <= high}, every width positive."""
    k = len(low)
    widest = int(np.argmax(high - low))
    others = np.arange(k) != widest

    def above(m: int) -> Floats:
        return low + float(mass - low.sum()) * sample_simplex(k, m, rng)

    def below(m: int) -> Floats:
        return high - float(high.sum() - mass) * sample_simplex(k, m, rng)

    def box(m: int) -> Floats:
        w = low + (high - low) * rng.random((m, k))
        w[:, widest] = mass - w[:, others].sum(axis=1)
        return w

    def fits(w: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(((w >= low) & (w <= high)).all(axis=1))

    rates = [float(fits(propose(_TRIAL)).mean()) for propose in (above, below, box)]
    best = int(np.argmax(rates))
    if rates[best] < _CHEAP:
        scaled = sample_polytope(np.vstack([np.eye(k), -np.eye(k)]), np.concatenate([high, -low]) / mass, n, rng)
        return np.clip(scaled * mass, low, high)
    kept: list[Floats] = []
    missing = n
    while missing > 0:
        w = (above, below, box)[best](min(int(missing / rates[best] * 1.05) + 16, max(1, _PROPOSALS // k)))
        w = w[fits(w)][:missing]
        kept.append(w)
        missing -= len(w)
    return np.concatenate(kept)


def sample_polytope(a: ArrayLike, b: ArrayLike, n: int, rng: np.random.Generator) -> Floats:
    """Nearly uniform draws (n, k) from {w >= 0, sum w = 1, a w <= b} by hit-and-run (Smith 1984; Tervonen et al. 2013).

    a: (m, k), b: (m,). With d = k - 1 dimensions: 200 pilot chains run 10 d^2 + 100 steps from the Chebyshev centre;
    the covariance of their ends rounds the body; up to 1,000 chains start from those ends, burn in for 2 d^2 + 50 steps
    and give a draw every 2 d + 5 steps. Draws of one chain are still a little correlated. Raises InputError if no
    weights fit, or if only a face without interior does (an equality written as two inequalities).
    """
    matrix, bound = np.atleast_2d(np.asarray(a, dtype=np.float64)), np.atleast_1d(np.asarray(b, dtype=np.float64))
    if matrix.ndim != 2 or bound.shape != (len(matrix),) or matrix.shape[1] < 2 or n < 1:
        raise InputError(
            f"{n} draws under constraints of shape {matrix.shape} and {bound.shape}: give a (m, k >= 2), b (m,), n >= 1"
        )
    if not (np.isfinite(matrix).all() and np.isfinite(bound).all()):
        raise InputError("constraints on weights must be finite")
    k = matrix.shape[1]
    basis = null_space(np.ones((1, k)))  # (k, k - 1): the directions that keep the sum
    rows, limits = np.vstack([-np.eye(k), matrix]), np.concatenate([np.zeros(k), bound])
    walls = rows @ basis
    norms = np.linalg.norm(walls, axis=1)
    flat = norms <= _FEASIBLE  # says something about the sum only: true or false everywhere
    centre, radius = _chebyshev(rows, limits, norms, k)
    if radius <= _FEASIBLE:
        raise InputError(
            "no weights fit the constraints"
            if radius < -_FEASIBLE
            else "the constraints leave no interior: substitute the weights that an equality fixes"
        )
    walls, slack = walls[~flat], (limits - rows @ centre)[~flat]
    d = k - 1
    pilots = _walk(np.zeros((200, d)), walls, slack, np.eye(d), 10 * d * d + 100, rng)
    # The factor must exist even if the pilot is flat in a direction; any full-rank one keeps the draws uniform.
    covariance = np.atleast_2d(np.cov(pilots.T))
    rounding = np.linalg.cholesky(covariance + 1e-9 * max(np.trace(covariance) / d, radius**2) * np.eye(d))
    chains = min(n, _CHAINS)
    states = _walk(pilots[np.arange(chains) % len(pilots)], walls, slack, rounding, 2 * d * d + 50, rng)
    draws = np.empty((-(-n // chains) * chains, d))
    for start in range(0, n, chains):
        states = _walk(states, walls, slack, rounding, 2 * d + 5, rng)
        draws[start : start + chains] = states
    weights = np.maximum(centre + draws[:n] @ basis.T, 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _chebyshev(rows: Floats, limits: Floats, norms: Floats, k: int) -> tuple[Floats, float]:
    """Centre and radius of the largest ball in {sum w = 1, rows w <= limits}; negative radius: empty, by how much."""
    solution = linprog(
        np.concatenate([np.zeros(k), [-1.0]]),
        A_ub=np.column_stack([rows, norms]),
        b_ub=limits,
        A_eq=np.concatenate([np.ones(k), [0.0]])[None, :],
        b_eq=[1.0],
        bounds=[(None, None)] * k + [(None, 1.0)],
        method="highs",
    )
    if solution.x is None:  # only a constraint on the sum itself cannot be met by shrinking the ball
        return np.full(k, 1 / k), -np.inf
    found = np.asarray(solution.x)
    return found[:k], float(found[k])


def _walk(start: Floats, walls: Floats, limits: Floats, shape: Floats, steps: int, rng: np.random.Generator) -> Floats:
    """Hit-and-run of len(start) chains side by side in {y: walls y <= limits}, directions N(0, shape shape^T)."""
    y = start.copy()
    for _ in range(steps):
        direction = rng.standard_normal(y.shape) @ shape.T
        # A rounding error may put a chain on a wall; the smallest positive slack lets it leave again.
        slack = np.maximum(limits - y @ walls.T, 1e-300)
        speed = (direction @ walls.T) / slack
        ahead, behind = 1 / speed.max(axis=1), 1 / speed.min(axis=1)
        y += (behind + (ahead - behind) * rng.random(len(y)))[:, None] * direction
    return y
