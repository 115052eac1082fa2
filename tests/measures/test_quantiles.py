from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.quantiles import quantile_interval


@pytest.mark.parametrize("n", [1, 5, 6, 7, 23, 100, 501])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_ends_are_the_order_statistics_of_the_quantile_test(
    n: int, level: float, share: float
) -> None:
    values = np.random.default_rng(n).normal(size=n)
    theirs = stats.quantile_test(values, p=share).confidence_interval(level)
    whole = np.full(2, np.nan) if np.isnan(theirs).any() else theirs
    assert np.array_equal(quantile_interval(values, share, level), whole, equal_nan=True)


@pytest.mark.parametrize("n", [2, 3, 5, 6, 8, 20, 60, 400])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_coverage_is_at_least_the_level_by_the_binomial(n: int, share: float) -> None:
    low, high = quantile_interval(np.arange(1.0, n + 1), share, 0.95)
    if np.isnan(low):
        assert min(share, 1 - share) ** n + max(share, 1 - share) ** n > 0.025
        return
    rows = stats.binom(n, share)
    assert rows.cdf(high - 1) - rows.cdf(low - 1) >= 0.95
    assert rows.cdf(high - 2) - rows.cdf(low) < 0.95


def test_a_quantile_of_things_that_never_happened_has_no_upper_end() -> None:
    values = np.append(np.arange(60.0), np.full(40, np.inf))
    low, high = quantile_interval(values, 0.5, 0.95)
    assert (low, high) == (39.0, np.inf) or 35 < low < high < 62
    assert quantile_interval(values, 0.7, 0.95).high == np.inf


@pytest.mark.parametrize("values", [np.zeros(0), np.arange(5.0)])
def test_too_few_values_tell_nothing(values: np.ndarray) -> None:
    assert np.isnan(quantile_interval(values, 0.5, 0.95)).all()
