"""Exact binomial intervals, for shares near 0 that are asked about on a logarithmic scale."""

from __future__ import annotations

import math

from proofstone.measures.intervals import UNKNOWN, Interval

_STEPS = 80


def clopper_pearson(successes: int, trials: int, level: float) -> Interval[float]:
    """Return the exact interval of successes / trials (Clopper and Pearson 1934).

    Its ends are found by halving to double precision; a call takes about `trials` * 160
    operations. Unknown (nan) without trials.

    >>> low, high = clopper_pearson(0, 10, 0.95)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    if trials <= 0:
        return UNKNOWN
    tail = (1.0 - level) / 2.0
    low = 0.0 if successes == 0 else _halved(successes - 1, trials, 1.0 - tail)
    high = 1.0 if successes == trials else _halved(successes, trials, tail)
    return Interval(low, high)


def _halved(successes: int, trials: int, share: float) -> float:
    """The p at which at most `successes` of `trials` come with probability `share`."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if at_most(successes, trials, middle) > share:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def at_most(successes: int, trials: int, p: float) -> float:
    """Return the probability of at most `successes` of `trials`, each with probability `p`.

    >>> round(at_most(0, 200, 0.01), 4)
    0.134
    """
    if p <= 0.0 or p >= 1.0:
        return 1.0 if p <= 0.0 else 0.0
    odds, sure = math.log(p), math.log1p(-p)
    return math.fsum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * odds
            + (trials - k) * sure
        )
        for k in range(successes + 1)
    )
