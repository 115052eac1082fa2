"""What a score does on average as one input moves: partial dependence, accumulated effects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray

_RESAMPLES = 500


class Curve(NamedTuple):
    """A curve over k levels with its pointwise interval, and its range with its interval.

    `range` is the curve's greatest less its least value; its ends are those of the difference
    between the two levels where they lie.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    range: float
    range_low: float
    range_high: float


def partial_dependence(scores: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean score with one input set to each level (Friedman 2001): (k,), or (r, k).

    `scores` (n, k) are the scores of n rows at k levels; `weight` is (n,), or (r, n).

    >>> partial_dependence(np.array([[0.1, 0.3], [0.3, 0.9]]), np.ones(2)).round(3).tolist()
    [0.2, 0.6]
    """
    return np.asarray(weight @ scores / weight.sum(axis=-1, keepdims=True))


def accumulated_effects(scores: FloatArray, place: IntArray, weight: FloatArray) -> FloatArray:
    """Accumulated local effects at each level, their mean over rows 0: (k,), or (r, k).

    The differences between neighbouring levels are averaged over the rows that lie between them
    alone, and added up (Apley and Zhu 2020): correlated inputs are not torn apart as in partial
    dependence. `place` (n,) is the interval from level `place` to the next that a row lies in, -1
    where its value is unknown; `scores` and `weight` are as there. An interval without rows counts
    as flat.

    >>> scores = np.array([[0.0, 1.0, 9.0], [9.0, 1.0, 3.0]])
    >>> accumulated_effects(scores, np.array([0, 1]), np.ones(2)).tolist()
    [-1.25, -0.25, 1.75]
    """
    bins = scores.shape[1] - 1
    inside = (place[:, None] == np.arange(bins)).astype(np.float64)
    count = weight @ inside
    gain = weight @ (inside * np.diff(scores, axis=1))
    mean = np.divide(gain, count, out=np.zeros_like(gain), where=count > 0)
    start = np.zeros((*mean.shape[:-1], 1))
    curve = np.concatenate([start, np.cumsum(mean, axis=-1)], axis=-1)
    middle = (curve[..., 1:] + curve[..., :-1]) / 2
    known = count.sum(axis=-1, keepdims=True)
    total = (middle * count).sum(axis=-1, keepdims=True)
    centre = np.divide(total, known, out=np.zeros_like(total), where=known > 0)
    return np.asarray(curve - centre)


def places(values: FloatArray, levels: FloatArray) -> IntArray:
    """The interval between ascending `levels` (k,) that each value lies in, shape (n,).

    A value at a level belongs to the interval below it, as in Apley and Zhu, but for the first;
    values beyond the ends to the outermost; nan to none (-1).
    """
    found = np.clip(np.searchsorted(levels, values, side="left") - 1, 0, max(0, len(levels) - 2))
    return np.where(np.isnan(values), -1, found)


def curve(
    scores: FloatArray,
    level: float,
    rng: np.random.Generator,
    place: IntArray | None = None,
    resamples: int = _RESAMPLES,
) -> Curve:
    """Return the curve of at least two rows with percentile bootstrap intervals over rows.

    Accumulated effects where `place` is given, else partial dependence. Rows are resampled by
    multinomial weights (Efron 1979): the model is not asked again.
    """
    n = len(scores)
    weight = rng.multinomial(n, np.full(n, 1 / n), resamples).astype(np.float64)
    whole = np.ones(n)
    if place is None:
        value, drawn = partial_dependence(scores, whole), partial_dependence(scores, weight)
    else:
        value = accumulated_effects(scores, place, whole)
        drawn = accumulated_effects(scores, place, weight)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(drawn, tails, axis=0)
    top, bottom = int(value.argmax()), int(value.argmin())
    ends = np.quantile(drawn[:, top] - drawn[:, bottom], tails)
    span = float(value[top] - value[bottom])
    return Curve(value, low, high, span, max(0.0, min(ends[0], span)), max(ends[1], span))
