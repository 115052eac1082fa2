from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from fairlearn.reductions import FalsePositiveRateParity, GridSearch
from sklearn.linear_model import LogisticRegression

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Prepare, Threshold
from proofstone.models.calibration import Calibration
from proofstone.models.contract import Feature
from proofstone.train.calibrate import fit_sigmoid
from proofstone.train.families.logistic import family
from proofstone.train.folds import deal
from proofstone.train.inner import Inner
from proofstone.train.learner import Learner
from proofstone.train.mitigate.constraint import Constraint
from proofstone.train.mitigate.grid_search import Constrained
from proofstone.train.threshold import choose_threshold

N = 1500
LEARNER = Learner(family, {}, 0, ())


@pytest.fixture(scope="module")
def biased() -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """A column that stands in for the group, a column that matters, and unequal base rates."""
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b"], N, p=[0.7, 0.3])
    merit = rng.normal(size=N)
    proxy = (group == "b") + 0.5 * rng.normal(size=N)
    target = rng.random(N) < 1 / (1 + np.exp(-(1.5 * merit + 2.5 * (group == "b") - 2)))
    return pl.DataFrame({"merit": merit, "proxy": proxy}), target, group


@pytest.fixture(scope="module")
def inner(biased: tuple[pl.DataFrame, np.ndarray, np.ndarray]) -> Inner:
    frame, target, group = biased
    fold = deal(target + 2 * (group == "b"), 3, np.random.default_rng(0))
    features = [Feature("merit", "number"), Feature("proxy", "number")]
    return Inner.of(frame, fold, features, Prepare(), takes="one_hot")


def judge(target: np.ndarray, margin: np.ndarray) -> tuple[Calibration, float]:
    calibration = fit_sigmoid(margin, target)
    return calibration, choose_threshold(Threshold(), calibration.apply(margin), target)


def test_the_chosen_point_closes_the_gap_and_is_one_model(
    biased: tuple[pl.DataFrame, np.ndarray, np.ndarray], inner: Inner
) -> None:
    frame, target, group = biased
    constraint = Constraint("false_positive_rate")
    plain = inner.out_of_fold(
        lambda fold: LEARNER.fit(
            fold.fit_matrix, target[fold.fit_rows], np.ones(len(fold.fit_rows))
        ).margin(fold.held_matrix)
    )
    calibration, threshold = judge(target, plain)
    before = constraint.gap(calibration.apply(plain) >= threshold, target, group).value
    constrained = Constrained(constraint, target, group, 0.03)
    chosen = constrained.choose(LEARNER, inner, lambda margin: judge(target, margin))
    least = min(chosen.points, key=lambda point: point.gap)
    bound = max(0.03, least.gap + least.gap_error)
    assert chosen.point.gap <= bound < 0.06 < before
    assert chosen.point.log_loss == min(p.log_loss for p in chosen.points if p.gap <= bound)
    matrix = frame.to_numpy(order="c")
    weights = constrained.refit(LEARNER, matrix, chosen)
    assert weights == constrained.refit(LEARNER, matrix, chosen)
    assert LEARNER.load(weights).width == 2


def test_points_equal_fairlearns_own_search(
    biased: tuple[pl.DataFrame, np.ndarray, np.ndarray], inner: Inner
) -> None:
    """With scikit-learn's own regression in our learner's place: the same costs, the same models.

    The learner scales weights to a mean of 1, which only the penalty's strength feels.
    """
    _, target, group = biased
    fold = inner.folds[0]
    rows = fold.fit_rows
    constrained = Constrained(Constraint("false_positive_rate"), target, group, 0.0)
    grid = constrained.grid()
    peer = GridSearch(LogisticRegression(C=1e6), FalsePositiveRateParity(), grid=grid)
    peer.fit(fold.fit_matrix, target[rows].astype(int), sensitive_features=group[rows])
    learner = Learner(family, {"C": 1e6}, 0, ())
    ours = constrained.fit_grid(learner, fold.fit_matrix, rows, grid)
    for one, other in zip(ours, peer.predictors_, strict=True):
        agree = one.predict(fold.held_matrix) == other.predict(fold.held_matrix)
        assert agree.all()


def test_the_order_of_rows_does_not_matter_to_the_grid(
    biased: tuple[pl.DataFrame, np.ndarray, np.ndarray],
) -> None:
    _, target, group = biased
    order = np.argsort(group)[::-1]
    constraint = Constraint("selection_rate")
    one = Constrained(constraint, target, group, 0.0).grid()
    other = Constrained(constraint, target[order], group[order], 0.0).grid()
    assert one.equals(other)
    assert one.abs().sum(axis=1).groupby(level="group_id").sum()["a"] > 0
    assert one.abs().sum(axis=1).groupby(level="group_id").sum()["b"] == 0


def test_one_comparable_group_is_refused(inner: Inner) -> None:
    target = np.arange(N) % 2 == 0
    group = np.where(np.arange(N) < 3, "rare", "common")
    constrained = Constrained(Constraint("true_positive_rate"), target, group, 0.0)
    with pytest.raises(DataError, match="fewer than two groups"):
        constrained.choose(LEARNER, inner, lambda margin: judge(target, margin))
