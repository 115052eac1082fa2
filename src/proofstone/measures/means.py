"""Means by group, and intervals for how far they lie apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.extremes import Known, difference_ends
from proofstone.measures.intervals import UNKNOWN, Interval, t_quantile

_POINTS = 1025
_FEW = 10
"""Fewer equal values than this do not show that a group has no spread."""


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
    """Return the t interval of each group's mean; unknown (nan) below two rows.

    Also below ten where all are equal: that no spread was seen does not say that there is none.
    """
    ends, bare = [], _bare(means).tolist()
    for (rows, mean, error), few in zip(
        zip(*(part.tolist() for part in means), strict=True), bare, strict=True
    ):
        known = rows > 1 and not few
        half = t_quantile((1.0 + level) / 2.0, rows - 1) * error if known else math.nan
        ends.append(Interval(mean - half, mean + half))
    return ends


def mean_difference(means: Means) -> float:
    """Return the largest minus the smallest mean; nan with fewer than two groups of two rows."""
    known = means.mean[means.rows > 1]
    return float(known.max() - known.min()) if len(known) > 1 else math.nan


def mean_difference_interval(means: Means, level: float) -> Interval[float]:
    """Return the interval of the largest minus the smallest mean of k groups, at least 0.

    Each mean is known by Student's t about the observed one. Two groups: the interval of the
    signed difference, folded at 0. More: hybrid resampling, as for rates in `spread`. Groups of
    fewer than two rows are left out; unknown (nan) with fewer than two left, or where one left has
    fewer than ten rows that are all equal.
    """
    kept = means.rows > 1
    if np.count_nonzero(kept) < 2 or _bare(means).any():
        return UNKNOWN
    value = mean_difference(means)
    known = _students(means.mean[kept], means.error[kept], means.rows[kept] - 1)
    low, high = difference_ends(known, level)
    return Interval(max(0.0, min(low, value)), max(high, value))


def _bare(means: Means) -> np.ndarray:
    """Which groups (k,) have a few rows, and all of them equal."""
    return np.asarray((means.rows > 1) & (means.rows < _FEW) & (means.error == 0.0))


def _students(mean: FloatArray, error: FloatArray, df: IntArray) -> Known:
    """Student's t distributions (k,) with `df` (k,) degrees of freedom about the means."""
    # A hyperbolic sine reaches the far tails of few degrees of freedom, and is dense in between.
    place = np.linspace(-1.0, 1.0, _POINTS)
    reach = np.arcsinh(np.maximum(9.0, 10.0 ** (12.0 / df)))[:, None]
    at = np.sinh(reach * place)
    freedom = df[:, None].astype(np.float64)
    density = np.exp(-(freedom + 1.0) / 2.0 * np.log1p(at**2 / freedom)) * np.cosh(reach * place)
    below = np.zeros(at.shape)
    np.cumsum((density[:, 1:] + density[:, :-1]) / 2.0, axis=1, out=below[:, 1:])
    return Known(mean[:, None] + error[:, None] * at, below / below[:, -1:], error)
