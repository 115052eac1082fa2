"""Intervals of quantiles that suppose nothing of the distribution."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.exact import at_most
from proofstone.measures.intervals import UNKNOWN, Interval


def quantile_interval(values: FloatArray, share: float, level: float) -> Interval[float]:
    """Return the exact interval of a quantile between two of the sorted `values` (n,).

    How many rows lie below the quantile is binomial (Thompson 1936), so that the interval covers
    with at least `level` whatever the distribution, discrete ones more often. `values` may hold
    infinities, of things that never happened; so may the interval. Unknown (nan) where so few rows
    cannot tell: below six for the median at 95 %.

    >>> quantile_interval(np.arange(1.0, 11.0), 0.5, 0.95)
    Interval(low=2.0, high=9.0)
    """
    n, tail = len(values), (1.0 - level) / 2.0
    below, above = _place(n, share, tail), _place(n, 1.0 - share, tail)
    if not (below and above):
        return UNKNOWN
    ranked = np.sort(values)
    return Interval(float(ranked[below - 1]), float(ranked[n - above]))


def _place(n: int, share: float, tail: float) -> int:
    """The greatest place of n, from 1, below which so few rows fall only by `tail`; 0 if none."""
    low, high = 0, n
    while low < high:
        middle = (low + high + 1) // 2
        if at_most(middle - 1, n, share) <= tail:
            low = middle
        else:
            high = middle - 1
    return low
