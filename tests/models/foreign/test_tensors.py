"""Columns become the tensors that a model declares, or the row at fault is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.models.errors import RowError
from proofstone.models.foreign.tensors import Declared, Element, Slot, features, slots
from proofstone.models.rows import Rows

WHOLE: tuple[Element, ...] = ("int8", "int16", "int32", "uint8", "uint16", "uint32")


def one(element: Element, values: Any, rank: int = 2) -> np.ndarray:
    slot = Slot(Declared("t", element, 1, rank), ("x",))
    return slot.array(Rows.of(pl.DataFrame({"x": values}, strict=False)))


@given(st.sampled_from(WHOLE), st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=6))
def test_whole_numbers_keep_their_value_or_are_refused(element: Element, values: Any) -> None:
    limits = np.iinfo(element)
    if all(limits.min <= value <= limits.max for value in values):
        found = one(element, values)
        assert found.dtype == element
        assert found[:, 0].tolist() == values
    else:
        with pytest.raises(RowError, match=f"field x: .* is no {element}"):
            one(element, values)


def test_missing_numbers_are_nan_where_there_is_a_nan() -> None:
    found = one("float32", [1.5, None])
    assert found.dtype == np.float32
    assert np.isnan(found[1, 0])


@pytest.mark.parametrize(
    ("element", "values", "says"),
    [
        ("int64", [1, None], "row 1, field x: is missing, and int64 cannot say so"),
        ("int64", [1.0, 2.5], r"row 1, field x: 2\.5 is no int64"),
        ("bool", [True, None], "row 1, field x: is missing"),
        ("text", ["a", None], "row 1, field x: is missing"),
        ("float64", ["a", "b"], "row 0, field x: 'a' is not a number"),
    ],
)
def test_what_does_not_fit_names_row_and_field(element: Element, values: Any, says: str) -> None:
    with pytest.raises(RowError, match=says):
        one(element, values)


def test_plain_values_run_row_by_row_with_none_for_what_is_missing() -> None:
    frame = pl.DataFrame({"x": [1, None], "y": [2, 3]})
    slot = Slot(Declared("t", "int64", 2, 2), ("x", "y"))
    assert slot.cells(Rows.of(frame)) == [1, 2, None, 3]
    assert Slot(Declared("t", "bool", 1, 1), ("x",)).cells(Rows.of(frame)) == [True, None]


def test_the_row_is_that_of_the_case() -> None:
    slot = Slot(Declared("t", "int64", 1, 2), ("x",))
    rows = Rows.of(pl.DataFrame({"x": [0.0, 1.0, 0.5]})).take(np.array([2]))
    with pytest.raises(RowError, match="row 2, field x"):
        slot.array(rows)


def test_texts_of_numbers_and_truths() -> None:
    assert one("text", [1.0, 2.0], rank=1).tolist() == ["1", "2"]
    assert one("bool", [True, False]).tolist() == [[True], [False]]
    assert one("float64", [True, False]).tolist() == [[1.0], [0.0]]


def test_names_come_before_places() -> None:
    frame = pl.DataFrame({"a": [1.0], "b": ["x"], "c": [2.0]})
    declared = [Declared("b", "text", 1, 2), Declared("a", "float32", None, 2)]
    found = slots(declared, frame, columns=frame.columns, name="m")
    assert [slot.columns for slot in found] == [("b",), ("a",)]
    assert [(each.name, each.kind) for each in features(found)] == [
        ("b", "category"), ("a", "number"),
    ]  # fmt: skip


def test_two_tensors_that_are_called_otherwise_are_not_guessed() -> None:
    frame = pl.DataFrame({"a": [1.0], "b": [2.0]})
    declared = [Declared(name, "float32", 1, 2) for name in ("a", "in_2")]
    with pytest.raises(DataError, match="takes 'in_2', and there is no such column"):
        slots(declared, frame, columns=frame.columns, name="m")


def test_one_column_for_a_tensor_of_rank_one() -> None:
    frame = pl.DataFrame({"a": [1.0], "b": [2.0]})
    with pytest.raises(DataError, match="takes 1 columns, and there are 2"):
        slots([Declared("x", "float32", 1, 1)], frame, columns=["a", "b"], name="m")


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    frame = pl.DataFrame({"income": [1.0], "debt": [2.0]})
    with pytest.raises(DataError, match="m: there is no column named 'incme'") as caught:
        slots([Declared("t", "float32", 2, 2)], frame, columns=["incme", "debt"], name="m")
    assert caught.value.hint == 'did you mean "income"?'
