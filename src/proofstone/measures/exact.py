"""Exact intervals of shares, by the beta distribution: quick for any number of trials."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.intervals import UNKNOWN, Interval

_TINY = 1e-300


def beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), to about 1e-9.

    Continued fraction (DLMF 8.17.22, 2010) by Lentz's algorithm (1976).

    >>> round(beta_share(0.3, 2.0, 5.0), 6)
    0.579825
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(1.0 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away(1.0 + term * d)
            c = _away(1.0 + term / c)
            found *= c * d
        if abs(c * d - 1.0) < 1e-14:
            break
    return math.exp(front) * found / a


def _away(value: float) -> float:
    """`value`, kept away from 0."""
    return value if abs(value) > _TINY else _TINY


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = p: Newton's steps, halved where they leave the bracket.

    >>> round(beta_quantile(0.5, 3.0, 3.0), 12)
    0.5
    """
    low, high = 0.0, 1.0
    x = a / (a + b)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    for _ in range(100):
        gap = beta_share(x, a, b) - p
        low, high = (x, high) if gap < 0.0 else (low, x)
        log_density = scale + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)
        step = gap * math.exp(min(700.0, -log_density))
        following = x - step if low < x - step < high else (low + high) / 2.0
        if abs(following - x) <= 1e-15 * max(x, 1e-300) or not low < following < high:
            return following
        x = following
    return x


def exact_interval(successes: int, trials: int, level: float) -> Interval[float]:
    """Return the exact interval of successes / trials (Clopper and Pearson 1934).

    Unknown (nan) without trials.

    >>> low, high = exact_interval(0, 10, 0.95)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    if trials <= 0:
        return UNKNOWN
    tail, rest = (1.0 - level) / 2.0, trials - successes
    low = beta_quantile(tail, successes, rest + 1.0) if successes else 0.0
    high = beta_quantile(1.0 - tail, successes + 1.0, rest) if rest else 1.0
    return Interval(low, high)


def at_most(successes: int, trials: int, p: float) -> float:
    """Return the probability of at most `successes` of `trials`, each with probability `p`.

    >>> round(at_most(0, 200, 0.01), 4)
    0.134
    """
    if successes >= trials:
        return 1.0
    return beta_share(1.0 - p, trials - successes, successes + 1.0)


def beta_binomial_shares(trials: int, a: float, b: float) -> FloatArray:
    """Return the probability of at most 0, 1, ..., trials successes, shape (trials + 1,).

    Each trial succeeds with one common chance that is drawn from Beta(a, b).
    """
    k = np.arange(trials)
    steps = np.log((trials - k) * (a + k)) - np.log((k + 1.0) * (b + trials - k - 1.0))
    logs = np.append(0.0, np.cumsum(steps))
    mass = np.exp(logs - logs.max())
    return np.asarray(np.cumsum(mass) / mass.sum())
