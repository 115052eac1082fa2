from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.delta import (
    mean_of_parts,
    skewed_mean_interval,
    standard_error,
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
    losses = np.array([0.0, 0.0, 0.0, 0.9])
    assert skewed_mean_interval(losses, 0.95, most=1.0).high == 1.0
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


def test_one_part_has_its_own_interval_and_parts_that_go_together_have_it_too() -> None:
    value, ends = np.array([0.9]), (np.array([0.7]), np.array([0.95]))
    assert mean_of_parts(value, *ends, [10]) == pytest.approx((0.7, 0.95))
    four = [np.repeat(one, 4) for one in (value, *ends)]
    assert mean_of_parts(*four, np.full(4, 10), 4.0) == pytest.approx((0.7, 0.95))
    low, high = mean_of_parts(*four, np.full(4, 10))
    assert high - low < 0.6 * 0.25


@pytest.mark.parametrize(
    ("chances", "rows"),
    [([0.9] * 10, [10] * 10), ([0.999, 0.999, 0.97], [300, 300, 20]), ([0.8, 0.5], [8, 30])],
)
def test_means_of_shares_are_covered(chances: list[float], rows: list[int]) -> None:
    rng = np.random.default_rng(9)
    drawn = rng.binomial(rows, chances, (1500, len(rows)))
    held = 0
    for hits in drawn:
        low, high = mean_of_parts(hits / rows, *wilson(hits, np.array(rows), 0.95), rows)
        held += low <= np.mean(chances) <= high
    assert 0.93 <= held / 1500 <= 0.985


def test_what_rests_on_a_handful_of_rows_is_unknown() -> None:
    hits, rows = np.array([290, 2]), np.array([300, 3])
    assert np.isnan(mean_of_parts(hits / rows, *wilson(hits, rows, 0.95), rows)).all()
    hits, rows = np.array([150, 2, 2, 140]), np.array([300, 3, 300, 300])
    wide = wilson(hits, rows, 0.95)
    assert np.isnan(mean_of_parts(hits / rows, *wide, rows)).all()
    assert not np.isnan(mean_of_parts(hits / rows, *wide, np.full(4, 9))).any()
