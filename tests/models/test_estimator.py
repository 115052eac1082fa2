from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from proofstone.core.errors import InputError
from proofstone.models.contract import Generate, Model, Predict
from proofstone.models.estimator import Estimator
from proofstone.models.rows import Rows


class Fixed:
    """Returns what it was made with."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict_proba(self, rows: Any) -> Any:
        return self.answer


def test_a_pipeline_over_a_pandas_frame(hmda: pl.DataFrame, denied: np.ndarray) -> None:
    sample = hmda.select("pirat", "chist", "phist").to_pandas()
    steps = make_column_transformer(
        (StandardScaler(), ["pirat", "chist"]), (OneHotEncoder(), ["phist"])
    )
    pipeline = make_pipeline(steps, LogisticRegression()).fit(sample, np.where(denied, "y", "n"))
    model = Estimator(pipeline, sample)
    assert isinstance(model, Model)
    assert (model.signature.classes, model.signature.positive) == (("n", "y"), "y")
    assert [one.kind for one in model.signature.inputs] == ["number", "number", "category"]
    rows = Rows.of(model.frame)
    assert np.array_equal(model.answer(Predict(), rows), pipeline.predict_proba(sample))
    assert model.answer(Predict(), rows.take(np.array([], dtype=int))).shape == (0, 2)


def test_lightgbm_keeps_pandas_categories(hmda: pl.DataFrame, denied: np.ndarray) -> None:
    sample = hmda.select("pirat", "phist").to_pandas()
    sample["phist"] = sample["phist"].astype("category")
    fitted = lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1, n_jobs=1).fit(sample, denied)
    model = Estimator(fitted, sample, positive=True)
    one = Rows.of(model.frame).take(np.array([7]))
    expected = fitted.predict_proba(sample)
    assert np.array_equal(model.answer(Predict(), one), expected[7:8])
    assert model.signature.positive == "true"


def test_polars_frames_and_matrices_are_handed_over_as_such(cancer: Any) -> None:
    matrix, target = cancer
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(matrix, target)
    model = Estimator(fitted, matrix)
    answer = model.answer(Predict(), Rows.of(model.frame))
    assert np.array_equal(answer, fitted.predict_proba(matrix))

    class Polars:
        def predict_proba(self, frame: pl.DataFrame) -> np.ndarray:
            return np.stack([1 - frame["x0"].to_numpy(), frame["x0"].to_numpy()], axis=1)

    frame = pl.DataFrame({"x0": [0.25, 1.0]})
    assert Estimator(Polars(), frame).answer(Predict(), Rows.of(frame))[0, 1] == 0.25


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.ones((2, 3)) / 3, r"shape \(2, 3\) for 2 rows"),
        (np.ones(2), r"shape \(2,\)"),
        ([["a", "b"], ["c", "d"]], r"shape \(2, 2\)"),
    ],
)
def test_what_has_another_shape_is_refused(answer: Any, message: str) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(InputError, match=message):
        Estimator(Fixed(answer), frame).answer(Predict(), Rows.of(frame))


def test_what_cannot_be_asked_is_refused() -> None:
    frame = pl.DataFrame({"x": [1.0]})
    with pytest.raises(InputError, match="has no predict_proba"):
        Estimator(object(), frame)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot read rows from list"):
        Estimator(Fixed(0), [[1.0]])
    with pytest.raises(InputError, match="classes are a, b, c, the positive one a"):
        Estimator(Fixed(0), frame, classes=["a", "b", "c"], positive="a")
    with pytest.raises(InputError, match="classes are a, the positive one a"):
        Estimator(Fixed(0), frame, classes=["a"])
    with pytest.raises(InputError, match="the positive one z"):
        Estimator(Fixed(0), frame, positive="z")
    with pytest.raises(InputError, match="does not answer Generate"):
        Estimator(Fixed(0), frame).answer(Generate(), Rows.of(frame))


def test_the_id_follows_the_answers() -> None:
    frame = pd.DataFrame({"x": [1.0]})
    half, sure = Fixed([[0.5, 0.5]]), Fixed([[0.0, 1.0]])
    assert Estimator(half, frame).id == Estimator(half, frame).id != Estimator(sure, frame).id


class Predicts:
    """Returns what it was made with, from `predict` alone."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict(self, rows: Any) -> Any:
        return self.answer


FRAME = pl.DataFrame({"x": [1.0, 2.0]})


def answers(estimator: Any, **more: Any) -> list[list[float]]:
    model = Estimator(estimator, FRAME, **more)
    found = model.answer(Predict(), Rows.of(FRAME))
    assert found.dtype == np.float64
    return found.tolist()


def test_classes_decisions_labels_and_numbers() -> None:
    many = Fixed([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    assert answers(many, classes=["a", "b", "c"]) == many.answer
    assert answers(Predicts(["b", "a"]), classes=["a", "b"], asked="decisions") == [[0, 1], [1, 0]]
    assert answers(Predicts([1, 0.5]), asked="number") == [[1.0], [0.5]]
    outputs = Fixed([np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([[1.0, 0.0], [0.0, 1.0]])])
    assert answers(outputs, classes=["u", "v"], asked="labels") == [[0.1, 0.0], [0.6, 1.0]]
    assert answers(Predicts([[1, 0], [0, 1]]), classes=["u", "v"], asked="labels") == [
        [1.0, 0.0], [0.0, 1.0],
    ]  # fmt: skip
    assert Estimator(Predicts([1, 2]), FRAME, asked="number").signature.output == "number"


@pytest.mark.parametrize(
    ("estimator", "more", "says"),
    [
        (Predicts(["b"]), {"asked": "decisions", "classes": ["a", "b"]}, "1 decisions for 2 rows"),
        (Predicts(["b", "z"]), {"asked": "decisions", "classes": ["a", "b"]}, "returned z"),
        (Predicts(["x", "y"]), {"asked": "number"}, "returned shape"),
        (Fixed([np.ones((2, 1))] * 2), {"asked": "labels", "classes": ["u", "v"]}, r"\(2, 1\)"),
        (object(), {"asked": "number"}, "no predict_proba and no predict"),
    ],
)
def test_wrong_answers_of_other_kinds_are_refused(
    estimator: Any, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        answers(estimator, **more)


@pytest.mark.parametrize(
    ("estimator", "more"),
    [
        (Fixed([[0.5, 0.5], [np.nan, 0.5]]), {}),
        (Fixed([[0.5, 0.5], [-0.9, 0.5]]), {}),
        (Predicts([[1.0], [np.nan]]), {"asked": "number"}),
        (Predicts([[1, 3], [0, 1]]), {"asked": "labels", "classes": ["u", "v"]}),
    ],
)
def test_values_are_left_to_whoever_judges_answers(estimator: Any, more: dict[str, Any]) -> None:
    np.testing.assert_array_equal(answers(estimator, **more), estimator.answer)


@pytest.mark.parametrize(
    ("told", "classes"),
    [([True, False], [False, True]), ([1.0, 0.0], [0, 1]), ([1, 0], [0.0, 1.0])],
)
def test_decided_labels_are_spelled_as_classes_are(told: Any, classes: Any) -> None:
    found = answers(Predicts(np.array(told)), classes=classes, asked="decisions")
    assert found == [[0, 1], [1, 0]]
