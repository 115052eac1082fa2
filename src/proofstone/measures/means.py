"""Means by group, and intervals for how far they lie apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.intervals import UNKNOWN, Interval, t_quantile
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.spread import draws_beyond


class Means(NamedTuple):
    """Of each group (k,): rows, mean, and the mean's standard error (nan below two rows)."""

    rows: IntArray
    mean: FloatArray
    error: FloatArray


def group_means(values: FloatArray, codes: IntArray, groups: int) -> Means:
    """Return the mean of `values` (n,) in each group; nan values are left out."""
    known = ~np.isnan(values)
    values, codes = values[known], codes[known]
    rows = np.bincount(codes, minlength=groups)
    mean = np.full(groups, math.nan)
    np.divide(np.bincount(codes, values, groups), rows, out=mean, where=rows > 0)
    squares = np.bincount(codes, (values - mean[codes]) ** 2, groups)
    error = np.full(groups, math.nan)
    np.divide(squares, rows * (rows - 1.0), out=error, where=rows > 1)
    return Means(rows, mean, np.sqrt(error))


def mean_ends(means: Means, level: float) -> list[Interval[float]]:
    """Return the t interval of each group's mean; unknown (nan) below two rows."""
    ends = []
    for rows, mean, error in zip(*(part.tolist() for part in means), strict=True):
        half = t_quantile((1.0 + level) / 2.0, rows - 1) * error if rows > 1 else math.nan
        ends.append(Interval(mean - half, mean + half))
    return ends


def mean_difference(means: Means) -> float:
    """Return the largest minus the smallest mean; nan with fewer than two groups of two rows."""
    known = means.mean[means.rows > 1]
    return float(known.max() - known.min()) if len(known) > 1 else math.nan


def mean_difference_interval(
    means: Means, level: float, rng: np.random.Generator, resamples: int = 10_000
) -> Interval[float]:
    """Return the interval of the largest minus the smallest mean of k groups, at least 0.

    Each mean is drawn from Student's t about the observed one. Two groups: the interval of the
    signed difference, folded at 0. More: the upper end is a quantile of max - min over the draws;
    the lower one is that of the pair that is told apart best, at a level corrected for the
    k(k - 1)/2 pairs (Bonferroni), as for rates in `spread`. Only that pair is drawn as often as
    its far tails need, all groups together at least `resamples` times. Groups of fewer than two
    rows are left out; unknown (nan) with fewer than two left.
    """
    kept = means.rows > 1
    if np.count_nonzero(kept) < 2:
        return UNKNOWN
    mean, error, df = means.mean[kept], means.error[kept], means.rows[kept] - 1
    k = len(mean)
    value = float(mean.max() - mean.min())
    tail = (1.0 - level) / 2.0
    pair_tail = (1.0 - bonferroni_level(level, k * (k - 1) // 2)) / 2.0
    apart = np.sqrt(error[:, None] ** 2 + error**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        told = np.nan_to_num((mean[:, None] - mean) / apart, nan=-math.inf)
    upper, lower = divmod(int(np.argmax(told)), k)
    if upper == lower:
        upper, lower = 0, 1
    pair = [upper, lower]
    size = draws_beyond(pair_tail, resamples)
    drawn = mean[pair] + error[pair] * rng.standard_t(df[pair], (size, 2))
    ends = np.quantile(drawn[:, 0] - drawn[:, 1], [pair_tail, 1.0 - pair_tail])
    low, high = (float(end) for end in ends)
    if k == 2:
        high = max(high, -low)
    else:
        every = mean + error * rng.standard_t(df, (draws_beyond(tail, resamples), k))
        high = max(high, float(np.quantile(np.ptp(every, axis=1), 1.0 - tail)))
    return Interval(max(0.0, min(low, value)), max(high, value))
