from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.certificates import binomial_lower, certified_radius


@pytest.mark.parametrize("trials", [1, 7, 200, 1000])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_the_bound_is_that_of_the_beta_distribution(trials: int, alpha: float) -> None:
    counts = np.unique(np.linspace(0, trials, 40).astype(int))
    expected = np.nan_to_num(stats.beta.ppf(alpha, counts, trials - counts + 1))
    assert binomial_lower(counts, trials, alpha) == pytest.approx(expected, abs=1e-9)


def test_the_bound_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for p in (0.6, 0.9, 0.99):
        low = binomial_lower(rng.binomial(100, p, 20_000), 100, 0.05)
        assert (low > p).mean() <= 0.05 + 3 * (0.05 * 0.95 / 20_000) ** 0.5


def test_the_radius_is_that_of_the_normal_quantile() -> None:
    votes = np.array([100, 150, 190, 200])
    lower = stats.beta.ppf(0.001, votes, 200 - votes + 1)
    expected = np.where(lower > 0.5, 0.25 * stats.norm.ppf(lower), np.nan)
    assert certified_radius(votes, 200, 0.25, 0.001) == pytest.approx(
        expected, abs=1e-8, nan_ok=True
    )
    assert np.isnan(expected).tolist() == [True, False, False, False]
