from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.delta import (
    skewed_mean_interval,
    standard_error,
    student_interval,
    unit_interval,
)
from proofstone.measures.intervals import wilson


def test_the_influence_of_a_mean_gives_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(size=50)
    away = values - values.mean()
    assert standard_error(away) == pytest.approx(stats.sem(values))
    twice = standard_error(away, np.full(50, 2))
    assert twice == pytest.approx(stats.sem(np.repeat(values, 2)))
    assert np.isnan(standard_error(away[:1]))


def test_intervals_stay_where_the_statistic_does() -> None:
    assert student_interval(0.9, 0.2, 30, 0.95, most=1.0).high == 1.0
    assert np.isnan(student_interval(0.9, 0.2, 1, 0.95)).all()
    low, high = unit_interval(0.98, 0.02, 100, 0.95)
    assert 0.8 < low < 0.98 < high < 1.0
    assert unit_interval(1.0, 0.0, 20, 0.95) == wilson(20, 20, 0.95)
    assert np.isnan(unit_interval(np.nan, 0.1, 5, 0.95)).all()


def test_means_of_skewed_values_are_covered() -> None:
    rng = np.random.default_rng(8)
    worlds = 1000
    hits = 0
    for _ in range(worlds):
        low, high = skewed_mean_interval(rng.exponential(size=60), 0.95)
        hits += low <= 1.0 <= high
    assert stats.binomtest(hits, worlds, 0.95).pvalue > 0.001
    assert skewed_mean_interval(np.full(4, 0.1), 0.95) == pytest.approx((0.1, 0.1))
    assert np.isnan(skewed_mean_interval(np.ones(2), 0.95)).all()
