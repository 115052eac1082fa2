"""Whether decisions agree with those of the nearest rows: consistency, with its error."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels
from proofstone.measures.intervals import UNKNOWN, Interval, wilson


def disagreement(decided: Labels, near: IntArray) -> FloatArray:
    """Return how far each row's decision lies from the mean of its k neighbours': (n,).

    `near` (n, k) holds each row's neighbours. One minus the mean is the consistency of Zemel et
    al. (2013).

    >>> disagreement(np.array([1, 1, 0]), np.array([[1, 2], [0, 2], [0, 1]])).tolist()
    [0.5, 0.5, 1.0]
    """
    own = np.asarray(decided, dtype=np.float64)
    return np.asarray(np.abs(own - own[near].mean(axis=1)))


def consistency_interval(decided: Labels, near: IntArray, level: float) -> Interval[float]:
    """Return the interval of one minus the mean of `disagreement`.

    A decision counts in its own term and in those of all rows that it is a neighbour of, so that
    terms are not independent. The variance has two parts: what turning each decision round would
    do to the mean, squared, times half the chance that a neighbour is decided otherwise (Efron,
    Stein 1981); and how terms of neighbours vary together over the rows. Ends on the scale of the
    share that agrees, by Wilson (1927) with as many trials as the variance is worth. Measured
    coverage at a nominal 95 %, 400 samples a case of 300 and 800 rows: 93.3-96.5 % where decisions
    are noisy, 98.8-99.3 % where they follow the inputs or are tossed (a plain t interval: 68-92 %).
    """
    n, k = near.shape
    if n < 2:
        return UNKNOWN
    own = np.asarray(decided, dtype=np.float64)
    apart = disagreement(decided, near)
    value = float(apart.mean())
    sign = 1.0 - 2.0 * own
    into = np.bincount(near.ravel(), np.repeat(sign, k), minlength=n)
    turned = (1.0 - 2.0 * apart + sign * into / k) / n
    chance = float(turned**2 @ apart) / 2.0
    rows = max(0.0, float(((apart - value) * (apart[near].mean(axis=1) - value)).mean())) / n
    variance = chance + rows
    worth = value * (1.0 - value) / variance if variance > 0.0 else math.inf
    trials = min(float(n), worth) if worth > 0.0 else float(n)
    return wilson((1.0 - value) * trials, trials, level)
