"""How far estimates of a number lie from it: `target` and `estimate` are float64 (n,)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.classes import Estimate
from proofstone.measures.delta import skewed_mean_interval, standard_error
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile
from proofstone.measures.ranking import equal_mass_bins


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
