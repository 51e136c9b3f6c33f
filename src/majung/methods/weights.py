"""Weights of criteria: sampled from what is known about them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import null_space
from scipy.optimize import linprog

from majung.methods.labelled import Floats, InputError

_TRIAL = 2_000  # proposals that estimate the acceptance rate of each way of rejection
_CHEAP = 0.02  # accepted share from which rejection (independent draws) is preferred to hit-and-run
_CHAINS = 1_000  # hit-and-run chains run side by side
_FEASIBLE = 1e-9


def sample_simplex(k: int, n: int, rng: np.random.Generator) -> Floats:
    """Uniform draws (n, k) from {w >= 0, sum w = 1}: exponential variates over their sum (Rubinstein 1982)."""
    if k < 1 or n < 1:
        raise InputError(f"{n} draws of {k} weights: both must be at least 1")
    draws = rng.standard_exponential((n, k))
    draws /= draws.sum(axis=1, keepdims=True)
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
        w = (above, below, box)[best](int(missing / rates[best] * 1.05) + 16)
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
