"""Certified radii of a classifier that is asked about noisy copies of a row."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.beta import beta_quantile
from proofstone.measures.intervals import normal_quantile


def binomial_lower(successes: IntArray, trials: int, alpha: float) -> FloatArray:
    """Return the exact lower bound of each successes / trials at 1 - alpha, one-sided; (k,).

    The p at which `successes` or more come with probability `alpha` (Clopper and Pearson 1934).

    >>> binomial_lower(np.array([0, 99, 100]), 100, 0.001).round(4).tolist()
    [0.0, 0.9114, 0.9333]
    """
    each, at = np.unique(np.asarray(successes, dtype=np.int64), return_inverse=True)
    low = [beta_quantile(alpha, k, trials - k + 1.0) if k else 0.0 for k in each.tolist()]
    return np.array(low)[at]


def certified_radius(votes: IntArray, trials: int, sigma: float, alpha: float) -> FloatArray:
    """Return the l2 radius within which each row's smoothed decision cannot change; nan: abstains.

    `votes` (k,) of `trials` copies with Gaussian noise of `sigma` had the decision. With
    probability 1 - alpha a row, p is at least the lower bound of votes / trials, and the decision
    holds within sigma * Phi^-1(p) (Cohen, Rosenfeld and Kolter 2019, theorem 1); it abstains where
    the bound does not exceed one half.

    >>> certified_radius(np.array([60, 100]), 100, 0.5, 0.001).round(3).tolist()
    [nan, 0.75]
    """
    lower = binomial_lower(votes, trials, alpha)
    each, at = np.unique(lower, return_inverse=True)
    radii = [sigma * normal_quantile(p) if 0.5 < p < 1.0 else math.nan for p in each.tolist()]
    return np.array(radii, dtype=np.float64)[at]
