"""Objects of a notebook with rows and labels become models and tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from proofstone.assess.foreign.meaning import Said
from proofstone.assess.foreign.objects import model_of
from proofstone.core.errors import DataError
from proofstone.models.contract import Gradient, Predict
from proofstone.models.differentiable import Differentiable
from proofstone.models.rows import Rows

X = np.random.default_rng(0).normal(size=(30, 2))
Y = (X[:, 0] > 0).astype(int)


def half(rows: Any) -> np.ndarray:
    return np.full(len(rows), 0.5)


def test_labels_and_groups_stand_beside_the_inputs() -> None:
    frame = pd.DataFrame(X, columns=["y", "b"])
    groups = {"sex": ["f", "m"] * 15}
    model, table = model_of(half, frame, pd.Series(Y, name="y"), protected=groups)
    assert table.labels == ("y_label",)
    assert table.frame["y_label"].to_list() == Y.tolist()
    assert [one.name for one in model.signature.inputs] == ["y", "b"]
    assert table.protected == ("sex",)


def test_a_torch_module_of_logits_has_gradients() -> None:
    torch.manual_seed(0)
    net = torch.nn.Linear(2, 1)
    model, table = model_of(net, X, Y, said=Said(logits=True))
    assert isinstance(model, Differentiable)
    assert Gradient in model.operations
    with torch.no_grad():
        right = torch.sigmoid(net(torch.tensor(X, dtype=torch.float32)))[:, 0].numpy()
    rows = Rows.of(table.frame.select("x0", "x1"))
    np.testing.assert_allclose(model.answer(Predict(), rows)[:, 1], right, atol=1e-6)


def test_one_of_probabilities_has_none() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    model, _ = model_of(net, X, Y)
    assert model.operations == {Predict}


def test_a_model_of_the_contract_is_taken_as_it_is() -> None:
    frame = pl.DataFrame(X, schema=["a", "b"])
    first, _ = model_of(half, frame, Y)
    model, table = model_of(first, frame, Y)
    assert model is first
    assert table.frame.columns == ["a", "b", "y"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"y": Y[:5]}, "X has 30 rows but y has 5 values"),
        ({"protected": {"sex": ["f"]}}, "X has 30 rows but sex has 1 values"),
        ({"protected": {"x0": ["f"] * 30}}, "protected x0: X has a column of that name"),
        ({"protected": ["sex"]}, "no column named 'sex'"),
        ({"query": [1]}, "X has 30 rows but query has 1 values"),
    ],
)
def test_what_does_not_fit_is_told(more: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        model_of(half, X, **{"y": Y, **more})


def test_no_rows_are_no_assessment() -> None:
    with pytest.raises(DataError, match="X has no rows"):
        model_of(half, X[:0], Y[:0])
