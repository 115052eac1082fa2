"""The difference of two rates on the same rows, with an interval."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.intervals import UNKNOWN, Interval, wilson


def paired_difference(
    before: np.ndarray, after: np.ndarray, cluster: np.ndarray, level: float
) -> Interval[float]:
    """Return the interval of mean(before) - mean(after), both bool (n,) of the same rows.

    Newcombe's method 10 for paired rates (1998, Statistics in Medicine 17, 2635-2650): Wilson's
    intervals of both rates, with the correlation between them, continuity corrected. Rows of equal
    `cluster` (n,) depend on each other: the number of rows is divided by the design effect of the
    difference (Rao and Scott 1992), at least 1; where no row changed, each cluster is one row.
    Unknown (nan) without rows. Never collapses.
    """
    n = len(before)
    if not n:
        return UNKNOWN
    effective = _effective(before, after, cluster)
    both, lost, won, neither = (
        float(np.mean(one)) * effective
        for one in (before & after, before & ~after, ~before & after, ~before & ~after)
    )
    first, second = (both + lost) / effective, (both + won) / effective
    one, two = wilson(both + lost, effective, level), wilson(both + won, effective, level)
    phi = _correlation(both, lost, won, neither)
    below = _joint(first - one.low, two.high - second, phi)
    above = _joint(one.high - first, second - two.low, phi)
    value = first - second
    return Interval(value - below, value + above)


def _effective(before: np.ndarray, after: np.ndarray, cluster: np.ndarray) -> float:
    """The number of independent rows that tell as much about the difference."""
    n, clusters = len(before), len(np.unique(cluster))
    change = before.astype(np.float64) - after.astype(np.float64)
    residuals = change - change.mean()
    if clusters < 2 or not residuals.any():
        return float(clusters)
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.bincount(place, weights=residuals)
    together = float((sums**2).sum()) * clusters / (clusters - 1)
    apart = float((residuals**2).sum()) * n / (n - 1)
    return n / max(1.0, together / apart)


def _correlation(both: float, lost: float, won: float, neither: float) -> float:
    """Phi of the four cells, its numerator reduced by half the rows where it is positive."""
    margins = (both + lost) * (won + neither) * (both + won) * (lost + neither)
    if margins <= 0.0:
        return 0.0
    cross = both * neither - lost * won
    if cross > 0.0:
        cross = max(cross - (both + lost + won + neither) / 2.0, 0.0)
    return cross / math.sqrt(margins)


def _joint(one: float, two: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2.0 * phi * one * two + two * two))
