from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.exact import (
    beta_binomial_shares,
    beta_quantile,
    beta_share,
    exact_interval,
)


@pytest.mark.parametrize(
    ("a", "b", "x"),
    [
        (3, 900, 0.002),
        (5e5, 3e5, 0.6251),
        (0.5, 0.5, 0.3),
        (1, 1e6, 1e-6),
        (2, 3, 0.0),
        (2, 3, 1.0),
    ],
)
def test_the_beta_distribution_is_scipys(a: float, b: float, x: float) -> None:
    assert beta_share(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-8)
    assert beta_quantile(0.1, a, b) == pytest.approx(stats.beta.ppf(0.1, a, b), rel=1e-6)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 8), (180, 200), (449_000, 500_000)])
def test_exact_intervals_are_scipys(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(0.99)
    assert exact_interval(k, n, 0.99) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert np.isnan(exact_interval(0, 0, 0.95)).all()


def test_the_beta_binomial_is_scipys() -> None:
    found = beta_binomial_shares(300, 91.0, 10.0)
    assert found == pytest.approx(stats.betabinom.cdf(np.arange(301), 300, 91, 10), abs=1e-10)
