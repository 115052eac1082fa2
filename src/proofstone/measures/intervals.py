"""Confidence intervals for single quantities: proportions, means, resampled statistics."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, Generic, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from proofstone.measures.arrays import FloatArray, Labels
from proofstone.measures.beta import beta_quantile
from proofstone.measures.ranking import equal_mass_bins

Ends = TypeVar("Ends", float, FloatArray)
Counts = NDArray[np.integer] | FloatArray
Statistic = Callable[[Labels, FloatArray, FloatArray], FloatArray]
"""Takes y (n,), score (n,) and weights (r, n); returns the statistic under each weighting (r,)."""


class Interval(NamedTuple, Generic[Ends]):
    """Both ends of a confidence interval: two floats, or two arrays (k,)."""

    low: Ends
    high: Ends


UNKNOWN: Interval[float] = Interval(math.nan, math.nan)
"""The interval of a quantity about which the rows say nothing."""

_CELLS = 2_000_000
_FEW = 100


def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of 0 < p < 1 (Wichura 1988).

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return NormalDist().inv_cdf(p)


def t_quantile(p: float, df: int) -> float:
    """Return Student's t quantile of 0 < p < 1: exact up to df 100, else Fisher and Cornish (1960).

    Exact by the beta distribution: df / (df + t²) follows Beta(df / 2, 1/2) (Johnson, Kotz and
    Balakrishnan 1995). Beyond df 100 within 1e-6 of the exact value up to p = 0.99999.

    >>> round(t_quantile(0.975, 20), 4)
    2.086
    """
    if df == 1:
        return math.tan(math.pi * (p - 0.5))
    if df == 2:
        return (2.0 * p - 1.0) * math.sqrt(2.0 / (4.0 * p * (1.0 - p)))
    if df <= _FEW:
        if p == 0.5:
            return 0.0
        x = beta_quantile(2.0 * min(p, 1.0 - p), df / 2.0, 0.5)
        return math.copysign(math.sqrt(df * (1.0 / x - 1.0)), p - 0.5)
    z = normal_quantile(p)
    s = z * z
    terms = (
        (s + 1) / 4,
        ((5 * s + 16) * s + 3) / 96,
        (((3 * s + 19) * s + 17) * s - 15) / 384,
        ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160,
    )
    share = 1.0 / df
    return z * (1.0 + sum(term * share**power for power, term in enumerate(terms, 1)))


@overload
def wilson(successes: float, trials: float, level: float) -> Interval[float]: ...
@overload
def wilson(successes: Counts, trials: Counts, level: float) -> Interval[FloatArray]: ...
def wilson(successes: Any, trials: Any, level: float) -> Any:
    """Return Wilson's score interval (1927) of successes / trials: floats, or arrays (k,).

    nan where there was no trial. Never collapses at 0 or 1.

    >>> low, high = wilson(0, 10, 0.95)
    >>> round(low, 4), round(high, 4)
    (0.0, 0.2775)
    """
    z = normal_quantile((1.0 + level) / 2.0)
    counted = np.asarray(successes, dtype=np.float64)
    known = np.asarray(trials, dtype=np.float64)
    known = np.where(known > 0, known, np.nan)
    share = counted / known
    scale = 1.0 + z * z / known
    centre = (share + z * z / (2.0 * known)) / scale
    half = z / scale * np.sqrt(share * (1.0 - share) / known + z * z / (4.0 * known * known))
    # Rounding must not push an end past the estimate when that lies at 0 or 1.
    low = np.where(counted > 0, np.maximum(centre - half, 0.0), known * 0.0)
    high = np.where(counted < known, np.minimum(centre + half, 1.0), known * 0.0 + 1.0)
    if low.ndim:
        return Interval(low, high)
    return Interval(float(low), float(high))


def mean_interval(values: FloatArray, level: float) -> Interval[float]:
    """Return the t interval of the mean of `values` (n,), such as losses of single rows.

    Right for means of independent rows when n is some dozens or more; for heavy tails (log loss
    of an overconfident model) it is somewhat short. Unknown (nan) below two rows.
    """
    n = len(values)
    if n < 2:
        return UNKNOWN
    mean = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) / math.sqrt(n)
    half = t_quantile((1.0 + level) / 2.0, n - 1) * spread
    return Interval(mean - half, mean + half)


def calibration_error_interval(
    y: Labels,
    score: FloatArray,
    level: float,
    rng: np.random.Generator,
    bins: int = 10,
    resamples: int = 10_000,
) -> Interval[float]:
    """Return the interval of `expected_calibration_error`, at a cost that hardly grows with n.

    The bins are held, and the gap of each is drawn `resamples` times from the normal
    distribution that resampling rows would give it. A sum of sizes of gaps lies too high, the
    more so when it is resampled: so the lower end mirrors the upper one about the estimate, and is
    0 where a calibrated model would often show as much. Measured coverage at a nominal 95 %, 600
    to 5,000 rows, 2,000 samples a case: 94.8-97.9 % (percentile bootstrap over 300 samples:
    0-94 %, none when calibrated).
    """
    if len(y) < 2:
        return UNKNOWN
    codes, gap = equal_mass_bins(score, bins), np.asarray(score) - np.asarray(y)
    mean = np.bincount(codes, gap, minlength=bins) / len(gap)
    spread = np.sqrt(np.bincount(codes, gap * gap, minlength=bins)) / len(gap)
    noise = spread * rng.standard_normal((resamples, bins))
    upper = (1.0 + level) / 2.0
    value = float(np.abs(mean).sum())
    top = float(np.quantile(np.abs(mean + noise).sum(axis=1), upper))
    chance = float(np.quantile(np.abs(noise).sum(axis=1), upper))
    low = max(0.0, 2.0 * value - top) if value > chance else 0.0
    return Interval(low, min(1.0, max(value, top)))


def bootstrap(
    statistic: Statistic,
    y: Labels,
    score: FloatArray,
    level: float,
    rng: np.random.Generator,
    resamples: int = 1000,
) -> Interval[float]:
    """Return the percentile bootstrap interval (Efron 1979) of a statistic of weighted rows.

    `statistic` is called with multinomial weights (r, n), a block of resamples at a time, and
    has to treat them as counts of rows, as those of `classification` do. Resamples where it is
    undefined (nan: only one class drawn) are left out; unknown (nan) when all are.
    Cost: resamples * n.
    """
    n = len(y)
    if not n:
        return UNKNOWN
    block = max(1, min(resamples, _CELLS // n))
    values = []
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        drawn = rng.integers(0, n, (count, n)) + n * np.arange(count)[:, None]
        weight = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
        values.append(statistic(y, score, weight.astype(np.float64)))
    known = np.concatenate(values)
    known = known[~np.isnan(known)]
    if not len(known):
        return UNKNOWN
    low, high = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(low), float(high))
