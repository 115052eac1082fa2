from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.means import (
    _students,
    group_means,
    mean_difference,
    mean_difference_interval,
    mean_ends,
)


def test_means_and_their_intervals_are_scipys() -> None:
    rng = np.random.default_rng(0)
    values, codes = rng.exponential(size=120), rng.integers(0, 3, 120)
    means = group_means(values, codes, 3)
    for place, (low, high) in enumerate(mean_ends(means, 0.95)):
        inside = values[codes == place]
        expected = stats.t.interval(0.95, len(inside) - 1, inside.mean(), stats.sem(inside))
        assert (low, high) == pytest.approx(expected, rel=1e-3)
    assert mean_difference(means) == pytest.approx(
        np.ptp([values[codes == c].mean() for c in range(3)])
    )


def test_two_groups_have_welchs_interval() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(1.5, 1, 80), rng.normal(0, 2, 60)
    means = group_means(np.append(one, two), np.repeat([0, 1], [80, 60]), 2)
    found = mean_difference_interval(means, 0.95)
    expected = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    # Welch adds the degrees of freedom up; the convolution of both t distributions is exact.
    assert found == pytest.approx(tuple(expected), abs=0.01)


@pytest.mark.parametrize("shift", [[0.0, 0.0], [0.0, 0.6], [0.0, 0.3, 0.9], [0.0] * 6 + [3.0]])
def test_coverage(shift: list[float]) -> None:
    rng = np.random.default_rng(2)
    k, worlds = len(shift), 400
    codes = np.repeat(np.arange(k), 60)
    hits = 0
    for _ in range(worlds):
        values = rng.normal(size=60 * k) + np.array(shift)[codes]
        low, high = mean_difference_interval(group_means(values, codes, k), 0.95)
        hits += low <= np.ptp(shift) <= high
    assert stats.binomtest(hits, worlds, 0.95, alternative="less").pvalue > 0.001
    assert stats.binomtest(hits, worlds, 0.975, alternative="greater").pvalue > 0.001


def test_groups_of_none_and_of_one_row_are_left_out() -> None:
    means = group_means(np.array([1.0, 2.0, 9.0, np.nan]), np.array([0, 0, 1, 1]), 3)
    assert means.rows.tolist() == [2, 1, 0]
    assert np.isnan(mean_difference(means))
    assert np.isnan(mean_difference_interval(means, 0.95)).all()
    assert np.isnan(mean_ends(means, 0.95)[1]).all()
    constant = group_means(np.repeat([1.0, 3.0], 10), np.repeat([0, 1], 10), 2)
    assert mean_difference_interval(constant, 0.95) == (2.0, 2.0)


def test_a_hundred_groups_and_a_far_level_need_no_draws() -> None:
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(100), 30)
    values = rng.normal(size=3000) + 3.0 * (codes == 7)
    means = group_means(values, codes, 100)
    low, high = mean_difference_interval(means, 0.999)
    narrow = mean_difference_interval(means, 0.95)
    assert 2 < low < narrow.low < 3.2 < narrow.high < high < 6


def test_t_distributions_are_scipys() -> None:
    error, df = np.array([1.0, 0.5, 2.0, 1.0]), np.array([1, 2, 12, 400])
    known = _students(np.zeros(4), error, df)
    for at, below, scale, freedom in zip(known.at, known.below, error, df, strict=True):
        assert below == pytest.approx(stats.t.cdf(at / scale, freedom), abs=1e-4)


def test_a_few_equal_values_do_not_prove_anything() -> None:
    codes = np.repeat([0, 1], 2)
    means = group_means(np.array([1.0, 1.0, 2.0, 2.0]), codes, 2)
    assert np.isnan(mean_difference_interval(means, 0.95)).all()
    assert np.isnan(mean_ends(means, 0.95)).all()
    many = group_means(np.repeat([1.0, 2.0], 20), np.repeat([0, 1], 20), 2)
    assert mean_ends(many, 0.95)[0] == (1.0, 1.0)
