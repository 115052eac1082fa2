"""Areas under the ROC and the precision-recall curve, and how much each row moves them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, Labels
from proofstone.measures.delta import unit_interval
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile
from proofstone.measures.ranking import rank, steps

_PRIOR = 20.0
_HALVINGS = 50


class Influence(NamedTuple):
    """An estimate, and what each row (n,) adds to its error; the rows' sum is 0."""

    value: float
    rows: FloatArray


def auc_influence(
    positive: Labels, score: FloatArray, weight: FloatArray | None = None
) -> Influence:
    """Return the area under the ROC curve with each row's influence, (n,), ties at one half.

    `weight` (n,) weighs rows. Without it the sum of squares is DeLong's variance (1988), but for
    its small-sample factors, in O(n log n). nan and zeros when a class has no weight.

    >>> found = auc_influence(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    >>> found.value, found.rows.tolist()
    (0.875, [0.0625, -0.0625, -0.0625, 0.0625])
    """
    flags = np.asarray(positive).astype(bool)
    mass = np.ones(len(flags)) if weight is None else np.asarray(weight, dtype=np.float64)
    hits, misses = mass * flags, mass * ~flags
    total, rest = float(hits.sum()), float(misses.sum())
    if not (total > 0.0 and rest > 0.0):
        return Influence(math.nan, np.zeros(len(flags)))
    _, place = np.unique(score, return_inverse=True)
    won, lost = np.bincount(place, hits), np.bincount(place, misses)
    beats = (np.cumsum(lost) - lost / 2.0) / rest
    beaten = 1.0 - (np.cumsum(won) - won / 2.0) / total
    area = float(won @ beats) / total
    rows = hits * (beats[place] - area) / total + misses * (beaten[place] - area) / rest
    return Influence(area, rows)


def delong_auc(y: Labels, score: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the area under the ROC curve from DeLong's variance (1988).

    Ends as in `area_interval`. Unknown (nan) when a class has fewer than two rows.
    """
    positive = np.asarray(y).astype(bool)
    m, n = int(positive.sum()), int((~positive).sum())
    if min(m, n) < 2:
        return UNKNOWN
    area, rows = auc_influence(positive, score)
    squares = rows**2
    variance = float(squares[positive].sum()) * m / (m - 1)
    variance += float(squares[~positive].sum()) * n / (n - 1)
    return area_interval(area, variance, m, n, level)


def area_interval(
    area: float, variance: float, positives: int, negatives: int, level: float
) -> Interval[float]:
    """Return the areas that lie within z standard errors of the observed one, each by its own.

    The variance of an area is that of Newcombe's method 5 (2006, after Hanley and McNeil 1982)
    times the share that the observed variance has of it at the observed area. A share below 1 is
    drawn towards 1, as if 20 more rows of the rarer class had shown it: few rows seldom hold the
    mistakes that make the variance. It never collapses where a ranking is perfect.

    Measured coverage at a nominal 95 %, 800 samples a case of 5 to 300 positive and 100 to 3,000
    negative rows, areas from 0.5 to 0.99: two normal classes 93.5-98.6 % (ends on the logit scale,
    Pepe 2003: 75-98 %), rounded scores 94.1-96.9 %; positives with four times the spread 86.8 % of
    5 rows and 93.5-95.8 % of more; a fifth of the positives without any signal 82.0 % of 10 rows,
    91.0 % of 20, and 93.6-95.4 % of more.
    """
    variance_at = _variance_at(positives, negatives)
    usual, few = variance_at(area), min(positives, negatives)
    share = variance / usual if variance > 0.0 and usual > 0.0 else 1.0
    share = max(share, (share * few + _PRIOR) / (few + _PRIOR))
    reach = normal_quantile((1.0 + level) / 2.0) * math.sqrt(share)
    ends = []
    for end in (0.0, 1.0):
        near, far = area, end
        for _ in range(_HALVINGS):
            middle = (near + far) / 2.0
            inside = abs(area - middle) < reach * math.sqrt(variance_at(middle))
            near, far = (middle, far) if inside else (near, middle)
        ends.append((near + far) / 2.0)
    return Interval(*ends)


def _variance_at(m: int, n: int) -> Callable[[float], float]:
    """The variance of an area by its true value, with m positive and n negative rows."""
    pairs = (m + n) / 2.0 - 1.0

    def of(area: float) -> float:
        pull = (1.0 - area) / (2.0 - area) + area / (1.0 + area)
        return area * (1.0 - area) * (1.0 + pairs * pull) / (m * n)

    return of


def average_precision_interval(y: Labels, score: FloatArray, level: float) -> Interval[float]:
    """Return the interval of average precision by the infinitesimal jackknife (Jaeckel 1972).

    Each row's influence on the statistic has a closed form, so one sort does what `bootstrap`
    needs a thousand passes for. Ends on the logit scale; Wilson's interval over the positive
    rows where the ranking is perfect. Unknown (nan) when a class has fewer than two rows.
    The share of positives counts as sampled too. Measured coverage at a nominal 95 %, 2,000
    samples a case: 94.3 % with 300 rows, half of them positive; 93.2 % with 600 rows and 12 %;
    92.3 % with 600 and 5 %.
    """
    if not len(y):
        return UNKNOWN
    ranking = rank(y, score)
    m, n = float(ranking.positives), float(ranking.negatives)
    if min(m, n) < 2:
        return UNKNOWN
    hits, misses = steps(ranking.positive), steps(ranking.negative)
    above = ranking.positive + ranking.negative
    precision = ranking.positive / above
    value = float(hits @ precision) / m
    gain = np.cumsum((hits / above)[::-1])[::-1]
    loss = np.cumsum((hits * precision / above)[::-1])[::-1]
    of_hit, of_miss = (precision + gain - loss - value) / m, -loss / m
    variance = float(hits @ of_hit**2 + misses @ of_miss**2) * (m + n) / (m + n - 1)
    return unit_interval(value, math.sqrt(variance), m, level)


def paired_auc_gain(code: np.ndarray, before: FloatArray, after: FloatArray) -> Influence:
    """Return by how much `after` tells classes apart better than `before`, with influences (n,).

    `code` (int, (n,)) is each row's class, from 0 on; both are scores (n, k), one column a class.
    It is the difference of the areas under the curves of each class against the rest, weighted by
    the class's share (Provost and Domingos 2000); with two classes, of the one area.
    """
    shares = np.bincount(code, minlength=before.shape[1]) / max(1, len(code))
    gain, rows = 0.0, np.zeros(len(code))
    for one in np.flatnonzero((shares > 0) & (shares < 1)):
        new, old = (auc_influence(code == one, scores[:, one]) for scores in (after, before))
        gain += shares[one] * (new.value - old.value)
        rows += shares[one] * (new.rows - old.rows)
    return Influence(float(gain) if np.count_nonzero(shares) > 1 else math.nan, rows)


def influence_interval(found: Influence, level: float) -> Interval[float]:
    """Return value ± z times the root of the sum of squared influences, of independent rows."""
    if math.isnan(found.value):
        return UNKNOWN
    half = normal_quantile((1.0 + level) / 2.0) * float(np.sqrt((found.rows**2).sum()))
    return Interval(found.value - half, found.value + half)
