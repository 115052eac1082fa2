from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from proofstone.assess.foreign.estimators import assess_estimator
from proofstone.assess.predictions import Assessed, assess_predictions
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Verdict

from .probes.cases import by, real


def assessed(frame: pl.DataFrame, **named: Any) -> Assessed:
    given = {"label": "y", "score": "p", "protected": ["afam", "single"]} | named
    return assess_predictions(frame, **given)


def test_a_table_of_predictions_is_assessed_in_one_call() -> None:
    frame = real("hmda")
    result = assessed(frame)
    found = by(result.findings)
    assert result.threshold == 0.5
    auc = roc_auc_score(frame["y"], frame["p"])
    assert found["roc_auc", "all"].value == pytest.approx(auc, abs=1e-9)
    assert found["selection_rate_difference", "afam"].value is not None
    assert found["selection_rate_difference", "afam × single"].value is not None
    assert any(metric == "slice_log_loss" for metric, _ in found)
    assert found["mean_abs_shapley", "all"].verdict is Verdict.NOT_APPLICABLE
    assert "changed rows" in found["decision_flip_rate", "all"].reason
    json.dumps([one.to_json() for one in result.findings], allow_nan=False)


def test_the_order_of_rows_changes_no_point_estimate() -> None:
    frame = real("hmda")
    turned = frame.sample(fraction=1.0, shuffle=True, seed=1)
    first, second = (by(assessed(one).findings) for one in (frame, turned))
    assert set(first) == set(second)
    for key, one in first.items():
        if one.value is not None:
            assert second[key].value == pytest.approx(one.value, abs=1e-12)


def test_the_same_table_and_seed_give_the_same_findings() -> None:
    frame = real("titanic")
    results = [assessed(frame, protected=["sex"], seed=3).findings for _ in range(2)]
    assert [one.to_json() for one in results[0]] == [one.to_json() for one in results[1]]


@pytest.mark.parametrize(("given", "cut"), [(None, 0.5), (0.2, 0.2)])
def test_the_threshold_is_the_one_given(given: float | None, cut: float) -> None:
    result = assessed(real("hmda"), threshold=given)
    selected = by(result.findings)["selection_rate", "all"]
    assert result.threshold == cut
    assert selected.value == pytest.approx((real("hmda")["p"] >= cut).mean())
    assert selected.details["threshold"] == [cut]


def test_base_rate_decides_as_many_rows_positive_as_are() -> None:
    frame = real("hmda")
    selected = by(assessed(frame, threshold="base_rate").findings)["selection_rate", "all"]
    assert selected.value == pytest.approx(frame["y"].mean(), abs=1e-3)


def test_missing_groups_are_people_too_and_three_rows_are_no_crash() -> None:
    frame = real("hmda").with_columns(
        afam=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise(pl.col("afam"))
    )
    found = by(assessed(frame).findings)
    assert found["selection_rate", "afam=(missing)"].n == 3


def test_a_file_of_labels_and_scores_alone() -> None:
    frame = real("hmda").select("y", "p")
    found = by(assessed(frame, protected=[]).findings)
    assert found["roc_auc", "all"].value is not None
    assert "none of 0 slices" in found["slice_log_loss", "all"].reason


@pytest.mark.parametrize(
    ("change", "named", "message"),
    [
        ({}, {"label": "z"}, "no column named 'z'"),
        ({}, {"score": "pp"}, "no column named 'pp'"),
        ({}, {"protected": ["afamm"]}, "no column named 'afamm'"),
        ({}, {"label": "p"}, "both as label and as score"),
        ({"y": pl.lit(1)}, {}, "all 2380 labels are '1'"),
        ({"p": pl.lit(3.0)}, {}, "row 0: the score 3"),
        ({"p": pl.lit("x")}, {}, "column p: holds none of the labels"),
        ({}, {"threshold": 1.5}, "threshold 1.5"),
    ],
)
def test_bad_input(change: dict[str, pl.Expr], named: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        assessed(real("hmda").with_columns(**change), **named)
    assert caught.value.hint


def test_an_empty_table() -> None:
    with pytest.raises(DataError, match="no rows"):
        assessed(real("hmda").clear())


class TestEstimator:
    def data(self) -> tuple[pl.DataFrame, np.ndarray]:
        frame = real("hmda").select("pirat", "lvrat", "chist", "p")
        frame = frame.with_columns(pl.col("chist").cast(pl.Float64))
        return frame.drop("p"), real("hmda")["y"].to_numpy()

    @pytest.mark.parametrize("kind", ["pandas", "polars", "numpy"])
    def test_kinds_of_tables(self, kind: str) -> None:
        frame, y = self.data()
        table: Any = {"pandas": frame.to_pandas, "polars": lambda: frame, "numpy": frame.to_numpy}[
            kind
        ]()
        model = LogisticRegression().fit(table, y)
        race = real("hmda")["afam"].to_list()
        result = assess_estimator(model, table[:900], y[:900], protected={"race": race[:900]},
                                  threshold=0.2)  # fmt: skip
        found = by(result.findings)
        score = model.predict_proba(table[:900])[:, 1]
        assert found["roc_auc", "all"].value == pytest.approx(roc_auc_score(y[:900], score))
        assert found["selection_rate", "all"].value == pytest.approx((score >= 0.2).mean())
        assert found["decision_flip_rate", "all"].value < 0.2
        assert found["decision_flip_rate_difference", "race"].value is not None
        names = frame.columns if kind != "numpy" else ["x0", "x1", "x2"]
        assert all(("mean_abs_shapley", name) in found for name in names)
        assert not [one for one in result.findings if one.verdict is Verdict.NOT_RUN]

    def test_protected_columns_of_the_table_and_a_first_class_that_is_positive(self) -> None:
        frame, y = self.data()
        frame = frame.with_columns(old=(pl.col("chist") > 2).cast(pl.Int8))
        words = np.where(y == 1, "deny", "grant")
        model = LogisticRegression().fit(frame, words)
        found = by(
            assess_estimator(model, frame, words, protected=["old"], positive="deny").findings
        )
        score = model.predict_proba(frame)[:, 0]
        assert found["roc_auc", "all"].value == pytest.approx(roc_auc_score(y, score))
        assert ("selection_rate", "old=1") in found

    @pytest.mark.parametrize(
        ("y", "protected", "message"),
        [
            ([0, 1], [], "X has 2380 rows but y has 2 labels"),
            ([0] * 2380, [], "all 2380 labels are '0'"),
            ([2] * 2380, [], "column y, row 0: '2' is no class of the model"),
            (None, ["sx"], "no column named 'sx'"),
            (None, {"sex": ["f"]}, "protected sex: X has 2380 rows but it has 1"),
        ],
    )
    def test_bad_input(self, y: Any, protected: Any, message: str) -> None:
        frame, target = self.data()
        model = LogisticRegression().fit(frame, target)
        with pytest.raises(DataError, match=message) as caught:
            assess_estimator(model, frame, target if y is None else y, protected=protected)
        assert caught.value.hint
