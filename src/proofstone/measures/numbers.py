"""How far estimates of a number lie from it: `target` and `estimate` are float64 (n,)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.classes import Estimate
from proofstone.measures.delta import skewed_mean_interval, standard_error
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile, t_quantile
from proofstone.measures.ranking import equal_mass_bins

_FEWEST = 30


class Bias(NamedTuple):
    """By bin of rising estimate: rows, mean estimate, mean target, interval of their gap."""

    rows: IntArray
    estimate: FloatArray
    target: FloatArray
    low: FloatArray
    high: FloatArray


def root_mean_square_interval(errors: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the root of the mean squared error: the roots of the square's ends.

    The mean square has the interval of `skewed_mean_interval`.
    """
    low, high = skewed_mean_interval(errors**2, level)
    return Interval(math.sqrt(low), math.sqrt(high)) if math.isfinite(high) else UNKNOWN


def r_squared(target: FloatArray, estimate: FloatArray) -> Estimate:
    """Return 1 - squared error / variance, and its delta-method error; nan for constant targets.

    >>> round(r_squared(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])).value, 9)
    0.5
    """
    if len(target) < 2 or not np.ptp(target) > 0:
        return Estimate(math.nan, math.nan)
    away, wrong = (target - target.mean()) ** 2, (estimate - target) ** 2
    variance = float(away.mean())
    value = 1.0 - float(wrong.mean()) / variance
    return Estimate(value, standard_error(((1.0 - value) * away - wrong) / variance))


def r_squared_interval(target: FloatArray, estimate: FloatArray, level: float) -> Interval[float]:
    """Return the interval of `r_squared`, on the scale of log(1 - R²); unknown (nan) below 30 rows.

    The delta method's error is too small for few rows: it is widened by n / (n - 3), and has the t
    quantile of n / 2 degrees of freedom, as the target's variance and the squared error are both
    estimated. Measured coverage at a nominal 95 %, 2,000 samples a case of 30, 100 and 400 rows:
    normal errors 94.2-95.7 %; heavy tails are not seen in few rows: exponential errors 87, 91 and
    94 %, log-normal targets with errors in proportion 84, 87 and 92 %.
    """
    value, error = r_squared(target, estimate)
    n, rest = len(target), 1.0 - value
    if n < _FEWEST or not math.isfinite(value):
        return UNKNOWN
    if not rest > 0.0:
        return Interval(1.0, 1.0)
    wider = error / rest * math.sqrt(n / (n - 3))
    half = t_quantile((1.0 + level) / 2.0, n // 2) * wider
    return Interval(1.0 - rest * math.exp(half), 1.0 - rest * math.exp(-half))


def bias_by_bin(target: FloatArray, estimate: FloatArray, level: float, bins: int = 10) -> Bias:
    """Compare mean estimate and mean target in at most `bins` bins of equal mass."""
    codes = equal_mass_bins(estimate, bins)
    count = np.bincount(codes, minlength=bins)
    held = count > 0
    rows = np.maximum(count, 1)
    gap = estimate - target
    mean = np.bincount(codes, gap, bins) / rows
    spread = np.bincount(codes, (gap - mean[codes]) ** 2, bins) / np.maximum(rows - 1, 1)
    half = normal_quantile((1.0 + level) / 2.0) * np.sqrt(spread / rows)
    half = np.where(count > 1, half, math.nan)
    means = [np.bincount(codes, values, bins) / rows for values in (estimate, target)]
    low, high = mean - half, mean + half
    return Bias(count[held], means[0][held], means[1][held], low[held], high[held])
