"""Quality beyond decisions: against scikit-learn, and what happens where rows say nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from proofstone.assess.probes.class_probabilities import class_probabilities
from proofstone.assess.probes.class_quality import class_quality
from proofstone.assess.probes.label_quality import label_quality
from proofstone.assess.probes.number_error import number_error
from proofstone.assess.probes.ranking_quality import ranking_quality
from proofstone.checks.cases import Case
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding, Verdict
from proofstone.models.contract import Model

from .cases import by
from .kinds import classes, diabetes, digits, labels, numbers, ranked


def found(probe: Probe, case_model: tuple[Case, Model]) -> dict[tuple[str, str], Finding]:
    case, model = case_model
    oracle = Oracle(model)
    findings = oracle.run([probe], case)
    assert oracle.tally.asked <= probe.rows(case)
    assert not [one for one in findings if one.verdict is Verdict.NOT_RUN], findings
    assert {one.metric for one in findings} <= set(probe.metrics)
    json.dumps([one.to_json() for one in findings], allow_nan=False)
    for one in findings:
        if one.value is not None and one.low is not None and one.high is not None:
            assert one.low - 1e-12 <= one.value <= one.high + 1e-12, one
    return by(findings)


def test_classes_equal_scikit_learns() -> None:
    target, answers = digits()
    decided = answers.argmax(axis=1)
    quality = found(class_quality, classes(target, answers))
    expected = {
        "accuracy": metrics.accuracy_score(target, decided),
        "balanced_accuracy": metrics.balanced_accuracy_score(target, decided),
        "macro_f1": metrics.f1_score(target, decided, average="macro"),
        "weighted_f1": metrics.f1_score(target, decided, average="weighted"),
    }
    for metric, value in expected.items():
        assert quality[metric, "all"].value == pytest.approx(value, abs=1e-9)
    recall = metrics.recall_score(target, decided, average=None)
    precision = metrics.precision_score(target, decided, average=None)
    for place in range(10):
        assert quality["class_recall", f"class=c{place}"].value == pytest.approx(recall[place])
        assert quality["class_precision", f"class=c{place}"].value == pytest.approx(
            precision[place]
        )
    details = quality["accuracy", "all"].details["confusion"]
    assert details["rows"] == metrics.confusion_matrix(target, decided).tolist()
    pair = details["most_confused"][0]
    wrong = metrics.confusion_matrix(target, decided) * (1 - np.eye(10, dtype=int))
    assert pair["rows"] == wrong.max()


def test_probabilities_equal_scikit_learns() -> None:
    target, answers = digits()
    quality = found(class_probabilities, classes(target, answers))
    assert quality["log_loss", "all"].value == pytest.approx(metrics.log_loss(target, answers))
    brier = metrics.brier_score_loss(target, answers)
    assert quality["multiclass_brier_score", "all"].value == pytest.approx(brier)
    area = metrics.roc_auc_score(target, answers, multi_class="ovr")
    assert quality["macro_roc_auc", "all"].value == pytest.approx(area, abs=1e-9)
    top = quality["expected_calibration_error", "all"]
    assert len(top.details["curve"]) == 10
    worst = quality["classwise_calibration_error", "all"].details["classes"]
    assert worst == sorted(worst, key=lambda one: -one["value"])


def test_decisions_alone_have_no_probabilities() -> None:
    target, answers = digits()
    sure = np.eye(10)[answers.argmax(axis=1)]
    for probe in (class_probabilities, class_quality):
        quality = found(probe, classes(target, sure))
        unknown = [one for one in quality.values() if one.value is None]
        assert unknown
        assert {one.reason for one in unknown} == {"the model answers decisions, no probabilities"}


def test_rare_absent_and_many_classes() -> None:
    rng = np.random.default_rng(0)
    target = np.append(np.zeros(199, dtype=int), 1)
    answers = rng.dirichlet([9, 1, 1], 200)
    quality = found(class_quality, classes(target, answers))
    assert quality["class_recall", "class=c1"].n == 1
    assert quality["class_recall", "class=c2"].reason == "no row of the class counts towards it"
    found(class_probabilities, classes(target, answers))
    many = rng.dirichlet(np.ones(200), 300)
    quality = found(class_probabilities, classes(rng.integers(0, 200, 300), many))
    assert "200 classes are too many" in quality["classwise_calibration_error", "all"].reason
    quality = found(class_quality, classes(rng.integers(0, 200, 300), many))
    assert quality["accuracy", "all"].details["confusion"]["left_out"] == 170
    alone = found(class_probabilities, classes(np.zeros(50, dtype=int), rng.dirichlet([1, 1], 50)))
    assert alone["macro_roc_auc", "all"].reason == "the rows hold one class only"


def test_labels_equal_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    answers = rng.random((400, 4))
    target = rng.random((400, 4)) < answers**2
    decided = answers >= 0.5
    quality = found(label_quality, labels(target, answers))
    expected = {
        "subset_accuracy": metrics.accuracy_score(target, decided),
        "hamming_loss": metrics.hamming_loss(target, decided),
        "micro_f1": metrics.f1_score(target, decided, average="micro"),
        "macro_f1": metrics.f1_score(target, decided, average="macro"),
        "ranking_average_precision": metrics.label_ranking_average_precision_score(target, answers),
    }
    for metric, value in expected.items():
        assert quality[metric, "all"].value == pytest.approx(value, abs=1e-9)
    one = metrics.f1_score(target, decided, average=None)[2]
    assert quality["label_f1", "label=l2"].value == pytest.approx(one)
    target[:, 3] = False
    rest = found(label_quality, labels(target, decided.astype(float)))
    assert rest["label_f1", "label=l3"].reason == "no row has the label"
    assert "no probabilities" in rest["ranking_average_precision", "all"].reason


def test_numbers_equal_scikit_learns() -> None:
    target, estimate, _ = diabetes()
    quality = found(number_error, numbers(target, estimate))
    expected = {
        "mean_absolute_error": metrics.mean_absolute_error(target, estimate),
        "root_mean_squared_error": metrics.root_mean_squared_error(target, estimate),
        "r_squared": metrics.r2_score(target, estimate),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(target, estimate),
        "absolute_error_quantile": np.quantile(np.abs(target - estimate), 0.9),
        "mean_error": (estimate - target).mean(),
    }
    for metric, value in expected.items():
        assert quality[metric, "all"].value == pytest.approx(value, abs=1e-9)
    bins = quality["mean_error", "all"].details["bins"]
    assert sum(one["n"] for one in bins) == len(target)
    # Ridge with its usual penalty shrinks: too high at the bottom, too low at the top.
    assert bins[0]["low"] > 0 > bins[-1]["high"]


def test_constant_and_zero_numbers() -> None:
    quality = found(number_error, numbers(np.zeros(40), np.full(40, 2.0)))
    assert quality["r_squared", "all"].reason == "all true numbers are the same"
    assert "40 true numbers are 0" in quality["mean_absolute_percentage_error", "all"].reason
    assert quality["mean_absolute_error", "all"].value == 2.0
    assert found(number_error, numbers(np.ones(1), np.ones(1)))["mean_error", "all"].low is None


def test_rankings_equal_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    query = np.repeat(np.arange(30), 12)
    target = rng.integers(0, 3, 360)
    score = target + rng.normal(0, 2, 360)
    quality = found(ranking_quality, ranked(target, score, query))
    shaped = target.reshape(30, 12), score.reshape(30, 12)
    assert quality["ndcg", "all"].value == pytest.approx(metrics.ndcg_score(*shaped, k=10))
    pairs = zip(*shaped, strict=True)
    each = [metrics.average_precision_score(gain > 0, given) for gain, given in pairs]
    assert quality["mean_average_precision", "all"].value == pytest.approx(np.mean(each))
    assert quality["ndcg", "all"].n == 30
    nothing = found(ranking_quality, ranked(np.zeros(360), score, query))
    assert {one.reason for one in nothing.values()} == {"no query has anything relevant"}


def test_settings_are_heeded() -> None:
    target, answers = digits()
    chosen = {"class_quality": {"k": 1}, "number_error": {"share": 0.5}}
    quality = found(class_quality, classes(target, answers, settings=chosen))
    assert quality["top_k_accuracy", "all"].value == quality["accuracy", "all"].value
    truth, estimate, _ = diabetes()
    median = found(number_error, numbers(truth, estimate, settings=chosen))
    expected = np.median(np.abs(truth - estimate))
    assert median["absolute_error_quantile", "all"].value == pytest.approx(expected)


@pytest.mark.parametrize(("rare", "recall"), [(10, 0.95), (20, 0.98), (40, 0.98)])
def test_macro_f1_near_one_covers_with_a_rare_class(rare: int, recall: float) -> None:
    """With all 500 rows as the trials of Wilson's interval this covers 47 to 74 %."""
    rng = np.random.default_rng(8)
    cells = np.array([[500 * 0.999, 500 * 0.001], [rare * (1 - recall), rare * recall]])
    cells /= cells.sum()
    scores = 2 * np.diag(cells) / (cells.sum(axis=0) + cells.sum(axis=1))
    held, unknown = {"classes": 0, "labels": 0}, 0
    for _ in range(150):
        drawn = rng.choice(4, 500 + rare, p=cells.ravel())
        target, decided = np.divmod(drawn, 2)
        answers = 0.8 * np.eye(2)[decided] + 0.1
        one = {"classes": classes(target, answers)}
        one["labels"] = labels(np.eye(2)[target] > 0, answers)
        for kind, probe in (("classes", class_quality), ("labels", label_quality)):
            case, model = one[kind]
            found = by(Oracle(model).run([probe], case, seed=0))["macro_f1", "all"]
            held[kind] += found.low is None or found.low <= scores.mean() <= found.high
            unknown += found.low is None
    assert min(held.values()) >= 0.88 * 150
    assert unknown <= 0.05 * 150


@pytest.mark.parametrize("kind", ["classes", "labels", "number"])
def test_refusals_say_what_they_are_about(kind: str) -> None:
    target = np.arange(40) % 3
    decided = np.eye(3)[target]
    made = {
        "classes": lambda: classes(target, decided, evidence="procedure"),
        "labels": lambda: labels(decided > 0, decided, evidence="procedure"),
        "number": lambda: numbers(target / 1.0, target[:, None] / 1.0, evidence="procedure"),
    }
    probes = {
        "classes": [class_quality, class_probabilities],
        "labels": [label_quality],
        "number": [number_error],
    }
    case, model = made[kind]()
    found = Oracle(model).run(probes[kind], case, seed=0)
    assert any(one.value is None for one in found)
    assert {one.evidence for one in found} == {"procedure"}
