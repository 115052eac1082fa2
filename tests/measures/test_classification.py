"""Quality metrics against scikit-learn, and their laws."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from proofstone.measures.classification import (
    POINTS,
    average_precision,
    brier_score,
    calibration_curve,
    expected_calibration_error,
    log_loss,
    log_losses,
    roc_auc,
    roc_curve,
    squared_errors,
)

METRICS = [roc_auc, average_precision, log_loss, brier_score, expected_calibration_error]
PEERS = [
    (roc_auc, sk.roc_auc_score),
    (average_precision, sk.average_precision_score),
    (log_loss, sk.log_loss),
    (brier_score, sk.brier_score_loss),
]
rows = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=60)


def table(rng: np.random.Generator, n: int = 500, digits: Any = None) -> tuple[Any, ...]:
    """Rows whose score means something; few `digits` make many ties."""
    score = rng.random(n)
    y = (rng.random(n) < score).astype(np.int64)
    return y, score if digits is None else score.round(digits)


@pytest.mark.parametrize(("ours", "peer"), PEERS)
@pytest.mark.parametrize("digits", [None, 2, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_scikit_learn(
    rng: np.random.Generator,
    ours: Callable[..., Any],
    peer: Callable[..., Any],
    digits: Any,
    weighted: bool,
) -> None:
    y, score = table(rng, digits=digits)
    weight = rng.random(len(y)) if weighted else None
    expected = peer(y, score, sample_weight=weight)
    assert float(ours(y, score, weight)) == pytest.approx(expected, abs=1e-12)
    assert float(ours(y.astype(bool), score, weight)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_many_weightings_at_once_equal_one_by_one(
    rng: np.random.Generator, metric: Callable[..., Any]
) -> None:
    y, score = table(rng, 80, digits=1)
    weights = rng.integers(0, 3, (5, len(y))).astype(float)
    together = metric(y, score, weights)
    assert together.shape == (5,)
    assert together == pytest.approx([float(metric(y, score, weight)) for weight in weights])
    assert float(metric(y, score, np.ones(len(y)))) == pytest.approx(metric(y, score))


def test_log_loss_of_a_certain_mistake_is_finite() -> None:
    assert log_loss(np.array([1]), np.array([0.0])) == pytest.approx(52 * np.log(2))


def test_metrics_are_the_means_of_their_rows(rng: np.random.Generator) -> None:
    y, score = table(rng)
    assert log_loss(y, score) == pytest.approx(log_losses(y, score).mean())
    assert brier_score(y, score) == pytest.approx(squared_errors(y, score).mean())


@pytest.mark.parametrize("present", [0, 1])
def test_one_class_has_no_ranking_but_still_has_losses(present: int) -> None:
    y, score = np.full(4, present), np.array([0.1, 0.2, 0.6, 0.6])
    assert np.isnan(roc_auc(y, score))
    assert np.isnan(average_precision(y, score))
    assert np.isnan(roc_auc(y, score, np.ones((2, 4)))).all()
    assert np.isnan(average_precision(y, score, np.ones((2, 4)))).all()
    assert all(len(points) == 0 for points in roc_curve(y, score))
    assert brier_score(y, score) == pytest.approx(np.mean((score - present) ** 2))
    assert expected_calibration_error(y, score) > 0


@pytest.mark.parametrize("metric", METRICS)
def test_no_row_gives_nan(metric: Callable[..., Any]) -> None:
    assert np.isnan(metric(np.zeros(0, dtype=bool), np.zeros(0)))


def test_no_row_gives_empty_curves() -> None:
    nothing = np.zeros(0, dtype=bool), np.zeros(0)
    assert len(roc_curve(*nothing).threshold) == 0
    assert len(calibration_curve(*nothing).count) == 0


@given(rows)
def test_ranking_metrics_ignore_a_monotone_change_of_score(drawn: list[Any]) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    stretched = np.exp(score / 3.0)
    for metric in (roc_auc, average_precision):
        assert metric(y, score) == pytest.approx(metric(y, stretched), nan_ok=True)


@given(rows)
def test_auc_is_bounded_and_mirrors(drawn: list[Any]) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    auc = roc_auc(y, score)
    if 0 < y.sum() < len(y):
        assert 0.0 <= auc <= 1.0
        assert roc_auc(y, -score) == pytest.approx(1.0 - auc)
        wins = np.sign(score[y][:, None] - score[~y])
        assert auc == pytest.approx((1.0 + wins.mean()) / 2.0)


@given(rows, st.integers(0, 2**32 - 1))
def test_order_of_rows_is_irrelevant(drawn: list[Any], seed: int) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    score = score / 20.0
    shuffled = np.random.default_rng(seed).permutation(len(y))
    for metric in METRICS:
        assert metric(y, score) == pytest.approx(metric(y[shuffled], score[shuffled]), nan_ok=True)


def test_calibration_error_equals_a_plain_loop(rng: np.random.Generator) -> None:
    y, score = table(rng, 600)
    order = np.argsort(score)
    parts = np.array_split(order, 15)
    gaps = [abs(score[part].mean() - y[part].mean()) * len(part) / 600 for part in parts]
    assert expected_calibration_error(y, score, bins=15) == pytest.approx(sum(gaps))


def test_calibration_error_of_a_calibrated_model_is_near_its_stated_floor(
    rng: np.random.Generator,
) -> None:
    p, n = 0.2, 4000
    score = np.full(n, p) + rng.random(n) * 1e-9
    errors = [expected_calibration_error(rng.random(n) < p, score) for _ in range(200)]
    floor = 0.8 * np.sqrt(10 * p * (1 - p) / n)
    assert np.mean(errors) == pytest.approx(floor, rel=0.1)


def test_calibration_curve_agrees_with_its_parts(rng: np.random.Generator) -> None:
    y, score = table(rng)
    curve = calibration_curve(y, score, bins=5)
    assert curve.count.tolist() == [100] * 5
    gaps = np.abs(curve.mean_score - curve.observed_rate)
    error = np.sum(gaps * curve.count) / len(y)
    assert error == pytest.approx(expected_calibration_error(y, score, bins=5))
    hits = curve.observed_rate * curve.count
    low, high = proportion_confint(hits.round(), curve.count, method="wilson")
    assert np.allclose(curve.low, low)
    assert np.allclose(curve.high, high)
    assert np.all(np.diff(curve.mean_score) > 0)


def test_calibration_curve_of_one_score_is_one_point() -> None:
    curve = calibration_curve(np.array([0, 1, 0, 0]), np.full(4, 0.3))
    assert curve.count.tolist() == [4]
    assert curve.observed_rate.tolist() == [0.25]


def test_short_curves_equal_scikit_learn(rng: np.random.Generator) -> None:
    y, score = table(rng, 150, digits=2)
    fpr, tpr, threshold = sk.roc_curve(y, score, drop_intermediate=False)
    ours = roc_curve(y, score)
    assert np.allclose(ours.false_positive_rate, fpr)
    assert np.allclose(ours.true_positive_rate, tpr)
    assert np.array_equal(ours.threshold[1:], threshold[1:])
    assert score.max() < ours.threshold[0] < score.max() + 1e-9


def test_long_curves_are_thinned_to_points_that_keep_their_area(rng: np.random.Generator) -> None:
    y, score = table(rng, 20_000)
    curve = roc_curve(y, score)
    assert len(curve.threshold) <= POINTS
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0.0, 0.0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1.0, 1.0)
    area = np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
    assert area == pytest.approx(roc_auc(y, score), abs=2e-3)
