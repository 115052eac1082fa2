"""Explanations of numbers, several classes, labels and rankings, where the truth is known."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
import shap
from skl2onnx import to_onnx
from sklearn import datasets
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression
from tests.explain.brute_force import shapley as brute

from proofstone.assess.asked import Table, Terms, asked_case, assess_asked
from proofstone.assess.probes.dependence import dependence
from proofstone.assess.probes.explanation_stability import explanation_stability
from proofstone.assess.probes.rules import rules
from proofstone.assess.probes.shapley import shapley
from proofstone.checks.cases import ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding, Verdict
from proofstone.explain.outputs import Output
from proofstone.explain.several import SeveralExplainer
from proofstone.explain.shapley import explainer
from proofstone.models.contract import Model, Predict
from proofstone.models.estimator import Estimator
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.onnx_file import OnnxFile
from proofstone.models.foreign.reading import Reading
from proofstone.models.rows import Rows

NAMES = ["age", "sex", "bmi", "bp", "s5"]
PROBES = [shapley, dependence, rules, explanation_stability]


@cache
def diabetes(rows: int = 442) -> tuple[np.ndarray, np.ndarray]:
    bunch = datasets.load_diabetes()
    kept = [bunch.feature_names.index(name) for name in NAMES]
    coarse = bunch.data[:rows, kept].round(3)  # so that no cut is lost in single precision
    return coarse, bunch.target[:rows]


@cache
def forest() -> GradientBoostingRegressor:
    return GradientBoostingRegressor(n_estimators=30, random_state=0).fit(*diabetes())


def frame_of(matrix: np.ndarray, names: list[str] = NAMES) -> pl.DataFrame:
    return pl.DataFrame(matrix, schema=names)


def number_case(estimator: Any, rows: int = 442, **about: Any) -> tuple[NumberCase, Model]:
    matrix, target = diabetes(rows)
    model = Estimator(estimator, matrix, asked="number")
    frame = pl.DataFrame(matrix, schema=[one.name for one in model.signature.inputs])
    case = NumberCase(rows=Rows.of(frame), target=target, model=model, **about)
    return case, model


def run(probe: Probe, case: Any, model: Model, seed: int = 0) -> list[Finding]:
    oracle = Oracle(model)
    findings = oracle.run([probe], case, seed=seed)
    assert oracle.tally.asked <= probe.rows(case)
    for one in findings:
        json.dumps(one.to_json(), allow_nan=False)
    return findings


def test_a_linear_regression_is_explained_as_in_closed_form() -> None:
    estimator = LinearRegression().fit(*diabetes())
    case, model = number_case(estimator, 30)  # so few that every one is walked from
    matrix, _ = diabetes(30)
    findings = run(shapley, case, model)
    exact = estimator.coef_ * (matrix - matrix.mean(axis=0))
    for place in range(len(NAMES)):
        one = findings[place]
        assert one.subject == f"x{place}"
        assert one.value == pytest.approx(np.abs(exact[:, place]).mean(), rel=1e-9)
        assert one.details["efficiency_gap"] < 1e-9
        assert one.details["standard_error"] >= 0
    local = findings[-1].details
    estimate = estimator.predict(matrix)
    assert local["scale"] == "number"
    assert [one["score"] for one in local["rows"][:2]] == [
        pytest.approx(estimate.max()), pytest.approx(estimate.min()),
    ]  # fmt: skip
    for one in local["rows"]:
        shares = [one["contributions"][f"x{place}"] for place in range(len(NAMES))]
        assert shares == pytest.approx(exact[one["row"]].tolist(), rel=1e-9, abs=1e-9)
        assert local["base"] + sum(shares) == pytest.approx(one["score"], rel=1e-12)


def onnx_forest() -> ForeignModel:
    matrix, _ = diabetes()
    content = to_onnx(forest(), matrix.astype(np.float32)).SerializeToString()
    return ForeignModel(OnnxFile(content, frame_of(matrix)), Reading("number"))


@pytest.mark.parametrize("door", ["scikit-learn", "onnx"])
def test_estimates_for_foreign_trees_lie_within_their_errors_of_shap_and_brute_force(
    door: str,
) -> None:
    matrix, _ = diabetes()
    chosen, behind = matrix[100:120], matrix[:30]
    if door == "onnx":
        model: Model = onnx_forest()
        rows, background = (Rows.of(frame_of(part)) for part in (chosen, behind))
    else:
        model = Estimator(forest(), matrix, asked="number")
        names = [one.name for one in model.signature.inputs]
        rows, background = (Rows.of(frame_of(part, names)) for part in (chosen, behind))
    found = explainer(model, background, seed=3, output=Output(0)).explain(rows)
    exact = brute(forest().predict, chosen, behind, np.arange(len(NAMES)))
    masker = shap.maskers.Independent(behind, max_samples=len(behind))
    theirs = shap.TreeExplainer(forest(), masker).shap_values(chosen)
    assert theirs == pytest.approx(exact, abs=0.2)  # a cut may lie on a value
    assert found.gap(model.answer(Predict(), rows)[:, 0]) < 1e-9
    assert found.errors is not None
    seen = found.errors > 1e-6
    z = (found.values - exact)[seen] / found.errors[seen]
    assert np.abs(z).max() < 5.5
    # Every background row is walked from, which the errors do not know: they are too wide.
    assert 0.1 < np.sqrt((z**2).mean()) < 1.3
    assert np.abs(found.values - exact)[~seen].max(initial=0.0) < 1e-2


@cache
def wine() -> tuple[np.ndarray, np.ndarray, RandomForestClassifier]:
    matrix, target = datasets.load_wine(return_X_y=True)
    matrix = matrix[:, [0, 6, 9, 12]]
    return matrix, target, RandomForestClassifier(20, random_state=0).fit(matrix, target)


def wine_case(rows: np.ndarray, **about: Any) -> tuple[ClassesCase, Model]:
    matrix, target, fitted = wine()
    model = Estimator(fitted, matrix)
    names = [one.name for one in model.signature.inputs]
    case = ClassesCase(
        rows=Rows.of(frame_of(matrix[rows], names)), target=target[rows],
        classes=model.signature.classes, model=model, **about,
    )  # fmt: skip
    return case, model


def test_each_row_is_explained_by_the_class_that_it_is_taken_for() -> None:
    every = np.arange(0, 178, 6)
    matrix, _, fitted = wine()
    case, model = wine_case(every)
    answers = fitted.predict_proba(matrix[every])
    top = answers.argmax(axis=1)
    outputs = {int(place): Output(int(place)) for place in np.unique(top)}
    found = SeveralExplainer(model, case.rows, outputs, seed=1).explain(case.rows, top)
    assert found.gap < 1e-12
    assert found.base == pytest.approx(answers.mean(axis=0)[top])
    for place in (0, 12, 29):
        exact = brute(
            lambda hybrids: fitted.predict_proba(hybrids)[:, top[place]],  # noqa: B023
            matrix[every][place : place + 1], matrix[every], np.arange(4),
        )  # fmt: skip
        assert found.values[place] == pytest.approx(exact[0], abs=0.12)
    findings = run(shapley, case, model)
    details = findings[0].details["classes"]
    assert set(details) == set(model.signature.classes)
    share = np.bincount(top, minlength=3) / len(top)
    whole = sum(share[int(name)] * mean for name, mean in details.items())
    assert findings[0].value == pytest.approx(whole)
    assert findings[0].details["standard_error"] > 0
    for one in findings[-1].details["rows"]:
        assert one["standard_errors"].keys() == one["contributions"].keys()
        place = int(one["row"])
        assert one["class"] == str(top[place])
        assert one["score"] == pytest.approx(answers[place].max())
        assert one["base"] + sum(one["contributions"].values()) == pytest.approx(one["score"])


def test_curves_of_numbers_have_the_units_of_the_number() -> None:
    estimator = LinearRegression().fit(*diabetes())
    case, model = number_case(estimator)
    found = {(one.metric, one.subject): one for one in run(dependence, case, model)}
    for place, slope in enumerate(estimator.coef_):
        for metric in ("estimate_dependence_range", "estimate_effect_range"):
            one = found[metric, f"x{place}"]
            span = one.details["levels"][-1] - one.details["levels"][0]
            assert one.value == pytest.approx(abs(slope) * span, rel=1e-9)
    assert not any(metric.startswith("partial") for metric, _ in found)


def test_the_curve_of_an_input_is_of_the_class_that_it_moves_most() -> None:
    case, model = wine_case(np.arange(178))
    matrix, _, fitted = wine()
    found = {(one.metric, one.subject): one for one in run(dependence, case, model)}
    for place in range(4):
        one = found["partial_dependence_range", f"x{place}"]
        curve = []
        for level in one.details["levels"]:
            moved = matrix.copy()
            moved[:, place] = level
            curve.append(fitted.predict_proba(moved).mean(axis=0))
        ranges = np.ptp(np.array(curve), axis=0)
        widest = int(ranges.argmax())
        assert one.details["class"] == str(widest)
        assert one.value == pytest.approx(ranges[widest])
        assert list(one.details["classes"].values()) == pytest.approx(sorted(ranges)[::-1])
        assert one.details["curve"] == pytest.approx(np.array(curve)[:, widest].tolist())


def test_rules_of_classes_and_numbers_are_faithful_where_the_model_is_made_of_rules() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": rng.random(800), "b": rng.random(800)})

    class Steps:
        def predict(self, rows: pl.DataFrame) -> np.ndarray:
            a, b = rows["a"].to_numpy(), rows["b"].to_numpy()
            return np.where(a > 0.7, 900.0, np.where(b > 0.4, 300.0, -50.0))

        def predict_proba(self, rows: pl.DataFrame) -> np.ndarray:
            place = np.searchsorted([0.0, 500.0], self.predict(rows))
            return np.eye(3)[place]

    number = Estimator(Steps(), frame, asked="number")
    case = NumberCase(rows=Rows.of(frame), target=rng.random(800), model=number)
    (one,) = run(rules, case, number)
    assert one.metric == "surrogate_r_squared"
    assert 0.99 < one.low <= one.value <= 1.0
    told = [rule["estimate"] for rule in one.details["rules"] if rule["rows"] > 20]
    assert min(abs(value - 900) for value in told) < 5
    assert sum(rule["rows"] for rule in one.details["rules"]) == one.n == 400
    model = Estimator(Steps(), frame, classes=["low", "middle", "high"])
    several = ClassesCase(
        rows=Rows.of(frame), target=np.arange(800) % 3, classes=model.signature.classes, model=model
    )
    (one,) = run(rules, several, model)
    assert one.metric == "surrogate_fidelity"
    assert one.low > 0.95
    assert {rule["decision"] for rule in one.details["rules"]} == {"low", "middle", "high"}
    assert one.details["gain"]["low"] > 0.3
    assert sum(part["n"] for part in one.details["classes"].values()) == 400


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_kind_of_task_has_its_explanation(probe: Probe) -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {"a": rng.random(120), "k": rng.choice(["x", "y"], 120), "q": np.arange(120) // 10}
    ).with_columns(y=pl.col("a"), one=pl.Series(rng.integers(0, 2, 120)), two=pl.lit(1))

    class Labelled:
        def predict(self, rows: pl.DataFrame) -> np.ndarray:
            return np.asarray(rows["a"].to_numpy() * 7 + (rows["k"] == "x").to_numpy())

        def predict_proba(self, rows: pl.DataFrame) -> list[np.ndarray]:
            share = np.clip(self.predict(rows) / 8, 0.0, 1.0)
            return [np.stack([1 - part, part], axis=1) for part in (share, 1 - share)]

    inputs = frame.select("a", "k")
    ranking = Estimator(Labelled(), inputs, asked="number")
    table = Table.of(frame, "y", query="q")
    case, _ = asked_case(ranking, table)
    assert isinstance(case, RankingCase)
    findings = run(probe, case, ranking)
    assert any(one.value is not None for one in findings)
    labels = Estimator(Labelled(), inputs, asked="labels", classes=["one", "two"])
    case, _ = asked_case(labels, Table.of(frame, "one,two"))
    assert isinstance(case, LabelsCase)
    findings = run(probe, case, labels)
    if probe is rules:
        assert all(one.verdict is Verdict.NOT_APPLICABLE for one in findings)
    else:
        assert any(one.value is not None for one in findings)
    first, second = (Oracle(labels).run([probe], case, seed=2) for _ in range(2))
    assert [one.to_json() for one in first] == [one.to_json() for one in second]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_recorded_numbers_and_constant_answers_end_as_reasons(probe: Probe) -> None:
    frame = pl.DataFrame({"a": np.arange(60.0), "same": [1.0] * 60, "y": np.arange(60.0)})

    class Constant:
        def predict(self, rows: pl.DataFrame) -> np.ndarray:
            return np.full(rows.height, 3.0)

    model = Estimator(Constant(), frame.select("a", "same"), asked="number")
    found = assess_asked(model, Table.of(frame, "y"), [probe], Terms())
    for one in found.findings:
        assert one.value is not None or one.reason
        assert one.verdict is not Verdict.NOT_RUN, one.reason
