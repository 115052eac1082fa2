from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.medians import median_interval, median_spread


@pytest.mark.parametrize("n", [6, 7, 23, 100, 501])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_ends_are_the_order_statistics_of_the_quantile_test(n: int, level: float) -> None:
    values = np.random.default_rng(n).normal(size=n)
    theirs = stats.quantile_test(values, p=0.5).confidence_interval(level)
    assert np.array_equal(median_interval(values, level), theirs, equal_nan=True)


def test_too_few_values_tell_nothing() -> None:
    assert np.isnan(median_interval(np.arange(5.0), 0.95)).all()
    assert np.isnan(median_interval(np.zeros(0), 0.95)).all()


def test_intervals_of_the_difference_cover_the_truth() -> None:
    rng = np.random.default_rng(0)
    hits = equal = 0
    for _ in range(200):
        a, b = rng.exponential(size=40), 0.5 + rng.exponential(size=60)
        _, ends = median_spread([a, b], 0.95, rng)
        hits += ends.low <= 0.5 <= ends.high
        _, ends = median_spread([a, b - 0.5], 0.95, rng)
        equal += ends.low == 0
    assert 0.915 <= hits / 200 <= 0.99
    assert equal / 200 >= 0.92


def test_more_groups_hold_the_greatest_gap() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.normal(size=50), rng.normal(0.3, size=50), rng.normal(3, size=50)]
    value, (low, high) = median_spread([*groups, np.zeros(0)], 0.95, rng)
    assert value == np.median(groups[2]) - min(np.median(one) for one in groups)
    assert 2 < low < value < high < 4
    assert np.isnan(median_spread(groups[:1], 0.95, rng)[0])
