from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from proofstone.models.contract import Feature
from proofstone.models.errors import RowError
from proofstone.models.prepare.values import codes, column, numbers, read, texts, truths


def test_numbers_take_nulls_for_missing() -> None:
    assert np.array_equal(numbers(pl.Series([1, None, 3])), [1, np.nan, 3], equal_nan=True)
    assert np.isnan(numbers(pl.Series([None, None]))).all()


@pytest.mark.parametrize(
    ("values", "row", "shown"),
    [
        (["1", "x", "2"], 1, "'x' is not a number"),
        (["1", "2"], 0, "'1' is not a number"),
        ([None, True], 1, "'True' is not a number"),
        ([1.0, None, float("nan")], 2, "'nan' is not a finite number"),
        ([1.0, float("inf")], 1, "'inf' is not a finite number"),
        ([date(2020, 1, 1)], 0, "'2020-01-01' is not a number"),
    ],
)
def test_what_is_no_number_is_named(values: list[object], row: int, shown: str) -> None:
    with pytest.raises(RowError) as caught:
        numbers(pl.Series("income", values))
    assert str(caught.value) == f"row {row}, field income: {shown}"
    assert caught.value.hint


def test_truth_values_are_zero_and_one() -> None:
    assert truths(pl.Series([True, False])).tolist() == [1.0, 0.0]
    assert truths(pl.Series([1, 0])).tolist() == [1.0, 0.0]
    assert np.isnan(truths(pl.Series([True, None]))).tolist() == [False, True]
    with pytest.raises(RowError, match="row 1, field old: '2' is not true or false"):
        truths(pl.Series("old", [1, 2]))
    with pytest.raises(RowError, match="row 0, field old: 'yes' is not a number"):
        truths(pl.Series("old", ["yes"]))


def test_categories_read_alike_whatever_their_type() -> None:
    assert texts(pl.Series([1, 2, None])) == texts(pl.Series([1.0, 2.0, None])) == ["1", "2", None]
    assert texts(pl.Series([1.5])) == ["1.5"]
    assert texts(pl.Series([True])) == ["true"]
    assert texts(pl.Series(["a"], dtype=pl.Categorical)) == ["a"]
    with pytest.raises(RowError, match="is not a category"):
        texts(pl.Series("c", [[1]]))


def test_codes_of_unknown_and_missing_categories() -> None:
    levels: dict[str | None, float] = {"a": 0.0, "b": 1.0}
    series = pl.Series(["b", "z", None])
    assert np.array_equal(codes(series, levels), [1, -1, np.nan], equal_nan=True)
    assert codes(series, levels | {None: 2.0}).tolist() == [1, -1, 2]


def test_an_absent_column_is_named() -> None:
    with pytest.raises(RowError, match="row 0, field b: missing"):
        column(pl.DataFrame({"a": [1]}), "b")
    with pytest.raises(RowError, match="field b"):
        read(pl.DataFrame({"a": [1]}), Feature("b", "number"), {})
