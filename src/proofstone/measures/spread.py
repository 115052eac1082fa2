"""Intervals for how far the rates of k groups lie apart: max - min, and min / max."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.groups import RATES, GroupCounts, difference, rate, ratio
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.multiplicity import bonferroni_level

_MOST_DRAWS = 1_000_000


class _Draws(NamedTuple):
    """Posterior draws of the best-told pair (r,), higher mean first, and of all groups (d, k)."""

    upper: FloatArray
    lower: FloatArray
    every: FloatArray
    pair_tail: float


def difference_interval(
    successes: IntArray,
    trials: IntArray,
    level: float,
    rng: np.random.Generator,
    resamples: int = 10_000,
) -> Interval[float]:
    """Return the interval of the largest minus the smallest rate of k groups, within [0, 1].

    Each group's rate is drawn from its Jeffreys posterior Beta(s + 1/2, t - s + 1/2), which
    stays wide for zero counts and three rows, where resampling rows collapses.
    Two groups: the interval of the signed difference, folded at 0. More: the upper end is a
    quantile of max - min over the draws; the lower end is that of the signed difference of the
    pair that is told apart best, at a level corrected for the k(k - 1)/2 pairs to choose from
    (Bonferroni). Groups without trials are left out; unknown (nan) with fewer than two left.

    Measured coverage at a nominal 95 %, 5,000 simulated samples in each of twelve cases: two
    groups of 3 to 500 rows 94.6-97.4 % (the surplus is near equality, where only one end can
    miss), 99.0 % with 40 rows at rates of 2 % and 5 %; four groups 95.5-99.1 %; three and eight
    groups 99.8 %, so more groups cost width.

    >>> rng = np.random.default_rng(0)
    >>> low, high = difference_interval(np.array([20, 60]), np.array([210, 200]), 0.95, rng)
    >>> round(low, 2), round(high, 2)
    (0.13, 0.28)
    """
    known = trials > 0
    if np.count_nonzero(known) < 2:
        return UNKNOWN
    value = difference(rate(successes, trials))
    draws = _draw(successes[known], trials[known], level, rng, resamples)
    low, high = _quantiles(draws.upper - draws.lower, draws.pair_tail)
    if draws.every.shape[1] == 2:
        high = max(high, -low)
    else:
        spans = draws.every.max(axis=1) - draws.every.min(axis=1)
        high = float(np.quantile(spans, (1.0 + level) / 2.0))
    return Interval(max(0.0, min(low, value)), max(high, value))


def ratio_interval(
    successes: IntArray,
    trials: IntArray,
    level: float,
    rng: np.random.Generator,
    resamples: int = 10_000,
) -> Interval[float]:
    """Return the interval of the smallest over the largest rate of k groups, within [0, 1].

    The method of `difference_interval`, folded at 1 in place of 0, with its coverage: two groups
    94.6-97.3 % (99.8 % in the case of few successes), four 95.5-99.1 %, three and
    eight 99.1-99.8 %. It stays wide where the observed ratio is undefined because no group has a
    success.
    """
    known = trials > 0
    if np.count_nonzero(known) < 2:
        return UNKNOWN
    value = ratio(rate(successes, trials))
    draws = _draw(successes[known], trials[known], level, rng, resamples)
    low, high = _quantiles(draws.lower / draws.upper, draws.pair_tail)
    if draws.every.shape[1] == 2:
        low = min(low, 1.0 / high)
    else:
        shares = draws.every.min(axis=1) / draws.every.max(axis=1)
        low = float(np.quantile(shares, (1.0 - level) / 2.0))
    if math.isnan(value):
        return Interval(low, 1.0)
    return Interval(min(low, value), min(1.0, max(high, value)))


def equalized_odds_interval(
    counts: GroupCounts, level: float, rng: np.random.Generator, resamples: int = 10_000
) -> Interval[float]:
    """Return the interval of `equalized_odds_difference`: both differences hold at once.

    Unknown (nan) when either is.
    """
    each = bonferroni_level(level, 2)
    ends = [
        difference_interval(*RATES[name](counts), each, rng, resamples)
        for name in ("true_positive_rate", "false_positive_rate")
    ]
    return Interval(*(float(np.max(end)) for end in zip(*ends, strict=True)))


def _draw(
    successes: IntArray, trials: IntArray, level: float, rng: np.random.Generator, resamples: int
) -> _Draws:
    """Draw rates of at least two groups; far tails get more draws than `resamples`."""
    a, b = successes + 0.5, trials - successes + 0.5
    groups = len(trials)
    tail = (1.0 - level) / 2.0
    pair_tail = (1.0 - bonferroni_level(level, groups * (groups - 1) // 2)) / 2.0
    mean = a / (a + b)
    variance = mean * (1.0 - mean) / (a + b + 1.0)
    told = (mean[:, None] - mean) / np.sqrt(variance[:, None] + variance)
    upper, lower = divmod(int(np.argmax(told)), groups)
    if groups == 2:
        upper, lower = (upper, lower) if upper != lower else (0, 1)
        every = rng.beta(a, b, (_size(tail, resamples), 2))
        return _Draws(every[:, upper], every[:, lower], every, tail)
    pair = [upper, lower]
    chosen = rng.beta(a[pair], b[pair], (_size(pair_tail, resamples), 2))
    every = rng.beta(a, b, (_size(tail, resamples), groups))
    return _Draws(chosen[:, 0], chosen[:, 1], every, pair_tail)


def _size(tail: float, resamples: int) -> int:
    """Return how many draws leave some twenty beyond each end."""
    return max(resamples, min(_MOST_DRAWS, math.ceil(20.0 / tail)))


def _quantiles(values: FloatArray, tail: float) -> tuple[float, float]:
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)
