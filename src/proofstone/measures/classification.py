"""Quality of a binary classifier: how well it ranks, and how well its probabilities hold.

Throughout, `y` (n,) is 0/1 or bool, `score` (n,) the finite probability of the positive class, and
`weight` counts how often each row stands: (n,), or (r, n) for r weightings at once, which gives
r results. Without any row every metric is nan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels
from proofstone.measures.groups import rate
from proofstone.measures.intervals import wilson
from proofstone.measures.ranking import equal_mass_bins, rank, steps

POINTS = 200
"""The most points that a curve for a plot has."""


class RocCurve(NamedTuple):
    """Points from (0, 0) to (1, 1); the first threshold lies just above every score."""

    false_positive_rate: FloatArray
    true_positive_rate: FloatArray
    threshold: FloatArray


@dataclass(frozen=True)
class CalibrationCurve:
    """One entry a bin that holds rows; `low` and `high` bound `observed_rate` (Wilson)."""

    mean_score: FloatArray
    observed_rate: FloatArray
    count: IntArray
    low: FloatArray
    high: FloatArray


@overload
def roc_auc(y: Labels, score: FloatArray, weight: None = None) -> float: ...
@overload
def roc_auc(y: Labels, score: FloatArray, weight: FloatArray) -> FloatArray: ...
def roc_auc(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Any:
    """Return the area under the ROC curve: the chance that a positive row outranks a negative.

    A tie counts one half. nan when only one class is present.

    >>> roc_auc(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    if not len(y):
        return np.nan
    ranking = rank(y, score, weight)
    hits, misses = steps(ranking.positive), steps(ranking.negative)
    area = np.sum(misses * (ranking.positive - hits / 2.0), axis=-1)
    return _quotient(area, ranking.positives * ranking.negatives)


@overload
def average_precision(y: Labels, score: FloatArray, weight: None = None) -> float: ...
@overload
def average_precision(y: Labels, score: FloatArray, weight: FloatArray) -> FloatArray: ...
def average_precision(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Any:
    """Return the mean of precision at each positive row, ties at their common threshold.

    The step-wise area under the precision-recall curve, without interpolation, as scikit-learn
    has it. nan when only one class is present.

    >>> round(average_precision(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.8])), 4)
    0.8333
    """
    if not len(y):
        return np.nan
    ranking = rank(y, score, weight)
    above = ranking.positive + ranking.negative
    precision = np.divide(ranking.positive, above, out=np.zeros_like(above), where=above > 0)
    total = np.sum(steps(ranking.positive) * precision, axis=-1)
    both = ranking.negatives > 0
    return _quotient(total * both, ranking.positives * both)


def log_losses(y: Labels, score: FloatArray) -> FloatArray:
    """Return the log loss of each row (n,) in nats, scores clipped to [2^-52, 1 - 2^-52]."""
    floor = float(np.finfo(np.float64).eps)
    clipped = np.clip(score, floor, 1.0 - floor)
    return -np.log(np.where(np.asarray(y).astype(bool), clipped, 1.0 - clipped))


def squared_errors(y: Labels, score: FloatArray) -> FloatArray:
    """Return the squared error of each row's probability (n,): the parts of the Brier score."""
    return np.square(np.asarray(score, dtype=np.float64) - np.asarray(y))


@overload
def log_loss(y: Labels, score: FloatArray, weight: None = None) -> float: ...
@overload
def log_loss(y: Labels, score: FloatArray, weight: FloatArray) -> FloatArray: ...
def log_loss(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Any:
    """Return the mean negative log likelihood in nats; defined for one class too.

    >>> round(log_loss(np.array([1, 0]), np.array([0.5, 0.5])), 4)
    0.6931
    """
    return _mean(log_losses(y, score), weight)


@overload
def brier_score(y: Labels, score: FloatArray, weight: None = None) -> float: ...
@overload
def brier_score(y: Labels, score: FloatArray, weight: FloatArray) -> FloatArray: ...
def brier_score(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Any:
    """Return the mean squared error of the probabilities (Brier 1950); fine for one class too.

    >>> brier_score(np.array([1, 0]), np.array([0.5, 0.5]))
    0.25
    """
    return _mean(squared_errors(y, score), weight)


@overload
def expected_calibration_error(
    y: Labels, score: FloatArray, weight: None = None, *, bins: int = 10
) -> float: ...
@overload
def expected_calibration_error(
    y: Labels, score: FloatArray, weight: FloatArray, *, bins: int = 10
) -> FloatArray: ...
def expected_calibration_error(
    y: Labels, score: FloatArray, weight: FloatArray | None = None, *, bins: int = 10
) -> Any:
    """Return the mean gap between score and observed rate over bins of equal mass.

    Naeini, Cooper, Hauskrecht (2015), each bin weighted by its rows. Bins come from the rows
    as given, whatever their weights. It is never negative, so a perfectly calibrated model
    still shows about 0.8 * sqrt(bins * p(1 - p) / n).

    >>> round(expected_calibration_error(np.array([0, 0, 1, 1]), np.array([.1, .2, .7, .8])), 3)
    0.2
    """
    if not len(y):
        return np.nan
    codes = equal_mass_bins(score, bins)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    gap = (np.asarray(score, dtype=np.float64) - np.asarray(y))[order]
    if weight is None:
        return float(np.abs(np.add.reduceat(gap, starts)).sum() / len(gap))
    ordered = np.asarray(weight, dtype=np.float64)[..., order]
    gaps = np.add.reduceat(ordered * gap, starts, axis=-1)
    return _quotient(np.abs(gaps).sum(axis=-1), ordered.sum(axis=-1))


def calibration_curve(
    y: Labels, score: FloatArray, bins: int = 10, level: float = 0.95
) -> CalibrationCurve:
    """Return mean score and observed rate in at most `bins` bins of equal mass, by rising score."""
    codes = equal_mass_bins(score, bins) if len(y) else np.zeros(0, dtype=np.int64)
    count = np.bincount(codes)
    held = count > 0
    count = count[held]
    positives = np.bincount(codes, np.asarray(y))[held]
    mean = np.bincount(codes, score)[held] / count
    low, high = wilson(positives, count, level)
    return CalibrationCurve(mean, rate(positives, count), count, low, high)


def roc_curve(y: Labels, score: FloatArray) -> RocCurve:
    """Return at most 200 points of the ROC curve, evenly spread along it; none for one class."""
    curve = rank(y, score) if len(y) else None
    if curve is None or not curve.positives * curve.negatives > 0:
        return RocCurve(*(np.zeros(0) for _ in RocCurve._fields))
    x = np.append(0.0, curve.negative / curve.negatives)
    height = np.append(0.0, curve.positive / curve.positives)
    threshold = np.append(np.nextafter(curve.threshold[0], np.inf), curve.threshold)
    kept = _thinned(x + height)
    return RocCurve(x[kept], height[kept], threshold[kept])


def _thinned(progress: FloatArray) -> IntArray:
    """Return the places of at most `POINTS` values, first and last among them, evenly spread."""
    if len(progress) <= POINTS:
        return np.arange(len(progress))
    wanted = np.linspace(progress[0], progress[-1], POINTS - 1)
    places = np.searchsorted(progress, wanted)
    return np.unique(np.append(places, [0, len(progress) - 1]))


def _mean(values: FloatArray, weight: FloatArray | None) -> Any:
    if weight is not None:
        return _quotient(np.sum(values * weight, axis=-1), np.sum(weight, axis=-1))
    return float(np.mean(values)) if len(values) else np.nan


def _quotient(top: Any, bottom: Any) -> Any:
    """Return top / bottom, nan where bottom is 0; a float unless arrays were given."""
    result = np.divide(top, bottom, out=np.full(np.shape(bottom), np.nan), where=bottom > 0)
    return result if np.ndim(result) else float(result)
