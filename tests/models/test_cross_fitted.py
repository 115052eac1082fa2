from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import InputError
from proofstone.models.contract import Feature, Model, Operation, Predict, Signature
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.errors import NotRecorded
from proofstone.models.rows import Rows


class Constant:
    """Answers one value plus the row's x."""

    operations = frozenset({Predict})
    by_origin = False
    batch_size = 10

    def __init__(self, value: float, category: str) -> None:
        self.value = value
        self.id = str(value)
        inputs = (Feature("x", "number"), Feature("c", "category", ("both", category)))
        self.signature = Signature(inputs, "probabilities", ("no", "yes"), "yes")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        share = self.value + rows.frame["x"].to_numpy()
        return np.stack([1 - share, share], axis=1)


MODELS = [Constant(0.0, "a"), Constant(0.5, "b")]
ROWS = Rows.of(pl.DataFrame({"x": [0.1, 0.2, 0.3, 0.4]}))


def test_a_changed_row_is_answered_by_the_model_that_never_saw_its_origin() -> None:
    model = CrossFitted(MODELS, np.array([1, 0, 1, 0]))
    assert isinstance(model, Model)
    assert model.by_origin
    assert model.answer(Predict(), ROWS)[:, 1] == pytest.approx([0.6, 0.2, 0.8, 0.4])
    moved = ROWS.take(np.array([3, 0, 0])).replaced("x", [0.0, 0.0, 0.25])
    assert model.answer(Predict(), moved)[:, 1] == pytest.approx([0.0, 0.5, 0.75])
    assert model.answer(Predict(), ROWS.take(np.array([], dtype=int))).shape == (0, 2)


def test_rows_that_every_model_saw_have_no_answer() -> None:
    model = CrossFitted(MODELS, np.array([1, -1]))
    with pytest.raises(NotRecorded, match="row 1: no model"):
        model.answer(Predict(), ROWS.take(np.array([0, 1])))
    with pytest.raises(NotRecorded, match="row 2: no model"):
        model.answer(Predict(), ROWS.take(np.array([2])))
    with pytest.raises(InputError, match="more folds than models"):
        CrossFitted(MODELS, np.array([2]))


def test_the_id_depends_on_models_and_folds() -> None:
    one, other = np.array([0, 1]), np.array([1, 0])
    assert CrossFitted(MODELS, one).id == CrossFitted(MODELS, one).id
    assert len({CrossFitted(MODELS, one).id, CrossFitted(MODELS, other).id,
                CrossFitted(MODELS[::-1], one).id}) == 3  # fmt: skip


def test_the_signature_knows_the_categories_of_all() -> None:
    signature = CrossFitted(MODELS, np.array([0])).signature
    assert signature.inputs[1].categories == ("both", "a", "b")
