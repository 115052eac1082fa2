from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from proofstone.measures.one_run import epsilon_bound, guessing_pvalue


def tails(right: int, guesses: int, rows: int, epsilon: float, delta: float) -> float:
    """The theorem's bound from scipy's tails, term by term."""
    q = 1 / (1 + np.exp(-epsilon))
    most = max(
        (binom.cdf(right - 1, guesses, q) - binom.cdf(right - i - 1, guesses, q)) / i
        for i in range(1, right + 1)
    )
    return min(1.0, binom.sf(right - 1, guesses, q) + 2 * rows * delta * most)


@pytest.mark.parametrize("delta", [0.0, 1e-5, 1e-3])
@pytest.mark.parametrize(
    ("right", "guesses", "rows", "epsilon"),
    [(80, 100, 1000, 0.5), (300, 500, 1000, 0.1), (1, 1, 1, 2.0), (10, 10, 20, 0.0), (0, 5, 9, 1)],
)
def test_the_chance_is_that_of_scipys_tails(
    right: int, guesses: int, rows: int, epsilon: float, delta: float
) -> None:
    expected = tails(right, guesses, rows, epsilon, delta) if right else 1.0
    found = guessing_pvalue(right, guesses, rows, epsilon, delta)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_the_bound_is_where_the_chance_is_what_the_level_leaves() -> None:
    bound = epsilon_bound(90, 100, 1000, 0.95, 1e-6)
    assert tails(90, 100, 1000, bound, 1e-6) == pytest.approx(0.05, abs=1e-9)
    # All right: q^100 = 0.05 in closed form.
    share = 0.05 ** (1 / 100)
    assert epsilon_bound(100, 100, 100, 0.95) == pytest.approx(np.log(share / (1 - share)))


def test_half_right_refutes_nothing_and_more_right_refutes_more() -> None:
    bounds = [epsilon_bound(right, 200, 200, 0.95) for right in range(100, 201, 10)]
    assert bounds[0] == 0.0
    assert bounds == sorted(bounds)
    assert epsilon_bound(180, 200, 200, 0.95, 1e-3) < epsilon_bound(180, 200, 200, 0.95)


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 3.0])
def test_randomised_response_is_seldom_refuted_and_nearly_reached(epsilon: float) -> None:
    rng = np.random.default_rng(int(10 * epsilon))
    rows, runs = 400, 1000
    kept = rng.binomial(rows, np.exp(epsilon) / (1 + np.exp(epsilon)), runs)
    known = {int(right): epsilon_bound(int(right), rows, rows, 0.95) for right in np.unique(kept)}
    bounds = np.array([known[int(right)] for right in kept])
    assert (bounds > epsilon).sum() <= 67  # 50 expected at most; more than 67 has chance 0.6 %
    assert np.median(bounds) > epsilon - 0.6
