"""Clustered intervals against statsmodels' robust regression, closed forms and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from proofstone.measures.clusters import clustered_mean, clustered_wilson
from proofstone.measures.intervals import wilson


def test_the_mean_equals_statsmodels_cluster_robust_regression() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(40), 2)
    values = rng.normal(size=40)[cluster] + 0.5 * rng.normal(size=80)
    fit = sm.OLS(values, np.ones((80, 1))).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    spread = float(fit.bse[0]) * math.sqrt(40 / 39)
    half = stats.t.ppf(0.975, 39) * spread
    low, high = clustered_mean(values, cluster, 0.95)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=1e-8)


def test_rows_that_repeat_each_other_count_once() -> None:
    flags = np.array([True, False, True, True, False, True, True])
    twice = clustered_wilson(np.repeat(flags, 2), np.repeat(np.arange(7), 2), 0.9)
    once = wilson(float(flags.sum()), 7.0, 0.9)
    # The design effect has the factor m / (m - 1) of its sample.
    assert twice.low <= once.low + 0.01
    assert twice.high >= once.high - 0.01


def test_independent_rows_and_rows_that_agree() -> None:
    rng = np.random.default_rng(5)
    flags = rng.random(4000) < 0.3
    alone = clustered_wilson(flags, np.arange(4000), 0.95)
    assert alone == pytest.approx(wilson(float(flags.sum()), 4000.0, 0.95), abs=1e-3)
    all_right = clustered_wilson(np.ones(10, dtype=bool), np.repeat(np.arange(5), 2), 0.95)
    assert all_right == wilson(5.0, 5.0, 0.95)


def test_nothing_is_known_of_no_rows() -> None:
    assert all(map(math.isnan, clustered_wilson(np.zeros(0, dtype=bool), np.zeros(0), 0.95)))
    assert all(map(math.isnan, clustered_mean(np.ones(2), np.zeros(2), 0.95)))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_ends_lie_around_the_share_and_within_bounds(rows: list[tuple[bool, int]]) -> None:
    flags, cluster = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    low, high = clustered_wilson(flags, cluster, 0.95)
    assert 0.0 <= low <= flags.mean() + 1e-12
    assert flags.mean() - 1e-12 <= high <= 1.0


def test_coverage_of_pairs_that_go_together() -> None:
    inside = 0
    for seed in range(800):
        rng = np.random.default_rng([17, seed])
        base = rng.random(60) < 0.8
        other = np.where(rng.random(60) < 0.6, base, rng.random(60) < 0.8)
        flags = np.stack([base, other], axis=1).ravel()
        low, high = clustered_wilson(flags, np.repeat(np.arange(60), 2), 0.95)
        inside += low <= 0.8 <= high
    assert 0.93 <= inside / 800 <= 0.985
