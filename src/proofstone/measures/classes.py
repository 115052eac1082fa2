"""Quality of a classifier of several classes.

Throughout, `target` (n,) is the place of the right class, `answers` (n, k) the probability of each
class, and `table` (k, k) counts rows by right class and decided class.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.delta import mean_of_parts, standard_error
from proofstone.measures.influence import Influence, auc_influence, delong_auc
from proofstone.measures.intervals import UNKNOWN, Interval, wilson
from proofstone.measures.ranking import equal_mass_bins


class Estimate(NamedTuple):
    """A statistic and its standard error; nan where the rows do not determine it."""

    value: float
    error: float


def confusion(target: IntArray, decided: IntArray, classes: int) -> IntArray:
    """Count rows by right class (down) and decided class (across), shape (classes, classes).

    >>> confusion(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    cells = np.bincount(target * classes + decided, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def balanced_accuracy(table: IntArray) -> float:
    """Return the mean recall of the classes that occur; nan without rows.

    >>> balanced_accuracy(np.array([[8, 2], [1, 1]]))
    0.65
    """
    rows = table.sum(axis=1)
    known = rows > 0
    if not known.any():
        return math.nan
    return float((np.diag(table)[known] / rows[known]).mean())


def balanced_accuracy_interval(table: IntArray, level: float) -> Interval[float]:
    """Return the interval of `balanced_accuracy`: Wilson intervals of the recalls, put together.

    By `mean_of_parts`, which does not collapse where a rare class has been recalled in full.
    Measured coverage at a nominal 95 %: see `docs/probes/class_quality.md`.
    """
    rows = table.sum(axis=1)
    known = rows > 0
    if not known.any():
        return UNKNOWN
    hits, rows = np.diag(table)[known], rows[known]
    low, high = wilson(hits, rows, level)
    return mean_of_parts(hits / rows, low, high, rows)


def macro_f1(table: IntArray) -> Estimate:
    """Return the mean F1 of the classes that occur or are decided.

    The error is that of the delta method for multinomial counts.
    """
    known, scores, share = _f1(table)
    if not known.any():
        return Estimate(math.nan, math.nan)
    weight = known / known.sum()
    return Estimate(float(weight @ scores), _f1_error(table, weight, scores, share, np.zeros(1)))


def macro_f1_interval(table: IntArray, level: float) -> Interval[float]:
    """Return the interval of `macro_f1` from that of each class, put together by `mean_of_parts`.

    F1 is 2 J / (1 + J), where J is the share of rows that are of the class and decided to be so
    among those that are either (Jaccard 1901); it has Wilson's interval. That two classes share
    their mistakes is taken from the delta method.
    """
    known, scores, _ = _f1(table)
    if not known.any():
        return UNKNOWN
    hits, rows = np.diag(table)[known], table.sum(axis=1)[known]
    either = (table.sum(axis=0) + table.sum(axis=1))[known] - hits
    low, high = (2.0 * end / (1.0 + end) for end in wilson(hits, either, level))
    share = hits / either
    variance = (2.0 / (1.0 + share) ** 2) ** 2 * share * (1.0 - share) / either
    linked = _linked(macro_f1(table).error, variance)
    return mean_of_parts(scores[known], low, high, np.maximum(rows, either), linked)


def _linked(error: float, variance: FloatArray) -> float:
    """The variance of a mean over that of independent parts with these variances (k,)."""
    alone = float(variance.sum()) / len(variance) ** 2
    return error**2 / alone if alone > 0.0 and error > 0.0 else 1.0


def weighted_f1(table: IntArray) -> Estimate:
    """Return the mean F1 of classes weighted by their rows; error as in `macro_f1`."""
    known, scores, share = _f1(table)
    if not known.any():
        return Estimate(math.nan, math.nan)
    weight = table.sum(axis=1) / table.sum()
    value = float(weight @ scores)
    return Estimate(value, _f1_error(table, weight, scores, share, scores - value))


def _f1(table: IntArray) -> tuple[np.ndarray, FloatArray, FloatArray]:
    """Which classes count, their F1 (k,), and the share of rows that are or are called them."""
    hits = np.diag(table).astype(np.float64)
    total = (table.sum(axis=0) + table.sum(axis=1)).astype(np.float64)
    known = total > 0
    scores = np.divide(2 * hits, total, out=np.zeros(len(table)), where=known)
    return known, scores, np.where(known, total / max(1, table.sum()), 1.0)


def _f1_error(
    table: IntArray, weight: FloatArray, scores: FloatArray, share: FloatArray, by_class: FloatArray
) -> float:
    """The error of the weighted mean of F1; `by_class` is what a row's class adds by its weight."""
    part = weight / share
    influence = np.diag(2 * part) - (part * scores)[:, None] - part * scores
    return standard_error(influence + by_class[:, None], table)


def top_k_hits(target: IntArray, answers: FloatArray, k: int) -> int:
    """Count the rows whose right class is among the `k` most probable, ties in order of classes."""
    own = answers[np.arange(len(target)), target][:, None]
    before = np.arange(answers.shape[1]) < target[:, None]
    ahead = (answers > own).sum(axis=1) + ((answers == own) & before).sum(axis=1)
    return int((ahead < k).sum())


def class_log_losses(target: IntArray, answers: FloatArray) -> FloatArray:
    """Return the log loss of each row (n,) in nats, probabilities clipped at 2^-52."""
    own = answers[np.arange(len(target)), target]
    return np.asarray(-np.log(np.clip(own, float(np.finfo(np.float64).eps), 1.0)))


def class_squared_errors(target: IntArray, answers: FloatArray) -> FloatArray:
    """Return each row's squared distance (n,) from its class: Brier's score (1950), 0 to 2."""
    own = answers[np.arange(len(target)), target]
    return np.asarray((answers**2).sum(axis=1) - 2.0 * own + 1.0)


def macro_roc_auc(target: IntArray, answers: FloatArray) -> Estimate:
    """Return the mean over classes of the area under the curve of the class against the rest.

    Classes without rows, or with all of them, are left out. The error treats the classes' areas
    together: DeLong's components (1988) of a row are averaged over classes first.
    """
    areas = _areas(target, answers)
    if not areas:
        return Estimate(math.nan, math.nan)
    mean = np.mean([one.rows for one in areas], axis=0) * len(target)
    return Estimate(float(np.mean([one.value for one in areas])), standard_error(mean))


def macro_roc_auc_interval(target: IntArray, answers: FloatArray, level: float) -> Interval[float]:
    """Return the interval of `macro_roc_auc` from `delong_auc` of each class.

    They are put together by `mean_of_parts`. That areas of several classes go together is taken
    from DeLong's components. Unknown (nan) where a class has a single row.
    """
    rows = np.bincount(target, minlength=answers.shape[1])
    known = np.flatnonzero((rows > 0) & (rows < len(target)))
    areas = _areas(target, answers)
    if not areas:
        return UNKNOWN
    ends = [delong_auc(target == one, answers[:, one], level) for one in known]
    values = np.array([one.value for one in areas])
    low, high = (np.array(side) for side in zip(*ends, strict=True))
    variance = np.array([float((one.rows**2).sum()) for one in areas])
    linked = _linked(macro_roc_auc(target, answers).error, variance)
    return mean_of_parts(values, low, high, np.minimum(rows, len(target) - rows)[known], linked)


def _areas(target: IntArray, answers: FloatArray) -> list[Influence]:
    """The area of each class that has rows, but not all of them."""
    rows = np.bincount(target, minlength=answers.shape[1])
    places = np.flatnonzero((rows > 0) & (rows < len(target)))
    return [auc_influence(target == one, answers[:, one]) for one in places]


def classwise_calibration_error(
    target: IntArray, answers: FloatArray, bins: int = 10
) -> tuple[float, FloatArray]:
    """Return the mean over classes of their expected calibration error, and that of each (k,).

    Class-wise calibration: Kull et al. (2019); ten bins of equal mass a class.
    """
    each = np.array(
        [
            np.abs(np.bincount(equal_mass_bins(score, bins), score - (target == place))).sum()
            for place, score in enumerate(answers.T)
        ]
    ) / max(1, len(target))
    return float(each.mean()), each


def classwise_calibration_interval(
    target: IntArray,
    answers: FloatArray,
    level: float,
    rng: np.random.Generator,
    bins: int = 10,
    resamples: int = 4000,
) -> Interval[float]:
    """Return the interval of `classwise_calibration_error`.

    As `calibration_error_interval`, with the gaps of all classes' bins drawn together from the
    normal distribution that resampling rows would give them: their covariances are exact sums.
    """
    n, k = answers.shape
    if n < 2:
        return UNKNOWN
    codes = [equal_mass_bins(score, bins) for score in answers.T]
    gaps = [score - (target == place) for place, score in enumerate(answers.T)]
    mean = np.stack([np.bincount(c, g, bins) for c, g in zip(codes, gaps, strict=True)]) / n
    spread = np.zeros((k, bins, k, bins))
    for i in range(k):
        for j in range(i, k):
            both = np.bincount(codes[i] * bins + codes[j], gaps[i] * gaps[j], bins * bins)
            spread[i, :, j, :] = both.reshape(bins, bins)
            spread[j, :, i, :] = both.reshape(bins, bins).T
    values, vectors = np.linalg.eigh(spread.reshape(k * bins, k * bins) / n**2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal((resamples, k * bins)) @ root.T
    upper = (1.0 + level) / 2.0
    value = float(np.abs(mean).sum()) / k
    top = float(np.quantile(np.abs(mean.ravel() + noise).sum(axis=1), upper)) / k
    chance = float(np.quantile(np.abs(noise).sum(axis=1), upper)) / k
    low = max(0.0, 2.0 * value - top) if value > chance else 0.0
    return Interval(low, min(1.0, max(value, top)))
