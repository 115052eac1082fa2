"""Intervals by the delta method: from what each row adds to a statistic, without resampling."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.intervals import (
    UNKNOWN,
    Interval,
    mean_interval,
    normal_quantile,
    wilson,
)

_FEWEST = 5


def standard_error(influence: FloatArray, counts: np.ndarray | None = None) -> float:
    """Return the standard error of a statistic whose rows have this `influence` (n,).

    The infinitesimal jackknife (Jaeckel 1972): the root of the mean squared influence over n - 1.
    `counts` says how many rows share each entry. nan below two rows.
    """
    weight = np.ones(influence.shape) if counts is None else counts
    n = float(weight.sum())
    if n < 2:
        return math.nan
    return math.sqrt(float((weight * influence**2).sum()) / n / (n - 1))


def unit_interval(value: float, error: float, trials: float, level: float) -> Interval[float]:
    """Return value ± z * error on the logit scale, for statistics within [0, 1].

    At 0 and 1, and where the error vanishes, Wilson's interval over `trials` stands in. Unknown
    (nan) where value or error is.
    """
    if not math.isfinite(value + error):
        return UNKNOWN
    inside = value * (1.0 - value)
    if inside <= 1e-12 or error <= 0.0:
        return wilson(min(1.0, max(0.0, value)) * trials, trials, level)
    centre = math.log(value / (1.0 - value))
    half = normal_quantile((1.0 + level) / 2.0) * error / inside
    low, high = (0.5 * (1.0 + math.tanh(end / 2.0)) for end in (centre - half, centre + half))
    return Interval(low, high)


def skewed_mean_interval(
    values: FloatArray, level: float, most: float = math.inf
) -> Interval[float]:
    """Return the interval of the mean of values (n,) from 0 to `most` that lean to the right.

    Hall's cubic transformation (1992) takes the skewness out of Student's statistic, so that the
    ends lie unevenly. Measured coverage at a nominal 95 %, 2,000 samples a case, squares of
    normal values: 94.8 % with 50 rows, 94.6 % with 400; of t values with 6 degrees of
    freedom 92.4 % and 93.4 %, as heavy tails have no skewness to estimate. Unknown (nan)
    below three rows.
    """
    n = len(values)
    if n < 3:
        return UNKNOWN
    mean, spread = float(values.mean()), float(values.std())
    if spread <= 1e-12 * abs(mean):
        return Interval(mean, mean)
    skew = float(((values - mean) ** 3).mean()) / spread**3 / math.sqrt(n)
    z = normal_quantile((1.0 + level) / 2.0)
    ends = [mean - spread / math.sqrt(n) * _straightened(end, skew) for end in (z, -z)]
    return Interval(max(0.0, ends[0]), min(most, ends[1]))


def _straightened(z: float, skew: float) -> float:
    """The value of Student's statistic that Hall's transformation takes to `z`."""
    if abs(skew) < 1e-9:
        return z
    return float(np.cbrt(1.0 + skew * (z - skew / 6.0)) - 1.0) * 3.0 / skew


def bounded_mean_interval(values: FloatArray, level: float, most: float = 1.0) -> Interval[float]:
    """Return the t interval of the mean of values (n,) between 0 and `most`, cut at both."""
    low, high = mean_interval(values, level)
    return Interval(max(0.0, low), min(most, high)) if math.isfinite(high) else UNKNOWN


def mean_of_parts(
    values: FloatArray,
    low: FloatArray,
    high: FloatArray,
    rows: FloatArray | IntArray,
    linked: float = 1.0,
) -> Interval[float]:
    """Return the interval of the mean of k shares from that of each (k,), within [0, 1].

    The outer ends of two ways. One: distances to the ends add up as roots of squares on each side
    (MOVER: Zou and Donner 2008), which leans too far where parts are many. Two: half-widths do,
    and how far an interval leans is a matter of skewness, whose sum is the parts' mean by squares
    of half-widths (Cornish and Fisher 1938), which leans too far where one part of many is wide.
    `linked` is the variance of the mean over that of independent parts. Unknown (nan) where most
    of the width is of parts of fewer than 5 `rows` (k,), of which so little can be said.
    """
    half, lean = (high - low) / 2.0, (high + low) / 2.0 - values
    squares = half**2
    total = float(squares.sum())
    if not total > 0.0 or float(squares[np.asarray(rows) < _FEWEST].sum()) > total / 2.0:
        return UNKNOWN
    k, value, scale = len(values), float(values.mean()), math.sqrt(linked)
    shift, reach = linked * float(squares @ lean) / total, scale * math.sqrt(total)
    down, up = (scale * float(np.linalg.norm(end - values)) for end in (low, high))
    return Interval(
        max(0.0, value - max(down, reach - shift) / k), min(1.0, value + max(up, reach + shift) / k)
    )
