"""Intervals of rates and means whose rows come in clusters, such as one question's languages."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import UNKNOWN, Interval, t_quantile, wilson


def clustered_wilson(flags: np.ndarray, cluster: np.ndarray, level: float) -> Interval[float]:
    """Return Wilson's interval of the share of `flags` (bool, (n,)), wider where rows go together.

    Rows of equal `cluster` (n,) depend on each other. The number of rows is divided by the design
    effect (Rao and Scott 1992), which is taken as at least 1; where all rows agree it cannot be
    estimated, and each cluster counts as one row.

    >>> one = clustered_wilson(np.array([1, 1, 0, 0], bool), np.array([0, 0, 1, 1]), 0.95)
    >>> one == wilson(1, 2, 0.95)
    True
    """
    n = len(flags)
    if n == 0:
        return UNKNOWN
    share = float(np.mean(flags))
    clusters = len(np.unique(cluster))
    if share in (0.0, 1.0):
        effective = float(clusters)
    else:
        independent = share * (1.0 - share) / n
        effective = n / max(1.0, _variance(flags - share, cluster) / independent)
        effective = max(effective, min(float(clusters), 2.0))
    return wilson(share * effective, effective, level)


def clustered_mean(values: FloatArray, cluster: np.ndarray, level: float) -> Interval[float]:
    """Return the t interval of the mean of `values` (n,) in clusters, robust to their likeness.

    Unknown (nan) below two clusters.
    """
    clusters = len(np.unique(cluster))
    if clusters < 2:
        return UNKNOWN
    mean = float(np.mean(values))
    spread = math.sqrt(_variance(values - mean, cluster))
    half = t_quantile((1.0 + level) / 2.0, clusters - 1) * spread
    return Interval(mean - half, mean + half)


def _variance(residuals: FloatArray, cluster: np.ndarray) -> float:
    """The variance of the mean, from the sum of residuals of each cluster."""
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.bincount(place, weights=residuals)
    m = len(sums)
    if m < 2:
        return math.inf
    return float((sums**2).sum() * m / (m - 1) / len(residuals) ** 2)
