from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Feature, Generate, Model, Output, Predict, Signature
from proofstone.models.errors import NotRecorded
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

FRAME = pl.DataFrame({"sex": ["f", "m", None], "x": [1.0, float("nan"), 3.0]})
SIGNATURE = Signature((Feature("sex", "category"),), "probabilities", ("no", "yes"), "yes")


def recorded() -> Recorded:
    return Recorded(Rows.of(FRAME), np.array([0.1, 0.2, 0.3]), SIGNATURE)


def test_replays_unchanged_rows_in_any_order() -> None:
    model = recorded()
    assert isinstance(model, Model)
    answer = model.answer(Predict(), Rows.of(FRAME).take(np.array([2, 0, 2, 1])))
    assert answer.tolist() == [[0.7, 0.3], [0.9, 0.1], [0.7, 0.3], [0.8, 0.2]]


def test_a_changed_row_is_named_with_what_was_changed() -> None:
    rows = Rows.of(FRAME)
    with pytest.raises(NotRecorded, match=r"row 2: .*sex was changed"):
        recorded().answer(Predict(), rows.replaced("sex", ["f", "m", "m"]))
    with pytest.raises(NotRecorded, match=r"row 1: .*x was changed"):
        recorded().answer(Predict(), rows.take(np.array([1])).replaced("x", [0.0]))
    with pytest.raises(NotRecorded, match="its columns are not the recorded ones"):
        recorded().answer(Predict(), Rows.of(FRAME.drop("x")))
    with pytest.raises(NotRecorded, match=r"row 3: .*no such row"):
        recorded().answer(Predict(), Rows(FRAME, np.array([1, 3, 0])))


def test_equal_rows_of_another_origin_are_other_rows() -> None:
    swapped = Rows(FRAME, np.array([1, 0, 2]))
    with pytest.raises(NotRecorded):
        recorded().answer(Predict(), swapped)


def test_rows_may_have_origins_of_their_own() -> None:
    rows = Rows(FRAME, np.array([10, 30, 20]))
    model = Recorded(rows, np.array([0.1, 0.2, 0.3]), SIGNATURE)
    assert model.answer(Predict(), rows.take(np.array([2])))[:, 1].tolist() == [0.3]
    with pytest.raises(NotRecorded, match="row 0"):
        model.answer(Predict(), Rows.of(FRAME))


def test_scores_must_be_probabilities() -> None:
    for score in ([0.1, 0.2, 1.5], [0.1, np.nan, 0.2]):
        with pytest.raises(DataError, match="is no probability"):
            Recorded(Rows.of(FRAME), np.array(score), SIGNATURE)
    with pytest.raises(DataError, match="3 rows but 2 scores"):
        Recorded(Rows.of(FRAME), np.array([0.1, 0.2]), SIGNATURE)


def test_only_predict_is_answered_and_the_id_follows_the_scores() -> None:
    with pytest.raises(InputError):
        recorded().answer(Generate(), Rows.of(FRAME))
    other = Recorded(Rows.of(FRAME), np.array([0.1, 0.2, 0.4]), SIGNATURE)
    assert recorded().id == recorded().id != other.id


@pytest.mark.parametrize(
    ("output", "classes", "score", "answers"),
    [
        ("probabilities", ("a", "b", "c"), np.eye(3), np.eye(3)),
        ("labels", ("a", "b"), np.full((3, 2), 0.5), np.full((3, 2), 0.5)),
        ("number", (), np.array([3.0, -1.0, 9.5]), [[3.0], [-1.0], [9.5]]),
    ],
)
def test_answers_of_other_kinds(
    output: Output, classes: tuple[str, ...], score: np.ndarray, answers: np.ndarray
) -> None:
    rows = Rows.of(FRAME)
    model = Recorded(rows, score, Signature((), output, classes))
    assert model.answer(Predict(), rows).tolist() == np.asarray(answers).tolist()
    last = model.answer(Predict(), rows.take(np.array([2])))
    assert last.tolist() == np.asarray(answers)[2:].tolist()


def test_answers_of_the_wrong_width_or_value_are_refused() -> None:
    rows = Rows.of(FRAME)
    with pytest.raises(DataError, match="2 scores a row, 3 are wanted"):
        Recorded(rows, np.full((3, 2), 0.5), Signature((), "probabilities", ("a", "b", "c")))
    with pytest.raises(DataError, match=r"row 1: .*is no probability"):
        Recorded(rows, np.eye(3) * [1, 2, 1], Signature((), "labels", ("a", "b", "c")))
    with pytest.raises(DataError, match="row 2: the score inf is no number"):
        Recorded(rows, np.array([0.0, 5.0, np.inf]), Signature((), "number"))
