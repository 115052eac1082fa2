"""Objects of a notebook: scikit-learn and LightGBM, every kind of task."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import datasets, metrics
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.svm import LinearSVC

import proofstone
from proofstone.assess.foreign.estimators import Truth, assess_estimator, estimator_kind
from proofstone.assess.probes.class_quality import class_quality
from proofstone.assess.probes.decision_rates import decision_rates
from proofstone.assess.probes.discrimination import discrimination
from proofstone.assess.probes.number_error import number_error
from proofstone.core.errors import DataError, InputError

RNG = np.random.default_rng(0)


def found(estimator: Any, rows: Any, truth: Any, **more: Any) -> dict[str, Any]:
    result = proofstone.assess(estimator, rows, truth, **more)
    assert not [one for one in result.findings if one["verdict"] == "not_run"], result.findings
    return {one["metric"]: one["value"] for one in result.findings if one["subject"] == "all"}


def test_classifiers_of_many_classes() -> None:
    rows, target = datasets.load_wine(return_X_y=True)
    names = np.array(["red", "white", "rosé"])[target]
    forest = RandomForestClassifier(10, random_state=0, n_jobs=1).fit(rows[::2], names[::2])
    quality = found(forest, rows[1::2], names[1::2])
    answers = forest.predict_proba(rows[1::2])
    assert quality["log_loss"] == pytest.approx(metrics.log_loss(names[1::2], answers))
    machine = LinearSVC(random_state=0).fit(rows[::2] / 100, names[::2])
    decided = found(machine, rows[1::2] / 100, names[1::2])
    expected = metrics.accuracy_score(names[1::2], machine.predict(rows[1::2] / 100))
    assert decided["accuracy"] == pytest.approx(expected)
    assert decided["log_loss"] is None


def test_lightgbm_of_every_kind() -> None:
    rows = pd.DataFrame(RNG.normal(size=(600, 3)), columns=["a", "b", "c"])
    money = rows["a"] * 2 + RNG.normal(size=600)
    plain = {"n_estimators": 10, "verbosity": -1, "n_jobs": 1}
    regressor = lightgbm.LGBMRegressor(**plain).fit(rows[:300], money[:300])
    quality = found(regressor, rows[300:], money[300:], protected={"g": ["u", "v"] * 150})
    expected = metrics.r2_score(money[300:], regressor.predict(rows[300:]))
    assert quality["r_squared"] == pytest.approx(expected)
    grade = pd.cut(money, 3, labels=["low", "mid", "top"]).astype(str)
    many = lightgbm.LGBMClassifier(**plain).fit(rows[:300], grade[:300])
    assert found(many, rows[300:], grade[300:])["macro_roc_auc"] > 0.7
    query = np.repeat(np.arange(60), 10)
    relevance = np.clip(money.round(), 0, 3).astype(int)
    ranker = lightgbm.LGBMRanker(**plain).fit(rows[:300], relevance[:300], group=[10] * 30)
    ranked = found(ranker, rows[300:], relevance[300:], query=query[300:])
    scores = ranker.predict(rows[300:]).reshape(30, 10)
    truth = relevance[300:].to_numpy().reshape(30, 10)
    some = truth.any(axis=1)
    assert ranked["ndcg"] == pytest.approx(metrics.ndcg_score(truth[some], scores[some], k=10))


@pytest.mark.parametrize("shape", ["one", "many"])
def test_several_labels(shape: str) -> None:
    rows, target = datasets.make_multilabel_classification(400, 6, random_state=0)
    inner = LogisticRegression(max_iter=500)
    model: Any = OneVsRestClassifier(inner) if shape == "one" else MultiOutputClassifier(inner)
    model.fit(rows[:200], target[:200])
    truth = pd.DataFrame(target[200:], columns=list("abcde"))
    quality = found(model, rows[200:], truth)
    expected = metrics.f1_score(target[200:], model.predict(rows[200:]), average="macro")
    assert quality["macro_f1"] == pytest.approx(expected, abs=1e-9)
    with_matrix = found(model, rows[200:], target[200:])
    assert with_matrix["macro_f1"] == quality["macro_f1"]


class Predicts:
    """A bare object that returns what it was made with."""

    def __init__(self, answer: Any, classes: Any = None) -> None:
        self.answer = answer
        if classes is not None:
            self.classes_ = classes

    def predict(self, rows: Any) -> Any:
        return self.answer(len(rows))


def test_kinds_follow_the_object_the_labels_and_the_word() -> None:
    bare = Predicts(np.zeros)
    assert estimator_kind(bare, [1.0, 2.0]) == "number"
    assert estimator_kind(Predicts(np.zeros, ["a", "b"]), ["a"]) == "decision"
    assert estimator_kind(Predicts(np.zeros, ["a", "b", "c"]), ["a"]) == "classes"
    assert estimator_kind(bare, np.zeros((4, 2))) == "labels"
    assert estimator_kind(bare, [1], query=[1]) == "ranking"
    assert estimator_kind(bare, [1], task="classes") == "classes"
    assert estimator_kind(object(), [1]) == "decision"
    assert Truth.of(pl.DataFrame({"a": [1], "b": [0]})).name == "a, b"


@pytest.mark.parametrize(
    ("truth", "more", "error", "says"),
    [
        ([None] * 30, {}, DataError, "column y: no row has a label"),
        ([None] + ["z"] * 29, {}, DataError, "column y, row 1: 'z' is not a number"),
        ([1.0] * 30, {"threshold": 0.3}, InputError, "threshold is given, but the task is number"),
        ([1.0] * 30, {"positive": 1}, InputError, "positive is given, but the task is number"),
        (
            [1.0] * 30,
            {"query": [1] * 30, "task": "number"},
            InputError,
            "query is given, but the task is number",
        ),
        ([1.0] * 30, {"task": "guess"}, InputError, "'guess' is no kind of task"),
        ([1.0] * 29, {}, DataError, "X has 30 rows but y has 29"),
        ([1.0] * 30, {"query": [1]}, DataError, "query has 1"),
        ([-1.0] * 30, {"query": [1] * 30}, DataError, "below 0"),
        ([1.0] * 30, {"task": "ranking"}, DataError, "needs the query"),
        (np.full((30, 2), 2), {}, DataError, "row 0: 2 is neither 0 nor 1"),
        ([1.0] * 30, {"task": "decision"}, InputError, "has no predict_proba"),
    ],
)
def test_bad_labels_are_named(
    truth: Any, more: dict[str, Any], error: type[Exception], says: str
) -> None:
    rows = pl.DataFrame({"x": np.arange(30.0)})
    with pytest.raises(error, match=says):
        proofstone.assess(Predicts(np.zeros), rows, truth, **more)


@pytest.mark.parametrize(
    ("answer", "truth", "says"),
    [
        (lambda n: np.full(n, np.nan), [1.0] * 30, "the model answered NaN or infinity for row"),
        (lambda n: np.zeros((n, 2)), [1.0] * 30, "predict returned shape ("),
        (
            lambda n: np.full((n, 2), 3),
            np.ones((30, 2)),
            "a probability that is not between 0 and 1 for row",
        ),
    ],
)
def test_bad_answers_end_as_findings(answer: Any, truth: Any, says: str) -> None:
    rows = pl.DataFrame({"x": np.arange(30.0)})
    result = proofstone.assess(Predicts(answer), rows, truth)
    refused = [one["reason"] for one in result.findings if one["verdict"] == "not_run"]
    assert refused
    assert all(says in reason for reason in refused)


X = RNG.normal(size=(300, 2))
HIGH = X[:, 0] + RNG.normal(size=300) > 0
INTEGER = LogisticRegression().fit(X, HIGH.astype(int))


@pytest.mark.parametrize("kind", [int, float, bool])
def test_labels_are_read_as_texts_whatever_their_type(kind: Any) -> None:
    expected = metrics.roc_auc_score(HIGH, INTEGER.predict_proba(X)[:, 1])
    for model in (INTEGER, LogisticRegression().fit(X, HIGH)):
        result = assess_estimator(model, X, HIGH.astype(kind), probes=[discrimination])
        assert result.findings[0].value == pytest.approx(expected)


@pytest.mark.parametrize("task", ["decision", "number", "classes"])
def test_rows_without_a_label_are_left_out_and_counted(task: Any) -> None:
    truth = HIGH.astype(float)
    truth[::10] = np.nan
    estimator = LinearRegression().fit(X, HIGH) if task == "number" else INTEGER
    result = assess_estimator(
        estimator, X, truth, task=task, protected={"g": ["u", "v"] * 150},
        probes=[discrimination, number_error, class_quality],
    )  # fmt: skip
    last = result.findings[-1]
    assert (last.metric, last.n) == ("unlabelled_rows", 30)
    places = "(column y, row 0, 10, 20, 30, 40, …)"
    assert last.reason == f"30 of 300 rows have no label, and were left out {places}"
    assert len(result.case) == 270
    assert result.case.rows.origin[:3].tolist() == [1, 2, 3]


def test_one_broken_answer_voids_what_hangs_on_it_and_not_the_assessment() -> None:
    class Broken(LogisticRegression):
        def predict_proba(self, rows: Any) -> Any:
            answers = super().predict_proba(rows)
            answers[rows[:, 0] == X[3, 0]] = np.nan
            return answers

    model = Broken().fit(X, HIGH)
    result = assess_estimator(model, X, HIGH, probes=[discrimination])
    auc, _precision, left = result.findings
    expected = metrics.roc_auc_score(
        np.delete(HIGH, 3), INTEGER.predict_proba(np.delete(X, 3, axis=0))[:, 1]
    )
    assert (auc.value, auc.n) == (pytest.approx(expected, abs=1e-6), 299)
    assert auc.reason == "measured without 1 of 300 rows, which cannot be used"
    assert left.reason.endswith("(row 3): the model answered NaN or infinity for row 3")
    cut = assess_estimator(model, X, HIGH, probes=[], threshold="base_rate").threshold
    assert 0 < cut < 1


def test_the_table_is_not_asked_before_the_probes_are() -> None:
    asked = []

    class Counts(LogisticRegression):
        def predict_proba(self, rows: Any) -> Any:
            asked.append(len(rows))
            return super().predict_proba(rows)

    model = Counts().fit(X, HIGH)
    assess_estimator(model, X, HIGH, probes=[])
    assert not asked
    result = assess_estimator(model, X, HIGH, probes=[], threshold="base_rate")
    assert asked == [300]
    assert result.threshold != 0.5


def test_a_classifier_that_only_decides_between_two_makes_decisions() -> None:
    names = np.where(HIGH, "yes", "no")
    machine = LinearSVC(random_state=0).fit(X, names)
    result = assess_estimator(machine, X, names, probes=[decision_rates])
    assert (result.kind, result.positive) == ("decision", "yes")
    rates = {one.metric: one.value for one in result.findings if one.subject == "all"}
    assert rates["selection_rate"] == pytest.approx((machine.predict(X) == "yes").mean())
    other = assess_estimator(machine, X, names, probes=[], positive="no")
    assert other.positive == "no"
