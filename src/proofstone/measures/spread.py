"""Intervals for how far the rates of k groups lie apart: max - min, and min / max."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.extremes import Known, difference_ends, ratio_ends
from proofstone.measures.groups import RATES, GroupCounts, difference, rate, ratio
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.multiplicity import bonferroni_level

_POINTS = 513
_REACH = 9.0


def difference_interval(successes: IntArray, trials: IntArray, level: float) -> Interval[float]:
    """Return the interval of the largest minus the smallest rate of k groups, within [0, 1].

    Each group's rate is known by its Jeffreys posterior Beta(s + 1/2, t - s + 1/2), which
    stays wide for zero counts and three rows, where resampling rows collapses. Two groups: the
    interval of the signed difference, folded at 0. More: hybrid resampling, as `extremes` has it,
    which reckons with the extremes having been looked for. Groups without trials are left out;
    unknown (nan) with fewer than two left. Integrated, not drawn: the same counts have the same
    interval.

    Measured coverage at a nominal 95 %, 1,200 samples a case of 100 and 1,000 rows a group, rates
    of 5 to 25 % or 30 to 70 %: two groups 93.5-96.4 %, three 94.2-97.2 %, five 94.9-98.2 %, twelve
    93.9-97.2 % (99.0 % where all are at 5 % of 100 rows). With 30 rows and rates of 5 %, 97-100 %
    where all are equal, and 91.2 % where one of twelve lies apart.

    >>> low, high = difference_interval(np.array([20, 60]), np.array([210, 200]), 0.95)
    >>> round(low, 3), round(high, 3)
    (0.129, 0.279)
    """
    held = trials > 0
    if np.count_nonzero(held) < 2:
        return UNKNOWN
    value = difference(rate(successes, trials))
    low, high = difference_ends(posterior(successes[held], trials[held]), level, most=1.0)
    return Interval(min(low, value), max(high, value))


def ratio_interval(successes: IntArray, trials: IntArray, level: float) -> Interval[float]:
    """Return the interval of the smallest over the largest rate of k groups, within [0, 1].

    The method of `difference_interval`, folded at 1 in place of 0. It stays wide where the
    observed ratio is undefined because no group has a success.
    """
    held = trials > 0
    if np.count_nonzero(held) < 2:
        return UNKNOWN
    value = ratio(rate(successes, trials))
    low, high = ratio_ends(posterior(successes[held], trials[held]), level)
    if math.isnan(value):
        return Interval(low, 1.0)
    return Interval(min(low, value), max(high, value))


def equalized_odds_interval(counts: GroupCounts, level: float) -> Interval[float]:
    """Return the interval of `equalized_odds_difference`: both differences hold at once.

    Unknown (nan) when either is.
    """
    each = bonferroni_level(level, 2)
    ends = [
        difference_interval(*RATES[name](counts), each)
        for name in ("true_positive_rate", "false_positive_rate")
    ]
    return Interval(*(float(np.max(end)) for end in zip(*ends, strict=True)))


def posterior(successes: IntArray, trials: IntArray) -> Known:
    """Return the Jeffreys posteriors of rates with `trials` (k,) above 0.

    With x = sin² a, the density of the angle a is sin^2s a · cos^2(t - s) a but for a factor: it
    has no poles, and is about normal with the standard deviation 1 / (2 √t).
    """
    s, n = (np.asarray(one, dtype=np.float64)[:, None] for one in (successes, trials))
    centre = np.arcsin(np.sqrt((s + 0.25) / (n + 0.5)))
    reach = _REACH / 2.0 / np.sqrt(n + 0.5)
    low, high = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, math.pi / 2.0)
    angle = low + (high - low) * np.linspace(0.0, 1.0, _POINTS)
    density = _density(s, np.sin(angle), n - s, np.cos(angle))
    below = np.zeros(angle.shape)
    np.cumsum((density[:, 1:] + density[:, :-1]) / 2.0, axis=1, out=below[:, 1:])
    return Known(np.sin(angle) ** 2, below / below[:, -1:], 1.0 / np.sqrt(n[:, 0]))


def _density(s: FloatArray, sine: FloatArray, rest: FloatArray, cosine: FloatArray) -> FloatArray:
    """sine^2s · cosine^2rest, up to a factor for each row."""
    tiny = np.finfo(np.float64).tiny
    logs = 2.0 * (s * np.log(np.maximum(sine, tiny)) + rest * np.log(np.maximum(cosine, tiny)))
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))
