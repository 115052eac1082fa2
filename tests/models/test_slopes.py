"""Gradients of linear models of tables, against differences of their own answers and torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl
import pytest
import torch
from tests.explain.models import made, table

from proofstone.core.errors import InputError
from proofstone.models.calibration import Isotonic, Sigmoid, Uncalibrated
from proofstone.models.contract import OTHER, RIGHT, Feature, Gradient, Predict
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.differentiable import Differentiable
from proofstone.models.prepare.clip import Clip
from proofstone.models.prepare.encode import Encode
from proofstone.models.prepare.impute import Impute
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.scale import Scale
from proofstone.models.refusals import why_not
from proofstone.models.rows import Rows
from proofstone.models.runtimes.linear import Linear
from proofstone.models.tabular import TabularModel

Loss = Literal["margin", "cross_entropy", "ratio"]
FRAME, TARGET = table()


def numeric(model: TabularModel) -> list[str]:
    return [one.name for one in model.signature.inputs if one.kind == "number"]


def asked(frame: pl.DataFrame, right: np.ndarray) -> Rows:
    return Rows.of(frame.with_columns(pl.Series(RIGHT, right), pl.lit(-1).alias(OTHER)))


def log_loss(model: TabularModel, frame: pl.DataFrame, right: np.ndarray) -> np.ndarray:
    return -np.log(model.answer(Predict(), Rows.of(frame))[np.arange(frame.height), right])


@pytest.mark.parametrize("calibration", [Uncalibrated(), Sigmoid(-1.7, 0.3)])
def test_slopes_are_those_of_small_differences(calibration: Uncalibrated | Sigmoid) -> None:
    model = replace(made("linear", FRAME, TARGET), calibration=calibration)
    frame, right = FRAME[:60], TARGET[:60].astype(np.int64)
    found = model.answer(Gradient("cross_entropy"), asked(frame, right))
    assert found.shape == (60, len(numeric(model)))
    for at, name in enumerate(numeric(model)):
        step = 1e-5 * float(FRAME[name].std())
        up, down = (
            frame.with_columns(pl.col(name).cast(pl.Float64) + way * step) for way in (1, -1)
        )
        difference = (log_loss(model, up, right) - log_loss(model, down, right)) / (2 * step)
        known = frame[name].is_not_null().to_numpy()
        assert found[known, at] == pytest.approx(difference[known], rel=1e-5, abs=1e-9)
        assert (found[~known, at] == 0).all()


@pytest.mark.parametrize("loss", ["margin", "cross_entropy", "ratio"])
def test_every_loss_is_that_of_the_same_plane_in_torch(loss: Loss) -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(rng.standard_normal((50, 2)), schema=["a", "b"])
    ours = plane(frame)
    linear = torch.nn.Linear(2, 1).double()
    with torch.no_grad():
        linear.weight[:] = torch.tensor([[2.0, -0.2]], dtype=torch.float64)
        linear.bias[:] = 0.4
    peer = Differentiable(linear, ["a", "b"], ["no", "yes"])
    rows = asked(frame, rng.integers(0, 2, 50))
    assert ours.answer(Gradient(loss), rows) == pytest.approx(
        peer.answer(Gradient(loss), rows), rel=1e-9, abs=1e-13
    )


def plane(frame: pl.DataFrame, *steps: Clip | Impute | Scale) -> TabularModel:
    known = made("linear", FRAME, TARGET)
    features = tuple(replace(numeric_feature, name=name) for name in frame.columns
                     for numeric_feature in [one_number(known)])  # fmt: skip
    prepared = Prepared(Encode(features, {}), steps)
    signature = replace(known.signature, inputs=features, classes=("no", "yes"), positive="yes")
    return replace(
        known, signature=signature, prepared=prepared,
        runtime=Linear(np.array([2.0, -0.2]), 0.4), calibration=Uncalibrated(),
    )  # fmt: skip


def one_number(model: TabularModel) -> Feature:
    return next(one for one in model.signature.inputs if one.kind == "number")


def test_beyond_its_bounds_and_where_it_is_missing_a_number_has_no_slope() -> None:
    frame = pl.DataFrame({"a": [0.0, 5.0, None, -5.0], "b": [1.0, 1.0, 1.0, 1.0]})
    model = plane(
        frame, Clip({"a": -1.0, "b": 0.0}, {"a": 1.0, "b": 1.0}), Impute({"a": 0.0, "b": 0.0}, []),
        Scale({"a": 0.0, "b": 0.0}, {"a": 4.0, "b": 1.0}),
    )  # fmt: skip
    found = model.answer(Gradient("margin"), asked(frame, np.zeros(4, dtype=int)))
    assert found[:, 0].tolist() == [0.5, 0.0, 0.0, 0.0]
    assert found[:, 1].tolist() == [-0.2] * 4


def test_steps_of_a_calibration_do_not_hide_the_slope() -> None:
    frame = pl.DataFrame({"a": [3.0, -3.0], "b": [0.0, 0.0]})
    steps = Isotonic(np.array([-1.0, 1.0]), np.array([0.2, 0.8]))
    model = replace(plane(frame), calibration=steps)
    found = model.answer(Gradient("margin"), asked(frame, np.zeros(2, dtype=int)))
    assert found.tolist() == [[2.0, -0.2]] * 2


@pytest.mark.parametrize("kind", ["tree", "lightgbm", "ebm"])
def test_models_of_steps_say_why_they_have_none(kind: str) -> None:
    model = made(kind, FRAME, TARGET)
    assert Gradient not in model.operations
    folds = CrossFitted([model, model], np.zeros(len(FRAME), dtype=np.int64))
    for one in (model, folds):
        assert "steps" in why_not(one, Gradient)
    with pytest.raises(InputError, match="Gradient"):
        model.answer(Gradient(), asked(FRAME[:2], np.zeros(2, dtype=int)))


def test_cross_fitted_planes_answer_each_row_by_its_own_fold() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0], "b": [0.0, 0.0]})
    other = replace(plane(frame), runtime=Linear(np.array([-1.0, 7.0]), 0.0))
    folds = CrossFitted([plane(frame), other], np.array([0, 1]))
    assert Gradient in folds.operations
    found = folds.answer(Gradient("margin"), asked(frame, np.zeros(2, dtype=int)))
    assert found.tolist() == [[2.0, -0.2], [-1.0, 7.0]]
