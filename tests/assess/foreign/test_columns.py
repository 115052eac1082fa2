from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from proofstone.assess.foreign.columns import fitted, named, read_numbers, shortened
from proofstone.core.errors import DataError

FRAME = pl.DataFrame({name: [1.0] for name in ("y", "p_a", "p_b", "a,b", "x_prob", "z_prob", "p_")})


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ("y", {"y": "y"}),
        ("p_a, p_b", {"p_a": "p_a", "p_b": "p_b"}),
        ("p_*", {"a": "p_a", "b": "p_b"}),
        ("*_prob", {"x": "x_prob", "z": "z_prob"}),
        ("a,b", {"a,b": "a,b"}),
    ],
)
def test_columns_by_name_list_and_pattern(given: str, columns: dict[str, str]) -> None:
    assert named(FRAME, given) == columns


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("q_*", "no column named like 'q_*'"),
        ("p_a,p_c", "no column named 'p_c'"),
        (",", "no column named ','"),
        ("Y", "no column named 'Y'"),
    ],
)
def test_what_is_absent_is_named(given: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        named(FRAME, given)
    assert says in str(caught.value)
    assert caught.value.hint


def test_a_shared_beginning_is_left_out_where_that_fits_the_labels() -> None:
    columns = {"p_cat": "p_cat", "p_car": "p_car"}
    assert shortened(columns) == {"cat": "p_cat", "car": "p_car"}
    assert fitted(columns, ["cat", "car"]) == {"cat": "p_cat", "car": "p_car"}
    assert fitted(columns, ["p_cat"]) == columns
    assert shortened({"one": "one"}) == {"one": "one"}


@pytest.mark.parametrize("values", [[1, 2], ["1.5", "2"], [True, False]])
def test_numbers(values: list[Any]) -> None:
    assert read_numbers(pl.Series("y", values), "the number").tolist() == [float(v) for v in values]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["1", "high"], "column y, row 1: 'high' is not a number"),
        ([1.0, None], "column y, row 1: None is missing"),
        ([math.nan, 1.0], "column y, row 0: nan is missing"),
        ([1.0, math.inf], "column y, row 1: inf is not finite"),
        ([[1.0], [2.0]], "column y: holds List"),
    ],
)
def test_what_is_no_number_is_named(values: list[Any], says: str) -> None:
    with pytest.raises(DataError) as caught:
        read_numbers(pl.Series("y", values), "the number")
    assert says in str(caught.value)
    assert "the number of each row" in caught.value.hint
