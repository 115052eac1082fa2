"""Intervals for the largest of several signed gaps: honest although the largest was looked for."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.measures.multiplicity import bonferroni_level

_MOST_DRAWS = 40_000


def draws_needed(level: float, gaps: int, least: int = 10_000) -> int:
    """Return how many draws leave some twenty beyond each end at the level corrected for `gaps`.

    At most 40,000, which leave ten for 100 gaps at 95 %.
    """
    tail = (1.0 - bonferroni_level(level, max(1, gaps))) / 2.0
    return max(least, min(_MOST_DRAWS, math.ceil(20.0 / tail)))


def contrasts(rows: IntArray) -> FloatArray:
    """Return what is compared between k groups of `rows` (k,) each: (m, k), each row sums to 0.

    Two groups: their difference. More: each group against all the others, weighted by rows.

    >>> contrasts(np.array([10, 10, 30])).round(2).tolist()
    [[1.0, -0.25, -0.75], [-0.25, 1.0, -0.75], [-0.5, -0.5, 1.0]]
    """
    size = np.asarray(rows, dtype=np.float64)
    if len(size) < 2:
        return np.zeros((0, len(size)))
    if len(size) == 2:
        return np.array([[1.0, -1.0]])
    others = -size / (size.sum() - size)[:, None]
    np.fill_diagonal(others, 1.0)
    return np.asarray(others)


def largest_gap(draws: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the largest size of m signed gaps, from draws (r, m) of them.

    Each gap's ends are quantiles at a level corrected for m (Bonferroni 1936), folded at 0: the
    lower end is above 0 only where some gap's ends lie on one side of it, so that where no group
    differs it is with a chance of at most 1 - `level`. Unknown (nan) without a gap.
    """
    if not draws.shape[1]:
        return UNKNOWN
    low, high = _ends(draws, level)
    return Interval(
        float(np.max(np.maximum(np.maximum(low, -high), 0.0))),
        float(np.max(np.maximum(np.abs(low), np.abs(high)))),
    )


def added_gap(given: FloatArray, made: FloatArray) -> float:
    """Return by how much gaps `made` (m,) leave the range between 0 and the gaps `given` (m,).

    Positive where a gap is widened or turned round, negative where it is narrowed; the largest
    of the m. nan without a gap.

    >>> added_gap(np.array([0.10]), np.array([0.25])), added_gap(np.array([0.1]), np.array([-0.1]))
    (0.15, 0.1)
    """
    if not len(made):
        return math.nan
    added = made - given
    return float(np.max(np.maximum(np.minimum(made, added), np.minimum(-made, -added))))


def added_gap_interval(given: FloatArray, made: FloatArray, level: float) -> Interval[float]:
    """Return the interval of `added_gap` from joint draws (r, m) of both.

    A gap counts as widened only where it and what was added both lie on the same side of 0
    (Berger's intersection-union test, 1982, which needs no correction for the two).
    """
    if not made.shape[1]:
        return UNKNOWN
    (low, high), (less, more) = _ends(made, level), _ends(made - given, level)
    up = np.minimum(low, less), np.minimum(high, more)
    down = np.minimum(-high, -more), np.minimum(-low, -less)
    return Interval(
        float(np.max(np.maximum(up[0], down[0]))), float(np.max(np.maximum(up[1], down[1])))
    )


def _ends(draws: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    tail = (1.0 - bonferroni_level(level, draws.shape[1])) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return low, high
