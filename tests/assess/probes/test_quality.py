"""Discrimination, probability, calibration and decision rates against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from proofstone.assess.probes.calibration import calibration
from proofstone.assess.probes.decision_rates import decision_rates
from proofstone.assess.probes.discrimination import discrimination
from proofstone.assess.probes.probability import probability
from proofstone.checks.cases import DecisionCase
from proofstone.models.predictions import Recorded

from .cases import by, real, recorded, run


@pytest.fixture
def hmda() -> tuple[DecisionCase, Recorded]:
    frame = real("hmda")
    return recorded(frame["y"].to_numpy(), frame["p"].to_numpy(), frame.drop("y", "p"), 0.2)


def scores() -> tuple[np.ndarray, np.ndarray]:
    frame = real("hmda")
    return frame["y"].to_numpy(), frame["p"].to_numpy()


def test_discrimination(hmda: tuple[DecisionCase, Recorded]) -> None:
    found = by(run(discrimination, *hmda))
    y, score = scores()
    auc, precision = found["roc_auc", "all"], found["average_precision", "all"]
    assert auc.value == pytest.approx(metrics.roc_auc_score(y, score), abs=1e-9)
    expected = metrics.average_precision_score(y, score)
    assert precision.value == pytest.approx(expected, abs=1e-9)
    for one in (auc, precision):
        assert one.low < one.value < one.high
        assert one.n == len(y)
    curve = auc.details["curve"]
    assert curve[0] == [0, 0]
    assert curve[-1] == [1, 1]
    assert len(curve) <= 200


def test_probability(hmda: tuple[DecisionCase, Recorded]) -> None:
    found = by(run(probability, *hmda))
    y, score = scores()
    log_loss, brier = found["log_loss", "all"], found["brier_score", "all"]
    assert log_loss.value == pytest.approx(metrics.log_loss(y, score), abs=1e-9)
    assert brier.value == pytest.approx(metrics.brier_score_loss(y, score), abs=1e-9)
    assert log_loss.low < log_loss.value < log_loss.high


def test_calibration(hmda: tuple[DecisionCase, Recorded]) -> None:
    (found,) = run(calibration, *hmda)
    y, _ = scores()
    curve = found.details["curve"]
    assert sum(point["n"] for point in curve) == len(y)
    gaps = sum(point["n"] * abs(point["mean"] - point["rate"]) for point in curve) / len(y)
    assert found.value == pytest.approx(gaps, abs=1e-9)
    assert all(point["low"] <= point["rate"] <= point["high"] for point in curve)
    assert found.low <= found.value <= found.high


def test_decision_rates(hmda: tuple[DecisionCase, Recorded]) -> None:
    found = by(run(decision_rates, *hmda))
    y, score = scores()
    decided = score >= 0.2
    tn, fp, fn, tp = metrics.confusion_matrix(y, decided).ravel()
    expected = {
        "accuracy": metrics.accuracy_score(y, decided),
        "selection_rate": decided.mean(),
        "true_positive_rate": metrics.recall_score(y, decided),
        "false_positive_rate": fp / (fp + tn),
        "true_negative_rate": tn / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
        "precision": metrics.precision_score(y, decided),
    }
    assert {metric for metric, _ in found} == set(expected)
    for metric, value in expected.items():
        one = found[metric, "all"]
        assert one.value == pytest.approx(value, abs=1e-9)
        assert one.low < one.value < one.high
        assert one.details["threshold"] == [0.2]


def test_a_score_at_the_threshold_is_decided_positive() -> None:
    case, model = recorded(np.array([0, 1]), np.array([0.5, 0.4999]))
    found = by(run(decision_rates, case, model))
    assert found["selection_rate", "all"].value == 0.5
    assert found["accuracy", "all"].value == 0.0


def test_one_class_is_no_crash() -> None:
    case, model = recorded(np.zeros(20, dtype=int), np.linspace(0.1, 0.4, 20))
    found = by(run(discrimination, case, model) + run(decision_rates, case, model))
    assert found["roc_auc", "all"].value is None
    assert found["roc_auc", "all"].reason == "the rows hold one class only"
    assert found["true_positive_rate", "all"].value is None
    assert found["precision", "all"].value is None
    assert run(calibration, case, model)[0].value is not None


def test_losses_keep_their_range_and_need_both_labels() -> None:
    y, score = np.array([0, 0, 0, 1, 1, 1]), np.array([0.01, 0.02, 0.9, 0.03, 0.99, 0.97])
    found = by(run(probability, *recorded(y, score)))
    for metric, most in (("brier_score", 1.0), ("log_loss", np.inf)):
        one = found[metric, "all"]
        assert 0.0 <= one.low <= one.value <= one.high <= most
    alone = by(run(probability, *recorded(np.array([0] * 50 + [1, 1]), np.full(52, 0.1))))
    assert alone["log_loss", "all"].value is not None
    assert alone["log_loss", "all"].low is None
