from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.means import (
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
    found = mean_difference_interval(means, 0.95, rng, 100_000)
    expected = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    assert found == pytest.approx(tuple(expected), abs=0.01)


@pytest.mark.parametrize("shift", [[0.0, 0.0], [0.0, 0.6], [0.0, 0.3, 0.9]])
def test_coverage(shift: list[float]) -> None:
    rng = np.random.default_rng(2)
    k, worlds = len(shift), 400
    codes = np.repeat(np.arange(k), 60)
    hits = 0
    for _ in range(worlds):
        values = rng.normal(size=60 * k) + np.array(shift)[codes]
        low, high = mean_difference_interval(group_means(values, codes, k), 0.95, rng, 2000)
        hits += low <= np.ptp(shift) <= high
    assert stats.binomtest(hits, worlds, 0.95, alternative="less").pvalue > 0.001


def test_groups_of_none_and_of_one_row_are_left_out() -> None:
    rng = np.random.default_rng(3)
    means = group_means(np.array([1.0, 2.0, 9.0, np.nan]), np.array([0, 0, 1, 1]), 3)
    assert means.rows.tolist() == [2, 1, 0]
    assert np.isnan(mean_difference(means))
    assert np.isnan(mean_difference_interval(means, 0.95, rng)).all()
    assert np.isnan(mean_ends(means, 0.95)[1]).all()
    constant = group_means(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]), 2)
    assert mean_difference_interval(constant, 0.95, rng) == (2.0, 2.0)


def test_only_the_told_pair_is_drawn_for_its_far_tails() -> None:
    """100 groups at 99.9 % need 1,000,000 draws of a pair, which for all would be 100 million."""

    class Counting(np.random.Generator):
        most = 0

        def standard_t(self, df: Any, size: Any = None) -> Any:
            self.most = max(self.most, int(np.prod(size)))
            return super().standard_t(df, size)

    rng = Counting(np.random.PCG64(4))
    codes = np.repeat(np.arange(100), 30)
    values = rng.normal(size=3000) + 3.0 * (codes == 7)
    low, high = mean_difference_interval(group_means(values, codes, 100), 0.999, rng)
    assert 0 < low < 3 < high
    assert rng.most <= 4_000_000
