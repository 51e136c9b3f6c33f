import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.ranking.promethee import promethee_i, promethee_ii

KINDS = ("usual", "u-shape", "v-shape", "level", "linear", "gaussian")


def degree(d, kind, q, p):
    """Oracle: the six preference functions as Brans, Vincke & Mareschal (1986) print them."""
    if d <= 0:
        return 0.0
    if kind == "usual":
        return 1.0
    if kind == "u-shape":
        return float(d > q)
    if kind == "v-shape":
        return min(d / p, 1.0)
    if kind == "level":
        return 0.0 if d <= q else 0.5 if d <= p else 1.0
    if kind == "linear":
        return min(max((d - q) / (p - q), 0.0), 1.0)
    return 1 - np.exp(-(d**2) / (2 * p**2))


def naive(x, kinds, sign, q, p):
    a, c = x.shape
    wins, losses = np.zeros((a, c)), np.zeros((a, c))
    for k in range(c):
        for i in range(a):
            for j in range(a):
                if i != j:
                    d = sign[k] * x[i, k] - sign[k] * x[j, k]
                    wins[i, k] += degree(d, kinds[k], q[k], p[k]) / (a - 1)
                    losses[j, k] += degree(d, kinds[k], q[k], p[k]) / (a - 1)
    return wins, losses


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**32 - 1), st.sampled_from([1.0, 1e-6, 1e6]), st.booleans())
def test_flows_agree_with_pair_by_pair_sums(a, seed, scale, tied):
    rng = np.random.default_rng(seed)
    x = (rng.integers(0, 4, (a, 6)) if tied else rng.random((a, 6))) * scale
    q = rng.integers(0, 2, 6) * scale if tied else rng.random(6) * 0.3 * scale
    p = q + (rng.integers(1, 3, 6) if tied else rng.random(6) + 0.05) * scale
    up = rng.random(6) > 0.5
    w = rng.dirichlet(np.ones(6))
    flows = promethee_ii(x, w, preference=KINDS, maximise=up, indifference=q, threshold=p)
    wins, losses = naive(x, KINDS, np.where(up, 1, -1), q, p)
    assert np.allclose(flows.unicriterion_positive, wins, atol=1e-12)
    assert np.allclose(flows.unicriterion_negative, losses, atol=1e-12)
    assert np.allclose(flows.positive, wins @ w)
    assert np.allclose(flows.net, (wins - losses) @ w)
    assert flows.net.sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("kind", ["u-shape", "level"])
def test_steps_fall_where_the_rounded_difference_falls(kind):
    # Tenths are not exact: 0.3 - 0.1 < 0.2 while 0.1 > 0.3 - 0.2 in doubles. The definition compares the difference.
    x = np.arange(40)[:, None] / 10
    for q in (0.1, 0.2, 0.3, 0.7):
        flows = promethee_ii(x, [1.0], preference=kind, maximise=True, indifference=q, threshold=q + 0.4)
        wins, losses = naive(x, [kind], [1], [q], [q + 0.4])
        assert np.allclose(flows.unicriterion_positive, wins, atol=1e-12)
        assert np.allclose(flows.unicriterion_negative, losses, atol=1e-12)


def test_blocks_of_pairs_do_not_change_the_flows(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.random((11, 1))
    whole = promethee_ii(x, [1.0], preference="gaussian", maximise=True, threshold=0.2)
    monkeypatch.setattr("majung.methods.ranking.promethee._PAIRS", 30)
    assert np.allclose(promethee_ii(x, [1.0], preference="gaussian", maximise=True, threshold=0.2).net, whole.net)


def test_partial_order_by_hand():
    # On both criteria 0 beats 2; 1 leads one criterion and trails the other.
    flows = promethee_ii([[2, 2], [3, 0], [1, 1]], [0.5, 0.5], preference="usual", maximise=True)
    assert flows.positive.tolist() == [0.75, 0.5, 0.25]
    assert flows.negative.tolist() == [0.25, 0.5, 0.75]
    assert promethee_i(flows).tolist() == [[False, True, True], [False, False, True], [False, False, False]]


def test_identical_alternatives_are_indifferent():
    flows = promethee_ii([[1, 2], [1, 2]], [0.5, 0.5], preference="usual", maximise=[True, False])
    assert flows.net.tolist() == [0, 0]
    assert not promethee_i(flows).any()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"preference": "v-shape"}, "positive threshold"),
        ({"preference": "linear", "indifference": 1.0, "threshold": 1.0}, "u-shape"),
        ({"preference": "u-shape", "indifference": -1.0}, "0 or more"),
        ({"preference": "cubic"}, "cubic"),
        ({"preference": ["usual"]}, "1 preference functions for 2"),
        ({"preference": "usual", "maximise": [1, -1]}, "boolean"),
        ({"preference": "v-shape", "threshold": [1.0, 2.0, 3.0]}, "threshold has shape"),
    ],
)
def test_bad_arguments_are_refused(arguments, named):
    with pytest.raises(InputError, match=named):
        promethee_ii([[1.0, 2.0], [2.0, 1.0]], [0.5, 0.5], **({"maximise": True} | arguments))


def test_the_six_projects_of_brans_vincke_and_mareschal_1986():
    # How to select and how to rank projects: the PROMETHEE method, European Journal of Operational Research 24. The
    # table (manpower, power, cost, maintenance, villages, security), the six preference functions and the thresholds
    # are theirs, as reprinted since; the flows are derived here pair by pair, not copied.
    table = np.array(
        [
            [80, 90, 600, 5.4, 8, 5],
            [65, 58, 200, 9.7, 1, 1],
            [83, 60, 400, 7.2, 4, 7],
            [40, 80, 1000, 7.5, 7, 10],
            [52, 72, 600, 2.0, 3, 8],
            [94, 96, 700, 3.6, 5, 6],
        ]
    )
    kinds = ("u-shape", "v-shape", "linear", "level", "usual", "gaussian")
    up = np.array([False, True, False, False, False, True])
    q, p = np.array([10, 0, 50, 1, 0, 0.0]), np.array([1, 30, 500, 6, 1, 5.0])
    flows = promethee_ii(table, np.ones(6) / 6, preference=kinds, maximise=up, indifference=q, threshold=p)
    assert (np.argsort(-flows.net) + 1).tolist() == [5, 2, 4, 6, 3, 1]
    wins, losses = naive(table, kinds, np.where(up, 1, -1), q, p)
    assert np.allclose(flows.net, (wins - losses).mean(axis=1))


def test_one_alternative_is_refused():
    with pytest.raises(InputError, match="two alternatives"):
        promethee_ii([[1.0]], [1.0], preference="usual", maximise=True)


def test_many_weights_go_through_the_unicriterion_flows():
    with pytest.raises(InputError, match="unicriterion_net"):
        promethee_ii(np.ones((3, 1)), np.ones((4, 1)), preference="usual", maximise=True)
