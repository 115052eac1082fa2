from __future__ import annotations

import datetime
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Column
from proofstone.data.kinds import Kind, infer, typed, written


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2.5", "3e4", ".5", "+6."], "number"),
        (["1", "inf"], "number"),
        (["inf", "-inf"], "category"),
        (["1,000", "2"], "category"),
        (["007", "123"], "category"),
        (["12345678901234567", "1"], "category"),
        (["0", "0.5", "10"], "number"),
        (["True", "false"], "boolean"),
        (["yes", "no"], "category"),
        (["0", "1"], "number"),
        (["2024-01-01", "2024-01-02"], "category"),
        ([f"word {at}" for at in range(40)], "text"),
        (["a", "b", "c"] * 40, "category"),
        ([None, None], "text"),
    ],
)
def test_inferred_kinds(values: list[str | None], kind: Kind) -> None:
    assert infer(pl.Series(values, dtype=pl.String)) == kind


def test_missing_tokens_and_types() -> None:
    frame = pl.DataFrame(
        {
            "x": ["1", " 2 ", "", "NA", "NaN", "null", "N/A", "3"],
            "c": ["a", "b", " ", "NA", "a", "null", "b", "Na"],
            "b": ["true", "FALSE", "", "", "", "", "", "True"],
        }
    )
    found, kinds = typed(frame, {})
    assert kinds == {"x": "number", "c": "category", "b": "boolean"}
    assert found["x"].to_list() == [1.0, 2.0, *[None] * 5, 3.0]
    assert found["c"].to_list() == ["a", "b", None, None, "a", None, "b", "Na"]
    assert found["b"].to_list() == [True, False, *[None] * 5, True]


def test_a_declared_value_is_never_missing() -> None:
    frame = pl.DataFrame({"country": ["NA", "DE", ""]})
    column = Column(type="category", values=["NA", "DE"])
    assert typed(frame, {"country": column})[0]["country"].to_list() == ["NA", "DE", None]


def test_declared_types_are_kept_even_where_cells_do_not_fit() -> None:
    frame = pl.DataFrame({"x": ["1", "1,000"], "z": ["1", "2"], "b": ["yes", "0"]})
    declared = {
        "x": Column(type="number"),
        "z": Column(type="category"),
        "b": Column(type="boolean"),
    }
    found, kinds = typed(frame, declared)
    assert kinds == {"x": "number", "z": "category", "b": "boolean"}
    assert found["x"].to_list() == ["1", "1,000"]
    assert found["z"].to_list() == ["1", "2"]
    assert found["b"].to_list() == [True, False]


def test_a_boolean_with_listed_values_is_a_category() -> None:
    column = Column(type="boolean", values=["no", "yes"])
    found, kinds = typed(pl.DataFrame({"b": ["no", "yes"]}), {"b": column})
    assert (kinds["b"], found["b"].to_list()) == ("category", ["no", "yes"])


def test_types_of_other_formats() -> None:
    day = datetime.date(2024, 5, 31)
    frame = pl.DataFrame(
        {
            "i": pl.Series([1, None], dtype=pl.Int16),
            "long": pl.Series([2**60, 1], dtype=pl.Int64),
            "f": pl.Series([math.nan, math.inf], dtype=pl.Float32),
            "day": [day, None],
            "at": [datetime.datetime(2024, 5, 31, 9, 30), None],
            "cat": pl.Series(["x", None], dtype=pl.Categorical),
            "none": pl.Series([None, None], dtype=pl.Null),
            "code": pl.Series([1.0, 2.0]),
        }
    )
    found, kinds = typed(frame, {"code": Column(type="category")})
    assert found["i"].to_list() == [1.0, None]
    assert found["long"].to_list() == [str(2**60), "1"]
    assert found["f"].to_list() == [None, math.inf]
    assert found["day"].to_list() == ["2024-05-31", None]
    assert found["at"][0].startswith("2024-05-31T09:30:00")
    assert found["cat"].to_list() == ["x", None]
    assert found["none"].to_list() == [None, None]
    assert found["code"].to_list() == ["1", "2"]
    assert set(found.dtypes) <= {pl.Float64, pl.String, pl.Boolean}
    assert kinds["day"] == "category"


@pytest.mark.parametrize("values", [[[1, 2]], [{"a": 1}], [b"x"]])
def test_columns_of_no_single_value_are_refused(values: list[object]) -> None:
    with pytest.raises(DataError, match="column x holds"):
        typed(pl.DataFrame({"x": values}), {})


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_survive_being_text(values: list[float]) -> None:
    text = pl.DataFrame({"x": [repr(value) for value in values]})
    declared = {"x": Column(type="number")}
    assert typed(text, declared)[0]["x"].to_list() == values


@given(st.lists(st.none() | st.integers(-(2**52), 2**52)))
def test_whole_numbers_are_written_without_a_point(values: list[int | None]) -> None:
    series = pl.Series(values, dtype=pl.Float64)
    assert written(series).to_list() == [None if one is None else str(one) for one in values]
