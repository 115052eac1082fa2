"""Medians: intervals that suppose nothing of the distribution, and how far groups' lie apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.multiplicity import bonferroni_level

_RESAMPLES = 2000


def median(values: FloatArray) -> float:
    """The median of `values` (n,); nan where there are none."""
    return float(np.median(values)) if len(values) else math.nan


def median_interval(values: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the median between two order statistics (Thompson 1936).

    It covers with at least `level` whatever the distribution, discrete ones more often. Unknown
    (nan) where so few values cannot: below six at 95 %.

    >>> median_interval(np.arange(1.0, 11.0), 0.95)
    Interval(low=2.0, high=9.0)
    """
    n = len(values)
    if not n:
        return UNKNOWN
    steps = np.arange(n)
    logs = np.array(
        [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in steps]
    )
    tail = np.cumsum(np.exp(logs - n * math.log(2)))
    outside = int(np.searchsorted(2 * tail, 1 - level, side="right"))
    if outside == 0:
        return UNKNOWN
    ranked = np.sort(values)
    return Interval(float(ranked[outside - 1]), float(ranked[n - outside]))


def median_spread(
    groups: Sequence[FloatArray], level: float, rng: np.random.Generator
) -> tuple[float, Interval[float]]:
    """The largest less the smallest of the groups' medians, and its interval.

    Each group is resampled on its own (percentile bootstrap, Efron 1979). Two groups: the interval
    of the signed difference, folded at 0. More: the upper end is a quantile of largest less
    smallest; the lower one is that of the pair that lies furthest apart, at a level corrected for
    the pairs to choose from (Bonferroni). nan with fewer than two groups of any values.
    """
    known = [values for values in groups if len(values)]
    if len(known) < 2:
        return math.nan, UNKNOWN
    medians = np.array([median(values) for values in known])
    top, bottom = int(medians.argmax()), int(medians.argmin())
    value = float(medians[top] - medians[bottom])
    draws = np.stack([_drawn(values, rng) for values in known])
    signed = draws[top] - draws[bottom]
    pairs = len(known) * (len(known) - 1) // 2
    tail = (1 - bonferroni_level(level, pairs)) / 2
    low, high = (float(end) for end in np.quantile(signed, [tail, 1 - tail]))
    if len(known) == 2:
        high = max(high, -low)
    else:
        spans = draws.max(axis=0) - draws.min(axis=0)
        high = float(np.quantile(spans, (1 + level) / 2))
    return value, Interval(max(0.0, min(low, value)), max(high, value))


def _drawn(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    return np.asarray(
        np.median(values[rng.integers(0, len(values), (_RESAMPLES, len(values)))], axis=1)
    )
