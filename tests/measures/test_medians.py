from __future__ import annotations

import numpy as np
import pytest

from proofstone.measures.medians import median_spread


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


@pytest.mark.parametrize("n", [7, 8, 41])
def test_ends_are_those_of_medians_of_drawn_resamples(n: int) -> None:
    rng = np.random.default_rng(2)
    a, b = rng.exponential(size=n), 2 + rng.exponential(size=n + 1)
    ends = [median_spread([a, b], 0.95, np.random.default_rng(seed))[1] for seed in range(20)]
    drawn = [
        np.median(one[rng.integers(0, len(one), (40_000, len(one)))], axis=1) for one in (b, a)
    ]
    expected = np.quantile(drawn[0] - drawn[1], [0.025, 0.975])
    assert np.median(ends, axis=0) == pytest.approx(expected, abs=0.06)


def test_far_tails_get_the_draws_that_they_need() -> None:
    """2,000 draws end where those at 99.9 % do, since none lies further out."""
    a, b = np.arange(30.0), 100 + np.arange(30.0)
    ends = [median_spread([a, b], 0.99999, np.random.default_rng(seed))[1] for seed in range(3)]
    usual = [median_spread([a, b], 0.999, np.random.default_rng(seed))[1] for seed in range(3)]
    assert max(one.low for one in ends) < min(one.low for one in usual) - 2
    assert np.ptp([one.low for one in ends]) <= 1.5
