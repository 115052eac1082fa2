from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.contract import Feature, Signature
from proofstone.serve.columns import check_columns, columns_of_rows, frame_of, height
from proofstone.serve.errors import FieldError

SIGNATURE = Signature(
    (Feature("age", "number"), Feature("job", "category"), Feature("owner", "boolean")),
    "probabilities",
    ("no", "yes"),
    "yes",
)
GOOD: dict[str, Any] = {"owner": [True, None], "age": [3, None], "job": ["cook", None]}


def test_columns_come_in_the_signatures_order_and_types() -> None:
    checked = check_columns(GOOD, SIGNATURE)
    assert checked == {"age": [3.0, None], "job": ["cook", None], "owner": [True, None]}
    assert list(checked) == ["age", "job", "owner"]
    assert type(checked["age"][0]) is float
    assert height(checked) == 2


def test_frames_join_parts_in_order() -> None:
    frame = frame_of([check_columns(GOOD, SIGNATURE)] * 2, SIGNATURE)
    assert frame.schema == {"age": pl.Float64, "job": pl.String, "owner": pl.Boolean}
    assert frame["age"].to_list() == [3.0, None, 3.0, None]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("age", "12", "'12' is not a number"),
        ("age", True, "is not a number"),
        ("age", math.nan, "is not a finite number"),
        ("age", -math.inf, "is not a finite number"),
        ("age", 10**400, "is not a finite number"),
        ("age", [1], "list is not a number"),
        ("job", 3, "is not text"),
        ("job", "\ud800", "is not valid Unicode"),
        ("owner", 1, "is not true or false"),
        ("owner", "yes", "is not true or false"),
    ],
)
def test_a_value_that_does_not_fit(name: str, value: object, problem: str) -> None:
    columns = GOOD | {name: [GOOD[name][0], value]}
    with pytest.raises(FieldError, match=problem) as raised:
        check_columns(columns, SIGNATURE)
    assert (raised.value.row, raised.value.field) == (1, name)
    assert str(raised.value).startswith(f"row 1, field {name}: ")
    assert raised.value.hint
    assert raised.value.to_json()["field"] == name


def test_wanting_and_unknown_inputs_are_named() -> None:
    with pytest.raises(FieldError, match="row 0, field job: is wanting"):
        check_columns({"age": [1], "owner": [True]}, SIGNATURE)
    with pytest.raises(FieldError, match="field pay: the model has no such input"):
        check_columns(GOOD | {"pay": [1, 2]}, SIGNATURE)
    good = {"age": 1, "job": "a", "owner": None}
    with pytest.raises(FieldError, match="row 1, field age: is wanting"):
        columns_of_rows([good, {"job": "a", "owner": None}], SIGNATURE)
    with pytest.raises(FieldError, match="row 1, field pay: the model has no"):
        columns_of_rows([good, good | {"pay": 1}], SIGNATURE)
    assert columns_of_rows([], SIGNATURE) == {"age": [], "job": [], "owner": []}


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_finite_numbers_arrive_unchanged(values: list[float | None]) -> None:
    signature = Signature((Feature("x", "number"),), "probabilities", ("n", "y"), "y")
    frame = frame_of([check_columns({"x": values}, signature)], signature)
    assert frame["x"].to_list() == values
