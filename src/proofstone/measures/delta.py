"""Intervals by the delta method: from what each row adds to a statistic, without resampling."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import (
    UNKNOWN,
    Interval,
    mean_interval,
    normal_quantile,
    t_quantile,
    wilson,
)


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


def student_interval(
    value: float,
    error: float,
    n: int,
    level: float,
    *,
    least: float = -math.inf,
    most: float = math.inf,
) -> Interval[float]:
    """Return value ± t * error within [least, most]; unknown (nan) below two of `n`."""
    if n < 2 or not math.isfinite(value + error):
        return UNKNOWN
    half = t_quantile((1.0 + level) / 2.0, n - 1) * error
    return Interval(max(least, value - half), min(most, value + half))


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


def skewed_mean_interval(values: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the mean of values (n,) of at least 0 that lean to the right.

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
    return Interval(max(0.0, ends[0]), ends[1])


def _straightened(z: float, skew: float) -> float:
    """The value of Student's statistic that Hall's transformation takes to `z`."""
    if abs(skew) < 1e-9:
        return z
    return float(np.cbrt(1.0 + skew * (z - skew / 6.0)) - 1.0) * 3.0 / skew


def bounded_mean_interval(values: FloatArray, level: float, most: float = 1.0) -> Interval[float]:
    """Return the t interval of the mean of values (n,) between 0 and `most`, cut at both."""
    low, high = mean_interval(values, level)
    return Interval(max(0.0, low), min(most, high)) if math.isfinite(high) else UNKNOWN
