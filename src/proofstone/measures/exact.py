"""Exact intervals of shares, by the beta distribution: quick for any number of trials."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.beta import beta_quantile, beta_share
from proofstone.measures.intervals import UNKNOWN, Interval


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
