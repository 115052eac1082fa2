"""How a metric changes when the same rows are answered otherwise or weighed otherwise.

Throughout, `y` (n,) is 0/1 or bool, `score` (n,) the score of the positive class, and `weight`
(n,) weighs rows. An influence is the first-order share of one row in the error of an estimate:
their sum of squares estimates its variance (Huber's infinitesimal jackknife; Jaeckel 1972).
"""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile


def weighted_mean(values: FloatArray, weight: FloatArray | None = None) -> tuple[float, FloatArray]:
    """Return the mean of weighted rows, and each row's influence on it (n,); nan without weight."""
    mass = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=np.float64)
    total = float(mass.sum())
    if not total > 0:
        return math.nan, np.full(len(values), np.nan)
    mean = float(mass @ values) / total
    return mean, mass * (values - mean) / total


def change_interval(change: float, influence: FloatArray, level: float) -> Interval[float]:
    """Return the normal interval of a change whose rows have these influences.

    The influences of a change are those of the estimate after less those before, row by row, so
    that what both share cancels: for two AUCs of the same rows this is DeLong's paired interval
    (1988) up to the factor n / (n - 1). Unknown (nan) below two rows.
    """
    n = len(influence)
    if n < 2 or not math.isfinite(change):
        return UNKNOWN
    error = math.sqrt(float(influence @ influence) * n / (n - 1))
    half = normal_quantile((1.0 + level) / 2.0) * error
    return Interval(change - half, change + half)
