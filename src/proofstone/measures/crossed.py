"""AUC and true positive rate of cells that depend on each other by row and by column.

A cell is one guess about one row by one attacked model: guesses about one row share what is
known of that row, guesses about one model share what is peculiar to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.delta import unit_interval
from proofstone.measures.influence import Influence, auc_influence
from proofstone.measures.intervals import (
    UNKNOWN,
    Interval,
    normal_quantile,
    t_quantile,
    wilson,
)


@dataclass(frozen=True, eq=False)
class Crossed:
    """Scores (m, n) of cells, whether each is positive (bool, (m, n)), and clusters of models.

    Rows of the table are columns here, each a cluster; models of equal `cluster` (int, (m,), from
    0 on) are one cluster. The variance is that of Cameron, Gelbach and Miller (2011): clusters of
    both kinds, less what both count, each with its small-sample factor, and never less than that
    of either kind alone. Its degrees of freedom are Satterthwaite's (1946), of as many clusters as
    carry it.
    """

    positive: np.ndarray
    score: FloatArray
    cluster: IntArray

    @cached_property
    def _ranked(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Each cell's place among the distinct scores, and positives and negatives at each."""
        _, place = np.unique(self.score.ravel(), return_inverse=True)
        hits = np.bincount(place, weights=self.positive.ravel()).astype(np.float64)
        return place, hits, np.bincount(place) - hits

    @property
    def known(self) -> bool:
        """Whether there are cells of both kinds."""
        _, hits, misses = self._ranked
        return bool(hits.sum() > 0 and misses.sum() > 0)

    @cached_property
    def _area(self) -> Influence:
        return auc_influence(self.positive.ravel(), self.score.ravel())

    @property
    def auc(self) -> float:
        """The chance that a positive cell outscores a negative one, a tie counting one half."""
        return self._area.value

    def auc_interval(self, level: float) -> Interval[float]:
        """Return the interval of `auc` on the logit scale, Wilson's where it has no variance."""
        if not self.known:
            return UNKNOWN
        influence = self._area.rows
        variance = self._variance(influence, level)
        error = math.sqrt(variance) if variance > 1e-18 else 0.0
        return unit_interval(self.auc, error, float(self.score.shape[1]), level)

    def found(self, false: float) -> float:
        """The share of positive cells found where the share `false` of the negatives is, too.

        Linear between the points of the ROC curve: among equal scores a guesser draws lots. nan
        without cells of both kinds.
        """
        if not self.known:
            return math.nan
        _, hits, _ = self._ranked
        return float(self._taken(false) @ hits / hits.sum())

    def found_interval(self, false: float, level: float) -> Interval[float]:
        """Return the interval of `found(false)`.

        The threshold is estimated too: an error in it moves the rate by the slope of the ROC curve
        there, taken between `false` / 2 and 2 `false`. Wilson's interval (1927) of as many
        independent cells as have that variance (Korn and Graubard 1998); where they show none,
        each row counts once.
        """
        if not self.known:
            return UNKNOWN
        place, hits, misses = self._ranked
        rate = self.found(false)
        slope = (self.found(2.0 * false) - self.found(false / 2.0)) / (1.5 * false)
        over = self._taken(false)[place]
        influence = np.where(
            self.positive.ravel(),
            (over - rate) / hits.sum(),
            -slope * (over - false) / misses.sum(),
        )
        variance = self._variance(influence, level)
        rows = float(self.score.shape[1])
        if not 0.0 < rate < 1.0 or variance <= 1e-18:
            return wilson(rate * rows, rows, level)
        cells = min(rate * (1.0 - rate) / variance, float(hits.sum()))
        return wilson(rate * cells, cells, level)

    def _taken(self, false: float) -> FloatArray:
        """Which share of the cells at each distinct score is taken, for `false` of the negatives.

        All above the threshold, none below it; at it, as many as are wanting.
        """
        _, _, misses = self._ranked
        wrong = np.cumsum(misses[::-1])[::-1] / misses.sum()
        beyond = np.append(wrong[1:], 0.0)
        here = wrong - beyond
        part = np.divide(false - beyond, here, out=np.ones_like(here), where=here > 0)
        return np.where(beyond <= false, np.clip(part, 0.0, 1.0), 0.0)

    def _variance(self, influence: FloatArray, level: float) -> float:
        """The variance of a sum of influences (m * n,), widened for how few clusters there are."""
        cells = influence.reshape(len(self.score), -1)
        rows = int(cells.size / len(cells))
        models = np.zeros((int(self.cluster.max()) + 1, rows))
        np.add.at(models, self.cluster, cells)
        sums = cells.sum(axis=0), models.sum(axis=1)
        parts = [_spread(one) for one in sums]
        variance = max(parts[0] + parts[1] - float((models**2).sum()), *parts)
        if variance <= 0.0:
            return 0.0
        freedom = variance**2 / sum(
            part**2 / _freedom(one) for part, one in zip(parts, sums, strict=True) if part > 0.0
        )
        upper = (1.0 + level) / 2.0
        wider = t_quantile(upper, max(3, int(freedom))) / normal_quantile(upper)
        return float(variance * wider**2)


def _spread(sums: FloatArray) -> float:
    """The variance of the total of cluster sums (k,); a single cluster says nothing."""
    k = len(sums)
    return float((sums**2).sum()) * k / (k - 1) if k > 1 else 0.0


def _freedom(sums: FloatArray) -> float:
    """How many clusters the variance of `sums` (k,) rests on, less one; few where few are large.

    With normal sums three times the squared second over the fourth moment is their number.
    """
    second, fourth = float((sums**2).sum()), float((sums**4).sum())
    return max(1.0, min(len(sums), 3.0 * second**2 / fourth) - 1.0)
