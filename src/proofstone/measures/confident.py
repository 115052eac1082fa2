"""Confident learning: labels that scores contradict, and how many labels were flipped."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, Labels
from proofstone.measures.intervals import UNKNOWN, Interval, bootstrap

_ROWS = 20_000
_PARTS = 1_000


class Confident(NamedTuple):
    """Which rows are confidently of the positive and of the negative class, bool (n,) each."""

    positive: np.ndarray
    negative: np.ndarray


def confident(y: Labels, score: FloatArray) -> Confident:
    """Return the rows whose class a score is confident of (Northcutt, Jiang and Chuang 2021).

    A score is confident of a class where it gives it at least the probability that rows with that
    label are given on average; where of both, the likelier one counts. Both classes must occur.
    """
    one, other = _confident(y, np.asarray(score), np.ones((1, len(y))))
    return Confident(one[0], other[0])


def flip_rate(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Any:
    """Return the share of labels that were flipped: a float, or an array (r,) for weights (r, n).

    The confident joint (Northcutt, Jiang and Chuang 2021): of the rows with a label whose class a
    score is confident of, the share that it says is the other one, for each label, weighed by how
    many rows have it. nan where a class is absent, or no row with a label is confident.
    """
    w = np.ones((1, len(y))) if weight is None else np.atleast_2d(weight)
    positive, negative = _confident(y, score, w)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.zeros(len(w))
        for label, same, other in ((1, positive, negative), (0, negative, positive)):
            own = w * (y == label)
            agree, contradict = (own * same).sum(axis=1), (own * other).sum(axis=1)
            found += own.sum(axis=1) * contradict / (agree + contradict)
        found /= w.sum(axis=1)
    return float(found[0]) if weight is None else found


def flip_rate_interval(
    y: Labels, score: FloatArray, level: float, rng: np.random.Generator, resamples: int = 200
) -> Interval[float]:
    """Return the percentile bootstrap interval (Efron 1979) of `flip_rate`.

    Above 20,000 rows, scores of a label are first averaged in 1,000 parts of like size, and the
    number of rows of each part is drawn: cost no longer grows with rows.
    """
    if len(y) <= _ROWS:
        return bootstrap(flip_rate, y, score, level, rng, resamples)
    labels, means, counts = [], [], []
    for label in (0, 1):
        own = np.sort(score[np.asarray(y) == label])
        for part in np.array_split(own, min(_PARTS, max(1, len(own)))):
            labels.append(label)
            means.append(part.mean() if len(part) else 0.0)
            counts.append(len(part))
    drawn = rng.multinomial(len(y), np.array(counts) / len(y), size=resamples)
    values = flip_rate(np.array(labels), np.array(means), drawn.astype(np.float64))
    values = values[~np.isnan(values)]
    if not len(values):
        return UNKNOWN
    low, high = np.quantile(values, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(low), float(high))


def _confident(y: Labels, score: FloatArray, weight: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """As `confident`, under each weighting: bool (r, n) each."""
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = (weight * y * score).sum(axis=1) / (weight * y).sum(axis=1)
        other = (weight * (1 - y) * (1 - score)).sum(axis=1) / (weight * (1 - y)).sum(axis=1)
    likely, unlikely = score >= cut[:, None], (1 - score) >= other[:, None]
    return likely & (~unlikely | (score >= 0.5)), unlikely & (~likely | (score < 0.5))
