"""Constrained training: the grid search of Agarwal et al. (2018, section 3.4), by fairlearn.

Each point of the grid is a Lagrange multiplier of the constraint. It turns labels and weights into
a cost-sensitive problem that the family is fitted to, so each point is one ordinary model with
scores, not a mixture. The protected column shapes the costs; no model ever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.reductions import (
    DemographicParity,
    FalsePositiveRateParity,
    GridSearch,
    TruePositiveRateParity,
)

from proofstone.core.errors import DataError
from proofstone.measures.classification import log_loss
from proofstone.models.calibration import Calibration
from proofstone.train.inner import Inner
from proofstone.train.learner import Learner
from proofstone.train.mitigate.constraint import LEAST, Constraint
from proofstone.train.mitigate.multipliers import multipliers

RULE = (
    "least log loss of calibrated out-of-fold scores, among grid points whose out-of-fold gap is "
    "within the tolerance or within one standard error of the smallest"
)

_MOMENTS = {
    "false_positive_rate": FalsePositiveRateParity,
    "true_positive_rate": TruePositiveRateParity,
    "selection_rate": DemographicParity,
}

Judge = Callable[[np.ndarray], tuple[Calibration, float]]
"""From out-of-fold margins to the calibration and threshold that a model would get."""


class LearnerEstimator:
    """A learner as fairlearn wants it: `fit(X, y, sample_weight)` and `predict(X)` of 0 and 1."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.weights = b""

    def fit(self, matrix: np.ndarray, label: Any, sample_weight: Any) -> LearnerEstimator:
        """Fit the learner to relabelled rows."""
        weight = np.asarray(sample_weight, dtype=np.float64)
        self.weights = self.learner.weights(matrix, np.asarray(label) > 0, weight)
        return self

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return log-odds, shape (n,)."""
        return self.learner.load(self.weights).margin(matrix)

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return 0 or 1 for each row."""
        return (self.margin(matrix) > 0).astype(np.int64)


@dataclass(frozen=True)
class Point:
    """One multiplier of the grid and what it came to on out-of-fold scores."""

    place: int
    gap: float
    gap_error: float
    log_loss: float


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen point, its multiplier and out-of-fold margins (n,), and all points."""

    point: Point
    multiplier: pd.DataFrame
    margin: np.ndarray
    points: tuple[Point, ...]

    def to_json(self) -> dict[str, Any]:
        """All points, the chosen one, and the rule it was chosen by."""
        points = [vars(point) for point in self.points]
        return {"rule": RULE, "points": points, "chosen": self.point.place}


class Constrained:
    """Fits learners under a constraint between groups: `target` bool (n,), `group` text (n,).

    A gap up to `tolerance` counts as none, and so does one that noise cannot tell from the
    smallest (one standard error, as Breiman et al. 1984 choose trees). Groups too small to
    compare are fitted as if they were of the largest group.
    """

    def __init__(
        self, constraint: Constraint, target: np.ndarray, group: np.ndarray, tolerance: float
    ) -> None:
        names, counts = np.unique(group.astype(str), return_counts=True)
        large = constraint.comparable(target, group)
        self._constraint = constraint
        self._tolerance = tolerance
        self._target = target
        self._group = group
        self._merged = np.where(np.isin(group.astype(str), large), group, names[counts.argmax()])

    def choose(self, learner: Learner, inner: Inner, judge: Judge) -> Chosen:
        """Return the point that `RULE` picks on inner folds.

        Raises:
            DataError: fewer than two groups can be compared, or no point gave a model.
        """
        if len(np.unique(self._merged)) < 2:
            raise DataError(
                "mitigation `grid_search`: fewer than two groups are large enough to compare",
                hint=f"each needs {LEAST} rows that {self._constraint.name} is measured on",
            )
        grid = self.grid()
        margins = np.full((grid.shape[1], inner.rows), np.nan)
        for fold in inner.folds:
            fitted = self.fit_grid(learner, fold.fit_matrix, fold.fit_rows, grid)
            for place, one in enumerate(fitted):
                if isinstance(one, LearnerEstimator):
                    margins[place, fold.held_rows] = one.margin(fold.held_matrix)
        whole = np.flatnonzero(np.isfinite(margins).all(axis=1))
        if not whole.size:
            raise DataError(
                "mitigation `grid_search`: no point of the grid gave a model",
                hint="the groups may have too few rows; try reweighing",
            )
        points = tuple(self._measure(int(place), margins[place], judge) for place in whole)
        least = min(points, key=lambda one: one.gap)
        bound = max(self._tolerance, least.gap + least.gap_error)
        best = min((one for one in points if one.gap <= bound), key=lambda one: one.log_loss)
        return Chosen(best, grid[[best.place]], margins[best.place], points)

    def refit(self, learner: Learner, matrix: np.ndarray, chosen: Chosen) -> bytes:
        """Return weights fitted to all rows at the chosen point.

        Raises:
            DataError: with all rows its multiplier turns every label into the same.
        """
        rows = np.arange(len(self._target))
        (estimator,) = self.fit_grid(learner, matrix, rows, chosen.multiplier)
        if not isinstance(estimator, LearnerEstimator):
            raise DataError(
                "mitigation `grid_search`: the chosen multiplier leaves one class only",
                hint="try reweighing",
            )
        return estimator.weights

    def grid(self) -> pd.DataFrame:
        """Return the multipliers, one column a point, whatever the order of rows.

        Groups go in by falling size: the multiplier then counts in the costs of a small group's
        rows, instead of being multiplied by how small it is.
        """
        names, place, counts = np.unique(
            self._merged.astype(str), return_inverse=True, return_counts=True
        )
        rows = np.lexsort((place, -counts[place]))
        moment = _MOMENTS[self._constraint.name]()
        moment.load_data(
            np.zeros((len(rows), 1)),
            self._target[rows].astype(np.int64),
            sensitive_features=names[place[rows]],
        )
        return multipliers(moment)

    def fit_grid(
        self, learner: Learner, matrix: np.ndarray, rows: np.ndarray, grid: pd.DataFrame
    ) -> list[Any]:
        """Return one estimator a multiplier, fitted to `rows`, whose matrix is `matrix`.

        Where a multiplier turns every label into the same, it is fairlearn's constant instead of
        a `LearnerEstimator`.
        """
        search = GridSearch(
            LearnerEstimator(learner),
            constraints=_MOMENTS[self._constraint.name](),
            grid=grid,
        )
        target, group = self._target[rows].astype(np.int64), self._merged[rows].astype(str)
        return list(search.fit(matrix, target, sensitive_features=group).predictors_)

    def _measure(self, place: int, margin: np.ndarray, judge: Judge) -> Point:
        calibration, threshold = judge(margin)
        score = calibration.apply(margin)
        gap = self._constraint.gap(score >= threshold, self._target, self._group)
        return Point(place, gap.value, gap.error, float(log_loss(self._target, score)))
