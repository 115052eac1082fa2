"""How a metric changes when the same rows are answered otherwise or weighed otherwise.

Throughout, `y` (n,) is 0/1 or bool, `score` (n,) the score of the positive class, and `weight`
(n,) weighs rows. An influence is the first-order share of one row in the error of an estimate:
their sum of squares estimates its variance (Huber's infinitesimal jackknife; Jaeckel 1972).
"""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, Labels
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile


def weighted_auc(
    y: Labels, score: FloatArray, weight: FloatArray | None = None
) -> tuple[float, FloatArray]:
    """Return the area under the ROC curve of weighted rows, and each row's influence on it (n,).

    A tie counts one half. Without weights the influences are DeLong's placements (1988). nan when
    a class has no weight.

    >>> area, influence = weighted_auc(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    >>> area, influence.tolist()
    (0.875, [0.0625, -0.0625, -0.0625, 0.0625])
    """
    positive = np.asarray(y).astype(bool)
    mass = np.ones(len(positive)) if weight is None else np.asarray(weight, dtype=np.float64)
    hits, misses = mass * positive, mass * ~positive
    total, rest = float(hits.sum()), float(misses.sum())
    if not (total > 0 and rest > 0):
        return math.nan, np.full(len(positive), np.nan)
    _, at = np.unique(score, return_inverse=True)
    beats = _below(misses, at) / rest
    beaten = 1.0 - _below(hits, at) / total
    area = float(hits @ beats) / total
    influence = hits * (beats - area) / total + misses * (beaten - area) / rest
    return area, influence


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


def _below(mass: FloatArray, at: np.ndarray) -> FloatArray:
    """For each row the mass of rows of lower score plus half of that of equal score."""
    each = np.bincount(at, mass)
    return np.asarray((np.cumsum(each) - each / 2.0)[at])
