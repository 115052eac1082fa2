"""Many-class measures against scikit-learn, and the coverage of their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import datasets, metrics
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from proofstone.measures.classes import (
    balanced_accuracy,
    balanced_accuracy_interval,
    class_log_losses,
    class_squared_errors,
    classwise_calibration_error,
    classwise_calibration_interval,
    confusion,
    macro_f1,
    macro_f1_interval,
    macro_roc_auc,
    macro_roc_auc_interval,
    top_k_hits,
    weighted_f1,
)
from proofstone.measures.influence import delong_auc

TABLES = {
    "digits": (datasets.load_digits, RandomForestClassifier(20, random_state=0)),
    "wine": (datasets.load_wine, RandomForestClassifier(20, random_state=1)),
    "iris": (datasets.load_iris, LogisticRegression(max_iter=1000)),
}


@pytest.fixture(scope="module", params=TABLES)
def answered(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Classes of a real table, and cross-fitted probabilities of them."""
    load, model = TABLES[request.param]
    rows, target = load(return_X_y=True)
    answers = cross_val_predict(model, rows, target, cv=3, method="predict_proba")
    return target.astype(np.int64), answers


def test_points_are_scikit_learns(answered: tuple[np.ndarray, np.ndarray]) -> None:
    target, answers = answered
    decided, k = answers.argmax(axis=1), answers.shape[1]
    table = confusion(target, decided, k)
    assert np.array_equal(table, metrics.confusion_matrix(target, decided))
    for ours, theirs in (
        (balanced_accuracy(table), metrics.balanced_accuracy_score(target, decided)),
        (macro_f1(table).value, metrics.f1_score(target, decided, average="macro")),
        (weighted_f1(table).value, metrics.f1_score(target, decided, average="weighted")),
        (class_log_losses(target, answers).mean(), metrics.log_loss(target, answers)),
        (class_squared_errors(target, answers).mean(), metrics.brier_score_loss(target, answers)),
        (macro_roc_auc(target, answers).value,
         metrics.roc_auc_score(target, answers, multi_class="ovr")),
    ):  # fmt: skip
        assert ours == pytest.approx(theirs, abs=1e-9)
    untied = answers + np.random.default_rng(0).random(answers.shape) * 1e-9
    assert top_k_hits(target, untied, 2) / len(target) == pytest.approx(
        metrics.top_k_accuracy_score(target, untied, k=2), abs=1e-12
    )


def test_top_k_prefers_the_first_of_equal_classes_as_a_decision_does() -> None:
    answers = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.3, 0.3, 0.4]])
    assert top_k_hits(np.array([0, 1, 2]), answers, 1) == 2
    assert top_k_hits(np.array([1, 2, 1]), answers, 2) == 1


@pytest.mark.parametrize("statistic", [macro_f1, weighted_f1])
def test_the_delta_methods_error_is_that_of_resampling(statistic: object) -> None:
    table = np.array([[80, 11, 3], [7, 40, 9], [1, 6, 13]])
    rng = np.random.default_rng(4)
    n = table.sum()
    drawn = rng.multinomial(n, (table / n).ravel(), 20_000).reshape(-1, 3, 3)
    resampled = np.std([statistic(one).value for one in drawn[:4000]])  # type: ignore[operator]
    assert statistic(table).error == pytest.approx(resampled, rel=0.04)  # type: ignore[operator]


def test_the_area_of_two_classes_has_delongs_interval() -> None:
    rng = np.random.default_rng(2)
    score = rng.random(300).round(2)
    target = (rng.random(300) < score).astype(np.int64)
    value, error = macro_roc_auc(target, np.stack([1 - score, score], axis=1))
    answers = np.stack([1 - score, score], axis=1)
    ours, theirs = macro_roc_auc_interval(target, answers, 0.95), delong_auc(target, score, 0.95)
    assert np.allclose(ours, theirs, atol=2e-3)
    assert value == pytest.approx(metrics.roc_auc_score(target, score))
    assert 2 * 1.96 * error == pytest.approx(theirs.high - theirs.low, rel=0.05)


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Four classes, the rarest of 3 %, and probabilities that know something of them."""
    target = rng.choice(4, size=n, p=[0.7, 0.2, 0.07, 0.03])
    raised = rng.normal(size=(n, 4))
    raised[np.arange(n), target] += 1.5
    answers = np.exp(raised)
    return target, answers / answers.sum(axis=1, keepdims=True)


def test_intervals_cover_what_they_say() -> None:
    rng = np.random.default_rng(11)
    target, answers = drawn(rng, 300_000)
    table = confusion(target, answers.argmax(axis=1), 4)
    truth = [balanced_accuracy(table), macro_f1(table).value, macro_roc_auc(target, answers).value]
    hits = np.zeros(3)
    worlds = 400
    for _ in range(worlds):
        target, answers = drawn(rng, 600)
        table = confusion(target, answers.argmax(axis=1), 4)
        ends = [
            balanced_accuracy_interval(table, 0.95),
            macro_f1_interval(table, 0.95),
            macro_roc_auc_interval(target, answers, 0.95),
        ]
        hits += [low <= value <= high for (low, high), value in zip(ends, truth, strict=True)]
    for count in hits:
        assert stats.binomtest(int(count), worlds, 0.95).pvalue > 0.001, hits / worlds


def test_classwise_calibration_of_one_class_is_its_error() -> None:
    answers = np.repeat([[0.8, 0.2]], 50, axis=0)
    target = np.repeat([0, 1], [30, 20])
    value, each = classwise_calibration_error(target, answers)
    assert each == pytest.approx([0.2, 0.2])
    assert value == pytest.approx(0.2)


def test_calibrated_probabilities_reach_down_to_0_and_others_do_not() -> None:
    rng = np.random.default_rng(5)
    answers = rng.dirichlet(np.ones(3), 1500)
    target = (answers.cumsum(axis=1) < rng.random((1500, 1))).sum(axis=1)
    low, high = classwise_calibration_interval(target, answers, 0.95, rng)
    assert low == 0.0 < high < 0.06
    shifted = np.roll(answers, 1, axis=1)
    value, _ = classwise_calibration_error(target, shifted)
    low, high = classwise_calibration_interval(target, shifted, 0.95, rng)
    assert 0.1 < low < value < high


def test_classes_that_do_not_occur_do_not_count() -> None:
    table = confusion(np.array([0, 0, 1]), np.array([0, 0, 1]), 4)
    assert balanced_accuracy(table) == macro_f1(table).value == 1.0
    empty = confusion(np.array([], dtype=int), np.array([], dtype=int), 3)
    assert np.isnan(
        [balanced_accuracy(empty), macro_f1(empty).value, weighted_f1(empty).value]
    ).all()
    assert np.isnan(macro_roc_auc(np.zeros(4, dtype=int), np.ones((4, 2)) / 2).value)
