"""Medians, and how far those of groups lie apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.multiplicity import bonferroni_level

_RESAMPLES = 2000
_MOST_DRAWS = 1_000_000


def median(values: FloatArray) -> float:
    """The median of `values` (n,); nan where there are none."""
    return float(np.median(values)) if len(values) else math.nan


def median_spread(
    groups: Sequence[FloatArray], level: float, rng: np.random.Generator
) -> tuple[float, Interval[float]]:
    """The largest less the smallest of the groups' medians, and its interval.

    Each group is resampled on its own (percentile bootstrap, Efron 1979), as often as the far
    tails need. Two groups: the interval of the signed difference, folded at 0. More: the upper end
    is a quantile of largest less smallest; the lower one is that of the pair that lies furthest
    apart, at a level corrected for the pairs to choose from (Bonferroni). nan with fewer than two
    groups of any values.
    """
    known = [np.sort(values) for values in groups if len(values)]
    if len(known) < 2:
        return math.nan, UNKNOWN
    medians = np.array([median(values) for values in known])
    top, bottom = int(medians.argmax()), int(medians.argmin())
    value = float(medians[top] - medians[bottom])
    pairs = len(known) * (len(known) - 1) // 2
    tail = (1 - bonferroni_level(level, pairs)) / 2
    draws = _draws_beyond(tail)
    signed = _medians(known[top], draws, rng) - _medians(known[bottom], draws, rng)
    low, high = (float(end) for end in np.quantile(signed, [tail, 1 - tail]))
    if len(known) == 2:
        high = max(high, -low)
    else:
        size = _draws_beyond((1 - level) / 2)
        most, least = np.full(size, -math.inf), np.full(size, math.inf)
        for values in known:
            drawn = _medians(values, size, rng)
            most, least = np.maximum(most, drawn), np.minimum(least, drawn)
        high = float(np.quantile(most - least, (1 + level) / 2))
    return value, Interval(max(0.0, min(low, value)), max(high, value))


def _draws_beyond(tail: float) -> int:
    """How many draws leave some twenty beyond each end."""
    return max(_RESAMPLES, min(_MOST_DRAWS, math.ceil(20.0 / tail)))


def _medians(ranked: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Medians of `draws` resamples of the sorted values (n,), without drawing the resamples.

    A resample takes the places n U of n uniform U, and the k-th least of those is
    Beta(k, n + 1 - k); the next one cuts what is left above it by Beta(1, n - k).
    """
    n = len(ranked)
    middle = (n + 1) // 2
    first = rng.beta(middle, n + 1 - middle, draws)
    second = first if n % 2 else first + (1 - first) * rng.beta(1, n - middle, draws)
    at = [np.minimum((n * one).astype(np.int64), n - 1) for one in (first, second)]
    return np.asarray((ranked[at[0]] + ranked[at[1]]) / 2)
